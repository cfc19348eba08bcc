"""The tamper matrix: each way of changing rows and files, as owner or file editor, is found.

The owner may drop triggers, change what he likes and put the triggers back; the file editor may
write any file below ``var/``. Attacks of the application's own log-in never get that far: see
``test_guards``. What each attack is found by is part of the matrix.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from acktrail.errors import LedgerError
from acktrail.ledger.entry import decode, encode, leaf_hash
from acktrail.ledger.note import signed
from acktrail.ledger.sequencer import Sequencer
from acktrail.ledger.sql_ledger import SqlLedger
from acktrail.ledger.tile_files import TileFiles
from acktrail.store.local import LocalStore
from tests.service.ledger.samples import (
    NAMING_KEY,
    TickingClock,
    exchange_id,
    open_exchanges,
    opened_ledger,
)
from tests.service.ledger.test_sequencer import KEYS, SIGNER

pytest_plugins = ["tests.service.postgres"]

ONE, TWO = exchange_id(1), exchange_id(2)
TABLES = ("ledger_entry", "ledger_leaf", "ledger_checkpoint", "ledger_anchor")


@dataclass
class Scene:
    """A sealed ledger of 320 entries, with an anchor that an auditor kept."""

    ledger: SqlLedger
    engine: sa.Engine
    files: TileFiles
    tree: Sequencer
    anchor: str = ""

    def sql(self, *statements: str, **values: object) -> None:
        """Do something as the owner who took the guards away and put them back."""
        with self.engine.begin() as connection:
            kept = _without_guards(connection)
            for statement in statements:
                connection.execute(sa.text(statement), values)
            for statement in kept:
                connection.exec_driver_sql(statement)

    def data(self, stream: str, n: int) -> bytes:
        query = sa.text("SELECT data FROM ledger_entry WHERE stream = :s AND n = :n")
        with self.engine.connect() as connection:
            return bytes(connection.scalar(query, {"s": stream, "n": n}) or b"")

    def put(self, stream: str, n: int, data: bytes, digest: bytes | None = None) -> None:
        self.sql(
            "UPDATE ledger_entry SET data = :d, hash = :h WHERE stream = :s AND n = :n",
            d=data,
            h=digest or leaf_hash(data),
            s=stream,
            n=n,
        )

    def chain_faults(self) -> list[str]:
        return list(self.ledger.verify())

    def tree_faults(self) -> list[str]:
        return list(self.ledger.verify_tree(self.files, KEYS, [self.anchor]))


def _without_guards(connection: sa.Connection) -> list[str]:
    """Take the triggers away; return the statements that put them back."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
        triggers = list(connection.exec_driver_sql(query))
        for name, _ in triggers:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        return [sql for _, sql in triggers]
    for table in TABLES:
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    return [
        statement
        for table in TABLES
        for statement in (
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_rows",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_truncate",
        )
    ]


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    ledger, engine = opened_ledger(database_url, TickingClock())
    open_exchanges(ledger, 1, 2)
    with ledger.begin() as tx:
        for at in range(318):
            tx.append(exchange_id(1 + at % 2), "acknowledged", {"at": at}, "svc:n1")
    files = TileFiles(tmp_path / "tiles")
    tree = Sequencer(engine, files, KEYS, TickingClock())
    tree.run()
    yield Scene(ledger, engine, files, tree, files.checkpoint())
    engine.dispose()


def reseal(scene: Scene) -> None:
    """Build tree, tiles and checkpoint anew with the real key, as the owner who has it."""
    scene.sql("DELETE FROM ledger_checkpoint", "DELETE FROM ledger_leaf")
    scene.sql(
        "INSERT INTO ledger_pending SELECT stream, n FROM ledger_entry",
    )
    for path in sorted(scene.files.root.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    Sequencer(scene.engine, scene.files, KEYS, TickingClock()).run()


def rewrite(scene: Scene, stream: str, n: int) -> None:
    """Change the body of an entry and everything that follows from it in its stream."""
    entries = list(scene.ledger.entries(stream))
    changed = entries[n]._replace(body={"at": 999_999})
    head = changed.prev
    for at in range(n, len(entries)):
        one = changed if at == n else entries[at]
        data = encode(one._replace(prev=head))
        head = leaf_hash(data)
        scene.put(stream, at, data)
    scene.sql("UPDATE exchange SET head = :h WHERE id = :s", h=head, s=stream)


def flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def file_of(scene: Scene, path: str) -> Path:
    found = scene.files.root / path
    found.chmod(0o600)
    return found


def edit(scene: Scene, path: str, at: int = 40) -> None:
    file = file_of(scene, path)
    file.write_bytes(flip(file.read_bytes(), at))


Attack = Callable[[Scene], object]
CHAIN, TREE = "chain", "tree"


def swap(scene: Scene) -> None:
    one, two = scene.data(ONE, 3), scene.data(ONE, 4)
    scene.put(ONE, 3, two)
    scene.put(ONE, 4, one)


def move(scene: Scene) -> None:
    scene.sql(
        "UPDATE ledger_entry SET stream = :two, n = 500 WHERE stream = :one AND n = 159",
        one=ONE,
        two=TWO,
    )


def back_dated(scene: Scene) -> None:
    last = scene.ledger.entries(ONE)[-1]
    entry = last._replace(n=last.n + 1, prev=last.hash, at=scene.ledger.entries(ONE)[0].at)
    data = encode(entry)
    scene.sql(
        "INSERT INTO ledger_entry VALUES (:s, :n, :d, :h)",
        "UPDATE exchange SET entries = entries + 1, head = :h WHERE id = :s",
        s=ONE,
        n=entry.n,
        d=data,
        h=leaf_hash(data),
    )


def shortened(scene: Scene) -> None:
    """Take the last entry and agree every cache, leaf and count with it."""
    entries = scene.ledger.entries(ONE)
    scene.sql(
        "DELETE FROM ledger_entry WHERE stream = :s AND n = :n",
        "DELETE FROM ledger_leaf WHERE stream = :s AND n = :n",
        "UPDATE exchange SET entries = :n, head = :h WHERE id = :s",
        s=ONE,
        n=len(entries) - 1,
        h=entries[-2].hash,
    )


def forged_checkpoint(scene: Scene) -> None:
    newest = scene.tree.newest().newest
    note = signed(newest._replace(root=bytes(32)), [SIGNER])
    scene.sql("UPDATE ledger_checkpoint SET note = :n", n=note)


def whole_rebuilt(scene: Scene) -> None:
    rewrite(scene, ONE, 5)
    reseal(scene)


def truncated(scene: Scene) -> None:
    scene.sql("DELETE FROM ledger_entry")


MATRIX: dict[str, tuple[Attack, str]] = {
    "byte of data": (lambda s: s.put(ONE, 2, flip(s.data(ONE, 2), 60), bytes(32)), CHAIN),
    "byte of data with its hash": (lambda s: s.put(ONE, 2, flip(s.data(ONE, 2), 60)), CHAIN),
    "hash": (lambda s: s.put(ONE, 2, s.data(ONE, 2), b"\1" * 32), CHAIN),
    "actor renamed": (lambda s: s.put(ONE, 2, s.data(ONE, 2).replace(b"svc:n1", b"svc:n2")), CHAIN),
    "number in the column": (
        lambda s: s.sql("UPDATE ledger_entry SET n = 900 WHERE stream = :s AND n = 159", s=ONE),
        CHAIN,
    ),
    "stream in the column": (move, CHAIN),
    "entry and the whole chain after it": (lambda s: rewrite(s, ONE, 5), TREE),
    "first entry dropped": (
        lambda s: s.sql("DELETE FROM ledger_entry WHERE stream = :s AND n = 0", s=ONE),
        CHAIN,
    ),
    "middle entry dropped": (
        lambda s: s.sql("DELETE FROM ledger_entry WHERE stream = :s AND n = 50", s=ONE),
        CHAIN,
    ),
    "last entry dropped": (
        lambda s: s.sql("DELETE FROM ledger_entry WHERE stream = :s AND n = 159", s=ONE),
        CHAIN,
    ),
    "last entry dropped and every cache agreed": (shortened, TREE),
    "stream dropped": (
        lambda s: s.sql("DELETE FROM ledger_entry WHERE stream = :s", s=TWO),
        CHAIN,
    ),
    "all entries truncated": (truncated, CHAIN),
    "two entries swapped": (swap, CHAIN),
    "back-dated entry inserted": (back_dated, TREE),
    "status cached otherwise": (
        lambda s: s.sql("UPDATE exchange SET status = 'closed' WHERE id = :s", s=ONE),
        CHAIN,
    ),
    "count cached otherwise": (
        lambda s: s.sql("UPDATE exchange SET entries = 3 WHERE id = :s", s=ONE),
        CHAIN,
    ),
    "leaf dropped": (lambda s: s.sql("DELETE FROM ledger_leaf WHERE leaf_index = 7"), TREE),
    "last leaf dropped": (lambda s: s.sql("DELETE FROM ledger_leaf WHERE leaf_index = 319"), TREE),
    "two leaves swapped": (
        lambda s: s.sql(
            "UPDATE ledger_leaf SET leaf_index = -1 WHERE leaf_index = 7",
            "UPDATE ledger_leaf SET leaf_index = 7 WHERE leaf_index = 8",
            "UPDATE ledger_leaf SET leaf_index = 8 WHERE leaf_index = -1",
        ),
        TREE,
    ),
    "checkpoint row edited": (
        lambda s: s.sql("UPDATE ledger_checkpoint SET note = 'x'"),
        TREE,
    ),
    "checkpoint row dropped": (lambda s: s.sql("DELETE FROM ledger_checkpoint"), TREE),
    "checkpoint row signed anew with the real key": (forged_checkpoint, TREE),
    "checkpoint file edited": (lambda s: edit(s, "checkpoint", 30), TREE),
    "checkpoint file dropped": (lambda s: file_of(s, "checkpoint").unlink(), TREE),
    "full tile edited": (lambda s: edit(s, "tile/0/000"), TREE),
    "partial tile edited": (lambda s: edit(s, "tile/0/001.p/64"), TREE),
    "upper tile edited": (lambda s: edit(s, "tile/1/000.p/1", 3), TREE),
    "tile cut": (lambda s: file_of(s, "tile/0/000").write_bytes(b""), TREE),
    "tile dropped": (lambda s: file_of(s, "tile/0/000").unlink(), TREE),
    "bundle edited": (lambda s: edit(s, "tile/entries/000", 900), TREE),
    "bundle dropped": (lambda s: file_of(s, "tile/entries/001.p/64").unlink(), TREE),
    "everything rebuilt with the real key": (whole_rebuilt, TREE),
}


@pytest.mark.parametrize("attack", MATRIX)
def test_attack_of_owner_or_file_editor_is_found(scene: Scene, attack: str) -> None:
    act, finder = MATRIX[attack]
    assert scene.chain_faults() == []
    assert scene.tree_faults() == []

    act(scene)

    found = {CHAIN: scene.chain_faults(), TREE: scene.tree_faults()}
    assert found[finder], attack


def test_rebuilt_history_is_consistent_with_itself_and_only_the_anchor_tells(scene: Scene) -> None:
    whole_rebuilt(scene)

    own = list(scene.ledger.verify_tree(scene.files, KEYS, []))

    assert own == []
    assert scene.chain_faults() == []
    assert scene.tree_faults() == ["anchor 320: the root differs: entries before it were changed"]


def test_detection_does_not_reset_itself(scene: Scene) -> None:
    edit(scene, "tile/0/001.p/64")
    before = scene.tree_faults()
    with scene.ledger.begin() as tx:
        tx.append(ONE, "acknowledged", {"at": 1}, "svc:n1")

    with pytest.raises(LedgerError):
        scene.tree.run()

    assert set(before) <= set(scene.tree_faults())


@pytest.mark.parametrize("how", ["changed", "cut", "swapped", "gone"])
def test_blob_that_is_not_what_came_is_found(tmp_path: Path, how: str) -> None:
    store = LocalStore(tmp_path, NAMING_KEY)
    one, two = store.put(b"one file as it came"), store.put(b"another file")
    path = tmp_path / "blobs" / one[:2] / one
    path.chmod(0o600)
    match how:
        case "changed":
            path.write_bytes(b"one file as it camE")
        case "cut":
            path.write_bytes(b"one file")
        case "swapped":
            path.write_bytes(store.get(two))
        case _:
            path.unlink()

    with pytest.raises(Exception, match=r"not what was put there|nothing is kept"):
        store.get(one)


def test_entry_bytes_decode_to_what_was_appended(scene: Scene) -> None:
    assert decode(scene.data(ONE, 1)).body == {"at": 0}
