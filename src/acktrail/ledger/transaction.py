"""One transaction of the ledger, in the words of :class:`acktrail.ports.Transaction`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from acktrail.ledger import (
    blobs,
    circuits,
    claims,
    disposals,
    entries,
    exchanges,
    journal,
    numbers,
    outbox,
)
from acktrail.ledger.blobs import Blob
from acktrail.ledger.circuits import Circuit
from acktrail.ledger.disposals import Cut
from acktrail.ports import (
    Arrival,
    Clock,
    Entry,
    ExchangeRow,
    NewExchange,
    OutboxRow,
    PostingRow,
    Same,
    same_digest,
)


class Writer(NamedTuple):
    """What a transaction needs beside its connection."""

    clock: Clock
    node: str
    naming_key: bytes


class SqlTransaction:
    """Everything in it is kept, or nothing."""

    def __init__(self, connection: sa.Connection, writer: Writer) -> None:
        self._connection = connection
        self._clock, self._node, self._naming_key = writer

    @property
    def connection(self) -> sa.Connection:
        """The open connection, for the engine's enqueue in the same transaction."""
        return self._connection

    def claim(self, arrival: Arrival, exchange: str) -> bool:
        """Insert the claim; False when somebody has it already."""
        at = self._clock.now()
        return claims.insert(self._connection, self._naming_key, arrival, exchange, at)

    def open_exchange(self, row: NewExchange, body: Mapping[str, object], actor: str) -> None:
        """Insert the exchange and its first entry, ``received``."""
        exchanges.insert(self._connection, row, self._clock.now())
        self.append(row.id, "received", body, actor)

    def disposed(self, arrival: Arrival, how: str) -> None:
        """Note on the claim that the remote file was dealt with."""
        claims.dispose(self._connection, self._naming_key, arrival, how, self._clock.now())

    def lock(self, exchange: str) -> ExchangeRow:
        """Lock the exchange for this transaction."""
        return exchanges.lock(self._connection, exchange)

    def entries(self, stream: str) -> tuple[Entry, ...]:
        """Return the stream's entries in order."""
        return entries.read(self._connection, stream)

    def step(self, stream: str, key: str) -> Entry | None:
        """Return the entry that carries this step key; the stream stays locked after the look."""
        return entries.with_step(self._connection, stream, key)

    def append(
        self, stream: str, kind: str, body: Mapping[str, object], actor: str, step: str = ""
    ) -> Entry:
        """Append an entry; an exchange's status is folded anew. No actor means this node."""
        draft = entries.Draft(stream, kind, body, actor or f"svc:{self._node}", step)
        return entries.append(self._connection, draft, self._clock.now())

    def set_clear(self, exchange: str, blob: str, sha256: str) -> None:
        """Note where the opened bytes are."""
        exchanges.set_clear(self._connection, exchange, blob, sha256)

    def set_profile(self, exchange: str, profile: str, sha256: str) -> None:
        """Put the exchange under another version of its partner's profile."""
        exchanges.set_profile(self._connection, exchange, profile, sha256)

    def rise(self, exchange: str) -> int:
        """Raise the exchange's generation by one and return it."""
        return exchanges.rise(self._connection, exchange)

    def identify(self, exchange: str, scheme: str, value: str) -> None:
        """Index an identifier; ``control`` is the interchange identity of `same_control`."""
        exchanges.identify(self._connection, exchange, scheme, value)

    def identified(
        self, partner: str, direction: str, places: Sequence[tuple[str, str]], but: str = ""
    ) -> Mapping[tuple[str, str], str]:
        """Return the oldest other exchange of the partner by scheme and value, where there is."""
        return exchanges.identified(self._connection, partner, direction, places, but)

    def has_sent(self, partner: str) -> bool:
        """Tell whether a file ever went out to the partner that was no answer."""
        return exchanges.has_sent(self._connection, partner)

    def same_content(self, partner: str, clear: str, before: str) -> str:
        """Return the oldest other exchange of that partner with equal opened bytes, or ``""``."""
        return exchanges.same_content(self._connection, partner, clear, before)

    def same_control(self, partner: str, identity: str, before: str) -> str:
        """Return the oldest other exchange with that interchange identity, or ``""``."""
        return exchanges.same_control(self._connection, partner, identity, before)

    def next_number(self, series: str, count: int = 1) -> int:
        """Allocate ``count`` consecutive control numbers and return the first."""
        return numbers.allocate(self._connection, series, count)

    def add_outbox(self, row: OutboxRow) -> None:
        """Fix an answer file; the same row again has no effect."""
        outbox.add(self._connection, row)

    def outbox(self, exchange: str) -> tuple[OutboxRow, ...]:
        """Return the answer files of an exchange in the order they were fixed."""
        return outbox.rows(self._connection, exchange)

    def set_delivered(self, exchange: str, name: str) -> None:
        """Note that an answer file was delivered and verified."""
        outbox.set_delivered(self._connection, exchange, name)

    def add_postings(
        self, rows: Sequence[PostingRow], same: Same = same_digest
    ) -> tuple[PostingRow, ...]:
        """Insert journal rows and return them as they stand; see :func:`journal.add`."""
        return journal.add(self._connection, rows, self._sender(), same)

    def postings(self, exchange: str) -> tuple[PostingRow, ...]:
        """Return the journal rows of an exchange."""
        return journal.of_exchange(self._connection, exchange)

    def set_posting(  # noqa: PLR0913
        self,
        row: int,
        state: str,
        *,
        odoo_id: int | None = None,
        error: str = "",
        calls: str = "",
        not_before: datetime | None = None,
    ) -> None:
        """Change a journal row; ``not_before`` is when a queued one may be sent again."""
        change = journal.Change(row, state, odoo_id, error, calls, not_before)
        journal.change(self._connection, change, self._sender())

    def circuit(self, target: str) -> Circuit:
        """Return the state of a target's breaker, locked for this transaction."""
        circuits.lock(self._connection, target)
        return circuits.read(self._connection, target)

    def set_circuit(self, value: Circuit) -> None:
        """Keep the state of a target's breaker for all nodes."""
        circuits.write(self._connection, value)

    def skip_numbers(self, count: int) -> int:
        """Move every series of control numbers on; return how many series there are."""
        return numbers.skip(self._connection, count)

    def blob(self, name: str) -> Blob | None:
        """Return the row of kept content, locked for this transaction."""
        return blobs.lock(self._connection, name)

    def add_blob(self, row: Blob) -> bool:
        """Insert the row of kept content; False when there is one."""
        return blobs.insert(self._connection, row)

    def set_blob(self, row: Blob) -> None:
        """Write the row of kept content, which was locked before."""
        blobs.replace(self._connection, row)

    def blobs_under(self, key: str, limit: int) -> Sequence[Blob]:
        """Return rows whose data key is wrapped under that retention key, locked."""
        return blobs.under_key(self._connection, key, limit)

    def dispose_content(self, names: Sequence[str], cut: Cut) -> Sequence[Blob]:
        """Make tombstones of those of the names that are due and that nobody holds."""
        return disposals.dispose(self._connection, names, cut)

    def tombstones(self, limit: int) -> Sequence[Blob]:
        """Return tombstones whose file was not removed yet, locked."""
        return disposals.remaining(self._connection, limit)

    def hold_content(self, place: str, subject: str, names: Sequence[str]) -> int:
        """Hold those of the names that are kept; return how many were not held by it before."""
        return disposals.hold(self._connection, place, subject, names)

    def unhold_content(self, place: str) -> int:
        """End a hold; return how much it held."""
        return disposals.unhold(self._connection, place)

    def _sender(self) -> journal.Sender:
        return journal.Sender(self._node, self._clock.now())
