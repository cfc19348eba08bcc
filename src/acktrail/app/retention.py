"""How long kept content stays, what holds it, and how two people dispose of it.

Everything is an entry of the stream ``retention:<day>``; a request and a hold are known by their
entry's place, ``<day>/<n>``. Disposal takes the data keys away and writes ``disposed`` with the
names in one transaction, and removes the files after it. A run that is killed in between leaves
tombstones with a file: :meth:`Retention.finish` goes on from them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from acktrail.app.vault import ContentVault
from acktrail.errors import ConflictError, NotFoundError, PolicyError
from acktrail.ledger.disposals import Cut, Hold, Sum
from acktrail.ledger.entry import microseconds
from acktrail.ledger.sql_ledger import SqlLedger
from acktrail.ports import Clock, Entry
from acktrail.store.local import LocalStore

PREFIX: Final = "retention:"
BATCH: Final = 150  # names in one entry, whose body has 16 KiB
PAGE: Final = 500
_PLACE: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})/([0-9]{1,9})")
_NAME: Final = re.compile(r"[0-9a-f]{64}")


class Order(NamedTuple):
    """Who wants something, and why."""

    actor: str
    reason: str


class Asked(NamedTuple):
    """A request as it was written."""

    place: str
    files: int
    bytes: int


class Disposed(NamedTuple):
    """What came of an approval."""

    request: str
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Retention:
    """Looks at, holds and disposes of the content of one home."""

    ledger: SqlLedger
    store: LocalStore
    vault: ContentVault
    clock: Clock

    def due(self, before: datetime | None = None) -> list[Sum]:
        """Count what may be disposed of: its retention ended and nobody holds it."""
        return list(self.ledger.due_content(microseconds(self._before(before))))

    def request(self, order: Order, before: datetime | None = None) -> Asked:
        """Ask for the disposal of all that is due; holds are brought up to date first.

        Raises:
            NotFoundError: Nothing is due.
            PolicyError: No reason, or a time to come.
        """
        self._check(order)
        at = self._before(before)
        self._renew_holds()
        files, size, digest = self._summed(Cut(microseconds(at), ""))
        if not files:
            msg = "nothing is due"
            raise NotFoundError(msg)
        facts = {"before": at.isoformat(), "files": files, "bytes": size, "names": digest}
        entry = self._write("disposal_requested", order, facts)
        return Asked(_place(entry), files, size)

    def approve(self, place: str, order: Order) -> Disposed:
        """Carry out what somebody else asked for; again after a kill: what is left of it.

        Raises:
            NotFoundError: No such request.
            PolicyError: The one who asked approves; or what is due is no longer what was asked
                for: it was held, put again, or a hold ended.
        """
        self._check(order)
        asked = self._entry(place, "disposal_requested")
        if asked.actor == order.actor:
            msg = "who asked for a disposal cannot approve it"
            raise PolicyError(msg, code="policy.same_person")
        self._renew_holds()
        cut = Cut(microseconds(datetime.fromisoformat(str(asked.body["before"]))), place)
        if self._summed(cut)[2] != asked.body["names"]:
            msg = "what is due changed since it was asked for: ask again"
            raise PolicyError(msg, code="policy.changed")
        with self.ledger.begin() as tx:
            if tx.step(asked.stream, f"approve:{place}") is None:
                body = {"request": place, "reason": order.reason}
                tx.append(asked.stream, "disposal_approved", body, order.actor, f"approve:{place}")
        return self._carry_out(asked, cut, order.actor)

    def finish(self, order: Order) -> tuple[int, int]:
        """Remove files that a killed disposal left, and retention keys that nothing needs.

        Returns:
            Files removed, keys destroyed.
        """
        self._check(order)
        month = self.clock.now().strftime("%Y-%m")
        files = self._remove_files()
        keys = 0
        for key in self.vault.unneeded(month):
            self._write("key_destroyed", order, {"key": key})
            keys += self.vault.destroy(key)
        return files, keys

    def hold(self, subject: str, order: Order) -> tuple[str, int]:
        """Keep all content of an exchange, or of ``partner:<id>``, whatever its retention says.

        Returns:
            The hold's place, and how many pieces of content it holds now. What the exchange, or
            the partner, gets later is held too.

        Raises:
            NotFoundError: No such exchange or partner.
        """
        self._check(order)
        if not subject.startswith("partner:"):
            subject = self.ledger.exchange(subject).id
        elif not self.ledger.exchanges(partner=subject.removeprefix("partner:"), limit=1):
            msg = "no exchange of this partner"
            raise NotFoundError(msg)
        place = _place(self._write("held", order, {"subject": subject}))
        return place, self._hold_all(place, subject)

    def unhold(self, place: str, order: Order) -> int:
        """End a hold; return how many pieces of content it held.

        Raises:
            NotFoundError: No such hold.
            ConflictError: It ended before.
        """
        self._check(order)
        self._entry(place, "held")
        if place not in self._open_holds():
            msg = "this hold has ended"
            raise ConflictError(msg)
        with self.ledger.begin() as tx:
            count = tx.unhold_content(place)
            body = {"hold": place, "reason": order.reason, "files": count}
            tx.append(self._stream(), "unheld", body, order.actor)
        return count

    def holds(self) -> list[Hold]:
        """Return every open hold with what it holds."""
        return list(self.ledger.content_holds())

    def log(self) -> Iterator[Entry]:
        """Yield every entry about retention, oldest first."""
        for stream in self.ledger.streams(PREFIX):
            yield from self.ledger.entries(stream)

    def _carry_out(self, asked: Entry, cut: Cut, actor: str) -> Disposed:
        files = size = 0
        for names in self._pages(cut):
            with self.ledger.begin() as tx:
                rows = tx.dispose_content(names, cut)
                if rows:
                    facts: dict[str, object] = {"rule": "retention", "request": cut.request}
                    facts |= {"names": [row.name for row in rows], "files": len(rows)}
                    facts["bytes"] = sum(row.size for row in rows)
                    tx.append(asked.stream, "disposed", facts, actor)
            files += len(rows)
            size += sum(row.size for row in rows)
        self._remove_files()
        return Disposed(cut.request, files, size)

    def _remove_files(self) -> int:
        """Remove the files of tombstones, under the rows' locks: a put may want them again."""
        removed = 0
        while True:
            with self.ledger.begin() as tx:
                rows = tx.tombstones(BATCH)
                for row in rows:
                    self.store.remove(row.name)
                    tx.set_blob(row._replace(gone=True))
            if not rows:
                return removed
            removed += len(rows)

    def _pages(self, cut: Cut) -> Iterator[list[str]]:
        """Yield the names that a disposal is about."""
        after = ""
        while rows := self.ledger.disposal_page(cut, after, BATCH):
            after = rows[-1].name
            yield [row.name for row in rows]

    def _summed(self, cut: Cut) -> tuple[int, int, str]:
        """Return files, bytes and a digest over the names."""
        files, size, digest, after = 0, 0, sha256(), ""
        while rows := self.ledger.disposal_page(cut, after, PAGE):
            after = rows[-1].name
            files += len(rows)
            size += sum(row.size for row in rows)
            digest.update("".join(row.name for row in rows).encode())
        return files, size, digest.hexdigest()

    def _renew_holds(self) -> None:
        """Let open holds take what came to their exchanges since."""
        for place, subject in self._open_holds().items():
            self._hold_all(place, subject)

    def _open_holds(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for entry in self.log():
            if entry.kind == "held":
                found[_place(entry)] = str(entry.body["subject"])
            elif entry.kind == "unheld":
                found.pop(str(entry.body["hold"]), None)
        return found

    def _hold_all(self, place: str, subject: str) -> int:
        held = 0
        for exchange in self._exchanges(subject):
            names = sorted(self._content(exchange))
            for start in range(0, len(names), PAGE):
                with self.ledger.begin() as tx:
                    held += tx.hold_content(place, subject, names[start : start + PAGE])
        return held

    def _exchanges(self, subject: str) -> Iterator[str]:
        if not subject.startswith("partner:"):
            yield subject
            return
        before, partner = "", subject.removeprefix("partner:")
        while rows := self.ledger.exchanges(partner=partner, limit=PAGE, before=before):
            before = rows[-1].id
            yield from (row.id for row in rows)

    def _content(self, exchange: str) -> set[str]:
        """Return whatever an exchange's rows and entries name that can be content."""
        ledger = self.ledger
        rows = [*ledger.answers(exchange), *ledger.postings(exchange), ledger.exchange(exchange)]
        found = {one for row in rows for one in _names(row)}
        for entry in ledger.entries(exchange):
            found.update(_names(entry.body))
        return found

    def _entry(self, place: str, kind: str) -> Entry:
        known = _PLACE.fullmatch(place)
        entries = self.ledger.entries(PREFIX + known[1]) if known else ()
        number = int(known[2]) if known else 0
        if number >= len(entries) or entries[number].kind != kind:
            msg = "no such request or hold"
            raise NotFoundError(msg)
        return entries[number]

    def _write(self, kind: str, order: Order, facts: Mapping[str, object]) -> Entry:
        with self.ledger.begin() as tx:
            body = {"reason": order.reason, **facts}
            return tx.append(self._stream(), kind, body, order.actor)

    def _stream(self) -> str:
        return f"{PREFIX}{self.clock.now().date().isoformat()}"

    def _before(self, before: datetime | None) -> datetime:
        now = self.clock.now()
        if before and before > now:
            msg = "a time to come: what is due then is not due yet"
            raise PolicyError(msg, code="policy.future")
        return before or now

    def _check(self, order: Order) -> None:
        if not order.reason.strip():
            msg = "a reason is needed"
            raise PolicyError(msg, code="policy.reason")


def _place(entry: Entry) -> str:
    return f"{entry.stream.removeprefix(PREFIX)}/{entry.n}"


def _names(value: object) -> Iterator[str]:
    """Yield every text of a name's form, however deep it lies."""
    if isinstance(value, str):
        if _NAME.fullmatch(value):
            yield value
    elif isinstance(value, Mapping):
        yield from _names(list(value.values()))
    elif isinstance(value, Iterable) and not isinstance(value, bytes):
        for one in value:
            yield from _names(one)
