"""Streams of entries: append under the lock of the stream, read, look first.

The lock, the number of entries and the hash of the last one are in the stream's one mutable row:
``exchange`` for exchanges, ``ledger_head`` for the others.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import sqlalchemy as sa

from acktrail.errors import LedgerError, NotFoundError
from acktrail.ledger.dialects import insert_if_absent
from acktrail.ledger.entry import (
    EXCHANGE_PREFIX,
    GENESIS,
    decode,
    encode,
    leaf_hash,
    microseconds,
)
from acktrail.ledger.status import next_status
from acktrail.ledger.tables import exchange, ledger_entry, ledger_head, ledger_pending
from acktrail.ports import Entry

# Made once: building a statement costs more than SQLite takes to run it.
_EXCHANGE_HEAD: Final = (
    sa.select(exchange.c.entries, exchange.c.head, exchange.c.status)
    .where(exchange.c.id == sa.bindparam("key"))
    .with_for_update(key_share=True)
)
_OTHER_HEAD: Final = (
    sa.select(ledger_head.c.entries, ledger_head.c.head, sa.literal("").label("status"))
    .where(ledger_head.c.stream == sa.bindparam("key"))
    .with_for_update()
)
_MOVE_EXCHANGE: Final = sa.update(exchange).where(exchange.c.id == sa.bindparam("key"))
_MOVE_OTHER: Final = sa.update(ledger_head).where(ledger_head.c.stream == sa.bindparam("key"))
_DATA: Final = (
    sa.select(ledger_entry.c.data)
    .where(ledger_entry.c.stream == sa.bindparam("key"))
    .order_by(ledger_entry.c.n)
)
_WAITS: Final = sa.insert(ledger_pending)


class Draft(NamedTuple):
    """An entry before it has a number, a time and a place in its chain."""

    stream: str
    kind: str
    body: Mapping[str, object]
    actor: str
    step: str = ""


class Head(NamedTuple):
    """Where a stream ends."""

    entries: int
    hash: bytes
    status: str  # "" for streams that are not exchanges


def append(connection: sa.Connection, draft: Draft, at: datetime) -> Entry:
    """Append an entry under the stream's lock and fold the status anew.

    The ledger itself writes ``body.step``, and ``body.entries`` of ``closed``: the number of
    entries with this one, so that a cut tail shows.

    Raises:
        NotFoundError: If the stream is an exchange that was not opened.
        LedgerError: If the entry breaks the format, or its number is taken.
    """
    head = locked_head(connection, draft.stream)
    body = dict(draft.body)
    if draft.step:
        body["step"] = draft.step
    if draft.kind == "closed":
        body["entries"] = head.entries + 1
    entry = Entry(draft.stream, head.entries, at, draft.kind, draft.actor, body, GENESIS, head.hash)
    data = encode(entry)
    digest = leaf_hash(data)
    insert_entry(connection, {"stream": entry.stream, "n": entry.n, "data": data, "hash": digest})
    _move_head(connection, entry._replace(hash=digest), head.status)
    return entry._replace(hash=digest)


def insert_entry(connection: sa.Connection, row: dict[str, object]) -> None:
    """Insert a row of ``ledger_entry``; the same row again has no effect.

    ``ON CONFLICT DO NOTHING`` alone would hide other content on PostgreSQL: compare.

    Raises:
        LedgerError: With code ``ledger.conflict`` if other content has that number.
    """
    msg = "an entry with this number exists with other content"
    try:
        if insert_if_absent(connection, ledger_entry, row):
            connection.execute(_WAITS, {"stream": row["stream"], "n": row["n"]})
            return
    except sa.exc.IntegrityError:  # SQLite's guard
        raise LedgerError(msg, code="ledger.conflict") from None
    place = (ledger_entry.c.stream == row["stream"]) & (ledger_entry.c.n == row["n"])
    kept = connection.execute(sa.select(ledger_entry).where(place)).mappings().one()
    if dict(kept) != row:
        raise LedgerError(msg, code="ledger.conflict")


def read(connection: sa.Connection, stream: str) -> tuple[Entry, ...]:
    """Return the stream's entries in order.

    Raises:
        LedgerError: If an entry's bytes cannot be decoded.
    """
    return tuple(decode(data) for data in connection.scalars(_DATA, {"key": stream}))


def read_each(connection: sa.Connection, streams: Sequence[str]) -> dict[str, tuple[Entry, ...]]:
    """Return the entries of several streams, read at once."""
    query = sa.select(ledger_entry.c.data).where(ledger_entry.c.stream.in_(streams))
    found: dict[str, list[Entry]] = {stream: [] for stream in streams}
    for data in connection.scalars(query.order_by(ledger_entry.c.stream, ledger_entry.c.n)):
        entry = decode(data)
        found[entry.stream].append(entry)
    return {stream: tuple(entries) for stream, entries in found.items()}


def with_step(connection: sa.Connection, stream: str, key: str) -> Entry | None:
    """Return the entry that carries the step key; the stream stays locked after the look."""
    locked_head(connection, stream)
    found = (entry for entry in read(connection, stream) if entry.body.get("step") == key)
    return next(found, None)


def locked_head(connection: sa.Connection, stream: str) -> Head:
    """Lock the end of a stream for this transaction and return it.

    Raises:
        NotFoundError: If the stream is an exchange that was not opened.
    """
    if stream.startswith(EXCHANGE_PREFIX):
        row = connection.execute(_EXCHANGE_HEAD, {"key": stream}).one_or_none()
        if row is None:
            msg = "no such exchange"
            raise NotFoundError(msg)
        return Head._make(row)
    row = connection.execute(_OTHER_HEAD, {"key": stream}).one_or_none()
    if row is None:
        start = {"stream": stream, "entries": 0, "head": GENESIS}
        insert_if_absent(connection, ledger_head, start)
        row = connection.execute(_OTHER_HEAD, {"key": stream}).one()
    return Head._make(row)


def _move_head(connection: sa.Connection, entry: Entry, status: str) -> None:
    moved = {"key": entry.stream, "entries": entry.n + 1, "head": entry.hash}
    if entry.stream.startswith(EXCHANGE_PREFIX):
        moved["status"] = next_status(status, entry.kind)
        moved["changed_at"] = microseconds(entry.at)
        connection.execute(_MOVE_EXCHANGE, moved)
    else:
        connection.execute(_MOVE_OTHER, moved)
