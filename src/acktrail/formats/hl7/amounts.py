"""FT1: quantity times unit price is the extended amount, within its last place.

Spec: HL7 chapter 6, FT1-10, FT1-11, FT1-12 (NM up to 2.2, CP from 2.3: amount is .1.1).
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from acktrail.formats.hl7.delimiters import Delimiters
from acktrail.formats.hl7.message import Hl7Segment
from acktrail.formats.hl7.patterns import NUMBER
from acktrail.formats.hl7.settings import Path

_QUANTITY, _EXTENDED, _UNIT = 10, 11, 12
ZERO = Decimal(0)
_CENT = Decimal("0.01")
_MOST_DIGITS = 28  # of a Decimal in the default context
_MOST_KNOWN, _LONGEST = 4096, 100  # amounts that are remembered, and the characters of three


class Amounts:
    """Tells whether the amounts of a line agree; a batch bills the same again and again."""

    __slots__ = ("_known", "_marks")

    def __init__(self) -> None:
        self._known: set[tuple[str, str, str]] = set()  # that agree
        self._marks: Delimiters | None = None  # under which

    def agree(self, fields: Sequence[str], marks: Delimiters) -> bool:
        """Tell whether the three agree; true when one of them is not there or no number."""
        if len(fields) <= _UNIT:
            return True
        sent = (fields[_QUANTITY], fields[_EXTENDED], fields[_UNIT])
        if sent in self._known and marks is self._marks:
            return True
        if not amounts_agree(*sent, marks):
            return False
        if marks is not self._marks:
            self._known.clear()
            self._marks = marks
        if len(self._known) < _MOST_KNOWN and sum(map(len, sent)) <= _LONGEST:
            self._known.add(sent)
        return True


def amounts_agree(quantity: str, extended: str, unit: str, marks: Delimiters) -> bool:
    """Tell whether three fields as sent agree; true when one of them is empty or no number."""
    if not (quantity and extended and unit):
        return True
    quantity, extended, unit = [
        value if NUMBER(value) else _amount(value, marks) for value in (quantity, extended, unit)
    ]
    if not (NUMBER(quantity) and NUMBER(extended) and NUMBER(unit)):
        return True
    if len(quantity) + len(unit) > _MOST_DIGITS or len(extended) > _MOST_DIGITS:
        return True
    difference = Decimal(quantity) * Decimal(unit) - Decimal(extended)
    if not difference:
        return True
    place = Decimal(1).scaleb(-len(extended.partition(".")[2]))
    return abs(difference) <= max(_CENT, place)


def added(segments: Iterable[Hl7Segment], path: Path) -> Decimal | None:
    """Return the sum of a field over the segments of a message; None if one is no number."""
    total = ZERO
    for segment in segments:
        value = segment.get(path.field, path.component) if segment.tag == path.segment else ""
        if not value:
            continue
        if len(value) > _MOST_DIGITS or not NUMBER(value):
            return None
        total += Decimal(value)
    return total


def is_told(total: Decimal, sent: str, marks: Delimiters) -> bool:
    """Tell whether BTS-3 holds a total: it repeats from 2.2 on, older files use components."""
    told = sent.split(marks.repetition) if marks.repetition else [sent]
    values = [value for one in told for value in one.split(marks.component)]
    amounts = (_amount(value, marks) for value in values)
    return any(
        len(one) <= _MOST_DIGITS and NUMBER(one) and Decimal(one) == total for one in amounts
    )


def _amount(value: str, marks: Delimiters) -> str:
    """Return the first leaf of the first repetition."""
    for mark in (marks.repetition, marks.component, marks.part):
        if mark:
            value = value.partition(mark)[0]
    return value
