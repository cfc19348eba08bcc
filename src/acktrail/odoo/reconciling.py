"""Settle what a posted remittance pays: claims with invoices, the payment with the bank's line.

Look, act, look: only lines that are open are taken, so that a repeat finds nothing to do. What does
not lead to exactly one record is left open for a person.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from acktrail.odoo.asking import ask
from acktrail.odoo.attempts import Attempts
from acktrail.odoo.cells import words
from acktrail.odoo.client import Done
from acktrail.odoo.loads import Plan, Settlement
from acktrail.odoo.plan import context
from acktrail.odoo.remittance import ADVICES

Lines = Sequence[Mapping[str, Any]]
RECEIVABLE = [["account_type", "=", "asset_receivable"], ["parent_state", "=", "posted"]]
OPEN = ["reconciled", "=", False]
FIELDS = ("name", "partner_id", "balance", "reconciled", "move_id", "account_id")


def settle(attempts: Attempts, plan: Plan, entry: int) -> None:
    """Reconcile each claim's lines of the entry with the one posted invoice of that claim."""
    if not plan.settles:
        return
    found = ask(attempts, plan.company, (one.invoice for one in plan.settles))
    mine = _lines(attempts, plan, [*RECEIVABLE, OPEN, ["move_id", "=", entry]])
    for claim in plan.settles:
        invoices = found[claim.invoice]
        lines = _of_claim(mine, claim.label)
        if not lines or len(invoices) != 1:
            continue
        if claim.reversal:
            _take_back(attempts, plan, claim, entry, lines)
        else:
            wanted = [*RECEIVABLE, OPEN, ["move_id", "=", invoices[0]["id"]]]
            _join(attempts, plan, _lines(attempts, plan, wanted), lines)


def _of_claim(lines: Lines, label: str) -> list[Mapping[str, Any]]:
    """Return the lines of one claim or invoice: its label and one more word."""
    return [one for one in lines if str(one["name"]).rpartition(" ")[0] == label]


def _join(attempts: Attempts, plan: Plan, theirs: Lines, mine: Lines) -> None:
    """Reconcile lines of the same contact, where there is something on both sides."""
    partners = {_id(one["partner_id"]) for one in theirs if one["partner_id"]}
    fitting = [one for one in mine if _id(one["partner_id"]) in partners]
    signs = {one["balance"] > 0 for one in (*theirs, *fitting)}
    if len(signs) > 1 and theirs and fitting:
        ids = [one["id"] for one in (*fitting, *theirs)]
        _call(attempts, plan, "account.move.line", "reconcile", ids)


def _take_back(attempts: Attempts, plan: Plan, claim: Settlement, entry: int, lines: Lines) -> None:
    """Settle a reversal with the one earlier payment that it undoes; the invoice is open again.

    Spec: X12 005010X221A1, 1.10.2.8 reversals: all amounts of the first payment, negated.
    """
    label = claim.label.removesuffix(" reversal")
    wanted = [*RECEIVABLE, ["name", "=like", f"{_literal(label)} %"], ["move_id", "!=", entry]]
    earlier = _of_claim(_lines(attempts, plan, wanted), label)
    undone = -sum((Decimal(one["balance"]) for one in lines), start=Decimal(0))
    moves = {_id(one["move_id"]) for one in earlier}
    fitting = [
        move
        for move in moves
        if sum((Decimal(n["balance"]) for n in earlier if _id(n["move_id"]) == move), Decimal(0))
        == undone
    ]
    if len(fitting) != 1:
        return
    paid = [one for one in earlier if _id(one["move_id"]) == fitting[0]]
    ids = [one["id"] for one in paid]
    _call(attempts, plan, "account.move.line", "remove_move_reconcile", ids)
    _join(attempts, plan, paid, lines)


def reassociate(attempts: Attempts, plan: Plan) -> None:
    """Settle each payment's outstanding line with the one open line of the bank of that trace.

    Either may come first. The bank's line must hold the trace as a word of its own and the same
    amount.
    Spec: X12 005010X221A1, 1.10.2.3 reassociation of dollars and data: TRN02 and the amount.
    """
    for trace, payment in _payments(attempts, plan).items():
        body = {
            "domain": [
                ["payment_ref", "like", _literal(trace)],
                ["is_reconciled", "=", False],
                ["company_id", "=", plan.company],
            ],
            "fields": ["payment_ref", "amount", "move_id"],
            "context": context(plan.company, overwrite=True),
        }
        answer = attempts.call("account.bank.statement.line", "search_read", body)
        booked = answer.value if isinstance(answer, Done) else []
        paid = payment["balance"]
        fits = [n for n in booked if trace in words(str(n["payment_ref"])) and n["amount"] == paid]
        if len(fits) == 1:
            _match(attempts, plan, payment, _id(fits[0]["move_id"]))


def _payments(attempts: Attempts, plan: Plan) -> dict[str, Mapping[str, Any]]:
    """Return the one open line of each trace that says how much money was announced."""
    if not plan.traces:
        return {}
    names = {f"EFT {trace}": trace for trace in plan.traces}
    wanted: list[object] = [
        ["name", "in", list(names)],
        ["move_id.ref", "in", [f"{kind} {one}" for kind in ADVICES for one in plan.traces]],
        ["parent_state", "=", "posted"],
        OPEN,
    ]
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in _lines(attempts, plan, wanted):
        found.setdefault(names[one["name"]], []).append(one)
    return {trace: lines[0] for trace, lines in found.items() if len(lines) == 1}


def _match(attempts: Attempts, plan: Plan, payment: Mapping[str, Any], move: int) -> None:
    """Book the bank's suspense line on the payment's account, then reconcile the two."""
    wanted = [["move_id", "=", move], ["account_id", "!=", False]]
    lines = _lines(attempts, plan, wanted)
    amount = payment["balance"]
    other = [one for one in lines if one["balance"] == -amount]
    if len(other) != 1:
        return
    account = _id(payment["account_id"])
    if _id(other[0]["account_id"]) != account:
        values = {"account_id": account}
        _call(attempts, plan, "account.move.line", "write", [other[0]["id"]], vals=values)
    ids = [payment["id"], other[0]["id"]]
    _call(attempts, plan, "account.move.line", "reconcile", ids)


def _lines(attempts: Attempts, plan: Plan, domain: Sequence[object]) -> Lines:
    body = {
        "domain": [*domain, ["company_id", "=", plan.company]],
        "fields": list(FIELDS),
        "context": context(plan.company, overwrite=True),
    }
    answer = attempts.call("account.move.line", "search_read", body)
    return answer.value if isinstance(answer, Done) else ()


def _call(
    attempts: Attempts, plan: Plan, model: str, method: str, ids: Iterable[int], **more: object
) -> None:
    body = {"ids": list(ids), "context": context(plan.company, overwrite=True), **more}
    attempts.call(model, method, body)


def _id(value: Any) -> int:  # noqa: ANN401 - a many2one is [id, name] or False
    return int(value[0]) if isinstance(value, list) and value else 0


def _literal(text: str) -> str:
    """Return the text without a meaning for LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
