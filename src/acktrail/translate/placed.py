"""Texts, numbers and days that know which element they were read from.

They are equal to plain ones and hash alike, so a translator makes the same document of them. Only
for telling where the values of a document come from: they take time and memory.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TypeVar

from acktrail.documents.kinds import Document
from acktrail.documents.value import Leaf, Value
from acktrail.model import NOWHERE, Place
from acktrail.ports import CutSegment

K = TypeVar("K")
V = TypeVar("V")
BESIDE = frozenset({"key", "ext"})  # of a document: made of its other values; what has no field


class PlacedText(str):
    """A text; what is left of it without blanks stands at the same place."""

    __slots__ = ("place",)
    place: Place

    def strip(self, chars: str | None = None, /) -> "PlacedText":
        """Return it without what stands at its ends."""
        return text_at(super().strip(chars), self.place)


class PlacedNumber(Decimal):
    """A number; a debit turns its sign."""

    __slots__ = ("place",)
    place: Place

    def __neg__(self) -> "PlacedNumber":
        """Return it with the other sign."""
        return number_at(super().__neg__(), self.place)


class PlacedCount(int):
    """A whole number."""

    place: Place


class PlacedDay(date):
    """A day."""

    __slots__ = ("place",)
    place: Place


Placed = PlacedText | PlacedNumber | PlacedCount | PlacedDay


def text_at(text: str, place: Place) -> PlacedText:
    """Return a text that knows its place."""
    known = PlacedText(text)
    known.place = place
    return known


def number_at(number: Decimal, place: Place) -> PlacedNumber:
    """Return a number that knows its place."""
    known = PlacedNumber(number)
    known.place = place
    return known


def count_at(count: int, place: Place) -> PlacedCount:
    """Return a whole number that knows its place."""
    known = PlacedCount(count)
    known.place = place
    return known


def day_at(day: date, place: Place) -> PlacedDay:
    """Return a day that knows its place."""
    known = PlacedDay(day.year, day.month, day.day)
    known.place = place
    return known


class PlacedSegment:
    """A segment of X12 whose texts know their places."""

    __slots__ = ("_segment", "elements")

    def __init__(self, segment: CutSegment) -> None:
        self._segment = segment
        tag, *sent = segment.elements
        self.elements = [tag, *(text_at(one, self._at(n)) for n, one in enumerate(sent, 1))]

    @property
    def loop(self) -> str:
        """The loop it stands in."""
        return self._segment.loop

    @property
    def tag(self) -> str:
        """Segment id."""
        return self._segment.tag

    @property
    def place(self) -> Place:
        """Where it stands, as a whole."""
        return self._segment.place

    def get(self, element: int, component: int = 0, repetition: int = 1, part: int = 1) -> str:
        """Return the text of an element or component; ``""`` when it was not sent."""
        text = self._segment.get(element, component, repetition, part)
        return text_at(text, self._at(element, component, repetition))

    def repetitions(self, element: int) -> int:
        """Return how often the element is repeated; 0 when it was not sent."""
        return self._segment.repetitions(element)

    def components(self, element: int) -> int:
        """Return how many components an element that was sent may have; never too few."""
        return self._segment.components(element)

    def _at(self, element: int, component: int = 0, repetition: int = 0) -> Place:
        return place_in(self._segment.place, element, component, repetition)


def place_in(segment: Place, element: int, component: int = 0, repetition: int = 0) -> Place:
    """Return the place of an element or component in a segment."""
    address = f"{segment.segment}{element:02}" + (f"-{component}" if component else "")
    return segment._replace(
        element=element, component=component, repetition=repetition, address=address
    )


def place_of(text: str) -> Place:
    """Return the place that a text knows."""
    return text.place if isinstance(text, PlacedText) else NOWHERE


class Oblivion(dict[K, V]):
    """A memo that keeps nothing: of equal texts each is read for itself."""

    def __setitem__(self, key: K, value: V) -> None:
        """Forget it."""


def values_of(document: Document) -> Iterator[tuple[str, object]]:
    """Yield the path and value of every field that holds one; those of the payload stand first.

    Fields of the payload are named without it, as maps name them: ``claims[0].charge.amount``.
    """
    yield from _values(document.payload, "")
    for name in document.__struct_fields__:
        if name != "payload" and name not in BESIDE:
            yield from _values(getattr(document, name), name)


def _values(value: object, path: str) -> Iterator[tuple[str, object]]:
    inner: Iterator[tuple[str, object]]
    match value:
        case Value() | Leaf():
            front = f"{path}." if path else ""
            inner = ((front + name, getattr(value, name)) for name in value.__struct_fields__)
        case tuple():
            inner = ((f"{path}[{n}]", one) for n, one in enumerate(value))
        case dict():
            inner = ((f"{path}.{name}", one) for name, one in value.items())
        case None | "":
            return
        case _:
            yield path, value
            return
    for name, one in inner:
        yield from _values(one, name)
