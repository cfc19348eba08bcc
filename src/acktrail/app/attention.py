"""What needs a person now: exchanges, documents, lanes, endpoints, versions to be approved."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from acktrail.app.governing import Governing
from acktrail.app.lanes import Lane, lanes
from acktrail.app.looks import Listed, endpoint_stream, listed
from acktrail.app.tools import Tools
from acktrail.ledger.queries import Page
from acktrail.ports import PostingRow

STATUSES: Final = ("held", "dead")  # of exchanges that go on only when a person acts
SHOWN: Final = 20  # of each status, and of documents
MOST: Final = 100  # beyond which nobody counts: "100 and more"


class Stopped(NamedTuple):
    """An endpoint that is not polled until a person acts."""

    partner: str
    code: str
    since: str


class Approval(NamedTuple):
    """A version that was submitted and that nobody approved yet."""

    partner: str
    version: int
    submitted_by: str


class Attention(NamedTuple):
    """What needs a person now, the newest of each kind first."""

    exchanges: list[Listed]
    held: int  # up to ``MOST`` + 1
    dead: int
    documents: Sequence[PostingRow]
    lanes: list[Lane]
    endpoints: list[Stopped]
    approvals: list[Approval]

    @property
    def nothing(self) -> bool:
        """Tell whether nobody has to act."""
        return not any((self.exchanges, self.documents, self.lanes, self.endpoints, self.approvals))


def attention(tools: Tools) -> Attention:
    """Return what needs a person now."""
    exchanges = [one for word in STATUSES for one in listed(tools, Page(status=word, limit=SHOWN))]
    held, dead = (tools.ledger.few(word, MOST + 1) for word in STATUSES)
    return Attention(
        exchanges,
        held,
        dead,
        tools.ledger.exceptions(SHOWN),
        [one for one in lanes(tools) if one.state != "closed"],
        stopped_endpoints(tools),
        _approvals(tools),
    )


def stopped_endpoints(tools: Tools) -> list[Stopped]:
    """Return the partners whose folder is not polled until a person acts."""
    streams = {endpoint_stream(partner): partner for partner in tools.home.partners()}
    entries = tools.ledger.entries_of_each(list(streams))
    return [
        Stopped(
            streams[stream],
            str(found[-1].body.get("code", "")),
            found[-1].at.isoformat(timespec="seconds"),
        )
        for stream, found in entries.items()
        if found and found[-1].kind == "stopped"
    ]


def _approvals(tools: Tools) -> list[Approval]:
    governing = Governing(tools)
    if not governing.required:
        return []
    found = []
    for partner in tools.home.partners():
        testing = governing.standing(partner).testing
        if testing:
            found.append(Approval(partner, testing.number, testing.submitted_by[-1]))
    return found


def status(tools: Tools) -> dict[str, object]:
    """Return counts, and what needs a person now, as the command shows it."""
    now = attention(tools)
    return {
        "counts": dict(tools.ledger.counts()),
        "lanes that do not send": {one.name: one.said for one in now.lanes},
        "endpoints that need a person": {
            one.partner: f"inbound stopped: {one.code}" for one in now.endpoints
        },
        "exchanges that need a person": {
            row.id: f"{row.partner} {row.name}: {outcome}" for row, outcome in now.exchanges
        },
        "documents that need a person": {
            one.external_id: f"{one.partner} {one.doctype} {one.state}: {one.error or one.exchange}"
            for one in now.documents
        },
        "versions that wait for approval": {
            f"{one.partner}@{one.version}": one.submitted_by for one in now.approvals
        },
    }
