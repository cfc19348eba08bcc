"""Rows of kept content: wrapped keys and how long it stays."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from acktrail.ledger.dialects import insert_if_absent
from acktrail.ledger.tables import blob


class Blob(NamedTuple):
    """One piece of kept content; instants in microseconds since 1970."""

    name: str
    kind: str
    size: int
    key: str  # id of the retention key, "" when it is kept plain
    wrapped: bytes
    kept_at: int
    retain_until: int
    disposal: str = ""  # the request it was disposed by
    gone: bool = False  # its file was removed then


COLUMNS = tuple(blob.c[name] for name in Blob._fields)


def find(connection: sa.Connection, name: str) -> Blob | None:
    """Return the row of a name, without a lock."""
    row = connection.execute(sa.select(*COLUMNS).where(blob.c.name == name)).one_or_none()
    return Blob._make(row) if row else None


def lock(connection: sa.Connection, name: str) -> Blob | None:
    """Return the row of a name, locked for this transaction."""
    query = sa.select(*COLUMNS).where(blob.c.name == name).with_for_update()
    row = connection.execute(query).one_or_none()
    return Blob._make(row) if row else None


def insert(connection: sa.Connection, row: Blob) -> bool:
    """Insert a row; False when its name is taken."""
    return insert_if_absent(connection, blob, row._asdict())


def replace(connection: sa.Connection, row: Blob) -> None:
    """Write a row that this transaction has locked."""
    connection.execute(sa.update(blob).where(blob.c.name == row.name).values(row._asdict()))


def under_key(connection: sa.Connection, key: str, limit: int) -> Sequence[Blob]:
    """Return rows whose data key is wrapped under that key, locked."""
    query = sa.select(*COLUMNS).where(blob.c.key == key).order_by(blob.c.name).limit(limit)
    return [Blob._make(row) for row in connection.execute(query.with_for_update())]
