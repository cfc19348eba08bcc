"""Partners: where their profiles stand, and every move of the lifecycle."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Security
from pydantic import BaseModel, Field
from starlette.responses import Response

from acktrail.app.governing import Governing, Move, PartnerState, partner_state
from acktrail.errors import NotFoundError
from acktrail.profiles.difference import Change, difference
from acktrail.web.api.callers import Asked, Caller, Key, Reader, admitted, once
from acktrail.web.api.shapes import Listing, shape, whole
from acktrail.web.api.times import exact
from acktrail.web.moves import MOVES

router = APIRouter(tags=["partners"])
Number = Annotated[int, Query(ge=1, le=10**9)]


class Version(BaseModel):
    """What the ledger says of one version."""

    number: int
    sha256: str
    state: str
    submitted_by: list[str]
    approved_by: str
    effective: datetime | None


class Partner(BaseModel):
    """Where a partner stands."""

    partner: str
    state: str
    suspended_by: str
    retired: bool
    versions: list[Version]


class Moved(Asked):
    """What somebody wants of a partner's profile."""

    version: Annotated[int, Field(ge=0, le=10**9)] = 0  # 0: the newest file
    effective: datetime | None = None  # of an approval; without a zone: UTC


class Entry(BaseModel):
    """The entry that was written."""

    partner: str
    kind: str
    facts: dict[str, Any]


@router.get("/partners", response_model=Listing[shape(PartnerState)])  # type: ignore[misc]
def list_(caller: Reader) -> object:
    """List where every partner's profile stands."""
    tools = caller.tools
    return whole(partner_state(tools, one) for one in tools.home.partners())


@router.get("/partners/{id}", response_model=Partner)
def show(caller: Reader, id: str) -> object:  # noqa: A002 - the path's word
    """Show the versions that the ledger knows, and who moved them."""
    tools = caller.tools
    standing = Governing(tools).standing(_known(caller, id))
    return {
        "partner": id,
        "state": partner_state(tools, id).state,
        "suspended_by": standing.suspended_by,
        "retired": standing.retired,
        "versions": [one._asdict() for one in sorted(standing.versions.values())],
    }


@router.get("/partners/{id}/difference", response_model=Listing[shape(Change)])  # type: ignore[misc]
def compare(caller: Reader, id: str, before: Number, after: Number) -> object:  # noqa: A002
    """Show what two versions say differently."""
    home = caller.tools.home
    one, two = (home.profile(_known(caller, id), number) for number in (before, after))
    return whole(difference(one.profile, two.profile))


def _known(caller: Caller, partner: str) -> str:
    if partner not in caller.tools.home.partners():
        msg = "no such partner"
        raise NotFoundError(msg)
    return partner


def _add(name: str) -> None:
    allowed = Annotated[Caller, Security(admitted, scopes=[f"profile.{name}"])]
    move = MOVES[name].carry_out

    def do(
        caller: allowed,
        id: str,  # noqa: A002
        asked: Moved,
        key: Key = None,
    ) -> Response:
        def moved() -> dict[str, object]:
            effective = exact(asked.effective) if name == "approve" else None
            order = Move(_known(caller, id), caller.actor, asked.reason, asked.version, effective)
            entry = move(caller.tools, order)
            return {"partner": id, "kind": entry.kind, "facts": dict(entry.body)}

        return once(caller, key, asked, moved)

    summary = f"{name.capitalize()} a {'version' if MOVES[name].of_version else 'partner'}"
    router.post(f"/partners/{{id}}/{name}", response_model=Entry, summary=summary, name=name)(do)


for _name in MOVES:
    _add(_name)
