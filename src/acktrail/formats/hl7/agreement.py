"""What a message breaks of the rows that a profile or a partner specification adds to the tables.

Spec: HL7 v2+ chapter 2B (usage R, RE, C, X; cardinality; length; predicates).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from acktrail.formats.hl7 import rules
from acktrail.formats.hl7.delimiters import PLAIN, Delimiters
from acktrail.formats.hl7.locate import CLEARED
from acktrail.formats.hl7.patterns import ASKED
from acktrail.formats.hl7.settings import Agreed, Condition
from acktrail.formats.patterns import compile_pattern
from acktrail.model import Rule, Severity

Lookup = Callable[[str], Sequence[str]]  # fields of the first segment of a name; none: empty
_MOST_KNOWN, _LONGEST = 1024, 200  # texts that are remembered, and the characters of one
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


class Apart:
    """Rows of one segment that are no part of its pattern, and texts under which they hold.

    What such rows look at is a code or two and what depends on them: few different ones in a file.
    """

    __slots__ = ("_known", "_marks", "_numbers", "_rows")

    def __init__(self, rows: tuple[Agreed, ...], marks: Delimiters) -> None:
        self._rows, self._marks = rows, marks
        paths = [row.path for row in rows] + [one.path for row in rows for one in row.when]
        self._numbers = sorted({path.field for path in paths})
        self._known: set[tuple[str, ...]] = set()

    def hold(self, fields: Sequence[str]) -> bool:
        """Tell whether nothing is wrong with a segment."""
        sent = len(fields)
        texts = tuple([fields[number] for number in self._numbers if number < sent])
        if texts in self._known:
            return True
        if any(disagreements(fields, self._rows, self._marks, _nowhere)):
            return False
        if len(self._known) < _MOST_KNOWN and sum(map(len, texts)) <= _LONGEST:
            self._known.add(texts)
        return True


def look_alone(rows: Iterable[Agreed]) -> bool:
    """Tell whether rows about fields look into their own segment only."""
    where = ((row.path.segment, one.path) for row in rows for one in row.when)
    return all(path.field and path.segment == own for own, path in where)


def is_amiss(row: Agreed, count: int) -> bool:
    """Tell whether a row about a whole segment, sent so often, may find something."""
    return bool(row.when) or any(segment_faults(row, count, PLAIN, _nowhere))


def _nowhere(_segment: str) -> Sequence[str]:
    """Return no fields: rows that look alone ask for no other segment."""
    return ()


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
