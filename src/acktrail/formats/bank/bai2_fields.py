"""The fields of BAI2 records: summaries, funds types, transactions.

Spec: BAI, Cash Management Balance Reporting Specifications, version 2 (also ANSI X9.121 BTRS, which
continues it): ``,`` separates fields, ``/`` ends a record, a 88 record continues the one before.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from acktrail.formats.addenda import trace_of

AMOUNT = re.compile(r"[+-]?[0-9]{1,18}")
COUNT = re.compile("[0-9]{1,9}")
DAY = re.compile("[0-9]{6}")
CENTURY_TURN = 80  # yy from 80 on is 19yy
CREDITS, DEBITS = "123", "456"  # first digits of type codes; a few more by name
MORE_CREDITS = frozenset(("706", "708", *map(str, range(720, 729)), "827", "829"))
MORE_DEBITS = frozenset({"760", "828"})
NON_MONETARY = "890"
UNMARKED_FUNDS = frozenset({"", "0", "1", "2", "Z"})
MOST_DISTRIBUTIONS = 100
LONGEST_TEXT = 1000


class Summary(NamedTuple):
    """One status or summary of an 03 record."""

    code: str
    amount: int | None  # in minor units; None: not reported


class Detail(NamedTuple):
    """A 16 record."""

    code: str
    amount: int  # in minor units, without a sign
    value_day: str  # YYMMDD of funds type V; ``""``: none sent
    bank_ref: str
    customer_ref: str
    text: str
    trace: str


def joined(lines: Sequence[str]) -> list[str]:
    """Return the fields of a record and its continuations."""
    return ",".join(line.removesuffix("/") for line in lines).split(",")


def day_of(text: str) -> date | None:
    """Return the day of ``YYMMDD``; None when there is no such day."""
    if not DAY.fullmatch(text):
        return None
    year = int(text[:2])
    try:
        century = 1900 if year >= CENTURY_TURN else 2000
        return date(century + year, int(text[2:4]), int(text[4:6]))
    except ValueError:
        return None


def number(text: str) -> int | None:
    """Return a signed whole number; None when it is none."""
    return int(text) if AMOUNT.fullmatch(text) else None


def count(text: str) -> int | None:
    """Return a count; None when it is none."""
    return int(text) if COUNT.fullmatch(text) else None


def sign_of(code: str, own: Mapping[str, str]) -> int | None:
    """Return 1 for a credit, -1 for a debit, 0 for what moves nothing; None when nobody knows.

    Args:
        code: A type code.
        own: Codes that the bank defined itself: ``credit``, ``debit`` or ``ignore``.
    """
    if code in own:
        return {"credit": 1, "debit": -1}.get(own[code], 0)
    if code == NON_MONETARY:
        return 0
    if code[:1] in CREDITS or code in MORE_CREDITS:
        return 1
    return -1 if code[:1] in DEBITS or code in MORE_DEBITS else None


def summaries(fields: Sequence[str]) -> Iterator[Summary | None]:
    """Yield the summaries of an 03 record, None where one has not the form it must have.

    Args:
        fields: From the first type code on. Some banks end a line with one comma too many.
    """
    at = 0
    while at < len(fields):
        code = fields[at]
        if not code:
            at += 1
            continue
        amount = fields[at + 1] if at + 1 < len(fields) else ""
        funds = after_funds(fields, at + 3)
        found = number(amount)
        if funds is None or not is_code(code) or (amount and found is None):
            yield None
            return
        yield Summary(code, found)
        at = funds


def is_code(text: str) -> bool:
    """Tell whether a text is a type code: three digits."""
    return len(text) == 3 and text.isascii() and text.isdigit()  # noqa: PLR2004 - as it says


def after_funds(fields: Sequence[str], at: int) -> int | None:
    """Return where the fields after a funds type begin; None when it is none or is cut.

    ``S`` has three amounts, ``V`` a date and a time, ``D`` a number of pairs of days and amount.
    """
    match fields[at] if at < len(fields) else "":
        case "S":
            end = at + 4
        case "V":
            end = at + 3
        case "D":
            pairs = count(fields[at + 1]) if at + 1 < len(fields) else None
            if pairs is None or pairs > MOST_DISTRIBUTIONS:
                return None
            end = at + 2 + 2 * pairs
        case other if other in UNMARKED_FUNDS:
            return at + 1
        case _:
            return None
    return end if end <= len(fields) else None


def to_detail(lines: Sequence[str]) -> Detail | None:
    """Read a 16 record and its continuations; None when it has not the form it must have.

    The text is all that follows the customer reference: it may hold commas and slashes. References
    may be left out at the end.
    """
    fields, rest = lines[0].removesuffix("/").split(","), list(lines[1:])
    end = _references_end(fields)
    while rest and (end is None or len(fields) < end) and len(fields) < 2 * MOST_DISTRIBUTIONS + 8:
        fields += rest.pop(0).removesuffix("/").split(",")
        end = _references_end(fields)
    code, amount = fields[0], fields[1] if len(fields) > 1 else ""
    if end is None or not is_code(code):
        return None
    found = unsigned(amount)
    if found is None and not (code == NON_MONETARY and not amount):
        return None
    funds = fields[2:3]
    fields += [""] * (end - len(fields))
    texts = [",".join(fields[end:]), *(line.removesuffix("/") for line in rest)]
    return Detail(
        code,
        found or 0,
        fields[3].strip() if funds == ["V"] else "",
        fields[end - 2].strip(),
        fields[end - 1].strip(),
        " ".join(" ".join(texts).split())[:LONGEST_TEXT],
        trace_of(texts),
    )


def unsigned(text: str) -> int | None:
    """Return an amount of a transaction, which has no sign of its own; None when it is none."""
    return None if text[:1] in {"+", "-"} else number(text)


def _references_end(fields: Sequence[str]) -> int | None:
    """Return the number of fields up to the customer reference; None: not known yet, or never."""
    funds = after_funds(fields, 2)
    return None if funds is None else funds + 2
