"""Roots, proofs and signed checkpoints.

Spec: RFC 6962 section 2.1; RFC 9162 sections 2.1.3.2, 2.1.4.2; C2SP signed-note, tlog-checkpoint.
"""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from acktrail_verify.ed25519 import signature_holds

HASH_BYTES = 32
ED25519 = b"\x01"
LINES = 3


class Fault(Exception):  # noqa: N818 - what an auditor is told, not a defect of this program
    """Something is not as it was signed or written."""


class Checkpoint(NamedTuple):
    """What the ledger's owner signed."""

    origin: str
    size: int
    root: bytes


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of an entry's bytes."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the complete subtrees, largest first: all that is needed to go on."""

    def __init__(self) -> None:
        self.size = 0
        self._roots: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Take the next leaf."""
        self._roots.append(leaf)
        self.size += 1
        size = self.size
        while size & 1 == 0:
            right = self._roots.pop()
            self._roots.append(node_hash(self._roots.pop(), right))
            size >>= 1

    def root(self) -> bytes:
        """Return the root of all leaves so far."""
        if not self._roots:
            return sha256(b"").digest()
        result = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            result = node_hash(left, result)
        return result


def included(leaf: bytes, index: int, checkpoint: Checkpoint, proof: Sequence[bytes]) -> bool:
    """Tell whether the proof shows the leaf at that index of the signed tree."""
    if not 0 <= index < checkpoint.size or any(len(one) != HASH_BYTES for one in proof):
        return False
    at, last, result = index, checkpoint.size - 1, leaf
    for other in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            result = node_hash(other, result)
            while at & 1 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            result = node_hash(result, other)
        at, last = at >> 1, last >> 1
    return last == 0 and result == checkpoint.root


def consistent(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> bool:
    """Tell whether the proof shows that the new tree starts with the old one."""
    if not 0 < old.size <= new.size or any(len(one) != HASH_BYTES for one in proof):
        return False
    if old.size == new.size:
        return not proof and old.root == new.root
    path = [old.root, *proof] if old.size & (old.size - 1) == 0 else list(proof)
    at, last = old.size - 1, new.size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = path[0] if path else b""
    for other in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node_hash(other, first), node_hash(other, second)
            while at & 1 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, other)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old.root and second == new.root


def read_note(note: str) -> Checkpoint:
    """Read a checkpoint's three lines.

    Raises:
        Fault: It is none.
    """
    lines = note.split("\n")
    root = _base64(lines[2]) if len(lines) > LINES else b""
    if len(root) != HASH_BYTES or not lines[1].isascii() or not lines[1].isdigit():
        msg = "not a checkpoint"
        raise Fault(msg)
    return Checkpoint(lines[0], int(lines[1]), root)


def signed_note(note: str, keys: Sequence[str]) -> Checkpoint:
    """Read a checkpoint that one of the keys (``name+hash+base64``) signed.

    Raises:
        Fault: It is none, or no signature is right.
    """
    text, _, signatures = note.rpartition("\n\n")
    message = f"{text}\n".encode()
    for name, digest, public in map(_key, keys):
        for line in signatures.split("\n"):
            dash, _, rest = line.partition(" ")
            signer, _, body = rest.partition(" ")
            raw = _base64(body)
            named = dash == "—" and signer == name and raw[:4] == digest
            if named and signature_holds(public, message, raw[4:]):
                return read_note(note)
    msg = "no signature of a known key is right"
    raise Fault(msg)


def _key(text: str) -> tuple[str, bytes, bytes]:
    name, _, rest = text.strip().partition("+")
    raw = _base64(rest.partition("+")[2])
    digest = sha256(name.encode() + b"\n" + raw).digest()[:4]
    if raw[:1] != ED25519 or len(raw) != HASH_BYTES + 1:
        msg = "not a public key"
        raise Fault(msg)
    return name, digest, raw[1:]


def _base64(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return b""
