"""A segment of a transaction set as maps see it."""

from acktrail.documents.value import Value
from acktrail.formats.delimited import Marks
from acktrail.model import Place


def text_of(value: str) -> str:
    """Return the characters that latin-1 decoded bytes stand for: UTF-8 where they are that."""
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode()
    except UnicodeDecodeError:
        return value


class SetSegment(Value, frozen=True):
    """One segment, split into elements only; deeper levels are split when asked for."""

    elements: list[str]  # [0] is the tag
    loop: str
    marks: Marks
    position: int
    offset: int

    @property
    def tag(self) -> str:
        """Segment id."""
        return self.elements[0]

    @property
    def place(self) -> Place:
        """Where it stands, as a whole."""
        tag = self.elements[0]
        return Place(tag, self.position, 0, 0, 0, self.offset, tag)

    def sent(self, element: int) -> str:
        """Return what ``get`` returns, in less time for codes and numbers."""
        elements = self.elements
        value = elements[element] if element < len(elements) else ""
        # no mark is a letter or digit
        return value if value.isalnum() and value.isascii() else value and self.get(element)

    def get(self, element: int, component: int = 0, repetition: int = 1, part: int = 1) -> str:
        """Return the text of an element or component; ``""`` when it was not sent."""
        elements = self.elements
        if element >= len(elements) or part > 1:
            return ""
        value = elements[element]
        marks = self.marks
        mark, again = marks[1], marks[2]
        if again and (repetition > 1 or again in value):
            value = _nth(value, again, repetition)
        elif repetition > 1:
            return ""
        if mark and (component > 1 or mark in value):
            value = _nth(value, mark, component or 1)
        elif component > 1:
            return ""
        return value if value.isascii() else text_of(value)

    def components(self, element: int) -> int:
        """Return how many components an element that was sent may have; never too few."""
        mark = self.marks.component
        return self.elements[element].count(mark) + 1 if mark else 1

    def repetitions(self, element: int) -> int:
        """Return how often the element is repeated; 0 when it was not sent."""
        if element >= len(self.elements) or not self.elements[element]:
            return 0
        mark = self.marks.repetition
        return self.elements[element].count(mark) + 1 if mark else 1


def _nth(value: str, mark: str, n: int) -> str:
    parts = value.split(mark)
    return parts[n - 1] if n <= len(parts) else ""
