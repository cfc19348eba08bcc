"""The tree over all entries: their order, checkpoints, anchors; all insert-only but the queue."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_WORD: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
GUARDED: Final = ("ledger_leaf", "ledger_checkpoint", "ledger_anchor")
_KEYS: Final = {
    "ledger_leaf": "leaf_index = NEW.leaf_index OR (stream = NEW.stream AND n = NEW.n)",
    "ledger_checkpoint": "size = NEW.size",
    "ledger_anchor": "witness = NEW.witness AND size = NEW.size",
}

_GRANTS: Final = """
    DO $$ BEGIN
      IF to_regrole('acktrail_app') IS NOT NULL THEN
        GRANT SELECT, INSERT, DELETE ON ledger_pending TO acktrail_app;
        GRANT SELECT, INSERT ON ledger_leaf, ledger_checkpoint, ledger_anchor TO acktrail_app;
      END IF;
      IF to_regrole('acktrail_audit') IS NOT NULL THEN
        GRANT SELECT ON ledger_pending, ledger_leaf, ledger_checkpoint, ledger_anchor
          TO acktrail_audit;
      END IF;
    END $$
    """


def upgrade() -> None:
    """Make the tables and their guards; entries of before wait for a place in the tree."""
    op.create_table(
        "ledger_pending",
        sa.Column("stream", _WORD, nullable=False, primary_key=True),
        sa.Column("n", sa.Integer, nullable=False, primary_key=True, autoincrement=False),
    )
    op.create_table(
        "ledger_leaf",
        sa.Column("leaf_index", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("stream", _WORD, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.UniqueConstraint("stream", "n", name="ledger_leaf_entry"),
    )
    op.create_table(
        "ledger_checkpoint",
        sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("signed_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "ledger_anchor",
        sa.Column("witness", _WORD, nullable=False, primary_key=True),
        sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("receipt", sa.Text, nullable=False),
        sa.Column("anchored_at", sa.BigInteger, nullable=False),
    )
    op.execute("INSERT INTO ledger_pending (stream, n) SELECT stream, n FROM ledger_entry")
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in GUARDED:
        for statement in _sqlite(table) if sqlite else _postgresql(table):
            op.execute(statement)
    if not sqlite:
        op.execute(_GRANTS)


def _sqlite(table: str) -> tuple[str, ...]:
    refuse = "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    # Without the last one INSERT OR REPLACE would take the place of a row silently.
    taken = f"EXISTS (SELECT 1 FROM {table} WHERE {_KEYS[table]})"  # noqa: S608 - our own names
    return (
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_guard BEFORE INSERT ON {table} WHEN {taken} {refuse}",
    )


def _postgresql(table: str) -> tuple[str, ...]:
    call = "EXECUTE FUNCTION ledger_refuse()"
    return (
        f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {call}",
        f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_rows",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_truncate",
    )
