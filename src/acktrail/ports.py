"""The extension points: one Protocol per thing that can be swapped. Read this page first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import BinaryIO, NamedTuple, Protocol

from acktrail.model import (
    Acknowledgement,
    Answering,
    Finding,
    GroupResult,
    InterchangeResult,
    MessageHead,
    MessageResult,
    Place,
    ReadResult,
    Rule,
)

# ---------------------------------------------------------------- formats


class Segment(Protocol):
    """One segment, record or row as a map sees it, whatever the format."""

    @property
    def loop(self) -> str:
        """Id of the loop or segment group it stands in: 2100, SG25, FINANCIAL; ``""`` at top."""
        ...

    @property
    def tag(self) -> str:
        """CLP, NAD, FT1; the record type of a row."""
        ...

    @property
    def place(self) -> Place:
        """Where it stands in the file."""
        ...

    def get(self, element: int, component: int = 0, repetition: int = 1, part: int = 1) -> str:
        """Return decoded, unescaped text; ``""`` when it was not sent.

        ``element`` counts as the field's notation does (CLP04 is 4, MSH-9 is 9). ``component`` 0
        and 1 both give the first component of a composite. ``part`` is HL7's sub-component.
        HL7's delete indicator stays ``""`` in quotes: two quotation marks.
        """
        ...

    def repetitions(self, element: int) -> int:
        """Return how often the element is repeated; 0 when it was not sent."""
        ...


class MessageStart(NamedTuple):
    """A message begins; its segments follow."""

    head: MessageHead


class MessageEnd(NamedTuple):
    """A message has been judged; ``result.documents`` is still 0 here."""

    result: MessageResult


class GroupEnd(NamedTuple):
    """A group has been judged; its ``messages`` hold those ended since the last group."""

    result: GroupResult


class InterchangeEnd(NamedTuple):
    """An interchange has been judged; its ``groups`` hold those ended since the last one."""

    result: InterchangeResult


class FileFinding(NamedTuple):
    """A fault of the file as a whole; a fatal one means: not usable."""

    finding: Finding


Event = MessageStart | Segment | MessageEnd | GroupEnd | InterchangeEnd | FileFinding


class Reader(Protocol):
    """Reads one file in pieces of any size, in constant memory beside one message's findings."""

    def feed(self, chunk: bytes) -> Iterable[Event]:
        """Take the next bytes; return what they completed.

        Raises:
            PartnerError: If not even an envelope can be read, or a cap is hit.
        """
        ...

    def close(self) -> Iterable[Event]:
        """Say that the file is over; return what is still open, with findings if it was cut."""
        ...


class Format(Protocol):
    """A file format, with no I/O: bytes in, values out."""

    @property
    def name(self) -> str:
        """As a profile spells it; taken once."""
        ...

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every finding that the format can make."""
        ...

    def recognises(self, head: bytes) -> bool:
        """Tell whether a file that starts with ``head`` (up to 4 KiB) is in this format."""
        ...

    def complete(self, head: bytes, tail: bytes) -> bool | None:
        """Tell from the first and last 4 KiB whether the trailer is there; None = cannot tell."""
        ...

    def reader(self, options: Mapping[str, object]) -> Reader:
        """Return a reader for one file.

        ``options`` is the profile's table of this format (``[x12]``, ``[tabular]``, ...), already
        validated, as plain values; empty for ``inspect`` without a partner.
        """
        ...

    def numbers_needed(self, result: ReadResult, answering: Answering) -> int:
        """Return how many control numbers :meth:`acknowledge` will take."""
        ...

    def acknowledge(self, result: ReadResult, answering: Answering) -> tuple[Acknowledgement, ...]:
        """Build every answer that the standard and the options ask for; same input, same bytes."""
        ...


class DataFiles(Protocol):
    """The folder ``parsers/``: guides, layouts, directories, maps."""

    def read(self, path: str) -> bytes:
        """Return a file's bytes; ``path`` is relative, with ``/``.

        Raises:
            GuideError: If it is not there.
        """
        ...

    def names(self, folder: str) -> Sequence[str]:
        """Return the sorted file names in ``folder``; empty when there is no such folder."""
        ...


# ---------------------------------------------------------------- outside world


class Seen(NamedTuple):
    """A file as a listing shows it."""

    path: bytes  # relative to the endpoint's folder; bytes end to end
    size: int
    mtime: int  # the other side's clock, whole seconds: compared for equality only


class Evidence(NamedTuple):
    """What is known of bytes that were moved."""

    size: int
    sha256: str
    facts: Mapping[str, str]  # host key fingerprint, cipher, ...: for the ledger, never a name


class Transport(Protocol):
    """One inbound or outbound folder of one partner."""

    def list(self) -> Iterator[Seen]:
        """List regular files; names that could leave the folder are dropped."""
        ...

    def peek(self, seen: Seen, length: int) -> tuple[bytes, bytes]:
        """Return the first and last ``length`` bytes."""
        ...

    def fetch(self, seen: Seen, sink: BinaryIO, limit: int) -> Evidence:
        """Copy the file into ``sink``.

        Raises:
            TooLargeError: If it is larger than ``limit`` bytes.
            ChangedError: If it changed before or while it was read.
            UnavailableError: If the other side does not answer.
        """
        ...

    def dispose(self, seen: Seen, how: str, name: str) -> str:
        """``archive`` (to ``.archive/<name>``), ``delete`` or ``keep``; return what was done.

        A file that is gone counts as done (``gone``); one that changed is left (``changed``).
        """
        ...

    def put(self, name: str, body: bytes) -> Evidence:
        """Write under a temporary name, verify the size, rename; an equal file counts as done.

        Raises:
            ConflictError: If another file has that name already.
        """
        ...

    def close(self) -> None:
        """End the connection."""
        ...


class Opened(NamedTuple):
    """A file after one step of its envelope."""

    size: int
    sha256: str
    facts: Mapping[str, str]  # signer and recipient fingerprints, cipher, engine, members, ratio


class Sealer(Protocol):
    """Opens and makes OpenPGP messages."""

    @property
    def name(self) -> str:
        """Engine and version, for the ledger."""
        ...

    def open(self, source: BinaryIO, target: BinaryIO, rules: "SealRules") -> Opened:
        """Decrypt ``source`` into ``target`` and check its signature.

        Raises:
            EnvelopeError: With ``code`` ``pgp.<word>``: the partner's doing.
            KeyMissingError: A current key of ours is not there.
        """
        ...

    def seal(self, body: bytes, rules: "SealRules") -> bytes:
        """Sign and encrypt."""
        ...


class SealRules(NamedTuple):
    """What the profile says of OpenPGP."""

    signers: tuple[str, ...] = ()  # primary fingerprints; empty: unsigned is allowed
    recipients: tuple[str, ...] = ()  # for sealing
    ours: tuple[str, ...] = ()  # our current decryption and signing keys
    keys: tuple[bytes, ...] = ()  # key files: theirs public, ours secret
    passphrase: str = ""
    limit: int = 1 << 31  # bytes that may come out
    at: datetime | None = None  # when validity is judged; None = now


class Secrets(Protocol):
    """Resolves ``env:``, ``file:`` and ``credential:`` references."""

    def get(self, reference: str) -> str:
        """Return the secret.

        Raises:
            SecretError: Without repeating the reference's value.
        """
        ...


class Store(Protocol):
    """Keeps content for good. A name is derived from the content and is safe to show."""

    def put(self, body: bytes) -> str:
        """Keep ``body`` durably (file and folder synced) and return its name."""
        ...

    def put_stream(self, source: BinaryIO) -> str:
        """Keep all that ``source`` yields."""
        ...

    def get(self, name: str) -> bytes:
        """Return the bytes kept under ``name``.

        Raises:
            NotFoundError: If nothing is kept under it.
        """
        ...

    def open(self, name: str) -> BinaryIO:
        """Open the content for reading."""
        ...


class Clock(Protocol):
    """The one clock."""

    def now(self) -> datetime:
        """Return the time, aware, UTC."""
        ...


# ---------------------------------------------------------------- ledger


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

    def rise(self, exchange: str) -> int:
        """Raise the exchange's generation by one and return it (replay, release)."""
        ...

    def identify(self, exchange: str, scheme: str, value: str) -> None:
        """Index an identifier for :meth:`Ledger.find`: isa13, unb0020, msh10, order, invoice.

        Identifiers of persons and accounts are passed as keyed hashes.
        """
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

    def add_postings(self, rows: Sequence[PostingRow]) -> tuple[PostingRow, ...]:
        """Insert journal rows and return them as they stand.

        A row whose (target, external id) is live with the same digest comes back as ``duplicate``;
        with another digest as ``conflict``. The same row of the same exchange comes back as it is
        (replay), and what Odoo rejected may come again. ``id`` of the argument is ignored.
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
