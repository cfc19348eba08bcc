"""Reads a camt file: statements entry by entry, nothing of an entry is kept when it has been read.

The parser tells only of the elements that matter (entries, details, statements), which is what
makes it fast; what stands between two of them is in memory, so it is capped.
"""

import re
from collections.abc import Iterator

from acktrail.errors import TooLargeError
from acktrail.formats.xml import rules
from acktrail.formats.xml.camt import CamtStatement, Header
from acktrail.formats.xml.camt_batch import Batch
from acktrail.formats.xml.camt_entry import Shapes
from acktrail.formats.xml.hardened import PIECE, Element, HardenedParser
from acktrail.model import (
    GroupResult,
    InterchangeResult,
    MessageHead,
    MessageResult,
    Place,
    Verdict,
    fold_verdicts,
)
from acktrail.ports import Event, FileFinding, GroupEnd, InterchangeEnd, MessageEnd, MessageStart

NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:(camt\.05[234])\.001\.([0-9]{2})")
KNOWN_VERSIONS = frozenset({"02", "03", "04", "05", "06", "07", "08"})
STATEMENTS = ("Stmt", "Rpt", "Ntfctn")
MOST_HELD = 16 << 20  # bytes of XML without an end of entry, detail or statement


class CamtReader:
    """Reads one file whose root element is known (fulfils ``ports.Reader``)."""

    def __init__(self, namespace: str, depth: int, sender: str) -> None:
        """``namespace`` is that of the root and matches :data:`NAMESPACE`."""
        found = NAMESPACE.fullmatch(namespace)
        self._kind, self._version = (found[1], found[2]) if found else ("", "")
        self._space = f"{{{namespace}}}"
        self._sender = sender
        names = ("Ntry", "TxDtls", *STATEMENTS)
        self._entry, self._detail, *self._statements = (f"{self._space}{n}" for n in names)
        tags = (self._entry, self._detail, *self._statements)
        self._parser = HardenedParser(depth, tags)
        self._shapes = Shapes(self._space, depth)
        self._held = 0
        self._told = False
        self._element: Element | None = None  # of the statement or page that has begun
        self._statement: CamtStatement | None = None
        self._batch = Batch(self._space)
        self._results: list[MessageResult] = []

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Take the next bytes; yield what they complete (see ``ports.Reader``)."""
        if not self._told:
            self._told = True
            if self._version not in KNOWN_VERSIONS:
                yield FileFinding(rules.VERSION_UNKNOWN.at(Place(address="Document")))
        for at in range(0, len(chunk), PIECE):
            piece = chunk[at : at + PIECE]
            self._held += len(piece)
            for _, element in self._parser.feed(piece):
                yield from self._take(element)
            if self._held > MOST_HELD:
                msg = f"an entry or header is larger than {MOST_HELD} bytes"
                raise TooLargeError(msg)

    def close(self) -> Iterator[Event]:
        """Yield what is left, then the verdicts."""
        for _, element in self._parser.close():
            yield from self._take(element)
        yield from self._end_statement()
        if not self._results:
            yield FileFinding(rules.NO_STATEMENT.at())
        verdict = fold_verdicts(tuple(one.verdict for one in self._results))
        verdict = verdict if self._results else Verdict.REJECTED
        group = GroupResult("", self._kind, self._version, verdict, tuple(self._results))
        yield GroupEnd(group)
        yield InterchangeEnd(
            InterchangeResult("", self._sender, "", False, verdict, (group,))  # noqa: FBT003
        )

    # ------------------------------------------------------------ elements

    def _take(self, element: Element) -> Iterator[Event]:
        tag = element.tag
        if tag == self._entry:
            yield from self._end_entry(element)
        elif tag == self._detail:
            if self._batch.detail(element):
                self._held = 0
        elif self._is_statement(element):
            yield from self._end_page(element)

    def _end_entry(self, element: Element) -> Iterator[Event]:
        parent = element.getparent()
        batch = self._batch
        if batch.begun:
            self._batch = Batch(self._space)
        if parent is None or (parent is not self._element and not self._is_statement(parent)):
            return  # no entry of a statement
        if parent is not self._element:
            yield from self._begin(parent, element)
        statement = self._statement
        if statement is not None:
            statement.children += 1
            yield from statement.entry(element, self._shapes.read(element), batch)
        self._free(parent, element)

    def _end_page(self, element: Element) -> Iterator[Event]:
        begun = element is self._element
        if not begun:
            yield from self._begin(element, None)
        statement = self._statement
        if statement is not None:
            for child in element if begun else ():
                if child.tag != self._entry:
                    statement.children += 1
                    statement.late(self._space, child.tag.removeprefix(self._space), child)
            if statement.header.last:
                yield from self._end_statement()
        self._element = None
        element.clear()
        self._held = 0

    def _begin(self, element: Element, entry: Element | None) -> Iterator[Event]:
        """Read what stands before the first entry; start a statement or turn its page."""
        header, children = Header(), 0
        for child in element:
            if child is entry:
                break
            children += 1
            header.take(self._space, child.tag.removeprefix(self._space), child)
        for child in list(element)[:children]:
            element.remove(child)
        self._element = element
        statement = self._statement
        if statement is not None and statement.continues(header):
            statement.turn(header)
        else:
            yield from self._end_statement()
            ordinal = len(self._results) + 1
            statement = self._statement = CamtStatement(self._kind, ordinal, header)
            yield MessageStart(self._head(str(ordinal)))
        statement.children += children
        if statement.header is header:
            yield from statement.start()

    def _end_statement(self) -> Iterator[Event]:
        statement, self._statement = self._statement, None
        if statement is None:
            return
        yield from statement.end()
        result = statement.result()
        self._results.append(result)
        yield MessageEnd(result)

    def _is_statement(self, element: Element) -> bool:
        """Tell whether an element is a statement: the child of the root's one child."""
        if element.tag not in self._statements:
            return False
        around = element.getparent()
        root = around.getparent() if around is not None else None
        return root is not None and root.getparent() is None

    def _free(self, parent: Element, element: Element) -> None:
        """Free what has been read: memory stays flat."""
        before = element.getprevious()
        while before is not None:
            parent.remove(before)
            before = element.getprevious()
        self._held = 0

    def _head(self, control: str) -> MessageHead:
        kind = self._kind
        return MessageHead("xml", kind, self._version, control, guide=kind, sender=self._sender)
