"""What a rule leaves of a segment: kept in ``ext`` by address, unless the map drops it by name."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from acktrail.ports import Segment
from acktrail.translate.building import Building
from acktrail.translate.paths import HEAD_TAG, Path
from acktrail.translate.scalars import Context, source_of

# Elements looked at in a segment that a rule maps, and in one that no rule maps. The widest that
# occur: X12 PO1 and IT1 25, EDIFACT NAD 9 (DGS, never mapped, 18), HL7 IN1 53. What stands beyond
# is more than the directory allows, and a finding of the reader.
WIDTHS = {"x12": (25, 40), "edifact": (10, 20), "hl7": (60, 60)}
COMPONENTS = {"x12": 7, "edifact": 6, "hl7": 1}


# The signs that can part an element into components: never letters or digits. Counting them all
# gives the most components that there can be, whatever the delimiters are.
SIGNS = re.compile("[^A-Za-z0-9]")


class Rest(NamedTuple):
    """What is left of a segment; the addresses of its mapped and dropped parts."""

    whole: frozenset[int] = frozenset()  # elements that are mapped or dropped as a whole or in part
    parts: tuple[tuple[int, tuple[int, ...]], ...] = ()  # components left of elements in ``whole``
    width: int = 0  # elements looked at


def rest_of(used: Sequence[Path], drop: object, context: Context) -> Rest:
    """Return what is left beside the addresses that are used and those that are dropped.

    Raises:
        GuideError: If ``drop`` is neither true nor a list of addresses.
    """
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
    parts = tuple(
        (element, tuple(one for one in most if one not in taken[element]))
        for element in sorted(composite - dropped)
    )
    whole = frozenset(taken.keys() | dropped)
    return Rest(whole, parts, WIDTHS[context.format][0])


def keep_rest(building: Building, segment: Segment, rest: Rest) -> None:
    """Keep what a rule leaves of a segment.

    A segment that shows its raw ``elements``, tag first, is looked through by these: asking for
    each element that might be there costs more than the rest of the translation.
    """
    if not rest.width:
        return
    raw = getattr(segment, "elements", None)
    if isinstance(raw, list):
        sent = len(raw)
        for element in range(1, sent):
            if raw[element] and element not in rest.whole:
                _keep_element(building, segment, element)
        for element, components in rest.parts:
            if element < sent and raw[element]:
                most = len(SIGNS.findall(raw[element])) + 1
                _keep_components(building, segment, element, components, most)
        return
    for element in range(1, rest.width + 1):
        if element not in rest.whole and segment.repetitions(element):
            _keep_element(building, segment, element)
    for element, components in rest.parts:
        _keep_components(
            building, segment, element, components, components[-1] if components else 0
        )


def _keep_components(
    building: Building, segment: Segment, element: int, components: Sequence[int], most: int
) -> None:
    for component in components:
        if component > most:
            return
        text = segment.get(element, component)
        if text:
            building.keep(address(building.format, segment, element, component), text)


def keep_segment(building: Building, segment: Segment) -> None:
    """Keep a segment that no rule maps; of health data only that it was there."""
    if building.health:
        building.keep(f"{segment.tag}@{segment.place.position}", "")
        return
    for element in range(1, WIDTHS[building.format][1] + 1):
        if segment.repetitions(element):
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


def _keep_element(building: Building, segment: Segment, element: int) -> None:
    if building.health:
        building.keep(address(building.format, segment, element, 1), "")
        return
    for component in range(1, COMPONENTS[building.format] + 1):
        text = segment.get(element, component)
        if text:
            building.keep(address(building.format, segment, element, component), text)
