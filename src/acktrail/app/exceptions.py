"""Documents that a person has to decide about: why, and what there is to choose from."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from acktrail.app.access import need_reason, permit
from acktrail.app.tools import Tools
from acktrail.errors import ConflictError, NotFoundError, PolicyError
from acktrail.odoo.loads import ACCEPTABLE
from acktrail.odoo.questions import Unmatched
from acktrail.pipeline.states import DISMISSED
from acktrail.ports import Entry, PostingRow, Transaction

UNDECIDED = frozenset({"rejected", "conflict", "parked", "mismatch", "missing"})
MOST = 10  # questions named in an entry; a document may refer to thousands


def note_exception(
    tx: Transaction,
    row: PostingRow,
    rule: str,
    unmatched: Sequence[Unmatched],
    actor: str,
) -> None:
    """Write into the exchange's stream what could not be matched, with the candidates.

    Ids and labels of Odoo's records only; nothing of the document but the place in it.
    """
    if not unmatched:
        return
    tx.lock(row.exchange)
    body = {
        "document": row.external_id,
        "rule": rule,
        "unmatched": len(unmatched),
        "questions": [
            {
                "question": one.question,
                "rule": one.rule,
                "candidates": [f"{c.model}:{c.id} {c.label}".rstrip() for c in one.candidates],
                "records": one.total,
            }
            for one in unmatched[:MOST]
        ],
    }
    tx.append(row.exchange, "excepted", body, actor)


class Decision(NamedTuple):
    """What a person decided about one document; one of the three is set."""

    key: str  # number or external id of its journal row
    actor: str  # user:<name>
    reason: str
    question: str = ""
    record: int = 0  # id of the Odoo record that answers the question
    accept: str = ""  # rule of a difference that is taken as it is
    dismiss: bool = False  # the document goes nowhere


def show(tools: Tools, key: str) -> dict[str, object]:
    """Return one document that needs a person: facts, and the questions with their candidates."""
    row = tools.ledger.posting(key)
    entries = tools.ledger.entries(row.exchange)
    noted = _newest(entries, "excepted", row.external_id)
    decided = [
        f"{one.actor} {one.body.get('decision')}: {one.body.get('reason')}"
        for one in entries
        if one.kind == "resolved" and one.body.get("document") == row.external_id
    ]
    return {
        "id": row.id,
        "exchange": row.exchange,
        "partner": row.partner,
        "kind": row.doctype,
        "state": row.state,
        "error": row.error,
        "external_id": row.external_id,
        "model": row.model,
        "odoo": row.odoo_id or "",
        "questions": list(_questions(noted)),
        "decisions": decided,
    }


def resolve(tools: Tools, decision: Decision) -> PostingRow:
    """Note a person's decision; ``exchange release`` lets the document go with it.

    Raises:
        ConflictError: Nobody has to decide about this document.
        NotFoundError: There is no such document or question.
        PolicyError: The record is none of the candidates, or there is no reason.
    """
    permit(tools, "exception.resolve", decision.actor, decision.key)
    need_reason(decision.reason)
    row = tools.ledger.posting(decision.key)
    if row.state not in UNDECIDED or row.error == DISMISSED:
        msg = f"nobody has to decide about this document: it is {row.state}"
        raise ConflictError(msg)
    noted = _newest(tools.ledger.entries(row.exchange), "excepted", row.external_id)
    body: dict[str, object] = {"document": row.external_id, "reason": decision.reason}
    if decision.record:
        body |= _chosen(decision, noted)
    elif decision.accept:
        if decision.accept not in ACCEPTABLE:
            msg = f"no difference that can be accepted; these can: {', '.join(sorted(ACCEPTABLE))}"
            raise PolicyError(msg, code="policy.accept")
        body |= {"decision": "accept", "accept": decision.accept}
    else:
        body |= {"decision": "dismiss"}
    with tools.ledger.begin() as tx:
        tx.lock(row.exchange)
        tx.append(row.exchange, "resolved", body, decision.actor)
        if decision.dismiss:
            tx.set_posting(row.id, "rejected", error=DISMISSED)
    return row


def _chosen(decision: Decision, noted: Mapping[str, object]) -> dict[str, object]:
    """Check the record against the candidates: a person chooses among them, nothing else."""
    questions = {str(one["question"]): one for one in _questions(noted)}
    name = decision.question or next(iter(questions), "")
    if name not in questions or (not decision.question and len(questions) > 1):
        msg = f"name the question: {', '.join(questions) or 'there is none'}"
        raise NotFoundError(msg)
    candidates = questions[name]["candidates"]
    listed = [str(one) for one in candidates] if isinstance(candidates, list) else []
    ids = {int(one.split(" ")[0].rpartition(":")[2]) for one in listed}
    if ids and decision.record not in ids:
        msg = f"the record is none of the candidates of {name}"
        raise PolicyError(msg, code="policy.candidate")
    return {"decision": "record", "question": name, "record": decision.record}


def _questions(noted: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    found = noted.get("questions", ())
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else ()


def _newest(entries: Sequence[Entry], kind: str, document: str) -> Mapping[str, object]:
    ours = (e.body for e in reversed(entries) if e.kind == kind and e.body["document"] == document)
    return next(ours, {})
