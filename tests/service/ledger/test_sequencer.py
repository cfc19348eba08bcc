"""The tree on SQLite and PostgreSQL: one place an entry, files and rows of one history."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from acktrail.errors import LedgerError
from acktrail.ledger.merkle import consistency_holds, inclusion_holds, inclusion_proof
from acktrail.ledger.note import PublicKey, verified
from acktrail.ledger.sequencer import Keys, Sequencer
from acktrail.ledger.sql_ledger import SqlLedger
from acktrail.ledger.tile_files import TileFiles
from acktrail.ledger.tiles import nodes
from acktrail.security.signing import Ed25519Signer, new_key, signature_holds
from tests.service.ledger.samples import TickingClock, exchange_id, open_exchanges, opened_ledger

pytest_plugins = ["tests.service.postgres"]

SIGNER: Final = Ed25519Signer(new_key("acktrail.example/log"))
KEYS: Final = Keys([SIGNER], [PublicKey(SIGNER.name, SIGNER.key)], signature_holds)


@dataclass
class House:
    """A ledger with its tree."""

    ledger: SqlLedger
    engine: sa.Engine
    files: TileFiles
    tree: Sequencer

    def faults(self, *anchors: str) -> list[str]:
        return list(self.ledger.verify_tree(self.files, KEYS, anchors))

    def append(self, count: int, exchange: int = 1) -> None:
        with self.ledger.begin() as tx:
            for _ in range(count):
                tx.append(exchange_id(exchange), "acknowledged", {"of": "999"}, "svc:n1")


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    ledger, engine = opened_ledger(database_url, TickingClock())
    open_exchanges(ledger, 1, 2, 3)
    files = TileFiles(tmp_path / "tiles")
    yield House(ledger, engine, files, Sequencer(engine, files, KEYS, TickingClock()))
    engine.dispose()


def test_every_entry_gets_a_place_and_a_signed_root(house: House) -> None:
    house.append(600)

    grown = house.tree.run()

    assert grown is not None
    assert grown.newest.size == 603
    assert verified(house.files.checkpoint(), KEYS.believed, signature_holds) == grown.newest
    assert house.faults() == []
    assert house.tree.run() is None


def test_each_entry_is_proved_to_be_in_the_tree(house: House) -> None:
    house.append(300)
    grown = house.tree.run()
    assert grown is not None
    size, root = grown.newest.size, grown.newest.root
    with house.engine.connect() as connection:
        query = (
            "SELECT l.leaf_index, e.hash FROM ledger_leaf l JOIN ledger_entry e USING (stream, n)"
        )
        leaves = [(index, bytes(leaf)) for index, leaf in connection.exec_driver_sql(query)]

    node = nodes(house.files.get, size)

    assert len(leaves) == size
    for index, leaf in leaves:
        assert inclusion_holds(leaf, index, size, inclusion_proof(node, index, size), root)


def test_tree_of_many_passes_is_consistent_with_each_checkpoint_before(house: House) -> None:
    signed = []
    for count in (1, 250, 7, 255, 256, 3):
        house.append(count)
        grown = house.tree.run()
        assert grown is not None
        signed.append(grown.newest)

    last = signed[-1]
    for one in signed[:-1]:
        proof = house.tree.proof(one.size, last.size)
        assert consistency_holds(one.size, last.size, one.root, last.root, proof)
    assert house.faults() == []


def test_partial_tiles_go_once_the_full_one_is_there(house: House) -> None:
    for _ in range(4):
        house.append(70)
        house.tree.run()

    assert (house.files.root / "tile/0/000").stat().st_size == 8192
    assert not (house.files.root / "tile/0/000.p").exists()
    assert not (house.files.root / "tile/entries/000.p").exists()


def test_two_sequencers_at_once_give_each_entry_one_place(house: House, tmp_path: Path) -> None:
    house.append(1500)
    other = Sequencer(house.engine, TileFiles(tmp_path / "other"), KEYS, TickingClock())
    failed: list[Exception] = []

    def place(one: Sequencer) -> None:
        try:
            while one._place():  # noqa: SLF001 - the part that must not run twice for an entry
                pass
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            failed.append(error)

    threads = [threading.Thread(target=place, args=[one]) for one in (house.tree, other)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    house.tree.run()

    assert failed == []
    assert house.faults() == []


@pytest.mark.parametrize("moment", ["_prove", "_keep", "checkpoint"])
def test_killed_pass_is_repeated_with_the_same_bytes(
    house: House, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    house.append(300)
    house.tree.run()
    house.append(300)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if moment == "checkpoint":
            patch.setattr(TileFiles, "put_checkpoint", killed)
        else:
            patch.setattr(Sequencer, moment, killed)
        with pytest.raises(KeyboardInterrupt):
            house.tree.run()

    house.tree.check()
    house.append(10)
    house.tree.run()

    assert house.faults() == []


def test_older_copy_of_the_database_is_refused(house: House, tmp_path: Path) -> None:
    house.append(20)
    house.tree.run()
    anchor = house.files.checkpoint()
    older, engine = opened_ledger(f"sqlite:///{tmp_path / 'older.db'}", TickingClock())
    open_exchanges(older, 1, 2, 3)
    copy = Sequencer(engine, house.files, KEYS, TickingClock())

    with pytest.raises(LedgerError) as refused:
        copy.check()
    with pytest.raises(LedgerError):
        copy.check([anchor])

    assert refused.value.code == "ledger.forked"
    engine.dispose()


def test_history_built_anew_with_the_real_key_breaks_with_the_anchor(
    house: House, tmp_path: Path
) -> None:
    house.append(20)
    house.tree.run()
    anchor = house.files.checkpoint()
    other, engine = opened_ledger(f"sqlite:///{tmp_path / 'other.db'}", TickingClock())
    open_exchanges(other, 1, 2, 3)
    forged = House(other, engine, TileFiles(tmp_path / "forged"), house.tree)
    forged.tree = Sequencer(engine, forged.files, KEYS, TickingClock())
    forged.append(25, exchange=2)
    forged.tree.run()

    assert forged.faults() == []  # consistent with itself: only what was kept outside tells
    assert any("anchor 23: the root differs" in one for one in forged.faults(anchor))
    with pytest.raises(LedgerError):
        forged.tree.check([anchor])
    engine.dispose()


def test_lost_tiles_are_told_and_nothing_is_signed(house: House) -> None:
    house.append(20)
    house.tree.run()
    shutil.rmtree(house.files.root / "tile")
    house.append(1)

    with pytest.raises(LedgerError):
        house.tree.run()
    assert any("is missing" in one for one in house.faults())
