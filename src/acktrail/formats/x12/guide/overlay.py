"""A partner's overlay on a guide: what a companion guide narrows, opens or adds.

What opens the guide (``allow``, ``relax``) makes another guide of it, which is compiled by itself;
what narrows it is looked at beside the guide, so that its findings are the partner's own (SNIP 7).
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from acktrail.errors import GuideError
from acktrail.formats.patterns import compile_pattern
from acktrail.formats.x12.guide.model import (
    REQUIRED,
    SITUATIONAL,
    Element,
    Guide,
    LoopNode,
    SegmentNode,
)

SPOT = re.compile(r"(?:([A-Z0-9.]{1,12})/)?([A-Z][A-Z0-9]{1,2})(?:([0-9]{2})(?:-([0-9]{1,2}))?)?")


class Spot(NamedTuple):
    """A place in a guide: ``2300/CLM05-1``; without a loop, that in every loop."""

    loop: str
    tag: str
    element: int
    component: int

    def __str__(self) -> str:
        """Write it as a profile does."""
        return (
            (f"{self.loop}/" if self.loop else "")
            + self.tag
            + (f"{self.element:02d}" if self.element else "")
            + (f"-{self.component}" if self.component else "")
        )


class Overlay(NamedTuple):
    """One partner's changes to one guide."""

    allow: tuple[tuple[Spot, frozenset[str]], ...] = ()  # codes that are right too
    relax: tuple[Spot, ...] = ()  # required, here situational
    forbid: tuple[tuple[Spot, frozenset[str]], ...] = ()  # codes that are not right
    require: tuple[Spot, ...] = ()  # situational, here required
    repeat: tuple[tuple[Spot, int], ...] = ()  # how often a segment may come in its loop
    form: tuple[tuple[Spot, re.Pattern[str]], ...] = ()

    @property
    def opens(self) -> bool:
        """True when the guide itself changes."""
        return bool(self.allow or self.relax)


AS_IT_IS = Overlay()


def read_overlay(table: Mapping[str, object]) -> Overlay:
    """Read one table ``x12.overlay.<guide>`` of a profile.

    Raises:
        ValueError: Naming the key and place that are wrong.
    """
    return Overlay(
        tuple((spot, _codes(codes)) for spot, codes in _pairs(table, "allow")),
        tuple(read_spot(str(one)) for one in _list(table, "relax")),
        tuple((spot, _codes(codes)) for spot, codes in _pairs(table, "forbid")),
        tuple(read_spot(str(one)) for one in _list(table, "require")),
        tuple((spot, int(str(most))) for spot, most in _pairs(table, "repeat")),
        tuple((spot, compile_pattern(str(form))) for spot, form in _pairs(table, "form")),
    )


def read_spot(text: str) -> Spot:
    """Read a place.

    Raises:
        ValueError: If it is none.
    """
    found = SPOT.fullmatch(text)
    if found is None:
        msg = "a place such as 2300/CLM05-1, 2010AA/PER or BPR04"
        raise ValueError(msg)
    loop, tag, element, component = found.groups()
    return Spot(loop or "", tag, int(element or 0), int(component or 0))


def _pairs(table: Mapping[str, object], key: str) -> list[tuple[Spot, object]]:
    given = table.get(key)
    return [(read_spot(str(k)), v) for k, v in given.items()] if isinstance(given, Mapping) else []


def _list(table: Mapping[str, object], key: str) -> list[object]:
    given = table.get(key)
    return list(given) if isinstance(given, list | tuple) else []


def _codes(value: object) -> frozenset[str]:
    return frozenset(str(one) for one in value) if isinstance(value, list | tuple) else frozenset()


def widened(guide: Guide, overlay: Overlay) -> Guide:
    """Return the guide with what an overlay opens.

    Raises:
        GuideError: If the overlay names a place that the guide has not.
    """
    _check_places(guide, overlay)
    return replace(guide, root=_loop(guide.root, overlay)) if overlay.opens else guide


def _loop(loop: LoopNode, overlay: Overlay) -> LoopNode:
    children = tuple(
        _loop(child, overlay) if isinstance(child, LoopNode) else _segment(child, loop.id, overlay)
        for child in loop.children
    )
    return replace(loop, children=children)


def _segment(node: SegmentNode, loop: str, overlay: Overlay) -> SegmentNode:
    allowed = {
        (spot.element, spot.component): codes
        for spot, codes in overlay.allow
        if _hits(spot, loop, node.id)
    }
    relaxed = {
        (spot.element, spot.component) for spot in overlay.relax if _hits(spot, loop, node.id)
    }
    elements = tuple(
        _element(one, place, allowed, relaxed) for place, one in enumerate(node.elements, 1)
    )
    usage = SITUATIONAL if (0, 0) in relaxed and node.usage == REQUIRED else node.usage
    return replace(node, usage=usage, elements=elements)


Places = tuple[int, int]


def _element(
    element: Element,
    place: int,
    allowed: Mapping[Places, frozenset[str]],
    relaxed: set[Places],
    component: int = 0,
) -> Element:
    here = (place, component)
    parts = tuple(
        _element(part, place, allowed, relaxed, at) for at, part in enumerate(element.parts, 1)
    )
    usage = SITUATIONAL if here in relaxed and element.usage == REQUIRED else element.usage
    codes = element.codes | allowed.get(here, frozenset()) if element.codes else element.codes
    return replace(element, usage=usage, codes=codes, parts=parts)


def _hits(spot: Spot, loop: str, tag: str) -> bool:
    return spot.tag == tag and spot.loop in ("", loop)


def _check_places(guide: Guide, overlay: Overlay) -> None:
    named = [*overlay.relax, *overlay.require]
    named += [spot for spot, _what in (*overlay.allow, *overlay.forbid, *overlay.form)]
    named += [spot for spot, _most in overlay.repeat]
    known = list(_segments(guide.root))
    for spot in named:
        if not any(_hits(spot, loop, node.id) and _has(node, spot) for loop, node in known):
            msg = f"overlay of guide {guide.id}: {spot} is nowhere in it"
            raise GuideError(msg)


def _segments(loop: LoopNode) -> list[tuple[str, SegmentNode]]:
    found: list[tuple[str, SegmentNode]] = []
    for child in loop.children:
        found += _segments(child) if isinstance(child, LoopNode) else [(loop.id, child)]
    return found


def _has(node: SegmentNode, spot: Spot) -> bool:
    if not spot.element:
        return True
    if spot.element > len(node.elements):
        return False
    return spot.component <= len(node.elements[spot.element - 1].parts)


def openers(loop: LoopNode) -> dict[str, str]:
    """Return the segment that opens each loop, by loop id."""
    found: dict[str, str] = {}
    for child in loop.children:
        if isinstance(child, LoopNode):
            first = child.children[0] if child.children else None
            if isinstance(first, SegmentNode) and child.id:
                found[child.id] = first.id
            found |= openers(child)
    return found
