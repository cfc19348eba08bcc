"""The ledger's tables. The migrations make them; a test compares both.

Instants are integers: microseconds since 1970, UTC. Texts compare by code point on every database
(collation C on PostgreSQL), so that a prefix search is a range and two walks merge.

``ledger_entry`` is insert-only by triggers. ``exchange`` and ``ledger_head`` hold the one mutable
row of a stream: its lock, its counter and its cache. No name may be one of DBOS's, which shares
the SQLite file.
"""

from typing import Final

import sqlalchemy as sa

METADATA: Final = sa.MetaData()
REFUSED_STATES: Final = ("conflict", "duplicate", "rejected")
EXCEPTION_STATES: Final = ("rejected", "conflict", "parked", "mismatch", "missing")

Word: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Serial: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant: Final = sa.BigInteger()


def _word(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, Word, nullable=False, primary_key=key)


def _exchange_reference(*, key: bool = False) -> sa.Column[str]:
    return sa.Column(
        "exchange", Word, sa.ForeignKey("exchange.id"), nullable=False, primary_key=key
    )


ledger_entry: Final = sa.Table(
    "ledger_entry",
    METADATA,
    _word("stream", key=True),
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.LargeBinary, sa.CheckConstraint("length(hash) = 32"), nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# Streams that are not exchanges: profile:<partner>, access:<day>, admin:<day>.
ledger_head: Final = sa.Table(
    "ledger_head",
    METADATA,
    _word("stream", key=True),
    sa.Column("entries", sa.Integer, nullable=False),
    sa.Column("head", sa.LargeBinary, nullable=False),
)

# Entries that have no place in the tree yet; the sequencer deletes what it placed.
ledger_pending: Final = sa.Table(
    "ledger_pending",
    METADATA,
    _word("stream", key=True),
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
)

# The order of the tree. Insert-only, as the two tables after it.
ledger_leaf: Final = sa.Table(
    "ledger_leaf",
    METADATA,
    sa.Column("leaf_index", sa.BigInteger, primary_key=True, autoincrement=False),
    _word("stream"),
    sa.Column("n", sa.Integer, nullable=False),
    sa.UniqueConstraint("stream", "n", name="ledger_leaf_entry"),
)

ledger_checkpoint: Final = sa.Table(
    "ledger_checkpoint",
    METADATA,
    sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("signed_at", Instant, nullable=False),
)

ledger_anchor: Final = sa.Table(
    "ledger_anchor",
    METADATA,
    _word("witness", key=True),
    sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("receipt", sa.Text, nullable=False),
    sa.Column("anchored_at", Instant, nullable=False),
)

exchange: Final = sa.Table(
    "exchange",
    METADATA,
    _word("id", key=True),
    _word("partner"),
    _word("profile"),
    _word("profile_sha256"),
    _word("direction"),
    _word("lane"),
    _word("order_key"),
    _word("name"),
    _word("raw"),
    _word("raw_sha256"),
    _word("clear"),
    _word("clear_sha256"),
    sa.Column("size", sa.BigInteger, nullable=False),
    _word("status"),
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("entries", sa.Integer, nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("head", sa.LargeBinary, nullable=False),
    sa.Index("exchange_partner", "partner", "id"),
    sa.Index("exchange_status", "status", "id"),
    sa.Index("exchange_partner_status", "partner", "status", "id"),
    sa.Index("exchange_order", "order_key", "id"),
    sa.Index("exchange_name", "name"),
    sa.Index("exchange_raw", "raw_sha256"),
    sa.Index("exchange_clear", "clear_sha256"),
    sa.Index("exchange_content", "clear", "partner", "id"),
)

# ``seen`` is the keyed hash of endpoint, path, size and mtime: file names may hold record numbers
# and can be too long for an index.
claim: Final = sa.Table(
    "claim",
    METADATA,
    sa.Column("seen", sa.LargeBinary, primary_key=True),
    sa.Column("generation", sa.Integer, primary_key=True, autoincrement=False),
    _word("partner"),
    _word("endpoint"),
    sa.Column("path", sa.LargeBinary, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("mtime", sa.BigInteger, nullable=False),
    _word("exchange"),
    sa.Column("claimed_at", Instant, nullable=False),
    _word("how"),
    sa.Column("disposed_at", Instant),
    sa.Index("claim_undisposed", "endpoint", "how"),
)

identifier: Final = sa.Table(
    "identifier",
    METADATA,
    _word("value", key=True),
    _word("scheme", key=True),
    _exchange_reference(key=True),
)

number_series: Final = sa.Table(
    "number_series",
    METADATA,
    _word("series", key=True),
    sa.Column("last", sa.BigInteger, nullable=False),
)

outbox: Final = sa.Table(
    "outbox",
    METADATA,
    _exchange_reference(key=True),
    _word("kind"),
    _word("control"),
    _word("subject"),
    _word("name", key=True),
    _word("blob"),
    _word("sha256"),
    sa.Column("after_posting", sa.Boolean, nullable=False),
    sa.Column("delivered", sa.Boolean, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Index("outbox_name", "name"),
    sa.Index("outbox_control", "control"),
)

posting: Final = sa.Table(
    "posting",
    METADATA,
    sa.Column("id", Serial, sa.Identity(), primary_key=True),
    _exchange_reference(),
    _word("partner"),
    _word("target"),
    _word("model"),
    _word("doctype"),
    _word("external_id"),
    _word("message"),
    _word("document"),
    _word("digest"),
    _word("state"),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("odoo_id", sa.BigInteger),
    _word("error"),
    _word("lane"),
    _word("calls"),
    sa.Column("not_before", Instant, nullable=False),
    _word("lease_owner"),
    sa.Column("lease_until", Instant, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Index("posting_exchange", "exchange", "id"),
    sa.Index("posting_due", "target", "state", "id"),
    sa.Index("posting_flight", "target", "partner", "model", "lease_until"),
    sa.Index("posting_external", "external_id"),
    sa.Index("posting_odoo", "odoo_id"),
)
# One row a document is on its way or stored; refused ones stay beside it for the auditor.
sa.Index(
    "posting_live",
    posting.c.target,
    posting.c.external_id,
    unique=True,
    sqlite_where=posting.c.state.not_in(REFUSED_STATES),
    postgresql_where=posting.c.state.not_in(REFUSED_STATES),
)


def is_exception() -> sa.ColumnElement[bool]:
    """Return the condition of the index below, spelled as the index: else SQLite leaves it."""
    states: sa.BindParameter[str] = sa.bindparam(
        "states", EXCEPTION_STATES, expanding=True, literal_execute=True
    )
    return posting.c.state.in_(states)


# What waits for a person, and answers that wait for their way out: few among millions.
sa.Index(
    "posting_exception",
    posting.c.id,
    sqlite_where=posting.c.state.in_(EXCEPTION_STATES),
    postgresql_where=posting.c.state.in_(EXCEPTION_STATES),
)
sa.Index(
    "outbox_waiting",
    outbox.c.exchange,
    sqlite_where=outbox.c.delivered.is_(sa.false()),
    postgresql_where=outbox.c.delivered.is_(sa.false()),
)

circuit: Final = sa.Table(
    "circuit",
    METADATA,
    _word("target", key=True),
    _word("state"),
    _word("reason"),
    sa.Column("until", Instant),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("opened_at", Instant),
)

# Kept content. ``wrapped`` is empty for what is kept plain and for what was disposed; ``disposal``
# names the request it was disposed by, ``gone`` says that the file was removed then.
blob: Final = sa.Table(
    "blob",
    METADATA,
    _word("name", key=True),
    _word("kind"),
    sa.Column("size", sa.BigInteger, nullable=False),
    _word("key"),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
    sa.Column("kept_at", Instant, nullable=False),
    sa.Column("retain_until", Instant, nullable=False),
    _word("disposal"),
    sa.Column("gone", sa.Boolean, nullable=False),
    sa.Index("blob_due", "disposal", "retain_until", "name"),
    sa.Index("blob_key", "key"),
)

blob_hold: Final = sa.Table(
    "blob_hold",
    METADATA,
    _word("hold", key=True),
    sa.Column("blob", Word, sa.ForeignKey("blob.name"), nullable=False, primary_key=True),
    _word("subject"),
    sa.Index("blob_hold_blob", "blob"),
)

# People at the console. Hashes only: of passwords by scrypt, of session tokens by SHA-256. These
# rows come and go; who signed in, or failed to, is an entry.
credential: Final = sa.Table(
    "credential",
    METADATA,
    _word("name", key=True),
    _word("password"),
    sa.Column("once", sa.Boolean, nullable=False),
    sa.Column("until", Instant),
)

session: Final = sa.Table(
    "session",
    METADATA,
    _word("token", key=True),
    _word("name"),
    sa.Column("once", sa.Boolean, nullable=False),
    sa.Column("began_at", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Index("session_name", "name"),
    sa.Index("session_seen", "seen_at"),
)

# Failed sign-ins in a row, of a user's name or of an address, each under its keyed hash.
sign_in_failure: Final = sa.Table(
    "sign_in_failure",
    METADATA,
    _word("subject", key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("until", Instant, nullable=False),
)

# What was answered to a request that named an idempotency key; ``code`` is 0 while it runs.
answered_request: Final = sa.Table(
    "answered_request",
    METADATA,
    _word("key", key=True),
    _word("digest"),
    sa.Column("code", sa.Integer, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Index("answered_request_asked", "asked_at"),
)
