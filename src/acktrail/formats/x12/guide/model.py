"""The parts of a guide, whatever file it was read from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from re import Pattern

from acktrail.errors import GuideError

REQUIRED, SITUATIONAL, UNUSED = "R", "S", "N"
BINARY = "B"  # type of data that is passed over by its length, so that none of it is ever seen here
UNBOUNDED = 0


@dataclass(frozen=True, slots=True)
class ElementType:
    """A row of the element dictionary."""

    kind: str  # AN ID N0..N9 R DT TM B
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class SyntaxRule:
    """A relational condition between elements of one segment or composite."""

    kind: str  # P paired, R at least one, E exclusive, C conditional, L list conditional
    places: tuple[int, ...]  # from 1


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """One element of a segment, or one component of a composite."""

    usage: str
    number: str  # of the data element; "" where no public source tells it
    type: ElementType = ElementType("AN", 1, 1)
    codes: frozenset[str] = frozenset()  # empty: any value of the type
    repeat: int = 1
    parts: tuple["Element", ...] = ()  # not empty: a composite
    rules: tuple[SyntaxRule, ...] = ()  # between the components
    form: Pattern[str] | None = None  # that the whole value has to have beside its type


@dataclass(frozen=True, slots=True, eq=False)
class SegmentNode:
    """One segment at its place in a guide."""

    id: str
    usage: str
    position: int
    maximum: int
    elements: tuple[Element, ...]
    rules: tuple[SyntaxRule, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class LoopNode:
    """One loop; ``id`` is ``""`` for what has no loop id of its own (header, wrappers)."""

    id: str
    usage: str
    position: int
    maximum: int
    children: tuple["SegmentNode | LoopNode", ...]
    wrapper: bool = False  # a part of the set, not a loop that starts with its first segment


@dataclass(frozen=True, slots=True, eq=False)
class Guide:
    """One transaction set as one implementation guide or standard describes it."""

    id: str
    root: LoopNode  # first child ST, last child SE
    counted: bool = True  # HL01 counts from 1; false: it is only unique


@dataclass(frozen=True, slots=True)
class GuideKey:
    """When a guide applies. ISA12 plays no part: 5010 groups come in 00401 interchanges."""

    id: str
    st01: str
    gs01: str
    gs08: tuple[str, ...]  # a trailing * stands for any ending
    bht02: tuple[str, ...] = ()  # where two guides share all of that: the purposes of this one

    def fits(self, version: str) -> bool:
        """Tell whether GS08 names this guide."""
        return any(
            version.startswith(name[:-1]) if name.endswith("*") else version == name
            for name in self.gs08
        )


def segments_of(loop: LoopNode) -> Iterator[SegmentNode]:
    """Yield every segment of a loop and of the loops in it, in order."""
    for child in loop.children:
        if isinstance(child, LoopNode):
            yield from segments_of(child)
        else:
            yield child


def is_binary(node: SegmentNode) -> bool:
    """Tell whether a segment ends in binary data: BIN, BDS."""
    return bool(node.elements) and node.elements[-1].type.kind == BINARY


Dictionary = Callable[[str], ElementType]


def dictionary(release: str, types: dict[str, ElementType], guide: str) -> Dictionary:
    """Return the look-up of data elements for one guide.

    Raises:
        GuideError: On look-up, if the dictionary of the release lacks the data element.
    """

    def find(number: str) -> ElementType:
        if number not in types:
            msg = f"guide {guide}: data element {number} is not in the dictionary of {release}"
            raise GuideError(msg)
        return types[number]

    return find
