"""The few statements that SQLite and PostgreSQL spell alike but SQLAlchemy keeps apart."""

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

Upsert = sqlite.Insert | postgresql.Insert


def insert(connection: sa.Connection, table: sa.Table) -> Upsert:
    """Return an INSERT that can say what to do on a conflict."""
    return _insert(connection.dialect.name, table)


def insert_if_absent(connection: sa.Connection, table: sa.Table, row: dict[str, Any]) -> bool:
    """Insert a row; False when its key is taken, once the taker has committed."""
    return connection.execute(_skipping(connection.dialect.name, table), row).rowcount == 1


def _insert(dialect: str, table: sa.Table) -> Upsert:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@cache
def _skipping(dialect: str, table: sa.Table) -> Upsert:
    statement = _insert(dialect, table).on_conflict_do_nothing()
    return statement.execution_options(preserve_rowcount=True)  # not kept for inserts otherwise
