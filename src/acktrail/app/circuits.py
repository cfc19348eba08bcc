"""The circuits to each Odoo as all workers see them: of a database, and of what one model denies.

A refused key or an Odoo that is away stops all calls to that database. A model or method that
Odoo denies stops only one partner's documents of that model: the others go on.
"""

import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from acktrail.app.access import need_reason
from acktrail.errors import ConflictError
from acktrail.ledger import circuits as ledger
from acktrail.ledger.sql_ledger import SqlLedger
from acktrail.odoo import breaker
from acktrail.odoo.breaker import Cause, Circuit, State
from acktrail.ports import Clock, PostingRow

WHILE_PROBED = timedelta(seconds=5)  # another worker asks whether Odoo is back: look again soon


class Trouble(NamedTuple):
    """How Odoo answered at the end of a run."""

    cause: Cause = Cause.NONE
    reason: str = ""  # a class, or words of ours; no data


class Order(NamedTuple):
    """What a person wants of a circuit."""

    name: str  # a target, or target/partner/model
    actor: str  # user:<name>
    reason: str  # kept in the ledger; no data
    until: datetime | None = None  # aware; None = until a person ends it


def scope_of(row: PostingRow) -> str:
    """Return the name of the circuit for one partner's documents of one model."""
    return f"{row.target}/{row.partner}/{row.model}"


def circuit_stream(name: str) -> str:
    """Name the ledger's stream of a circuit."""
    return f"circuit:{name}"


class Circuits:
    """Reads and keeps circuits in the ledger; whoever comes first probes.

    What opens or closes one is an entry of the circuit's stream; that it stays open, or is tried
    once more, is not.
    """

    def __init__(self, ledger: SqlLedger, clock: Clock, actor: str) -> None:
        self._ledger, self._clock, self._actor = ledger, clock, actor

    def waits_until(self, name: str) -> datetime | None:
        """Return until when nothing is sent because the circuit is open; None = go on.

        A circuit whose time is over is taken half-open by whoever asks first.
        """
        now, kept = self._clock.now(), self.state(name)
        if kept.state is State.CLOSED or self._change(name, lambda one: breaker.permit(one, now)):
            return None
        kept = self.state(name)
        return None if kept.state is State.CLOSED else _end(kept, now)

    def waiting(self, rows: Iterable[PostingRow]) -> dict[str, datetime]:
        """Return the models' circuits among these rows that are open, with until when."""
        found = {name: self.waits_until(name) for name in dict.fromkeys(map(scope_of, rows))}
        return {name: until for name, until in found.items() if until}

    def opened_until(self, name: str) -> datetime | None:
        """Return when an open circuit may be tried again; None when it is not open."""
        kept = self.state(name)
        return _end(kept, self._clock.now()) if kept.state is State.OPEN else None

    def closed_until(self, name: str) -> datetime | None:
        """Return until when the circuit lets nobody through, without becoming the one who asks."""
        until = self.opened_until(name)
        return until if until and until > self._clock.now() else None

    def probing(self, name: str) -> bool:
        """Tell whether the circuit is half-open: a question goes before any document."""
        return self.state(name).state is State.HALF_OPEN

    def report(self, name: str, trouble: Trouble) -> None:
        """Open or close the circuit by how Odoo answered."""
        now, stretch = self._clock.now(), random.random()  # noqa: S311 - posters shall not wake at once

        def change(kept: Circuit) -> Circuit | None:
            if not trouble.cause:
                return breaker.answered(kept)
            if kept.state is State.OPEN:
                return None  # another worker has met the same trouble: it counts once
            return breaker.opened(kept, trouble.cause, trouble.reason, now, stretch)

        if trouble.cause or self.state(name) != breaker.CLOSED:
            self._change(name, change)

    def pause(self, order: Order) -> None:
        """Open a circuit by a person's will: nothing is sent, everything else goes on.

        Raises:
            PolicyError: There is no reason.
        """
        need_reason(order.reason)
        circuit = breaker.paused(order.reason, order.until)
        self._change(order.name, lambda _: circuit, order)

    def resume(self, order: Order) -> None:
        """Let a circuit go on: a pause ends, one that opened by itself is tried now.

        Raises:
            ConflictError: It is not open.
            PolicyError: There is no reason.
        """
        need_reason(order.reason)

        def change(kept: Circuit) -> Circuit:
            if kept.state is not State.OPEN:
                msg = f"the lane is not stopped: its circuit is {kept.state}"
                raise ConflictError(msg)
            return breaker.resumed(kept, self._clock.now())

        self._change(order.name, change, order)

    def state(self, name: str) -> Circuit:
        """Return the circuit as it is kept."""
        return _circuit(self._ledger.circuit(name))

    def moves(self, name: str) -> int:
        """Return how often the circuit was stopped and let go on."""
        return self._ledger.length(circuit_stream(name))

    def stopped(self) -> dict[str, Circuit]:
        """Return every circuit that is not closed, by name."""
        return {one.target: _circuit(one) for one in self._ledger.circuits()}

    def _change(
        self, name: str, change: Callable[[Circuit], Circuit | None], order: Order | None = None
    ) -> bool:
        """Change a circuit under its lock, and note what opened or closed it; None = leave it.

        Tell whether it was changed.
        """
        with self._ledger.begin() as tx:
            row = tx.circuit(name)
            before = _circuit(row)
            after = change(before)
            if after is None or after == before:
                return False
            opened = None if after.state is State.CLOSED else row.opened_at or self._clock.now()
            tx.set_circuit(_row(name, after, opened))
            kind = _kind(before, after, order)
            if kind:
                body = _body(after, order)
                actor = order.actor if order else self._actor
                tx.append(circuit_stream(name), kind, body, actor)
            return True


def _kind(before: Circuit, after: Circuit, order: Order | None) -> str:
    """Return what kind of entry a change is worth; ``""``: none."""
    if order:
        return "paused" if after.cause is Cause.PERSON else "resumed"
    if after.state is State.CLOSED:
        return "resumed"
    return "stopped" if before.state is State.CLOSED else ""


def _body(after: Circuit, order: Order | None) -> dict[str, object]:
    body: dict[str, object] = {"reason": order.reason if order else after.reason}
    if after.cause:
        body["cause"] = str(after.cause)
    if after.until:
        body["until"] = after.until.isoformat(timespec="seconds")
    return body


def _end(circuit: Circuit, now: datetime) -> datetime:
    """Return when to look again at a circuit that is not closed."""
    if circuit.state is State.HALF_OPEN:
        return now + WHILE_PROBED
    return circuit.until or now + breaker.LONGEST


def _circuit(row: ledger.Circuit) -> Circuit:
    cause, _, reason = row.reason.partition(":")
    return Circuit(State(row.state), Cause(cause), reason, row.until, row.failures)


def _row(name: str, circuit: Circuit, opened_at: datetime | None) -> ledger.Circuit:
    reason = f"{circuit.cause}:{circuit.reason}" if circuit.cause else ""
    state, until, openings = str(circuit.state), circuit.until, circuit.openings
    return ledger.Circuit(name, state, reason, until, openings, opened_at)
