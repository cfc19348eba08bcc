"""What we answered: every answer file, and those that wait for their way out."""

from typing import Final

from starlette.responses import Response

from acktrail.ledger.queries import AnswerPage
from acktrail.security.roles import READ
from acktrail.web.visits import Page, Visit

ROWS: Final = 50


def _list(visit: Visit) -> Response:
    waiting = visit.query.get("state") == "waiting"
    exchange, _, name = visit.query.get("before", "").partition(":")
    found = visit.tools.ledger.answer_page(AnswerPage(waiting, ROWS + 1, (exchange, name)))
    last = found[ROWS - 1] if len(found) > ROWS else None
    return visit.page(
        "acknowledgements.html",
        "Acknowledgements",
        rows=found[:ROWS],
        waiting=waiting,
        following=f"{last.exchange}:{last.name}" if last else "",
    )


PAGES: Final = (Page("/acknowledgements", READ, _list),)
