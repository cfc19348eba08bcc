"""Opening and upgrading the database, and the check that it still guards its entries.

SQLite is one file for one process. PostgreSQL keeps the ledger in the schema ``acktrail``; the
execution engine has a schema of its own there.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from acktrail.errors import LedgerError, SetupError
from acktrail.ledger.refusals import translated

SCHEMA: Final = "acktrail"
GUARDED: Final = ("ledger_entry", "ledger_leaf", "ledger_checkpoint", "ledger_anchor")
SQLITE_TRIGGERS: Final = frozenset(
    f"{table}_{what}" for table in GUARDED for what in ("no_update", "no_delete", "guard")
)
POSTGRESQL_TRIGGERS: Final = frozenset(
    f"{table}_{what}" for table in GUARDED for what in ("rows", "truncate")
)
# More than there are steps at once (20 in all lanes): a step that holds one connection for its
# transaction may look up the key of kept content by another, and must always get one.
LEDGER_POOL: Final = 24
_UPGRADE_LOCK: Final = 7300  # any constant; two nodes that start together upgrade one by one
_MIGRATIONS: Final = Path(__file__).with_name("migrations")


def open_engine(url: str, *, durable: bool) -> sa.Engine:
    """Open the database.

    Args:
        url: ``sqlite:///<path>`` or ``postgresql://...``.
        durable: True for the ledger: a commit that returned survives a power cut. False for the
            checkpoints of the execution engine, which may be lost: its steps look first.

    Raises:
        SetupError: If the URL is of another database, or of one in memory.
    """
    try:
        address = sa.make_url(url)
    except sa.exc.ArgumentError:
        msg = "the database URL cannot be read"
        raise SetupError(msg, code="setup.database") from None
    match address.get_backend_name():
        case "sqlite" if address.database and address.database != ":memory:":
            return _sqlite(address, durable=durable)
        case "postgresql":
            return _postgresql(address.set(drivername="postgresql+psycopg"), durable=durable)
        case _:
            msg = "the database is neither a SQLite file nor PostgreSQL"
            raise SetupError(msg, code="setup.database")


def _postgresql(url: sa.URL, *, durable: bool) -> sa.Engine:
    options = f"-c search_path={SCHEMA}" + ("" if durable else " -c synchronous_commit=off")
    return sa.create_engine(
        url,
        pool_size=LEDGER_POOL if durable else 10,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        connect_args={"options": options},
    )


def _sqlite(url: sa.URL, *, durable: bool) -> sa.Engine:
    engine = sa.create_engine(
        url,
        pool_size=LEDGER_POOL if durable else 4,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"timeout": 30},
    )
    pragmas = (
        "busy_timeout=30000",
        "foreign_keys=ON",
        "journal_mode=WAL",
        f"synchronous={'FULL' if durable else 'NORMAL'}",
        "recursive_triggers=ON",
        "trusted_schema=OFF",
    )

    def configure(connection: sqlite3.Connection, _record: object) -> None:
        # A transaction then begins with the write lock, at the first writing statement.
        connection.isolation_level = "IMMEDIATE"
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    sa.event.listen(engine, "connect", configure)
    return engine


def begin_writing(connection: sa.Connection) -> None:
    """Take SQLite's write lock now: what is read from here on cannot be stale at the commit."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def upgrade(engine: sa.Engine) -> None:
    """Bring the tables to the newest revision, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with translated(), engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            begin_writing(connection)
        else:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
            connection.execute(sa.schema.CreateSchema(SCHEMA, if_not_exists=True))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def current_revision(engine: sa.Engine) -> str | None:
    """Return the revision of the tables, or None when there are none yet."""
    with translated(), engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check_triggers(engine: sa.Engine) -> None:
    """Refuse to start on a database that would let entries be changed, or lose commits.

    Raises:
        LedgerError: With code ``ledger.unguarded`` and one argument per fault.
    """
    with translated(), engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        faults = list(_sqlite_faults(connection) if sqlite else _postgresql_faults(connection))
    if faults:
        raise LedgerError(*faults, code="ledger.unguarded")


def may_alter(engine: sa.Engine) -> bool:
    """Tell whether our database role could drop the triggers: owner, superuser, or any SQLite.

    A service in a cluster should not; on one machine it always can. For ``acktrail doctor``.
    """
    if engine.dialect.name == "sqlite":
        return True
    query = (
        "SELECT pg_has_role(c.relowner, 'MEMBER') FROM pg_class c WHERE c.oid = to_regclass(:name)"
    )
    with translated(), engine.connect() as connection:
        return bool(connection.scalar(sa.text(query), {"name": f"{SCHEMA}.ledger_entry"}))


def _sqlite_faults(connection: sa.Connection) -> Iterator[str]:
    query = "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
    present = set(connection.exec_driver_sql(query).scalars())
    yield from _missing(SQLITE_TRIGGERS - present)
    if connection.exec_driver_sql("PRAGMA journal_mode").scalar() != "wal":
        yield "journal_mode is not WAL"
    if (connection.exec_driver_sql("PRAGMA synchronous").scalar() or 0) < _FULL:
        yield "synchronous is not FULL"


_FULL: Final = 2  # PRAGMA synchronous answers with a number


def _postgresql_faults(connection: sa.Connection) -> Iterator[str]:
    # tgenabled 'A': fires also for sessions that claim to be a replica
    query = (
        "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname = :schema"
        " AND c.relname = ANY (:tables) AND t.tgenabled = 'A' AND NOT t.tgisinternal"
    )
    found = connection.execute(sa.text(query), {"schema": SCHEMA, "tables": list(GUARDED)})
    yield from _missing(POSTGRESQL_TRIGGERS - set(found.scalars()))
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        if connection.scalar(sa.select(sa.func.current_setting(setting))) == "off":
            yield f"{setting} is off"


def _missing(names: frozenset[str]) -> Iterator[str]:
    for name in sorted(names):
        yield f"trigger {name} is missing or not enabled"
