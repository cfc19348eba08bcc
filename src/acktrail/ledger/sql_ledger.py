"""The ledger on SQLite or PostgreSQL, in the words of :class:`acktrail.ports.Ledger`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from acktrail.ledger import (
    blobs,
    circuits,
    claims,
    disposals,
    entries,
    journal,
    measuring,
    outbox,
    queries,
    sessions,
    tree_verification,
    verification,
)
from acktrail.ledger.blobs import Blob
from acktrail.ledger.circuits import Circuit
from acktrail.ledger.database import begin_writing
from acktrail.ledger.disposals import Cut, Hold, Sum
from acktrail.ledger.measuring import Counted, Sealed
from acktrail.ledger.queries import Answer, AnswerPage, Backlog, Page
from acktrail.ledger.refusals import translated
from acktrail.ledger.sequencer import Keys, Sequencer
from acktrail.ledger.sessions import Credential, Failures, Session
from acktrail.ledger.snapshot import Taken, snapshot
from acktrail.ledger.tile_files import TileFiles
from acktrail.ledger.transaction import SqlTransaction, Writer
from acktrail.ports import Arrival, Clock, Entry, ExchangeRow, OutboxRow, PostingRow, Seen


class SqlLedger:
    """Entries, exchanges, claims, journal and control numbers in one database.

    Every method may raise :class:`acktrail.errors.UnavailableError` when the database is away,
    locked or full; a transaction is then rolled back and may be tried again.
    """

    def __init__(self, engine: sa.Engine, clock: Clock, node: str, naming_key: bytes) -> None:
        """Use an upgraded database.

        Args:
            engine: From ``open_engine(url, durable=True)``.
            clock: The one clock.
            node: Name of this process: owner of leases and default actor ``svc:<node>``.
            naming_key: Secret under which names of remote files are hashed.
        """
        self._engine = engine
        self._writer = Writer(clock, node, naming_key)

    @contextmanager
    def begin(self) -> Iterator[SqlTransaction]:
        """Open a transaction that takes the write lock at once; commit on a clean exit."""
        with translated(), self._engine.begin() as connection:
            begin_writing(connection)
            yield SqlTransaction(connection, self._writer)

    def generation(self, endpoint: str, seen: Seen) -> int | None:
        """Return the generation to claim next, or None when there is nothing to claim."""
        with self._reading() as connection:
            naming_key = self._writer.naming_key
            return claims.next_generation(connection, naming_key, endpoint, seen)

    def undisposed(self, endpoint: str) -> Sequence[tuple[Arrival, str]]:
        """Return claims with their exchange whose remote file may still lie there."""
        with self._reading() as connection:
            return claims.undisposed(connection, endpoint)

    def exchange(self, key: str) -> ExchangeRow:
        """Find one exchange by id, unique prefix of it, file name or sha256."""
        with self._reading() as connection:
            return queries.one_exchange(connection, key)

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
        return self.page(Page(partner, status, since, limit, before))

    def page(self, wanted: Page) -> Sequence[ExchangeRow]:
        """Return one page of the list of exchanges, newest first."""
        with self._reading() as connection:
            return queries.page(connection, wanted)

    def few(self, status: str, most: int) -> int:
        """Count the exchanges of a status, up to ``most``."""
        with self._reading() as connection:
            return queries.few(connection, status, most)

    def answer_page(self, wanted: AnswerPage) -> Sequence[Answer]:
        """Return one page of the list of answer files, those of the newest exchanges first."""
        with self._reading() as connection:
            return queries.answers(connection, wanted)

    def find(self, text: str) -> Sequence[tuple[ExchangeRow, str]]:
        """Search identifiers, names, hashes, Odoo records; each hit with what matched."""
        with self._reading() as connection:
            return queries.find(connection, text)

    def entries(self, stream: str) -> tuple[Entry, ...]:
        """Return the entries of a stream in order."""
        with self._reading() as connection:
            return entries.read(connection, stream)

    def length(self, stream: str) -> int:
        """Return how many entries a stream that is no exchange has."""
        with self._reading() as connection:
            return queries.length(connection, stream)

    def entries_of_each(self, streams: Sequence[str]) -> dict[str, tuple[Entry, ...]]:
        """Return the entries of several streams, read at once."""
        with self._reading() as connection:
            return entries.read_each(connection, streams)

    def streams(self, prefix: str) -> Sequence[str]:
        """Return the names of the streams that start so, in order; none of exchanges."""
        with self._reading() as connection:
            return queries.streams(connection, prefix)

    def entries_of(self, kinds: Sequence[str]) -> tuple[Entry, ...]:
        """Return the entries of these kinds, of all streams, in no order; every one is read."""
        with self._reading() as connection:
            return tuple(queries.entries_of(connection, kinds))

    def unfinished(self, order_key: str, before: str) -> str:
        """Return the oldest exchange of an ordered key before ``before`` that may still post."""
        with self._reading() as connection:
            return queries.unfinished(connection, order_key, before)

    def due(self, target: str, limit: int) -> Sequence[PostingRow]:
        """Return journal rows that may be sent, real-time lane first, oldest first."""
        with self._reading() as connection:
            return journal.due(connection, target, limit, self._writer.clock.now())

    def postings(self, exchange: str) -> tuple[PostingRow, ...]:
        """Return the journal rows of an exchange, without a lock."""
        with self._reading() as connection:
            return journal.of_exchange(connection, exchange)

    def answers(self, exchange: str) -> tuple[OutboxRow, ...]:
        """Return the answer files of an exchange, without a lock."""
        with self._reading() as connection:
            return outbox.rows(connection, exchange)

    def journalled(self, target: str, external_ids: Sequence[str]) -> set[str]:
        """Return those of the external ids that a row of the journal has."""
        with self._reading() as connection:
            return journal.journalled(connection, target, external_ids)

    def lease(
        self, target: str, limit: int, seconds: int, model: str = ""
    ) -> tuple[PostingRow, ...]:
        """Take the next batch to send: rows of one partner and model, committed as ``sending``.

        Empty when nothing is due, or when every partner and model that has due rows has a batch
        in flight already. ``set_posting`` ends a lease.
        """
        wish = journal.LeaseWish(target, limit, timedelta(seconds=seconds), model)
        with self.begin() as transaction:
            sender = journal.Sender(self._writer.node, self._writer.clock.now())
            return journal.lease(transaction.connection, wish, sender)

    def circuit(self, target: str) -> Circuit:
        """Return the state of the target's breaker; closed when it was never set."""
        with self._reading() as connection:
            return circuits.read(connection, target)

    def circuits(self) -> Sequence[Circuit]:
        """Return every breaker that lets not everything through."""
        with self._reading() as connection:
            return circuits.not_closed(connection)

    def backlog(self) -> Sequence[Backlog]:
        """Return what waits for each Odoo, by partner, model and lane."""
        with self._reading() as connection:
            return queries.backlog(connection)

    def sequencer(self, files: TileFiles, keys: Keys) -> Sequencer:
        """Return what gives this ledger's entries their places in the tree and signs it."""
        return Sequencer(self._engine, files, keys, self._writer.clock)

    def verify_tree(self, files: TileFiles, keys: Keys, anchors: Iterable[str]) -> Iterator[str]:
        """Recompute the tree; yield each fault as ``place: what differs``."""
        with translated():
            yield from tree_verification.verify(self._engine, files, keys, anchors)

    def leaves(self, stream: str) -> Sequence[tuple[int, bytes]]:
        """Return leaf index and bytes of a stream's entries that have a place in the tree."""
        with self._reading() as connection:
            return queries.leaves(connection, stream)

    def note_at(self, size: int = 0) -> str:
        """Return the checkpoint signed at that size; the newest one for 0."""
        with self._reading() as connection:
            return queries.note_at(connection, size)

    def anchored_sizes(self, below: int) -> Sequence[int]:
        """Return the sizes below ``below`` that a witness keeps, in order."""
        with self._reading() as connection:
            return queries.anchored_sizes(connection, below)

    def verify(self) -> Iterator[str]:
        """Recompute every chain; yield each fault as ``stream n: what differs``."""
        with translated():
            yield from verification.verify(self._engine)

    def exceptions(
        self, limit: int = 50, partner: str = "", before: int = 0
    ) -> Sequence[PostingRow]:
        """Return journal rows that a person has to decide about, newest first."""
        with self._reading() as connection:
            return queries.exceptions(connection, limit, partner, before)

    def posting(self, key: str) -> PostingRow:
        """Find one journal row by its number or external id (the newest one's)."""
        with self._reading() as connection:
            return queries.one_posting(connection, key)

    def blob(self, name: str) -> Blob | None:
        """Return the row of kept content, without a lock; None: it was kept before there were."""
        with self._reading() as connection:
            return blobs.find(connection, name)

    def due_content(self, before: int) -> Sequence[Sum]:
        """Count by kind what may be disposed of; ``before`` in microseconds since 1970."""
        with self._reading() as connection:
            return disposals.sums(connection, before)

    def disposal_page(self, cut: Cut, after: str, limit: int) -> Sequence[Blob]:
        """Return what a disposal is about, by name, from ``after`` on."""
        with self._reading() as connection:
            return disposals.page(connection, cut, after, limit)

    def content_holds(self) -> Sequence[Hold]:
        """Return every open hold with what it holds."""
        with self._reading() as connection:
            return disposals.holds(connection)

    def snapshot(self, target: Path) -> AbstractContextManager[Taken]:
        """Copy the database into a new file; see :mod:`acktrail.ledger.snapshot`."""
        return snapshot(self._engine, target)

    def credential(self, name: str) -> Credential | None:
        """Return how a user signs in at the console."""
        with self._reading() as connection:
            return sessions.find_credential(connection, name)

    def session(self, token: str) -> Session | None:
        """Return a session at the console by the hash of its token."""
        with self._reading() as connection:
            return sessions.find_session(connection, token)

    def failures(self, subject: str) -> Failures | None:
        """Return how often a subject failed to sign in, in a row."""
        with self._reading() as connection:
            return sessions.failures(connection, subject)

    def size(self) -> tuple[int, int]:
        """Return the number of entries and of streams."""
        with self._reading() as connection:
            return queries.size(connection)

    def counted(self) -> Sequence[Counted]:
        """Count exchanges by partner, direction and status."""
        with self._reading() as connection:
            return measuring.counted(connection)

    def sealed(self) -> Sealed:
        """Return how far the tree over all entries is signed and kept outside."""
        with self._reading() as connection:
            return measuring.sealed(connection)

    def check_writable(self) -> None:
        """Refuse a database that takes no writes.

        Raises:
            UnavailableError: It is away, full or read-only.
        """
        with self.begin() as transaction:
            measuring.probe(transaction.connection)

    def counts(self) -> Mapping[str, int]:
        """Return ``exchange.<status>`` and ``posting.<state>`` with their numbers."""
        with self._reading() as connection:
            return queries.counts(connection)

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with translated(), self._engine.connect() as connection:
            yield connection
