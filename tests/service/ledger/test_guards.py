"""Entries cannot be changed by a mistake or a stolen log-in; the start check sees to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from acktrail.errors import ConflictError, LedgerError, SetupError, UnavailableError
from acktrail.ledger.database import (
    check_triggers,
    current_revision,
    may_alter,
    open_engine,
    upgrade,
)
from acktrail.ledger.entries import insert_entry
from acktrail.ledger.sql_ledger import SqlLedger
from acktrail.ledger.tables import METADATA
from tests.service.cluster import Cluster
from tests.service.ledger.samples import TickingClock, exchange_id, open_exchanges, opened_ledger

pytest_plugins = ["tests.service.postgres"]

ONE = exchange_id(1)
CHANGES = (
    "UPDATE ledger_entry SET n = 7",
    "DELETE FROM ledger_entry",
)
OTHER = "INTO ledger_entry (stream, n, data, hash) VALUES ('$ONE', 0, $DATA, $HASH)"
UPSERT = f"INSERT {OTHER} ON CONFLICT (stream, n) DO UPDATE SET data = excluded.data"
MERGE = """
    MERGE INTO ledger_entry e USING (SELECT '$ONE' s) x ON e.stream = x.s
    WHEN MATCHED THEN UPDATE SET n = 7
"""
ON_SQLITE = (
    *CHANGES,
    f"INSERT OR REPLACE {OTHER}",
    f"REPLACE {OTHER}",
    UPSERT,
    f"INSERT OR IGNORE {OTHER}",
    "UPDATE OR REPLACE ledger_entry SET hash = $HASH",
)
ON_POSTGRESQL = (
    *CHANGES,
    "TRUNCATE ledger_entry",
    "SET session_replication_role = replica; DELETE FROM ledger_entry",
    UPSERT,
    MERGE,
)
FOR_OWNERS_ONLY = (
    "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
    "DROP TRIGGER ledger_entry_rows ON ledger_entry",
    "DROP TABLE ledger_entry",
    "ALTER TABLE ledger_entry DROP COLUMN data",
)


@pytest.fixture
def opened(database_url: str) -> Iterator[tuple[SqlLedger, sa.Engine]]:
    ledger, engine = opened_ledger(database_url, TickingClock())
    open_exchanges(ledger, 1)
    yield ledger, engine
    engine.dispose()


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[tuple[SqlLedger, sa.Engine]]:
    ledger, engine = opened_ledger(f"sqlite:///{tmp_path / 'ledger.db'}", TickingClock())
    open_exchanges(ledger, 1)
    yield ledger, engine
    engine.dispose()


@pytest.fixture
def on_postgresql(postgres_url: str) -> Iterator[tuple[SqlLedger, sa.Engine]]:
    ledger, engine = opened_ledger(postgres_url, TickingClock())
    open_exchanges(ledger, 1)
    yield ledger, engine
    engine.dispose()


def attack(engine: sa.Engine, statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements.split("; "):
            connection.exec_driver_sql(filled(statement, engine.dialect.name))


def filled(statement: str, dialect: str) -> str:
    zeros = "00" * 32
    bytes_ = f"x'{zeros}'" if dialect == "sqlite" else f"decode('{zeros}', 'hex')"
    return statement.replace("$ONE", ONE).replace("$DATA", bytes_).replace("$HASH", bytes_)


def row_of(engine: sa.Engine) -> dict[str, object]:
    with engine.connect() as connection:
        query = "SELECT stream, n, data, hash FROM ledger_entry"
        return dict(connection.exec_driver_sql(query).mappings().one())


@pytest.mark.parametrize("recursive", ["ON", "OFF"])
@pytest.mark.parametrize("statement", ON_SQLITE)
def test_attack_on_sqlite_is_refused(
    on_sqlite: tuple[SqlLedger, sa.Engine], statement: str, recursive: str
) -> None:
    _, engine = on_sqlite
    before = row_of(engine)

    with pytest.raises(sa.exc.IntegrityError):
        attack(engine, f"PRAGMA recursive_triggers={recursive}; {statement}")

    assert row_of(engine) == before


@pytest.mark.parametrize("statements", ON_POSTGRESQL)
def test_attack_on_postgresql_is_refused_to_the_superuser(
    on_postgresql: tuple[SqlLedger, sa.Engine], statements: str
) -> None:
    _, engine = on_postgresql
    before = row_of(engine)

    with pytest.raises(sa.exc.IntegrityError):
        attack(engine, statements)

    assert row_of(engine) == before


def test_attacks_on_postgresql_are_refused_to_the_application(
    on_postgresql: tuple[SqlLedger, sa.Engine], postgres_server: Cluster
) -> None:
    _, owner = on_postgresql
    engine = open_engine(postgres_server.url(str(owner.url.database), "acktrail_app"), durable=True)
    before = row_of(engine)

    for statements in (*ON_POSTGRESQL, *FOR_OWNERS_ONLY):
        with pytest.raises(sa.exc.ProgrammingError, match=r"permission denied|must be owner"):
            attack(engine, statements)

    assert row_of(engine) == before
    assert not may_alter(engine)
    assert may_alter(owner)
    engine.dispose()


def test_application_role_has_the_rights_it_needs(
    on_postgresql: tuple[SqlLedger, sa.Engine], postgres_server: Cluster
) -> None:
    _, owner = on_postgresql
    engine = open_engine(postgres_server.url(str(owner.url.database), "acktrail_app"), durable=True)
    ledger = SqlLedger(engine, TickingClock(), "n2", b"key")

    check_triggers(engine)
    open_exchanges(ledger, 2)
    with ledger.begin() as transaction:
        transaction.next_number("acme/isa")
        transaction.append(exchange_id(2), "closed", {}, "")

    assert list(ledger.verify()) == []
    engine.dispose()


def test_auditor_can_verify_but_not_write(
    on_postgresql: tuple[SqlLedger, sa.Engine], postgres_server: Cluster
) -> None:
    _, owner = on_postgresql
    url = postgres_server.url(str(owner.url.database), "acktrail_audit")
    engine = open_engine(url, durable=True)
    ledger = SqlLedger(engine, TickingClock(), "n3", b"key")

    assert list(ledger.verify()) == []
    with pytest.raises(RuntimeError, match="InsufficientPrivilege 42501"):
        open_exchanges(ledger, 2)
    engine.dispose()


def test_same_entry_again_has_no_effect(opened: tuple[SqlLedger, sa.Engine]) -> None:
    ledger, engine = opened
    before = row_of(engine)

    with engine.begin() as connection:
        insert_entry(connection, before)

    assert row_of(engine) == before
    assert list(ledger.verify()) == []


@pytest.mark.parametrize("column", ["data", "hash"])
def test_other_content_under_a_number_is_a_conflict(
    opened: tuple[SqlLedger, sa.Engine], column: str
) -> None:
    _, engine = opened
    evil = row_of(engine) | {column: bytes(32)}

    with pytest.raises(LedgerError) as caught, engine.begin() as connection:
        insert_entry(connection, evil)

    assert caught.value.code == "ledger.conflict"


@pytest.mark.parametrize("name", ["no_update", "no_delete", "guard"])
def test_check_names_a_missing_trigger_on_sqlite(
    on_sqlite: tuple[SqlLedger, sa.Engine], name: str
) -> None:
    _, engine = on_sqlite
    check_triggers(engine)
    attack(engine, f"DROP TRIGGER ledger_entry_{name}")

    with pytest.raises(LedgerError, match=name) as caught:
        check_triggers(engine)

    assert caught.value.code == "ledger.unguarded"


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_rows",
        "ALTER TABLE ledger_entry ENABLE TRIGGER ledger_entry_rows",
        "DROP TRIGGER ledger_entry_rows ON ledger_entry",
    ],
)
def test_check_names_a_trigger_that_does_not_always_fire_on_postgresql(
    on_postgresql: tuple[SqlLedger, sa.Engine], statement: str
) -> None:
    _, engine = on_postgresql
    check_triggers(engine)
    attack(engine, statement)

    with pytest.raises(LedgerError, match="ledger_entry_rows"):
        check_triggers(engine)


def test_check_refuses_a_database_without_tables(database_url: str) -> None:
    engine = open_engine(database_url, durable=True)

    assert current_revision(engine) is None
    with pytest.raises(LedgerError):
        check_triggers(engine)
    engine.dispose()


def test_check_refuses_a_relaxed_engine_for_the_ledger(database_url: str) -> None:
    engine = open_engine(database_url, durable=False)
    upgrade(engine)

    with pytest.raises(LedgerError, match="synchronous"):
        check_triggers(engine)
    engine.dispose()


TREE = {
    "ledger_leaf": ("leaf_index, stream, n", "0, 'x_1', 0", "n = 7"),
    "ledger_checkpoint": ("size, note, signed_at", "1, 'a', 1", "note = 'b'"),
    "ledger_anchor": ("witness, size, receipt, anchored_at", "'w', 1, 'a', 1", "receipt = 'b'"),
}


@pytest.mark.parametrize("table", TREE)
def test_order_checkpoints_and_anchors_are_insert_only(
    opened: tuple[SqlLedger, sa.Engine], table: str
) -> None:
    _, engine = opened
    columns, values, change = TREE[table]
    row = f"INTO {table} ({columns}) VALUES ({values})"
    attack(engine, f"INSERT {row}")
    attacks = [f"UPDATE {table} SET {change}", f"DELETE FROM {table}"]  # noqa: S608 - our own names
    sqlite = engine.dialect.name == "sqlite"
    attacks += [f"INSERT OR REPLACE {row}" if sqlite else f"TRUNCATE {table}"]

    for statement in attacks:
        with pytest.raises(sa.exc.IntegrityError):
            attack(engine, statement)


def test_upgrade_twice_changes_nothing(opened: tuple[SqlLedger, sa.Engine]) -> None:
    _, engine = opened
    upgrade(engine)

    assert current_revision(engine) == "0004"
    check_triggers(engine)


def test_tables_are_those_that_the_migrations_make(opened: tuple[SqlLedger, sa.Engine]) -> None:
    _, engine = opened

    with engine.connect() as connection:
        options = {"include_name": lambda name, kind, _: kind != "table" or name in METADATA.tables}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA) == []


def test_table_names_are_not_those_of_the_execution_engine() -> None:
    schema = pytest.importorskip("dbos._schemas.system_database")
    theirs = {table.name for table in schema.SystemSchema.metadata_obj.tables.values()}

    assert theirs
    assert not theirs & set(METADATA.tables)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/db", "no url"])
def test_engine_of_another_database_is_refused(url: str) -> None:
    with pytest.raises(SetupError):
        open_engine(url, durable=True)


def test_database_that_is_away_is_unavailable(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'missing' / 'ledger.db'}", durable=True)
    ledger = SqlLedger(engine, TickingClock(), "n1", b"key")

    with pytest.raises(UnavailableError) as caught:
        ledger.exchanges()
    assert caught.value.__cause__ is None
    assert "missing" not in str(caught.value)


@pytest.mark.parametrize("statement", CHANGES)
def test_refusal_by_a_guard_is_a_ledger_error(
    opened: tuple[SqlLedger, sa.Engine], statement: str
) -> None:
    ledger, _ = opened

    with pytest.raises(LedgerError) as caught, ledger.begin() as transaction:
        transaction.connection.exec_driver_sql(statement)

    assert caught.value.code == "ledger.refused"
    assert caught.value.__suppress_context__


def test_refused_row_never_shows_its_values(opened: tuple[SqlLedger, sa.Engine]) -> None:
    ledger, _ = opened

    with pytest.raises(ConflictError) as caught:
        open_exchanges(ledger, 1)

    assert str(caught.value) == "the row exists already, or what it refers to does not"
    assert caught.value.__suppress_context__
