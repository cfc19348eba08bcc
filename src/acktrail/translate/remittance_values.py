"""What the parts of an 835 are read with: amounts, numbers, days, findings, what is passed over.

The reader has already checked a segment by its guide, so most values are right and most of them
have been there before: they are looked up by their text first.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Protocol

from acktrail.documents.parts import Code, Money
from acktrail.model import Rule
from acktrail.ports import Segment
from acktrail.translate import rules
from acktrail.translate.building import MAX_EXT, Building
from acktrail.translate.remittance_codes import MODIFIERS, PROCEDURES, QUALIFIED
from acktrail.translate.values import is_number, to_date, to_decimal

WIDTH = 26  # of MIA, with room
PADDING = [""] * WIDTH
ZERO = Decimal(0)
QUALIFIER = re.compile("[A-Z0-9]{1,3}")
MEMO = 4096  # amounts, codes and days that are remembered, for a file repeats them
Day = date | None
Procedure = tuple[Code, tuple[str, ...]]


class Raw(Segment, Protocol):
    """A segment of X12 that shows its elements: these files are read by no other reader."""

    @property
    def elements(self) -> list[str]:
        """Tag and elements as sent, composites whole."""
        ...


class RemittanceValues:
    """The values of one message at a time."""

    def __init__(self) -> None:
        self._building = Building("x12", health=True, units={}, zone=None)
        self._known_money: dict[str, Money] = {}  # in the currency of the message
        self._known_days: dict[str, date] = {}
        self._known_numbers: dict[str, Decimal] = {}
        self._known_reasons: dict[str, Code] = {}
        self._known_procedures: dict[str, Procedure] = {}  # by SVC01
        self._passed: set[tuple[str, str]] = set()

    def _found(self, rule: Rule, segment: Segment, element: int) -> None:
        address = f"{segment.tag}{element:02}"
        place = segment.place._replace(element=element, address=address)
        self._building.found_at(rule, place)

    def _found_at(self, address: str) -> bool:
        return any(one.place.address == address for one in self._building.findings)

    def _pass_over(self, tag: str, qualifier: str) -> None:
        """Note what kind of segment was there; of health data that is all that is kept."""
        if (tag, qualifier) in self._passed or len(self._passed) > MAX_EXT:
            return
        self._passed.add((tag, qualifier))
        known = tag in QUALIFIED and QUALIFIER.fullmatch(qualifier)
        self._building.keep(f"{tag}*{qualifier}" if known else tag, "")

    def _number(self, segment: Segment, element: int, text: str) -> Decimal | None:
        if not text:
            return None
        number = to_decimal(text, "x12")
        if number is None:
            self._found(rules.INVALID_NUMBER, segment, element)
        elif len(self._known_numbers) < MEMO:
            self._known_numbers[text] = number
        return number

    def _money(self, segment: Segment, element: int, text: str) -> Money:
        """Return an amount; one that is missing or none is a finding, and counts as zero."""
        known = self._known_money.get(text)
        if known is not None:
            return known
        if not is_number(text):
            self._found(rules.INVALID_NUMBER if text else rules.REQUIRED_MISSING, segment, element)
            return Money(ZERO, self._building.currency)
        money = Money(Decimal(text), self._building.currency)
        if len(self._known_money) < MEMO:
            self._known_money[text] = money
        return money

    def _reason(self, text: str) -> Code:
        known = self._known_reasons.get(text)
        if known is None:
            known = Code("CARC", text.strip())
            if len(self._known_reasons) < MEMO:
                self._known_reasons[text] = known
        return known

    def _procedure(self, segment: Segment, text: str) -> Procedure:
        """Return the code of a service and its modifiers: SVC01."""
        known = self._known_procedures.get(text)
        if known is not None:
            return known
        qualifier, code = segment.get(1, 1).strip(), segment.get(1, 2).strip()
        modifiers = (segment.get(1, one).strip() for one in MODIFIERS)
        found = Code(PROCEDURES.get(qualifier, qualifier), code), tuple(filter(None, modifiers))
        if not code:
            self._found(rules.REQUIRED_MISSING, segment, 1)
        elif len(self._known_procedures) < MEMO:
            self._known_procedures[text] = found
        return found

    def _date(self, segment: Segment, element: int, text: str) -> Day:
        if not text:
            return None
        day = to_date(text)
        if day is None:
            self._found(rules.INVALID_DATE, segment, element)
        elif len(self._known_days) < MEMO:
            self._known_days[text] = day
        return day


def padded(segment: Raw) -> list[str]:
    """Return tag and elements, with blanks behind them; as sent, for only names are not ASCII."""
    return segment.elements + PADDING
