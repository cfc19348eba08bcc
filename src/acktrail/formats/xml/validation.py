"""One document against its schema, while it streams by: faults with line and path, never values.

The document is parsed once more, by a parser that keeps nothing of it. What the library says of a
fault quotes the document: only the name of the constraint is taken (cvc-datatype-valid-1-2-1).
"""

from collections.abc import Iterator
from dataclasses import replace

from lxml import etree  # type: ignore[import-untyped]

from acktrail.formats.xml import rules
from acktrail.formats.xml.hardened import LOCKED, PIECE
from acktrail.formats.xml.schemas import Schema
from acktrail.model import Finding, Place

MOST_FAULTS = 100
MOST_STEPS = 12  # of a path that is told, the root's side is left out
CONSTRAINT = "SCHEMAV_"


class Validation:
    """Checks one document, fed in pieces; it has been found well-formed by another parser."""

    def __init__(self, schema: Schema) -> None:
        """One for each file."""
        self._path = _Path(schema.names)
        self._parser = etree.XMLParser(
            target=self._path,
            schema=schema.compiled,
            **LOCKED,
        )
        self._path.parser = self._parser
        self._ended = False

    def feed(self, chunk: bytes) -> None:
        """Check the next bytes."""
        path = self._path
        for line in _lines(chunk):
            if self._ended:
                return
            try:
                self._parser.feed(line)
            except etree.XMLSyntaxError:  # the other parser says so
                self._ended = True
            path.line += line.endswith(b"\n")
            self._ended |= path.told >= MOST_FAULTS

    def close(self) -> Iterator[Finding]:
        """Say that the document is over; yield what is wrong with it."""
        if not self._ended:
            try:
                self._parser.close()
            except etree.XMLSyntaxError:
                self._path.look()
        yield from self._path.findings[:MOST_FAULTS]
        if self._path.told >= MOST_FAULTS:
            yield rules.SCHEMA_CAPPED.at()


class _Path:
    """Knows where the parser is, and puts each fault where it has just been."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names  # others are the partner's words: they are not told
        self.parser: etree.XMLParser | None = None
        self.line = 1
        self.told = 0  # faults that the parser has noted
        self.findings: list[Finding] = []
        self._steps: list[str] = []
        self._counts: list[dict[str, int]] = [{}]
        self._last: tuple[str, ...] = ()

    def start(self, tag: str, attributes: object) -> None:
        """Begin an element."""
        del attributes
        self.look()
        name = tag.rpartition("}")[2]
        name = name if name in self._names else "?"
        count = self._counts[-1][name] = self._counts[-1].get(name, 0) + 1
        self._steps.append(f"{name}[{count}]" if self._steps else name)
        self._counts.append({})
        self._last = tuple(self._steps[-MOST_STEPS:])

    def end(self, tag: str) -> None:
        """End an element."""
        del tag
        self.look()
        self._last = tuple(self._steps[-MOST_STEPS:])
        self._steps.pop()
        self._counts.pop()

    def close(self) -> None:
        """End the document."""
        self.look()

    def look(self) -> None:
        """Take the faults of the element whose start or end was told last."""
        if self.parser is None or self.told >= MOST_FAULTS:
            return
        log = self.parser.feed_error_log
        for entry in log[self.told :]:
            place = Place(self._last[-1].partition("[")[0] if self._last else "")
            place = place._replace(address="/" + "/".join(self._last))
            constraint = _constraint(entry.type_name)
            if constraint:
                found = rules.SCHEMA.at(place, f"line {self.line}")
                self.findings.append(replace(found, code=constraint))
        self.told = len(log)


def _constraint(name: str) -> str:
    """Return the constraint's name as XML Schema spells it, ``""`` where the entry is no fault."""
    return name.removeprefix(CONSTRAINT).lower().replace("_", "-") if CONSTRAINT in name else ""


def _lines(chunk: bytes) -> Iterator[bytes]:
    """Yield the lines of a chunk, long ones in pieces."""
    at = 0
    while at < len(chunk):
        end = chunk.find(b"\n", at, at + PIECE) + 1 or at + PIECE
        yield chunk[at:end]
        at = end
