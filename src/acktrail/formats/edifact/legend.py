"""What of an EDIFACT segment is a code: short values of the elements that name a UN code list."""

import re
from collections.abc import Collection, Iterator

from acktrail.formats.delimited import Cutting, pieces_of, unreleased
from acktrail.formats.edifact.characters import decoded
from acktrail.formats.edifact.directory import Composite, Directory, Shape
from acktrail.formats.edifact.segment import Segment as EdifactSegment
from acktrail.formats.edifact.tree import Node
from acktrail.ports import Piece, PieceKind, Segment

# Qualifiers, agencies, units, currencies: elements of the code list directory (UNCL). Those that
# may hold a party's own code (7140, 3039, 4405, 6060) are values.
CODED = frozenset(
    """
    0051 0065 0052 0054 1001 1131 1153 1225 1229 2005 2151 2379 2475 3035 3055
    3139 3153 3155 3207 4183 4277 4279 4343 4347 4451 4453 4465 5025 5125 5153
    5189 5213 5237 5245 5249 5283 5305 5375 5387 5463 5479 6063 6311 6343 6345
    6347 6411 7065 7077 7081 7083 7143 7161 8053
    """.split()  # noqa: SIM905 - as the directory lists them
)
LONGEST = re.compile("[A-Z0-9]{1,6}")


class EdifactLegend:
    """The legend of one message type of one directory; without one nothing counts as a code."""

    def __init__(self, directory: Directory | None, type_: str, tags: Collection[str]) -> None:
        """``tags`` are the segments that any directory has: others may be lost values."""
        self._directory = directory
        self._tags = tags
        self._above: dict[str, frozenset[str]] = {}
        if directory is not None and type_ in directory.messages:
            groups = [node for node in directory.messages[type_].nodes if node.children]
            self._above = {node.id: frozenset(_outer(node)) for node in groups}

    def pieces(self, segment: Segment) -> Iterator[Piece]:
        """Return the segment in pieces; release characters are taken out of its values."""
        if not isinstance(segment, EdifactSegment):
            return
        marks, codec = segment.script.marks, segment.script.codec
        shapes = self._shapes(segment.tag)

        def is_code(element: int, component: int, text: str) -> bool:
            shape = shapes.get((element, component))
            return shape is not None and shape.id in CODED and bool(LONGEST.fullmatch(text))

        def is_plain(element: int, component: int) -> bool:
            shape = shapes.get((element, component))
            return shape is not None and shape.kind == "n"

        def decode(raw: str) -> str:
            return decoded(unreleased(raw, marks.release), codec)

        tag = segment.tag
        yield Piece(tag, PieceKind.MARK if tag in self._tags else PieceKind.VALUE)
        how = Cutting(marks, is_code, decode, is_plain=is_plain)
        yield from pieces_of(segment.elements, how)

    def above(self, loop: str) -> frozenset[str]:
        """Return the group that a segment group stands in."""
        return self._above.get(loop, frozenset())

    def _shapes(self, tag: str) -> dict[tuple[int, int], Shape]:
        parts = self._directory.segments.get(tag, ()) if self._directory else ()
        found: dict[tuple[int, int], Shape] = {}
        for number, element in enumerate(parts, 1):
            shapes = element.parts if isinstance(element, Composite) else (element,)
            found |= {(number, place): shape for place, shape in enumerate(shapes, 1)}
        return found


def _outer(node: Node) -> Iterator[str]:
    """Yield the id of the group around a group."""
    if node.parent is not None and node.parent.id:
        yield node.parent.id
