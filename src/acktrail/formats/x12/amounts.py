"""Exact sums of amounts."""

from collections.abc import Iterable
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache

ZERO = Decimal(0)
CENT = Decimal("0.01")
# wide enough that sums of any allowed amounts stay exact: 18 digits with any scale
EXACT = Context(prec=64)
add = EXACT.add
subtract = EXACT.subtract
multiply = EXACT.multiply
REMEMBERED = 1 << 14  # files repeat amounts: one value for all of them
number = lru_cache(maxsize=REMEMBERED)(Decimal)
Hundredths = int | Fraction


class Cents(dict[str, Hundredths]):
    """What texts of accepted amounts are in hundredths; 0 if not sent.

    Whole numbers, which are added in a third of the time of decimals, or where a text goes on
    beyond the cents, a fraction: exact always.
    """

    def __missing__(self, text: str) -> Hundredths:
        value: Hundredths
        if text[-3:-2] == ".":
            value = int(text.replace(".", ""))
        else:
            whole, _point, part = text.partition(".")
            more = len(part) > 1
            value = Fraction(text) * 100 if more else int(f"{whole}{part:0<2}")
        if len(self) >= REMEMBERED:
            self.clear()
        self[text] = value
        return value


cents = Cents()


def in_cents(elements: list[str], place: int) -> Hundredths:
    """Return the amount at ``place`` of a segment that its guide has accepted, in hundredths."""
    return cents[elements[place]] if place < len(elements) else 0


def total_cents(elements: list[str], places: Iterable[int]) -> Hundredths:
    """Return the sum of the amounts at ``places``, which ascend, in hundredths."""
    last = len(elements)
    found: Hundredths = 0
    for place in places:
        if place >= last:
            break
        found += cents[elements[place]]
    return found


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
