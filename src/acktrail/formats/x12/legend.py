"""What of an X12 segment is a code: what the guide lists at every place the segment has there."""

from collections.abc import Collection, Iterator

from acktrail.formats.delimited import Cutting, pieces_of
from acktrail.formats.x12.guide.model import (
    UNUSED,
    Guide,
    LoopNode,
    SegmentNode,
    segments_of,
)
from acktrail.formats.x12.segment import SetSegment, text_of
from acktrail.ports import Piece, PieceKind, Segment

Codes = dict[tuple[int, int], frozenset[str]]  # by element and component
NONE: frozenset[str] = frozenset()
PLAIN = frozenset({"ID", "TM"})
POSTAL_CODE = "116"  # an ID by its type


class X12Legend:
    """The legend of one guide; without a guide nothing counts as a code."""

    def __init__(self, guide: Guide | None, tags: Collection[str]) -> None:
        """``tags`` are the ids that the standard has: another one may be a lost value."""
        self._tags = tags
        self._nodes: dict[str, list[SegmentNode]] = {}
        self._codes: dict[str, Codes] = {}
        self._above: dict[str, set[str]] = {}
        if guide is not None:
            for node in segments_of(guide.root):
                self._nodes.setdefault(node.id, []).append(node)
            self._climb(guide.root, "")

    def pieces(self, segment: Segment) -> Iterator[Piece]:
        """Return the segment in pieces."""
        if not isinstance(segment, SetSegment):
            return
        codes = self._listed(segment.tag)

        def is_code(element: int, component: int, text: str) -> bool:
            return text in codes.get((element, component), NONE)

        plain = self._plain(segment.tag)

        def is_plain(element: int, component: int) -> bool:
            return (element, component) in plain

        known = segment.tag in self._tags or segment.tag in self._nodes
        yield Piece(segment.tag, PieceKind.MARK if known else PieceKind.VALUE)
        how = Cutting(segment.marks, is_code, text_of, is_plain=is_plain)
        yield from pieces_of(segment.elements, how)

    def above(self, loop: str) -> frozenset[str]:
        """Return the loops that ``loop`` may stand in: 2300 stands in 2000B and in 2000C."""
        return frozenset(self._above.get(loop, ()))

    def _climb(self, loop: LoopNode, name: str) -> None:
        for child in loop.children:
            if isinstance(child, LoopNode):
                if child.id and name:
                    self._above.setdefault(child.id, set()).add(name)
                self._climb(child, child.id or name)

    def _listed(self, tag: str) -> Codes:
        """Return the codes of a segment, of places that hold a code wherever the segment stands."""
        if tag not in self._codes:
            if tag not in self._nodes:
                return {}  # not remembered: ids come from the file
            self._codes[tag] = _joined([_codes(node) for node in self._nodes[tag]])
        return self._codes[tag]

    def _plain(self, tag: str) -> frozenset[tuple[int, int]]:
        """Return the places whose data type names nobody wherever the segment stands."""
        found = [_plain_places(node) for node in self._nodes.get(tag, ())]
        return frozenset.intersection(*found) if found else frozenset()


def _plain_places(node: SegmentNode) -> frozenset[tuple[int, int]]:
    return frozenset(
        (number, component)
        for number, element in enumerate(node.elements, 1)
        for component, part in enumerate(element.parts or (element,), 1)
        if part.type.kind[0] in "NR" or (part.type.kind in PLAIN and part.number != POSTAL_CODE)
    )


def _codes(node: SegmentNode) -> Codes:
    """Return the codes of every place that the guide uses; empty for one that takes any value."""
    found: Codes = {}
    for number, element in enumerate(node.elements, 1):
        for component, part in enumerate(element.parts or (element,), 1):
            if UNUSED not in (element.usage, part.usage):
                found[number, component] = part.codes
    return found


def _joined(nodes: list[Codes]) -> Codes:
    """Join the codes of namesakes; a place that takes any value in one of them has none."""
    joined: Codes = {}
    for place in {place for codes in nodes for place in codes}:
        lists = [codes[place] for codes in nodes if place in codes]
        joined[place] = frozenset().union(*lists) if all(lists) else NONE
    return joined
