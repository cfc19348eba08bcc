"""From text as sent to exact values: dates, instants, decimals, texts, check digits.

Strict and without locale: digits are ASCII digits, a date must exist in the calendar.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache

NUMBER = re.compile(r"-?(?:[0-9]{1,30}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})")
SIGNED = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})")
COMMA = re.compile(r"-?[0-9]{1,30}[.,][0-9]{1,15}|-?[0-9]{1,30}")
SHORT = 15  # signs: so many digits may stand on either side of the point
WHOLE = re.compile(r"-?[0-9]{1,30}")
DIGITS = re.compile("[0-9]+")
DAY = re.compile("[0-9]{8}")
SHORT_DAY = re.compile("[0-9]{6}")
XML_DAY = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T[0-9:.]{5,24})?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
# HL7 2.5.1, 2.A.22 DTM: YYYY[MM[DD[HH[MM[SS[.S{1,4}]]]]]][+/-ZZZZ]; three digits and a blank occur.
TIME_STAMP = re.compile(
    r"([0-9]{8})(?:([0-9]{2})(?:([0-9]{2})(?:([0-9]{2})(?:\.[0-9]{1,4})?)?)?)?"
    r" ?([+-][0-9]{3,4})?"
)
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
BREAKS = re.compile(r"[\t\n\r]+")
# EDIFACT 2379: what is read, and how many leading digits make the date.
EDIFACT_DATES = {"102": 8, "203": 12, "204": 14}
GS1_LENGTHS = {
    "GTIN": (8, 12, 13, 14),
    "GLN": (13,),
    "SSCC": (18, 20),
}  # SSCC: also with its (00) in front
REMEMBERED = 4096  # of each: files repeat days, quantities, prices, rates and partners
NPI_PREFIX = 24  # what the constant prefix 80840 adds to the Luhn sum (45 CFR 162.406)


def clean(text: str) -> str | None:
    """Return text trimmed, line breaks and tabs as blanks; None when it has control characters."""
    if not text.isprintable():
        if CONTROLS.search(text):
            return None
        text = BREAKS.sub(" ", text)
    return text.strip()


def is_number(text: str) -> bool:
    """Tell whether an amount of X12 or CSV is one; most are short, and known without a pattern."""
    short = len(text) <= SHORT and text.isascii() and text.replace(".", "", 1).isdigit()
    return short or NUMBER.fullmatch(text) is not None


@lru_cache(maxsize=REMEMBERED)
def to_decimal(text: str, format_: str, implied: int = 0) -> Decimal | None:
    """Return the exact number, None when it is not one.

    Args:
        text: As sent, trimmed.
        format_: HL7 and XML allow a plus sign, EDIFACT a comma as decimal mark, others neither.
        implied: Decimal places that are not written (X12 type N2: 2); then only digits are taken.
    """
    if implied:
        return Decimal(text).scaleb(-implied) if WHOLE.fullmatch(text) else None
    if format_ == "edifact":
        return Decimal(text.replace(",", ".")) if COMMA.fullmatch(text) else None
    pattern = SIGNED if format_ in {"hl7", "xml"} else NUMBER
    return Decimal(text) if pattern.fullmatch(text) else None


@lru_cache(maxsize=REMEMBERED)
def to_date(text: str) -> date | None:
    """Return the day written as CCYYMMDD, None when there is no such day."""
    if not DAY.fullmatch(text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def to_edifact_date(text: str, form: str) -> date | None:
    """Return the day of a DTM 2380 whose format 2379 is one of ``EDIFACT_DATES``."""
    if len(text) != EDIFACT_DATES[form] or not DIGITS.fullmatch(text):
        return None
    return to_date(text[:8])


def to_hl7_date(text: str) -> date | None:
    """Return the day of an HL7 time stamp as sent: never moved through a time zone."""
    match = TIME_STAMP.fullmatch(text)
    return to_date(match[1]) if match else None


def to_xml_date(text: str) -> date | None:
    """Return the day of an xs:date or xs:dateTime as sent: never moved through a time zone."""
    match = XML_DAY.fullmatch(text)
    return to_date(match[1].replace("-", "")) if match else None


def to_instant(text: str, zone: tzinfo | None) -> datetime | None:
    """Return an HL7 time stamp in UTC; ``zone`` holds for one that names no offset, else UTC."""
    match = TIME_STAMP.fullmatch(text)
    day = to_date(match[1]) if match else None
    if match is None or day is None:
        return None
    try:
        local = datetime(
            day.year,
            day.month,
            day.day,
            int(match[2] or 0),
            int(match[3] or 0),
            int(match[4] or 0),
            tzinfo=to_offset(match[5]) if match[5] else zone or UTC,
        )
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def zone_of(text: str) -> tzinfo | None:
    """Return the zone that an HL7 time stamp names, None when it names none."""
    match = TIME_STAMP.fullmatch(text)
    return to_offset(match[5]) if match and match[5] else None


def to_offset(text: str) -> tzinfo:
    """Return the zone of ``+0100``, ``-05:00`` or, as it occurs, ``-500``; less than a day."""
    digits = text[1:].replace(":", "").rjust(4, "0")
    minutes = int(digits[:2]) % 24 * 60 + int(digits[2:]) % 60
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


@lru_cache(maxsize=REMEMBERED)
def check_digit_fails(scheme: str, value: str) -> bool:
    """Tell whether the value is of a scheme with a check digit and breaks it.

    Spec: GS1 General Specifications, 7.9 (GTIN, GLN, SSCC); ISO/IEC 7812 Luhn with 80840 (NPI).
    """
    if scheme in GS1_LENGTHS:
        if len(value) not in GS1_LENGTHS[scheme] or not DIGITS.fullmatch(value):
            return True
        figures = [int(one) for one in reversed(value)]
        return (sum(figures[::2]) + 3 * sum(figures[1::2])) % 10 != 0
    if scheme == "NPI":
        if not re.fullmatch("[12][0-9]{9}", value):
            return True
        figures = [int(one) for one in reversed(value)]
        doubled = sum(sum(divmod(2 * one, 10)) for one in figures[1::2])
        return (sum(figures[::2]) + doubled + NPI_PREFIX) % 10 != 0
    return False
