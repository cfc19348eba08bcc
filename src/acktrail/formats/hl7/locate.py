"""Finds the exact places of the faults in one segment: slow, and only for a refused line."""

from typing import NamedTuple

from acktrail.formats.hl7 import rules
from acktrail.formats.hl7.delimiters import Delimiters
from acktrail.formats.hl7.patterns import FITS, FITS_WITH_ODD_OFFSET, LinePattern, sieve
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

    All fields of the first ones are looked at; then a pattern tells which of them are to be. Both
    ways find the same (a property test says so).
    """

    __slots__ = ("_last", "_seen", "_sieve", "_specs", "_tag")

    def __init__(self, tag: str, specs: tuple[FieldSpec, ...]) -> None:
        self._tag = tag
        self._specs = {spec.number: spec for spec in specs}
        self._last = specs[-1].number
        self._sieve: LinePattern | None = None
        self._seen = 0

    def faults(self, line: str, marks: Delimiters) -> list[Fault]:
        """Return every fault of a segment; its field n stands behind the n-th separator."""
        warm = marks.plain and self._seen >= _WARM
        self._seen += 1
        doubtful, rest = self._sifted(line) if warm else self._looked_at(line, marks)
        found: list[Fault] = []
        for number, value in doubtful:
            spec = self._specs[number]
            if not value:
                found.append(Fault(rules.REQUIRED_MISSING, number))
            elif spec.withdrawn:
                found.append(Fault(rules.WITHDRAWN_FIELD, number))
            else:
                found += _field(value, spec, marks)
        if behind := rest.lstrip(marks.field):
            found.append(Fault(rules.EXTRA_FIELD, self._last + 1 + len(rest) - len(behind)))
        return found

    def _sifted(self, line: str) -> tuple[list[tuple[int, str]], str]:
        """Return the fields that their patterns refuse, and what stands behind the last one."""
        if self._sieve is None:
            self._sieve = sieve(self._tag, tuple(self._specs.values()))
        padded = line + self._sieve.padding
        found = self._sieve.match(padded)
        if found is None or not found.lastindex:
            return [], padded[found.end() :] if found else ""
        groups = enumerate(found.groups(), 1)
        return [(at, value) for at, value in groups if value is not None], padded[found.end() :]

    def _looked_at(self, line: str, marks: Delimiters) -> tuple[list[tuple[int, str]], str]:
        """Return the fields that are not seen at once to be right, and what is behind the last."""
        fields = line.split(marks.field, self._last + 1)
        sent = [*fields, *[""] * (self._last + 2 - len(fields))]
        doubtful = [
            (at, sent[at]) for at, spec in self._specs.items() if _may_fail(sent[at], spec, marks)
        ]
        return doubtful, sent[self._last + 1]


def _may_fail(value: str, spec: FieldSpec, marks: Delimiters) -> bool:
    """Tell whether a field is to be taken apart: it is missing, withdrawn or not plainly right."""
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


def _field(value: str, spec: FieldSpec, marks: Delimiters) -> list[Fault]:
    repetitions = value.split(marks.repetition) if marks.repetition else [value]
    found: list[Fault] = []
    if spec.most and len(repetitions) > spec.most:
        found.append(Fault(rules.EXTRA_REPETITION, spec.number, 0, spec.most + 1))
    if not spec.kinds:
        return found
    whole = len(spec.kinds) == 1
    for repetition, one in enumerate(repetitions, 1):
        for rule, component in _repetition(one.split(marks.component), spec, marks.part):
            shown = 0 if whole and component == 1 else component
            found.append(Fault(rule, spec.number, shown, repetition))
    return found


def _repetition(components: list[str], spec: FieldSpec, part: str) -> list[tuple[Rule, int]]:
    found: list[tuple[Rule, int]] = []
    for number, (kind, component) in enumerate(zip(spec.kinds, components, strict=False), 1):
        value = component.partition(part)[0] if part else component
        if not value or value == CLEARED:
            continue
        if spec.codes and value not in spec.codes:
            found.append((rules.BAD_CODE, number))
        elif kind and not FITS[kind](value):
            odd = kind == "TS" and FITS_WITH_ODD_OFFSET(value)
            found.append((rules.OFFSET_ODD if odd else rules.BAD_FORMAT[kind], number))
    if any(components[len(spec.kinds) :]):
        found.append((rules.EXTRA_COMPONENT, len(spec.kinds) + 1))
    return found
