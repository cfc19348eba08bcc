"""The slow answer: what exactly is wrong with the elements of a segment, with code and place.

Spec: ISO 9735-1, representation of data elements; UN/EDIFACT list 0085.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from acktrail.formats.delimited import split_released, unreleased
from acktrail.formats.edifact import rules
from acktrail.formats.edifact.characters import Script, decoded
from acktrail.formats.edifact.directory import Composite, Element, Shape
from acktrail.formats.edifact.patterns import DATE_FORMS
from acktrail.model import Finding, Place, Rule

WHOLE = re.compile("-?[0-9]++")
NUMBER = {mark: re.compile(rf"-?[0-9]++(?:{re.escape(mark)}[0-9]++)?") for mark in ".,"}
PARTS_LIMIT = 99
LATEST_SYNTAX = 4


class Fault(NamedTuple):
    """A rule that is broken, and in which part of the segment; see :class:`Place`."""

    rule: Rule
    element: int
    component: int = 0
    repetition: int = 0
    reference: str = ""


def faults(raw: str, parts: tuple[Element, ...], script: Script) -> Iterator[Fault]:
    """Yield every fault of a raw segment's elements, from left to right."""
    marks = script.marks
    elements = split_released(raw, marks.element, marks.release)[1:]
    for number, part in enumerate(parts, 1):
        text = elements[number - 1] if number <= len(elements) else ""
        if part.mandatory and not text.strip(marks.component):
            yield Fault(rules.ELEMENT_MISSING, number, reference=part.id)
        elif text:
            yield from _element(text, part, number, script)
    for number, text in enumerate(elements[len(parts) : PARTS_LIMIT], len(parts) + 1):
        if text:
            yield Fault(rules.ELEMENT_EXTRA, number)


def shapeless_faults(raw: str, script: Script) -> Iterator[Fault]:
    """Yield what can be said of a segment that no directory knows: too many parts."""
    marks = script.marks
    if raw.count(marks.element) <= PARTS_LIMIT and raw.count(marks.component) <= PARTS_LIMIT:
        return
    elements = split_released(raw, marks.element, marks.release)
    if len(elements) > PARTS_LIMIT + 1:
        yield Fault(rules.ELEMENT_EXTRA, PARTS_LIMIT + 1)
    for number, text in enumerate(elements[1 : PARTS_LIMIT + 1], 1):
        if len(split_released(text, marks.component, marks.release)) > PARTS_LIMIT:
            yield Fault(rules.ELEMENT_EXTRA, number, PARTS_LIMIT + 1)


def _element(text: str, part: Element, number: int, script: Script) -> Iterator[Fault]:
    marks = script.marks
    repeated = [text]
    if marks.repetition:
        repeated = split_released(text, marks.repetition, marks.release)
    if len(repeated) > 1:
        yield Fault(rules.ELEMENT_REPEATS, number, repetition=2, reference=part.id)
    count = len(repeated)
    for repetition, one in enumerate(repeated[:PARTS_LIMIT], 1):
        place = Fault(rules.ELEMENT_TYPE, number, 0, repetition if count > 1 else 0)
        if isinstance(part, Composite):
            yield from _composite(one, part, place, script)
        else:
            yield from _simple(one, part, place, script)


def _simple(text: str, shape: Shape, place: Fault, script: Script) -> Iterator[Fault]:
    parts = split_released(text, script.marks.component, script.marks.release)
    if parts[0]:
        yield from _value(parts[0], shape, place, script)
    for number, extra in enumerate(parts[1 : PARTS_LIMIT + 1], 2):
        if extra:
            yield place._replace(rule=rules.ELEMENT_EXTRA, component=number)


def _composite(text: str, part: Composite, place: Fault, script: Script) -> Iterator[Fault]:
    components = split_released(text, script.marks.component, script.marks.release)
    if not any(components):
        return
    for number, shape in enumerate(part.parts, 1):
        value = components[number - 1] if number <= len(components) else ""
        here = place._replace(component=number, reference=shape.id)
        if value:
            yield from _value(value, shape, here, script)
        elif shape.mandatory:
            yield here._replace(rule=rules.ELEMENT_MISSING)
    for number in range(len(part.parts) + 1, min(len(components), PARTS_LIMIT + 1) + 1):
        if components[number - 1]:
            yield place._replace(rule=rules.ELEMENT_EXTRA, component=number)
    if part.id == "C507":
        yield from _date(components, place, script)


def _value(text: str, shape: Shape, place: Fault, script: Script) -> Iterator[Fault]:
    """Check type and length of one value that was sent."""
    plain = unreleased(text, script.marks.release)
    value = decoded(plain, script.codec)
    here = place._replace(reference=shape.id)
    if plain and not value:
        return  # undecodable: its own finding
    length = len(value)
    if shape.kind == "n":
        if fault := _number_fault(value, shape, script):
            yield here._replace(rule=fault)
            return
        length = len(value) - value.count("-") - value.count(".") - value.count(",")
    elif shape.kind == "a" and not re.fullmatch("[^0-9]*", value):
        yield here._replace(rule=rules.ELEMENT_TYPE)
    if length > shape.most:
        yield here._replace(rule=rules.ELEMENT_LONG)
    elif length < shape.least:
        yield here._replace(rule=rules.ELEMENT_SHORT)


def _number_fault(value: str, shape: Shape, script: Script) -> Rule | None:
    """Return the rule that a numeric value breaks; syntax 4 allows both decimal marks."""
    mark = script.marks.decimal
    allowed = [mark] if script.syntax < LATEST_SYNTAX else [".", ","]
    if shape.least > 1:
        allowed = []
    patterns = [WHOLE, *(NUMBER[sign] for sign in allowed if sign in NUMBER)]
    if any(pattern.fullmatch(value) for pattern in patterns):
        return None
    bare_mark = script.syntax < LATEST_SYNTAX and re.match("-?[.,][0-9]", value)
    return rules.DECIMAL_MARK if bare_mark else rules.ELEMENT_TYPE


def _date(components: list[str], place: Fault, script: Script) -> Iterator[Fault]:
    """Check 2380 by 2379, for the forms that we read; others stay as they are, with a warning."""
    values = [unreleased(one, script.marks.release) for one in [*components, "", ""][1:3]]
    form = DATE_FORMS.get(values[1])
    if any(values) and (form is None or not re.fullmatch(form, values[0])):
        yield place._replace(rule=rules.DATE_INVALID, component=2, reference="2380")


def finding_of(fault: Fault, tag: str, position: int, offset: int) -> Finding:
    """Return the finding for a fault of the segment ``tag`` at ``position``."""
    _, element, component, repetition, reference = fault
    address = f"{tag}+{reference or element}"
    place = Place(tag, position, element, component, repetition, offset, address)
    return fault.rule.at(place, reference)
