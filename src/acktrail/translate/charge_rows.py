"""Charges from the texts of their rows: one document a visit or account."""

from decimal import Decimal

from acktrail.documents.kinds import Charge, ChargeLine, Document
from acktrail.documents.parts import Code, Identifier
from acktrail.translate import rules
from acktrail.translate.row_draft import Draft, Reading

# HL7 table 0017 beside the canonical words.
TYPES = {
    "CG": "CHARGE",
    "CD": "CREDIT",
    "AJ": "ADJUSTMENT",
    "PY": "PAYMENT",
    **{word: word for word in ("CHARGE", "CREDIT", "ADJUSTMENT", "PAYMENT")},
}
LOCAL = "LOCAL"  # code list of a code that came without one


def build(kind: str, draft: Draft) -> Document | None:
    """Return the document, None when it holds no line; faults become the draft's findings."""
    lines = _lines(draft)
    if not lines:
        draft.lacks("lines")
        return None
    visit, account = draft.text("visit"), draft.text("account")
    if not visit and not account:
        draft.lacks("visit")
    if not draft.text("currency"):
        draft.lacks("currency")
    payers = [Identifier(scheme, text) for scheme, text in draft.family("bill_to.")]
    facility = draft.text("facility") or draft.sender
    return Document(
        kind=kind,
        id=draft.text("id") or visit or account,
        key=(facility, visit or account, *(line.key for line in lines)),
        payload=Charge(visit, account, payers[0] if payers else None, lines),
        issued=draft.day("issued"),
        currency=draft.text("currency"),
        ext=draft.ext,
    )


def _lines(draft: Draft) -> tuple[ChargeLine, ...]:
    seen: set[str] = set()
    lines: list[ChargeLine] = []
    for row in draft.lines:
        line = _line(Reading(draft, row))
        if line.key in seen:
            draft.find(rules.TWO_CANDIDATES, row.at("key"))
        seen.add(line.key)
        lines.append(line)
    return tuple(lines)


def _line(row: Reading) -> ChargeLine:
    draft, at = row.draft, row.line.at
    for target in ("key", "code"):
        if not row.text(target):
            draft.lacks(f"lines[].{target}", at(target))
    kind = TYPES.get(row.text("type"), "")
    if not kind:
        draft.find(rules.UNKNOWN_CODE, at("type"))
    quantity = row.number("quantity")
    if quantity is None:
        draft.lacks("lines[].quantity", at("quantity"))
    if row.number("amount") is None and row.number("unit_price") is None:
        draft.lacks("lines[].amount", at("amount"))
    return ChargeLine(
        key=row.text("key"),
        type=kind,
        code=Code(row.text("code_list") or LOCAL, row.text("code")),
        service_on=row.day("service_on"),
        posted_on=row.day("posted_on"),
        quantity=Decimal(1) if quantity is None else quantity,
        unit_price=row.money("unit_price"),
        amount=row.money("amount"),
        department=row.text("department"),
        plan=row.text("plan"),
    )
