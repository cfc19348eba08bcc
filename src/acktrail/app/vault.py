"""Which key seals which content: rows of the ledger's database, retention keys of the home.

One data key for each piece of content, wrapped under the retention key of the month in which it
may be disposed of. Content that is put again stays longer, and its data key moves to that month's
key. The row is committed before the file is written: two writers of the same content use the same
key, and either's file opens.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import BinaryIO, Final, NamedTuple

from acktrail.errors import NotFoundError
from acktrail.ledger.blobs import Blob
from acktrail.ledger.entry import instant, microseconds
from acktrail.ledger.sql_ledger import SqlLedger
from acktrail.ledger.transaction import SqlTransaction
from acktrail.ports import Clock, ToKeep
from acktrail.security import chunked
from acktrail.security.retention_keys import RetentionKeys, new_data_key

CONTEXT: Final = b"acktrail/blob/1"
BATCH: Final = 500
_DAY: Final = timedelta(days=1)


class ContentSeal(NamedTuple):
    """See :class:`acktrail.ports.Seal`."""

    key: bytes
    name: str

    def write(self, source: BinaryIO, target: BinaryIO) -> None:
        """Write what ``source`` yields to ``target``, sealed."""
        chunked.seal(self.key, CONTEXT + self.name.encode(), source, target)

    def open(self, source: BinaryIO) -> BinaryIO:
        """Open sealed content for reading and seeking."""
        return chunked.open_sealed(self.key, CONTEXT + self.name.encode(), source)

    def size(self, size: int) -> int:
        """Return how long ``size`` bytes of content are when they are sealed."""
        return chunked.sealed_size(size)


class Rules(NamedTuple):
    """What the settings say."""

    encrypt: bool
    retention: Mapping[str, timedelta]  # by kind


class ContentVault:
    """See :class:`acktrail.ports.Vault`; safe between processes of one machine."""

    def __init__(self, ledger: SqlLedger, keys: RetentionKeys, clock: Clock, rules: Rules) -> None:
        self._ledger = ledger
        self._keys = keys
        self._clock = clock
        self._rules = rules

    def keep(self, content: ToKeep, drop: Callable[[], None]) -> ContentSeal | None:
        """Note durably that content is about to be kept, and return what seals it."""
        now, (name, size, kind, stay) = self._clock.now(), content
        until = _end_of_day(now + (stay or self._rules.retention[kind]))
        with self._keys.in_use():
            row = self._ledger.blob(name)
            if row is None or self._to_change(row, until):
                fresh = Blob(name, kind, size, "", b"", microseconds(now), until)
                with self._ledger.begin() as tx:
                    row = self._settled(tx, fresh, drop)
            return self._seal(row)

    def kept(self, name: str) -> ContentSeal | None:
        """Return what opens the content.

        Raises:
            NotFoundError: With code ``store.disposed``.
        """
        with self._keys.in_use():
            row = self._ledger.blob(name)
            if row is None:
                return None
            if row.disposal:
                msg = "this content was disposed of"
                raise NotFoundError(msg, code="store.disposed")
            return self._seal(row)

    def draft(self, name: str) -> ContentSeal | None:
        """Return a seal for a draft; nobody else can open it."""
        return ContentSeal(new_data_key(), name) if self._rules.encrypt else None

    def rotate(self) -> Iterator[tuple[str, str, int]]:
        """Replace every retention key; yield its id, the new one's, and how many rows moved.

        No file is written again. A key of before is destroyed once no row needs it: what a backup
        of the database holds opens with a copy of that key only.
        """
        for old in self._keys.ids():
            month, _, _ = old.partition(".")
            new = self._keys.make(month)
            moved = self._move_all(old, new)
            with self._keys.alone():
                moved += self._move_all(old, new)  # what others put meanwhile
                self._keys.destroy(old)
            yield old, new, moved

    def unneeded(self, month: str) -> Iterator[str]:
        """Yield the keys of months before ``month`` that no content needs."""
        for key in self._keys.ids():
            if key < month and self._is_unneeded(key):
                yield key

    def destroy(self, key: str) -> bool:
        """Destroy a key that no content needs; False when some does by now."""
        with self._keys.alone():
            if not self._is_unneeded(key):
                return False
            self._keys.destroy(key)
            return True

    def _is_unneeded(self, key: str) -> bool:
        with self._ledger.begin() as tx:
            return not tx.blobs_under(key, 1)

    def _move_all(self, old: str, new: str) -> int:
        moved = 0
        while count := self._move(old, new):
            moved += count
        return moved

    def _move(self, old: str, new: str) -> int:
        with self._ledger.begin() as tx:
            rows = tx.blobs_under(old, BATCH)
            for row in rows:
                wrapped = self._keys.wrap(new, self._keys.unwrap(old, row.wrapped))
                tx.set_blob(row._replace(key=new, wrapped=wrapped))
        return len(rows)

    def _to_change(self, row: Blob, until: int) -> bool:
        to_seal = self._rules.encrypt and not row.wrapped
        return bool(row.disposal) or to_seal or row.retain_until < until

    def _settled(self, tx: SqlTransaction, fresh: Blob, drop: Callable[[], None]) -> Blob:
        """Return the row of the content, written as it has to be."""
        row = tx.blob(fresh.name)
        if row is None:
            made = self._wrapped(fresh)
            if tx.add_blob(made):
                return made
            row = tx.blob(fresh.name)  # somebody else's, committed between the two statements
        if row is None or row.disposal:
            drop()
            row = fresh
        until = max(row.retain_until, fresh.retain_until)
        row = self._wrapped(row._replace(retain_until=until))
        tx.set_blob(row)
        return row

    def _wrapped(self, row: Blob) -> Blob:
        """Return the row with its data key under the key of its month."""
        month = instant(row.retain_until).strftime("%Y-%m")
        if not (row.wrapped or self._rules.encrypt) or row.key.startswith(f"{month}."):
            return row
        data_key = self._keys.unwrap(row.key, row.wrapped) if row.wrapped else new_data_key()
        key = self._keys.current(month)
        return row._replace(key=key, wrapped=self._keys.wrap(key, data_key))

    def _seal(self, row: Blob) -> ContentSeal | None:
        if not row.wrapped:
            return None
        return ContentSeal(self._keys.unwrap(row.key, row.wrapped), row.name)


def _end_of_day(at: datetime) -> int:
    """Return the next midnight, UTC: content that is put again the same day changes nothing."""
    return microseconds(at.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY)
