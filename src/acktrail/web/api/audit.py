"""Who came and looked, who intervened, and who may what."""

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel

from acktrail.app import auditing
from acktrail.app.access import Users
from acktrail.app.auditing import ACTIONS, Action, Look, Window
from acktrail.security.roles import MATRIX
from acktrail.web.api.callers import Reader
from acktrail.web.api.shapes import Listing, shape, whole
from acktrail.web.api.times import exact

router = APIRouter(tags=["audit"])
FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LAST: Final = datetime(9999, 1, 1, tzinfo=UTC)
OfUser = Annotated[str, Query(max_length=115)]


class Person(BaseModel):
    """A user and the roles that hold now."""

    name: str
    disabled: bool
    roles: list[str]


class ActRow(BaseModel):
    """An act and the roles that allow it."""

    act: str
    roles: list[str]


def _window(user: str, since: datetime | None, until: datetime | None) -> Window:
    return Window(exact(since) or FIRST, exact(until) or LAST, user)


@router.get("/audit/access", response_model=Listing[shape(Look)])  # type: ignore[misc]
def access(
    caller: Reader,
    user: OfUser = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> object:
    """List who signed in, looked at payloads, took evidence away or was refused; oldest first."""
    return whole(auditing.looks(caller.tools, _window(user, since, until)))


@router.get("/audit/interventions", response_model=Listing[shape(Action)])  # type: ignore[misc]
def interventions(
    caller: Reader,
    user: OfUser = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> object:
    """List who replayed, released, overrode or parked; oldest first."""
    return whole(auditing.actions(caller.tools, _window(user, since, until), ACTIONS))


@router.get("/users", response_model=Listing[Person])
def people(caller: Reader) -> object:
    """List users and the roles that hold now."""
    now = caller.tools.clock.now()
    found = Users(caller.tools).known()
    return {
        "items": [
            {"name": one.name, "disabled": one.disabled, "roles": sorted(one.held(now))}
            for one in found
        ]
    }


@router.get("/roles", response_model=Listing[ActRow])
def roles(caller: Reader) -> object:
    """List which roles may do each act."""
    del caller
    return {"items": [{"act": act, "roles": sorted(may)} for act, may in MATRIX.items()]}
