"""Tiles and checkpoints read by an independent implementation: that of the Go project.

``golang.org/x/mod/sumdb`` (BSD-3) is what Go's own checksum database is read with.
Spec: C2SP tlog-tiles, signed-note, tlog-checkpoint; RFC 6962, 2.1.1, 2.1.2.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from acktrail.ledger.note import PublicKey
from acktrail.ledger.sequencer import Keys
from acktrail.ledger.tile_files import TileFiles
from acktrail.security.signing import Ed25519Signer, new_key, signature_holds
from tests.service.ledger.samples import TickingClock, exchange_id, open_exchanges, opened_ledger

SOURCE = Path(__file__).with_name("peer") / "reader.go"
PACKAGES = Path("/usr/share/gocode")  # where Debian's golang-golang-x-mod-dev puts them
MISSING = not shutil.which("go") or not (PACKAGES / "src/golang.org/x/mod/sumdb").is_dir()
pytestmark = pytest.mark.skipif(MISSING, reason="needs go and golang-golang-x-mod-dev (Debian)")
FIRST, SECOND = 300, 250  # entries: more than one tile, and the last one partial
SECONDS = 300


class Tree(NamedTuple):
    """A signed tree of two checkpoints."""

    tiles: Path
    key: str
    older: Path


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reader")
    target = folder / "reader"
    environment = {
        **os.environ,
        "GO111MODULE": "off",
        "GOPATH": str(PACKAGES),
        "GOCACHE": str(folder / "cache"),
    }
    call = ["go", "build", "-o", str(target), str(SOURCE)]
    subprocess.run(call, env=environment, check=True, timeout=SECONDS)
    return target


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    folder = tmp_path_factory.mktemp("tree")
    ledger, engine = opened_ledger(f"sqlite:///{folder / 'ledger.db'}", TickingClock())
    signer = Ed25519Signer(new_key("acktrail.local/peer"))
    key = PublicKey(signer.name, signer.key)
    sequencer = ledger.sequencer(
        TileFiles(folder / "tiles"), Keys([signer], [key], signature_holds)
    )
    open_exchanges(ledger, 1)
    for count in (FIRST, SECOND):
        for _ in range(count):
            with ledger.begin() as transaction:
                transaction.append(exchange_id(1), "read", {"messages": count}, "svc:test")
        sequencer.run()
        if count == FIRST:
            shutil.copy(folder / "tiles/checkpoint", folder / "older")
    engine.dispose()
    return Tree(folder / "tiles", str(key), folder / "older")


def read(reader: Path, tree: Tree) -> subprocess.CompletedProcess[str]:
    paths = (tree.tiles / "checkpoint", tree.older)
    call = [str(reader), str(tree.tiles), tree.key, *map(str, paths)]
    return subprocess.run(call, capture_output=True, text=True, timeout=SECONDS, check=False)


def test_every_entry_and_the_older_tree_are_proven_by_another_implementation(
    reader: Path, signed: Tree
) -> None:
    done = read(reader, signed)

    assert done.returncode == 0, done.stderr
    words = done.stdout.split()
    assert int(words[1]) > FIRST + SECOND
    assert FIRST <= int(words[3]) < int(words[1])


def flip(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(body))


def change_tile(tiles: Path) -> None:
    flip(tiles / "tile/0/000")


def change_bundle(tiles: Path) -> None:
    flip(tiles / "tile/entries/000")


def change_root(tiles: Path) -> None:
    path = tiles / "checkpoint"
    name, size, *rest = path.read_text().split("\n")
    path.write_text("\n".join([name, str(int(size) - 1), *rest]))


@pytest.mark.parametrize("change", [change_tile, change_bundle, change_root])
def test_it_refuses_what_was_changed(
    reader: Path, signed: Tree, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    shutil.copytree(signed.tiles, tmp_path / "tiles")
    change(tmp_path / "tiles")

    assert read(reader, signed._replace(tiles=tmp_path / "tiles")).returncode == 1
