"""The circuits to each Odoo as all workers see them: of a database, and of what one model denies.

A refused key or an Odoo that is away stops all calls to that database. A model or method that
Odoo denies stops only one partner's documents of that model: the others go on.
"""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from acktrail.ledger.circuits import Circuit
from acktrail.ledger.sql_ledger import SqlLedger
from acktrail.odoo import breaker
from acktrail.ports import Clock, PostingRow

WHILE_PROBED = timedelta(seconds=5)  # another worker asks whether Odoo is back: look again soon


class Trouble(NamedTuple):
    """How Odoo answered at the end of a run."""

    cause: breaker.Cause = breaker.Cause.NONE
    reason: str = ""  # a class, or words of ours; no data


def scope_of(row: PostingRow) -> str:
    """Return the name of the circuit for one partner's documents of one model."""
    return f"{row.target}/{row.partner}/{row.model}"


class Circuits:
    """Reads and keeps circuits in the ledger; whoever comes first probes."""

    def __init__(self, ledger: SqlLedger, clock: Clock) -> None:
        self._ledger, self._clock = ledger, clock

    def waits_until(self, name: str) -> datetime | None:
        """Return until when nothing is sent because the circuit is open; None = go on.

        A circuit whose time is over is taken half-open by whoever asks first.
        """
        now, kept = self._clock.now(), self.state(name)
        permitted = breaker.permit(kept, now)
        if permitted is None and kept.state is breaker.State.HALF_OPEN:
            return now + WHILE_PROBED
        if permitted is None:
            return kept.until or now + breaker.LONGEST
        if permitted != kept:
            self._keep(name, permitted)
        return None

    def waiting(self, rows: Iterable[PostingRow]) -> dict[str, datetime]:
        """Return the models' circuits among these rows that are open, with until when."""
        found = {name: self.waits_until(name) for name in dict.fromkeys(map(scope_of, rows))}
        return {name: until for name, until in found.items() if until}

    def opened_until(self, name: str) -> datetime | None:
        """Return when an open circuit may be tried again; None when it is not open."""
        kept = self.state(name)
        return kept.until if kept.state is breaker.State.OPEN else None

    def closed_until(self, name: str) -> datetime | None:
        """Return until when the circuit lets nobody through, without becoming the one who asks."""
        until = self.opened_until(name)
        return until if until and until > self._clock.now() else None

    def probing(self, name: str) -> bool:
        """Tell whether the circuit is half-open: a question goes before any document."""
        return self.state(name).state is breaker.State.HALF_OPEN

    def report(self, name: str, trouble: Trouble) -> None:
        """Open or close the circuit by how Odoo answered."""
        now, kept = self._clock.now(), self.state(name)
        if kept.state is breaker.State.OPEN and trouble.cause:
            return  # another worker has met the same trouble: it counts once
        if trouble.cause:
            stretch = random.random()  # noqa: S311 - so that posters do not wake at once
            circuit = breaker.opened(kept, trouble.cause, trouble.reason, now, stretch)
        else:
            circuit = breaker.answered(kept)
        if circuit != kept:
            self._keep(name, circuit)

    def state(self, name: str) -> breaker.Circuit:
        """Return the circuit as it is kept."""
        kept = self._ledger.circuit(name)
        cause, _, reason = kept.reason.partition(":")
        return breaker.Circuit(
            breaker.State(kept.state), breaker.Cause(cause), reason, kept.until, kept.failures
        )

    def _keep(self, name: str, circuit: breaker.Circuit) -> None:
        reason = f"{circuit.cause}:{circuit.reason}" if circuit.cause else ""
        opened_at = None if circuit.state is breaker.State.CLOSED else self._clock.now()
        self._ledger.set_circuit(
            Circuit(name, str(circuit.state), reason, circuit.until, circuit.openings, opened_at)
        )
