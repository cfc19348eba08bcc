"""Recomputing the tree from the rows: order, files, checkpoints, anchors; what differs, and where.

One walk in leaf order in one snapshot. Everything is compared with what is computed here, never
with what was computed before; nothing is mended.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import sqlalchemy as sa

from acktrail.errors import LedgerError
from acktrail.ledger import note as notes
from acktrail.ledger.entry import leaf_hash
from acktrail.ledger.sequencer import Keys
from acktrail.ledger.tables import ledger_checkpoint, ledger_entry, ledger_leaf, ledger_pending
from acktrail.ledger.tile_files import TileFiles
from acktrail.ledger.tiles import Builder

BATCH: Final = 2000


def verify(
    engine: sa.Engine, files: TileFiles, keys: Keys, anchors: Iterable[str] = ()
) -> Iterator[str]:
    """Walk over all leaves; yield each fault as ``place: what differs``.

    Args:
        engine: Of the ledger.
        files: The tiles, bundles and the checkpoint.
        keys: Which signatures are believed.
        anchors: Checkpoints that were kept outside.
    """
    published = files.checkpoint()  # first: a row is committed before the file shows it
    with engine.connect() as plain:
        level = "REPEATABLE READ" if plain.dialect.name == "postgresql" else "SERIALIZABLE"
        connection = plain.execution_options(isolation_level=level, yield_per=BATCH)
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        signed = _Signed(keys, _notes(connection), published, anchors)
        yield from signed.faults
        yield from _without_place(connection)
        yield from _walk(connection, files, signed)


def _notes(connection: sa.Connection) -> list[str]:
    """Return the notes of all checkpoints, the smallest first."""
    query = sa.select(ledger_checkpoint.c.note).order_by(ledger_checkpoint.c.size)
    return list(connection.scalars(query))


class _Signed:
    """Every checkpoint that somebody signed, by its size."""

    def __init__(self, keys: Keys, rows: list[str], file: str, anchors: Iterable[str]) -> None:
        self.faults: list[str] = []
        self.newest = 0
        self._by_size: dict[int, list[tuple[str, notes.Checkpoint]]] = {}
        self._keys = keys
        for note in rows:
            self.newest = max(self.newest, self._add("checkpoint row", note))
        if file not in (rows or [""]):
            self.faults.append("checkpoint file: not one of the checkpoints that were kept")
        for note in anchors:
            self._add("anchor", note)

    def _add(self, what: str, note: str) -> int:
        try:
            one = notes.verified(note, self._keys.believed, self._keys.check)
        except LedgerError as error:
            self.faults.append(f"{what}: {error}")
            return 0
        self._by_size.setdefault(one.size, []).append((what, one))
        return one.size

    def compare(self, size: int, root: bytes) -> Iterator[str]:
        """Compare the root of the first ``size`` leaves with what was signed for them."""
        for what, one in self._by_size.pop(size, ()):
            if one.root != root:
                yield f"{what} {size}: the root differs: entries before it were changed"

    def due(self, size: int) -> bool:
        """Tell whether somebody signed this size."""
        return size in self._by_size

    def rest(self, size: int) -> Iterator[str]:
        """Name the checkpoints of more leaves than there are."""
        for signed in sorted(self._by_size):
            for what, _ in self._by_size[signed]:
                yield f"{what} {signed}: only {size} entries are in the tree: the rest is gone"


def _walk(connection: sa.Connection, files: TileFiles, signed: _Signed) -> Iterator[str]:
    """Grow the tree anew, comparing each file and each checkpoint as it is reached."""
    wrong: list[str] = []

    def compare(path: str, content: bytes) -> None:
        try:
            if files.get(path) != content:
                wrong.append(f"{path}: the content differs from the entries")
        except LedgerError as error:
            wrong.append(str(error))

    builder = Builder(compare)
    for index, stream, n, data in connection.execute(_leaves()):
        if index != builder.size:
            yield f"leaf {builder.size}: missing; the next is {index}"
        if data is None:
            yield f"leaf {index}: entry {stream} {n} is gone"
            data = b""  # noqa: PLW2901 - its place stays, so that the rest is compared
        builder.add(leaf_hash(data), data)
        yield from _emptied(wrong)
        if signed.due(builder.size):
            yield from signed.compare(builder.size, builder.root())
        if builder.size == signed.newest:
            builder.flush()
            yield from _emptied(wrong)
    yield from signed.rest(builder.size)


def _emptied(found: list[str]) -> Iterator[str]:
    yield from found
    found.clear()


def _without_place(connection: sa.Connection) -> Iterator[str]:
    """Name entries that neither are in the tree nor wait for it."""
    leaf = (ledger_leaf.c.stream == ledger_entry.c.stream) & (ledger_leaf.c.n == ledger_entry.c.n)
    waits = (ledger_pending.c.stream == ledger_entry.c.stream) & (
        ledger_pending.c.n == ledger_entry.c.n
    )
    query = (
        sa.select(ledger_entry.c.stream, ledger_entry.c.n)
        .select_from(ledger_entry.outerjoin(ledger_leaf, leaf).outerjoin(ledger_pending, waits))
        .where(ledger_leaf.c.stream.is_(None) & ledger_pending.c.stream.is_(None))
    )
    for stream, n in connection.execute(query):
        yield f"{stream} {n}: the entry has no place in the tree"


def _leaves() -> sa.Select[Any]:
    place = (ledger_entry.c.stream == ledger_leaf.c.stream) & (ledger_entry.c.n == ledger_leaf.c.n)
    return (
        sa.select(
            ledger_leaf.c.leaf_index, ledger_leaf.c.stream, ledger_leaf.c.n, ledger_entry.c.data
        )
        .select_from(ledger_leaf.outerjoin(ledger_entry, place))
        .order_by(ledger_leaf.c.leaf_index)
    )
