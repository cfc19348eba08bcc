"""Exact sums of amounts."""

from collections.abc import Iterable
from decimal import Context, Decimal
from functools import lru_cache

ZERO = Decimal(0)
CENT = Decimal("0.01")
# wide enough that sums of any allowed amounts stay exact: 18 digits with any scale
EXACT = Context(prec=64)
add = EXACT.add
subtract = EXACT.subtract
multiply = EXACT.multiply
number = lru_cache(maxsize=1 << 14)(Decimal)  # files repeat amounts: one value for all of them


def amount(elements: list[str], place: int) -> Decimal:
    """Return the amount at ``place`` of a segment that its guide has accepted; 0 if not sent."""
    text = elements[place] if place < len(elements) else ""
    return number(text) if text else ZERO


def implied(elements: list[str], place: int) -> Decimal:
    """Return an amount of type N2: two decimals are implied."""
    return EXACT.scaleb(amount(elements, place), -2)


def total(elements: list[str], places: Iterable[int]) -> Decimal:
    """Return the sum of the amounts at ``places``."""
    found = ZERO
    for place in places:
        if place >= len(elements):
            break
        if elements[place]:
            found = add(found, number(elements[place]))
    return found
