"""The first tables, and the triggers that keep entries as they were written."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_WORD: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SERIAL: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# OR REPLACE fires no delete trigger by default: the guard looks before each insert. The same row
# again is skipped, so that a restore may be repeated.
_SQLITE: Final = (
    """
    CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry
    BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END
    """,
    """
    CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry
    BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END
    """,
    """
    CREATE TRIGGER ledger_entry_guard BEFORE INSERT ON ledger_entry
    WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE stream = NEW.stream AND n = NEW.n)
    BEGIN
      SELECT CASE
        WHEN EXISTS (
          SELECT 1 FROM ledger_entry
          WHERE stream = NEW.stream AND n = NEW.n AND hash = NEW.hash AND data = NEW.data)
        THEN RAISE(IGNORE)
        ELSE RAISE(ABORT, 'entry exists with other content')
      END;
    END
    """,
)

_POSTGRESQL: Final = (
    """
    CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'entries are append-only' USING ERRCODE = 'restrict_violation'; END $$
    """,
    """
    CREATE TRIGGER ledger_entry_rows BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse()
    """,
    """
    CREATE TRIGGER ledger_entry_truncate BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()
    """,
    # ALWAYS: a session that sets its replication role to replica does not get past them
    """
    ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_rows,
      ENABLE ALWAYS TRIGGER ledger_entry_truncate
    """,
    # The roles exist in a cluster that an administrator prepared; else one role owns all.
    """
    DO $$ BEGIN
      IF to_regrole('acktrail_app') IS NOT NULL THEN
        GRANT USAGE ON SCHEMA acktrail TO acktrail_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ledger_head, exchange, claim, identifier,
          number_series, outbox, posting, circuit TO acktrail_app;
        GRANT SELECT, INSERT ON ledger_entry TO acktrail_app;
        GRANT SELECT ON alembic_version TO acktrail_app;
      END IF;
      IF to_regrole('acktrail_audit') IS NOT NULL THEN
        GRANT USAGE ON SCHEMA acktrail TO acktrail_audit;
        GRANT SELECT ON ALL TABLES IN SCHEMA acktrail TO acktrail_audit;
      END IF;
    END $$
    """,
)


def upgrade() -> None:
    """Make the tables, then their guards."""
    _streams()
    _arrivals()
    _answers()
    _journal()
    guards = _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL
    for statement in guards:
        op.execute(statement)


def _streams() -> None:
    op.create_table(
        "ledger_entry",
        _word("stream", primary_key=True),
        _integer("n", primary_key=True, autoincrement=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, sa.CheckConstraint("length(hash) = 32"), nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_head",
        _word("stream", primary_key=True),
        _integer("entries"),
        sa.Column("head", sa.LargeBinary, nullable=False),
    )
    before_size = (
        *("partner", "profile", "profile_sha256", "direction", "lane", "order_key", "name"),
        *("raw", "raw_sha256", "clear", "clear_sha256"),
    )
    op.create_table(
        "exchange",
        _word("id", primary_key=True),
        *(_word(name) for name in before_size),
        _long("size"),
        _word("status"),
        _integer("generation"),
        _integer("entries"),
        _long("opened_at"),
        _long("changed_at"),
        sa.Column("head", sa.LargeBinary, nullable=False),
    )
    op.create_index("exchange_partner", "exchange", ["partner", "id"])
    op.create_index("exchange_status", "exchange", ["status", "id"])
    op.create_index("exchange_order", "exchange", ["order_key", "id"])
    op.create_index("exchange_name", "exchange", ["name"])
    op.create_index("exchange_raw", "exchange", ["raw_sha256"])
    op.create_index("exchange_clear", "exchange", ["clear_sha256"])
    op.create_index("exchange_content", "exchange", ["clear", "partner", "id"])


def _arrivals() -> None:
    op.create_table(
        "claim",
        sa.Column("seen", sa.LargeBinary, primary_key=True),
        _integer("generation", primary_key=True, autoincrement=False),
        _word("partner"),
        _word("endpoint"),
        sa.Column("path", sa.LargeBinary, nullable=False),
        _long("size"),
        _long("mtime"),
        _word("exchange"),
        _long("claimed_at"),
        _word("how"),
        _long("disposed_at", nullable=True),
    )
    op.create_index("claim_undisposed", "claim", ["endpoint", "how"])
    op.create_table(
        "identifier",
        _word("value", primary_key=True),
        _word("scheme", primary_key=True),
        _exchange(primary_key=True),
    )


def _answers() -> None:
    op.create_table("number_series", _word("series", primary_key=True), _long("last"))
    op.create_table(
        "outbox",
        _exchange(primary_key=True),
        _word("kind"),
        _word("control"),
        _word("subject"),
        _word("name", primary_key=True),
        _word("blob"),
        _word("sha256"),
        sa.Column("after_posting", sa.Boolean, nullable=False),
        sa.Column("delivered", sa.Boolean, nullable=False),
        _integer("position"),
    )
    op.create_index("outbox_name", "outbox", ["name"])
    op.create_index("outbox_control", "outbox", ["control"])


def _journal() -> None:
    op.create_table(
        "posting",
        sa.Column("id", _SERIAL, sa.Identity(), primary_key=True),
        _exchange(),
        *(_word(name) for name in ("partner", "target", "model", "doctype", "external_id")),
        *(_word(name) for name in ("message", "document", "digest", "state")),
        _integer("attempts"),
        _long("odoo_id", nullable=True),
        *(_word(name) for name in ("error", "lane", "calls")),
        _long("not_before"),
        _word("lease_owner"),
        _long("lease_until"),
        _long("changed_at"),
    )
    op.create_index("posting_exchange", "posting", ["exchange", "id"])
    op.create_index("posting_due", "posting", ["target", "state", "id"])
    op.create_index("posting_flight", "posting", ["target", "partner", "model", "lease_until"])
    op.create_index("posting_external", "posting", ["external_id"])
    op.create_index("posting_odoo", "posting", ["odoo_id"])
    live = sa.text("state NOT IN ('conflict', 'duplicate', 'rejected')")
    op.create_index(
        "posting_live",
        "posting",
        ["target", "external_id"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
    op.create_table(
        "circuit",
        _word("target", primary_key=True),
        _word("state"),
        _word("reason"),
        _long("until", nullable=True),
        _integer("failures"),
        _long("opened_at", nullable=True),
    )


def _word(name: str, **options: Any) -> sa.Column[str]:  # noqa: ANN401
    return sa.Column(name, _WORD, **{"nullable": False, **options})


def _integer(name: str, **options: Any) -> sa.Column[int]:  # noqa: ANN401
    return sa.Column(name, sa.Integer, **{"nullable": False, **options})


def _long(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _exchange(*, primary_key: bool = False) -> sa.Column[str]:
    reference = sa.ForeignKey("exchange.id")
    return sa.Column("exchange", _WORD, reference, nullable=False, primary_key=primary_key)
