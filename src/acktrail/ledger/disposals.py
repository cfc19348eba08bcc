"""What may be disposed of, what is held, and rows that became tombstones."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from acktrail.ledger.blobs import COLUMNS, Blob
from acktrail.ledger.dialects import insert_if_absent
from acktrail.ledger.tables import blob, blob_hold


class Cut(NamedTuple):
    """What one disposal is about."""

    before: int  # retention ended at this instant or earlier, microseconds since 1970
    request: str  # rows that it disposed of already belong to it too


class Sum(NamedTuple):
    """Content whose retention ended and that nobody holds."""

    kind: str
    files: int
    bytes: int
    oldest: int  # when the retention of the first of them ended, microseconds since 1970


class Hold(NamedTuple):
    """An open legal hold."""

    hold: str
    subject: str
    files: int


_HELD = sa.exists().where(blob_hold.c.blob == blob.c.name)


def _ended(before: int) -> sa.ColumnElement[bool]:
    return (blob.c.disposal == "") & (blob.c.retain_until <= before)


def sums(connection: sa.Connection, before: int) -> Sequence[Sum]:
    """Count by kind what may be disposed of."""
    facts = (sa.func.count(), sa.func.sum(blob.c.size), sa.func.min(blob.c.retain_until))
    query = sa.select(blob.c.kind, *facts).where(_ended(before), ~_HELD)
    rows = connection.execute(query.group_by(blob.c.kind).order_by(blob.c.kind))
    return [Sum(kind, files, int(size), oldest) for kind, files, size, oldest in rows]


def page(connection: sa.Connection, cut: Cut, after: str, limit: int) -> Sequence[Blob]:
    """Return what a disposal is about, by name: what is due, and what it disposed of already."""
    mine = blob.c.disposal == cut.request if cut.request else sa.false()
    wanted = mine | (_ended(cut.before) & ~_HELD)
    query = sa.select(*COLUMNS).where(wanted, blob.c.name > after).order_by(blob.c.name)
    return [Blob._make(row) for row in connection.execute(query.limit(limit))]


def dispose(connection: sa.Connection, names: Iterable[str], cut: Cut) -> Sequence[Blob]:
    """Lock those of the names that may be disposed of now, and take their data keys away.

    Holds are looked for after the rows are locked: one that was committed until then counts, and
    one that comes later waits for us and finds a tombstone.
    """
    due = blob.c.name.in_(list(names)) & _ended(cut.before)
    locked = sa.select(*COLUMNS).where(due).order_by(blob.c.name).with_for_update()
    rows = [Blob._make(row) for row in connection.execute(locked)]
    among = blob_hold.c.blob.in_([row.name for row in rows])
    held = set(connection.scalars(sa.select(blob_hold.c.blob).where(among)))
    free = [row for row in rows if row.name not in held]
    tombstone = {"key": "", "wrapped": b"", "disposal": cut.request}
    gone = blob.c.name.in_([row.name for row in free])
    connection.execute(sa.update(blob).where(gone).values(tombstone))
    return free


def remaining(connection: sa.Connection, limit: int) -> Sequence[Blob]:
    """Return tombstones whose file was not removed yet, locked."""
    query = sa.select(*COLUMNS).where(blob.c.disposal != "", ~blob.c.gone)
    locked = query.order_by(blob.c.name).limit(limit).with_for_update()
    return [Blob._make(row) for row in connection.execute(locked)]


def hold(connection: sa.Connection, place: str, subject: str, names: Iterable[str]) -> int:
    """Hold those of the names that are kept; return how many were not held by it before."""
    kept = blob.c.name.in_(list(names)) & (blob.c.disposal == "")
    query = sa.select(blob.c.name).where(kept).order_by(blob.c.name).with_for_update()
    rows = [
        {"hold": place, "blob": name, "subject": subject}
        for name in connection.scalars(query).all()
    ]
    return sum(insert_if_absent(connection, blob_hold, row) for row in rows)


def unhold(connection: sa.Connection, place: str) -> int:
    """End a hold; return how much it held."""
    return connection.execute(sa.delete(blob_hold).where(blob_hold.c.hold == place)).rowcount


def holds(connection: sa.Connection) -> Sequence[Hold]:
    """Return every open hold with what it holds."""
    by = (blob_hold.c.hold, blob_hold.c.subject)
    query = sa.select(*by, sa.func.count()).group_by(*by).order_by(blob_hold.c.hold)
    return [Hold(*row) for row in connection.execute(query)]
