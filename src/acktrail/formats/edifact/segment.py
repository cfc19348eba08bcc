"""One segment, cut only as far as it is asked for."""

from functools import cached_property
from typing import NamedTuple

from acktrail.formats.delimited import split_released, unreleased
from acktrail.formats.edifact.characters import Script, decoded
from acktrail.model import Place


class _Fields(NamedTuple):
    tag: str
    loop: str  # id of the segment group, SG25; "" at top level
    raw: str  # one character a byte, release characters included
    position: int
    offset: int
    script: Script


class Segment(_Fields):
    """A segment of a message: a tuple, because one is made for every segment of a file."""

    @property
    def place(self) -> Place:
        """Position counted from UNH = 1, byte offset in the file."""
        return Place(self.tag, self.position, offset=self.offset, address=self.tag)

    @cached_property
    def elements(self) -> list[str]:
        """Tag and raw elements, so that index 1 is the first data element."""
        marks = self.script.marks
        return split_released(self.raw, marks.element, marks.release)

    def get(self, element: int, component: int = 0, repetition: int = 1, part: int = 1) -> str:
        """Return unreleased, decoded text; ``element`` counts data elements after the tag."""
        elements = self.elements
        if part != 1 or element >= len(elements):
            return ""
        return value_of(elements[element], component, repetition, self.script)

    def repetitions(self, element: int) -> int:
        """Return how often the element was sent; more than once only in syntax 4."""
        elements = self.elements
        if element >= len(elements) or not elements[element]:
            return 0
        marks = self.script.marks
        if not marks.repetition:
            return 1
        return len(split_released(elements[element], marks.repetition, marks.release))


def value_of(element: str, component: int, repetition: int, script: Script) -> str:
    """Return one component of a raw element, unreleased and decoded."""
    marks = script.marks
    if element.isalnum() and element.isascii():  # holds no mark at all, as most do
        return element if component <= 1 and repetition == 1 else ""
    if marks.repetition:
        repeated = split_released(element, marks.repetition, marks.release)
        if repetition > len(repeated):
            return ""
        element = repeated[repetition - 1]
    elif repetition != 1:
        return ""
    parts = split_released(element, marks.component, marks.release)
    if component > len(parts):
        return ""
    return decoded(unreleased(parts[max(component, 1) - 1], marks.release), script.codec)
