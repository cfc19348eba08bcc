"""Orders, invoices, credit notes and price catalogues from the texts of their rows."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from acktrail.documents.kinds import Document, Trade
from acktrail.documents.parts import (
    Allowance,
    DateRole,
    Identifier,
    Item,
    Line,
    Money,
    Party,
    Period,
    Quantity,
    Reference,
    Tax,
    Totals,
)
from acktrail.translate import rules
from acktrail.translate.row_draft import Draft, Reading, item_id, party_id

# UNTDID 1001: 380 commercial invoice, 381 credit note.
CREDIT_NOTES = frozenset({"credit_note", "381"})
INVOICES = frozenset({"invoice", "credit_note"})
# UN/ECE Recommendation 20 units and 21 packages in use in the trade; others come with the profile.
UNITS = re.compile(
    "BE|BG|BO|BX|C62|CA|CMT|CS|CT|DAY|DZN|EA|GLL|GRM|H87|HUR|KGM|KIT|LBR|LTR|MGM|MLT|MTR|ONZ|PA|PK"
    "|PR|RO|SET|TU|VI"
)
PRACTICE = {"PCE": "C62", "PCS": "C62"}  # pieces: no codes of the list, and clear
LEAD_TIME = "LEAD_TIME"


def build(kind: str, draft: Draft) -> Document | None:
    """Return the document, None when it holds no line; faults become the draft's findings."""
    if kind == "invoice" and draft.text("kind") in CREDIT_NOTES:
        kind = "credit_note"
    lines = _lines(kind, draft)
    if not lines:
        draft.lacks("lines")
        return None
    parties = _parties(kind, draft)
    currency = draft.text("currency")
    if not currency and kind != "order":
        draft.lacks("currency")
    document_id = draft.text("id") or _catalogue_id(kind, draft)
    if not document_id:
        draft.lacks("id")
    issued = draft.day("issued")
    if issued is None and kind in INVOICES:
        draft.lacks("issued")
    return Document(
        kind=kind,
        id=document_id,
        key=_key(kind, draft, parties, document_id, issued),
        payload=Trade(lines, _totals(kind, draft, currency), _valid(draft)),
        function=draft.text("function") or "ORIGINAL",
        issued=issued,
        type_code=draft.text("type_code"),
        currency=currency,
        parties=parties,
        references=tuple(Reference(k, text) for k, text in draft.family("references.")),
        dates=_dates(draft.family("dates.")),
        terms=dict(draft.family("terms.")),
        notes=tuple(filter(None, [draft.text("notes")])),
        ext=draft.ext,
    )


def _catalogue_id(kind: str, draft: Draft) -> str:
    return draft.text("valid.start") if kind == "price_catalogue" else ""


def _key(
    kind: str, draft: Draft, parties: tuple[Party, ...], number: str, issued: date | None
) -> tuple[str, ...]:
    """Return the natural key without partner and kind (docs/canonical.md, Keys)."""
    role = "BUYER" if kind == "order" else "SELLER"
    party = next((one for one in parties if one.role == role), None)
    who = party.ids[0].value if party and party.ids else party.tax_id if party else draft.sender
    match kind:
        case "order":
            return (who, number, draft.text("function") or "ORIGINAL")
        case "price_catalogue":
            return (who, number, draft.text("valid.start"))
        case _:
            return (who, kind, number, str(issued.year) if issued else "")


def _parties(kind: str, draft: Draft) -> tuple[Party, ...]:
    found: dict[str, dict[str, str]] = {}
    for target, text in draft.family("parties."):
        role, _, what = target.partition(".")
        found.setdefault(role, {})[what] = text
    needed = "BUYER" if kind == "order" else "SELLER"
    if needed not in found:
        if not draft.sender:
            draft.lacks(f"parties.{needed}")
        else:
            found[needed] = {"ids.OTHER": draft.sender}
    return tuple(_party(role, values) for role, values in found.items())


def _party(role: str, values: Mapping[str, str]) -> Party:
    ids = [party_id(text) for what, text in values.items() if what == "id"]
    ids += [
        Identifier(what.removeprefix("ids."), text)
        for what, text in values.items()
        if what.startswith("ids.")
    ]
    return Party(
        role,
        tuple(ids),
        values.get("name", ""),
        tax_id=values.get("tax_id", ""),
        account=values.get("account", ""),
    )


def _totals(kind: str, draft: Draft, currency: str) -> Totals | None:
    sent = {name: Money(Decimal(text), currency) for name, text in draft.family("totals.")}
    total = sent.get("total")
    if kind == "invoice" and total is not None and total.amount < 0:
        draft.find(rules.NEGATIVE_TOTAL)
    return Totals(**sent) if sent else None


def _valid(draft: Draft) -> Period | None:
    period = Period(draft.day("valid.start"), draft.day("valid.end"))
    return period if period.start or period.end else None


def _dates(pairs: Iterable[tuple[str, str]]) -> tuple[DateRole, ...]:
    return tuple(DateRole(kind, date.fromisoformat(text), raw=text) for kind, text in pairs)


def _lines(kind: str, draft: Draft) -> tuple[Line, ...]:
    seen: set[str] = set()
    lines: list[Line] = []
    for number, row in enumerate(draft.lines, 1):
        line = _line(kind, number, Reading(draft, row))
        if line.no in seen:
            draft.find(rules.TWO_CANDIDATES, row.at("no"))
        seen.add(line.no)
        lines.append(line)
    return tuple(lines)


def _line(kind: str, number: int, row: Reading) -> Line:
    price, amount = row.money("price"), row.money("amount")
    if price is None and amount is None and kind != "order":
        row.draft.lacks("lines[].price", row.line.place)
    ids = _item_ids(row)
    if not ids:
        row.draft.lacks("lines[].item", row.line.place)
    discount = row.number("discount")
    return Line(
        no=row.text("no") or str(number),
        item=Item(ids, row.text("description")),
        quantities=_quantities(row),
        price=price,
        basis=row.number("basis") or Decimal(1),
        amount=amount,
        allowances=(Allowance(charge=False, percent=discount),) if discount else (),
        taxes=_taxes(row),
        references=tuple(Reference(k, text) for k, text in row.family("references.")),
        dates=_dates(row.family("dates.")),
        notes=tuple(filter(None, [row.text("notes")])),
    )


def _item_ids(row: Reading) -> tuple[Identifier, ...]:
    ids: list[Identifier] = []
    text, scheme = row.text("item.id"), row.text("item.scheme")
    if text:
        ids.append(item_id(text, scheme))
    ids += [Identifier(name, value) for name, value in row.family("item.ids.")]
    return tuple(dict.fromkeys(ids))


def _taxes(row: Reading) -> tuple[Tax, ...]:
    rate, category = row.number("tax.rate"), row.text("tax.category")
    if rate is None and not category:
        return ()
    return (Tax(row.text("tax.type") or "VAT", category, rate),)


def _quantities(row: Reading) -> dict[str, Quantity] | None:
    found: dict[str, Quantity] = {}
    for role, text in row.family("quantity."):
        if role == LEAD_TIME:  # whole days by definition of the column
            found[role] = Quantity(Decimal(text), "DAY")
            continue
        raw = row.text("unit")
        unit = (
            row.draft.units.get(raw) or PRACTICE.get(raw) or (raw if UNITS.fullmatch(raw) else "")
        )
        if not unit:
            row.draft.find(rules.UNKNOWN_UNIT, row.line.at("unit"))
        found[role] = Quantity(Decimal(text), unit, raw)
    return found or None
