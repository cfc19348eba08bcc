"""One regular expression per guide segment that accepts right segments and nothing else.

Sound, not complete: no match only means that ``explain`` has to look.
"""

import re
from collections.abc import Callable
from re import Match

from acktrail.formats.delimited import Marks
from acktrail.formats.x12 import values
from acktrail.formats.x12.guide.model import (
    BINARY,
    REQUIRED,
    UNUSED,
    Element,
    SegmentNode,
    is_binary,
)
from acktrail.formats.x12.guide.syntax import open_rules

FORMAT_QUALIFIER = "1250"  # its value says how data element 1251 is written
PERIOD = "1251"


def segment_match(node: SegmentNode, marks: Marks) -> Callable[[str], Match[str] | None]:
    """Return the accepting match over a raw segment."""
    separator = re.escape(marks.element)
    body = _chain(node.elements, separator, marks, leading=True)
    # no separator at the end: what is not sent is left out. Behind a binary segment's is its data
    end = "" if is_binary(node) else f"(?<!{separator})"
    return re.compile(f"{re.escape(node.id)}{body}{end}").fullmatch


def _chain(elements: tuple[Element, ...], mark: str, marks: Marks, *, leading: bool) -> str:
    """Nest the optional tail from the right; elements up to the last required one stand always."""
    last = max((i for i, e in enumerate(elements) if e.usage == REQUIRED), default=-1)
    qualifiers = next((e.codes for e in elements if e.number == FORMAT_QUALIFIER), frozenset())
    tail = ""
    for index in range(len(elements) - 1, -1, -1):
        element = elements[index]
        value = _element(element, marks, mark, qualifiers)
        if element.usage == UNUSED or element.type.kind == BINARY:
            value = ""
        elif element.usage != REQUIRED:
            value = _maybe(value)
        lead = mark if leading or index else ""
        body = lead + value + tail
        tail = body if index <= last or not lead else _maybe(body)
    return tail


def _maybe(pattern: str) -> str:
    """Return an optional pattern; as a choice it takes two thirds of the time of ``(...)?``."""
    return f"(?:{pattern}|)"


def _element(element: Element, marks: Marks, mark: str, qualifiers: frozenset[str]) -> str:
    """Return the pattern of an element that is sent."""
    if open_rules(element.parts, element.rules):
        return values.NEVER
    if element.parts:
        component = re.escape(marks.component)
        inner = _chain(element.parts, component, marks, leading=False)
        ends = "".join(re.escape(sign) for sign in (marks.element, marks.repetition) if sign)
        # something has to be there, and no component separator at its end
        there = "" if element.parts[0].usage == REQUIRED else f"(?=[^{ends}])"
        one = f"{there}{inner}(?<!{component})" if inner else values.NEVER
    elif element.number == PERIOD:
        one = _period(element, mark, qualifiers)
    else:
        one = _simple(element, marks)
    if element.repeat == 1 or not marks.repetition:
        return one
    more = f"{{0,{element.repeat - 1}}}" if element.repeat else "*"
    return f"{one}(?:{re.escape(marks.repetition)}{one}){more}"


def _simple(element: Element, marks: Marks) -> str:
    kind, low, high = element.type.kind, element.type.low, element.type.high
    if element.form is not None:  # it may span delimiters here; explain looks at the value alone
        return values.NEVER
    if not element.codes:
        return values.value_pattern(kind, low, high, values.allowed(marks))
    fitting = [code for code in element.codes if low <= len(code) <= high]
    if not fitting or len(fitting) > values.LARGE_LIST:
        return values.NEVER
    fitting.sort(key=lambda code: (-len(code), code))
    return f"(?:{'|'.join(re.escape(code) for code in fitting)})"


def _period(element: Element, mark: str, qualifiers: frozenset[str]) -> str:
    """Tie the form of a date to the qualifier just before it."""
    forms = {"D8": values.DATE_8, "RD8": f"{values.DATE_8}-{values.DATE_8}"}
    known = [q for q in sorted(qualifiers) if q in forms and element.type.high >= 17]  # noqa: PLR2004 - length of RD8
    tied = [f"(?<={mark}{q}{mark}){forms[q]}" for q in known]
    return f"(?:{'|'.join(tied)})" if tied else values.NEVER
