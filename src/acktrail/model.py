"""The words of the trade as frozen types. Imports nothing of ours, does no I/O."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

CORRECTS = "corrects"  # fact of a group or interchange: control id of the one that it answers
REFUSED_PARTS = "refused"  # fact of a message: numbers of its documents, from 0: 0 3-5


class Severity(StrEnum):
    """How much a finding weighs in the answer to the partner."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"  # refuses the message or group it stands in
    FATAL = "fatal"  # refuses the whole file


class Owner(StrEnum):
    """Who has to act on a finding or an error."""

    PARTNER = "partner"
    US = "us"
    ODOO = "odoo"
    NOBODY = "nobody"


class Verdict(StrEnum):
    """What became of a message, a group or an interchange, in the order of gravity."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_ERRORS = "accepted_with_errors"
    PARTIALLY_ACCEPTED = "partially_accepted"
    REJECTED = "rejected"


class Place(NamedTuple):
    """Where in a file something was seen. Every part may be left out."""

    segment: str = ""  # tag of the segment, or name of the record type
    position: int = 0  # of the segment in its message, from 1 (ST, UNH, MSH); of a row in its file
    element: int = 0  # from 1 for the first element after the tag, MSH-1 is 1; column for a row
    component: int = 0  # from 1; 0 = the whole element
    repetition: int = 0  # from 1; 0 = the format or the element knows none
    offset: int = 0  # byte offset of the segment in the opened file
    address: str = ""  # the format's notation: CLP04, PID-5.1, UNB+0020, a column name


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault or remark about partner data. Never carries the data's value (PHI)."""

    rule: str  # ours, dotted and stable: x12.element.missing
    severity: Severity
    message: str
    code: str = ""  # the standard's own: IK304 3, 0085 29, 0357 101, TA1 023
    category: str = ""  # snip1..snip7, or envelope, structure, value, usage, balance, ...
    place: Place = NOWHERE
    reference: str = ""  # data element number where the format has one (IK402)
    owner: Owner = Owner.PARTNER


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a format's table of findings; docs/reference.md is written from these."""

    name: str
    severity: Severity
    code: str
    category: str
    text: str
    owner: Owner = Owner.PARTNER

    def at(self, place: Place = NOWHERE, reference: str = "") -> Finding:
        """Return the finding that this rule makes at ``place``."""
        return Finding(
            self.name,
            self.severity,
            self.text,
            self.code,
            self.category,
            place,
            reference,
            self.owner,
        )


class MessageHead(NamedTuple):
    """What is known of a message when it starts, before its segments are read."""

    format: str
    type: str  # 835, ORDERS, DFT^P03, the name of a layout
    version: str  # 005010X221A1, D:96A:UN, 2.5.1, version of the layout
    control: str  # ST02, UNH 0062, MSH-10; for rows the ordinal
    guide: str = ""  # id of the guide, directory or layout that checks it
    sender: str = ""
    receiver: str = ""
    interchange: str = ""  # control number
    group: str = ""  # control number
    test: bool = False
    facts: Mapping[str, str] = MappingProxyType({})  # native header elements; no PHI
    subscribed: bool = True  # False: it is kept and answered, no document is made of it


@dataclass(frozen=True, slots=True)
class MessageResult:
    """One message after it was read: X12 transaction set, EDIFACT or HL7 message, rows."""

    control: str
    type: str
    guide: str
    verdict: Verdict
    segments: int  # segments read, first and last included
    findings: tuple[Finding, ...] = ()
    documents: int = 0
    facts: dict[str, str] = field(default_factory=dict)  # what the answer has to repeat; no PHI
    offset: int = 0  # byte span of the message in the opened file
    length: int = 0
    findings_total: int = 0  # the list is capped, this is not


@dataclass(frozen=True, slots=True)
class GroupResult:
    """Messages of one kind sent together: GS/GE, UNG/UNE, BHS/BTS; else one implicit group."""

    control: str
    kind: str
    version: str
    verdict: Verdict
    messages: tuple[MessageResult, ...]
    findings: tuple[Finding, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InterchangeResult:
    """What one sender sent one receiver: ISA/IEA, UNB/UNZ, FHS/FTS, or a CSV file."""

    control: str
    sender: str
    receiver: str
    test: bool
    verdict: Verdict
    groups: tuple[GroupResult, ...]
    findings: tuple[Finding, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadResult:
    """All that is kept of a read file but its content."""

    format: str
    usable: bool  # could be read to its end as that format
    findings: tuple[Finding, ...] = ()  # file level
    interchanges: tuple[InterchangeResult, ...] = ()
    documents: dict[str, int] = field(default_factory=dict)  # by kind

    @property
    def verdict(self) -> Verdict:
        """The file's verdict: rejected when unusable, else folded over its interchanges."""
        if not self.usable:
            return Verdict.REJECTED
        return fold_verdicts(tuple(one.verdict for one in self.interchanges))


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One answer, as bytes, to what one sender sent."""

    kind: str  # TA1, 999, 997, CONTRL, APERAK, ACK, RECEIPT, REJECTS
    control: str  # its own control number
    subject: str  # control number of the interchange that it answers
    body: bytes
    extension: str  # of the file: edi, hl7, ack.csv
    after_posting: bool = False  # True when it states what became of the content in Odoo


@dataclass(frozen=True, slots=True)
class Answering:
    """What an acknowledgement is made from beside the read result. All injected, none invented."""

    at: datetime  # aware, UTC
    numbers: tuple[int, ...] = ()  # control numbers, as many as ``Format.numbers_needed`` asked for
    options: dict[str, str] = field(default_factory=dict)  # the profile's [acknowledge] and ids
    posted: dict[str, str] = field(
        default_factory=dict
    )  # by message: stored duplicate conflict held
    parts: dict[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # by message: the same of each of its documents, in their order; none: they are only kept
    file_name: str = ""  # already safe to show: [A-Za-z0-9._-]
    file_sha256: str = ""
    profile: str = ""  # id@version
    content: Callable[[int, int], bytes] | None = None  # the opened file: offset, length -> bytes


def refused_parts(message: MessageResult) -> frozenset[int]:
    """Return the documents of a message that its answer refuses one by one, from 0."""
    numbers: set[int] = set()
    for part in message.facts.get(REFUSED_PARTS, "").split():
        first, _dash, last = part.partition("-")
        numbers.update(range(int(first), int(last or first) + 1))
    return frozenset(numbers)


def fold_verdicts(verdicts: tuple[Verdict, ...]) -> Verdict:
    """Fold the verdicts of parts into the verdict of the whole (AK9 and UCI by analogy)."""
    kinds = set(verdicts)
    if not kinds or kinds == {Verdict.ACCEPTED}:
        return Verdict.ACCEPTED
    if kinds == {Verdict.REJECTED}:
        return Verdict.REJECTED
    if Verdict.REJECTED in kinds or Verdict.PARTIALLY_ACCEPTED in kinds:
        return Verdict.PARTIALLY_ACCEPTED
    return Verdict.ACCEPTED_WITH_ERRORS
