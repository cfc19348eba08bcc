"""Segments from compact text, for tests of what comes after the readers."""

from collections.abc import Iterator

from acktrail.model import Place
from acktrail.ports import Segment

# element, component, repetition, part
MARKS = {"x12": "*:^\0", "edifact": "+:*\0", "hl7": "|^~&"}


class FakeSegment:
    def __init__(self, text: str, format_: str = "x12", position: int = 1, loop: str = "") -> None:
        self._marks = MARKS[format_]
        self._elements = text.split(self._marks[0])
        if format_ == "hl7" and self._elements[0] == "MSH":
            self._elements.insert(1, "|")
        self._position = position
        self._loop = loop

    def components(self, element: int) -> int:
        return self._elements[element].count(self._marks[1]) + 1

    @property
    def loop(self) -> str:
        return self._loop

    @property
    def tag(self) -> str:
        return self._elements[0]

    @property
    def elements(self) -> list[str]:
        return self._elements

    @property
    def place(self) -> Place:
        return Place(self.tag, self._position, offset=self._position * 100, address=self.tag)

    def get(self, element: int, component: int = 0, repetition: int = 1, part: int = 1) -> str:
        value = self._elements[element] if element < len(self._elements) else ""
        numbers = (repetition, max(component, 1), part)
        for mark, number in zip((self._marks[2], *self._marks[1::2]), numbers, strict=True):
            parts = value.split(mark)
            value = parts[number - 1] if number <= len(parts) else ""
        return value

    def repetitions(self, element: int) -> int:
        value = self._elements[element] if element < len(self._elements) else ""
        return value.count(self._marks[2]) + 1 if value else 0


def segments(text: str, format_: str = "x12") -> Iterator[Segment]:
    """One segment a line; blank lines and margins are left out."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    for position, line in enumerate(lines, 1):
        yield FakeSegment(line, format_, position)
