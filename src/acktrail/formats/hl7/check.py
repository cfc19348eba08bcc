"""Judges one message: structure, fields, what the profile agreed.

Only what may have a fault comes here, and of its lines only the refused ones are looked at closely.
"""

from collections.abc import Sequence

from acktrail.formats.hl7 import rules
from acktrail.formats.hl7.agreement import disagreements, segment_faults
from acktrail.formats.hl7.amounts import Amounts
from acktrail.formats.hl7.escapes import escape_faults
from acktrail.formats.hl7.guides import Guide
from acktrail.formats.hl7.header import own_faults
from acktrail.formats.hl7.locate import Fault
from acktrail.formats.hl7.message import Message
from acktrail.formats.hl7.outline import CHARGE, FRAGMENTS, Outline, Plan
from acktrail.formats.hl7.rules import Collector, found
from acktrail.formats.hl7.settings import Agreed, Settings
from acktrail.model import Place, Rule, Severity

_SHOWN = 8  # names in "expected one of"
_HEADER = "MSH"  # its fields are judged with the header


class Check:
    """The judgement of a message that has, or may have, a fault."""

    __slots__ = ("_amounts", "_message", "_outline", "_settings", "_used", "findings")

    def __init__(
        self, message: Message, outline: Outline, settings: Settings, amounts: Amounts
    ) -> None:
        self._amounts = amounts
        self._message = message
        self._outline = outline
        self._settings = settings
        self._used = outline.used
        self.findings = Collector(settings.max_findings, settings.severities)

    def run(self, plan: Plan, time: str, control: str, refused: list[int]) -> None:
        """Judge the message.

        Args:
            plan: Of its segments.
            time: MSH-7.
            control: MSH-10.
            refused: Numbers, from 0, of the lines that their patterns do not accept.
        """
        outline = self._outline
        for rule, field in (*outline.faults, *own_faults(outline.header, time, control)):
            self._fault(0, Fault(rule, field))
        self._choice()
        self._places(plan)
        if outline.guide:
            self._lines(outline.guide, frozenset(refused))
        self._escapes()

    def note(self, rule: Rule, index: int = 0) -> None:
        """Add a finding about a whole segment."""
        if not self.findings.full(rule.severity):
            self.findings.keep(found(rule, self._message.place(index)))

    # ------------------------------------------------------------ structure

    def _choice(self) -> None:
        """Tell of the event's structure; one that is not known fails only if agreed on."""
        outline, place = self._outline, self._message.place
        if outline.guide is None:
            return
        if not outline.choice.by_message:
            self.findings.add(found(rules.STRUCTURE_ID_WRONG, place(0, 9, 3)))
        if not outline.choice.name:
            wanted = self._settings.events and outline.subscribed
            severity = Severity.ERROR if wanted else Severity.WARNING
            self.findings.add(found(rules.UNKNOWN_STRUCTURE, place(0, 9), severity=severity))

    def _places(self, plan: Plan) -> None:
        placed = bool(self._outline.choice.name)
        for index, expected in plan.walk.strays:
            self._stray(index, expected, placed=placed)
        told = self._whole_segments()
        for name in plan.walk.missing:
            if name not in told:
                self._missing(name, self._severity(rules.SEGMENT_MISSING, self._used.needs(name)))
        if not FRAGMENTS.isdisjoint(plan.tags):
            self.note(rules.FRAGMENTED)

    def _stray(self, index: int, expected: tuple[str, ...], *, placed: bool) -> None:
        tag, guide = self._message.tags[index], self._outline.guide
        if not tag:
            self.note(rules.NON_SEGMENT_LINE, index)
        elif tag[0] == "Z":
            self.note(rules.Z_SEGMENT, index)
        elif guide and not guide.knows(tag):
            self._add(rules.UNKNOWN_SEGMENT, index, matters=False)
        elif placed:
            matters = self._settings.order == "strict" and tag in self._used.segments
            text = f"{rules.SEGMENT_UNEXPECTED.text}; expected {_listed(expected)}"
            self._add(rules.SEGMENT_UNEXPECTED, index, matters=matters, text=text)

    def _whole_segments(self) -> set[str]:
        """Judge the rows that speak of whole segments; return the names told to be missing."""
        message = self._message
        tags, told = message.tags, set[str]()
        agreed = self._outline.agreed
        for row in (row for _, rows in agreed for row in rows if not row.path.field):
            name = row.path.segment
            count = tags.count(name)
            for rule, severity in segment_faults(row, count, message.marks, message.first):
                if count:
                    index = _nth(tags, name, min(count, row.most + 1))
                    self.findings.add(found(rule, message.place(index), severity=severity))
                elif name not in told:
                    told.add(name)
                    self._missing(name, severity)
        return told

    def _missing(self, name: str, severity: Severity | None) -> None:
        last = len(self._message.lines)
        place = self._message.place(last - 1)
        # the segment is not there: its own name, after the last one
        place = Place(name, last + 1, offset=place.offset, address=name)
        self.findings.add(found(rules.SEGMENT_MISSING, place, severity=severity))

    # ------------------------------------------------------------ fields

    def _lines(self, guide: Guide, refused: frozenset[int]) -> None:
        message = self._message
        apart = guide.patterns(self._outline.agreed).apart
        for index, tag in enumerate(message.tags):
            if index in refused:
                self._look(guide, index, tag)
            elif tag in apart:
                self._disagree(index, apart[tag])
            if tag == CHARGE and not self._amounts.agree(message.fields(index), message.marks):
                matters = self._used.reads(CHARGE, 11, 1)
                self._add(rules.AMOUNT_MISMATCH, index, (11, 1, 1), matters=matters)

    def _look(self, guide: Guide, index: int, tag: str) -> None:
        """Find what is wrong with a line by the version's tables and by the profile."""
        message = self._message
        locator = None if tag == _HEADER else guide.locator(tag)
        for fault in locator.faults(message.lines[index], message.marks) if locator else ():
            self._fault(index, fault)
        for name, rows in self._outline.agreed:
            if name == tag:
                self._disagree(index, rows)

    def _disagree(self, index: int, rows: tuple[Agreed, ...]) -> None:
        message = self._message
        fields = message.fields(index)
        for rule, *where, severity in disagreements(fields, rows, message.marks, message.first):
            if not self.findings.full(severity or rule.severity):
                place = message.place(index, *where)
                self.findings.keep(found(rule, place, severity=severity))

    def _escapes(self) -> None:
        message = self._message
        sign = message.marks.escape
        if not message.escaped:
            return
        for index, line in enumerate(message.lines):
            if sign in line and index:
                for rule in escape_faults(line, message.marks, message.codec):
                    self.note(rule, index)

    # ------------------------------------------------------------ findings

    def _fault(self, index: int, fault: Fault) -> None:
        rule, field, component, repetition = fault
        matters = self._used.reads(self._message.tags[index], field, component)
        self._add(rule, index, (field, component, repetition), matters=matters)

    def _add(
        self,
        rule: Rule,
        index: int,
        where: tuple[int, int, int] = (0, 0, 0),
        *,
        matters: bool,
        text: str = "",
    ) -> None:
        """Add a finding at a segment, or at field, component and repetition in it."""
        severity = self._severity(rule, matters)
        if not self.findings.full(severity):
            place = self._message.place(index, *where)
            self.findings.keep(found(rule, place, severity=severity, text=text))

    def _severity(self, rule: Rule, matters: bool) -> Severity:  # noqa: FBT001
        """Return the weight of a fault: one against the tables counts only where it matters."""
        if rule.name not in rules.TABLE_RULES and rule is not rules.AMOUNT_MISMATCH:
            return rule.severity
        raised = self._settings.strict or (matters and rule.name not in _NEVER_RAISED)
        return Severity.ERROR if raised else Severity.WARNING


_NEVER_RAISED = frozenset(
    {rules.EXTRA_FIELD.name, rules.EXTRA_COMPONENT.name, rules.EXTRA_REPETITION.name}
)


def _nth(tags: Sequence[str], name: str, number: int) -> int:
    """Return the index of the ``number``-th segment of a name, which is there."""
    places = [index for index, tag in enumerate(tags) if tag == name]
    return places[number - 1]


def _listed(names: tuple[str, ...]) -> str:
    more = ", ..." if len(names) > _SHOWN else ""
    return (", ".join(names[:_SHOWN]) or "the end of the message") + more
