"""Deliver plans so that each becomes exactly one record, whatever breaks in between.

Interface free of our database. The caller commits, in this order:

1. the journal row ``sending``, before :meth:`Poster.deliver`;
2. ``stored`` with the id (or ``rejected``, ``parked``, back to ``queued`` for ``Unknown``), after
   it and before :meth:`acktrail.odoo.follow_up.FollowUp.finish`;
3. ``posted`` (or ``mismatch``, ...), after that.

A row found in ``sending`` after a restart is delivered again: Odoo returns the id it gave before.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from acktrail.errors import DeniedError, HaltedError
from acktrail.odoo.asking import ask
from acktrail.odoo.attempts import Attempts, GaveUpError
from acktrail.odoo.batches import Batch, Item, batches, distinct, rounds, waves
from acktrail.odoo.client import (
    Client,
    Done,
    Doubt,
    Fault,
    Faults,
    LoadAnswer,
    Lost,
    load,
)
from acktrail.odoo.loads import Load, Plan
from acktrail.odoo.plan import load_body, write_body
from acktrail.odoo.questions import REFERENCE, Key, Question, Unmatched, unmatched
from acktrail.ports import Clock

# A missing record of these models is named by the profile, never by a document.
SETUP_MODELS = frozenset(
    {"account.journal", "account.account", "account.tax", "res.currency", "res.country", "uom.uom"}
)
SAME_TEXT = 3  # so many documents refused with one text: the mapping is wrong, not they
ALONE = 8  # unknown outcomes of one record on its own, while Odoo answers others
ECHOES = 6  # times more that a record alone is sent before what may be a race's echo is believed
SLOW, QUICK = timedelta(seconds=20), timedelta(seconds=5)  # a call: halve the next batches; double


@dataclass(frozen=True, slots=True)
class Stored:
    """The record exists; commit ``stored``."""

    odoo_id: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Odoo refused this document; commit ``rejected``. A person decides."""

    error_class: str
    field: str = ""
    unmatched: tuple[Unmatched, ...] = ()  # what it refers to and Odoo has not exactly once


@dataclass(frozen=True, slots=True)
class Parked:
    """The profile or the mapping is wrong; commit ``parked``, alert once, reject nothing."""

    error_class: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not known, or not sent yet; commit ``queued``. The same delivery again is safe."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Denied:
    """Odoo denies a model or method that this document needs; commit ``queued`` or ``stored``.

    Nothing is wrong with the document: it waits until the right is given, the others go on.
    """

    reason: str  # names the model; no data


Outcome = Stored | Refused | Parked | Unknown | Denied


class Delivery(NamedTuple):
    """What became of every posting, and how Odoo answered at the end."""

    outcomes: Mapping[int, Outcome]
    unknown: int = 0  # calls in a row without an understood answer; 0 = Odoo answers
    halted: str = ""  # Odoo refuses our key: open the circuit; only ours to show, no data


@dataclass(slots=True)
class _Run:
    """What one delivery has found out so far, by external id."""

    attempts: Attempts
    deadline: datetime
    found: dict[str, int | Fault] = field(default_factory=dict)
    parked: dict[str, Fault] = field(default_factory=dict)
    denied: dict[str, str] = field(default_factory=dict)
    slow: int = 0  # how often the size of batches was halved


@dataclass(frozen=True, slots=True)
class Poster:
    """Delivers to one Odoo database, for one worker."""

    client: Client
    clock: Clock
    size: int = 50  # records a call; 10 in the real-time lane
    limit: timedelta = timedelta(minutes=10)  # for one delivery
    pause: Callable[[float], object] = time.sleep
    jitter: Callable[[float, float], float] = random.uniform

    def deliver(self, items: Sequence[Item]) -> Delivery:
        """Insert what is absent; safe to repeat at any time, by any number of posters.

        Every posting gets an outcome. ``halted`` says that Odoo refuses our key: what was not
        stored by then is ``Unknown``. What needs a denied model is ``Denied``, the rest goes on.
        """
        attempts = Attempts(self.client, self.clock, self.pause, self.jitter)
        deadline, halted = self.clock.now() + self.limit, ""
        outcomes: dict[int, Outcome] = {}
        try:
            for part in rounds(items):
                self._round(part, outcomes, _Run(attempts, deadline))
        except HaltedError as error:
            halted = str(error)
        except GaveUpError:
            pass
        for posting, _ in items:
            outcomes.setdefault(posting, Unknown("unanswered"))
        return Delivery(outcomes, attempts.unknown, halted)

    def _round(self, items: Sequence[Item], outcomes: dict[int, Outcome], run: _Run) -> None:
        """Deliver what says one thing of each record, and note what became of it."""
        loads, clashing = distinct(items)
        outcomes |= dict.fromkeys(clashing, Refused("post.key_twice"))
        try:
            outcomes |= self._look_up(items, run)
            self._write_all([one for one in items if one[0] not in outcomes], run)
            self._send_all(_wanted(items, outcomes, loads), run)
        finally:
            for posting, plan in items:
                outcomes.setdefault(posting, _outcome(_keys(plan), run))

    def _look_up(self, items: Sequence[Item], run: _Run) -> dict[int, Outcome]:
        """Refuse the postings that look for what is not there exactly once."""
        found: dict[int, Outcome] = {}
        for company in sorted({plan.company for _, plan in items}):
            mine = [(n, plan) for n, plan in items if plan.company == company]
            answers = ask(run.attempts, company, (one for _, plan in mine for one in plan.lookups))
            for posting, plan in mine:
                missed = [unmatched(one, answers[one]) for one in plan.lookups]
                kept = tuple(one for one in missed if one)
                if kept:
                    found[posting] = Refused(kept[0].rule, kept[0].question, kept)
        return found

    def _write_all(self, items: Sequence[Item], run: _Run) -> None:
        """Fill fields of Odoo's own records; what is refused refuses its document."""
        for _, plan in items:
            if plan.target[1]:
                run.found[plan.external_id] = plan.target[1]
            for one in () if _written(plan, run) else plan.writes:
                try:
                    body = write_body(plan.company, one)
                    answer = run.attempts.call(one.model, "write", body)
                except DeniedError as error:
                    run.denied[plan.external_id] = str(error)
                    break
                if not isinstance(answer, Done):
                    run.found[plan.external_id] = answer.fault
                    break

    def _send_all(self, loads: Mapping[str, tuple[int, Load]], run: _Run) -> None:
        for wave in waves(loads):
            ready = [one for one in wave if _may_go(one[1], loads, run)]
            for batch in batches(ready, self.size):
                try:
                    self._send(batch, run)
                except DeniedError as error:
                    left = [one for one in batch.loads if one.external_id not in run.found]
                    run.denied |= {one.external_id: str(error) for one in left}

    def _send(self, batch: Batch, run: _Run) -> None:
        """Deliver one batch; what was refused before Odoo went away stays refused."""
        refused: dict[str, Fault] = {}
        try:
            self._deliver(batch, refused, run)
        finally:
            _judge(batch, refused, run)

    def _deliver(self, batch: Batch, refused: dict[str, Fault], run: _Run) -> None:
        """Deliver whole, then by accused records, then by halves."""
        todo = _pieces(batch.loads, run.slow)
        while todo:
            part, lost, doubts = todo.pop()
            if not part:
                continue
            if self.clock.now() >= run.deadline:
                raise GaveUpError
            match self._load(batch.company, part, run):
                case Done(ids):
                    keys = (one.external_id for one in part)
                    run.found.update(zip(keys, ids, strict=True))
                case Faults(rows):
                    refused |= {part[at].external_id: fault for at, fault in rows.items()}
                    todo.append((_without(part, rows), 0, 0))
                case Lost() as answer:
                    run.attempts.lost(answer, lost)
                    todo += _again(part, lost + 1, doubts)
                case Doubt(fault, rows, echo):
                    if doubts < (ECHOES if echo and len(part) == 1 else 1):  # again, unchanged
                        self.pause(self.jitter(0.1, 0.3) * 2.0**doubts)
                        todo.append((part, lost, doubts + 1))
                    elif len(part) == 1:
                        refused[part[0].external_id] = rows.get(0, fault)
                    else:
                        todo += _apart(part, rows)

    def _load(self, company: int, part: tuple[Load, ...], run: _Run) -> LoadAnswer:
        before = self.clock.now()
        answer = load(self.client, part[0].model, load_body(company, part), len(part))
        if not isinstance(answer, Lost):
            run.attempts.answered()
            took = self.clock.now() - before
            run.slow += (took > SLOW) - (took < QUICK and run.slow > 0)
        return answer


def _written(plan: Plan, run: _Run) -> bool:
    """Tell whether an earlier delivery came as far as the records: the writes go before them.

    Again they would undo what the records did: the quantity of a receipt comes from its lots.
    """
    if not plan.writes or not plan.loads:
        return False
    question = Question("stored", REFERENCE, (Key("id", plan.loads[0].external_id),))
    return bool(ask(run.attempts, plan.company, [question])[question])


def _keys(plan: Plan) -> list[str]:
    """Return what has to be there for a plan to be stored; the document's own record is last."""
    keys = [one.external_id for one in plan.loads]
    return [*keys, plan.external_id] if plan.target[1] else keys


def _wanted(
    items: Sequence[Item], refused: Mapping[int, Outcome], loads: Mapping[str, tuple[int, Load]]
) -> dict[str, tuple[int, Load]]:
    """Return the loads that some posting still asks for, oldest posting first."""
    keys = (
        one.external_id for posting, plan in items if posting not in refused for one in plan.loads
    )
    return {key: loads[key] for key in dict.fromkeys(keys)}


def _may_go(load: Load, loads: Mapping[str, object], run: _Run) -> bool:
    """Tell whether a record may be sent; what refers to a refused record shares its fate."""
    for key in load.depends_on:
        fault = run.found.get(key)
        if isinstance(fault, Fault):
            run.found[load.external_id] = fault._replace(field="")
            return False
        if key in run.parked:
            run.parked[load.external_id] = run.parked[key]
            return False
        if fault is None and key in loads:
            return False
    return True


def _pieces(loads: tuple[Load, ...], slow: int) -> list[tuple[tuple[Load, ...], int, int]]:
    """Cut a batch for an Odoo that is slow; the first piece is last, as it is taken first."""
    size = max(1, len(loads) >> slow)
    cut = [(loads[start : start + size], 0, 0) for start in range(0, len(loads), size)]
    return cut[::-1]


def _without(part: tuple[Load, ...], rows: Mapping[int, Fault]) -> tuple[Load, ...]:
    return tuple(one for at, one in enumerate(part) if at not in rows)


def _again(
    part: tuple[Load, ...], lost: int, doubts: int
) -> list[tuple[tuple[Load, ...], int, int]]:
    """The same call again; every fourth time smaller, for a batch may kill its worker."""
    half = len(part) // 2
    if half and lost % 4 == 0:
        return [(part[half:], 0, 0), (part[:half], 0, 0)]
    return [] if lost >= ALONE and len(part) == 1 else [(part, lost, doubts)]


def _apart(
    part: tuple[Load, ...], rows: Mapping[int, Fault]
) -> list[tuple[tuple[Load, ...], int, int]]:
    """The accused one by one and the others together; without an accused by halves."""
    if 0 < len(rows) < len(part):
        accused = [((part[at],), 0, 0) for at in rows if at < len(part)]
        return [*accused, (_without(part, rows), 0, 0)]
    half = len(part) // 2
    return [(part[half:], 0, 0), (part[:half], 0, 0)]


def _judge(batch: Batch, refused: Mapping[str, Fault], run: _Run) -> None:
    """Refuse documents, or park them when it is the mapping that is wrong.

    All of a batch refused with one text, or a journal, account, tax or unit that is not there.
    """
    texts = {one.digest for one in refused.values()}
    all_alike = len(refused) == len(batch.loads) >= SAME_TEXT and len(texts) == 1
    for key, fault in refused.items():
        if all_alike or fault.target in SETUP_MODELS:
            run.parked[key] = fault
        else:
            run.found[key] = fault


def _outcome(keys: list[str], run: _Run) -> Outcome:
    """Fold the records of one plan: parked before refused before unknown before stored."""
    for key in keys:
        if key in run.parked:
            return Parked(run.parked[key].error_class, run.parked[key].field)
    for key in keys:
        if key in run.denied:
            return Denied(run.denied[key])
    faults = [run.found[key] for key in keys if key in run.found]
    for fault in faults:
        if isinstance(fault, Fault):
            return Refused(fault.error_class, fault.field)
    own = run.found.get(keys[-1])
    if len(faults) < len(keys) or not isinstance(own, int):
        return Unknown("unanswered")
    return Stored(own)
