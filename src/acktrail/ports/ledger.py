"""The ledger as the rest sees it: entries, exchanges, claims, journal, outbox, numbers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import NamedTuple, Protocol

from acktrail.ports.world import Seen


class Entry(NamedTuple):
    """One entry of a stream."""

    stream: str
    n: int
    at: datetime
    kind: str
    actor: str
    body: Mapping[str, object]  # JSON object: text, integers, booleans, null, arrays; no floats
    hash: bytes
    prev: bytes


class Arrival(NamedTuple):
    """What a lister claims. Identity: endpoint, path, size, mtime, generation."""

    partner: str
    endpoint: str  # partner/inbound/<n>: one folder on one server
    path: bytes
    size: int
    mtime: int
    generation: int


class NewExchange(NamedTuple):
    """The row of an exchange when it is opened."""

    id: str  # ex_ + ULID
    partner: str
    profile: str  # id@version
    profile_sha256: str
    direction: str  # in | out
    lane: str  # realtime | batch
    order_key: str  # exchanges with the same one are posted in the order of their ids; "" = any
    name: str  # file name, escaped; shown, never in an entry
    raw: str  # store name of the bytes as received
    raw_sha256: str
    size: int


class ExchangeRow(NamedTuple):
    """The one mutable row of an exchange."""

    id: str
    partner: str
    profile: str
    profile_sha256: str
    direction: str
    lane: str
    order_key: str
    name: str
    raw: str
    raw_sha256: str
    clear: str  # store name of the opened bytes, "" until opened
    clear_sha256: str
    size: int
    status: str
    generation: int
    entries: int
    opened_at: datetime
    changed_at: datetime


class OutboxRow(NamedTuple):
    """One answer file. Fixed before the first attempt to deliver it."""

    exchange: str
    kind: str
    control: str
    subject: str
    name: str
    blob: str
    sha256: str
    after_posting: bool
    delivered: bool


class PostingRow(NamedTuple):
    """One document on its way to Odoo: the journal (odoo.md 5.1)."""

    id: int
    exchange: str
    partner: str
    target: str  # profile's name of the Odoo database; "journal" when none is configured
    model: str
    doctype: str  # canonical kind
    external_id: str
    message: str  # control number of the message that it came from
    document: str  # store name of the canonical document
    digest: str  # of the canonical payload
    state: str  # queued sending stored posted; rejected conflict duplicate parked mismatch missing
    attempts: int
    odoo_id: int | None
    error: str  # class of the last refusal; never text from outside
    lane: str
    calls: str  # store name of the exact calls, "" until planned


Same = Callable[[PostingRow, PostingRow], bool]  # do two rows hold the same content?


def same_digest(row: PostingRow, kept: PostingRow) -> bool:
    """Tell whether two rows were made of the same bytes."""
    return row.digest == kept.digest


class Transaction(Protocol):
    """One database transaction. Everything in it is kept, or nothing."""

    @property
    def connection(self) -> object:
        """The SQLAlchemy connection, for the engine's enqueue in the same transaction."""
        ...

    def claim(self, arrival: Arrival, exchange: str) -> bool:
        """Insert the claim; False when somebody has it already."""
        ...

    def open_exchange(self, row: NewExchange, body: Mapping[str, object], actor: str) -> None:
        """Insert the exchange and its first entry, ``received``."""
        ...

    def disposed(self, arrival: Arrival, how: str) -> None:
        """Note on the claim that the remote file was dealt with."""
        ...

    def lock(self, exchange: str) -> ExchangeRow:
        """Lock the exchange for this transaction.

        Raises:
            NotFoundError: If there is none.
        """
        ...

    def entries(self, stream: str) -> tuple[Entry, ...]:
        """Return the stream's entries in order."""
        ...

    def step(self, stream: str, key: str) -> Entry | None:
        """Return the entry that carries this step key, if the step was committed before."""
        ...

    def append(
        self, stream: str, kind: str, body: Mapping[str, object], actor: str, step: str = ""
    ) -> Entry:
        """Append an entry; an exchange's status is folded anew.

        Raises:
            LedgerError: If the body breaks the entry format (PHI is the caller's care).
        """
        ...

    def set_clear(self, exchange: str, blob: str, sha256: str) -> None:
        """Note where the opened bytes are."""
        ...

    def set_profile(self, exchange: str, profile: str, sha256: str) -> None:
        """Put the exchange under another version of its partner's profile."""
        ...

    def rise(self, exchange: str) -> int:
        """Raise the exchange's generation by one and return it (replay, release)."""
        ...

    def identify(self, exchange: str, scheme: str, value: str) -> None:
        """Index an identifier for :meth:`Ledger.find`: isa13, unb0020, msh10, order, invoice.

        Identifiers of persons and accounts are passed as keyed hashes.
        """
        ...

    def identified(
        self, partner: str, direction: str, places: Sequence[tuple[str, str]], but: str = ""
    ) -> Mapping[tuple[str, str], str]:
        """Return the oldest exchange of a partner for each identifier that is indexed.

        Args:
            partner: Whose exchanges.
            direction: in | out.
            places: Scheme and value, as :meth:`identify` got them.
            but: An exchange that does not count.
        """
        ...

    def has_sent(self, partner: str) -> bool:
        """Tell whether a file ever went out to the partner that was no answer."""
        ...

    def same_content(self, partner: str, clear: str, before: str) -> str:
        """Return the oldest other exchange of that partner with equal opened bytes, or ``""``."""
        ...

    def same_control(self, partner: str, identity: str, before: str) -> str:
        """Return the oldest other exchange with the same interchange identity, or ``""``."""
        ...

    def next_number(self, series: str, count: int = 1) -> int:
        """Allocate ``count`` consecutive control numbers, monotonic; return the first."""
        ...

    def add_outbox(self, row: OutboxRow) -> None:
        """Fix an answer file; the same row again has no effect."""
        ...

    def outbox(self, exchange: str) -> tuple[OutboxRow, ...]:
        """Return the answer files of an exchange in the order they were fixed."""
        ...

    def set_delivered(self, exchange: str, name: str) -> None:
        """Note that an answer file was delivered and verified."""
        ...

    def add_postings(
        self, rows: Sequence[PostingRow], same: Same = same_digest
    ) -> tuple[PostingRow, ...]:
        """Insert journal rows and return them as they stand.

        A row whose (target, external id) is live with the same content comes back as
        ``duplicate``; with other content as ``conflict``. The same row of the same exchange comes
        back as it is (replay), and what Odoo rejected may come again. ``id`` of the argument is
        ignored.
        """
        ...

    def postings(self, exchange: str) -> tuple[PostingRow, ...]:
        """Return the journal rows of an exchange."""
        ...

    def set_posting(
        self, row: int, state: str, *, odoo_id: int | None = None, error: str = "", calls: str = ""
    ) -> None:
        """Change a journal row; ``sending`` counts an attempt."""
        ...


class Ledger(Protocol):
    """Entries, exchanges, claims, journal and control numbers in one database."""

    def begin(self) -> AbstractContextManager[Transaction]:
        """Open a transaction that takes the write lock at once; commit on a clean exit."""
        ...

    def generation(self, endpoint: str, seen: Seen) -> int | None:
        """Return the generation to claim next; None when there is nothing to claim.

        Nothing: claimed and not yet disposed of, or kept for good.
        """
        ...

    def undisposed(self, endpoint: str) -> Sequence[tuple[Arrival, str]]:
        """Return claims with their exchange whose remote file may still lie there."""
        ...

    def exchange(self, key: str) -> ExchangeRow:
        """Find one exchange by id, unique prefix of it, file name or sha256.

        Raises:
            NotFoundError: None, or more than one (the message lists ids).
        """
        ...

    def exchanges(
        self,
        *,
        partner: str = "",
        status: str = "",
        since: datetime | None = None,
        limit: int = 50,
        before: str = "",
    ) -> Sequence[ExchangeRow]:
        """List exchanges, newest first; ``before`` is the last id of the page before."""
        ...

    def find(self, text: str) -> Sequence[tuple[ExchangeRow, str]]:
        """Search identifiers, names, hashes, Odoo records; each hit with what matched."""
        ...

    def entries(self, stream: str) -> tuple[Entry, ...]:
        """Return the entries of a stream in order."""
        ...

    def unfinished(self, order_key: str, before: str) -> str:
        """Return the oldest unfinished exchange of an ordered key older than ``before``."""
        ...

    def due(self, target: str, limit: int) -> Sequence[PostingRow]:
        """Return journal rows that may be sent, real-time lane first, oldest first."""
        ...

    def verify(self) -> Iterator[str]:
        """Recompute every chain; yield each fault as ``stream n: what differs``."""
        ...

    def counts(self) -> Mapping[str, int]:
        """Return the number of exchanges by status and of journal rows by state."""
        ...
