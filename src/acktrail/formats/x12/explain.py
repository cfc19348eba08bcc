"""The slow path: names every fault of a segment that its pattern did not accept.

Spec: X12.6, data element types and relational conditions; code list of DE 621 (IK403).
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from acktrail.formats.delimited import Marks
from acktrail.formats.x12 import rules, values
from acktrail.formats.x12.guide.model import (
    BINARY,
    REQUIRED,
    UNUSED,
    Element,
    SegmentNode,
    is_binary,
)
from acktrail.formats.x12.guide.patterns import FORMAT_QUALIFIER, PERIOD
from acktrail.formats.x12.guide.syntax import breaks
from acktrail.model import Rule

TESTS: dict[str, tuple[Callable[[str], object], Rule]] = {
    "N": (values.is_integer, rules.CHARACTER),
    "R": (values.is_decimal, rules.CHARACTER),
    "D": (values.is_date, rules.DATE),
    "T": (values.is_time, rules.TIME),
}
NUMERIC = "NR"


class Fault(NamedTuple):
    """One fault of a segment."""

    rule: Rule
    element: int
    component: int = 0
    repetition: int = 0
    reference: str = ""  # data element number


def explain(node: SegmentNode, segment: list[str], marks: Marks) -> list[Fault]:
    """Return the faults of a segment, element by element; empty when it is right after all."""
    found = list(_surplus(node, segment))
    period_form = ""
    for place, element in enumerate(node.elements, 1):
        value = segment[place] if place < len(segment) else ""
        if element.number == FORMAT_QUALIFIER and value:
            period_form = value
        found += _element(element, value, place, marks, period_form)
    return [*found, *_conditions(node, segment)]


def _surplus(node: SegmentNode, segment: list[str]) -> Iterator[Fault]:
    sent = len(segment) - 1
    known = len(node.elements)
    if sent > known and any(segment[known + 1 :]):
        yield Fault(rules.EXTRA, known + 1)
    elif sent and segment[-1] == "" and not (is_binary(node) and sent == known):
        yield Fault(rules.TRAILING, min(sent, known + 1))


def _conditions(node: SegmentNode, segment: list[str]) -> Iterator[Fault]:
    length = len(segment)
    for rule in node.rules:
        place = breaks(rule, lambda n: n < length and segment[n] != "")
        # an element that is required anyway is reported as missing already
        if place and not _required(node.elements, place, segment):
            number = node.elements[place - 1].number if place <= len(node.elements) else ""
            found = rules.EXCLUSIVE if rule.kind == "E" else rules.CONDITIONAL
            yield Fault(found, place, reference=number)


def _required(elements: tuple[Element, ...], place: int, segment: list[str]) -> bool:
    absent = place >= len(segment) or not segment[place]
    return absent and place <= len(elements) and elements[place - 1].usage == REQUIRED


def _element(
    element: Element, value: str, place: int, marks: Marks, period_form: str
) -> Iterator[Fault]:
    number = element.number
    if not value:
        if element.usage == REQUIRED and element.type.kind != BINARY:
            yield Fault(rules.ELEMENT_MISSING, place, reference=number)
        return
    if element.usage == UNUSED:
        yield Fault(rules.ELEMENT_NOT_USED, place, reference=number)
        return
    parts = value.split(marks.repetition) if marks.repetition else [value]
    if element.repeat and len(parts) > element.repeat:
        extra = element.repeat + 1
        yield Fault(rules.REPETITION_EXTRA, place, 0, extra, number)
    many = element.repeat != 1
    for repetition, part in enumerate(parts[: element.repeat or None], 1):
        at = repetition if many else 0
        if element.parts:
            yield from _composite(element, part, place, at, marks)
        else:
            yield from _simple(element, part, (place, 0, at), marks, period_form)


def _composite(
    element: Element, value: str, place: int, repetition: int, marks: Marks
) -> Iterator[Fault]:
    sent = value.split(marks.component)
    known = len(element.parts)
    if len(sent) > known and any(sent[known:]):
        yield Fault(rules.COMPONENT_EXTRA, place, known + 1, repetition, element.number)
    elif sent[-1] == "":
        yield Fault(rules.TRAILING, place, min(len(sent), known + 1), repetition, element.number)
    for component, part in enumerate(element.parts, 1):
        text = sent[component - 1] if component <= len(sent) else ""
        where = (place, component, repetition)
        if text and part.usage == UNUSED:
            yield Fault(rules.ELEMENT_NOT_USED, *where, part.number)
        elif text:
            yield from _simple(part, text, where, marks, "")
        elif part.usage == REQUIRED:
            yield Fault(rules.ELEMENT_MISSING, *where, part.number)
    for rule in element.rules:
        broken = breaks(rule, lambda n: n <= len(sent) and sent[n - 1] != "")
        if broken:
            kind = rules.EXCLUSIVE if rule.kind == "E" else rules.CONDITIONAL
            yield Fault(kind, place, broken, repetition, element.number)


def _simple(
    element: Element, value: str, where: tuple[int, int, int], marks: Marks, period_form: str
) -> Iterator[Fault]:
    rule = _fault(element, value, marks, period_form)
    if rule is not None:
        yield Fault(rule, *where, element.number)


def _fault(element: Element, value: str, marks: Marks, period_form: str) -> Rule | None:
    """Return the first rule that a sent value breaks."""
    if marks.component and marks.component in value:
        return rules.COMPONENT_EXTRA
    return _length_or_kind(element, value, marks) or _content(element, value, period_form)


def _length_or_kind(element: Element, value: str, marks: Marks) -> Rule | None:
    """Judge what the data type asks for."""
    kind = element.type.kind[:1]
    length = len(value.replace("-", "").replace(".", "") if kind in NUMERIC else value)
    if length < element.type.low:
        return rules.SHORT
    if length > element.type.high:
        return rules.LONG
    test, broken = TESTS.get(kind, (_characters(marks), rules.CHARACTER))
    return None if test(value) else broken


def _content(element: Element, value: str, period_form: str) -> Rule | None:
    """Judge what the guide asks for."""
    if element.codes and value not in element.codes:
        return rules.CODE
    if element.number == PERIOD and not _is_period(value, period_form):
        return rules.DATE
    if element.form is not None and not element.form.fullmatch(value):
        return rules.FORM
    return None


@lru_cache(maxsize=64)
def _characters(marks: Marks) -> Callable[[str], object]:
    return re.compile(f"{values.allowed(marks)}+(?<! )").fullmatch


def _is_period(value: str, form: str) -> bool:
    """Tell whether a period is written as its format qualifier says; other forms pass."""
    if form == "D8":
        return bool(values.is_date_8(value))
    if form == "RD8":
        first, _dash, last = value.partition("-")
        return bool(values.is_date_8(first) and values.is_date_8(last))
    return True
