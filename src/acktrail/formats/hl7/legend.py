"""What of an HL7 segment is a code, and what its fields are called."""

import re
from collections.abc import Iterator, Mapping

from acktrail.formats.delimited import Cutting, Marks, pieces_of
from acktrail.formats.hl7.escapes import unescape
from acktrail.formats.hl7.guides import Guide
from acktrail.formats.hl7.message import SHIFTED, Hl7Segment
from acktrail.ports import Piece, PieceKind, Segment

is_local = re.compile("Z[A-Z0-9]{2}").fullmatch
NONE: frozenset[str] = frozenset()
PLAIN = frozenset({"NM", "SI", "TM"})


class Hl7Legend:
    """The legend of one message structure; without a version nothing counts as a code."""

    def __init__(self, guide: Guide | None, structure: str) -> None:
        self._guide = guide
        self._above: Mapping[str, frozenset[str]] = {}
        if guide is not None:
            self._above = guide.groups(structure)

    def pieces(self, segment: Segment) -> Iterator[Piece]:
        """Return the segment in pieces; MSH-1 and MSH-2 are marks."""
        if not isinstance(segment, Hl7Segment):
            return
        tag, given = segment.tag, segment.marks
        marks = Marks(given.field, given.component, given.repetition, "\r", part=given.part)
        codes: dict[int, frozenset[str]] = {}
        names: Mapping[int, str] = {}
        kinds: dict[int, tuple[str, ...]] = {}
        if self._guide is not None:
            codes = {spec.number: spec.codes for spec in self._guide.specs(tag)}
            kinds = {spec.number: spec.kinds for spec in self._guide.specs(tag)}
            names = self._guide.names(tag)

        def is_code(element: int, component: int, text: str) -> bool:
            return component == 1 and text in codes.get(element, NONE)

        def is_plain(element: int, component: int) -> bool:
            return bool({*kinds.get(element, ())[component - 1 : component]} & PLAIN)

        def name(element: int) -> str:
            return f"{tag}-{element} {names[element]}" if element in names else ""

        def decode(raw: str) -> str:
            return unescape(raw, given, segment.codec)

        known = self._guide is not None and self._guide.knows(tag)
        yield Piece(tag, PieceKind.MARK if known or is_local(tag) else PieceKind.VALUE)
        fields, first = segment.fields, 1
        if tag in SHIFTED:
            first = 3
            yield Piece("".join(fields[1:first]), PieceKind.MARK)
        yield from pieces_of(fields, Cutting(marks, is_code, decode, name, is_plain), first)

    def above(self, loop: str) -> frozenset[str]:
        """Return the groups that a group of the structure stands in."""
        return self._above.get(loop, NONE)
