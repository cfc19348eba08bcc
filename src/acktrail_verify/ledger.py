"""A whole ledger: its tiles, and its SQLite database when that is at hand."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from acktrail_verify.entries import Chains
from acktrail_verify.tree import Checkpoint, Fault, Frontier, leaf_hash, signed_note

WIDTH = 256


def verify_tiles(
    tiles: Path, keys: Sequence[str], anchors: Sequence[tuple[str, str]], database: Path | None
) -> Iterator[str]:
    """Recompute everything from the bundles of entries; yield each fault.

    Args:
        tiles: The folder with ``checkpoint`` and ``tile/``.
        keys: Public keys that are believed.
        anchors: Name and note of each checkpoint kept elsewhere.
        database: The SQLite file, opened read-only, to compare row by row.
    """
    newest = signed_note((tiles / "checkpoint").read_text("utf-8"), keys)
    known: dict[int, list[tuple[str, Checkpoint]]] = {newest.size: [("checkpoint", newest)]}
    for name, note in anchors:
        try:
            one = signed_note(note, keys)
        except Fault as fault:
            yield f"anchor {name}: {fault}"
            continue
        known.setdefault(one.size, []).append((f"anchor {name}", one))
    rows = _rows(database) if database else None
    frontier, chains = Frontier(), Chains()
    hashes: list[bytes] = []
    for data in _entries(tiles, newest.size):
        leaf = leaf_hash(data)
        if rows is not None:
            yield from _same(frontier.size, data, leaf, next(rows, None))
        yield from chains.add(data)
        frontier.append(leaf)
        hashes.append(leaf)
        if len(hashes) == WIDTH:
            yield from _tile(tiles, frontier.size // WIDTH - 1, hashes)
            hashes.clear()
        for name, one in known.pop(frontier.size, ()):
            if one.root != frontier.root():
                yield f"{name} {one.size}: the root differs: entries before it were changed"
    for size, signed in sorted(known.items()):
        for name, _ in signed:
            yield f"{name} {size}: only {frontier.size} entries are here: the rest is gone"


def _entries(tiles: Path, size: int) -> Iterator[bytes]:
    """Yield the entries of all bundles in the order of the tree."""
    for index in range(-(-size // WIDTH)):
        width = min(WIDTH, size - index * WIDTH)
        bundle = _file(tiles, "entries", index, width)
        at = 0
        for _ in range(width):
            length = int.from_bytes(bundle[at : at + 2], "big")
            yield bundle[at + 2 : at + 2 + length]
            at += 2 + length


def _tile(tiles: Path, index: int, hashes: list[bytes]) -> Iterator[str]:
    try:
        content = _file(tiles, "0", index, WIDTH)
    except Fault as fault:
        yield str(fault)
        return
    if content != b"".join(hashes):
        yield f"tile {index}: the hashes differ from the entries"


def _file(tiles: Path, level: str, index: int, width: int) -> bytes:
    """Read a tile or bundle; a full one also serves for its own beginning."""
    groups, rest = [f"{index % 1000:03d}"], index // 1000
    while rest:
        groups.append(f"x{rest % 1000:03d}")
        rest //= 1000
    path = tiles / "tile" / level / "/".join(reversed(groups))
    partial = path.with_name(f"{path.name}.p") / str(width)
    for one in (partial, path) if width < WIDTH else (path,):
        if one.is_file():
            return one.read_bytes()
    msg = f"tile {level} {index}: the file is missing"
    raise Fault(msg)


def _rows(database: Path) -> Iterator[tuple[int, str, int, bytes, bytes]]:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        yield from connection.execute(
            "SELECT l.leaf_index, l.stream, l.n, e.data, e.hash FROM ledger_leaf l"
            " LEFT JOIN ledger_entry e ON e.stream = l.stream AND e.n = l.n ORDER BY l.leaf_index"
        )
    connection.close()


def _same(
    index: int, data: bytes, leaf: bytes, row: tuple[int, str, int, bytes, bytes] | None
) -> Iterator[str]:
    if row is None or row[0] != index:
        yield f"leaf {index}: not in the database"
    elif row[3] != data or row[4] != leaf:
        yield f"leaf {index}: the database's entry {row[1]} {row[2]} differs from the signed one"
