"""What is open while an interchange is read, and what it becomes when it ends."""

from dataclasses import dataclass, field

from acktrail.formats.delimited import split_released, unreleased
from acktrail.formats.edifact import rules
from acktrail.formats.edifact.characters import Script, decoded, decodes
from acktrail.formats.edifact.checker import faults, finding_of
from acktrail.formats.edifact.directory import Directory
from acktrail.formats.edifact.message import Findings, MessageBody
from acktrail.model import (
    GroupResult,
    InterchangeResult,
    MessageHead,
    MessageResult,
    Place,
    Rule,
    Severity,
    Verdict,
    fold_verdicts,
)


class Service:
    """A service segment, cut into raw elements; index 1 is the first one after the tag."""

    def __init__(self, raw: str, script: Script, offset: int, position: int = 0) -> None:
        self.raw = raw
        self.tag = raw[:3]
        self.script = script
        self.end = offset + len(raw) + 1  # in the file; set anew where that was wrapped
        self.place = Place(self.tag, position, offset=offset, address=self.tag)
        self._elements = split_released(raw, script.marks.element, script.marks.release)

    def composite(self, element: int) -> str:
        """Return an element whole, decoded, release characters kept: to be repeated unchanged."""
        if element >= len(self._elements):
            return ""
        return decoded(self._elements[element], self.script.codec)

    def get(self, element: int, component: int = 1) -> str:
        """Return one component as a value."""
        marks = self.script.marks
        parts = split_released(self.composite(element), marks.component, marks.release)
        return unreleased(parts[component - 1], marks.release) if component <= len(parts) else ""

    def party(self, element: int) -> str:
        """Return identification and qualifier, ``4000001000005:14``."""
        return ":".join(filter(None, (self.get(element, 1), self.get(element, 2))))

    def at(self, element: int, reference: str) -> Place:
        """Return the place of one of its elements."""
        return self.place._replace(element=element, address=f"{self.tag}+{reference}")

    def check(self, directory: Directory, findings: Findings) -> None:
        """Check its elements; a date in the form of another syntax version is only a remark."""
        if not decodes(self.raw, self.script.codec):
            findings.add(rules.UNDECODABLE.at(self.place))
        parts = directory.segments.get(self.tag, ())
        for fault in faults(self.raw, parts, self.script):
            if fault.reference in ("0017", "0019") and self._other_form(fault.element):
                fault = fault._replace(rule=rules.DATE_FORM)  # noqa: PLW2901 - the same fault
            finding = finding_of(fault, self.tag, self.place.position, self.place.offset)
            findings.add(finding)

    def _other_form(self, element: int) -> bool:
        day, time = self.get(element, 1), self.get(element, 2)
        digits = (day + time).isascii() and (day + time).isdecimal()
        return digits and len(day) in (6, 8) and len(time) in (4, 6)


@dataclass(slots=True)
class OpenMessage:
    """A message between UNH and UNT."""

    head: MessageHead
    body: MessageBody
    facts: dict[str, str]
    start: int  # offset of UNH in the file
    group: "OpenGroup"
    interchange: "OpenInterchange"

    def result(self, end: int) -> MessageResult:
        """Judge the message; ``end`` is the offset behind it."""
        findings = self.body.findings
        return MessageResult(
            control=self.head.control,
            type=self.head.type,
            guide=self.head.guide,
            verdict=Verdict.REJECTED if findings.refused else Verdict.ACCEPTED,
            segments=self.body.position,
            findings=tuple(findings.kept),
            facts=self.facts,
            offset=self.start,
            length=end - self.start,
            findings_total=findings.total,
        )


@dataclass(slots=True)
class OpenGroup:
    """A group between UNG and UNE, or the implicit one of an interchange without groups."""

    findings: Findings
    control: str = ""
    kind: str = ""
    version: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    messages: list[MessageResult] = field(default_factory=list)
    explicit: bool = False

    def result(self) -> GroupResult:
        """Judge the group."""
        folded = fold_verdicts(tuple(one.verdict for one in self.messages))
        return GroupResult(
            control=self.control,
            kind=self.kind,
            version=self.version,
            verdict=Verdict.REJECTED if self.findings.refused else folded,
            messages=tuple(self.messages),
            findings=tuple(self.findings.kept),
            facts=self.facts,
        )


@dataclass(slots=True)
class OpenInterchange:
    """An interchange between UNB and UNZ."""

    script: Script
    repertoire: bytes  # see characters.repertoire_of
    directory: Directory  # of its service segments
    findings: Findings
    control: str
    sender: str
    receiver: str
    test: bool
    facts: dict[str, str]
    groups: list[GroupResult] = field(default_factory=list)
    references: set[str] = field(default_factory=set)  # 0062 of its messages
    messages: int = 0
    packages: int = 0
    explicit_groups: int = 0
    loose: bool = False  # a message or package stood outside of groups

    def add(self, rule: Rule, place: Place) -> None:
        """Add a finding of this interchange."""
        self.findings.add(rule.at(place))

    def result(self) -> InterchangeResult:
        """Judge the interchange."""
        folded = fold_verdicts(tuple(one.verdict for one in self.groups))
        return InterchangeResult(
            control=self.control,
            sender=self.sender,
            receiver=self.receiver,
            test=self.test,
            verdict=Verdict.REJECTED if self.findings.refused else folded,
            groups=tuple(self.groups),
            findings=tuple(self.findings.kept),
            facts=self.facts,
        )


def weighed(rule: Rule, counts: str) -> Rule:
    """Return a count's rule as the profile weighs it."""
    if counts == "reject":
        return rule
    return Rule(rule.name, Severity.WARNING, rule.code, rule.category, rule.text, rule.owner)
