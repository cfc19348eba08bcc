"""What a rule leaves of a segment: kept in ``ext`` by address, unless the map drops it by name."""

from collections.abc import Sequence
from typing import NamedTuple

from acktrail.ports import CutSegment, Segment
from acktrail.translate.building import Building
from acktrail.translate.paths import HEAD_TAG, XML, Path
from acktrail.translate.scalars import Context, source_of

# Elements looked at in a segment that no rule maps. The widest that occur: EDIFACT DGS 18, HL7 IN1
# 53. What stands beyond is more than the directory allows, and a finding of the reader.
WIDTHS = {"x12": 40, "edifact": 20, "hl7": 60, "xml": 1}
COMPONENTS = {"x12": 7, "edifact": 6, "hl7": 1, "xml": 1}


Parts = tuple[tuple[int, tuple[int, ...]], ...]  # elements, and components of each


class Rest(NamedTuple):
    """What is left of a segment beside what is mapped and dropped."""

    whole: frozenset[int] = frozenset()  # elements that are mapped or dropped as a whole or in part
    parts: Parts = ()  # components left of elements in ``whole``
    kept: bool = False  # else all of it is dropped

    def left(self, sent: int) -> tuple[int, ...]:
        """Return the elements left of a segment with so many, its tag counted."""
        if not self.kept:
            return ()
        return tuple(element for element in range(1, sent) if element not in self.whole)

    def left_parts(self, sent: int) -> Parts:
        """Return the components left of a segment with so many elements, its tag counted."""
        return tuple(one for one in self.parts if one[0] < sent)


def rest_of(used: Sequence[Path], drop: object, context: Context) -> Rest:
    """Return what is left beside the addresses that are used and those that are dropped.

    Raises:
        GuideError: If ``drop`` is neither true nor a list of addresses.
    """
    if context.format == XML:
        if drop:
            context.at("drop").refuse("an XML map names what it drops at its top")
        return Rest()  # see XmlMapTranslator
    if drop is True or context.tag == HEAD_TAG:
        return Rest()
    if not isinstance(drop, list):
        context.at("drop").refuse("neither true nor a list of addresses")
    named = [path for one in drop for path in source_of(one, context.at("drop")).paths]
    dropped = {path.element for path in named if not path.component}
    taken: dict[int, set[int]] = {}
    composite = set()
    for path in [*used, *(one for one in named if one.component)]:
        taken.setdefault(path.element, set()).add(path.component or 1)
        if path.component:
            composite.add(path.element)
    most = range(1, COMPONENTS[context.format] + 1)
    parts = (
        (element, tuple(one for one in most if one not in taken[element]))
        for element in sorted(composite - dropped)
    )
    whole = frozenset(taken.keys() | dropped)
    return Rest(whole, tuple(one for one in parts if one[1]), kept=True)


def keep_rest(
    building: Building, segment: CutSegment, left: Sequence[int], left_parts: Parts
) -> None:
    """Keep what a rule leaves of a segment: elements, and components of others."""
    elements = segment.elements
    for element in left:
        if elements[element]:
            _keep_element(building, segment, element)
    for element, components in left_parts:
        if elements[element]:
            most = segment.components(element)
            for component in components:
                if component > most:
                    break
                text = segment.get(element, component)
                if text:
                    building.keep(address(building.format, segment, element, component), text)


def keep_segment(building: Building, segment: CutSegment) -> None:
    """Keep a segment that no rule maps; of health data only that it was there."""
    if building.health:
        building.keep(f"{segment.tag}@{segment.place.position}", "")
        return
    elements = segment.elements
    for element in range(1, min(len(elements), WIDTHS[building.format] + 1)):
        if elements[element]:
            _keep_element(building, segment, element)


def address(format_: str, segment: Segment, element: int, component: int) -> str:
    """Return the address of an element in the notation of maps, with the segment's position."""
    tag, position = segment.tag, segment.place.position
    if format_ == "x12":
        more = f"-{component}" if component > 1 else ""
        return f"{tag}{element:02}{more}@{position}"
    if format_ == "edifact":
        return f"{tag}.{element}.{component}@{position}"
    return f"{tag}-{element}@{position}"


def _keep_element(building: Building, segment: CutSegment, element: int) -> None:
    if building.health:
        building.keep(address(building.format, segment, element, 1), "")
        return
    for component in range(1, COMPONENTS[building.format] + 1):
        text = segment.get(element, component)
        if text:
            building.keep(address(building.format, segment, element, component), text)
