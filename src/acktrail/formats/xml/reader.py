"""Reads one XML file: chooses by the root element; a statement is read by the reader of camt.

UBL and cXML documents are read part by part in :mod:`acktrail.formats.xml.business`.

CDA documents are opaque: their bytes are kept by the caller, here they become one message with
their digest; nothing in them is interpreted.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from acktrail.errors import TooLargeError
from acktrail.formats.xml import rules
from acktrail.formats.xml.business import Agreed, BusinessDocument
from acktrail.formats.xml.camt_reader import NAMESPACE, CamtReader
from acktrail.formats.xml.hardened import Element, HardenedParser, discard
from acktrail.formats.xml.records import XmlRecord
from acktrail.formats.xml.schemas import Schema
from acktrail.formats.xml.validation import Validation
from acktrail.formats.xml.vocabularies import CXML_ROOT, ubl_document
from acktrail.model import (
    GroupResult,
    InterchangeResult,
    MessageHead,
    MessageResult,
    Place,
    Severity,
    Verdict,
    fold_verdicts,
)
from acktrail.ports import Event, FileFinding, GroupEnd, InterchangeEnd, MessageEnd, MessageStart

LONGEST_PROLOGUE = 1 << 20  # bytes before the root element
CDA_SPACE = "{urn:hl7-org:v3}"
CDA_ROOT = CDA_SPACE + "ClinicalDocument"
# What identifies a document and says what it is of: child -> fact -> attribute (HL7 CDA R2, 4.2.1).
CDA_FACTS = {
    "id": {"id": "root", "extension": "extension"},
    "effectiveTime": {"time": "value"},
    "code": {"code": "code", "code_system": "codeSystem"},
}
LONGEST_FACT = 200


class XmlReader:
    """Reads one file (fulfils ``ports.Reader``)."""

    def __init__(
        self,
        depth: int,
        sender: str,
        agreed: Agreed = Agreed(),  # noqa: B008 - immutable
        doctypes: frozenset[str] = frozenset(),
        schemas: Mapping[str, Schema] = MappingProxyType({}),
    ) -> None:
        """``depth`` is the most elements that may stand in each other; schemas by namespace."""
        self._parser = HardenedParser(depth, doctypes=doctypes)
        self._most_depth, self._sender = depth, sender
        self._agreed = agreed
        self._schemas = schemas
        self._validation: Validation | None = None
        self._business: BusinessDocument | None = None
        self._head = b""  # what was fed until the root element began
        self._path: list[str] = []  # local names of the open elements
        self._kind = ""  # CDA | unknown; empty: the root has not begun
        self._camt: CamtReader | None = None
        self._clinical: dict[str, str] = {}
        self._digest = hashlib.sha256()
        self._results: list[MessageResult] = []
        self._failed = False

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Take the next bytes; yield what they complete (see ``ports.Reader``)."""
        begun = bool(self._kind)
        yield from self._read(chunk)
        if self._validation is not None:
            self._validation.feed(chunk if begun else self._head)
        if self._kind:
            self._head = b""

    def _read(self, chunk: bytes) -> Iterator[Event]:
        if self._camt is not None:
            yield from self._camt.feed(chunk)
            return
        self._digest.update(chunk)
        self._keep(chunk)
        for event, element in self._parser.feed(chunk):
            yield from self._take(event, element)
            if self._camt is not None:  # it reads from the beginning, told of less
                yield from self._camt.feed(self._head)
                return

    def close(self) -> Iterator[Event]:
        """Yield what is left, then the verdicts."""
        if self._camt is not None:
            yield from self._close_camt(self._camt)
            return
        for event, element in self._parser.close():
            yield from self._take(event, element)
        business = self._business
        yield from self._validated()
        if business is not None:
            yield from self._close_business(business)
        elif self._kind == "CDA":
            yield from self._opaque()
        verdict = fold_verdicts(tuple(one.verdict for one in self._results))
        verdict = Verdict.REJECTED if self._failed else verdict
        group = GroupResult("", self._kind, "", verdict, tuple(self._results))
        yield GroupEnd(group)
        facts = {} if business is None else business.facts
        yield InterchangeEnd(
            InterchangeResult(
                control=facts.get("ID", ""),
                sender=self._sender or facts.get("sender", ""),
                receiver=facts.get("receiver", ""),
                test=facts.get("mode") == "test",
                verdict=verdict,
                groups=(group,),
            )
        )

    def _close_camt(self, camt: CamtReader) -> Iterator[Event]:
        events = list(camt.close())
        yield from self._validated()
        for event in events:
            if self._failed and isinstance(event, InterchangeEnd):
                yield InterchangeEnd(replace(event.result, verdict=Verdict.REJECTED))
            else:
                yield event

    def _validated(self) -> Iterator[Event]:
        """Tell what the schema says: in the answer of a business document, else of the file."""
        if self._validation is None:
            return
        for finding in self._validation.close():
            if self._business is not None:
                self._business.find(finding, finding.place)
            else:
                self._failed |= finding.severity is Severity.ERROR
                yield FileFinding(finding)

    def _keep(self, chunk: bytes) -> None:
        if self._kind:
            return
        self._head += chunk
        if len(self._head) - len(chunk) > LONGEST_PROLOGUE:
            msg = f"no root element in the first {LONGEST_PROLOGUE} bytes"
            raise TooLargeError(msg)

    # ------------------------------------------------------------ elements

    def _take(self, event: str, element: Element) -> Iterator[Event]:
        name = element.tag.rpartition("}")[2]
        if event == "start":
            if not self._path:
                yield from self._root(element)
            elif self._business is not None:
                yield from self._business.start(element, name, len(self._path) + 1)
            self._path.append(name)
        else:
            if self._business is not None:
                yield from self._business.end(element, name, self._path)
            elif len(self._path) == 2:  # noqa: PLR2004 - a child of the root
                self._note(name, element)
                discard(element)
            self._path.pop()

    def _root(self, element: Element) -> Iterator[Event]:
        namespace = element.tag.rpartition("}")[0].removeprefix("{")
        if namespace in self._schemas:
            self._validation = Validation(self._schemas[namespace])
        elif self._schemas:
            self._failed = True
            yield FileFinding(rules.SCHEMA_NONE.at())
        if NAMESPACE.fullmatch(namespace):
            self._kind = "camt"
            self._camt = CamtReader(namespace, self._most_depth, self._sender)
        elif element.tag == CDA_ROOT:
            self._kind = "CDA"
        elif element.tag == CXML_ROOT or ubl_document(element.tag):
            self._kind = ubl_document(element.tag) or CXML_ROOT
            self._business = BusinessDocument(self._kind, self._agreed)
            self._business.facts["doctype"] = self._parser.doctype
            yield from self._business.open(element)
        else:
            self._kind, self._failed = "unknown", True
            yield FileFinding(rules.KIND_UNKNOWN.at())

    def _close_business(self, business: BusinessDocument) -> Iterator[Event]:
        for event in business.close():
            if isinstance(event, MessageEnd):
                self._results.append(event.result)
            yield event
        if not business.type:
            self._failed = True
            yield FileFinding(rules.KIND_UNKNOWN.at(Place(address="/cXML")))

    def _note(self, name: str, element: Element) -> None:
        """Keep what identifies a clinical document; all else of it is discarded unread."""
        asked = CDA_FACTS.get(name) if element.tag == CDA_SPACE + name else None
        if self._kind != "CDA" or asked is None:
            return
        for fact, attribute in asked.items():
            self._clinical.setdefault(fact, element.get(attribute, "")[:LONGEST_FACT])

    def _opaque(self) -> Iterator[Event]:
        head = MessageHead("xml", "CDA", "", "1", guide="CDA", sender=self._sender)
        yield MessageStart(head)
        values = {"type": "CDA", "sha256": self._digest.hexdigest(), **self._clinical}
        yield XmlRecord("opaque", values, Place("ClinicalDocument", 1))
        result = MessageResult("1", "CDA", "CDA", Verdict.ACCEPTED, 1, facts=dict(self._clinical))
        self._results.append(result)
        yield MessageEnd(result)
