"""Finds the exact places of the faults in one segment: slow, and only for a refused line."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

from acktrail.formats.hl7 import rules
from acktrail.formats.hl7.delimiters import Delimiters
from acktrail.formats.hl7.patterns import FITS, FITS_WITH_ODD_OFFSET, Match, field_patterns
from acktrail.formats.hl7.tables import FieldSpec
from acktrail.model import Rule

CLEARED = '""'  # the delete indicator fits every type
_WARM = 32  # segments of a name that are taken apart before its fields get patterns


class Fault(NamedTuple):
    """A rule and where in the segment it was broken; component 0 = the whole field."""

    rule: Rule
    field: int
    component: int = 0
    repetition: int = 0  # 0 = the whole field


class Locator:
    """Finds the faults in the segments of one name.

    All fields of the first ones are looked at; then each field gets a pattern, and only those that
    theirs refuses are. Both find the same (a property test says so).
    """

    __slots__ = ("_last", "_matches", "_required", "_seen", "_specs")

    def __init__(self, specs: tuple[FieldSpec, ...]) -> None:
        self._specs = {spec.number: spec for spec in specs}
        self._last = specs[-1].number
        self._required = [spec.number for spec in specs if spec.required]
        self._matches: list[Match] = []
        self._seen = 0

    def faults(self, fields: Sequence[str], marks: Delimiters) -> Iterator[Fault]:
        """Yield every fault of a segment whose field n stands at index n."""
        for number in self._looked_at(fields, marks):
            spec = self._specs[number]
            value = fields[number] if number < len(fields) else ""
            if not value:
                yield Fault(rules.REQUIRED_MISSING, number)
            elif spec.withdrawn:
                yield Fault(rules.WITHDRAWN_FIELD, number)
            else:
                yield from _field(value, spec, marks)
        for number, value in enumerate(fields[self._last + 1 :], self._last + 1):
            if value:
                yield Fault(rules.EXTRA_FIELD, number)
                return

    def _looked_at(self, fields: Sequence[str], marks: Delimiters) -> Sequence[int]:
        """Return the numbers of the fields that may have a fault, in their order."""
        self._seen += 1
        if self._seen <= _WARM or not marks.plain:
            return [at for at, spec in self._specs.items() if _may_fail(fields, spec, marks)]
        if not self._matches:
            self._matches = field_patterns(tuple(self._specs.values()))
        sent, end = fields[1 : self._last + 1], marks.field
        fits = zip(count(1), sent, self._matches, strict=False)
        refused = [at for at, value, fit in fits if value and fit(value + end) is None]
        missing = [at for at in self._required if at > len(sent) or not sent[at - 1]]
        return sorted([*refused, *missing]) if missing else refused


def _may_fail(fields: Sequence[str], spec: FieldSpec, marks: Delimiters) -> bool:
    """Tell whether a field is to be taken apart: it is missing, withdrawn or not plainly right."""
    value = fields[spec.number] if spec.number < len(fields) else ""
    if not value:
        return spec.required
    return spec.withdrawn or not _plainly_fits(value, spec.kinds, spec.codes, marks)


def _plainly_fits(
    value: str, kinds: tuple[str, ...], codes: frozenset[str], marks: Delimiters
) -> bool:
    """Tell whether a field is seen at once to be right, as most are; the others are looked at."""
    if value.isalnum():  # no delimiter is a letter or digit
        if codes:
            return value in codes
        return not kinds or not kinds[0] or FITS[kinds[0]](value) is not None
    _, between, repeated, _, part, _ = marks
    if codes or not part or repeated in value:
        return False
    if not "".join(kinds):  # free text in all components
        return not kinds or value.count(between) < len(kinds)
    components = value.split(between)
    for kind, component in zip(kinds, components, strict=False):
        if kind and component and not FITS[kind](component.partition(part)[0]):
            return False
    return len(components) <= len(kinds)


def _field(value: str, spec: FieldSpec, marks: Delimiters) -> Iterator[Fault]:
    repetitions = value.split(marks.repetition) if marks.repetition else [value]
    if spec.most and len(repetitions) > spec.most:
        yield Fault(rules.EXTRA_REPETITION, spec.number, 0, spec.most + 1)
    if not spec.kinds:
        return
    for repetition, one in enumerate(repetitions, 1):
        for rule, component in _repetition(one.split(marks.component), spec, marks):
            shown = component if len(spec.kinds) > 1 or component > 1 else 0
            yield Fault(rule, spec.number, shown, repetition)


def _repetition(
    components: list[str], spec: FieldSpec, marks: Delimiters
) -> Iterator[tuple[Rule, int]]:
    for number, (kind, component) in enumerate(zip(spec.kinds, components, strict=False), 1):
        value = component.partition(marks.part)[0] if marks.part else component
        if not value or value == CLEARED:
            continue
        if spec.codes and value not in spec.codes:
            yield rules.BAD_CODE, number
        elif kind and not FITS[kind](value):
            odd = kind == "TS" and FITS_WITH_ODD_OFFSET(value)
            yield rules.OFFSET_ODD if odd else rules.BAD_FORMAT[kind], number
    if any(components[len(spec.kinds) :]):
        yield rules.EXTRA_COMPONENT, len(spec.kinds) + 1
