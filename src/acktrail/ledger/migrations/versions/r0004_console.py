"""The console and the API: indexes of lists, passwords, sessions, requests that were answered."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_WORD: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_FEW: Final = (
    (
        "posting_exception",
        "posting",
        "id",
        "state IN ('rejected', 'conflict', 'parked', 'mismatch', 'missing')",
    ),
    ("outbox_waiting", "outbox", "exchange", "delivered IS false"),
)

_GRANTS: Final = """
    DO $$ BEGIN
      IF to_regrole('acktrail_app') IS NOT NULL THEN
        GRANT SELECT, INSERT, UPDATE, DELETE
          ON credential, session, sign_in_failure, answered_request TO acktrail_app;
      END IF;
    END $$
    """


def upgrade() -> None:
    """Make the indexes that lists are read by, and the tables."""
    op.create_index("exchange_partner_status", "exchange", ["partner", "status", "id"])
    for name, table, column, where in _FEW:
        few = sa.text(where)
        op.create_index(name, table, [column], sqlite_where=few, postgresql_where=few)
    op.create_table(
        "credential",
        sa.Column("name", _WORD, nullable=False, primary_key=True),
        sa.Column("password", _WORD, nullable=False),
        sa.Column("once", sa.Boolean, nullable=False),
        sa.Column("until", sa.BigInteger),
    )
    op.create_table(
        "session",
        sa.Column("token", _WORD, nullable=False, primary_key=True),
        sa.Column("name", _WORD, nullable=False),
        sa.Column("once", sa.Boolean, nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
    )
    op.create_index("session_name", "session", ["name"])
    op.create_index("session_seen", "session", ["seen_at"])
    op.create_table(
        "sign_in_failure",
        sa.Column("subject", _WORD, nullable=False, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "answered_request",
        sa.Column("key", _WORD, nullable=False, primary_key=True),
        sa.Column("digest", _WORD, nullable=False),
        sa.Column("code", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
    )
    op.create_index("answered_request_asked", "answered_request", ["asked_at"])
    if op.get_bind().dialect.name != "sqlite":
        op.execute(_GRANTS)
