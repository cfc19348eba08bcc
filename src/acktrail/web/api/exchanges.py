"""Exchanges: list, search, one of them, and what a person does with it."""

from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Query, Security
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from acktrail.app import attention, looks, payloads, previews
from acktrail.app.looks import Listed
from acktrail.app.restarting import Act, Order
from acktrail.errors import NotFoundError
from acktrail.ledger.ids import first_id
from acktrail.ledger.queries import Page
from acktrail.web.api.callers import Asked, Caller, Key, Reader, admitted, once
from acktrail.web.api.shapes import Listing, page, shape
from acktrail.web.pages.contents import attached

router = APIRouter(tags=["exchanges"])
Limit = Annotated[int, Query(ge=1, le=200, description="Rows of a page.")]
Before = Annotated[str, Query(max_length=400, description="`next` of the page before.")]


class Exchange(BaseModel):
    """One file's journey."""

    id: str
    partner: str
    profile: str
    file: str
    size: int
    sha256: str
    clear_sha256: str
    status: str
    outcome: str
    opened_at: datetime
    changed_at: datetime
    generation: int


class Hit(Exchange):
    """An exchange that a search found."""

    matched: str


class Detail(Exchange):
    """One exchange with what came of it."""

    answers: list[dict[str, Any]]
    postings: list[dict[str, Any]]
    entries: list[dict[str, Any]]


class Reason(BaseModel):
    """Why an exchange is where it is."""

    severity: str
    rule: str
    code: str
    where: str
    offset: int
    owner: str
    message: str


class Line(BaseModel):
    """One line of a lineage, in reading order."""

    depth: int
    what: str


class Text(BaseModel):
    """What is looked for: it goes into no address and no log."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    text: Annotated[str, Field(min_length=1, max_length=300)]


class Intervention(Asked):
    """What a person wants of an exchange."""

    profile: Literal["same", "newest"] = "same"
    message: Annotated[str, Field(max_length=50)] = ""  # replay: only this one


class Intervened(BaseModel):
    """What was done."""

    exchange: str
    act: str
    part: str  # what runs again


@router.get("/status")
def needed(caller: Reader) -> dict[str, Any]:
    """Count exchanges and documents, and name what needs a person now."""
    return attention.status(caller.tools)


@router.get("/exchanges", response_model=Listing[Exchange])
def list_(  # noqa: PLR0913, PLR0917 - the query's parameters
    caller: Reader,
    partner: Annotated[str, Query(max_length=100)] = "",
    status: Annotated[str, Query(max_length=20)] = "",
    since: datetime | None = None,
    before: Before = "",
    limit: Limit = 50,
) -> object:
    """List exchanges, newest first."""
    first = first_id(since.astimezone()) if since else ""
    wanted = Page(partner, status, limit=limit + 1, before=before, first=first)
    found = looks.listed(caller.tools, wanted)
    return page(found, limit, lambda one: one.row.id, _exchange)


@router.post("/exchanges/search", response_model=Listing[Hit])
def search(caller: Reader, wanted: Text) -> object:
    """Search by name, hash, control number, claim, invoice, id or Odoo record."""
    found = looks.search(caller.tools, wanted.text)
    entries = caller.tools.ledger.entries_of_each([row.id for row, _ in found])
    return {
        "items": [
            {**_exchange(Listed(row, looks.outcome_of(entries[row.id]))), "matched": matched}
            for row, matched in found
        ]
    }


@router.get("/exchanges/{id}", response_model=Detail)
def show(caller: Reader, id: str) -> object:  # noqa: A002 - the path's word
    """Show one exchange: facts, answers, documents, entries."""
    return looks.show(caller.tools, known(caller, id))


@router.get("/exchanges/{id}/reasons", response_model=Listing[Reason])
def reasons(caller: Reader, id: str) -> object:  # noqa: A002
    """Say why an exchange is where it is."""
    return {"items": looks.why(caller.tools, known(caller, id))}


@router.get("/exchanges/{id}/lineage", response_model=Listing[Line])
def lineage(caller: Reader, id: str) -> object:  # noqa: A002
    """Show file, messages, documents, Odoo records and answers."""
    return {"items": looks.trace(caller.tools, known(caller, id))}


@router.post(
    "/exchanges/{id}/file",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def file(
    caller: Annotated[Caller, Security(admitted, scopes=["payload.read"])],
    id: str,  # noqa: A002
    asked: Asked,
) -> Response:
    """Return the file itself; who took it, and why, is in the ledger first."""
    key = known(caller, id)
    opened = payloads.opened(caller.tools, key, caller.actor, asked.reason)
    return attached(opened, caller.tools.ledger.exchange(key).name)


def known(caller: Caller, key: str) -> str:
    """Return the id of an exchange; names and hashes are for the search.

    Raises:
        NotFoundError: No exchange has that id.
    """
    row = caller.tools.ledger.exchange(key)
    if row.id != key:
        msg = "no such exchange"
        raise NotFoundError(msg)
    return row.id


def _exchange(one: Listed) -> dict[str, object]:
    return {**looks.facts(one.row), "outcome": one.outcome}


def _add(act: Act) -> None:
    """Add an act's preview and the act itself."""
    allowed = Annotated[Caller, Security(admitted, scopes=[f"exchange.{act}"])]

    def ask(
        caller: allowed,
        id: str,  # noqa: A002
        profile: Literal["same", "newest"] = "same",
    ) -> object:
        newest = profile == "newest"
        return previews.preview(caller.tools, known(caller, id), act, newest=newest)._asdict()

    def do(
        caller: allowed,
        id: str,  # noqa: A002
        asked: Intervention,
        key: Key = None,
    ) -> Response:
        def carried_out() -> dict[str, object]:
            newest = asked.profile == "newest"
            order = Order(known(caller, id), caller.actor, asked.reason, asked.message, newest)
            restart = caller.restart
            acts = {"release": restart.release, "replay": restart.replay, "park": restart.park}
            return {"exchange": id, "act": act, "part": acts[act](order) or ""}

        return once(caller, key, asked, carried_out)

    path = f"/exchanges/{{id}}/{act}"
    model = shape(previews.Preview)
    router.get(path, response_model=model, summary=f"What {act} would do", name=f"ask_{act}")(ask)
    router.post(path, response_model=Intervened, summary=act.capitalize(), name=act)(do)


for _act in get_args(Act):
    _add(_act)
