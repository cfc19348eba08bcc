"""Sends what the journal keeps: after an Odoo was configured, or after it came back.

Works from leases, so that the service and a command may drain at the same time; the repeat of a
document that the other one sent has no effect. The real-time lane goes first.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from acktrail.app.sender import Sender, Sent
from acktrail.app.tools import Tools
from acktrail.ports import PostingRow

LEASE_SECONDS = 900
BATCH_ROWS = 200
RATED_SECONDS = 2.0  # a rate is kept over so long


@dataclass(frozen=True, slots=True)
class Drain:
    """Drains one target, not faster than a person allows."""

    tools: Tools
    sender: Sender
    rate: float = 0.0  # documents a second; 0 = as fast as Odoo takes them
    pause: Callable[[float], object] = time.sleep

    def run(self, target: str) -> Sent:
        """Send every due row; stop when its Odoo does not answer."""
        total = Sent()
        while self.sender.waits_until(target) is None:
            began = self.tools.clock.now()
            rows = self.tools.ledger.lease(target, self._size(), LEASE_SECONDS)
            if not rows:
                return total
            profile = self.tools.home.profile(rows[0].partner).profile
            done = self.sender.send(profile, rows)
            total += done
            self._note(rows)
            if done.unknown and self.sender.opened_until(target):
                return total
            self._slow_down(len(rows), self.tools.clock.now() - began)
        return total

    def _size(self) -> int:
        return min(BATCH_ROWS, ceil(self.rate * RATED_SECONDS)) if self.rate else BATCH_ROWS

    def _slow_down(self, rows: int, took: timedelta) -> None:
        if self.rate:
            self.pause(max(0.0, rows / self.rate - took.total_seconds()))

    def _note(self, rows: Iterable[PostingRow]) -> None:
        """Write into each exchange what became of its rows; a closed one is closed again."""
        for exchange in sorted({row.exchange for row in rows}):
            with self.tools.ledger.begin() as tx:
                row = tx.lock(exchange)
                states = Counter(one.state for one in tx.postings(exchange))
                body: dict[str, object] = {"mode": "drained", **dict(sorted(states.items()))}
                tx.append(exchange, "posted", body, self.tools.actor)
                if row.status == "closed":
                    count = len(tx.entries(exchange)) + 1
                    closed = {"entries": count, "generation": row.generation}
                    tx.append(exchange, "closed", closed, self.tools.actor)
