"""Who came and looked, who intervened, and who may what."""

from datetime import timedelta
from typing import Final

from starlette.responses import Response

from acktrail.app import auditing
from acktrail.app.access import Users
from acktrail.app.auditing import ACTIONS, Window
from acktrail.security.roles import GRANTS, MATRIX, READ
from acktrail.web.pages.exceptions import number_of
from acktrail.web.visits import Page, Visit

DAYS: Final = 7
MOST_DAYS: Final = 366
ROWS: Final = 500


def _window(visit: Visit) -> tuple[Window, int]:
    days = min(number_of(visit.query.get("days", "")) or DAYS, MOST_DAYS)
    now = visit.tools.clock.now()
    user = visit.query.get("user", "")[:115]
    return Window(now - timedelta(days=days), now + timedelta(days=1), user), days


def _looks(visit: Visit) -> Response:
    window, days = _window(visit)
    found = auditing.looks(visit.tools, window)
    rows = found[-ROWS:][::-1]
    cut = len(found) > ROWS
    return visit.page("audit.html", "Access log", rows=rows, cut=cut, days=days, user=window.user)


def _interventions(visit: Visit) -> Response:
    window, days = _window(visit)
    found = auditing.actions(visit.tools, window, ACTIONS)
    rows = found[-ROWS:][::-1]
    cut = len(found) > ROWS
    return visit.page(
        "interventions.html", "Interventions", rows=rows, cut=cut, days=days, user=window.user
    )


def _people(visit: Visit) -> Response:
    now = visit.tools.clock.now()
    rows = [(one, one.held(now)) for one in Users(visit.tools).known()]
    return visit.page("people.html", "Users and roles", rows=rows, matrix=MATRIX, grants=GRANTS)


PAGES: Final = (
    Page("/audit", READ, _looks),
    Page("/audit/interventions", READ, _interventions),
    Page("/audit/people", READ, _people),
)
