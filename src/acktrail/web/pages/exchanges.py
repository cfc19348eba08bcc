"""Lists of exchanges, the search, and one exchange."""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from starlette.responses import Response

from acktrail.app import looks
from acktrail.app.previews import ACTS
from acktrail.app.restarting import part_that_held, refusal
from acktrail.errors import NotFoundError
from acktrail.ledger.ids import first_id
from acktrail.ledger.queries import Page as Wanted
from acktrail.ledger.status import STATUSES
from acktrail.security.roles import READ
from acktrail.web.visits import Page, Visit, see_other

ROWS: Final = 50
MOST_ROWS: Final = 200  # of documents and entries on one exchange's page


class Filters(NamedTuple):
    """What the form above the list says."""

    partner: str
    status: str
    since: str  # a day, UTC
    until: str  # the last day


def _list(visit: Visit) -> Response:
    filters = Filters._make(visit.query.get(name, "")[:100] for name in Filters._fields)
    found = looks.listed(visit.tools, wanted(filters, visit.query.get("before", "")))
    return visit.page(
        "exchanges.html",
        "Exchanges",
        rows=found[:ROWS],
        following=found[ROWS - 1].row.id if len(found) > ROWS else "",
        filters=filters,
        partners=visit.tools.home.partners(),
        statuses=sorted(STATUSES),
    )


def wanted(filters: Filters, before: str) -> Wanted:
    """Return the page of the list that was asked for, with one row more to see whether it ends."""
    since, until = _day(filters.since), _day(filters.until)
    bounds = [before] if before else []
    if until:
        bounds.append(first_id(until + timedelta(days=1)))
    return Wanted(
        filters.partner,
        filters.status,
        limit=ROWS + 1,
        before=min(bounds, default=""),
        first=first_id(since) if since else "",
    )


def _day(text: str) -> datetime | None:
    """Return the start of a day; None where it is none: the browser's own field allows no other."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None


def _find(visit: Visit) -> Response:
    """Search by anything; what was typed stands in no address, title or log."""
    text = visit.form.get("text", "").strip()
    hits = looks.search(visit.tools, text) if text else []
    if len(hits) == 1:
        return see_other(f"/exchanges/{hits[0][0].id}")
    return visit.page("found.html", "Search", hits=hits, text=text)


def _show(visit: Visit) -> Response:
    tools, key = visit.tools, visit.path["id"]
    found = looks.show(tools, key)
    if found["id"] != key:  # a name or a hash is no address
        msg = "no such exchange"
        raise NotFoundError(msg)
    row = tools.ledger.exchange(key)
    acts = [(act, refusal(row, act)) for act in ACTS if visit.may(f"exchange.{act}")]
    return visit.page(
        "exchange.html",
        f"Exchange {key}",
        one=found,
        why=looks.why(tools, key),
        lineage=looks.trace(tools, key),
        acts=acts,
        most=MOST_ROWS,
    )


def _quarantine(visit: Visit) -> Response:
    """Show what is held before anything of it was posted: not yet trusted."""
    before = visit.query.get("before", "")
    page = Wanted(status="held", limit=ROWS + 1, before=before)
    found = looks.listed(visit.tools, page)
    entries = visit.tools.ledger.entries_of_each([one.row.id for one in found])
    untrusted = [one for one in found[:ROWS] if part_that_held(entries[one.row.id]) == "all"]
    following = found[ROWS - 1].row.id if len(found) > ROWS else ""
    return visit.page("quarantine.html", "Quarantine", rows=untrusted, following=following)


PAGES: Final = (
    Page("/exchanges", READ, _list),
    Page("/find", READ, _find, "POST"),
    Page("/exchanges/{id}", READ, _show),
    Page("/quarantine", READ, _quarantine),
)
