"""The circuit to one Odoo (address, database, user) as a pure state machine.

The caller keeps the circuit where all posters see it. Time and jitter are arguments.

closed --(refused, or 5 unknown in a row over 20 s)--> open --(its time is over)--> half_open
half_open --(an answer)--> closed;  half_open --(unknown, refused)--> open, twice as long
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

UNKNOWN_IN_A_ROW = 5
UNKNOWN_OVER = timedelta(seconds=20)
SHORTEST = timedelta(seconds=30)
LONGEST = timedelta(minutes=10)
PROBE = timedelta(minutes=3)  # how long a worker may take that was let through half-open


class State(StrEnum):
    """Where a circuit is."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Cause(StrEnum):
    """Why a circuit opened; decides what closes it."""

    NONE = ""
    UNKNOWN = "unknown"  # no answers
    REFUSED = "refused"  # credentials, rights, configuration
    PERSON = "person"  # paused by hand


@dataclass(frozen=True, slots=True)
class Circuit:
    """What has to be kept of a circuit."""

    state: State = State.CLOSED
    cause: Cause = Cause.NONE
    reason: str = ""  # a class or a person's words; no data
    until: datetime | None = None  # when a probe may be sent
    openings: int = 0  # in a row, without an answer between


CLOSED = Circuit()


def gives_up(unknown: int, since: datetime | None, now: datetime) -> bool:
    """Tell whether so many unknown outcomes in a row, since then, open a circuit."""
    return unknown >= UNKNOWN_IN_A_ROW and since is not None and now - since >= UNKNOWN_OVER


def permit(circuit: Circuit, now: datetime) -> Circuit | None:
    """Return the circuit to keep and go on with, or None: wait.

    An open circuit whose time is over comes back half-open: the worker that got it sends
    ``res.users/context_get``, then the oldest batch. If it never reports, another one may.
    """
    if circuit.state is State.CLOSED:
        return circuit
    if circuit.until is None or now < circuit.until:
        return None
    return replace(circuit, state=State.HALF_OPEN, until=now + PROBE)


def answered(circuit: Circuit) -> Circuit:
    """Return the circuit after Odoo answered and did what it was asked."""
    by_hand = circuit.state is State.OPEN and circuit.cause is Cause.PERSON
    return circuit if by_hand else CLOSED


def opened(
    circuit: Circuit, cause: Cause, reason: str, now: datetime, jitter: float = 0.0
) -> Circuit:
    """Return the open circuit after it gave up, or after a confirmed refusal.

    Args:
        circuit: As it was.
        cause: ``UNKNOWN`` or ``REFUSED``.
        reason: Safe to show.
        now: Aware, UTC.
        jitter: 0 to 1; stretches the time by up to a quarter, so that posters do not wake at once.
    """
    times = min(circuit.openings, 10)
    longer = min(LONGEST, SHORTEST * 2**times) * (1 + jitter / 4)
    return Circuit(State.OPEN, cause, reason, now + longer, circuit.openings + 1)


def paused(reason: str, until: datetime | None = None) -> Circuit:
    """Return the circuit as a person opens it; without an end only a person closes it."""
    return Circuit(State.OPEN, Cause.PERSON, reason, until)


def resumed(circuit: Circuit, now: datetime) -> Circuit:
    """Return the circuit after a person let it go on.

    A pause ends. A circuit that opened by itself is only tried now: a question goes first.
    """
    return CLOSED if circuit.cause is Cause.PERSON else replace(circuit, until=now)
