"""Documents that a person has to decide about, and the decision."""

from typing import Final

from starlette.responses import Response

from acktrail.app import exceptions
from acktrail.app.exceptions import Decision
from acktrail.errors import PolicyError
from acktrail.odoo.loads import ACCEPTABLE
from acktrail.security.roles import READ
from acktrail.web.visits import Page, Visit, see_other

ROWS: Final = 50
_DIGITS: Final = 15


def number_of(text: str) -> int:
    """Return a number that somebody typed; 0 where it is none."""
    fits = 0 < len(text) <= _DIGITS and text.isascii() and text.isdigit()
    return int(text) if fits else 0


def _list(visit: Visit) -> Response:
    partner = visit.query.get("partner", "")[:100]
    before = number_of(visit.query.get("before", ""))
    found = visit.tools.ledger.exceptions(ROWS + 1, partner, before)
    return visit.page(
        "exceptions.html",
        "Exceptions",
        rows=found[:ROWS],
        partner=partner,
        partners=visit.tools.home.partners(),
        following=found[ROWS - 1].id if len(found) > ROWS else "",
    )


def _show(visit: Visit) -> Response:
    found = exceptions.show(visit.tools, str(number_of(visit.path["id"])))
    acceptable = sorted(ACCEPTABLE)
    return visit.page("exception.html", "Exception", one=found, acceptable=acceptable)


def _resolve(visit: Visit) -> Response:
    form, key = visit.form, str(number_of(visit.path["id"]))
    how = form.get("how", "")
    record, accept = number_of(form.get("record", "")), form.get("accept", "")
    if (how == "record" and not record) or (how == "accept" and not accept) or how not in _HOW:
        msg = "choose one: a record, a difference to accept, or that the document goes nowhere"
        raise PolicyError(msg, code="policy.decision")
    row = exceptions.resolve(
        visit.tools,
        Decision(
            key,
            visit.actor,
            form.get("reason", ""),
            form.get("question", "") if how == "record" else "",
            record if how == "record" else 0,
            accept if how == "accept" else "",
            how == "dismiss",
        ),
    )
    return see_other(f"/exchanges/{row.exchange}", "resolved")


_HOW: Final = ("record", "accept", "dismiss")
PAGES: Final = (
    Page("/exceptions", READ, _list),
    Page("/exceptions/{id}", READ, _show),
    Page("/exceptions/{id}", "exception.resolve", _resolve, "POST"),
)
