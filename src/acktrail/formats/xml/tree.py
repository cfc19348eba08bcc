"""One element of a business document with all that stands in it, as a map sees it.

Only elements of the document's own vocabulary are taken: an element that merely has the same local
name in another namespace is none of them, and never fills a field.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from acktrail.errors import TooLargeError, UnreadableFileError
from acktrail.formats.xml.hardened import Element
from acktrail.model import Place

LONGEST_TEXT = 32 * 1024  # characters of one element; attached files are left out before
ATTACHED = frozenset({"EmbeddedDocumentBinaryObject", "Attachment"})  # files in a document


class XmlSegment(NamedTuple):
    """An element (fulfils ``ports.Segment``); ``place.address`` is its path from the root."""

    tag: str  # local name
    text: str  # trimmed; "" where elements stand in it
    attributes: Mapping[str, str]
    children: tuple["XmlSegment", ...]
    place: Place

    @property
    def loop(self) -> str:
        """Elements stand in no loop: what is in what, the tree itself says."""
        return ""

    @property
    def elements(self) -> tuple[str, ...]:
        """Tag and text."""
        return (self.tag, self.text)

    def get(self, element: int, component: int = 0, repetition: int = 1, part: int = 1) -> str:
        """Return the text of the element itself, which is all that can be counted."""
        plain = component <= 1 and repetition == 1 and part == 1
        return self.text if plain and element == 1 else ""

    def repetitions(self, element: int) -> int:
        """Return 1 where the element has a text."""
        return int(bool(self.get(element)))

    def components(self, _element: int) -> int:
        """Return 1: a text is never a composite."""
        return 1

    def find(self, steps: tuple[str, ...]) -> "XmlSegment | None":
        """Return the first element below this one, in the order sent, that ``steps`` lead to."""
        return next(self._below(steps), None)

    def _below(self, steps: tuple[str, ...]) -> "Iterator[XmlSegment]":
        if not steps:
            yield self
            return
        for child in self.children:
            if child.tag == steps[0]:
                yield from child._below(steps[1:])  # noqa: SLF001 - of the same class


class Vocabulary(NamedTuple):
    """The namespaces that a document's elements may be in, and those that are passed over."""

    own: frozenset[str]
    aside: frozenset[str]  # extensions and signatures: kept in the stored file only


class TreeBuilder:
    """Copies elements out of the parser's tree; counts them through the whole message."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """One for each document."""
        self._vocabulary = vocabulary
        self._position = 0
        self.strangers: list[Place] = []  # elements of no namespace that the document may use

    def build(self, element: Element, address: str) -> XmlSegment | None:
        """Return a copy of an element that is complete; None where it is not of the vocabulary.

        Raises:
            TooLargeError: If a text is longer than :data:`LONGEST_TEXT`.
            UnreadableFileError: If an entity is referred to.
        """
        namespace, _, name = element.tag.rpartition("}")
        namespace = namespace.removeprefix("{")
        self._position += 1
        place = Place(name, self._position, address=address)
        if namespace not in self._vocabulary.own:
            if namespace not in self._vocabulary.aside:
                self.strangers.append(place)
            return None
        if name in ATTACHED:
            return XmlSegment(name, "", {}, (), place)
        children = tuple(self._children(element, address))
        text = "" if children else (element.text or "").strip()
        if len(text) > LONGEST_TEXT:
            msg = f"a text is longer than {LONGEST_TEXT} characters"
            raise TooLargeError(msg)
        attributes = {
            key: value.strip() for key, value in element.items() if not key.startswith("{")
        }
        return XmlSegment(name, text, attributes, children, place)

    def _children(self, element: Element, address: str) -> Iterator[XmlSegment]:
        counts: dict[str, int] = {}
        for child in element:
            if not isinstance(child.tag, str):  # a reference to an entity that no one declared
                msg = "XML with a reference to an entity"
                raise UnreadableFileError(msg, code="xml.entity")
            name = child.tag.rpartition("}")[2]
            counts[name] = counts.get(name, 0) + 1
            built = self.build(child, f"{address}/{name}[{counts[name]}]")
            if built is not None:
                yield built
