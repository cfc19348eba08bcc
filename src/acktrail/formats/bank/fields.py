"""The fields of MT940 that carry values: balances, statement lines, information to the owner.

Spec: SWIFT MT940, fields 60, 61, 62, 86; the national forms of 86 are not SWIFT's: German banks use
``?nn`` sub-fields (DFUe agreement, appendix 3), SEPA ``/KEY/`` words, others free text.
"""

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from acktrail.formats.addenda import trace_of

BALANCE = re.compile(r"([CD])([0-9]{6})([A-Z]{3})([0-9]{1,24}(?:,[0-9]{0,6})?) *")
# The mark: C and D book, RC reverses a credit (negative), RD a debit (positive). EC and ED are
# expected entries of MT942. A letter behind the mark is the third one of the currency code.
LINE = re.compile(
    r"([0-9]{6})([0-9]{4})?(RC|RD|EC|ED|C|D)([A-Z])?([0-9]{1,24}(?:,[0-9]{0,6})?)([A-Z][A-Z0-9]{3})?"
    r"(.{0,200})",
    re.DOTALL,
)
SIGNS = {"C": 1, "D": -1, "RC": -1, "RD": 1, "EC": 1, "ED": -1}
# The transaction type in front of German sub-fields: a number, then the sign that separates.
GERMAN = re.compile(r"([0-9]{3})([^0-9A-Za-z\s])(?=[0-9]{2})")
SEPA_WORD = re.compile(r"/([A-Z]{4}|BENM|ORDP|REMI|RTRN|CNTP|ISDT|NAME|IBAN|BIC|ID)/")
SEPA_PLUS = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC)\+")
PURPOSE = (*range(20, 30), *range(60, 64))
NO_REFERENCE = frozenset({"NONREF", "NOTPROVIDED", "KREF+"})
CENTURY_TURN = 80  # yy from 80 on is 19yy


class Balance(NamedTuple):
    """Fields 60F, 60M, 62F, 62M."""

    amount: Decimal  # debit is negative
    on: date
    currency: str


class Entry(NamedTuple):
    """Field 61."""

    value_on: date | None  # None: no such day (30 February occurs)
    booked_on: date
    amount: Decimal
    reversal: bool
    expected: bool
    type: str
    customer_ref: str
    bank_ref: str


class Information(NamedTuple):
    """What field 86 says of the entry before it."""

    type: str = ""
    end_to_end: str = ""
    counterparty: str = ""
    account: str = ""
    remittance: str = ""
    structured: tuple[str, ...] = ()
    mandate: str = ""
    trace: str = ""


def to_balance(text: str) -> Balance | None:
    """Read a balance; None when it is none."""
    found = BALANCE.fullmatch(text.replace("\n", ""))
    if found is None:
        return None
    on = _day(found[2])
    if on is None:
        return None
    amount = to_amount(found[4])
    return Balance(amount if found[1] == "C" else -amount, on, found[3])


def to_amount(text: str) -> Decimal:
    """Return the number of an amount whose decimal mark is a comma, digits after it optional."""
    return Decimal(text.replace(",", ".").removesuffix("."))


def to_entry(text: str) -> Entry | None:
    """Read a statement line; None when it is none, or when neither of its days exists."""
    found = LINE.match(text)
    if found is None:
        return None
    value_on = _day(found[1])
    booked_on = _entry_day(found[2], found[1], value_on)
    if booked_on is None:
        return None
    rest, _, supplement = found[7].partition("\n")
    customer, _, bank = rest.partition("//")
    mark = found[3]
    return Entry(
        value_on,
        booked_on,
        SIGNS[mark] * to_amount(found[5]),
        mark.startswith("R"),
        mark.startswith("E"),
        found[6] or "",
        _reference(customer),
        _reference(bank) or _reference(supplement if not bank and customer.endswith("/") else ""),
    )


def to_information(text: str, dialect: str) -> Information:
    """Read field 86 by its dialect: ``auto``, ``german``, ``sepa`` or ``free``."""
    joined = text.replace("\n", "")
    german = GERMAN.match(joined)
    if german is not None and dialect in {"auto", "german"}:
        return _german(joined, german[1], german[2])
    if dialect in {"auto", "sepa"} and SEPA_WORD.match(joined):
        return _sepa(joined)
    lines = text.split("\n")
    return Information(remittance=_spaced(" ".join(lines)), trace=trace_of(lines))


def _day(text: str) -> date | None:
    year = int(text[:2])
    try:
        return date(1900 + year if year >= CENTURY_TURN else 2000 + year, *_month_day(text[2:]))
    except ValueError:
        return None


def _month_day(text: str) -> tuple[int, int]:
    return int(text[:2]), int(text[2:4])


def _entry_day(text: str | None, value: str, value_on: date | None) -> date | None:
    """Return the entry date: its year is the one that puts it nearest to the value date."""
    if not text:
        return value_on
    near = value_on or _day(value[:4] + "01")
    if near is None:
        return None
    days: list[date] = []
    for year in (near.year - 1, near.year, near.year + 1):
        try:
            days.append(date(year, *_month_day(text)))
        except ValueError:
            continue
    return min(days, key=lambda day: abs((day - near).days), default=value_on)


def _reference(text: str) -> str:
    text = text.strip()
    return "" if text in NO_REFERENCE else text


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _german(text: str, kind: str, sign: str) -> Information:
    parts: dict[int, str] = {}
    for part in text[3:].split(sign):
        number = part[:2]
        if number.isascii() and number.isdigit():
            parts[int(number)] = parts.get(int(number), "") + part[2:]
    purpose = "".join(parts.get(number, "") for number in PURPOSE)
    words = _cut_words(purpose, SEPA_PLUS)
    name = parts.get(32, "") + parts.get(33, "")
    return Information(
        kind,
        _reference(words.get("EREF", "")),
        _spaced(name),
        _spaced(words.get("IBAN", "") or parts.get(31, "")),
        _spaced(words.get("SVWZ", "") or (purpose if not words else words.get("", ""))),
        mandate=_reference(words.get("MREF", "")),
        trace=trace_of((purpose,)),
    )


def _sepa(text: str) -> Information:
    words = _cut_words(text, SEPA_WORD)
    remittance = words.get("REMI", "")
    structured: tuple[str, ...] = ()
    account, name = words.get("IBAN", "").strip("/"), words.get("NAME", "").strip("/")
    if words.get("CNTP"):  # account / BIC / name / city
        account, _, name, *_ = [*words["CNTP"].split("/"), "", "", ""]
    if remittance.startswith(("STRD/", "/STRD/")):
        reference = remittance.rstrip("/").rpartition("/")[2]
        structured = (reference,) if reference else ()
    return Information(
        "",
        _reference(words.get("EREF", "").strip("/")),
        _spaced(name),
        _spaced(account),
        _spaced(remittance.removeprefix("USTD/").removeprefix("/").strip("/")),
        structured,
        _reference(words.get("MARF", "").strip("/")),
        trace_of((text,)),
    )


def _cut_words(text: str, pattern: re.Pattern[str]) -> dict[str, str]:
    """Cut a text at its key words; what stands before the first has the key ``""``."""
    pieces = pattern.split(text)
    words = {"": pieces[0]}
    for word, content in zip(pieces[1::2], pieces[2::2], strict=True):
        words.setdefault(word, content)
    return words
