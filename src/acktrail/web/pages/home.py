"""Home: what needs a person now."""

from typing import Final

from starlette.responses import Response

from acktrail.app.attention import MOST, attention
from acktrail.security.roles import READ
from acktrail.web.visits import Page, Visit


def _home(visit: Visit) -> Response:
    now = attention(visit.tools)
    at = visit.tools.clock.now()
    refresh = visit.query.get("refresh") == "on"
    return visit.page("home.html", "Home", now=now, at=at, most=MOST, refresh=refresh)


PAGES: Final = (Page("/", READ, _home),)
