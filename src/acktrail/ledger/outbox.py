"""Answer files: fixed in the ledger before the first attempt to deliver them."""

from typing import Final

import sqlalchemy as sa

from acktrail.errors import ConflictError, NotFoundError
from acktrail.ledger.entries import locked_head
from acktrail.ledger.tables import outbox
from acktrail.ports import OutboxRow

COLUMNS: Final = tuple(outbox.c[name] for name in OutboxRow._fields)


def add(connection: sa.Connection, row: OutboxRow) -> None:
    """Fix an answer file; the same row again has no effect.

    Raises:
        ConflictError: If the exchange has another answer of that name.
    """
    locked_head(connection, row.exchange)
    kept = rows(connection, row.exchange)
    same_name = next((one for one in kept if one.name == row.name), None)
    if same_name is None:
        values = row._asdict() | {"position": len(kept)}
        connection.execute(sa.insert(outbox).values(values))
    elif same_name._replace(delivered=row.delivered) != row:
        msg = "another answer file of this exchange has that name"
        raise ConflictError(msg)


def rows(connection: sa.Connection, exchange: str) -> tuple[OutboxRow, ...]:
    """Return the answer files of an exchange in the order they were fixed."""
    query = sa.select(*COLUMNS).where(outbox.c.exchange == exchange).order_by(outbox.c.position)
    return tuple(OutboxRow(*row) for row in connection.execute(query))


def set_delivered(connection: sa.Connection, exchange: str, name: str) -> None:
    """Note that an answer file was delivered and verified.

    Raises:
        NotFoundError: If the exchange has no such answer.
    """
    place = (outbox.c.exchange == exchange) & (outbox.c.name == name)
    if not connection.execute(sa.update(outbox).where(place).values(delivered=True)).rowcount:
        msg = "the exchange has no such answer file"
        raise NotFoundError(msg)
