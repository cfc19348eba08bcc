"""Orders, invoices, credit notes and price catalogues from the texts of their rows."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import starmap

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
from acktrail.formats.tabular.rows import Row
from acktrail.translate import rules
from acktrail.translate.row_draft import Cells, Draft, Family, LineColumns, item_id, party_id

# UNTDID 1001: 380 commercial invoice, 381 credit note.
CREDIT_NOTES = frozenset({"credit_note", "381"})
INVOICES = frozenset({"invoice", "credit_note"})
# UN/ECE Recommendation 20 units and 21 packages in use in the trade; others come with the profile.
UNITS = frozenset(
    {
        *("BE", "BG", "BO", "BX", "C62", "CA", "CMT", "CS", "CT", "DAY", "DZN", "EA", "GLL", "GRM"),
        *("H87", "HUR", "KGM", "KIT", "LBR", "LTR", "MGM", "MLT", "MTR", "ONZ", "PA", "PK", "PR"),
        *("RO", "SET", "TU", "VI"),
    }
)
PRACTICE = {"PCE": "C62", "PCS": "C62"}  # pieces: no codes of the list, and clear
LEAD_TIME = "LEAD_TIME"
ONE = Decimal(1)
Sent = Iterable[tuple[str, str]]  # what stands below a name, and the text


class Trades:
    """Builds the trade documents of one layout."""

    def __init__(
        self, kind: str, columns: Mapping[str, LineColumns], units: Mapping[str, str]
    ) -> None:
        """Compile the lines.

        Args:
            kind: Of the documents; an invoice may turn out to be a credit note.
            columns: Of the lines, by record type.
            units: The sender's units -> UN/ECE Recommendation 20.
        """
        self._kind = kind
        self._lines = {tag: _Lines(one, units) for tag, one in columns.items()}

    def build(self, draft: Draft) -> Document | None:
        """Return the document, None when it holds no line; faults become the draft's findings."""
        kind = self._kind
        if kind == "invoice" and draft.text("kind") in CREDIT_NOTES:
            kind = "credit_note"
        lines = self._all_lines(kind, draft)
        if not lines:
            draft.lacks("lines")
            return None
        return _document(kind, lines, draft)

    def _all_lines(self, kind: str, draft: Draft) -> tuple[Line, ...]:
        seen: set[str] = set()
        lines: list[Line] = []
        currency = draft.text("currency")
        for number, row in enumerate(draft.lines, 1):
            columns = self._lines[row.tag]
            line = columns.line(kind, number, row, currency, draft)
            if line.no in seen:
                draft.find(rules.TWO_CANDIDATES, columns.place(row, "no"))
            seen.add(line.no)
            lines.append(line)
        return tuple(lines)


def _document(kind: str, lines: tuple[Line, ...], draft: Draft) -> Document:
    sent = draft.families().get
    parties = _parties(kind, sent("parties", ()), draft)
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
        payload=Trade(lines, _totals(kind, sent("totals", ()), currency, draft), _valid(draft)),
        function=draft.text("function") or "ORIGINAL",
        issued=issued,
        type_code=draft.text("type_code"),
        currency=currency,
        parties=parties,
        references=tuple(starmap(Reference, sent("references", ()))),
        dates=tuple(starmap(_date, sent("dates", ()))),
        terms=dict(sent("terms", ())),
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


def _parties(kind: str, sent: Sent, draft: Draft) -> tuple[Party, ...]:
    found: dict[str, dict[str, str]] = {}
    for target, text in sent:
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


def _totals(kind: str, texts: Sent, currency: str, draft: Draft) -> Totals | None:
    sent = {name: Money(Decimal(text), currency) for name, text in texts}
    total = sent.get("total")
    if kind == "invoice" and total is not None and total.amount < 0:
        draft.find(rules.NEGATIVE_TOTAL)
    return Totals(**sent) if sent else None


def _valid(draft: Draft) -> Period | None:
    period = Period(draft.day("valid.start"), draft.day("valid.end"))
    return period if period.start or period.end else None


def _date(role: str, text: str) -> DateRole:
    return DateRole(role, date.fromisoformat(text), raw=text)


class _Lines:
    """Makes lines of the rows of one record type."""

    def __init__(self, columns: LineColumns, units: Mapping[str, str]) -> None:
        text, number = columns.text, columns.number
        self.place = columns.place
        self._units = {
            **PRACTICE,
            **{unit: unit for unit in UNITS},
            **{sent: unit for sent, unit in units.items() if unit},
        }
        self._no, self._notes = text("no"), text("notes")
        self._item, self._scheme = text("item.id"), text("item.scheme")
        self._description, self._unit = text("description"), text("unit")
        self._price, self._amount = number("price"), number("amount")
        self._basis, self._discount = number("basis"), number("discount")
        self._rate, self._category = number("tax.rate"), text("tax.category")
        self._tax = text("tax.type")
        self._ids, self._quantities = columns.family("item.ids."), columns.family("quantity.")
        self._references, self._dates = columns.family("references."), columns.family("dates.")

    def line(self, kind: str, number: int, row: Row, currency: str, draft: Draft) -> Line:
        """Return the line of a row, the ``number``-th of its document."""
        cells = row.cells
        price, amount = self._price(cells), self._amount(cells)
        if price is None and amount is None and kind != "order":
            draft.lacks("lines[].price", row.place)
        ids = self._item_ids(cells)
        if not ids:
            draft.lacks("lines[].item", row.place)
        discount, notes = self._discount(cells), self._notes(cells)
        return Line(
            self._no(cells) or str(number),
            Item(ids, self._description(cells)),
            self._all_quantities(row, draft),
            None if price is None else Money(price, currency),
            self._basis(cells) or ONE,
            None if amount is None else Money(amount, currency),
            (Allowance(charge=False, percent=discount),) if discount else (),
            self._taxes(cells),
            tuple(starmap(Reference, _sent(self._references, cells))),
            tuple(starmap(_date, _sent(self._dates, cells))),
            (notes,) if notes else (),
        )

    def _item_ids(self, cells: Cells) -> tuple[Identifier, ...]:
        text = self._item(cells)
        ids = (item_id(text, self._scheme(cells)),) if text else ()
        if not self._ids:
            return ids
        more = (Identifier(name, value) for name, value in _sent(self._ids, cells))
        return tuple(dict.fromkeys([*ids, *more]))

    def _taxes(self, cells: Cells) -> tuple[Tax, ...]:
        rate, category = self._rate(cells), self._category(cells)
        if rate is None and not category:
            return ()
        return (Tax(self._tax(cells) or "VAT", category, rate),)

    def _all_quantities(self, row: Row, draft: Draft) -> dict[str, Quantity] | None:
        found: dict[str, Quantity] = {}
        for role, text in _sent(self._quantities, row.cells):
            if role == LEAD_TIME:  # whole days by definition of the column
                found[role] = Quantity(Decimal(text), "DAY")
                continue
            raw = self._unit(row.cells)
            unit = self._units.get(raw, "")
            if not unit:
                draft.find(rules.UNKNOWN_UNIT, self.place(row, "unit"))
            found[role] = Quantity(Decimal(text), unit, raw)
        return found or None


def _sent(family: Family, cells: Cells) -> Sent:
    return [(name, text) for name, text_of in family if (text := text_of(cells))]
