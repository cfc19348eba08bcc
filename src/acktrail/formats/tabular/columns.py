"""How the columns of one record type judge a row: a fast yes, or a slow reason why not.

The cells of a row, joined, are matched against one compiled expression. Only what it refuses is
looked at cell by cell; both ways give the same canonical texts (a property test holds them to it).
Canonical: numbers plain with a point, dates ISO 8601, a missing value is the empty text.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from acktrail.formats.patterns import compile_pattern
from acktrail.formats.tabular import rules
from acktrail.formats.tabular.layout import Field, Layout, RecordType
from acktrail.model import Rule

# Printable, so that ``str.isprintable`` speaks for all cells at once; in Latin-1, so that joining
# does not widen the text; rare: a cell that holds it goes the slow way.
SEPARATOR = "\xa6"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
PLAIN_NUMBER = r"-?(?:0|[1-9][0-9]{0,27})(?:\.[0-9]{1,12})?"
# Every day of the calendar in canonical form but 29 February, which goes the slow way.
ISO_DAY = (
    r"(?!0000)[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
ISO_FORMAT = "%Y-%m-%d"
PLAIN_INTEGER = r"-?(?:0|[1-9][0-9]{0,27})"
MOST_KNOWN = 10_000  # texts of one column

Convert = Callable[[str], str | None]  # a valid cell's canonical text; None = not valid


class Fault(NamedTuple):
    """A cell that is not as agreed."""

    rule: Rule
    column: int  # from 1
    name: str


class Columns:
    """The compiled columns of one record type."""

    def __init__(self, record: RecordType, layout: Layout) -> None:
        """Compile once per layout; used for every row."""
        self.match = record.match
        self.names = record.names
        self.index = {name: number for number, name in enumerate(record.names)}
        self.fields = record.fields
        self._missing = frozenset(layout.missing) | {""}
        self._converters = tuple(converter(one) for one in record.fields)
        plain = self._missing == {""}
        shapes = (_shape(one) for one in record.fields)
        self._accept = re.compile(SEPARATOR.join(shapes)).fullmatch
        self._after: tuple[tuple[int, Convert], ...] = tuple(
            (number, _Memo(converter).__getitem__)
            for number, (one, converter) in enumerate(
                zip(record.fields, self._converters, strict=True)
            )
            if not (plain and _is_settled(one))
        )

    def accept(self, cells: list[str]) -> list[str] | None:
        """Return the canonical cells of a valid row; None says: ask :meth:`explain`."""
        joined = SEPARATOR.join(cells)
        if not joined.isprintable() or self._accept(joined) is None:
            return None
        if not self._after:
            return cells
        cells, missing = cells.copy(), self._missing
        for number, convert in self._after:
            text = cells[number]
            if text:
                done = convert(text)
                if done is None or text in missing:
                    return None
                cells[number] = done
        return cells

    def explain(self, cells: Sequence[str]) -> tuple[list[str], list[Fault]]:
        """Return the canonical cells and every fault; a faulty cell stays the empty text."""
        canonical: list[str] = []
        faults: list[Fault] = []
        for number, (one, text) in enumerate(zip(self.fields, cells, strict=True)):
            value, rule = self._judge(number, text)
            canonical.append(value)
            if rule is not None:
                faults.append(Fault(rule, number + 1, one.name))
        return canonical, faults

    def _judge(self, number: int, text: str) -> tuple[str, Rule | None]:
        one = self.fields[number]
        if text in self._missing or not text.strip(" "):
            return "", rules.REQUIRED_MISSING if one.required else None
        if CONTROL.search(text):
            return "", rules.CONTROL_CHARACTER
        text = text.strip(" ") if one.type == "string" else text
        done = self._converters[number](text)
        if done is None:
            return "", _reason(one, text)
        return done, None


def _is_settled(one: Field) -> bool:
    """Tell whether the joined expression alone decides, and valid text is canonical already."""
    if one.minimum not in {None, 0} or one.maximum is not None:
        return False
    if one.type == "date":
        return one.date_format == ISO_FORMAT and not one.pattern
    if one.pattern and not _is_joinable(one):
        return False
    return one.type == "string" or _is_plain_number(one)


def _is_joinable(one: Field) -> bool:
    """Tell whether the pattern can stand in the joined expression: it never takes a separator."""
    source = one.pattern
    any_sign = not source.isascii() or "[^" in source or "." in source.replace("\\.", "")
    default = Field(one.name, one.type)
    lengths = (one.least_length, one.most_length) == (default.least_length, default.most_length)
    return one.type == "string" and not any_sign and lengths


def _is_plain_number(one: Field) -> bool:
    usual = one.decimal_mark == "." and not one.group_mark and not one.implied_decimals
    return usual and one.sign == "leading" and not one.start


def _shape(one: Field) -> str:
    """Return the expression for a valid cell; what it leaves out goes the slow way."""
    if one.choices:
        inner = "|".join(re.escape(choice) for choice in sorted(one.choices, key=len, reverse=True))
    elif one.pattern and _is_joinable(one):
        inner = one.pattern
    elif one.type == "string":
        inner = _text_shape(one)
    elif one.type == "date":
        inner = ISO_DAY if one.date_format == ISO_FORMAT else r"[0-9./ -]{6,14}"
    elif _is_plain_number(one):
        inner = PLAIN_INTEGER if one.type == "integer" else PLAIN_NUMBER
        inner = inner if one.minimum != 0 else inner.removeprefix("-?")
    else:
        inner = rf"[0-9+{re.escape(one.decimal_mark + one.group_mark)}-]{{1,60}}"
    return f"(?:{inner})" if one.required else f"(?:{inner})?"


def _text_shape(one: Field) -> str:
    least = max(one.least_length, 1)
    return f"(?! )[^{SEPARATOR}]{{{least},{max(one.most_length, least)}}}(?<! )"


def _reason(one: Field, text: str) -> Rule:
    """Name the rule that a value breaks which its converter refused."""
    if one.choices and text not in one.choices:
        return rules.ENUM
    if not one.least_length <= len(text) <= one.most_length:
        return rules.LENGTH
    if one.pattern and not compile_pattern(one.pattern).fullmatch(text):
        return rules.PATTERN
    if one.type == "date":
        return rules.DATE
    if _number_converter(one)(text) is not None:
        return rules.RANGE
    return rules.INTEGER if one.type == "integer" else rules.NUMBER


def converter(one: Field) -> Convert:
    """Return what makes the canonical text of a valid value, and None of any other."""
    match one.type:
        case "date":
            return _limited(one, _date_converter(one.date_format))
        case "string":
            return _limited(one, str)
        case _:
            return _limited(one, _within(one, _number_converter(one)))


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


def _number_converter(one: Field) -> Convert:
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


class _Memo(dict[str, str | None]):
    """What a converter made of a text: dates, rates and amounts repeat from row to row."""

    def __init__(self, convert: Convert) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, text: str) -> str | None:
        done = self._convert(text)
        if len(self) < MOST_KNOWN:
            self[text] = done
        return done
