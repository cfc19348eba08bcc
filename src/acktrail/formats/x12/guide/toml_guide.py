"""Reads our own guide files: TOML with one compact line a segment (parsers/x12/README.md).

A line is ``ID position use max | elements | syntax rules``; an element is
``use:data element[=codes][xrepeat]``, a composite ``use:number(components)[xrepeat]``; ``=@name``
stands for a list of codes of the guide's own table ``lists``. An element whose number no public
source tells is named by its place, and the guide's own table ``types`` says its type. A guide may
extend another one: it then holds only what differs.
"""

import re
import tomllib
from collections.abc import Mapping
from typing import Any, NamedTuple

from acktrail.errors import GuideError
from acktrail.formats.x12.guide.model import (
    UNUSED,
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
    r"([RSN]):([A-Z]?[0-9]{1,4}|[A-Z][A-Z0-9]{1,2}[0-9]{2})"
    r"(?:=([A-Z0-9,]+|@[a-z_]+))?(?:\(([^()]*)\))?(?:x([0-9]+))?(?: +|$)"
)
LOOP = re.compile(r"([A-Z0-9.]+) in ([A-Z0-9.]+)(?: ([RS]))?")
RULE = re.compile(r"[PRECL](?:[0-9]{2}){2,}")
TABLE_STEP = 100_000  # positions of table 2 come after all of table 1
LAST_TABLE = 3  # trailer of the set
TOP = "ST"
NO_TYPE = ElementType("AN", 0, 0)


def read_types(body: bytes) -> dict[str, ElementType]:
    """Read an element dictionary: ``[types]`` with ``"number" = "kind low high"``."""
    return _types(tomllib.loads(body.decode())["types"])


def _types(rows: Mapping[str, Any]) -> dict[str, ElementType]:
    split = {name: str(row).split() for name, row in rows.items()}
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


class Source(NamedTuple):
    """What the lines of one guide file refer to."""

    guide: str
    find: Dictionary
    lists: dict[str, frozenset[str]]  # lists of codes by name
    types: dict[str, ElementType]  # of elements without a number, by their places


class Inner(NamedTuple):
    """One loop within another."""

    name: str
    use: str  # "" where the loop's own table says it


def read_guide(table: Mapping[str, Any], find: Dictionary) -> Guide:
    """Build the guide that a file's table describes.

    Raises:
        GuideError: If the file breaks the notation; it names the guide and the line.
    """
    name = str(table["id"])
    lists = {key: _codes(str(codes)) for key, codes in table.get("lists", {}).items()}
    top, *lines = [str(line) for line in table["loops"]]
    inner = _nesting(name, top, lines)
    source = Source(name, find, lists, _types(table.get("types", {})))
    root = _loop(source, Inner(top, ""), table["loop"], inner)
    return Guide(name, root, counted=table.get("hl01") != "unique")


def _nesting(guide: str, top: str, lines: list[str]) -> dict[str, list[Inner]]:
    """Return the loops within each loop; none holds itself."""
    known = {top}
    found: dict[str, list[Inner]] = {}
    for line in lines:
        matched = LOOP.fullmatch(line)
        name, outer, use = matched.groups() if matched else ("", "", "")
        if outer not in known or outer in _within(found, name):
            msg = (
                f"guide {guide}: loop {line!r} stands in none that was listed before, or in itself"
            )
            raise GuideError(msg)
        known.add(name)
        found.setdefault(outer, []).append(Inner(name, use or ""))
    return found


def _within(inner: Mapping[str, list[Inner]], name: str) -> set[str]:
    """Return a loop's name and those of all loops within it."""
    found: set[str] = set()
    left = [name]
    while left:
        one = left.pop()
        found.add(one)
        left += [each.name for each in inner.get(one, ())]
    return found


def _loop(
    source: Source, one: Inner, tables: Mapping[str, Any], inner: Mapping[str, list[Inner]]
) -> LoopNode:
    table = tables[one.name]
    base = int(table.get("table", 1)) * TABLE_STEP
    children: list[SegmentNode | LoopNode] = [
        _segment(source, str(line), base) for line in table["segments"]
    ]
    first = children[0].position
    children += [_loop(source, each, tables, inner) for each in inner.get(one.name, ())]
    # the trailer stands in table 3 of the top loop
    children += [
        _segment(source, str(line), LAST_TABLE * TABLE_STEP) for line in table.get("end", ())
    ]
    children.sort(key=lambda child: child.position)
    top = one.name == TOP
    return LoopNode(
        "" if top else one.name,
        one.use or str(table.get("use", "R")),
        base + int(table["pos"]) if "pos" in table else first,
        int(table.get("max", 1)),
        tuple(children),
    )


def _segment(source: Source, line: str, base: int) -> SegmentNode:
    head, _bar, rest = line.partition("|")
    elements, _bar, rules = rest.partition("|")
    matched = SEGMENT.fullmatch(head.strip())
    if matched is None:
        msg = f"guide {source.guide}: {line!r} does not start with id, position, use and maximum"
        raise GuideError(msg)
    tag, position, use, maximum = matched.groups()
    return SegmentNode(
        tag,
        use,
        base + int(position),
        int(maximum),
        _elements(source, elements.strip()),
        _rules(source.guide, rules.split()),
    )


def _elements(source: Source, text: str) -> tuple[Element, ...]:
    found: list[Element] = []
    at = 0
    while at < len(text):
        matched = ELEMENT.match(text, at)
        if matched is None:
            msg = f"guide {source.guide}: {text[at:]!r} is no element"
            raise GuideError(msg)
        use, number, codes, parts, repeat = matched.groups()
        found.append(
            Element(
                use,
                "" if number in source.types else number,
                # what is not used or is a composite has no type of its own
                NO_TYPE if parts or use == UNUSED else _type(number, source),
                _codes(codes, source) if codes else frozenset(),
                repeat=int(repeat or 1),
                parts=_elements(source, parts) if parts else (),
            )
        )
        at = matched.end()
    return tuple(found)


def _type(number: str, source: Source) -> ElementType:
    return source.types[number] if number in source.types else source.find(number)


def _codes(text: str, source: Source | None = None) -> frozenset[str]:
    if source is None or not text.startswith("@"):
        return frozenset(text.split(","))
    if text[1:] not in source.lists:
        msg = f"guide {source.guide}: {text!r} is no list of it"
        raise GuideError(msg)
    return source.lists[text[1:]]


def _rules(guide: str, texts: list[str]) -> tuple[SyntaxRule, ...]:
    for text in texts:
        if not RULE.fullmatch(text):
            msg = f"guide {guide}: {text!r} is no syntax rule"
            raise GuideError(msg)
    return tuple(syntax_rule(text) for text in texts)


def syntax_rule(text: str) -> SyntaxRule:
    """Read a rule as standards write it: P0304, C0302, L050607."""
    return SyntaxRule(text[0], tuple(int(text[i : i + 2]) for i in range(1, len(text), 2)))
