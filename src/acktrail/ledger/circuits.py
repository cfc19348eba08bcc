"""The breaker of each Odoo database, shared by all nodes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from acktrail.ledger.dialects import insert_if_absent
from acktrail.ledger.entry import instant, microseconds
from acktrail.ledger.tables import circuit


class Circuit(NamedTuple):
    """What is known of a target's health."""

    target: str
    state: str = "closed"  # closed | open | half_open
    reason: str = ""  # class of the failure; never text from outside
    until: datetime | None = None  # when an open circuit may be tried again
    failures: int = 0  # in a row
    opened_at: datetime | None = None


def read(connection: sa.Connection, target: str) -> Circuit:
    """Return the target's circuit; one that was never written is closed."""
    row = connection.execute(sa.select(circuit).where(circuit.c.target == target)).one_or_none()
    return Circuit(target) if row is None else _circuit(row)


def not_closed(connection: sa.Connection) -> Sequence[Circuit]:
    """Return every circuit that lets not everything through, by name."""
    query = sa.select(circuit).where(circuit.c.state != "closed").order_by(circuit.c.target)
    return [_circuit(row) for row in connection.execute(query)]


def _circuit(row: sa.Row[Any]) -> Circuit:
    until, opened_at = (
        None if value is None else instant(value) for value in (row.until, row.opened_at)
    )
    return Circuit(row.target, row.state, row.reason, until, row.failures, opened_at)


def write(connection: sa.Connection, value: Circuit) -> None:
    """Keep the state of a circuit."""
    lock(connection, value.target)
    times = {
        "until": None if value.until is None else microseconds(value.until),
        "opened_at": None if value.opened_at is None else microseconds(value.opened_at),
    }
    change = sa.update(circuit).where(circuit.c.target == value.target)
    connection.execute(change.values(value._asdict() | times))


def lock(connection: sa.Connection, target: str) -> None:
    """Lock the target's row for this transaction, making it first where there is none."""
    start = Circuit(target)._asdict()
    query = sa.select(circuit.c.target).where(circuit.c.target == target).with_for_update()
    if connection.scalar(query) is None:
        insert_if_absent(connection, circuit, start)
        connection.scalar(query)
