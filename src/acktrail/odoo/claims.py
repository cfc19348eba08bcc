"""What a payer or clearing house says of our claims: a rejected one is an activity on its invoice.

Codes and nothing else: whoever reads the invoice reads the activity.
"""

from collections.abc import Iterator
from typing import NamedTuple

from acktrail.documents.health import ClaimAcknowledgement, ClaimStatus, StatusEntry
from acktrail.documents.kinds import Document
from acktrail.model import Place
from acktrail.odoo import cells, loads
from acktrail.odoo.loads import Load, Plan, Planned, Refusal
from acktrail.odoo.questions import Key, Question, Term
from acktrail.odoo.references import References

MODEL = "mail.activity"
RULES = ("ref.claim_unknown", "ref.claim_ambiguous")
DECLARED = ("payment_reference", "name", "ref")
REJECTED = frozenset({"A3", "A4", "A6", "A7", "A8"})  # X12 code source 507: claim status categories


class Rejected(NamedTuple):
    """A claim that was not taken: its number, and why by codes."""

    number: str
    codes: tuple[str, ...]


def activities(refs: References, answer: ClaimAcknowledgement | ClaimStatus) -> Planned:
    """Plan one activity per rejected claim; an answer that rejects nothing asks nobody."""
    found = list(_rejected(refs.document, answer))
    if not found:
        return Refusal((loads.NOTHING.at(),))
    rows = []
    for at, one in enumerate(found, 1):
        invoice = refs.one(claim_question(refs, one.number, at))
        if invoice is not None:
            rows.append(_activity(refs, one, int(invoice["id"])))
    own = refs.key(refs.document.kind, refs.document.key)
    plan = Plan(refs.document.kind, own, refs.options.company, tuple(rows))
    return refs.finish(plan)


def claim_question(refs: References, number: str, at: int) -> Question:
    """Return the question for the invoice of a claim's number."""
    scope = (
        Term("move_type", "=", "out_invoice"),
        Term("company_id", "=", refs.options.company),
    )
    declared = refs.options.match.get("claim", DECLARED)
    keys = tuple(Key(name, cells.text(number, 64)) for name in declared)
    if not number:
        refs.findings.append(loads.CLAIM_UNKNOWN.at(Place(address=f"claim {at}")))
    return Question(f"claim {at}", "account.move", keys, scope, (), RULES)


def _activity(refs: References, one: Rejected, invoice: int) -> Load:
    own = refs.key("claim_activity", (*refs.document.key, one.number))
    cell = {
        "id": own,
        "res_model_id/id": "account.model_account_move",
        "res_id": str(invoice),
        "activity_type_id/id": "mail.mail_activity_data_todo",
        "summary": cells.text(f"Claim rejected: {', '.join(one.codes)}", 120),
    }
    return Load(MODEL, own, tuple(cell), (tuple(cell.values()),))


def _rejected(document: Document, answer: ClaimAcknowledgement | ClaimStatus) -> Iterator[Rejected]:
    for number, statuses in _claims(document, answer):
        refused = [
            one
            for one in statuses
            if one.action == "REJECTED" or any(n.category in REJECTED for n in one.codes)
        ]
        codes = (f"{n.category}:{n.code}" for one in refused for n in one.codes)
        if refused:
            yield Rejected(number, tuple(dict.fromkeys(codes)))


def _claims(
    document: Document, answer: ClaimAcknowledgement | ClaimStatus
) -> Iterator[tuple[str, tuple[StatusEntry, ...]]]:
    """Yield number (CLM01) and statuses of every claim that is answered."""
    if isinstance(answer, ClaimStatus):
        named = (one.value for one in document.references if one.kind == "CLAIM")
        if answer.purpose == "ANSWER":
            yield next(named, ""), answer.statuses
        return
    for batch in answer.batches:
        for provider in batch.providers:
            for claim in provider.claims:
                yield claim.trace, claim.statuses
