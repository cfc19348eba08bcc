"""Values as cells of Odoo's ``load``: every cell is text."""

import html
import re
from datetime import date
from decimal import Decimal

from acktrail.documents.currencies import minor_units

__all__ = ["day", "html_text", "midnight", "minor_units", "number", "text", "unit_price", "words"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")
_PRICE_DIGITS = 6  # unit prices may have up to six decimals (docs/canonical.md)


def number(value: Decimal) -> str:
    """Return plain digits, never an exponent."""
    return f"{value:f}"


def unit_price(price: Decimal, basis: Decimal) -> Decimal:
    """Return the price of one unit; exact where six decimals can hold it."""
    if basis in (0, 1):
        return price
    each = price / basis
    short = each.quantize(Decimal(1).scaleb(-_PRICE_DIGITS)).normalize()
    exponent = short.as_tuple().exponent
    return short.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else short


def text(value: str, limit: int = 200) -> str:
    """Return one line of at most ``limit`` characters; control characters become spaces."""
    return _CONTROL.sub(" ", value[: 2 * limit]).strip()[:limit]


def html_text(lines: tuple[str, ...], limit: int = 20) -> str:
    """Return paragraphs for an Html field, with every character of markup escaped."""
    return "".join(f"<p>{html.escape(text(line, 500))}</p>" for line in lines[:limit])


def day(value: date) -> str:
    """Return ``YYYY-MM-DD``."""
    return value.isoformat()


def midnight(value: date) -> str:
    """Return the day as a naive UTC datetime, which some date fields of Odoo are."""
    return f"{value.isoformat()} 00:00:00"


def words(text: str) -> frozenset[str]:
    """Return the words of a bank's text; separators of an X12 addendum divide them too."""
    for mark in "*\\~/|;,:":
        text = text.replace(mark, " ")
    return frozenset(text.split())
