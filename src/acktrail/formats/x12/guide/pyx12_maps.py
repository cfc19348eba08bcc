"""The one adapter to the guide maps that the pyx12 wheel carries (BSD-3-Clause).

Only its XML data is used, never its engine: that logs data and answers wrongly in reproduced cases.
"""

import re
from collections.abc import Mapping, Sequence
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple
from xml.etree.ElementTree import Element as Node

from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped] # has no stubs

from acktrail.errors import GuideError
from acktrail.formats.x12.guide.model import (
    REQUIRED,
    SITUATIONAL,
    UNBOUNDED,
    UNUSED,
    Dictionary,
    Element,
    ElementType,
    Guide,
    LoopNode,
    SegmentNode,
)
from acktrail.formats.x12.guide.toml_guide import syntax_rule

MAP_FOLDER = "map"
IMPLEMENTATION = "1705"  # data element of ST03
NUMBERS = ("pos", "seq", "repeat", "max_use")
WRAPPERS = frozenset({"HEADER", "DETAIL", "FOOTER"})


def read_wheel_map(name: str) -> bytes:
    """Return the bytes of a map of the installed pyx12 wheel.

    Raises:
        GuideError: If the wheel holds no such map.
    """
    try:
        return resources.files("pyx12").joinpath(MAP_FOLDER, name).read_bytes()
    except (FileNotFoundError, ModuleNotFoundError):
        msg = f"the installed pyx12 has no map {name}"
        raise GuideError(msg) from None


def read_map_types(body: bytes) -> dict[str, ElementType]:
    """Read ``dataele.xml``: one list for all releases, so lengths of 4010 are too generous."""
    return {
        number: ElementType(
            row.get("data_type", ""), int(row.get("min_len", "")), int(row.get("max_len", ""))
        )
        for row in fromstring(body)
        if (number := row.get("ele_num"))
    }


class Amendments(NamedTuple):
    """What a guide's file says against its map."""

    rules: Mapping[str, Sequence[str]] = MappingProxyType({})  # conditions by segment id
    uses: Mapping[str, str] = MappingProxyType({})  # by OUTER/INNER loop


AS_IT_IS = Amendments()


def read_map(guide: str, body: bytes, find: Dictionary, amendments: Amendments = AS_IT_IS) -> Guide:
    """Build a guide from a map; its envelope segments are left out.

    Raises:
        GuideError: If the map holds an empty number or no transaction set.
    """
    root = fromstring(body)
    found = next((x for x in root.iter("loop") if x.get("xid") == "ST_LOOP"), None)
    if found is None:
        msg = f"map of guide {guide}: no transaction set"
        raise GuideError(msg)
    if any(not one.text for name in NUMBERS for one in root.iter(name)):
        msg = f"map of guide {guide}: a number is empty"
        raise GuideError(msg)
    try:
        return Guide(guide, _loop(found, find, amendments))
    except ValueError:
        msg = f"map of guide {guide}: a number is missing"
        raise GuideError(msg) from None


def _property(node: Node, name: str) -> str:
    """Return a property: an attribute in the maps of form 2, a child element in the others."""
    return node.get(name) or node.findtext(name) or ""


def _maximum(node: Node, name: str) -> int:
    """Return how often; no number at all means without bound."""
    text = _property(node, name)
    return UNBOUNDED if text in ("", ">1") else int(text)


def _loop(node: Node, find: Dictionary, amendments: Amendments, outer: str = "") -> LoopNode:
    name = node.get("xid", "")
    children = [
        _loop(child, find, amendments, name)
        if child.tag == "loop"
        else _segment(child, find, amendments)
        for child in node
        if child.tag in ("loop", "segment")
    ]
    children.sort(key=lambda child: child.position)
    top = name == "ST_LOOP"
    wrapper = node.get("type") == "wrapper" or name in WRAPPERS
    usage, maximum = _property(node, "usage"), _maximum(node, "repeat")
    if wrapper and usage != UNUSED:
        # maps differ in what they say of a part of the set: it comes once, and is as needed as
        # what it holds
        needed = any(child.usage == REQUIRED for child in children)
        usage, maximum = REQUIRED if needed else SITUATIONAL, 1
    usage = amendments.uses.get(f"{outer}/{name}", usage)
    return LoopNode(
        "" if top or wrapper else name,
        usage,
        int(_property(node, "pos")),
        maximum,
        tuple(children),
        wrapper,
    )


def _segment(node: Node, find: Dictionary, amendments: Amendments) -> SegmentNode:
    name = node.get("xid", "")
    listed = [one.text for one in node.findall("syntax") if one.text]
    return SegmentNode(
        name,
        _property(node, "usage"),
        int(_property(node, "pos")),
        _maximum(node, "max_use"),
        _elements(node, find),
        tuple(syntax_rule(text) for text in (*listed, *amendments.rules.get(name, ()))),
    )


def _elements(node: Node, find: Dictionary) -> tuple[Element, ...]:
    found = [child for child in node if child.tag in ("element", "composite")]
    found.sort(key=lambda child: int(_property(child, "seq")))
    return tuple(_element(child, find) for child in found)


def _element(node: Node, find: Dictionary) -> Element:
    number = _property(node, "data_ele")
    composite = node.tag == "composite"
    codes = node.find("valid_codes")
    listed = [] if codes is None else [one.text or "" for one in codes.findall("code")]
    # an external list is dated and the operator's to supply: any value of the type passes
    # and that ST03 names this guide, under any of its names, is judged with the envelope
    external = (codes is not None and codes.get("external")) or number == IMPLEMENTATION
    return Element(
        _property(node, "usage"),
        number,
        ElementType("AN", 0, 0) if composite else find(number),
        frozenset() if external else frozenset(listed),
        int(_property(node, "repeat") or 1),
        _elements(node, find) if composite else (),
        tuple(syntax_rule(one.text) for one in node.findall("syntax") if one.text),
        re.compile(form) if (form := _property(node, "regex")) else None,
    )
