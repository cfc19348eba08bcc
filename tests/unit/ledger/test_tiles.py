"""Tiles and bundles by C2SP tlog-tiles; the tree goes on from them at any size."""

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acktrail.ledger.entry import leaf_hash
from acktrail.ledger.merkle import complete_root, root
from acktrail.ledger.tiles import Builder, nodes, tile_path
from tests.unit.ledger.test_merkle import defined

DATA: Final = [b"entry %d" % one for one in range(66_000)]
HASHES: Final = [leaf_hash(one) for one in DATA]


def built(size: int, step: int) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    done = 0
    while done < size:
        builder = Builder.resumed(files.__setitem__, files.__getitem__, done)
        for at in range(done, min(size, done + step)):
            builder.add(HASHES[at], DATA[at])
        builder.flush()
        done = builder.size
    return files


@pytest.mark.parametrize(
    ("index", "width", "path"),
    [
        (0, 256, "tile/0/000"),
        (5, 256, "tile/0/005"),
        (999, 17, "tile/0/999.p/17"),
        (1000, 256, "tile/0/x001/000"),
        (1234067, 256, "tile/0/x001/x234/067"),
        (1234067, 8, "tile/0/x001/x234/067.p/8"),
    ],
)
def test_path_c2sp_tlog_tiles_merkle_tree(index: int, width: int, path: str) -> None:
    assert tile_path(0, index, width) == path


def test_bundle_of_entries_c2sp_tlog_tiles_log_entries() -> None:
    files = built(3, 3)

    assert files["tile/entries/000.p/3"] == b"".join(
        len(one).to_bytes(2, "big") + one for one in DATA[:3]
    )


def test_level_above_holds_roots_of_full_tiles_only_c2sp_tlog_tiles() -> None:
    files = built(600, 600)

    assert files["tile/0/001"] == b"".join(HASHES[256:512])
    assert files["tile/1/000.p/2"] == complete_root(HASHES[:256]) + complete_root(HASHES[256:512])
    assert files["tile/0/002.p/88"] == b"".join(HASHES[512:600])


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 900), st.integers(1, 400))
def test_root_from_files_is_the_definition_at_any_step(size: int, step: int) -> None:
    files = built(size, step)

    builder = Builder.resumed(files.__setitem__, files.__getitem__, size)

    assert builder.root() == defined(HASHES[:size])
    assert root(nodes(files.__getitem__, size), size) == defined(HASHES[:size])


def test_three_levels() -> None:
    files = built(66_000, 66_000)

    assert "tile/2/000.p/1" in files
    assert root(nodes(files.__getitem__, 66_000), 66_000) == defined(HASHES)
