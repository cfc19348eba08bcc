"""One open functional group GS..GE and its verdict.

Spec: X12.5, GS and GE; AK905 codes by set 997 and 999.
"""

import re
from dataclasses import dataclass, field

from acktrail.formats.x12 import rules, values
from acktrail.formats.x12.agreement import Agreement, Standing
from acktrail.formats.x12.findings import Findings
from acktrail.model import GroupResult, MessageResult, Place, Rule, Verdict, fold_verdicts

GS_ELEMENTS = 8
PLACE = "place"  # fact of an interchange, offset of ISA, and of a group, offset:length of GS
is_kind = re.compile("[A-Z][A-Z0-9]").fullmatch
is_version = re.compile("[A-Z0-9]{1,12}").fullmatch
# ST03: release, guide and its errata. Looser, and data of a lost terminator would be repeated
is_implementation = re.compile("[0-9]{6}(?:X[0-9]{3}(?:[A-Z][0-9]{1,2})?)?").fullmatch
is_control = re.compile("[0-9]{1,9}").fullmatch
is_set_id = re.compile("[0-9A-Z]{3}").fullmatch
is_set_control = re.compile("[A-Za-z0-9]{4,9}").fullmatch
is_short_time = re.compile(values.TIME_LONG).fullmatch


@dataclass(slots=True)
class Group:
    """An open group."""

    elements: list[str]  # of GS, padded to GS08
    offset: int
    length: int  # of GS
    findings: Findings
    agreement: Agreement
    messages: list[MessageResult] = field(default_factory=list)
    controls: set[str] = field(default_factory=set)
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """GS01."""
        return self.elements[1]

    @property
    def version(self) -> str:
        """GS08."""
        return self.elements[8]

    def note(self, rule: Rule, tag: str, element: int, offset: int) -> None:
        """Note a finding of the group."""
        address = f"{tag}{element:02d}" if element else tag
        self.findings.add(rule, Place(tag, 0, element, offset=offset, address=address))

    def closed(self, count: str, control: str, offset: int) -> None:
        """Take the GE segment."""
        if is_control(count):
            self.facts["GE01"] = count
        if not is_control(count) or int(count) != len(self.messages):
            self.note(rules.GE_COUNT, "GE", 1, offset)
        if control != self.elements[6]:
            self.note(rules.GE_CONTROL, "GE", 2, offset)

    def result(self) -> GroupResult:
        """Judge the group: its own findings, then its sets."""
        if not self.messages:
            self.note(rules.EMPTY_GROUP, "GS", 0, self.offset)
        verdict = fold_verdicts(tuple(message.verdict for message in self.messages))
        if self.findings.rejected:
            verdict = Verdict.REJECTED
        accepted = sum(message.verdict is not Verdict.REJECTED for message in self.messages)
        self.facts |= {PLACE: f"{self.offset}:{self.length}"}
        self.facts |= {"sets": str(len(self.messages)), "accepted": str(accepted)}
        return GroupResult(
            control=self.elements[6],
            kind=self.kind,
            version=self.version,
            verdict=verdict,
            messages=tuple(self.messages),
            findings=self.findings.kept(),
            facts=self.facts,
        )


def open_group(elements: list[str], offset: int, findings: Findings, agreement: Agreement) -> Group:
    """Take a GS segment."""
    padded = elements + [""] * (GS_ELEMENTS + 1 - len(elements))
    length = len("*".join(elements)) + 1  # its terminator included
    group = Group(padded, offset, length, findings, agreement)
    for number in (1, 2, 3, 6, 8):
        group.facts[f"GS{number:02d}"] = padded[number]
    if not is_control(padded[6]):
        group.note(rules.GS_CONTROL, "GS", 6, offset)
    if not (values.is_date(padded[4]) and is_short_time(padded[5])):
        group.note(rules.GS_DATE, "GS", 4, offset)
    match agreement.of_group(padded[1], padded[8]):
        case Standing.KIND_UNKNOWN:
            group.note(rules.GROUP_UNSUPPORTED, "GS", 1, offset)
        case Standing.VERSION_UNKNOWN:
            group.note(rules.GROUP_VERSION, "GS", 8, offset)
        case Standing.AGREED:
            pass
    return group
