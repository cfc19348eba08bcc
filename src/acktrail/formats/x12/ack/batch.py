"""What a 277CA repeats of an 837: batch, providers, patients and claims, read again on demand.

The set was accepted by its guide before, so segments are known by their level (HL) and by who was
named last (NM1). Names and numbers of people live here until the answer is written, nowhere else.
Spec: 005010X222, X223 and X224: loops 1000A, 1000B, 2010AA, 2010BA, 2010CA, 2300, 2400 and 2410.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from acktrail.formats.delimited import Marks
from acktrail.model import Finding

SUBMITTER, RECEIVER, BILLING, SUBSCRIBER, PATIENT = "41", "40", "85", "IL", "QC"  # NM101
PROVIDER_LEVEL, SUBSCRIBER_LEVEL = "20", "22"  # HL03
TAX_NUMBERS = frozenset({"EI", "SY"})
SERVICE, STATEMENT = "472", "434"
INTERMEDIARY, ORIGINAL = "D9", "F8"  # REF01 of a claim
LINE_CONTROL, PRESCRIPTION = "6R", "XZ"  # REF01 of a line
SERVICES = {"SV1": 1, "SV2": 2, "SV3": 1}  # the element of the procedure; its charge is the next
UNITS = {"SV1": 4, "SV2": 5, "SV3": 6}
INSTITUTIONAL = "SV2"
REMOTE = frozenset({"SBR", "NM1", "LX"})  # what ends the claim's own segments
WIDTH = 10  # tag and nine elements are enough


class Who(NamedTuple):
    """Someone named by NM1: kind (1 a person), names NM103 to NM107, qualifier and number."""

    kind: str = ""
    names: tuple[str, ...] = ("",) * 5
    qualifier: str = ""
    id: str = ""


NOBODY = Who()


class Reason(NamedTuple):
    """A finding that refuses, and what NM1 named last before it (NM101)."""

    finding: Finding
    entity: str


@dataclass(slots=True)
class ServiceLine:
    """A service line of a claim, and what was found in it."""

    procedure: tuple[str, ...] = ()  # qualifier, code, modifiers
    charge: str = ""
    units: str = ""
    revenue: str = ""  # SV201
    control: str = ""  # REF*6R
    prescription: str = ""  # REF*XZ
    days: str = ""  # DTP*472
    reasons: list[Reason] = field(default_factory=list)


@dataclass(slots=True)
class Claim:
    """A claim, and what was found in it."""

    number: str
    charge: str
    facility: str  # CLM05-1
    frequency: str  # CLM05-3
    intermediary: str = ""  # REF*D9
    original: str = ""  # REF*F8: the payer's number of the claim that this one is about
    statement: str = ""  # DTP*434
    first: str = ""  # the days of its services
    last: str = ""
    reasons: list[Reason] = field(default_factory=list)  # those of its lines, too
    lines: list[ServiceLine] = field(default_factory=list)  # those in which something was found


@dataclass(slots=True)
class Level:
    """A provider, subscriber or patient; what is found here is found in all claims below."""

    who: Who = NOBODY
    tax: str = ""  # of a provider without an NPI
    reasons: list[Reason] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)  # of a subscriber or patient
    below: list["Level"] = field(default_factory=list)


@dataclass(slots=True)
class Batch:
    """One 837."""

    number: str = ""  # BHT03
    day: str = ""  # BHT04
    submitter: Who = NOBODY
    receiver: Who = NOBODY
    providers: list[Level] = field(default_factory=list)


class BatchReader:
    """Takes the segments of one 837 in order."""

    def __init__(self, marks: Marks, findings: Iterable[Finding]) -> None:
        self.batch = Batch()
        self._marks = marks
        self._found: dict[int, list[Finding]] = {}
        for finding in findings:
            self._found.setdefault(finding.place.position, []).append(finding)
        self._position = 0
        self._header: list[Reason] = []
        self._provider = self._subscriber = self._patient = Level()
        self._claim: Claim | None = None
        self._line: ServiceLine | None = None
        self._own = False  # still in the claim's own segments
        self._entity = ""
        self._takes: Mapping[str, Callable[[list[str]], None]] = {
            "BHT": self._begin,
            "NM1": self._name,
            "HL": self._level,
            "REF": self._reference,
            "CLM": self._open,
            "DTP": self._date,
            "LX": self._open_line,
            **dict.fromkeys(SERVICES, self._service),
        }

    def take(self, text: str) -> None:
        """Take the next segment, ST first."""
        self._position += 1
        elements = text.split(self._marks.element)
        tag = elements[0]
        if tag in REMOTE:
            self._own = False
        take = self._takes.get(tag)
        if take is not None:
            take(elements + [""] * (WIDTH - len(elements)))
        for finding in self._found.get(self._position, ()):
            self._note(Reason(finding, self._entity))

    def reasons_of(self, provider: Level, patient: Level, claim: Claim) -> list[Reason]:
        """Return what refuses a claim: in it, or at a level above it."""
        return [*self._header, *provider.reasons, *patient.reasons, *claim.reasons]

    def _note(self, reason: Reason) -> None:
        """Put what was found at this segment where it belongs."""
        claim, line = self._claim, self._line
        if claim is None:
            (self._patient.reasons if self.batch.providers else self._header).append(reason)
            return
        claim.reasons.append(reason)
        if line is not None:
            if not line.reasons:
                claim.lines.append(line)
            line.reasons.append(reason)

    def _begin(self, sent: list[str]) -> None:
        self.batch.number, self.batch.day = sent[3], sent[4]

    def _name(self, sent: list[str]) -> None:
        self._entity = sent[1]
        if self._claim is not None:
            return
        who = Who(sent[2], tuple(sent[3:8]), sent[8], sent[9])
        if sent[1] == SUBMITTER:
            self.batch.submitter = who
        elif sent[1] == RECEIVER:
            self.batch.receiver = who
        elif sent[1] == BILLING:
            self._provider.who = who
        elif sent[1] == SUBSCRIBER:
            self._subscriber.who = who
        elif sent[1] == PATIENT:  # has the number of the subscriber
            member = self._subscriber.who
            self._patient.who = who._replace(qualifier=member.qualifier, id=member.id)

    def _level(self, sent: list[str]) -> None:
        self._claim, self._line, self._entity = None, None, ""
        if sent[3] == PROVIDER_LEVEL:
            self._provider = self._subscriber = self._patient = Level()
            self.batch.providers.append(self._provider)
        elif sent[3] == SUBSCRIBER_LEVEL:
            self._subscriber = self._patient = Level()
            self._provider.below.append(self._subscriber)
        else:
            self._patient = Level(reasons=list(self._subscriber.reasons))
            self._provider.below.append(self._patient)

    def _reference(self, sent: list[str]) -> None:
        if self._claim is None and self._entity == BILLING and sent[1] in TAX_NUMBERS:
            self._provider.tax = sent[2]
        elif self._line is not None:
            if sent[1] == LINE_CONTROL:
                self._line.control = sent[2]
            elif sent[1] == PRESCRIPTION:
                self._line.prescription = sent[2]
        elif self._claim is not None and self._own:
            if sent[1] == INTERMEDIARY:
                self._claim.intermediary = sent[2]
            elif sent[1] == ORIGINAL:
                self._claim.original = sent[2]

    def _open(self, sent: list[str]) -> None:
        place = [*sent[5].split(self._marks.component), "", ""]
        self._claim = Claim(sent[1], sent[2], place[0], place[2])
        self._line, self._own, self._entity = None, True, ""
        self._patient.claims.append(self._claim)

    def _open_line(self, _sent: list[str]) -> None:
        self._line = ServiceLine()

    def _service(self, sent: list[str]) -> None:
        line, tag = self._line, sent[0]
        if line is not None:
            at = SERVICES[tag]
            code = sent[at].split(self._marks.component) if sent[at] else ()
            line.procedure, line.charge, line.units = tuple(code), sent[at + 1], sent[UNITS[tag]]
            line.revenue = sent[1] if tag == INSTITUTIONAL else ""

    def _date(self, sent: list[str]) -> None:
        claim = self._claim
        if claim is None:
            return
        if sent[1] == STATEMENT:
            claim.statement = sent[3]
        elif sent[1] == SERVICE:
            first, _dash, last = sent[3].partition("-")
            claim.first = min(claim.first or first, first)
            claim.last = max(claim.last, last or first)
            if self._line is not None:
                self._line.days = sent[3]
