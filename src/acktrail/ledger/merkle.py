"""The Merkle tree over all entries: roots, proofs and their checks. Pure.

A leaf is an entry's hash as :func:`acktrail.ledger.entry.leaf_hash` gives it; a proof is a list of
32-byte hashes, lowest first.

Spec: RFC 6962 section 2.1; checks as in RFC 9162 sections 2.1.3.2 and 2.1.4.2.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

EMPTY: Final = sha256(b"").digest()
HASH_BYTES: Final = 32

NodeAt = Callable[[int, int], bytes]
"""Root of the complete subtree of ``2**height`` leaves: (height, index among its like)."""


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def complete_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over 1, 2, 4, ... hashes."""
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=True)
        hashes = [node_hash(left, right) for left, right in pairs]
    return hashes[0]


def root(node: NodeAt, size: int) -> bytes:
    """Return the root of the first ``size`` leaves."""
    return _range(node, 0, size) if size else EMPTY


def inclusion_proof(node: NodeAt, index: int, size: int) -> list[bytes]:
    """Prove that leaf ``index`` is among the first ``size``: PATH(m, D[n])."""
    proof, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_range(node, middle, end))
            end = middle
        else:
            proof.append(_range(node, start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(node: NodeAt, old: int, new: int) -> list[bytes]:
    """Prove that the first ``old`` of ``new`` leaves are unchanged: PROOF(m, D[n])."""
    if not 0 < old < new:
        return []
    proof, start, end, whole = [], 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_range(node, middle, end))
            end = middle
        else:
            proof.append(_range(node, start, middle))
            start, whole = middle, False
    if not whole:
        proof.append(_range(node, start, end))
    return proof[::-1]


def inclusion_holds(  # the five words of RFC 9162
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], tree_root: bytes
) -> bool:
    """Tell whether ``proof`` shows that ``leaf`` is at ``index`` of the tree."""
    if not 0 <= index < size or not _sound((leaf, tree_root, *proof)):
        return False
    at, last, result = index, size - 1, leaf
    for other in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            result = node_hash(other, result)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            result = node_hash(result, other)
        at, last = at >> 1, last >> 1
    return last == 0 and result == tree_root


def consistency_holds(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether ``proof`` shows that the larger tree starts with the smaller one."""
    if not 0 < old <= new or not _sound((old_root, new_root, *proof)):
        return False
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node_hash(other, first), node_hash(other, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, other)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def _range(node: NodeAt, start: int, end: int) -> bytes:
    """Return the root over leaves ``start`` to ``end``; start is a multiple of the largest part."""
    size = end - start
    if size & (size - 1) == 0:
        return node(size.bit_length() - 1, start // size)
    middle = start + _split(size)
    return node_hash(_range(node, start, middle), _range(node, middle, end))


def _split(size: int) -> int:
    """Return the largest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def _sound(hashes: Sequence[bytes]) -> bool:
    return all(len(one) == HASH_BYTES for one in hashes)
