"""Sends what the journal keeps: after an Odoo was configured, or after it came back.

Works from leases, so that the service and a command may drain at the same time; the repeat of a
document that the other one sent has no effect.
"""

from collections import Counter
from collections.abc import Iterable

from acktrail.app.sender import Sender, Sent
from acktrail.app.tools import Tools
from acktrail.ports import PostingRow

LEASE_SECONDS = 900
BATCH_ROWS = 200


def drain(tools: Tools, sender: Sender, target: str) -> Sent:
    """Send every due row of one target; stop when its Odoo does not answer."""
    total = Sent()
    while sender.waits_until(target) is None:
        rows = tools.ledger.lease(target, BATCH_ROWS, LEASE_SECONDS)
        if not rows:
            return total
        profile = tools.home.profile(rows[0].partner).profile
        done = sender.send(profile, rows)
        total += done
        _note(tools, rows)
        if done.unknown:
            return total
    return total


def _note(tools: Tools, rows: Iterable[PostingRow]) -> None:
    """Write into each exchange what became of its rows; a closed one is closed again."""
    for exchange in sorted({row.exchange for row in rows}):
        with tools.ledger.begin() as tx:
            row = tx.lock(exchange)
            states = Counter(one.state for one in tx.postings(exchange))
            body: dict[str, object] = {"mode": "drained", **dict(sorted(states.items()))}
            tx.append(exchange, "posted", body, tools.actor)
            if row.status == "closed":
                count = len(tx.entries(exchange)) + 1
                closed = {"entries": count, "generation": row.generation}
                tx.append(exchange, "closed", closed, tools.actor)
