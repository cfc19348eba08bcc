"""The tree as files: tiles of 256 hashes, bundles of 256 entries, and one checkpoint. Pure.

A tile ``tile/<L>/<N>`` holds 256 hashes of level L, each the root of 256**L leaves; a partial one
``tile/<L>/<N>.p/<W>`` the first W. A bundle ``tile/entries/<N>`` holds the entries of the same 256
leaves, each with a 16-bit length before it. What a path holds never changes.

Spec: C2SP tlog-tiles (merkle tree, tiles, log entries).
"""

from collections.abc import Callable, Sequence
from typing import Final

from acktrail.ledger.merkle import EMPTY, HASH_BYTES, complete_root, node_hash

WIDTH: Final = 256
BITS: Final = 8

Put = Callable[[str, bytes], None]
Get = Callable[[str], bytes]


def tile_path(level: int | str, index: int, width: int = WIDTH) -> str:
    """Return a tile's path; ``level`` is ``entries`` for a bundle.

    Spec: groups of three digits, all but the last with ``x``: 1234067 is ``x001/x234/067``.
    """
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    name = "/".join(reversed(groups))
    return f"tile/{level}/{name}" + (f".p/{width}" if width < WIDTH else "")


def ends(size: int) -> list[tuple[int, int, int]]:
    """Return (level, index, width) of the partial tiles of a tree with ``size`` leaves."""
    found, level = [], 0
    while count := size >> (BITS * level):
        found.append((level, count // WIDTH, count % WIDTH))
        level += 1
    return found


def hashes(tile: bytes) -> list[bytes]:
    """Cut a tile into its hashes."""
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]


class Builder:
    """Grows a tree leaf by leaf and hands out each file as soon as it is full."""

    def __init__(
        self, put: Put, size: int = 0, levels: Sequence[Sequence[bytes]] = (), bundle: bytes = b""
    ) -> None:
        """Go on from a tree of ``size`` leaves.

        Args:
            put: Takes the path and the content of a file.
            size: Leaves so far.
            levels: The hashes of each level's partial tile, level 0 first.
            bundle: The content of the partial bundle.
        """
        self._put = put
        self.size = size
        self._levels = [list(level) for level in levels]
        self._bundle = bytearray(bundle)

    @classmethod
    def resumed(cls, put: Put, get: Get, size: int) -> "Builder":
        """Go on from the files of a tree of ``size`` leaves."""
        partial = [
            hashes(get(tile_path(level, index, width))) if width else []
            for level, index, width in ends(size)
        ]
        rest = size % WIDTH
        bundle = get(tile_path("entries", size // WIDTH, rest)) if rest else b""
        return cls(put, size, partial, bundle)

    def add(self, leaf: bytes, data: bytes) -> None:
        """Append a leaf and the entry's bytes."""
        self._bundle += len(data).to_bytes(2, "big") + data
        self.size += 1
        if self.size % WIDTH == 0:
            self._put(tile_path("entries", self.size // WIDTH - 1), bytes(self._bundle))
            self._bundle.clear()
        self._carry(leaf)

    def _carry(self, one: bytes) -> None:
        """Put a hash onto level 0; a full tile becomes one hash of the level above."""
        for level in range(len(self._levels) + 1):
            if level == len(self._levels):
                self._levels.append([])
            tile = self._levels[level]
            tile.append(one)
            if len(tile) < WIDTH:
                return
            index = (self.size >> (BITS * (level + 1))) - 1
            self._put(tile_path(level, index), b"".join(tile))
            one = complete_root(tile)
            tile.clear()

    def flush(self) -> None:
        """Hand out the partial tiles and the partial bundle."""
        for level, index, width in ends(self.size):
            if width:
                self._put(tile_path(level, index, width), b"".join(self._levels[level]))
        if rest := self.size % WIDTH:
            self._put(tile_path("entries", self.size // WIDTH, rest), bytes(self._bundle))

    def root(self) -> bytes:
        """Return the root of all leaves so far."""
        result = b""
        for tile in self._levels:  # smallest subtrees first
            for start, width in reversed(_complete_parts(len(tile))):
                part = complete_root(tile[start : start + width])
                result = node_hash(part, result) if result else part
        return result or EMPTY


def nodes(get: Get, size: int) -> Callable[[int, int], bytes]:
    """Return a reader of complete subtrees' roots from the files of a tree of ``size`` leaves."""
    kept: dict[str, bytes] = {}

    def node(height: int, index: int) -> bytes:
        level, rest = divmod(height, BITS)
        start = index << rest
        count = size >> (BITS * level)
        tile = start // WIDTH
        path = tile_path(level, tile, min(WIDTH, count - tile * WIDTH))
        if path not in kept:
            kept[path] = get(path)
        at = start % WIDTH
        return complete_root(hashes(kept[path])[at : at + (1 << rest)])

    return node


def _complete_parts(count: int) -> list[tuple[int, int]]:
    """Return (start, width) of the complete subtrees in a tile, largest first."""
    parts, start = [], 0
    for bit in reversed(range(count.bit_length())):
        if count >> bit & 1:
            parts.append((start, 1 << bit))
            start += 1 << bit
    return parts
