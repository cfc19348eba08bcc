"""Finds the exact places of the faults in one segment: slow, and only for a refused line."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from acktrail.formats.hl7 import rules
from acktrail.formats.hl7.delimiters import Delimiters
from acktrail.formats.hl7.patterns import FITS, FITS_WITH_ODD_OFFSET
from acktrail.formats.hl7.tables import FieldSpec
from acktrail.model import Rule

CLEARED = '""'  # the delete indicator fits every type


class Fault(NamedTuple):
    """A rule and where in the segment it was broken; component 0 = the whole field."""

    rule: Rule
    field: int
    component: int = 0
    repetition: int = 0  # 0 = the whole field


def faults(
    fields: Sequence[str], specs: tuple[FieldSpec, ...], marks: Delimiters
) -> Iterator[Fault]:
    """Yield every fault of a segment whose field n stands at index n."""
    sent = len(fields)
    for spec in specs:
        number, kinds, required, _, withdrawn, codes = spec
        value = fields[number] if number < sent else ""
        if not value:
            if required:
                yield Fault(rules.REQUIRED_MISSING, number)
        elif withdrawn:
            yield Fault(rules.WITHDRAWN_FIELD, number)
        elif not _plainly_fits(value, kinds, codes, marks):
            yield from _field(value, spec, marks)
    last = specs[-1].number
    for number, value in enumerate(fields[last + 1 :], last + 1):
        if value:
            yield Fault(rules.EXTRA_FIELD, number)
            return


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
