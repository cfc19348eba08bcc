"""What goes to each Odoo, and stopping it by hand."""

from datetime import UTC, datetime
from typing import Final

from starlette.responses import Response

from acktrail.app import lanes
from acktrail.app.circuits import Order
from acktrail.errors import PolicyError
from acktrail.security.roles import READ
from acktrail.web.visits import Page, Visit, see_other


def instant_of(visit: Visit, text: str) -> datetime | None:
    """Return an instant of a form's field, UTC; None for an empty one.

    Raises:
        PolicyError: It is none, or it is over.
    """
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        msg = "a time such as 2026-01-31T06:00, UTC"
        raise PolicyError(msg, code="policy.past") from None
    if at <= visit.tools.clock.now():
        msg = "the time is over"
        raise PolicyError(msg, code="policy.past")
    return at


def _list(visit: Visit) -> Response:
    return visit.page("lanes.html", "Lanes", lanes=lanes.lanes(visit.tools))


def _pause(visit: Visit) -> Response:
    form = visit.form
    until = instant_of(visit, form.get("until", ""))
    order = Order(form.get("lane", "").strip(), visit.actor, form.get("reason", ""), until)
    lanes.pause(visit.tools, order)
    return see_other("/lanes", "paused")


def _resume(visit: Visit) -> Response:
    order = Order(visit.form.get("lane", ""), visit.actor, visit.form.get("reason", ""))
    lanes.resume(visit.tools, order)
    return see_other("/lanes", "resumed")


PAGES: Final = (
    Page("/lanes", READ, _list),
    Page("/lanes/pause", "lane.pause", _pause, "POST"),
    Page("/lanes/resume", "lane.resume", _resume, "POST"),
)
