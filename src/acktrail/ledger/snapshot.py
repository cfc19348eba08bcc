"""A copy of the database as it was at one instant, taken while others write; and the way back.

SQLite copies itself. PostgreSQL is dumped by its own tools, which an operator installs
beside the service: what we read of the same instant comes by the snapshot that the dump uses.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, NamedTuple, cast

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext

from acktrail.errors import ConflictError, NotFoundError, SetupError, UnavailableError
from acktrail.ledger import queries
from acktrail.ledger.database import SCHEMA
from acktrail.ledger.refusals import translated
from acktrail.ledger.tables import blob

ENGINE_SCHEMA: Final = "dbos"


class Taken(NamedTuple):
    """What the copy holds."""

    revision: str
    entries: int
    streams: int
    note: str  # the newest signed checkpoint, "" for none
    kept: Iterator[str]  # names of content that is not disposed of, in order


@contextmanager
def snapshot(engine: sa.Engine, target: Path) -> Iterator[Taken]:
    """Copy the database into the new file ``target``; what is yielded is of the same instant.

    Raises:
        SetupError: PostgreSQL's ``pg_dump`` is not installed.
        UnavailableError: It failed, or the database is away.
    """
    with translated():
        taken = _sqlite(engine, target) if _is_sqlite(engine) else _postgresql(engine, target)
        with taken as connection:
            entries, streams = queries.size(connection)
            revision = MigrationContext.configure(connection).get_current_revision() or ""
            names = connection.execution_options(yield_per=1000).execute(_KEPT).scalars()
            yield Taken(revision, entries, streams, _note(connection), iter(names))


def put_back(engine: sa.Engine, source: Path) -> None:
    """Make the database what it was when ``source`` was taken.

    Raises:
        ConflictError: There are tables of ours already.
        SetupError: PostgreSQL's ``pg_restore`` is not installed.
        UnavailableError: It failed; nothing was changed.
    """
    if _is_sqlite(engine):
        _copy_into(Path(cast("str", engine.url.database)), source)
        return
    with translated(), engine.connect() as connection:
        if connection.scalar(sa.text("SELECT to_regnamespace(:name)"), {"name": SCHEMA}):
            msg = "the database has a ledger already; name an empty one"
            raise ConflictError(msg)
    call = ("pg_restore", "--exit-on-error", "--single-transaction", "--no-owner")
    _run(engine.url, *call, f"--dbname={engine.url.database}", str(source))


_KEPT: Final = sa.select(blob.c.name).where(blob.c.disposal == "").order_by(blob.c.name)


def _note(connection: sa.Connection) -> str:
    try:
        return queries.note_at(connection, 0)
    except NotFoundError:
        return ""


def _is_sqlite(engine: sa.Engine) -> bool:
    return engine.dialect.name == "sqlite"


@contextmanager
def _sqlite(engine: sa.Engine, target: Path) -> Iterator[sa.Connection]:
    copy = sa.create_engine(f"sqlite:///{target}", hide_parameters=True)
    with closing(engine.raw_connection()) as ours, closing(copy.raw_connection()) as theirs:
        # In one go: page by page, it would start again with every commit of others.
        ours.driver_connection.backup(theirs.driver_connection)  # type: ignore[union-attr]
    with copy.connect() as connection:
        yield connection
    copy.dispose()


@contextmanager
def _postgresql(engine: sa.Engine, target: Path) -> Iterator[sa.Connection]:
    with engine.connect() as plain:
        connection = plain.execution_options(isolation_level="REPEATABLE READ")
        shared = connection.scalar(sa.text("SELECT pg_export_snapshot()"))
        what = (f"--schema={SCHEMA}", f"--schema={ENGINE_SCHEMA}")
        call = ("pg_dump", "--format=custom", "--no-owner", f"--snapshot={shared}")
        _run(engine.url, *call, *what, f"--file={target}")
        yield connection


def _copy_into(database: Path, source: Path) -> None:
    if database.exists():
        msg = "there is a ledger already"
        raise ConflictError(msg)
    shutil.copyfile(source, database)


def _run(url: sa.URL, program: str, *arguments: str) -> None:
    """Run a tool of PostgreSQL; how to log in stands in its environment, where no one lists it."""
    found = shutil.which(program)
    if found is None:
        msg = f"{program} is not installed (Debian: postgresql-client)"
        raise SetupError(msg, code="setup.database")
    login = {
        "PGHOST": url.query.get("host") or url.host,
        "PGPORT": url.query.get("port") or url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    environment = os.environ | {name: str(one) for name, one in login.items() if one}
    done = subprocess.run(  # noqa: S603 - no part of the command comes from a partner
        [found, *arguments], env=environment, capture_output=True, check=False
    )
    if done.returncode:  # its text may hold data: it stays inside
        msg = f"{program} failed with exit code {done.returncode}"
        raise UnavailableError(msg, code="unavailable.database")
