"""Reads our own guide files: TOML with one compact line a segment (parsers/x12/README.md).

A line is ``ID position use max | elements | syntax rules``; an element is
``use:data element[=codes][xrepeat]``, a composite ``use:number(components)[xrepeat]``. A guide may
extend another one: it then holds only what differs.
"""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from acktrail.errors import GuideError
from acktrail.formats.x12.guide.model import (
    Dictionary,
    Element,
    ElementType,
    Guide,
    LoopNode,
    SegmentNode,
    SyntaxRule,
)

SEGMENT = re.compile(r"([A-Z][A-Z0-9]{1,2}) ([0-9]+) ([RSN]) ([0-9]+)")
ELEMENT = re.compile(
    r"([RSN]):([A-Z]?[0-9]{1,4})(?:=([A-Z0-9,]+))?(?:\(([^()]*)\))?(?:x([0-9]+))?(?: +|$)"
)
RULE = re.compile(r"[PRECL](?:[0-9]{2}){2,}")
TABLE_STEP = 100_000  # positions of table 2 come after all of table 1
LAST_TABLE = 3  # trailer of the set


def read_types(body: bytes) -> dict[str, ElementType]:
    """Read an element dictionary: ``[types]`` with ``"number" = "kind low high"``."""
    rows = tomllib.loads(body.decode())["types"]
    split = {number: str(row).split() for number, row in rows.items()}
    return {n: ElementType(kind, int(low), int(high)) for n, (kind, low, high) in split.items()}


def extended(base: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the table of a guide that extends another one: its loops take the place of theirs.

    ``segments`` replaces what stands behind the maximum in every line of a segment id.
    """
    loops = {**base["loop"], **table.get("loop", {})}
    replaced = {tag: str(text) for tag, text in table.get("segments", {}).items()}
    return {
        **base,
        **table,
        "loop": {
            name: {
                **loop,
                "segments": [_replaced(str(one), replaced) for one in loop["segments"]],
                "end": [_replaced(str(one), replaced) for one in loop.get("end", ())],
            }
            for name, loop in loops.items()
        },
    }


def _replaced(line: str, replaced: Mapping[str, str]) -> str:
    head, _bar, rest = line.partition("|")
    return f"{head}| {replaced.get(head.partition(' ')[0], rest)}"


def read_guide(table: Mapping[str, Any], find: Dictionary) -> Guide:
    """Build the guide that a file's table describes.

    Raises:
        GuideError: If the file breaks the notation; it names the guide and the line.
    """
    name = str(table["id"])
    loops = [str(one).partition(" in ") for one in table["loops"]]
    unknown = {outer for _id, _in, outer in loops[1:]} - {one[0] for one in loops}
    if unknown or loops[0][2]:
        msg = f"guide {name}: loops stand in loops that are not listed"
        raise GuideError(msg)
    parents = {loop: outer for loop, _in, outer in loops[1:]}
    root = _loop(name, loops[0][0], table["loop"], parents, find)
    return Guide(name, root, counted=table.get("hl01") != "unique")


def _loop(
    guide: str,
    loop: str,
    tables: Mapping[str, Any],
    parents: Mapping[str, str],
    find: Dictionary,
) -> LoopNode:
    table = tables[loop]
    base = int(table.get("table", 1)) * TABLE_STEP
    children: list[SegmentNode | LoopNode] = [
        _segment(guide, str(line), base, find) for line in table["segments"]
    ]
    start = children[0].position
    inner = [one for one, outer in parents.items() if outer == loop]
    children += [_loop(guide, one, tables, parents, find) for one in inner]
    # the trailer stands in table 3 of the top loop
    children += [
        _segment(guide, str(line), LAST_TABLE * TABLE_STEP, find) for line in table.get("end", ())
    ]
    children.sort(key=lambda child: child.position)
    top = loop not in parents
    return LoopNode(
        "" if top else loop,
        str(table.get("use", "R")),
        start,
        int(table.get("max", 1)),
        tuple(children),
    )


def _segment(guide: str, line: str, base: int, find: Dictionary) -> SegmentNode:
    head, _bar, rest = line.partition("|")
    elements, _bar, rules = rest.partition("|")
    matched = SEGMENT.fullmatch(head.strip())
    if matched is None:
        msg = f"guide {guide}: {line!r} does not start with id, position, use and maximum"
        raise GuideError(msg)
    tag, position, use, maximum = matched.groups()
    return SegmentNode(
        tag,
        use,
        base + int(position),
        int(maximum),
        _elements(guide, elements.strip(), find),
        _rules(guide, rules.split()),
    )


def _elements(guide: str, text: str, find: Dictionary) -> tuple[Element, ...]:
    found: list[Element] = []
    at = 0
    while at < len(text):
        matched = ELEMENT.match(text, at)
        if matched is None:
            msg = f"guide {guide}: {text[at:]!r} is no element"
            raise GuideError(msg)
        use, number, codes, parts, repeat = matched.groups()
        found.append(
            Element(
                use,
                number,
                ElementType("AN", 0, 0) if parts else find(number),
                frozenset(codes.split(",")) if codes else frozenset(),
                repeat=int(repeat or 1),
                parts=_elements(guide, parts, find) if parts else (),
            )
        )
        at = matched.end()
    return tuple(found)


def _rules(guide: str, texts: list[str]) -> tuple[SyntaxRule, ...]:
    for text in texts:
        if not RULE.fullmatch(text):
            msg = f"guide {guide}: {text!r} is no syntax rule"
            raise GuideError(msg)
    return tuple(syntax_rule(text) for text in texts)


def syntax_rule(text: str) -> SyntaxRule:
    """Read a rule as standards write it: P0304, C0302, L050607."""
    return SyntaxRule(text[0], tuple(int(text[i : i + 2]) for i in range(1, len(text), 2)))
