"""Judges one message: structure, fields, what the profile agreed.

The fast path says no more than "no fault"; only a refused line is looked at closely.
"""

from acktrail.formats.hl7 import rules
from acktrail.formats.hl7.agreement import disagreements, segment_faults
from acktrail.formats.hl7.amounts import amounts_agree, plainly_agree
from acktrail.formats.hl7.escapes import escape_faults
from acktrail.formats.hl7.guides import Guide
from acktrail.formats.hl7.header import Header, header_faults, is_subscribed
from acktrail.formats.hl7.locate import Fault, faults
from acktrail.formats.hl7.message import Message, is_segment
from acktrail.formats.hl7.rules import Collector, found
from acktrail.formats.hl7.settings import Agreed, Settings
from acktrail.formats.hl7.structure import Structure
from acktrail.model import Place, Rule, Severity

_SHOWN = 8  # names in "expected one of"
_CHARGE = "FT1"
_HEADER = "MSH"  # its fields are judged with the header


class Check:
    """The judgement of one message."""

    __slots__ = (
        *("_agreed", "_guide", "_header", "_message", "_settings", "_used"),
        *("findings", "structure"),
    )

    def __init__(
        self, message: Message, header: Header, guide: Guide | None, settings: Settings
    ) -> None:
        self._message = message
        self._header = header
        self._guide = guide
        self._settings = settings
        self._used = settings.used_by(header.kind)
        self._agreed = settings.agreed_on(header.type, header.kind)
        self.findings = Collector(settings.max_findings)
        self.structure = ""

    def run(self) -> None:
        """Judge the message; loops of its segments are known afterwards."""
        for rule, field in header_faults(self._header, self._guide, self._settings):
            self._fault(0, Fault(rule, field))
        structure = self._choose()
        self._walk(structure)
        if self._guide:
            self._lines(self._guide)
        self._escapes()

    def note(self, rule: Rule, index: int = 0) -> None:
        """Add a finding about a whole segment."""
        if not self.findings.full(rule.severity):
            self.findings.keep(found(rule, self._message.place(index)))

    # ------------------------------------------------------------ structure

    def _choose(self) -> Structure | None:
        """Return the structure of the event; one that is not known fails only if agreed on."""
        guide, header = self._guide, self._header
        if guide is None:
            return None
        agreed = self._settings.structure_for.get(header.type, "")
        choice = guide.choose(header.structure, header.type, agreed)
        place = self._message.place
        if not choice.by_message:
            self.findings.add(found(rules.STRUCTURE_ID_WRONG, place(0, 9, 3)))
        self.structure = choice.name
        if choice.name:
            return guide.structure(choice.name)
        wanted = self._settings.events and is_subscribed(header, self._settings)
        severity = Severity.ERROR if wanted else Severity.WARNING
        self.findings.add(found(rules.UNKNOWN_STRUCTURE, place(0, 9), severity=severity))
        return None

    def _walk(self, structure: Structure | None) -> None:
        message, tags = self._message, self._message.tags
        if structure is None:
            message.loops = [""] * len(tags)
            strays: list[tuple[int, tuple[str, ...]]] = [(at, ()) for at in range(1, len(tags))]
            missing: list[str] = []
        else:
            message.loops, strays, missing = structure.walk(tags)
        for index, expected in strays:
            self._stray(index, expected, placed=structure is not None)
        told = self._whole_segments()
        for name in missing:
            if name not in told:
                self._missing(name, self._severity(rules.SEGMENT_MISSING, self._used.needs(name)))
        if "ADD" in tags or "DSC" in tags:
            self.note(rules.FRAGMENTED)

    def _stray(self, index: int, expected: tuple[str, ...], *, placed: bool) -> None:
        tag = self._message.tags[index]
        if not is_segment(tag):
            self._message.tags[index] = ""  # text of a line that is no segment is data
            self.note(rules.NON_SEGMENT_LINE, index)
        elif tag[0] == "Z":
            self.note(rules.Z_SEGMENT, index)
        elif self._guide and not self._guide.knows(tag):
            self._add(rules.UNKNOWN_SEGMENT, index, matters=False)
        elif placed:
            matters = self._settings.order == "strict" and tag in self._used.segments
            text = f"{rules.SEGMENT_UNEXPECTED.text}; expected {_listed(expected)}"
            self._add(rules.SEGMENT_UNEXPECTED, index, matters=matters, text=text)

    def _whole_segments(self) -> set[str]:
        """Judge the rows that speak of whole segments; return the names told to be missing."""
        message = self._message
        tags, told = message.tags, set[str]()
        for row in (row for _, rows in self._agreed for row in rows if not row.path.field):
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

    def _lines(self, guide: Guide) -> None:
        """Run every line against its pattern: this is the hot loop."""
        message = self._message
        patterns = guide.patterns(self._agreed)
        apart = patterns.apart
        plain = message.marks.plain
        accepts = patterns.accepts if plain else {}
        for index, (tag, line) in enumerate(zip(message.tags, message.lines, strict=True)):
            accept = accepts.get(tag)
            if accept is None and plain:
                accept = patterns.warm(tag)
            if accept is None or not accept(line):
                self._look(guide, index, tag)
            elif tag in apart:
                self._disagree(index, apart[tag])
            if tag == _CHARGE and not (plain and plainly_agree(line)):
                self._amounts(index)

    def _look(self, guide: Guide, index: int, tag: str) -> None:
        """Find what is wrong with a line by the version's tables and by the profile."""
        message = self._message
        specs = () if tag == _HEADER else guide.specs(tag)
        for fault in faults(message.fields(index), specs, message.marks) if specs else ():
            self._fault(index, fault)
        for name, rows in self._agreed:
            if name == tag:
                self._disagree(index, rows)

    def _disagree(self, index: int, rows: tuple[Agreed, ...]) -> None:
        message = self._message
        fields = message.fields(index)
        for rule, *where, severity in disagreements(fields, rows, message.marks, message.first):
            if not self.findings.full(severity or rule.severity):
                place = message.place(index, *where)
                self.findings.keep(found(rule, place, severity=severity))

    def _amounts(self, index: int) -> None:
        fields = self._message.fields(index)
        if not amounts_agree(fields, self._message.marks):
            matters = self._used.reads(_CHARGE, 11, 1)
            self._add(rules.AMOUNT_MISMATCH, index, (11, 1, 1), matters=matters)

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


def _nth(tags: list[str], name: str, number: int) -> int:
    """Return the index of the ``number``-th segment of a name, which is there."""
    places = [index for index, tag in enumerate(tags) if tag == name]
    return places[number - 1]


def _listed(names: tuple[str, ...]) -> str:
    more = ", ..." if len(names) > _SHOWN else ""
    return (", ".join(names[:_SHOWN]) or "the end of the message") + more
