"""Settle the claims of a posted remittance entry with their open invoices, by claim number."""

from collections.abc import Mapping, Sequence
from typing import Any

from acktrail.odoo.attempts import Attempts
from acktrail.odoo.client import Done
from acktrail.odoo.loads import Plan
from acktrail.odoo.plan import context


def settle(attempts: Attempts, plan: Plan, entry: int) -> None:
    """Reconcile each claim's lines of the entry with the one open invoice of that number.

    A claim without exactly one posted invoice is left open for a person, as is a second call:
    only lines that are not reconciled are taken.
    """
    if not plan.settles:
        return
    mine = _open_lines(attempts, plan, [["move_id", "=", entry]])
    for claim in plan.settles:
        lines = [one for one in mine if str(one["name"]).startswith(f"{claim} ")]
        invoice = _invoice(attempts, plan, claim)
        if not lines or invoice is None:
            continue
        theirs = _open_lines(attempts, plan, [["move_id", "=", invoice]])
        partners = {one["partner_id"][0] for one in theirs if one["partner_id"]}
        fitting = [n for n in lines if n["partner_id"] and n["partner_id"][0] in partners]
        if theirs and fitting:
            ids = [one["id"] for one in (*fitting, *theirs)]
            body = {"ids": ids, "context": context(plan.company)}
            attempts.call("account.move.line", "reconcile", body)


def _invoice(attempts: Attempts, plan: Plan, claim: str) -> int | None:
    domain = [
        ["ref", "=", claim],
        ["move_type", "=", "out_invoice"],
        ["state", "=", "posted"],
        ["company_id", "=", plan.company],
    ]
    body = {"domain": domain, "fields": ["id"], "context": context(plan.company, overwrite=True)}
    answer = attempts.call("account.move", "search_read", body)
    found = answer.value if isinstance(answer, Done) else []
    return found[0]["id"] if len(found) == 1 else None


def _open_lines(
    attempts: Attempts, plan: Plan, domain: list[list[object]]
) -> Sequence[Mapping[str, Any]]:
    wanted = [
        *domain,
        ["account_type", "=", "asset_receivable"],
        ["reconciled", "=", False],
        ["parent_state", "=", "posted"],
    ]
    body = {
        "domain": wanted,
        "fields": ["name", "partner_id"],
        "context": context(plan.company, overwrite=True),
    }
    answer = attempts.call("account.move.line", "search_read", body)
    return answer.value if isinstance(answer, Done) else ()
