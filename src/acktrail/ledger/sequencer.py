"""Gives every entry its place in the tree and signs how far the tree has grown.

One pass: waiting entries get the next leaf indices (one transaction), bundles and tiles are
written, consistency with the last checkpoint is proved from the files, the new checkpoint is
signed, kept as a row and written as a file. A pass that was killed is repeated from the rows and
writes the same bytes. Two passes at once collide on the leaf index: one of them is rolled back.

Spec: C2SP tlog-tiles, tlog-checkpoint.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple, Never

import sqlalchemy as sa

from acktrail.errors import LedgerError
from acktrail.ledger import note as notes
from acktrail.ledger.database import begin_writing
from acktrail.ledger.dialects import insert_if_absent
from acktrail.ledger.entry import microseconds
from acktrail.ledger.merkle import consistency_holds, consistency_proof, root
from acktrail.ledger.note import Check, Checkpoint, PublicKey, Signer
from acktrail.ledger.refusals import translated
from acktrail.ledger.tables import (
    ledger_anchor,
    ledger_checkpoint,
    ledger_entry,
    ledger_leaf,
    ledger_pending,
)
from acktrail.ledger.tile_files import TileFiles
from acktrail.ledger.tiles import Builder, nodes
from acktrail.ports import Clock

BATCH: Final = 1000
_LEADER: Final = 7302  # any constant; one node of a cluster sequences at a time
_NEXT: Final = sa.select(sa.func.coalesce(sa.func.max(ledger_leaf.c.leaf_index), -1) + 1)
_WAITING: Final = (
    sa.select(ledger_pending).order_by(ledger_pending.c.stream, ledger_pending.c.n).limit(BATCH)
)
_NEWEST: Final = sa.select(ledger_checkpoint).order_by(ledger_checkpoint.c.size.desc()).limit(1)


class Grown(NamedTuple):
    """What a pass did: the checkpoint before, the newest one and its note."""

    before: Checkpoint
    newest: Checkpoint
    note: str


@dataclass(frozen=True, slots=True)
class Keys:
    """Who signs now, which keys are believed, and how a signature is checked."""

    signers: Sequence[Signer]
    believed: Sequence[PublicKey]
    check: Check


class Sequencer:
    """Grows the tree of one ledger; its files lie in one folder."""

    def __init__(self, engine: sa.Engine, files: TileFiles, keys: Keys, clock: Clock) -> None:
        """Use an upgraded database and the folder of its tiles."""
        self._engine = engine
        self.files = files
        self._keys = keys
        self._clock = clock
        self._origin = keys.signers[0].name

    def run(self) -> Grown | None:
        """Place all that waits and sign; None when the newest checkpoint covers everything.

        Raises:
            LedgerError: ``ledger.forked``, ``ledger.tiles``: rows, files and checkpoints are not
                of one history. Nothing is signed.
            UnavailableError: Database or folder is away; the pass may be repeated.
        """
        while self._place() == BATCH:
            pass
        return self._publish()

    def check(self, anchors: Sequence[str] = ()) -> None:
        """Refuse a database that is older than what was signed, or of another history.

        Args:
            anchors: Notes from outside, any number.

        Raises:
            LedgerError: With code ``ledger.forked``.
        """
        row = self._newest()
        own = [self.files.checkpoint()] if self.files.checkpoint() else []
        for note in (*own, *anchors):
            one = notes.verified(note, self._keys.believed, self._keys.check)
            self._agree(one, row.newest.size)
        if row.note and self.files.checkpoint() != row.note:  # killed between the two
            self.files.put_checkpoint(row.note)

    def rebuild(self) -> None:
        """Write the files of the newest checkpoint from the rows, into an empty folder.

        Raises:
            LedgerError: With code ``ledger.forked`` if the rows are not those that were signed.
        """
        row = self._newest()
        with translated(), self._engine.connect() as connection:
            builder = Builder(self.files.put)
            for leaf, data in islice(_leaves(connection, 0), row.newest.size):
                builder.add(leaf, data)
        builder.flush()
        if row.note:
            if builder.root() != row.newest.root:
                _refuse("the entries are not those of the newest checkpoint")
            self.files.put_checkpoint(row.note)

    def proof(self, old: int, new: int) -> list[bytes]:
        """Prove from the files that the tree of ``new`` leaves starts with that of ``old``."""
        return consistency_proof(nodes(self.files.get, new), old, new)

    def anchored(self, witness: str, size: int, receipt: str) -> None:
        """Note that a witness keeps the checkpoint of this size."""
        row = {
            "witness": witness,
            "size": size,
            "receipt": receipt,
            "anchored_at": microseconds(self._clock.now()),
        }
        with translated(), self._engine.begin() as connection:
            if not self._held(connection, witness, size):
                insert_if_absent(connection, ledger_anchor, row)

    def last_anchor(self, witness: str) -> int:
        """Return the largest size that the witness keeps, 0 for none."""
        query = sa.select(sa.func.max(ledger_anchor.c.size)).where(
            ledger_anchor.c.witness == witness
        )
        with translated(), self._engine.connect() as connection:
            return connection.scalar(query) or 0

    def newest(self) -> Grown:
        """Return the newest signed checkpoint; size 0 and an empty note when there is none."""
        return self._newest()

    def _held(self, connection: sa.Connection, witness: str, size: int) -> bool:
        place = (ledger_anchor.c.witness == witness) & (ledger_anchor.c.size == size)
        return connection.scalar(sa.select(sa.exists().where(place))) or False

    def _place(self) -> int:
        """Give up to a batch of waiting entries the next indices; return how many."""
        with translated(), self._engine.begin() as connection:
            begin_writing(connection)
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LEADER)))
            waiting = connection.execute(_WAITING).all()
            if waiting:
                start = connection.scalar(_NEXT) or 0
                leaves = [
                    {"leaf_index": start + at, "stream": stream, "n": n}
                    for at, (stream, n) in enumerate(waiting)
                ]
                connection.execute(sa.insert(ledger_leaf), leaves)
                connection.execute(_PLACED, [{"key": s, "number": n} for s, n in waiting])
            return len(waiting)

    def _publish(self) -> Grown | None:
        before = self._newest()
        with translated(), self._engine.connect() as connection:
            size = connection.scalar(_NEXT) or 0
            if size == before.newest.size:
                return None
            builder = self._resumed(before.newest)
            for leaf, data in _leaves(connection, builder.size):
                builder.add(leaf, data)
        builder.flush()
        grown = Checkpoint(self._origin, builder.size, builder.root())
        self._prove(before.newest, grown)
        note = notes.signed(grown, self._keys.signers)
        self._keep(grown, note)
        self.files.put_checkpoint(note)
        return Grown(before.newest, grown, note)

    def _resumed(self, old: Checkpoint) -> Builder:
        builder = Builder.resumed(self.files.put, self.files.get, old.size)
        if old.size and builder.root() != old.root:
            _refuse("the tiles are not those of the last checkpoint")
        return builder

    def _prove(self, old: Checkpoint, new: Checkpoint) -> None:
        """Prove consistency from the files, not from what was just computed in memory."""
        if old.size:
            proof = self.proof(old.size, new.size)
            if not consistency_holds(old.size, new.size, old.root, new.root, proof):
                _refuse("the tree does not start with the one of the last checkpoint")
        elif root(nodes(self.files.get, new.size), new.size) != new.root:
            _refuse("the tiles do not give the root of the tree")

    def _keep(self, checkpoint: Checkpoint, note: str) -> None:
        row = {
            "size": checkpoint.size,
            "note": note,
            "signed_at": microseconds(self._clock.now()),
        }
        with translated(), self._engine.begin() as connection:
            connection.execute(sa.insert(ledger_checkpoint), row)

    def _newest(self) -> Grown:
        with translated(), self._engine.connect() as connection:
            row = connection.execute(_NEWEST).one_or_none()
        if row is None:
            none = Checkpoint(self._origin, 0, b"")
            return Grown(none, none, "")
        one = notes.verified(row.note, self._keys.believed, self._keys.check)
        return Grown(one, one, row.note)

    def _agree(self, one: Checkpoint, size: int) -> None:
        if one.origin != self._origin:
            _refuse("a checkpoint is of another ledger")
        if one.size > size:
            _refuse("a signed checkpoint is larger than the ledger: an older copy runs")
        if one.size and root(nodes(self.files.get, one.size), one.size) != one.root:
            _refuse("a signed checkpoint is of another history")


_PLACED: Final = sa.delete(ledger_pending).where(
    (ledger_pending.c.stream == sa.bindparam("key"))
    & (ledger_pending.c.n == sa.bindparam("number"))
)


def _leaves(connection: sa.Connection, start: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield hash and bytes of the entries from leaf ``start`` on, in leaf order."""
    place = (ledger_entry.c.stream == ledger_leaf.c.stream) & (ledger_entry.c.n == ledger_leaf.c.n)
    query = (
        sa.select(ledger_leaf.c.leaf_index, ledger_entry.c.hash, ledger_entry.c.data)
        .select_from(ledger_leaf.outerjoin(ledger_entry, place))
        .where(ledger_leaf.c.leaf_index >= start)
        .order_by(ledger_leaf.c.leaf_index)
    )
    expected = start
    for index, leaf, data in connection.execution_options(yield_per=BATCH).execute(query):
        if index != expected or data is None:
            _refuse("an entry that has a place in the tree is gone")
        expected += 1
        yield leaf, data


def _refuse(what: str) -> Never:
    raise LedgerError(what, code="ledger.forked")
