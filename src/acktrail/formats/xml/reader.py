"""Reads one XML file: chooses by the root element, hands statements on entry by entry.

CDA documents are opaque: their bytes are kept by the caller, here they become one message with
their digest; nothing in them is interpreted.
"""

import hashlib
from collections.abc import Iterator

from acktrail.formats.xml import rules
from acktrail.formats.xml.camt import KNOWN_VERSIONS, NAMESPACE, STATEMENTS, CamtStatement, text_at
from acktrail.formats.xml.hardened import Element, HardenedParser, discard
from acktrail.formats.xml.records import XmlRecord
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

CDA_ROOT = "{urn:hl7-org:v3}ClinicalDocument"
# Depth of elements, the root is 1: a statement, its children, the details of an entry.
STATEMENT, CHILD, DETAIL = 3, 4, 6


class XmlReader:
    """Reads one file (fulfils ``ports.Reader``)."""

    def __init__(self, depth: int, sender: str) -> None:
        """``depth`` is the most elements that may stand in each other."""
        self._parser = HardenedParser(depth)
        self._sender = sender
        self._path: list[str] = []  # local names of the open elements
        self._kind = ""  # camt.053 | camt.052 | camt.054 | CDA | unknown
        self._version = ""
        self._statement: CamtStatement | None = None
        self._sign = ""  # CdtDbtInd of the open entry: it stands before the details
        self._clinical: dict[str, str] = {}
        self._digest = hashlib.sha256()
        self._results: list[MessageResult] = []
        self._failed = False

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Take the next bytes; yield what they complete (see ``ports.Reader``)."""
        self._digest.update(chunk)
        for event, element in self._parser.feed(chunk):
            yield from self._take(event, element)

    def close(self) -> Iterator[Event]:
        """Yield what is left, then the verdicts."""
        for event, element in self._parser.close():
            yield from self._take(event, element)
        if self._kind == "CDA":
            yield from self._opaque()
        elif self._kind != "unknown" and not self._results:
            self._failed = True
            yield FileFinding(rules.NO_STATEMENT.at())
        verdict = fold_verdicts(tuple(one.verdict for one in self._results))
        verdict = Verdict.REJECTED if self._failed else verdict
        group = GroupResult("", self._kind, self._version, verdict, tuple(self._results))
        yield GroupEnd(group)
        yield InterchangeEnd(
            InterchangeResult("", self._sender, "", False, verdict, (group,))  # noqa: FBT003
        )

    # ------------------------------------------------------------ elements

    def _take(self, event: str, element: Element) -> Iterator[Event]:
        name = element.tag.rpartition("}")[2]
        if event == "start":
            if not self._path:
                yield from self._root(element)
            self._path.append(name)
            if self._kind.startswith("camt") and self._opens_statement(name):
                self._statement = CamtStatement(self._kind, len(self._results) + 1)
                yield MessageStart(self._head(self._kind, str(len(self._results) + 1)))
        else:
            yield from self._end(name, element)
            self._path.pop()

    def _root(self, element: Element) -> Iterator[Event]:
        namespace = element.tag.partition("}")[0].removeprefix("{")
        camt = NAMESPACE.fullmatch(namespace)
        if camt is not None:
            self._kind, self._version = camt[1], camt[2]
            if camt[2] not in KNOWN_VERSIONS:
                yield FileFinding(rules.VERSION_UNKNOWN.at(Place(address="Document")))
        elif element.tag == CDA_ROOT:
            self._kind = "CDA"
        else:
            self._kind, self._failed = "unknown", True
            yield FileFinding(rules.KIND_UNKNOWN.at())

    def _opens_statement(self, name: str) -> bool:
        return len(self._path) == STATEMENT and name in STATEMENTS

    def _end(self, name: str, element: Element) -> Iterator[Event]:
        depth, statement = len(self._path), self._statement
        if statement is None:
            if depth == 2:  # noqa: PLR2004 - a child of the root
                self._note(name, element)
                discard(element)
            return
        if depth == STATEMENT:
            yield from statement.end()
            result = statement.result()
            self._results.append(result)
            self._statement = None
            yield MessageEnd(result)
            discard(element)
        elif depth == CHILD:
            yield from statement.child(name, element)
            discard(element)
            self._sign = ""
        elif depth == CHILD + 1 and name == "CdtDbtInd":
            self._sign = text_at(element)
        elif depth == DETAIL and name == "TxDtls":
            statement.detail(element, self._sign)
            discard(element)

    def _note(self, name: str, element: Element) -> None:
        """Keep what identifies a clinical document; all else of it is discarded unread."""
        if self._kind == "CDA" and name == "id":
            self._clinical.setdefault("id", element.get("root", ""))

    def _opaque(self) -> Iterator[Event]:
        yield MessageStart(self._head("CDA", "1"))
        values = {"type": "CDA", "sha256": self._digest.hexdigest(), **self._clinical}
        yield XmlRecord("opaque", values, Place("ClinicalDocument", 1))
        result = MessageResult("1", "CDA", "CDA", Verdict.ACCEPTED, 1)
        self._results.append(result)
        yield MessageEnd(result)

    def _head(self, type_: str, control: str) -> MessageHead:
        return MessageHead("xml", type_, self._version, control, guide=type_, sender=self._sender)
