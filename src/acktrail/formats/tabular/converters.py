"""What makes the canonical text of a value: regular expression first, then Python.

Canonical: numbers plain with a point, dates ISO 8601. Python itself would take ``1_000``, digits of
other scripts, ``NaN`` and exponents; here a text is a value only in the agreed form.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from acktrail.formats.patterns import compile_pattern
from acktrail.formats.tabular.layout import Field

Convert = Callable[[str], str | None]  # a valid cell's canonical text; None = not valid


def converter(one: Field) -> Convert:
    """Return what makes the canonical text of a valid value, and None of any other."""
    match one.type:
        case "date":
            return _limited(one, _date_converter(one.date_format))
        case "string":
            return _limited(one, str)
        case _:
            return _limited(one, _within(one, number_converter(one)))


def _limited(one: Field, convert: Convert) -> Convert:
    """Add length, enumeration and pattern, which look at the text as sent."""
    pattern = compile_pattern(one.pattern).fullmatch if one.pattern else None
    choices = frozenset(one.choices)
    if pattern is None and not choices and one.type == "date":
        return convert

    def limited(text: str) -> str | None:
        if not one.least_length <= len(text) <= one.most_length:
            return None
        if (choices and text not in choices) or (pattern is not None and pattern(text) is None):
            return None
        return convert(text)

    return limited


def _within(one: Field, convert: Convert) -> Convert:
    if one.minimum is None and one.maximum is None:
        return convert
    least, most = one.minimum, one.maximum

    def within(text: str) -> str | None:
        done = convert(text)
        if done is None:
            return None
        value = Decimal(done)
        if (least is not None and value < least) or (most is not None and value > most):
            return None
        return done

    return within


def number_converter(one: Field) -> Convert:
    """Return what makes a plain number of a text: no exponent, no guess, ASCII digits only."""
    mark, group = re.escape(one.decimal_mark), re.escape(one.group_mark)
    whole = "[0-9]{1,28}"
    if one.group_mark:
        whole = rf"(?:{whole}|[0-9]{{1,3}}(?:{group}[0-9]{{3}}){{1,8}})"
    parts = "" if one.type == "integer" or one.implied_decimals else rf"(?:{mark}([0-9]{{1,12}}))?"
    sign = "([+-]?)"
    order = (
        ("()", rf"({whole}){parts}", sign)
        if one.sign == "trailing"
        else (sign, rf"({whole}){parts}", "()")
    )
    fullmatch = re.compile("".join(order)).fullmatch
    implied, group_mark = one.implied_decimals, one.group_mark

    def convert(text: str) -> str | None:
        found = fullmatch(text)
        if found is None:
            return None
        groups = found.groups()
        digits = groups[1].replace(group_mark, "") if group_mark else groups[1]
        fraction = (groups[2] or "") if parts else ""
        if implied:
            digits = digits.rjust(implied + 1, "0")
            digits, fraction = digits[:-implied], digits[-implied:]
        negative = "-" in (groups[0], groups[-1])
        number = (digits.lstrip("0") or "0") + (f".{fraction}" if fraction else "")
        return f"-{number}" if negative else number

    return convert


def _date_converter(date_format: str) -> Convert:
    """Return what makes an ISO date of a text."""
    source = (
        re.escape(date_format).replace("%Y", "(?P<Y>[0-9]{4})").replace("%y", "(?P<y>[0-9]{2})")
    )
    source = source.replace("%m", "(?P<m>[0-9]{2})").replace("%d", "(?P<d>[0-9]{2})")
    fullmatch = re.compile(source).fullmatch

    def convert(text: str) -> str | None:
        found = fullmatch(text)
        if found is None:
            return None
        parts = found.groupdict()
        year = int(parts["Y"]) if "Y" in parts else 2000 + int(parts["y"])
        try:
            return date(year, int(parts["m"]), int(parts["d"])).isoformat()
        except ValueError:
            return None

    return convert
