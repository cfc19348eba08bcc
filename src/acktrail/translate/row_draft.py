"""What the rows of one document have said so far: texts by target, before they become values."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from acktrail.documents.parts import Identifier, Money
from acktrail.model import Finding, Place, Rule
from acktrail.translate import rules
from acktrail.translate.values import check_digit_fails

# These fold over the rows instead of having to agree.
LEAST, MOST = "valid.start", "valid.end"
GTIN_LENGTHS = frozenset({8, 12, 13, 14})
GLN_LENGTH = 13


class Column(Protocol):
    """Where a text came from."""

    @property
    def element(self) -> int:
        """Number of the column, from 1."""
        ...

    @property
    def name(self) -> str:
        """Name of the column."""
        ...


@dataclass(slots=True)
class LineDraft:
    """One row's line."""

    place: Place
    values: dict[str, str] = field(default_factory=dict)
    columns: dict[str, Column] = field(default_factory=dict)

    def at(self, target: str) -> Place:
        """Return the place of a target's column, or the row's with the target as address."""
        column = self.columns.get(target)
        if column is None:
            return self.place._replace(address=f"lines[].{target}")
        return self.place._replace(element=column.element, address=column.name)


@dataclass(slots=True)
class Draft:
    """One document in the making."""

    sender: str = ""
    header: dict[str, str] = field(default_factory=dict)  # starts with the defaults
    line_defaults: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    lines: list[LineDraft] = field(default_factory=list)
    ext: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    place: Place | None = None
    sent: set[str] = field(default_factory=set)  # header targets that a row has filled
    disputed: set[str] = field(default_factory=set)

    def put(self, target: str, text: str, row: Place, column: Column) -> None:
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
            place = row._replace(element=column.element, address=column.name)
            self.find(rules.TWO_CANDIDATES, place)

    def find(self, rule: Rule, place: Place | None = None) -> None:
        """Note a finding."""
        self.findings.append(rule.at(place or self.place or Place()))

    def lacks(self, address: str, place: Place | None = None) -> None:
        """Note that something is missing which the kind of document requires."""
        at = place or self.place or Place()
        self.find(rules.REQUIRED_MISSING, at._replace(address=address))

    def text(self, target: str) -> str:
        """Return a header value, ``""`` if not sent."""
        return self.header.get(target, "")

    def day(self, target: str) -> date | None:
        """Return a header value that is a date."""
        return to_day(self.text(target))

    def family(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Yield the header targets below ``prefix``, without it, in the order of the columns."""
        for target, text in self.header.items():
            if target.startswith(prefix):
                yield target[len(prefix) :], text


class Reading(NamedTuple):
    """One line's texts as values; defaults stand in for what the row did not send."""

    draft: Draft
    line: LineDraft

    def text(self, target: str) -> str:
        """Return a text, ``""`` if not sent."""
        return self.line.values.get(target) or self.draft.line_defaults.get(target, "")

    def number(self, target: str) -> Decimal | None:
        """Return a number."""
        text = self.text(target)
        return Decimal(text) if text else None

    def day(self, target: str) -> date | None:
        """Return a date."""
        return to_day(self.text(target))

    def money(self, target: str) -> Money | None:
        """Return an amount in the document's currency."""
        number = self.number(target)
        return None if number is None else Money(number, self.draft.text("currency"))

    def family(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Yield the line's targets below ``prefix``, without it."""
        for target, text in self.line.values.items():
            if target.startswith(prefix):
                yield target[len(prefix) :], text


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
