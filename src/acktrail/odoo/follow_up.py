"""After storing: read back and compare, then act where the profile says so. Look, act, look.

A verb's answer says nothing (``false``, ``null``, a dialog that nobody sees); the record's state
does. So every step may be repeated, also after a crash between ``stored`` and here.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from acktrail.errors import DeniedError, HaltedError
from acktrail.odoo.attempts import Attempts, GaveUpError
from acktrail.odoo.client import Client, Done, Lost
from acktrail.odoo.loads import Expected, Plan
from acktrail.odoo.plan import context
from acktrail.odoo.poster import Denied, Refused, Unknown
from acktrail.odoo.reconciling import reassociate, settle
from acktrail.ports import Clock

DUE = {  # states a verb waits in
    "account.move": ("draft",),
    "account.payment": ("draft",),
    "purchase.order": ("draft", "sent"),
    "sale.order": ("draft", "sent"),
    "stock.picking": ("assigned",),
}
# States of a record that somebody took back; payments say it with a word of their own from 17 on.
TAKEN_BACK = ("cancel", "canceled", "rejected")
# Without these a partial receipt would ask a person; with them the rest stays open.
VERB_CONTEXT: dict[str, dict[str, object]] = {
    "button_validate": {"skip_backorder": True, "picking_ids_not_to_backorder": []}
}
READ_SIZE = 200
UNANSWERED = "odoo.unanswered"

Kept = tuple[int, Plan, int]  # posting id, its plan, the id that Odoo gave


@dataclass(frozen=True, slots=True)
class Posted:
    """Stored, compared and, where asked for, posted or confirmed; commit ``posted``, final."""

    state: str = ""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Odoo shows another ``field`` than the document; the draft stays, a person looks."""

    field: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The record is gone; never created again without a person."""


End = Posted | Mismatch | Missing | Refused | Unknown | Denied


class Completion(NamedTuple):
    """What became of every stored posting; ``halted`` and ``unknown`` as in ``Delivery``."""

    outcomes: Mapping[int, End]
    unknown: int = 0
    halted: str = ""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Finishes what was stored in one Odoo database, for one worker."""

    client: Client
    clock: Clock
    pause: Callable[[float], object] = time.sleep
    jitter: Callable[[float, float], float] = random.uniform

    def finish(self, items: Sequence[Kept]) -> Completion:
        """Compare every record, then post or confirm those that are as expected."""
        attempts = Attempts(self.client, self.clock, self.pause, self.jitter)
        ends: dict[int, End] = {}
        halted = ""
        try:
            for posting, plan, record in items:
                if plan.expected is None:
                    _settle(attempts, plan, record)
                    ends[posting] = Posted()
            for group in _groups([one for one in items if one[1].expected]):
                try:
                    self._finish(group, ends, attempts)
                except DeniedError as error:
                    ends |= {n: Denied(str(error)) for n, _, _ in group if n not in ends}
        except HaltedError as error:
            halted = str(error)
        except GaveUpError:
            pass
        for posting, _, _ in items:
            ends.setdefault(posting, Unknown("unanswered"))
        return Completion(ends, attempts.unknown, halted)

    def _finish(self, group: Sequence[Kept], ends: dict[int, End], attempts: Attempts) -> None:
        seen = _look(attempts, group)
        partners = _partners(attempts, group)
        due: list[Kept] = []
        for posting, plan, record in group:
            wrong = _difference(seen.get(record), plan, partners)
            if wrong is not None:
                ends[posting] = wrong
            elif plan.verb and seen[record].get("state") in DUE.get(plan.model, ()):
                due.append((posting, plan, record))
            else:
                _settle(attempts, plan, record)
                ends[posting] = Posted(str(seen[record].get("state", "")))
        if due:
            self._act(due, ends, attempts)

    def _act(self, due: Sequence[Kept], ends: dict[int, End], attempts: Attempts) -> None:
        """Act on all at once; one that is not ready refuses all, so then one by one."""
        refusals: dict[int, str] = {}
        self._verb(due, attempts)
        left = _not_done(_look(attempts, due), due)
        for one in left:
            refusals[one[0]] = self._verb([one], attempts)
        seen = _look(attempts, due)
        undone = {posting for posting, _, _ in _not_done(seen, due)}
        for posting, plan, record in due:
            if record not in seen:
                ends[posting] = Missing()
            elif posting in undone and refusals.get(posting) == UNANSWERED:
                ends[posting] = Unknown("unanswered")  # Odoo ended meanwhile: nobody refused it
            elif posting in undone:
                ends[posting] = Refused(refusals.get(posting) or "odoo.verb", "state")
            else:
                _settle(attempts, plan, record)
                ends[posting] = Posted(str(seen[record].get("state", "")))

    def _verb(self, due: Sequence[Kept], attempts: Attempts) -> str:
        """Send the verb once; return the class of a refusal. A lost answer is looked into."""
        plan = due[0][1]
        more = VERB_CONTEXT.get(plan.verb, {})
        body = {
            "ids": [record for _, _, record in due],
            "context": {**context(plan.company), **more},
        }
        answer = self.client.call(plan.model, plan.verb, body)
        if isinstance(answer, Lost):
            attempts.lost(answer, 0)
            return UNANSWERED
        return "" if isinstance(answer, Done) else answer.fault.error_class


def _settle(attempts: Attempts, plan: Plan, record: int) -> None:
    """Settle what the record pays; both look before they act."""
    settle(attempts, plan, record)
    reassociate(attempts, plan)


class Seen(NamedTuple):
    """A stored record as Odoo shows it now, beside its document."""

    difference: Mismatch | Missing | None
    undone: bool = False  # the profile asks for a verb that was not done, or was taken back
    amount: Decimal | None = None  # of the compared field


def compare(attempts: Attempts, items: Sequence[Kept]) -> Iterator[tuple[int, Seen]]:
    """Read stored records again and yield, by posting id, what differs. Changes nothing.

    Raises:
        GaveUpError: If Odoo answers nobody.
        HaltedError: If it refuses us.
    """
    for group in _groups([one for one in items if one[1].expected]):
        seen, partners = _look(attempts, group), _partners(attempts, group)
        for posting, plan, record in group:
            found = seen.get(record, {})
            name = plan.expected.amount_field if plan.expected else ""
            amount = Decimal(found[name]) if name in found else None
            open_states = (*DUE.get(plan.model, ()), *TAKEN_BACK)
            undone = bool(plan.verb) and found.get("state") in open_states
            yield posting, Seen(_difference(seen.get(record), plan, partners), undone, amount)


def _groups(items: Iterable[Kept]) -> Iterable[list[Kept]]:
    """Return the items by company, model, verb and compared fields, in reading sizes."""
    groups: dict[tuple[object, ...], list[Kept]] = {}
    for one in items:
        plan = one[1]
        key = (plan.company, plan.model, plan.verb, _fields(plan.expected))
        groups.setdefault(key, []).append(one)
    for group in groups.values():
        for start in range(0, len(group), READ_SIZE):
            yield group[start : start + READ_SIZE]


def _fields(expected: Expected | None) -> tuple[str, ...]:
    if expected is None:
        return ()
    partner = "partner_id" if expected.partner else ""
    return tuple(filter(None, (expected.reference_field, partner, expected.amount_field)))


def _look(attempts: Attempts, group: Sequence[Kept]) -> dict[int, Mapping[str, Any]]:
    """Return the records by id; one that is gone is not among them."""
    plan = group[0][1]
    fields = [*_fields(plan.expected), *(["state"] if plan.model in DUE else [])]
    body = {
        "domain": [["id", "in", [record for _, _, record in group]]],
        "fields": fields,
        "context": {**context(plan.company, overwrite=True), "active_test": False},
    }
    answer = attempts.call(plan.model, "search_read", body)
    return {one["id"]: one for one in answer.value} if isinstance(answer, Done) else {}


def _partners(attempts: Attempts, group: Sequence[Kept]) -> dict[str, int]:
    """Return the database ids of the partners that the group's records should have."""
    found = {}
    for name in {plan.expected.partner for _, plan, _ in group if plan.expected} - {""}:
        module, _, xml_id = name.partition(".")
        body = {"module": module, "xml_id": xml_id}
        answer = attempts.call("ir.model.data", "check_object_reference", body)
        if isinstance(answer, Done):
            found[name] = answer.value[1]
    return found


def _difference(
    record: Mapping[str, Any] | None, plan: Plan, partners: Mapping[str, int]
) -> Mismatch | Missing | None:
    """Return the first difference between a record and what the document says."""
    expected = plan.expected
    if record is None or expected is None:
        return Missing()
    if record[expected.reference_field] != expected.reference:
        return Mismatch(expected.reference_field)
    if expected.partner and (record["partner_id"] or [0])[0] != partners.get(expected.partner):
        return Mismatch("partner_id")
    if expected.amount is None:
        return None
    unit = Decimal(1).scaleb(-plan.minor)
    stored = Decimal(record[expected.amount_field]).quantize(unit)
    return None if stored == expected.amount.quantize(unit) else Mismatch(expected.amount_field)


def _not_done(seen: Mapping[int, Mapping[str, Any]], due: Sequence[Kept]) -> list[Kept]:
    return [
        one
        for one in due
        if one[2] in seen and seen[one[2]].get("state") in DUE.get(one[1].model, ())
    ]
