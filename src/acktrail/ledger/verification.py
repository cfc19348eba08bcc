"""Recomputing every chain from the bytes: what differs, and where.

Two sorted walks are merged, entries and heads, in one snapshot: memory does not grow with the
ledger. Consistent with itself is all that this can say; a rewritten database needs an anchor
outside of it.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import chain as links
from typing import Any, Final, NamedTuple, cast

import sqlalchemy as sa

from acktrail.errors import LedgerError
from acktrail.ledger.entry import EXCHANGE_PREFIX, GENESIS, body_of, lead, middle, split
from acktrail.ledger.status import KINDS, STATUSES, next_status
from acktrail.ledger.tables import exchange, ledger_entry, ledger_head

BATCH: Final = 2000

_MOVED: Final = {
    (status, kind.encode()): next_status(status, kind)
    for status in ("", *sorted(STATUSES))
    for kind in sorted(KINDS)
}

EntryRow = tuple[str, int, bytes, bytes]


class Kept(NamedTuple):
    """What the database caches of a stream."""

    stream: str
    entries: int
    head: bytes
    status: str


class Chain:
    """One stream while its entries pass by."""

    def __init__(self, stream: str) -> None:
        self.stream = stream
        self.entries = 0
        self.head = GENESIS
        self.status = ""
        self._lead = lead(stream)
        self._is_exchange = stream.startswith(EXCHANGE_PREFIX)

    def add(self, row: EntryRow) -> Sequence[str]:
        """Take the next entry; return what is wrong with it."""
        _, n, data, kept_hash = row
        digest = sha256(b"\0" + data).digest()
        found: Sequence[str] = ()
        if not (digest == kept_hash and n == self.entries and self._follows(data)):
            found = [f"{self.stream} {place}: {what}" for place, what in self._look(row, digest)]
        self.entries, self.head = n + 1, digest
        return found

    def _follows(self, data: bytes) -> bool:
        """Tell the usual case from all others: sound and next in the chain; moves the status."""
        own = self._lead + self.entries.to_bytes(4, "big")
        if not data.startswith(own):
            return False
        kind, prev, whole = middle(data, len(own) + 8)
        if prev != self.head or not whole:
            return False
        return self._moved(kind, data)

    def _moved(self, kind: bytes, data: bytes) -> bool:
        if not self._is_exchange:
            return True
        status = _MOVED.get((self.status, kind))
        if status is None:
            return False
        self.status = status
        return kind != b"closed" or _stated(data) == self.entries + 1

    def _look(self, row: EntryRow, digest: bytes) -> Iterator[tuple[int, str]]:
        """Name every fault of an entry that is not the usual case."""
        _, n, data, kept_hash = row
        if n != self.entries:
            yield self.entries, f"the entry is missing; the next is {n}"
        if digest != kept_hash:
            yield n, "the hash differs from the hash of the data"
        try:
            frame = split(data)
        except LedgerError as error:
            yield n, str(error)
            return
        if (frame.stream, frame.n) != (self.stream.encode(), n):
            yield n, "stream or number inside the data differ"
        if frame.prev != self.head:
            yield n, "prev differs from the hash of the entry before"
        self.entries = n
        if self._is_exchange and frame.kind.decode("latin-1") not in KINDS:
            yield n, "the kind is not in the closed list"
        elif not self._moved(frame.kind, data):
            yield n, "closed states another number of entries"

    def end(self, kept: Kept | None) -> Iterator[str]:
        """Compare what was folded with what the database caches."""
        last = self.entries - 1
        if kept is None:
            yield f"{self.stream} {last}: entries of a stream that was never opened"
            return
        if kept.entries != self.entries:
            yield f"{self.stream} {last}: the stream has {self.entries} entries, not {kept.entries}"
        if kept.head != self.head:
            yield f"{self.stream} {last}: the head differs from the last hash"
        if kept.status != self.status:
            yield f"{self.stream} {last}: the status differs from the fold of the entries"


def verify(engine: sa.Engine) -> Iterator[str]:
    """Walk over all streams of one snapshot; yield each fault as ``stream n: what differs``."""
    with engine.connect() as plain:
        level = "REPEATABLE READ" if plain.dialect.name == "postgresql" else "SERIALIZABLE"
        connection = plain.execution_options(isolation_level=level, yield_per=BATCH)
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")  # both walks see the same snapshot
        entries = connection.execute(
            sa.select(ledger_entry).order_by(ledger_entry.c.stream, ledger_entry.c.n)
        )
        rows = cast("Iterator[EntryRow]", links.from_iterable(entries.partitions()))
        yield from faults(rows, (Kept(*row) for row in connection.execute(_heads())))


def faults(entries: Iterable[EntryRow], heads: Iterable[Kept]) -> Iterator[str]:
    """Merge entries, sorted by stream and number, with the heads, sorted by stream."""
    waiting = iter(heads)
    kept = next(waiting, None)
    chain: Chain | None = None
    for row in entries:
        if chain is None or row[0] != chain.stream:
            if chain is not None:
                kept = yield from _closed(chain, kept, waiting)
            chain = Chain(row[0])
        if found := chain.add(row):
            yield from found
    if chain is not None:
        kept = yield from _closed(chain, kept, waiting)
    while kept is not None:
        yield from _empty(kept)
        kept = next(waiting, None)


def _closed(
    chain: Chain, kept: Kept | None, waiting: Iterator[Kept]
) -> Generator[str, None, Kept | None]:
    """End a chain with its head, passing heads of streams without entries; return the next."""
    while kept is not None and kept.stream < chain.stream:
        yield from _empty(kept)
        kept = next(waiting, None)
    if kept is None or kept.stream != chain.stream:
        yield from chain.end(None)
        return kept
    yield from chain.end(kept)
    return next(waiting, None)


def _empty(kept: Kept) -> Iterator[str]:
    # The look for a step opens a stream before its first entry; an exchange always has one.
    if kept.entries or kept.stream.startswith(EXCHANGE_PREFIX):
        yield f"{kept.stream} 0: the stream has no entries"


def _heads() -> sa.CompoundSelect[Any]:
    of_exchanges = sa.select(
        exchange.c.id.label("stream"), exchange.c.entries, exchange.c.head, exchange.c.status
    )
    of_others = sa.select(
        ledger_head.c.stream, ledger_head.c.entries, ledger_head.c.head, sa.literal("")
    )
    return of_exchanges.union_all(of_others).order_by("stream")


def _stated(data: bytes) -> object:
    try:
        return body_of(split(data)).get("entries")
    except LedgerError:
        return None
