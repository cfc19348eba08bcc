"""FT1: quantity times unit price is the extended amount, within its last place.

Spec: HL7 chapter 6, FT1-10, FT1-11, FT1-12 (NM up to 2.2, CP from 2.3: amount is .1.1).
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from acktrail.formats.hl7.delimiters import Delimiters
from acktrail.formats.hl7.patterns import NUMBER

_BEFORE = r"[^|]*+\|" * 9
_QUANTITY, _EXTENDED, _UNIT = 10, 11, 12
# what is nearly always sent: a whole quantity, amounts with two places, a currency behind them
_USUAL = re.compile(
    rf"FT1\|{_BEFORE}([0-9]{{1,9}}+)\|([0-9]{{1,12}}+)\.([0-9][0-9])(?:[&^][^|]*+|)"
    r"\|([0-9]{1,12}+)\.([0-9][0-9])(?=[|&^]|\Z)"
).match
_CENT = Decimal("0.01")
_MOST_DIGITS = 28  # of a Decimal in the default context


def plainly_agree(line: str) -> bool:
    """Tell whether an FT1 in the usual form agrees to the cent; the others take the long way."""
    usual = _USUAL(line)
    if not usual:
        return False
    quantity, total, cents, unit, unit_cents = usual.groups()
    return int(quantity) * int(unit + unit_cents) == int(total + cents)


def amounts_agree(fields: Sequence[str], marks: Delimiters) -> bool:
    """Tell whether the three amounts agree; true when one of them is not there or no number."""
    if len(fields) <= _UNIT or not (fields[_QUANTITY] and fields[_EXTENDED] and fields[_UNIT]):
        return True
    quantity, extended, unit = [
        value if NUMBER(value) else _amount(value, marks) for value in fields[_QUANTITY : _UNIT + 1]
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


def _amount(value: str, marks: Delimiters) -> str:
    """Return the first leaf of the first repetition."""
    for mark in (marks.repetition, marks.component, marks.part):
        if mark:
            value = value.partition(mark)[0]
    return value
