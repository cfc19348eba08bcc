"""Folds messages into groups (BHS) and interchanges (FHS); implicit ones where these are absent.

Counts are compared and shown, never repaired; a header without its trailer is perhaps a cut file.
No message is held here: a night's batch has a hundred thousand.
Spec: HL7 v2+ chapter 2, 2.9.3.
"""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from acktrail.formats.hl7 import rules
from acktrail.formats.hl7.amounts import ZERO, is_told
from acktrail.formats.hl7.charset import decode
from acktrail.formats.hl7.delimiters import PLAIN, Delimiters, read_delimiters
from acktrail.formats.hl7.header import Header, read_header
from acktrail.formats.hl7.message import cut_lines
from acktrail.formats.hl7.reading import Frame, Opened
from acktrail.formats.hl7.rules import found
from acktrail.formats.hl7.settings import Settings
from acktrail.formats.hl7.units import Unit
from acktrail.model import (
    NOWHERE,
    Finding,
    GroupResult,
    InterchangeResult,
    MessageResult,
    Owner,
    Place,
    Rule,
    Severity,
    Verdict,
    fold_verdicts,
)
from acktrail.ports import Event, FileFinding, GroupEnd, InterchangeEnd


@dataclass(slots=True)
class _Group:
    control: str = ""
    explicit: bool = False
    kind: str = ""
    version: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    messages: int = 0
    verdicts: set[Verdict] = field(default_factory=set)
    last: Verdict | None = None  # of the message before
    total: Decimal | None = ZERO  # of what the profile adds up; None: it cannot be told
    marks: Delimiters = PLAIN
    findings: list[Finding] = field(default_factory=list)
    place: Place = NOWHERE
    refused: bool = False

    def result(self) -> GroupResult:
        verdict = fold_verdicts(tuple(self.verdicts))
        return GroupResult(
            self.control,
            self.kind,
            self.version,
            Verdict.REJECTED if self.refused else verdict,
            (),
            tuple(self.findings),
            self.facts,
        )


@dataclass(slots=True)
class _Interchange:
    control: str = ""
    explicit: bool = False
    sender: str = ""
    receiver: str = ""
    test: bool = False
    facts: dict[str, str] = field(default_factory=dict)
    groups: list[GroupResult] = field(default_factory=list)
    batches: int = 0
    findings: list[Finding] = field(default_factory=list)
    place: Place = NOWHERE
    refused: bool = False

    def result(self) -> InterchangeResult:
        verdict = fold_verdicts(tuple(group.verdict for group in self.groups))
        return InterchangeResult(
            self.control,
            self.sender,
            self.receiver,
            self.test,
            Verdict.REJECTED if self.refused else verdict,
            tuple(self.groups),
            tuple(self.findings),
            self.facts,
        )


class Envelope:
    """What is open in the file."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._interchange: _Interchange | None = None
        self._group: _Group | None = None
        self._frame: Frame | None = None  # of the messages from here on
        self._batched = False  # a BHS was seen in this interchange, or an FHS before it
        self._counts = Counter[str]()  # findings about the file, by rule
        self.seen = False  # the file has at least one envelope header

    def frame(self, opened: Opened) -> Frame:
        """Return where a message stands; open an implicit interchange and group if needed."""
        if self._frame is not None:
            return self._frame
        header = opened.outline.header
        outside = self._batched and (self._group is None or not self._group.explicit)
        interchange = self._open_interchange(header, opened.control)
        group = self._group = self._group or _Group()
        group.kind = group.kind or header.kind
        group.version = group.version or header.version
        frame = Frame(interchange.control, group.control, outside)
        if group.kind and group.version:
            self._frame = frame  # the same until the next envelope segment
        return frame

    def add_amount(self, amount: Decimal | None) -> None:
        """Add what a message adds to the total of its batch; None where that is no number."""
        group = self._group
        if group and group.total is not None:
            group.total = None if amount is None else group.total + amount

    def add(self, result: MessageResult) -> None:
        """Count a message to the group that :meth:`frame` named."""
        if self._group:
            self._group.messages += 1
            if result.verdict is not self._group.last:  # the same as a rule
                self._group.last = result.verdict
                self._group.verdicts.add(result.verdict)

    def take(self, unit: Unit, offset: int, body: bytes) -> list[Event]:
        """Take an envelope segment; return what it ends."""
        self._frame = None
        tag = body[:3].decode("ascii")
        settings = self._settings
        text, codec, _ = decode(unit, body, settings.charset, settings.charset_fallback)
        place = Place(tag, offset=offset, address=tag)
        line = cut_lines(text, text[3])[0]
        match tag:
            case "FHS":
                return self._file_header(line, codec, place)
            case "BHS":
                return self._batch_header(line, codec, place)
            case "BTS":
                return self._batch_trailer(_sent(line, 1), _sent(line, 3), place)
            case _:
                return self._file_trailer(_sent(line, 1), place)

    def close(self) -> list[Event]:
        """End what is open at the end of the file."""
        return self._end_interchange()

    # ------------------------------------------------------------ segments

    def _file_header(self, line: str, codec: str, place: Place) -> list[Event]:
        events = self._end_interchange()
        one = self._interchange = _Interchange(explicit=True, place=place)
        header = _header(line)
        if header is None:
            self._note(one, rules.BAD_DELIMITERS, place, Severity.ERROR)
        else:
            one.control = self._control(header)
            one.sender, one.receiver = header.party(3), header.party(5)
            one.facts = header.envelope_facts(codec)
        self.seen, self._batched = True, False
        return events

    def _batch_header(self, line: str, codec: str, place: Place) -> list[Event]:
        events = self._end_group()
        header = _header(line)
        group = self._group = _Group(explicit=True, place=place)
        if header is None:
            self._note(group, rules.BAD_DELIMITERS, place, Severity.ERROR)
        else:
            group.marks = header.marks
            group.control = self._control(header)
            group.facts = header.envelope_facts(codec)
        one = self._open_interchange(header, group.control)
        one.batches += 1
        self.seen = self._batched = True
        return events

    def _batch_trailer(self, count: str, total: str, place: Place) -> list[Event]:
        group = self._group
        if group is None:
            return self._told(found(rules.HEADER_MISSING, place))
        if not group.explicit:
            self._note(group, rules.HEADER_MISSING, place, Severity.WARNING)
        self._compare(group, count, group.messages, place)
        if self._settings.totals and total and group.total is not None:
            self._compare_total(group, total, group.total, place)
        return self._end_group(trailed=True)

    def _file_trailer(self, count: str, place: Place) -> list[Event]:
        events = self._end_group()
        one = self._interchange
        if one is None:
            return [*events, *self._told(found(rules.HEADER_MISSING, place))]
        if not one.explicit:
            self._note(one, rules.HEADER_MISSING, place, Severity.WARNING)
        if one.batches:  # without BHS the standard does not say what is counted
            self._compare(one, count, one.batches, place)
        return events + self._end_interchange(trailed=True)

    # ------------------------------------------------------------ ends

    def _end_group(self, *, trailed: bool = False) -> list[Event]:
        group = self._group
        if group is None:
            return []
        events = self._untrailed(group) if group.explicit and not trailed else []
        one = self._open_interchange(None, group.control)
        result = group.result()
        one.groups.append(result)
        self._group = None
        return [*events, GroupEnd(result)]

    def _end_interchange(self, *, trailed: bool = False) -> list[Event]:
        events = self._end_group()
        one = self._interchange
        if one is None:
            return events
        if one.explicit and not trailed:
            events += self._untrailed(one)
        self._interchange = None
        self._batched = self.seen
        return [*events, InterchangeEnd(one.result())]

    def _untrailed(self, part: _Group | _Interchange) -> list[Event]:
        """Judge a header without its trailer: hold, refuse or only say so."""
        how = self._settings.on_missing_trailer
        if how == "process":
            self._note(part, rules.TRAILER_MISSING, part.place, Severity.WARNING)
            return []
        part.refused = True
        owner = Owner.PARTNER if how == "reject" else Owner.US
        return self._told(found(rules.TRAILER_MISSING, part.place, owner=owner))

    def _told(self, finding: Finding) -> list[Event]:
        """Tell each thing of the file as often as of one message, then once that there is more."""
        self._counts[finding.rule] += 1
        beyond = self._counts[finding.rule] - self._settings.max_findings
        if beyond > 0:
            return [FileFinding(rules.MORE_FINDINGS.at())] if beyond == 1 else []
        return [FileFinding(finding)]

    def _compare(self, part: _Group | _Interchange, sent: str, counted: int, place: Place) -> None:
        if not sent or sent.lstrip("0") == (str(counted) if counted else ""):
            return
        self._mismatch(part, rules.COUNT_MISMATCH, 1, place)

    def _compare_total(self, group: _Group, sent: str, total: Decimal, place: Place) -> None:
        """Compare BTS-3 with the sum of the field that the profile names (2.9.3.2)."""
        if not is_told(total, sent, group.marks):
            self._mismatch(group, rules.TOTAL_MISMATCH, 3, place)

    def _mismatch(self, part: _Group | _Interchange, rule: Rule, field: int, place: Place) -> None:
        process = self._settings.on_count_mismatch == "process"
        severity = Severity.WARNING if process else Severity.ERROR
        place = place._replace(element=field, address=f"{place.segment}-{field}")
        self._note(part, rule, place, severity)

    @staticmethod
    def _note(part: _Group | _Interchange, rule: Rule, place: Place, severity: Severity) -> None:
        part.findings.append(found(rule, place, severity=severity))
        part.refused = part.refused or severity is Severity.ERROR

    def _open_interchange(self, header: Header | None, control: str) -> _Interchange:
        """Return the open interchange; else one made from the first header of the file."""
        if self._interchange is None:
            one = self._interchange = _Interchange(control)
            if header:
                one.sender, one.receiver = header.party(3), header.party(5)
                one.test = header.fields[0] == "MSH" and header.processing in ("T", "D")
        return self._interchange

    def _control(self, header: Header) -> str:
        fallback = header.fields[9] if self._settings.control_id_fallback else ""
        return header.fields[11] or fallback


def _header(line: str) -> Header | None:
    marks = read_delimiters(line[3], line[4:10].partition(line[3])[0])
    return read_header(line, marks) if marks else None


def _sent(line: str, number: int) -> str:
    """Return a field of a trailer, which may have many."""
    fields = line.split(line[3], number + 1)
    return fields[number].strip() if len(fields) > number else ""
