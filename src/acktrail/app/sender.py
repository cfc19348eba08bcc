"""Sends journal rows to Odoo and commits what is known, in the order that makes repeats harmless.

``sending`` is committed before the first call, ``stored`` with the id before a follow-up verb,
``posted`` after the read-back. A row found ``sending`` or ``stored`` after a crash goes the same
way again and comes to the same record.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from acktrail.app.circuits import Circuits, Trouble, scope_of
from acktrail.app.clients import Clients
from acktrail.app.exceptions import note_exception
from acktrail.app.patience import Patience
from acktrail.app.planning import RowPlan, RowRefusal, plans_for
from acktrail.app.slots import Slots
from acktrail.app.tools import Tools
from acktrail.errors import ConflictError, DeniedError, HaltedError
from acktrail.ledger.transaction import SqlTransaction
from acktrail.odoo import breaker
from acktrail.odoo.attempts import Attempts, GaveUpError, answers
from acktrail.odoo.bridge import Bridge
from acktrail.odoo.check import Known
from acktrail.odoo.client import Client
from acktrail.odoo.connect import Address, connect, version
from acktrail.odoo.dialect import Dialect, Dialects
from acktrail.odoo.follow_up import Completion, End, FollowUp, Kept, Mismatch, Missing, Posted
from acktrail.odoo.json2 import Json2
from acktrail.odoo.jsonrpc import JsonRpc
from acktrail.odoo.poster import (
    Delivery,
    Denied,
    Outcome,
    Parked,
    Poster,
    Refused,
    Stored,
    Unknown,
)
from acktrail.odoo.wire import CONFIRM
from acktrail.ports import PostingRow
from acktrail.profiles.partner import PartnerProfile

CHUNK = 200  # documents held in memory at once
WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(minutes=10)  # of a row without an outcome
BATCH = {"realtime": 10, "batch": 50}


@dataclass(frozen=True, slots=True)
class Sent:
    """What a run over journal rows came to."""

    stored: int = 0
    rejected: int = 0
    parked: int = 0
    unknown: int = 0  # no answer that was understood
    waiting: int = 0  # for a right that Odoo denies

    def __add__(self, other: "Sent") -> "Sent":
        return Sent(
            self.stored + other.stored,
            self.rejected + other.rejected,
            self.parked + other.parked,
            self.unknown + other.unknown,
            self.waiting + other.waiting,
        )


class Sender:
    """Talks to the Odoo databases that ``acktrail.toml`` names."""

    def __init__(
        self,
        tools: Tools,
        connect: Callable[[str], Client] | None = None,
        pause: Callable[[float], object] | None = None,
        confirm: tuple[float, ...] = CONFIRM,
    ) -> None:
        self._tools = tools
        self.circuits = Circuits(tools.ledger, tools.clock, tools.actor)
        self._clients = Clients(connect or self.client_for, self.address, tools.clock)
        self._slots = Slots(lambda target: tools.settings.odoo[target].posters)
        self._pause = pause
        self._confirm = confirm

    def configured(self, target: str) -> bool:
        """Tell whether there is an Odoo to post to; else the calls are kept."""
        return target in self._tools.settings.odoo

    def client_for(self, target: str, *, confirm: bool = True) -> Json2 | JsonRpc | Bridge:
        """Return a client of one database; without ``confirm`` a refusal is said at once."""
        address, dialects = self.address(target), Dialects.read(self._tools.files)
        return connect(address, dialects, self._confirm if confirm else ())

    def address(self, target: str) -> Address:
        """Return where a target is and who we are there."""
        server = self._tools.settings.odoo[target]
        key, timeout = self._tools.secrets.get(server.key), server.timeout.total_seconds()
        return Address(
            server.url, server.database, key, server.login, server.api, timeout, server.adapter
        )

    def known(self, target: str) -> Known:
        """Ask a server's version, and look up what that version lacks."""
        found = version(self.address(target))
        spoken = Dialects.read(self._tools.files).of(found[0]) if any(found) else Dialect()
        bridge = self._tools.settings.odoo[target].adapter == "bridge"
        return Known(found, spoken.lacks, bridge, spoken.without)

    def close(self) -> None:
        """Give the connections back."""
        self._clients.forget()

    def waits_until(self, target: str, rows: Sequence[PostingRow] = ()) -> datetime | None:
        """Return until when nothing of this is sent because circuits are open; None = go on."""
        until = self.circuits.waits_until(target)
        if until is None and self.circuits.probing(target):
            until = self._probe(target)
        if until is not None or not rows:
            return until
        closed = [self.circuits.closed_until(name) for name in dict.fromkeys(map(scope_of, rows))]
        return min(filter(None, closed)) if all(closed) else None

    def opened_until(self, target: str, rows: Sequence[PostingRow] = ()) -> datetime | None:
        """Return when an open circuit may be tried again; None when none is open."""
        names = (target, *dict.fromkeys(map(scope_of, rows)))
        return min(filter(None, map(self.circuits.opened_until, names)), default=None)

    def send(self, profile: PartnerProfile, rows: Sequence[PostingRow]) -> Sent:
        """Send the rows of one partner, a chunk at a time; stop when Odoo does not answer.

        Rows whose model Odoo denied wait for that circuit; a pause stops before the next chunk.
        Each chunk waits for a place of its lane at that Odoo.
        """
        free = self._free(rows)
        total = Sent(waiting=len(rows) - len(free))
        for start in range(0, len(free), CHUNK):
            part, rest = free[start : start + CHUNK], free[start + CHUNK :]
            with self._slots.take(part[0].target, part[0].lane):
                done = self._send_part(profile, part)
            total += done
            if done.unknown or (rest and self.circuits.closed_until(part[0].target)):
                return total + Sent(unknown=len(rest))
        return total

    def _free(self, rows: Sequence[PostingRow]) -> list[PostingRow]:
        """Return the rows that may go; the others give their lease back and wait."""
        waiting = self.circuits.waiting(rows)
        if waiting:
            self.give_back((n, waiting[scope_of(n)]) for n in rows if scope_of(n) in waiting)
        return [row for row in rows if scope_of(row) not in waiting]

    def give_back(self, rows: Iterable[tuple[PostingRow, datetime]]) -> None:
        """Give leases back unsent; each row may be taken again from its time on."""
        with self._tools.ledger.begin() as tx:
            for row, until in rows:
                state = "stored" if row.state == "stored" else "queued"
                _set(tx, row.id, state, not_before=until)

    def _probe(self, target: str) -> datetime | None:
        """Ask an Odoo whose circuit is half-open for nothing in particular; None = it answers."""
        trouble = Trouble(breaker.Cause.UNKNOWN, "unanswered")
        with self._clients.lend(target) as client:
            try:
                if answers(client):
                    trouble = Trouble()
            except HaltedError:
                trouble = Trouble(breaker.Cause.REFUSED, "refused")
        self.circuits.report(target, trouble)
        return self.circuits.opened_until(target)

    def _send_part(self, profile: PartnerProfile, rows: Sequence[PostingRow]) -> Sent:
        target = rows[0].target
        with self._clients.lend(target) as client:
            plans = plans_for(self._tools, profile, rows)
            attempts = Attempts(client, self._tools.clock, self._pause or Patience())
            silence = _ask(lambda: plans.make(self._tools, attempts, rows), attempts, rows)
            if silence:
                delivery, completion = silence, Completion({})
            else:
                self._begin(plans.planned, plans.refused)
                delivery, completion = self._deliver(client, plans.planned, rows[0].lane)
        if silence:
            now = self._tools.clock.now()
            self.give_back((row, now) for row in rows)
        sent = rows if silence else [one.row for one in plans.planned]
        if sent:
            self._report(target, delivery, completion)
            self._report_models(sent, delivery, completion)
        refused = 0 if silence else len(plans.refused)
        return _sum(sent, delivery, completion) + Sent(rejected=refused)

    def _deliver(
        self, client: Client, planned: Sequence[RowPlan], lane: str
    ) -> tuple[Delivery, Completion]:
        """Store what is not stored yet, then follow up; commit what is known after each."""
        fresh = [one for one in planned if one.row.state != "stored"]
        delivery = self._poster(client, BATCH.get(lane, BATCH["batch"])).deliver(
            [(one.row.id, one.plan) for one in fresh]
        )
        self._note(fresh, delivery)
        completion = self._follow_up(client).finish(_kept(planned, delivery))
        self._note_ends(completion)
        return delivery, completion

    def _begin(self, planned: Sequence[RowPlan], refused: Sequence[RowRefusal]) -> None:
        """Commit what is refused without a call, and what is going to be sent."""
        with self._tools.ledger.begin() as tx:
            for one in refused:
                _set(tx, one.row.id, "rejected", error=_said(one.rule, one.place))
                note_exception(tx, one.row, one.rule, one.unmatched, self._tools.actor)
            for due in planned:
                if due.row.state != "stored":
                    _set(tx, due.row.id, "sending")

    def _poster(self, client: Client, size: int) -> Poster:
        return Poster(client, self._tools.clock, size, pause=self._pause or Patience())

    def _follow_up(self, client: Client) -> FollowUp:
        return FollowUp(client, self._tools.clock, pause=self._pause or Patience())

    def _note(self, planned: Sequence[RowPlan], delivery: Delivery) -> None:
        """Commit what the delivery found out; a row that alone got no answer waits longer."""
        now, away = self._tools.clock.now(), delivery.unknown or delivery.halted
        with self._tools.ledger.begin() as tx:
            for one in planned:
                match delivery.outcomes[one.row.id]:
                    case Stored(odoo_id):
                        _set(tx, one.row.id, "stored", odoo_id=odoo_id)
                    case Refused(error_class, name, missed):
                        _set(tx, one.row.id, "rejected", error=_said(error_class, name))
                        note_exception(tx, one.row, error_class, missed, self._tools.actor)
                    case Parked(error_class, name):
                        _set(tx, one.row.id, "parked", error=_said(error_class, name))
                    case _:
                        after = min(LONGEST_WAIT, WAIT * 2 ** min(one.row.attempts, 10))
                        _set(tx, one.row.id, "queued", not_before=now if away else now + after)

    def _note_ends(self, completion: Completion) -> None:
        """Commit what the read-back and the verbs came to.

        What has no end yet stays ``stored`` and gives its lease back: others of its partner and
        model go on.
        """
        now = self._tools.clock.now()
        with self._tools.ledger.begin() as tx:
            for posting, end in completion.outcomes.items():
                match end:
                    case Posted():
                        _set(tx, posting, "posted")
                    case Mismatch(name):
                        _set(tx, posting, "mismatch", error=_said("post.mismatch", name))
                    case Missing():
                        _set(tx, posting, "missing", error="post.missing")
                    case Refused(error_class, name):
                        _set(tx, posting, "parked", error=_said(error_class, name))
                    case _:
                        _set(tx, posting, "stored", not_before=now)

    def _report(self, target: str, delivery: Delivery, completion: Completion) -> None:
        """Open or close the database's circuit by how Odoo answered at the end."""
        if delivery.halted or completion.halted:
            trouble = Trouble(breaker.Cause.REFUSED, "refused")
        elif delivery.unknown or completion.unknown:
            trouble = Trouble(breaker.Cause.UNKNOWN, "unanswered")
        else:
            trouble = Trouble()
        if trouble.cause:
            self._clients.forget(target)
        self.circuits.report(target, trouble)

    def _report_models(
        self, rows: Sequence[PostingRow], delivery: Delivery, completion: Completion
    ) -> None:
        """Open the circuits of what Odoo denies; close those of what it does again."""
        found: dict[str, Trouble] = {}
        for row in rows:
            match _end(row.id, delivery, completion):
                case Denied(reason):
                    found[scope_of(row)] = Trouble(breaker.Cause.REFUSED, reason)
                case Unknown():
                    pass
                case _:
                    found.setdefault(scope_of(row), Trouble())
        for name, trouble in found.items():
            self.circuits.report(name, trouble)


def _ask(
    asking: Callable[[], None], attempts: Attempts, rows: Sequence[PostingRow]
) -> Delivery | None:
    """Ask what the documents refer to; return what became of them when Odoo did not say."""
    try:
        asking()
    except DeniedError as error:
        return Delivery(dict.fromkeys((one.id for one in rows), Denied(str(error))))
    except HaltedError as error:
        return Delivery({one.id: Unknown() for one in rows}, attempts.unknown, str(error))
    except GaveUpError:
        return Delivery({one.id: Unknown() for one in rows}, attempts.unknown)
    return None


def _set(  # noqa: PLR0913 - a row's columns
    tx: SqlTransaction,
    row: int,
    state: str,
    *,
    odoo_id: int | None = None,
    error: str = "",
    not_before: datetime | None = None,
) -> None:
    """Change a journal row, unless another sender was faster.

    A drain and an exchange's own step may send the same row at the same time. They come to the
    same record, as its external id is the same, and ``posted`` is the end.
    """
    with suppress(ConflictError):
        tx.set_posting(row, state, odoo_id=odoo_id, error=error, not_before=not_before)


def _kept(planned: Sequence[RowPlan], delivery: Delivery) -> list[Kept]:
    """Return what is stored: now, or before a crash."""
    kept: list[Kept] = []
    for one in planned:
        became = delivery.outcomes.get(one.row.id)
        if isinstance(became, Stored):
            kept.append((one.row.id, one.plan, became.odoo_id))
        elif became is None and one.row.odoo_id is not None:
            kept.append((one.row.id, one.plan, one.row.odoo_id))
    return kept


def _sum(rows: Sequence[PostingRow], delivery: Delivery, completion: Completion) -> Sent:
    total = Sent()
    for row in rows:
        match _end(row.id, delivery, completion):
            case Posted() | Mismatch() | Missing():
                total += Sent(stored=1)
            case Refused() if row.id in completion.outcomes:
                total += Sent(parked=1)
            case Refused():
                total += Sent(rejected=1)
            case Parked():
                total += Sent(parked=1)
            case Denied():
                total += Sent(waiting=1)
            case _:
                total += Sent(unknown=1)
    return total


def _end(row: int, delivery: Delivery, completion: Completion) -> End | Outcome | None:
    """Return what became of a row in the end."""
    return completion.outcomes.get(row) or delivery.outcomes.get(row)


def _said(error_class: str, name: str) -> str:
    return f"{error_class}:{name}" if name else error_class
