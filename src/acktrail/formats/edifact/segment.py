"""One segment as maps see it, cut only as far as it is asked for, and once."""

from acktrail.documents.value import Draft
from acktrail.formats.delimited import split_released, unreleased
from acktrail.formats.edifact.characters import Script, decoded
from acktrail.model import Place

Components = list[list[str]]


class Cut(Draft):
    """A segment's text: segments of one text share what was cut of it."""

    raw: str  # one character a byte, release characters included
    script: Script
    elements: list[str]  # raw, the tag first, so that index 1 is the first data element
    components: Components | None = None  # values of the first repetition of each

    def values(self) -> Components:
        """Cut all elements into components; most segments hold nothing that needs care."""
        script, raw, elements = self.script, self.raw, self.elements
        _, mark, again, _, release, *_others = script.marks
        if again and again in raw:
            elements = [split_released(one, again, release)[0] for one in elements]
        if raw.isascii() and not (release and release in raw):
            self.components = values = [one.split(mark) for one in elements]
        else:
            self.components = values = [
                [decoded(unreleased(one, release), script.codec) for one in parts]
                for parts in (split_released(one, mark, release) for one in elements)
            ]
        return values


def cut_of(raw: str, script: Script) -> Cut:
    """Cut a raw segment into its elements."""
    marks = script.marks
    return Cut(raw, script, split_released(raw, marks.element, marks.release))


class Segment(Draft):
    """A segment of a message."""

    tag: str
    loop: str  # id of the segment group, SG25; "" at top level
    position: int
    offset: int
    cut: Cut
    elements: list[str]  # those of ``cut``

    @property
    def place(self) -> Place:
        """Position counted from UNH = 1, byte offset in the file."""
        return Place(self.tag, self.position, 0, 0, 0, self.offset, self.tag)

    @property
    def script(self) -> Script:
        """How it is cut and decoded."""
        return self.cut.script

    def components(self, element: int) -> int:
        """Return how many components an element that was sent may have; never too few."""
        cut = self.cut
        return len((cut.components or cut.values())[element])

    def get(self, element: int, component: int = 0, repetition: int = 1, part: int = 1) -> str:
        """Return unreleased, decoded text; ``element`` counts data elements after the tag."""
        if repetition != 1 or part != 1:
            elements = self.elements
            sent = part == 1 and element < len(elements)
            return value_of(elements[element], component, repetition, self.script) if sent else ""
        cut = self.cut
        values = cut.components or cut.values()
        if element >= len(values):
            return ""
        components = values[element]
        if component <= 1:
            return components[0]
        return components[component - 1] if component <= len(components) else ""

    def repetitions(self, element: int) -> int:
        """Return how often the element was sent; more than once only in syntax 4."""
        elements = self.elements
        if element >= len(elements) or not elements[element]:
            return 0
        marks = self.script.marks
        if not marks.repetition:
            return 1
        return len(split_released(elements[element], marks.repetition, marks.release))


def segment_of(raw: str, script: Script, position: int, offset: int) -> Segment:
    """Return a segment that stands in no group."""
    cut = cut_of(raw, script)
    return Segment(raw[:3], "", position, offset, cut, cut.elements)


def value_of(element: str, component: int, repetition: int, script: Script) -> str:
    """Return one component of a raw element, unreleased and decoded."""
    if element.isalnum() and element.isascii():  # holds no mark at all, as most do
        return element if component <= 1 and repetition == 1 else ""
    marks = script.marks
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
