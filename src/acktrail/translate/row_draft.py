"""What the rows of one document have said so far: texts by target, before they become values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from acktrail.documents.parts import Identifier
from acktrail.formats.tabular.rows import Row
from acktrail.model import Finding, Place, Rule
from acktrail.translate import rules
from acktrail.translate.values import check_digit_fails

# These fold over the rows instead of having to agree.
LEAST, MOST = "valid.start", "valid.end"
GTIN_LENGTHS = frozenset({8, 12, 13, 14})
GLN_LENGTH = 13
Cells = Sequence[str]
TextOf = Callable[[Cells], str]
NumberOf = Callable[[Cells], Decimal | None]
Family = tuple[tuple[str, TextOf], ...]
DayOf = Callable[[Cells], date | None]


class Aim(NamedTuple):
    """Where one column goes."""

    element: int  # number of the column, from 1
    name: str
    header: tuple[str, ...]  # targets of the document
    line: tuple[str, ...]  # targets of the line, without ``lines[].``
    kept: bool  # no target: goes to ext


class LineColumns:
    """Where the targets of lines stand in the rows of one record type; asked once a layout.

    Defaults stand in for what a row did not send. Of several columns with one target, the last
    that was sent holds.
    """

    def __init__(self, aims: Sequence[Aim], defaults: Mapping[str, str]) -> None:
        self._columns: dict[str, list[Aim]] = {}
        for aim in aims:
            for target in aim.line:
                self._columns.setdefault(target, []).append(aim)
        self._defaults = defaults

    def text(self, target: str) -> TextOf:
        """Return what reads a text, ``""`` if not sent."""
        return _text_of(self._cells(target), self._defaults.get(target, ""))

    def number(self, target: str) -> NumberOf:
        """Return what reads a number."""
        text_of = self.text(target)

        def number(cells: Cells) -> Decimal | None:
            text = text_of(cells)
            return Decimal(text) if text else None

        return number

    def day(self, target: str) -> DayOf:
        """Return what reads a date."""
        text_of = self.text(target)
        return lambda cells: to_day(text_of(cells))

    def family(self, prefix: str) -> Family:
        """Return the targets below ``prefix``, without it, and what reads them; no defaults."""
        return tuple(
            (target[len(prefix) :], _text_of(self._cells(target), ""))
            for target in self._columns
            if target.startswith(prefix)
        )

    def place(self, row: Row, target: str) -> Place:
        """Return the place of a target's column, or the row's with the target as address."""
        sent = [aim for aim in self._columns.get(target, ()) if row.cells[aim.element - 1]]
        if not sent:
            return row.place._replace(address=f"lines[].{target}")
        return row.place._replace(element=sent[-1].element, address=sent[-1].name)

    def _cells(self, target: str) -> tuple[int, ...]:
        return tuple(aim.element - 1 for aim in self._columns.get(target, ()))


def _text_of(cells: tuple[int, ...], default: str) -> TextOf:
    if not cells:
        return lambda _cells: default
    if len(cells) == 1:
        at = cells[0]
        return lambda cells: cells[at] or default
    latest = cells[::-1]
    return lambda cells: next(filter(None, (cells[at] for at in latest)), default)


@dataclass(slots=True)
class Draft:
    """One document in the making; of its lines it holds the rows."""

    sender: str = ""
    header: dict[str, str] = field(default_factory=dict)  # starts with the defaults
    lines: list[Row] = field(default_factory=list)
    ext: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    first: Row | None = None
    sent: set[str] = field(default_factory=set)  # header targets that a row has filled
    disputed: set[str] = field(default_factory=set)

    def put(self, target: str, text: str, row: Row, column: Aim) -> None:
        """Take a header value; the rows of a document have to agree on it."""
        known = self.header[target] if target in self.sent else None
        if known == text:
            return
        if known is None:
            self.header[target] = text
            self.sent.add(target)
        elif target == LEAST:
            self.header[target] = min(known, text)
        elif target == MOST:
            self.header[target] = max(known, text)
        elif target not in self.disputed:
            self.disputed.add(target)
            place = row.place._replace(element=column.element, address=column.name)
            self.find(rules.TWO_CANDIDATES, place)

    def find(self, rule: Rule, place: Place | None = None) -> None:
        """Note a finding, of the document as a whole where no place is named."""
        self.findings.append(rule.at(place or self._place()))

    def lacks(self, address: str, place: Place | None = None) -> None:
        """Note that something is missing which the kind of document requires."""
        self.find(rules.REQUIRED_MISSING, (place or self._place())._replace(address=address))

    def _place(self) -> Place:
        return Place() if self.first is None else self.first.place

    def text(self, target: str) -> str:
        """Return a header value, ``""`` if not sent."""
        return self.header.get(target, "")

    def day(self, target: str) -> date | None:
        """Return a header value that is a date."""
        return to_day(self.text(target))

    def families(self) -> dict[str, list[tuple[str, str]]]:
        """Return the header targets with a dot and their texts, by what stands before the dot.

        Each without that, in the order of the columns.
        """
        found: dict[str, list[tuple[str, str]]] = {}
        for target, text in self.header.items():
            name, dot, rest = target.partition(".")
            if dot:
                found.setdefault(name, []).append((rest, text))
        return found


def to_day(text: str) -> date | None:
    """Return the day of a canonical text."""
    return date.fromisoformat(text) if text else None


def party_id(text: str) -> Identifier:
    """Return an identifier of a party: a GLN where it can be one, else OTHER."""
    if len(text) == GLN_LENGTH and not check_digit_fails("GLN", text):
        return Identifier("GLN", text)
    return Identifier("OTHER", text)


def item_id(text: str, scheme: str = "") -> Identifier:
    """Return an identifier of an item: a GTIN where it can be one, else the seller's number."""
    if scheme:
        return Identifier(scheme, text)
    gtin = len(text) in GTIN_LENGTHS and not check_digit_fails("GTIN", text)
    return Identifier("GTIN" if gtin else "SELLER", text)
