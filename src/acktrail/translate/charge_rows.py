"""Charges from the texts of their rows: one document a visit or account."""

from collections.abc import Mapping
from decimal import Decimal

from acktrail.documents.kinds import Charge, ChargeLine, Document
from acktrail.documents.parts import Code, Identifier, Money
from acktrail.formats.tabular.rows import Row
from acktrail.translate import rules
from acktrail.translate.row_draft import Draft, LineColumns

# HL7 table 0017 beside the canonical words.
TYPES = {
    "CG": "CHARGE",
    "CD": "CREDIT",
    "AJ": "ADJUSTMENT",
    "PY": "PAYMENT",
    **{word: word for word in ("CHARGE", "CREDIT", "ADJUSTMENT", "PAYMENT")},
}
LOCAL = "LOCAL"  # code list of a code that came without one


class Charges:
    """Builds the charges of one layout."""

    def __init__(self, columns: Mapping[str, LineColumns]) -> None:
        """Compile the lines from their columns, by record type."""
        self._lines = {tag: _Lines(one) for tag, one in columns.items()}

    def build(self, draft: Draft) -> Document | None:
        """Return the document, None when it holds no line; faults become the draft's findings."""
        lines = self._all_lines(draft)
        if not lines:
            draft.lacks("lines")
            return None
        visit, account = draft.text("visit"), draft.text("account")
        if not visit and not account:
            draft.lacks("visit")
        if not draft.text("currency"):
            draft.lacks("currency")
        payers = [Identifier(scheme, text) for scheme, text in draft.families().get("bill_to", ())]
        facility = draft.text("facility") or draft.sender
        return Document(
            kind="charge",
            id=draft.text("id") or visit or account,
            key=(facility, visit or account, *(line.key for line in lines)),
            payload=Charge(visit, account, payers[0] if payers else None, lines),
            issued=draft.day("issued"),
            currency=draft.text("currency"),
            ext=draft.ext,
        )

    def _all_lines(self, draft: Draft) -> tuple[ChargeLine, ...]:
        seen: set[str] = set()
        lines: list[ChargeLine] = []
        currency = draft.text("currency")
        for row in draft.lines:
            columns = self._lines[row.tag]
            line = columns.line(row, currency, draft)
            if line.key in seen:
                draft.find(rules.TWO_CANDIDATES, columns.place(row, "key"))
            seen.add(line.key)
            lines.append(line)
        return tuple(lines)


class _Lines:
    """Makes lines of the rows of one record type."""

    def __init__(self, columns: LineColumns) -> None:
        text, number, day = columns.text, columns.number, columns.day
        self.place = columns.place
        self._key, self._type = text("key"), text("type")
        self._code, self._list = text("code"), text("code_list")
        self._quantity = number("quantity")
        self._price, self._amount = number("unit_price"), number("amount")
        self._service_on, self._posted_on = day("service_on"), day("posted_on")
        self._department, self._plan = text("department"), text("plan")

    def line(self, row: Row, currency: str, draft: Draft) -> ChargeLine:
        """Return the line of a row."""
        cells = row.cells
        key, code, kind = self._key(cells), self._code(cells), TYPES.get(self._type(cells), "")
        quantity, price, amount = self._quantity(cells), self._price(cells), self._amount(cells)
        self._require("key", key, row, draft)
        self._require("code", code, row, draft)
        if not kind:
            draft.find(rules.UNKNOWN_CODE, self.place(row, "type"))
        self._require("quantity", quantity, row, draft)
        self._require("amount", price if amount is None else amount, row, draft)
        return ChargeLine(
            key=key,
            type=kind,
            code=Code(self._list(cells) or LOCAL, code),
            service_on=self._service_on(cells),
            posted_on=self._posted_on(cells),
            quantity=Decimal(1) if quantity is None else quantity,
            unit_price=None if price is None else Money(price, currency),
            amount=None if amount is None else Money(amount, currency),
            department=self._department(cells),
            plan=self._plan(cells),
        )

    def _require(self, target: str, value: str | Decimal | None, row: Row, draft: Draft) -> None:
        if value is None or value == "":
            draft.lacks(f"lines[].{target}", self.place(row, target))
