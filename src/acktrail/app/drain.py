"""Sends what the journal keeps: after an Odoo was configured, or after it came back.

Works from leases, so that the service and a command may drain at the same time; the repeat of a
document that the other one sent has no effect. The real-time lane goes first. What a person or a
policy stopped is not sent.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil

from acktrail.app.governing import Governing
from acktrail.app.restarting import parked_by_person
from acktrail.app.sender import Sender, Sent
from acktrail.app.tools import Tools
from acktrail.errors import AcktrailError
from acktrail.ports import PostingRow
from acktrail.profiles.partner import PartnerProfile

log = logging.getLogger("acktrail.drain")
LEASE_SECONDS = 900
BATCH_ROWS = 200
RATED_SECONDS = 2.0  # a rate is kept over so long
STOPPED = timedelta(minutes=1)  # until a document that may not be sent is looked at again


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
            leased = self.tools.ledger.lease(target, self._size(), LEASE_SECONDS)
            if not leased:
                return total
            rows = self._allowed(leased)
            if not rows:
                continue
            done = self.sender.send(self._profile(rows[0].partner), rows)
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

    def _profile(self, partner: str) -> PartnerProfile:
        """Return the newest version; where approval is required, the one that governs."""
        newest = self.tools.home.profile(partner)
        governed = Governing(self.tools).governed(newest)
        return (governed.found if governed else newest).profile

    def _allowed(self, rows: Sequence[PostingRow]) -> Sequence[PostingRow]:
        """Return what may be sent; the rest gives its lease back for a while."""
        stopped = {one for one in {row.exchange for row in rows} if self._stopped(one)}
        if stopped:
            later = self.tools.clock.now() + STOPPED
            self.sender.give_back((row, later) for row in rows if row.exchange in stopped)
        return [row for row in rows if row.exchange not in stopped]

    def _stopped(self, exchange: str) -> bool:
        """Tell whether a person parked the exchange, or its partner may not post."""
        row = self.tools.ledger.exchange(exchange)
        if row.status == "held" and parked_by_person(self.tools.ledger.entries(exchange)):
            return True
        return bool(Governing(self.tools).stops_posting(row))

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


@dataclass(slots=True)
class Returns:
    """Drains each Odoo that was away, when it is there again.

    Exchanges send their own; while Odoo was away they went to sleep, one by one. Whether it was
    away says the circuit's stream in the ledger: a stop that was over before anybody looked is
    not missed.
    """

    tools: Tools
    sender: Sender
    _drained: dict[str, int] = field(default_factory=dict)  # target -> moves of its circuit

    def look(self) -> None:
        """Drain what returned since the last look; at the first one, everything."""
        for target in self.tools.settings.odoo:
            try:
                self._look(target)
            except AcktrailError as error:
                log.warning("drain failed: target=%s code=%s", target, error.code)

    def _look(self, target: str) -> None:
        moves = self.sender.circuits.moves(target)
        if self._drained.get(target) == moves or self.sender.waits_until(target) is not None:
            return
        Drain(self.tools, self.sender).run(target)
        if not self.tools.ledger.due(target, 1):
            self._drained[target] = moves
