"""The one XML parser: fed in pieces, no entities, no network, bounded depth, size and attributes.

A DOCTYPE is refused unless the caller lists its system identifier (cXML always has one); it may
then have no internal subset, and what it points to is never read.

Third parties' error texts may quote the file: none is ever passed on.
Spec: XML 1.0; CVE-2026-41066 (lxml before 6.1 reads local files in ``iterparse``).
"""

import codecs
import re
from collections.abc import Iterator, Sequence, Sized
from typing import Any, Final, Protocol

from lxml import etree  # type: ignore[import-untyped]

from acktrail.errors import TooLargeError, TruncatedFileError, UnreadableFileError

MOST_DEPTH = 64
MOST_BYTES = 2 << 30
MOST_ATTRIBUTES = 64  # of one element
LONGEST_HEAD = 4096  # bytes in front of the root that a DOCTYPE may stand in
PIECE = 64 * 1024
# Of every parser. No `collect_ids=False`: libxml2 then loads the external subset in spite of
# `load_dtd`.
LOCKED: Final = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_pis": True,
    "remove_comments": True,
}
CUT = frozenset(
    (
        etree.ErrorTypes.ERR_DOCUMENT_EMPTY,
        etree.ErrorTypes.ERR_DOCUMENT_END,
        etree.ErrorTypes.ERR_TAG_NOT_FINISHED,
    )
)
DOCTYPE = re.compile(
    rb"""<!DOCTYPE\s+[A-Za-z]{1,60}\s+(?:SYSTEM|PUBLIC\s+(?:"[^"<>]{0,200}"|'[^'<>]{0,200}'))"""
    rb"""\s+(?:"([^"<>]{1,200})"|'([^'<>]{1,200})')\s*>"""
)
# Encodings in which ASCII bytes are ASCII characters: what is looked for in bytes is there.
DECLARED = re.compile(rb"""<\?xml\s[^<>]{0,200}?\sencoding\s*=\s*["']([^"'<>]{0,60})["']""")
ENCODINGS = re.compile(
    rb"utf-?8|us-ascii|ascii|iso-8859-[0-9]{1,2}|windows-125[0-9]", re.IGNORECASE
)
WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"\x00<", b"<\x00")


class Element(Protocol):
    """What is used of an lxml element."""

    tag: str
    text: str | None
    sourceline: int | None

    attrib: "Sized"

    def get(self, name: str, default: str = "") -> str:
        """Return an attribute."""
        ...

    def items(self) -> "list[tuple[str, str]]":
        """Return the attributes."""
        ...

    def __iter__(self) -> "Iterator[Element]":
        """Return the elements in it."""
        ...

    def find(self, path: str) -> "Element | None":
        """Return the first element at ``path``."""
        ...

    def findall(self, path: str) -> "list[Element]":
        """Return all elements at ``path``."""
        ...

    def getparent(self) -> "Element | None":
        """Return the element around this one."""
        ...

    def getprevious(self) -> "Element | None":
        """Return the sibling before this one."""
        ...

    def remove(self, element: "Element") -> None:
        """Remove a child."""
        ...

    def clear(self) -> None:
        """Free everything in the element."""
        ...

    def iter(self) -> "Iterator[Element]":
        """Return this element and all below it in document order."""
        ...

    def __len__(self) -> int:
        """Return the number of children."""
        ...

    def getroottree(self) -> Any:  # noqa: ANN401 - lxml has no types
        """Return the document."""
        ...


class HardenedParser:
    """Yields ``start`` and ``end`` events of elements; the caller clears what it has read."""

    def __init__(
        self,
        depth: int = MOST_DEPTH,
        tags: Sequence[str] = (),
        doctypes: frozenset[str] = frozenset(),
    ) -> None:
        """One for each file.

        Args:
            depth: The most elements that may stand in each other.
            tags: Tell only of the ends of these elements. Depth and DOCTYPE are then not looked at
                here (the library refuses what is deeper than 256): read the root without first.
            doctypes: The system identifiers that a DOCTYPE may have.
        """
        self._tagged = bool(tags)
        self._parser = etree.XMLPullParser(
            events=("end",) if tags else ("start", "end"),
            tag=tags or None,
            **LOCKED,
        )
        self._most_depth = depth
        self._doctypes = doctypes
        self.doctype = ""  # system identifier, once the root has begun
        self._depth = 0
        self._bytes = 0
        self._head = b""
        self._started = False

    def feed(self, chunk: bytes) -> Iterator[tuple[str, Element]]:
        """Parse the next bytes.

        Raises:
            UnreadableFileError: Not well-formed, with a DOCTYPE, in UTF-16 or UTF-32, too deep.
            TooLargeError: More than :data:`MOST_BYTES`.
        """
        if not chunk:
            return
        self._bytes += len(chunk)
        if self._bytes > MOST_BYTES:
            msg = f"more than {MOST_BYTES} bytes of XML"
            raise TooLargeError(msg)
        if len(self._head) < LONGEST_HEAD:
            self._head += chunk[: LONGEST_HEAD - len(self._head)]
            if self._head.startswith(WIDE):
                msg = "XML in UTF-16 or UTF-32 is not read"
                raise UnreadableFileError(msg, code="xml.encoding")
        for at in range(0, len(chunk), PIECE):  # the parser builds all that it is given
            try:
                self._parser.feed(chunk[at : at + PIECE])
            except etree.XMLSyntaxError:
                # What was complete before the fault is not looked at: the file is refused whole.
                raise _malformed() from None
            yield from self._events()

    def close(self) -> Iterator[tuple[str, Element]]:
        """Say that the file is over.

        Raises:
            TruncatedFileError: If the root element is not closed.
            UnreadableFileError: As :meth:`feed`.
        """
        try:
            self._parser.close()
        except etree.XMLSyntaxError as error:
            if self._bytes and error.code not in CUT:
                raise _malformed() from None
            msg = "the XML ends before its root element does"
            raise TruncatedFileError(msg, code="xml.truncated") from None
        yield from self._events()

    def _events(self) -> Iterator[tuple[str, Element]]:
        try:
            if self._tagged:
                yield from self._parser.read_events()
                return
            for event, element in self._parser.read_events():
                if event == "start":
                    self._depth += 1
                    self._check(element)
                yield event, element
                if event == "end":
                    self._depth -= 1
        except etree.XMLSyntaxError:
            raise _malformed() from None

    def _check(self, element: Element) -> None:
        if not self._started:
            self._started = True
            self._check_head(element)
        if self._depth > self._most_depth:
            msg = f"XML deeper than {self._most_depth} elements"
            raise UnreadableFileError(msg, code="xml.depth")
        if len(element.attrib) > MOST_ATTRIBUTES:
            msg = f"an element with more than {MOST_ATTRIBUTES} attributes"
            raise UnreadableFileError(msg, code="xml.attributes")

    def _check_head(self, root: Element) -> None:
        info = root.getroottree().docinfo
        declared = DECLARED.match(self._head.removeprefix(codecs.BOM_UTF8))
        if declared is not None and not ENCODINGS.fullmatch(declared[1]):
            msg = "XML in an encoding that is not read"
            raise UnreadableFileError(msg, code="xml.encoding")
        dtd = info.internalDTD
        if dtd is None:
            return
        found = DOCTYPE.search(self._head)
        system = (found[1] or found[2]).decode("ascii", "replace") if found else ""
        inside = [*dtd.iterentities(), *dtd.iterelements()]
        self.doctype = system
        if system not in self._doctypes or dtd.system_url != system or inside:
            msg = "XML with a DOCTYPE that is not agreed, or with declarations in it"
            raise UnreadableFileError(msg, code="xml.doctype")


def discard(element: Element) -> None:
    """Free an element that has been read, and its earlier siblings: memory stays flat."""
    element.clear()
    parent, earlier = element.getparent(), element.getprevious()
    while parent is not None and earlier is not None:
        parent.remove(earlier)
        earlier = element.getprevious()


def _malformed() -> UnreadableFileError:
    return UnreadableFileError("not well-formed XML", code="xml.malformed")
