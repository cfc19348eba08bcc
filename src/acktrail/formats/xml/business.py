"""One UBL or cXML document while it is read: part by part, each handed on once it is complete."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from acktrail.errors import TooLargeError
from acktrail.formats.xml import rules, sums
from acktrail.formats.xml.hardened import Element, discard
from acktrail.formats.xml.tree import TreeBuilder, XmlSegment
from acktrail.formats.xml.vocabularies import (
    CXML_REQUEST,
    CXML_REQUESTS,
    CXML_UNIT,
    CXML_WORDS,
    UBL_DOCUMENTS,
    UBL_UNIT,
    UBL_WORDS,
)
from acktrail.model import Finding, MessageHead, MessageResult, Place, Rule, Severity, Verdict
from acktrail.ports import Event, MessageEnd, MessageStart

MOST_ELEMENTS = 100_000  # of one part: it is held as a whole
MOST_FINDINGS = 1000
LONGEST_ID = 200
REFUSING = frozenset({Severity.ERROR, Severity.FATAL})
IDENTIFYING = ("ID", "UUID", "IssueDate", "CustomizationID", "ProfileID", "UBLVersionID")
PARTY_IDS = (("EndpointID",), ("PartyIdentification", "ID"))
CREDENTIAL = ("Credential", "Identity")


class Agreed(NamedTuple):
    """What the profile agrees to; empty: everything that can be read."""

    types: frozenset[str] = frozenset()
    customizations: frozenset[str] = frozenset()
    profiles: frozenset[str] = frozenset()


@dataclass(slots=True)
class BusinessDocument:
    """The document of a file (a file holds one)."""

    root: str  # local name of the root: Invoice, cXML
    agreed: Agreed
    type: str = ""  # Invoice, OrderRequest; "" until the request of a cXML file begins
    facts: dict[str, str] = field(default_factory=dict)  # what the answer has to repeat
    parts: int = 0
    findings: list[Finding] = field(default_factory=list)
    found: int = 0
    _builder: TreeBuilder = field(init=False)
    _names: dict[str, int] = field(default_factory=dict)  # parts by name so far
    _open: int = 0  # elements of the open part
    _head: XmlSegment | None = None  # cXML: who sends to whom, handed on with the first part

    def __post_init__(self) -> None:
        """Choose the words."""
        self._builder = TreeBuilder(UBL_WORDS if self.is_ubl else CXML_WORDS)

    @property
    def is_ubl(self) -> bool:
        """Tell UBL from cXML."""
        return self.root in UBL_DOCUMENTS

    @property
    def unit(self) -> int:
        """Depth of the parts that are handed on; the root's is 1."""
        return UBL_UNIT if self.is_ubl else CXML_UNIT

    def open(self, element: Element) -> Iterator[Event]:
        """Begin: the root is there."""
        if self.is_ubl:
            yield from self._begin(self.root)
            return
        self.facts["ID"] = element.get("payloadID", "")[:LONGEST_ID]
        if not self.facts["ID"]:
            self.find(rules.PAYLOAD_ID, Place("cXML", address="/cXML/@payloadID"))

    def start(self, element: Element, name: str, depth: int) -> Iterator[Event]:
        """Take the start of an element below the root.

        Raises:
            TooLargeError: If one part has more than :data:`MOST_ELEMENTS`.
        """
        self._open = self._open + 1 if depth > 2 else 1  # noqa: PLR2004 - children of the root
        if self._open > MOST_ELEMENTS and not self._is_list(depth):
            msg = f"one part of a document has more than {MOST_ELEMENTS} elements"
            raise TooLargeError(msg)
        if self.is_ubl:
            return
        if depth == self.unit:
            self._open = 1
        elif depth == CXML_REQUEST - 1 and name == "Request":
            self.facts["mode"] = element.get("deploymentMode", "production")
        elif depth == CXML_REQUEST and name in CXML_REQUESTS and not self.type:
            yield from self._begin(name)

    def end(self, element: Element, name: str, path: list[str]) -> Iterator[Event]:
        """Take the end of an element: a part of the document is handed on and let go of."""
        depth = len(path)
        if depth == self.unit and (self.is_ubl or path[2] == self.type):
            yield from self._part(element, name, "/" + "/".join(path[:-1]))
            discard(element)
        elif depth == 2 and not self.is_ubl:  # noqa: PLR2004 - children of the root
            if name == "Header":
                self._header(element)
            discard(element)

    def close(self) -> Iterator[Event]:
        """End: judge the document; a cXML file without a known request has none."""
        if not self.type:
            return
        for place in self._builder.strangers:
            self.find(rules.NAMESPACE, place)
        if self.is_ubl:
            for name in ("ID", "IssueDate"):
                if not self.facts.get(name):
                    self.find(rules.HEADER_MISSING, Place(name, address=f"/{self.root}/{name}"))
            self._judge_agreement()
        yield MessageEnd(self.result())

    def result(self) -> MessageResult:
        """Judge the document."""
        refused = any(one.severity in REFUSING for one in self.findings)
        return MessageResult(
            control="1",
            type=self.type,
            guide=self.type,
            verdict=Verdict.REJECTED if refused else Verdict.ACCEPTED,
            segments=self.parts,
            findings=tuple(self.findings),
            findings_total=self.found,
            facts={"ID": "", **self.facts},
        )

    # ------------------------------------------------------------ parts

    def _is_list(self, depth: int) -> bool:
        return not self.is_ubl and depth <= CXML_REQUEST

    def _begin(self, type_: str) -> Iterator[Event]:
        self.type = type_
        if self.agreed.types and type_ not in self.agreed.types:
            self.find(rules.NOT_AGREED, Place(type_, address=f"/{self.root}"))
        test = self.facts.get("mode") == "test"
        yield MessageStart(
            MessageHead("xml", type_, "UBL-2" if self.is_ubl else "cXML", "1", type_, test=test)
        )
        if self._head is not None:
            yield self._head

    def _part(self, element: Element, name: str, above: str) -> Iterator[Event]:
        self._names[name] = self._names.get(name, 0) + 1
        part = self._builder.build(element, f"{above}/{name}[{self._names[name]}]")
        if part is None:
            return
        self.parts += 1
        if self.is_ubl:
            self._identify(part)
            for finding in sums.check(part):
                self.find(finding, finding.place)
        yield part

    def _identify(self, part: XmlSegment) -> None:
        sides = UBL_DOCUMENTS[self.root]
        if part.tag in IDENTIFYING:
            self.facts.setdefault(part.tag, part.text[:LONGEST_ID])
        elif part.tag in sides:
            side = "sender" if part.tag == sides.sender else "receiver"
            party = part.find(("Party",)) or part
            found = next(filter(None, (party.find(one) for one in PARTY_IDS)), None)
            if found is not None and found.text:
                self.facts.setdefault(side, found.text[:LONGEST_ID])
                self.facts.setdefault(f"{side}_scheme", found.attributes.get("schemeID", ""))

    def _header(self, element: Element) -> None:
        self._head = header = self._builder.build(element, "/cXML/Header")
        for name, side in (("From", "sender"), ("To", "receiver")):
            found = header.find((name, *CREDENTIAL)) if header is not None else None
            if found is not None:
                self.facts[side] = found.text[:LONGEST_ID]

    def _judge_agreement(self) -> None:
        wanted: Mapping[str, frozenset[str]] = {
            "CustomizationID": self.agreed.customizations,
            "ProfileID": self.agreed.profiles,
        }
        for name, known in wanted.items():
            if known and self.facts.get(name, "") not in known:
                self.find(rules.NOT_AGREED, Place(name, address=f"/{self.root}/{name}"))

    def find(self, rule: Rule | Finding, place: Place) -> None:
        """Add a finding, up to the cap."""
        self.found += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(rule.at(place) if isinstance(rule, Rule) else rule)
