"""What a message breaks of the rows that a profile or a partner specification adds to the tables.

Spec: HL7 v2+ chapter 2B (usage R, RE, C, X; cardinality; length; predicates).
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from acktrail.formats.hl7 import rules
from acktrail.formats.hl7.delimiters import Delimiters
from acktrail.formats.hl7.locate import CLEARED
from acktrail.formats.hl7.patterns import ASKED
from acktrail.formats.hl7.settings import Agreed, Condition
from acktrail.formats.patterns import compile_pattern
from acktrail.model import Rule, Severity

Lookup = Callable[[str], Sequence[str]]  # fields of the first segment of a name; none: empty
compiled = lru_cache(maxsize=256)(compile_pattern)


class Breach(NamedTuple):
    """A rule that a row finds broken, and where in the segment."""

    rule: Rule
    field: int = 0
    component: int = 0
    repetition: int = 0
    severity: Severity | None = None


def disagreements(
    fields: Sequence[str], rows: tuple[Agreed, ...], marks: Delimiters, lookup: Lookup
) -> Iterator[Breach]:
    """Yield what one segment breaks of the rows about its fields."""
    for row in rows:
        path = row.path
        value = fields[path.field] if path.field < len(fields) else ""
        asked = row.usage in ASKED or row.otherwise in ASKED
        if not path.field or not (value or asked):
            continue  # most rows, in most lines
        if row.when and not _all_hold(row, fields, marks, lookup):
            usage, judged = row.otherwise, False
            if usage == "O":
                continue
        else:
            usage, judged = row.usage, True
        values = _values(value, path.component, marks)
        faults = [*_usage(usage, values), *(_content_faults(row, values, marks) if judged else ())]
        for rule, repetition in faults:
            yield Breach(rule, path.field, path.component, repetition, row.severity)


def segment_faults(
    row: Agreed, count: int, marks: Delimiters, lookup: Lookup
) -> Iterator[tuple[Rule, Severity | None]]:
    """Yield what a message breaks of a row about a whole segment that it holds ``count`` times."""
    judged = _all_hold(row, (), marks, lookup)
    usage = row.usage if judged else row.otherwise
    if usage == "X" and count:
        yield rules.NOT_SUPPORTED, row.severity
    elif usage == "R" and not count:
        yield rules.SEGMENT_MISSING, row.severity or Severity.ERROR
    elif usage == "RE" and not count:
        yield rules.SEGMENT_MISSING, row.severity or Severity.WARNING
    elif judged and count and count < row.least:
        yield rules.TOO_FEW_SEGMENTS, row.severity
    elif judged and row.most and count > row.most:
        yield rules.TOO_MANY_SEGMENTS, row.severity


def _all_hold(row: Agreed, fields: Sequence[str], marks: Delimiters, lookup: Lookup) -> bool:
    """Tell whether the row holds here; its conditions look first into the same segment."""
    for condition in row.when:
        own = row.path.field and condition.path.segment == row.path.segment
        if not _holds(condition, fields if own else lookup(condition.path.segment), marks):
            return False
    return True


def _holds(condition: Condition, fields: Sequence[str], marks: Delimiters) -> bool:
    path, wanted, codes = condition
    if not path.field:
        return bool(fields) is wanted
    value = fields[path.field] if path.field < len(fields) else ""
    values = [one for one in _values(value, path.component, marks) if one]
    if codes:
        return any(one.partition(marks.component)[0] in codes for one in values) is wanted
    return bool(values) is wanted


def _values(value: str, component: int, marks: Delimiters) -> list[str]:
    """Return a field, or a component of it, in each repetition."""
    repetitions = value.split(marks.repetition) if marks.repetition else [value]
    return [_part(one, marks.component, component) for one in repetitions]


def _part(value: str, mark: str, number: int) -> str:
    if not number:
        return value
    parts = value.split(mark) if mark else [value]
    return parts[number - 1] if number <= len(parts) else ""


def _usage(usage: str, values: list[str]) -> Iterator[tuple[Rule, int]]:
    if not any(values):
        if usage == "R":
            yield rules.REQUIRED_MISSING, 0
        elif usage == "RE":
            yield rules.REQUIRED_EMPTY, 0
    elif usage == "X":
        yield rules.NOT_SUPPORTED, 0


def _content_faults(
    row: Agreed, values: list[str], marks: Delimiters
) -> Iterator[tuple[Rule, int]]:
    sent = len(values) if any(values) else 0
    if sent and sent < row.least:
        yield rules.TOO_FEW_REPETITIONS, 0
    elif row.most and sent > row.most:
        yield rules.TOO_MANY_REPETITIONS, row.most + 1
    for repetition, value in enumerate(values, 1):
        if value and value != CLEARED:
            for rule in _content(row, value, marks):
                yield rule, repetition


def _content(row: Agreed, value: str, marks: Delimiters) -> Iterator[Rule]:
    code = value.partition(marks.component)[0] if marks.component else value
    if row.codes and code and code not in row.codes:
        yield rules.BAD_CODE
    if row.length and len(value) > row.length:
        yield rules.TOO_LONG
    elif len(value) < row.shortest:
        yield rules.TOO_SHORT
    if row.pattern and not compiled(row.pattern).fullmatch(value):
        yield rules.BAD_PATTERN
