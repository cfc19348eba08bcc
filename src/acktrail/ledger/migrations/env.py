"""Run by Alembic: uses the connection and the transaction that ``database.upgrade`` hands over."""

from alembic import context

from acktrail.ledger.tables import METADATA


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Leave tables of others alone: DBOS shares the SQLite file."""
    return kind != "table" or name in METADATA.tables


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    include_name=is_ours,
    transactional_ddl=True,
)
context.run_migrations()
