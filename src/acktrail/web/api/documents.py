"""Answers that we fixed, documents that a person decides about, and the lanes to Odoo."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Security
from pydantic import BaseModel, Field
from starlette.responses import Response

from acktrail.app import exceptions, lanes
from acktrail.app.circuits import Order
from acktrail.app.exceptions import Decision
from acktrail.ledger.queries import Answer, AnswerPage
from acktrail.web.api.callers import Asked, Caller, Key, Reader, admitted, once
from acktrail.web.api.exchanges import Before, Limit
from acktrail.web.api.shapes import Listing, page, shape, whole
from acktrail.web.api.times import exact
from acktrail.web.pages.exceptions import number_of

router = APIRouter()
Resolver = Annotated[Caller, Security(admitted, scopes=["exception.resolve"])]
Number = Annotated[str, Query(max_length=15, description="`next` of the page before.")]


class ExceptionRow(BaseModel):
    """A document that a person decides about."""

    id: int
    exchange: str
    partner: str
    kind: str
    state: str
    error: str
    external_id: str


class ExceptionDetail(ExceptionRow):
    """Why, and what there is to choose from."""

    model: str
    odoo: int | str
    questions: list[dict[str, Any]]
    decisions: list[str]


class Decided(Asked):
    """One of three: a record, a difference that is taken as it is, or that it goes nowhere."""

    how: Literal["record", "accept", "dismiss"]
    question: Annotated[str, Field(max_length=300)] = ""
    record: Annotated[int, Field(ge=0, le=10**15)] = 0
    accept: Annotated[str, Field(max_length=100)] = ""


class Resolved(BaseModel):
    """What was decided, and the exchange to release now."""

    id: int
    exchange: str


class Paused(Asked):
    """A lane that is to stop."""

    lane: Annotated[str, Field(min_length=1, max_length=300)]
    until: datetime | None = None  # without a zone: UTC


class LaneName(BaseModel):
    """The lane that was meant."""

    lane: str


@router.get("/acknowledgements", response_model=Listing[shape(Answer)], tags=["exchanges"])  # type: ignore[misc]
def answers(
    caller: Reader, *, waiting: bool = False, before: Before = "", limit: Limit = 50
) -> object:
    """List answer files, those of the newest files first."""
    exchange, _, name = before.partition(":")
    wanted = AnswerPage(waiting, limit + 1, (exchange, name))
    found = caller.tools.ledger.answer_page(wanted)
    return page(found, limit, lambda one: f"{one.exchange}:{one.name}", Answer._asdict)


@router.get("/exceptions", response_model=Listing[ExceptionRow], tags=["exceptions"])
def list_(
    caller: Reader,
    partner: Annotated[str, Query(max_length=100)] = "",
    before: Number = "",
    limit: Limit = 50,
) -> object:
    """List documents that a person has to decide about, newest first."""
    found = caller.tools.ledger.exceptions(limit + 1, partner, number_of(before))
    return page(
        found,
        limit,
        lambda one: str(one.id),
        lambda one: {**one._asdict(), "kind": one.doctype},
    )


@router.get("/exceptions/{id}", response_model=ExceptionDetail, tags=["exceptions"])
def show(caller: Reader, id: int) -> object:  # noqa: A002 - the path's word
    """Show one, with the candidates that there are."""
    return exceptions.show(caller.tools, str(id))


@router.post("/exceptions/{id}/decision", response_model=Resolved, tags=["exceptions"])
def resolve(caller: Resolver, id: int, asked: Decided, key: Key = None) -> Response:  # noqa: A002
    """Decide; then release the exchange."""
    wanted = Decision(
        str(id),
        caller.actor,
        asked.reason,
        asked.question if asked.how == "record" else "",
        asked.record if asked.how == "record" else 0,
        asked.accept if asked.how == "accept" else "",
        asked.how == "dismiss",
    )

    def decided() -> dict[str, object]:
        row = exceptions.resolve(caller.tools, wanted)
        return {"id": row.id, "exchange": row.exchange}

    return once(caller, key, asked, decided)


@router.get("/lanes", response_model=Listing[shape(lanes.Lane)], tags=["lanes"])  # type: ignore[misc]
def list_lanes(caller: Reader) -> object:
    """List each Odoo, and each lane that is stopped, with what waits."""
    return whole(lanes.lanes(caller.tools))


@router.post("/lanes/pause", response_model=LaneName, tags=["lanes"])
def pause(
    caller: Annotated[Caller, Security(admitted, scopes=["lane.pause"])],
    asked: Paused,
    key: Key = None,
) -> Response:
    """Send nothing more; documents wait in the journal."""

    def paused() -> dict[str, object]:
        until = exact(asked.until)
        lanes.pause(caller.tools, Order(asked.lane, caller.actor, asked.reason, until))
        return {"lane": asked.lane}

    return once(caller, key, asked, paused)


class Resumed(Asked):
    """A lane that is to go on."""

    lane: Annotated[str, Field(min_length=1, max_length=300)]


@router.post("/lanes/resume", response_model=LaneName, tags=["lanes"])
def resume(
    caller: Annotated[Caller, Security(admitted, scopes=["lane.resume"])],
    asked: Resumed,
    key: Key = None,
) -> Response:
    """End a pause, or try at once what stopped by itself."""

    def resumed() -> dict[str, object]:
        lanes.resume(caller.tools, Order(asked.lane, caller.actor, asked.reason))
        return {"lane": asked.lane}

    return once(caller, key, asked, resumed)
