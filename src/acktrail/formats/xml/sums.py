"""Sums of UBL documents that their canonical form no longer shows: the taxes by category.

All others (lines, allowances, totals) are checked on the canonical document.
"""

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from acktrail.formats.xml import rules
from acktrail.formats.xml.tree import XmlSegment
from acktrail.model import Finding

NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{0,15})?")
SLACK = Decimal(1)  # EN 16931 allows one unit: taxes may be rounded line by line
HUNDREDTH = Decimal("0.01")


def check(part: XmlSegment) -> Iterator[Finding]:
    """Yield what does not add up in a ``TaxTotal``; a figure that was not sent proves nothing.

    Spec: EN 16931 BR-CO-14 (sum of the subtotals), BR-CO-17 (amount by rate).
    """
    if part.tag != "TaxTotal":
        return
    subtotals = [one for one in part.children if one.tag == "TaxSubtotal"]
    amounts = [_number(one, "TaxAmount") for one in subtotals]
    total = _number(part, "TaxAmount")
    known = [one for one in amounts if one is not None]
    if known and len(known) == len(amounts) and total is not None and sum(known) != total:
        yield rules.TAX_TOTAL.at(part.place)
    for one, amount in zip(subtotals, amounts, strict=True):
        base, rate = _number(one, "TaxableAmount"), _rate(one)
        if amount is None or base is None or rate is None:
            continue
        if abs((base * rate / 100).quantize(HUNDREDTH, ROUND_HALF_UP) - amount) >= SLACK:
            yield rules.TAX_AMOUNT.at(one.place)


def _rate(subtotal: XmlSegment) -> Decimal | None:
    category = _number(subtotal, "TaxCategory", "Percent")
    return category if category is not None else _number(subtotal, "Percent")


def _number(part: XmlSegment, *steps: str) -> Decimal | None:
    found = part.find(steps)
    return Decimal(found.text) if found is not None and NUMBER.fullmatch(found.text) else None
