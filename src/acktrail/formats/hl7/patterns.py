"""Primitive types as patterns, and a whole segment as one: fast accept, nothing else.

A line that its pattern refuses is looked at by :mod:`acktrail.formats.hl7.locate`, which finds the
places. Both must agree on every line (a property test says so). Everything is atomic or possessive:
nested optional groups would otherwise backtrack exponentially. Only for the recommended delimiters.
``(?:...|)`` stands for ``(?:...)?`` and ``[0-9][0-9]`` for ``[0-9]{2}``: the engine is faster so.

Spec: HL7 v2+ chapter 2A (DT, TM, DTM, NM, SI).
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from acktrail.formats.hl7.settings import Agreed
from acktrail.formats.hl7.tables import FieldSpec

_LEAP = r"(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)0229"
_YEAR = r"[1-9][0-9][0-9][0-9]"
_MONTH = rf"{_YEAR}(?:0[1-9]|1[0-2])"
# the days that every month has come first: they are what is nearly always sent
_DAY = (
    rf"(?:{_MONTH}(?:0[1-9]|1[0-9]|2[0-8])|{_LEAP}|{_YEAR}"
    r"(?:(?:0[13-9]|1[0-2])(?:29|30)|(?:0[13578]|1[02])31))"
)
_PART = rf"(?:{_MONTH}|{_YEAR})"  # a year, or year and month
_CLOCK = r"(?:[01][0-9]|2[0-3])(?:[0-5][0-9](?:[0-5][0-9](?:\.[0-9]{1,4}+|)|)|)"
_ZONE = r"(?:[+-](?:0[0-9]|1[0-4])[0-5][0-9]|)"

PATTERNS = {
    "NM": r"[+-]?+(?:[0-9]++\.?+[0-9]*+|\.[0-9]++)",
    "SI": r"[0-9]{1,4}+",
    "DT": rf"(?:{_DAY}|{_PART})",
    "TM": rf"{_CLOCK}{_ZONE}",
    "TS": rf"(?:{_DAY}(?:{_CLOCK}|)|{_PART}){_ZONE}",
}
FITS: dict[str, Callable[[str], object]] = {
    kind: re.compile(pattern).fullmatch for kind, pattern in PATTERNS.items()
}
# three digits, or a blank before the sign, occur; the standard's own example has -500
FITS_WITH_ODD_OFFSET = re.compile(rf"(?:{_DAY}(?:{_CLOCK})?|{_PART}) ?[+-][0-9]{{3,4}}").fullmatch
NUMBER = FITS["NM"]

ASKED = frozenset({"R", "RE"})
UNSUPPORTED = "X"
_RUN = 8  # fields between two places where a line may be over
_OVER = r"\|*+\Z"
_ANY = r"[^|~]*+"
_GAP = r"[^|]*+\|(?:(?!)()|)"  # a field that the table lacks: its group is always empty
_CODED, _MOST_CODED = 3, 9  # components of the types CE and CWE
_CODE = r"[^|~^]*+\^?+[^|~^]*+\^?+[^|~^]*+"  # code, text, table


Match = Callable[[str], re.Match[str] | None]


class LinePattern(NamedTuple):
    """What a whole segment without any fault looks like.

    The line is padded with separators, so that most fields need no optional tail: a flat sequence
    is matched several times as fast as nested groups. Every few fields the line may be over.
    """

    match: Match
    padding: str

    def accepts(self, line: str) -> bool:
        """Tell whether there is no fault in ``line``."""
        return self.match(line + self.padding) is not None


ANY_LINE = LinePattern(re.compile("").match, "")
NO_LINE = LinePattern(re.compile("(?!)").match, "")


def line_pattern(
    tag: str, specs: tuple[FieldSpec, ...], agreed: tuple[Agreed, ...] = ()
) -> LinePattern:
    """Compile the pattern of a segment."""
    known = {spec.number: spec for spec in specs}
    rows = {number: _rows_of(number, agreed) for number in {row.path.field for row in agreed}}
    required = {spec.number for spec in specs if spec.required}
    required |= {row.path.field for row in agreed if row.usage in ASKED}
    last = max({*known, *rows})
    needed = max(required, default=0)
    tail = _OVER
    for number in range(last, 0, -1):
        field = _field(known.get(number), rows.get(number, ()))
        ends = number >= needed and number % _RUN == 0 and number < last
        tail = field + (f"(?>{_OVER}|{tail})" if ends else tail)
    return LinePattern(re.compile(rf"{tag}\|{tail}", re.DOTALL).match, "|" * (last + 1))


def sieve(tag: str, specs: tuple[FieldSpec, ...]) -> LinePattern:
    """Compile what takes any segment of a name and has a group for each field, by its number.

    A group holds what was sent where the field's own pattern refuses it, and nothing elsewhere.
    """
    known = {spec.number: spec for spec in specs}
    last = max(known)
    body = "".join(
        rf"(?>(?:{_field(known[number], ())})|([^|]*+)\|)" if number in known else _GAP
        for number in range(1, last + 1)
    )
    return LinePattern(re.compile(rf"{tag}\|{body}", re.DOTALL).match, "|" * (last + 1))


def is_plain(row: Agreed) -> bool:
    """Tell whether a row can be part of a segment's pattern: no condition, no pattern of its own.

    A pattern of a specification might match separators: it is for whole values only.
    """
    return not row.when and not row.pattern


def _rows_of(field: int, agreed: tuple[Agreed, ...]) -> tuple[Agreed, ...]:
    return tuple(row for row in agreed if row.path.field == field)


def _field(spec: FieldSpec | None, rows: tuple[Agreed, ...]) -> str:
    """Return the pattern of a field and of the separator behind it."""
    if spec is None:
        return "(?!)" if rows else r"[^|]*+\|"  # a gap in the table: the long way, if agreed upon
    required = spec.required or any(row.usage in ASKED for row in rows)
    if spec.withdrawn:
        return "(?!)" if required else r"\|"
    one = "".join(map(_agreed, rows)) + _repetition(spec)
    more = ""
    if spec.most != 1:
        more = rf"(?>~{one})" + ("*+" if not spec.most else f"{{0,{spec.most - 1}}}+")
    if rows:
        return (r"(?!\|)" if required else "") + rf"{one}{more}\|"
    plain = rf"{_plain(spec)}\||" if _plain(spec) else ""
    if required:
        return rf"(?!\|)(?>{plain}{one}{more}\|)"
    if one == _ANY and not more:
        return rf"{one}\|"
    # most fields are empty. Atomic: two ways through each of them would be 2^n through a line
    return rf"(?>\||{plain}{one}{more}\|)"


def _plain(spec: FieldSpec) -> str:
    """Return the pattern of what a field mostly is: a typed value alone, or a code with its text.

    That is a shorter way only: what it does not match is matched by the field's own pattern.
    """
    if _CODED <= len(spec.kinds) <= _MOST_CODED and not any(spec.kinds):
        return _CODE
    kind = spec.kinds[0] if spec.kinds and not spec.codes else ""
    amount = kind == "NM" and len(spec.kinds) > 1  # a unit or currency is behind it
    return "" if amount else PATTERNS.get(kind, "")


def _agreed(row: Agreed) -> str:
    """Return what must, or must not, stand at the start of a repetition under a row.

    Stricter than the row where that is simpler: the long way looks at what is refused here. So a
    required component has to be in every repetition, and a value that is repeated too seldom, not
    supported or cleared is never accepted.
    """
    part, whole = r"[^|~^]", "[^|~]"
    before = rf"(?:{part}*+\^){{{row.path.component - 1}}}" if row.path.component > 1 else ""
    counted, over = (part, r"[|~^]") if row.path.component else (whole, r"[|~]")
    said = ""
    if row.length:
        said += rf"(?!{before}{counted}{{{row.length + 1}}})"
    if row.shortest > 1:
        said += rf"(?!{before}{counted}{{1,{row.shortest - 1}}}{over})"
    if row.codes:
        codes = "|".join(re.escape(code) for code in sorted(row.codes, key=len, reverse=True))
        said += rf'(?!{before}(?!(?:{codes}|"")?[|~^]))'
    if row.most:
        said += rf"(?!(?:{whole}*+~){{{row.most}}})"
    if row.usage in ASKED:
        said += f"(?={before}{part})"
    if row.usage == UNSUPPORTED or row.least > 1:
        said += f"(?!{before}{counted})"
    return said


def _repetition(spec: FieldSpec) -> str:
    """Return the pattern of one value, possibly empty; what it leaves over fails the line."""
    if not spec.kinds:
        return _ANY
    last = max((n for n, kind in enumerate(spec.kinds, 1) if kind), default=0)
    rest = len(spec.kinds) - max(last, 1)
    tail = (rf"(?:\^[^|~^]*+){{0,{rest}}}+" if rest else "") + r"\^*+"
    if spec.codes:
        return _typed(_one_of(spec.codes)) + tail
    parts = [_typed(PATTERNS[kind]) if kind else r"[^|~^]*+" for kind in spec.kinds[: last or 1]]
    pattern = rf"{parts[-1]}{tail}"
    for part in reversed(parts[:-1]):
        pattern = rf"{part}(?>\^{pattern})?+"
    return pattern


def _one_of(codes: Iterable[str]) -> str:
    """Return the pattern of a table's codes, parted by their first letters: some have hundreds."""
    by_letter: dict[str, list[str]] = {}
    for code in sorted(codes):
        by_letter.setdefault(code[:1], []).append(code[1:])
    alternatives = (
        re.escape(letter) + (f"(?:{_one_of(rest)})" if any(rest) else "")
        for letter, rest in sorted(by_letter.items(), reverse=True)  # the end of a code comes last
    )
    return "|".join(alternatives)


def _typed(pattern: str) -> str:
    return rf'(?>(?:{pattern}|""|)(?:&[^|~^]*+|)(?=[\^~|]))'
