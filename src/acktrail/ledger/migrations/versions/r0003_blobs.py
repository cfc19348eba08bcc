"""Kept content: its wrapped key, how long it stays, and legal holds."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_WORD: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_GRANTS: Final = """
    DO $$ BEGIN
      IF to_regrole('acktrail_app') IS NOT NULL THEN
        GRANT SELECT, INSERT, UPDATE ON blob TO acktrail_app;
        GRANT SELECT, INSERT, DELETE ON blob_hold TO acktrail_app;
      END IF;
      IF to_regrole('acktrail_audit') IS NOT NULL THEN
        GRANT SELECT ON blob, blob_hold TO acktrail_audit;
      END IF;
    END $$
    """


def upgrade() -> None:
    """Make the tables; content of before has no row until it is put or sealed."""
    op.create_table(
        "blob",
        sa.Column("name", _WORD, nullable=False, primary_key=True),
        sa.Column("kind", _WORD, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("key", _WORD, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("kept_at", sa.BigInteger, nullable=False),
        sa.Column("retain_until", sa.BigInteger, nullable=False),
        sa.Column("disposal", _WORD, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
    )
    op.create_index("blob_due", "blob", ["disposal", "retain_until", "name"])
    op.create_index("blob_key", "blob", ["key"])
    op.create_table(
        "blob_hold",
        sa.Column("hold", _WORD, nullable=False, primary_key=True),
        sa.Column("blob", _WORD, sa.ForeignKey("blob.name"), nullable=False, primary_key=True),
        sa.Column("subject", _WORD, nullable=False),
    )
    op.create_index("blob_hold_blob", "blob_hold", ["blob"])
    if op.get_bind().dialect.name != "sqlite":
        op.execute(_GRANTS)
