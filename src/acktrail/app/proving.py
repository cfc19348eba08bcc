"""Proof for one exchange: its chain, its places in the signed tree, and the bytes that came."""

from collections.abc import Iterator

from acktrail.app.chunks import digest_of
from acktrail.app.sealing import Sealing
from acktrail.errors import LedgerError, NotFoundError
from acktrail.ledger import note as notes
from acktrail.ledger.entry import leaf_hash
from acktrail.ledger.merkle import inclusion_holds, inclusion_proof
from acktrail.ledger.tiles import nodes
from acktrail.ports import ExchangeRow


def faults_of(sealing: Sealing, row: ExchangeRow, *, payload: bool) -> Iterator[str]:
    """Yield what is wrong with one exchange: ``place: what differs``; nothing when all holds.

    Args:
        sealing: The home's tree.
        row: The exchange.
        payload: Compare the kept bytes with the hashes that were recorded when they came.
    """
    yield from _chain(sealing, row)
    yield from _places(sealing, row)
    if payload:
        yield from _bytes(sealing, row)


def _chain(sealing: Sealing, row: ExchangeRow) -> Iterator[str]:
    before = bytes(32)
    entries = sealing.tools.ledger.entries(row.id)
    for n, one in enumerate(entries):
        if one.n != n or one.prev != before:
            yield f"{row.id} {n}: the chain is broken"
        before = one.hash
    if len(entries) != row.entries:
        yield f"{row.id} {len(entries)}: the stream has {len(entries)} entries, not {row.entries}"


def _places(sealing: Sealing, row: ExchangeRow) -> Iterator[str]:
    """Prove each entry against the newest checkpoint, from the tiles."""
    tools, sequencer = sealing.tools, sealing.sequencer
    newest = notes.read(tools.ledger.note_at())
    node = nodes(sequencer.files.get, newest.size)
    leaves = tools.ledger.leaves(row.id)
    for n, (index, data) in enumerate(leaves):
        if index >= newest.size:
            continue  # placed after the checkpoint was signed
        proof = inclusion_proof(node, index, newest.size)
        if not inclusion_holds(leaf_hash(data), index, newest.size, proof, newest.root):
            yield f"{row.id} {n}: not in the signed tree"
    if len(leaves) < row.entries:
        yield f"{row.id} {len(leaves)}: no place in the tree yet; acktrail ledger checkpoint"


def _bytes(sealing: Sealing, row: ExchangeRow) -> Iterator[str]:
    received = sealing.tools.ledger.entries(row.id)[0]
    if received.body.get("blob") != row.raw:
        yield f"{row.id}: the row names other bytes than the entry"
    for what, blob, digest in (
        ("raw", row.raw, row.raw_sha256),
        ("opened", row.clear, row.clear_sha256),
    ):
        if not blob:
            continue
        try:
            with sealing.tools.store.open(blob) as file:
                same = digest_of(file) == digest
            if not same:
                yield f"{row.id}: the {what} bytes are not those that came"
        except NotFoundError as error:
            if error.code != "store.disposed":  # by two people: no fault
                yield f"{row.id}: the {what} bytes: {error}"
        except LedgerError as error:
            damaged = error.code == "store.damaged"
            yield f"{row.id}: the {what} bytes" + (
                " are not those that came" if damaged else f": {error}"
            )
