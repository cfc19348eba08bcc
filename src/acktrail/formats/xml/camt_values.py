"""Texts, days and signed amounts of camt elements.

Spec: ISO 20022: ``ActiveOrHistoricCurrencyAndAmount``, ``DateAndDateTimeChoice``,
``CreditDebitCode``.
"""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from acktrail.formats.xml.hardened import Element

AMOUNT = re.compile(r"[0-9]{1,18}(?:\.[0-9]{0,17})?")
CURRENCY = re.compile("[A-Z]{3}")
DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:$|[TZ+-])")
SIGNS = {"CRDT": 1, "DBIT": -1}
LONGEST_TEXT = 1000


class Sum(NamedTuple):
    """A signed amount."""

    amount: Decimal
    currency: str


@lru_cache(maxsize=1024)
def path_of(space: str, path: str) -> str:
    """Return a path of local names as lxml takes it; ``space`` is the namespace in braces."""
    return "/".join(f"{space}{part}" for part in path.split("/"))


def text_at(space: str, element: Element, path: str = "") -> str:
    """Return the trimmed text at ``path``; ``""`` when there is none."""
    found = element.find(path_of(space, path)) if path else element
    text = (found.text or "").strip() if found is not None else ""
    return text[:LONGEST_TEXT]


@lru_cache(maxsize=1024)
def day_of(text: str) -> str:
    """Return the day of a date or date and time as ISO 8601; ``""`` when there is none."""
    found = DAY.match(text)
    if found is None:
        return ""
    try:
        return date.fromisoformat(found[1]).isoformat()
    except ValueError:
        return ""


def day_at(space: str, element: Element, path: str) -> str:
    """Return the day at ``path``, which is a date or a date and time."""
    return day_of(text_at(space, element, f"{path}/Dt") or text_at(space, element, f"{path}/DtTm"))


def signed(text: str, currency: str, indicator: str) -> Sum | None:
    """Return an amount with the sign of its indicator; None when one of the three is wrong.

    ``RvslInd`` does not turn the sign again: the indicator shows how this entry moves the balance.
    """
    if indicator not in SIGNS or not AMOUNT.fullmatch(text) or not CURRENCY.fullmatch(currency):
        return None
    return Sum(SIGNS[indicator] * Decimal(text.removesuffix(".")), currency)


def sum_at(space: str, element: Element, path: str, indicator: str) -> Sum | None:
    """Return the amount at ``path`` with the sign of an indicator."""
    amount = element.find(path_of(space, path))
    if amount is None:
        return None
    return signed(text_at(space, amount), amount.get("Ccy", ""), indicator)
