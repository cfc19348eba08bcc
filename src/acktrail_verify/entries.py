"""The bytes of an entry, and the chain of each stream.

``data = lp("acktrail/entry/1") lp(stream) u32(n) u64(time) lp(kind) lp(actor) prev[32] lp(body)``;
``lp(x)`` is a 16-bit big-endian length and the bytes. An entry's hash is the leaf hash of ``data``.
"""

import json
import struct
from collections.abc import Iterator
from typing import NamedTuple

from acktrail_verify.tree import HASH_BYTES, Fault, leaf_hash

MAGIC = b"acktrail/entry/1"
GENESIS = bytes(HASH_BYTES)


class Entry(NamedTuple):
    """The fields of an entry."""

    stream: str
    n: int
    microseconds: int
    kind: str
    actor: str
    prev: bytes
    body: dict[str, object]


def decode(data: bytes) -> Entry:
    """Cut an entry's bytes into fields.

    Raises:
        Fault: They are not an entry.
    """
    try:
        magic, at = _field(data, 0)
        stream, at = _field(data, at)
        n, time = struct.unpack_from(">IQ", data, at)
        kind, at = _field(data, at + 12)
        actor, at = _field(data, at)
        prev = data[at : at + HASH_BYTES]
        body, end = _field(data, at + HASH_BYTES)
        parsed = json.loads(body)
        entry = Entry(stream.decode(), n, time, kind.decode(), actor.decode(), prev, parsed)
    except (ValueError, struct.error, RecursionError):
        msg = "the bytes are not an entry"
        raise Fault(msg) from None
    if magic != MAGIC or end != len(data) or not isinstance(parsed, dict):
        msg = "the bytes are not an entry"
        raise Fault(msg)
    return entry


def _field(data: bytes, at: int) -> tuple[bytes, int]:
    start = at + 2
    end = start + int.from_bytes(data[at:start], "big")
    if end > len(data) or start > len(data):
        raise ValueError
    return data[start:end], end


class Chains:
    """The head of every stream that passed by."""

    def __init__(self) -> None:
        self._heads: dict[str, tuple[int, bytes]] = {}

    def add(self, data: bytes) -> Iterator[str]:
        """Take the next entry of its stream; yield what is wrong with it."""
        try:
            entry = decode(data)
        except Fault as fault:
            yield str(fault)
            return
        count, head = self._heads.get(entry.stream, (0, GENESIS))
        if entry.n != count:
            yield f"{entry.stream} {count}: the entry is missing; the next is {entry.n}"
        elif entry.prev != head:
            yield f"{entry.stream} {entry.n}: prev differs from the hash of the entry before"
        if entry.kind == "closed" and entry.body.get("entries") != entry.n + 1:
            yield f"{entry.stream} {entry.n}: closed states another number of entries"
        self._heads[entry.stream] = entry.n + 1, leaf_hash(data)

    def __len__(self) -> int:
        return len(self._heads)
