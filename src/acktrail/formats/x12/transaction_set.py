"""One open transaction set ST..SE: segments out, findings kept, verdict at the end.

``take`` is the hot loop of the format: a split, two look-ups and one pattern for a right segment;
all else is in methods that only odd segments reach.
"""

import re

from acktrail.formats.delimited import Marks
from acktrail.formats.x12 import rules
from acktrail.formats.x12.balance import balance_of
from acktrail.formats.x12.balance.watch import Watches
from acktrail.formats.x12.explain import explain
from acktrail.formats.x12.findings import Findings
from acktrail.formats.x12.guide.compiled import Machine, Move, State
from acktrail.formats.x12.hierarchy import Hierarchy
from acktrail.formats.x12.pieces import Cut
from acktrail.formats.x12.segment import SetSegment
from acktrail.formats.x12.walk import Walker
from acktrail.model import MessageHead, MessageResult, Place, Rule
from acktrail.ports import Event

ENVELOPE_TAGS = frozenset({"ISA", "IEA", "GS", "GE", "ST"})
TRAILER, LEVEL = "SE", "HL"
HL_REFERENCES = {1: "628", 2: "734"}  # data element numbers
is_count = re.compile("[0-9]{1,10}").fullmatch
safe_tag = re.compile("[A-Z][A-Z0-9]{1,2}").fullmatch
new_tuple = tuple.__new__  # half the price of SetSegment(...), once a segment


class TransactionSet:
    """An open set that is checked by a guide; without one only its envelope is looked at."""

    def __init__(
        self,
        head: MessageHead,
        marks: Marks,
        machine: Machine | None,
        findings: Findings,
        known_tags: frozenset[str],
    ) -> None:
        self.head = head
        self.findings = findings
        self.position = 0
        self.whole = False  # its SE was seen
        self.over = False  # its end, or an envelope segment where its end should be, was seen
        self._marks = marks
        self._machine = machine
        self._known_tags = known_tags
        self._walker = None if machine is None else Walker(machine, self._structure)
        self._balance = None if machine is None else balance_of(head.type)
        self._watches = Watches()
        if self._balance is not None:
            self._watches |= self._balance.watches
        self._hierarchy = Hierarchy(counted=machine is None or machine.guide.counted)
        if machine is not None and machine.hierarchical:
            self._watches[LEVEL] = self._check_hierarchy
        self._start = 0
        self._offset = 0
        self._end = 0
        self._lost_at = 0  # position of the last segment in a run that hangs under a lost loop
        self._facts = dict(head.facts)

    def open(self, text: str, offset: int) -> SetSegment:
        """Take the ST segment."""
        elements = text.split(self._marks.element)
        self.position = 1
        self._start = self._offset = offset
        self._end = offset + len(text) + 1
        segment = SetSegment(elements, "", self._marks, 1, offset)
        if self._machine is not None:
            self._judge(self._machine.first, text, segment)
        return segment

    def take(  # noqa: C901 - the hot loop: a call more for every segment shows in the bars
        self, pieces: list[str], index: int, cut: Cut, out: list[Event]
    ) -> int:
        """Take segments up to SE; return the index of the first piece that is not ours."""
        stop = min(len(pieces), index + self.findings.options.limits.segments - self.position + 1)
        if self._walker is None or self._machine is None:
            return self._take_plain(pieces, range(index, stop), cut, out)
        walker, marks, watches = self._walker, self._marks, self._watches
        separator, component = marks.element, marks.component
        qualified, last = self._machine.qualified, self._machine.last
        keep, offset, position = out.append, cut.offset, self.position
        follow, moves = walker.follow, walker.state.moves
        for at in range(index, stop):
            text = pieces[at]
            if text < "!":  # a line end in front, or nothing at all
                text, offset = cut.trimmed(text, offset)
            if not text:
                offset += 1
                continue
            elements = text.split(separator)
            key = tag = elements[0]
            place = qualified.get(tag, 0)
            if 0 < place < len(elements):
                key = tag + separator + elements[place].partition(component)[0]
            position += 1
            self.position, self._offset = position, offset
            move = moves.get(key) or self._odd_move(elements, key)
            if move is None:
                if self.over:
                    cut.offset = offset
                    return at
                keep(SetSegment(elements, "", marks, position, offset))
            else:
                state = follow(move)
                moves = state.moves
                segment = new_tuple(SetSegment, (elements, state.loop_id, marks, position, offset))
                keep(segment)
                if state.accepts(text) is None or (
                    len(elements) > state.rules_from and state.broken(elements)
                ):
                    self._judge(state, text, segment)
                if tag in watches:
                    watches[tag](segment)
                if state is last:
                    self._close(segment, text)
                    cut.offset = offset + len(text) + 1
                    return at + 1
            offset += len(text) + 1
        cut.offset = offset
        return stop

    def cut_off(self) -> None:
        """Close a set that has no SE."""
        self.over = True
        self._end = self._offset
        self._note(rules.SE_MISSING, Place(TRAILER, self.position + 1, offset=self._offset))
        if self._walker is not None:
            self._walker.finish(1)

    def result(self) -> MessageResult:
        """Return what became of the set."""
        findings = self.findings
        return MessageResult(
            control=self.head.control,
            type=self.head.type,
            guide=self.head.guide,
            verdict=findings.verdict,
            segments=self.position,
            findings=findings.kept(),
            facts=self._facts,
            offset=self._start,
            length=self._end - self._start,
            findings_total=findings.total,
        )

    def _take_plain(self, pieces: list[str], span: range, cut: Cut, out: list[Event]) -> int:
        """Take segments of a set that no guide checks."""
        separator = self._marks.element
        for at in span:
            text, offset = cut.trimmed(pieces[at], cut.offset)
            if text:
                elements = text.split(separator)
                if elements[0] in ENVELOPE_TAGS:
                    self.over = True
                    cut.offset = offset
                    return at
                self.position += 1
                self._offset = offset
                segment = SetSegment(elements, "", self._marks, self.position, offset)
                out.append(segment)
                if elements[0] == TRAILER:
                    self._close(segment, text)
                    cut.offset = offset + len(text) + 1
                    return at + 1
            cut.offset = offset + len(text) + 1
        return span.stop

    def _odd_move(self, elements: list[str], key: str) -> Move | None:
        """Find the move for a segment that never came after the last one so far, or say why not."""
        tag = elements[0]
        if self._machine is None or self._walker is None or tag in ENVELOPE_TAGS:
            self.over = True
            self.position -= 1
            return None
        move = self._machine.move(self._walker.state, key, elements)
        if move is None:
            self._unexpected(tag, self._machine.qualifier(elements), self._walker)
        return move

    def _unexpected(self, tag: str, qualifier: str, walker: Walker) -> None:
        """One finding for a lost loop start; all up to the next match is part of the same fault."""
        self._spoil_balance()
        if self._lost_at == self.position - 1 and self.position > 1:
            self._lost_at = self.position
            return
        if self._machine is not None and tag in self._machine.openers:
            self._lost_at = self.position
        if not safe_tag(tag) or tag not in self._known_tags:
            self._structure(rules.UNKNOWN, tag if safe_tag(tag) else "", 0)
        elif walker.misplaced(tag, qualifier):
            self._structure(rules.SEQUENCE, tag, 0)
        else:
            self._structure(rules.UNEXPECTED, tag, 0)

    def _close(self, segment: SetSegment, text: str) -> None:
        """Take the SE segment: judge structure, counts and sums."""
        self.over = self.whole = True
        self._end = segment.offset + len(text) + 1
        if self._walker is not None:
            self._walker.finish(0)
        count, control = segment.get(1), segment.get(2)
        if is_count(count):
            self._facts["SE01"] = count
        if count.lstrip("0") != str(self.position):
            self._note(rules.SE_COUNT, self._at(TRAILER, 1))
        if control != self.head.control:
            self._note(rules.SE_CONTROL, self._at(TRAILER, 2))
        if self._balance is not None:
            for rule, place in self._balance.finish():
                self._note(rule, place)

    def _judge(self, state: State, text: str, segment: SetSegment) -> None:
        """Ask the slow way what is wrong with a segment that was not accepted fast."""
        faults = explain(state.node, text.split(self._marks.element), self._marks)
        for fault in faults:
            place = self._at(state.tag, fault.element, fault.component, fault.repetition)
            self.findings.add(fault.rule, place, reference=fault.reference)
        if faults and segment.tag in self._watches:
            self._spoil_balance()

    def _check_hierarchy(self, segment: SetSegment) -> None:
        for rule, element in self._hierarchy.faults(segment.elements):
            self.findings.add(rule, self._at(LEVEL, element), reference=HL_REFERENCES[element])
        if self._balance is not None and LEVEL in self._balance.watches:
            self._balance.watches[LEVEL](segment)

    def _spoil_balance(self) -> None:
        """Sums over segments that are wrong themselves would only repeat the fault."""
        if self._balance is not None:
            for tag in self._balance.watches:
                if tag != LEVEL:  # levels are checked beside what is counted
                    self._watches.pop(tag, None)
            self._balance = None

    def _structure(self, rule: Rule, tag: str, ahead: int) -> None:
        place = Place(tag, self.position + ahead, offset=self._offset, address=tag)
        self.findings.add(rule, place)

    def _at(self, tag: str, element: int, component: int = 0, repetition: int = 0) -> Place:
        address = f"{tag}{element:02d}" + (f"-{component}" if component else "")
        return Place(tag, self.position, element, component, repetition, self._offset, address)

    def _note(self, rule: Rule, place: Place) -> None:
        self.findings.add(rule, place)
