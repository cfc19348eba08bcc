"""One open transaction set ST..SE: segments out, findings kept, verdict at the end.

``take`` is the hot loop of the format: a split, a few look-ups and one pattern for a right segment;
all else is in methods that only odd segments reach.
"""

import re

from acktrail.formats.delimited import Marks
from acktrail.formats.x12 import rules
from acktrail.formats.x12.balance import balance_of
from acktrail.formats.x12.balance.watch import Looks, Watches
from acktrail.formats.x12.claim_scopes import ClaimScopes, is_told_by_claim
from acktrail.formats.x12.findings import Findings
from acktrail.formats.x12.guide.codes import CodeList
from acktrail.formats.x12.guide.compiled import Machine, Move, State
from acktrail.formats.x12.guide.overlay import Spot
from acktrail.formats.x12.hierarchy import Hierarchy
from acktrail.formats.x12.learnt import LONGEST, TEXTS, Learnt, Step
from acktrail.formats.x12.numbering import CLAIM, CLAIMS, LINE, LINE_REFERENCE, LineNumbers
from acktrail.formats.x12.pieces import Cut
from acktrail.formats.x12.segment import SetSegment
from acktrail.formats.x12.situation import situations_of
from acktrail.formats.x12.situation.codes import ExternalCodes
from acktrail.formats.x12.situation.partner import PartnerRules
from acktrail.formats.x12.walk import Walker
from acktrail.model import MessageHead, MessageResult, Place, Rule, Verdict
from acktrail.ports import Bind, Event, Segment, Take

ENVELOPE_TAGS = frozenset({"ISA", "IEA", "GS", "GE", "ST"})
TRAILER, LEVEL = "SE", "HL"
HL_REFERENCES = {1: "628", 2: "734"}  # data element numbers
is_count = re.compile("[0-9]{1,10}").fullmatch


class TransactionSet:
    """An open set that is checked by a guide; without one only its envelope is looked at."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a set needs to know of where it stands
        self,
        head: MessageHead,
        marks: Marks,
        machine: Machine | None,
        findings: Findings,
        known_tags: frozenset[str],
        start: tuple[str, int],
    ) -> None:
        self.head = head
        self.findings = findings
        self.position = 1  # of the last segment
        self.whole = False  # its SE was seen
        self.over = False  # its end, or an envelope segment where its end should be, was seen
        self._marks, self._separator = marks, marks.element
        self._machine = machine
        self._known_tags = known_tags
        self._walker = None if machine is None else Walker(machine, self._structure)
        self._balance = None if machine is None else balance_of(head.type)
        deepest = findings.options.limits.levels
        self._hierarchy = Hierarchy(deepest, counted=machine is None or machine.guide.counted)
        guide = "" if machine is None or not findings.options.judges_situations else head.guide
        self._situations = situations_of(head.type, guide, self._note)
        overlay = findings.options.overlays.get(head.guide)
        if machine is not None and overlay is not None:
            self._situations.append(PartnerRules(self._note, overlay, machine.guide))
        self._lines = LineNumbers()
        by_claim = findings.options.by_claim and is_told_by_claim(head.guide)
        self._claims = ClaimScopes() if by_claim else None
        self._watches = Looks()
        self._watch()
        self._text, self._start = start  # of ST, which is taken with the first segments behind it
        self._offset = self._start  # of the last segment
        self._end = self._start + len(self._text) + 1
        self._lost_at = 0  # position of the last segment in a run that hangs under a lost loop
        self._facts = dict(head.facts)
        self._out: list[Event] = []
        self._bind: Bind = self._telling
        self._learnt = Learnt()
        self._listened = False
        self._opened = False
        if machine is not None:
            self._judge(machine.first, self._text)

    def judge_codes(self, lists: tuple[tuple[Spot, CodeList], ...]) -> None:
        """Look codes up in external lists too; their versions are kept with the verdict."""
        self._situations.append(ExternalCodes(self._note, lists))
        self._watch()
        versions = {f"{one.name}={one.version}" for _spot, one in lists}
        self._facts["codes"] = " ".join(sorted(versions))

    def listen(self, bind: Bind, learnt: Learnt) -> None:
        """Hand segments to what ``bind`` names instead of telling events.

        Args:
            bind: Names what takes the segments of a place.
            learnt: What sets before this one taught, under the same guide and ``bind``.
        """
        self._bind, self._learnt, self._listened = bind, learnt, True

    def take(self, pieces: list[str], index: int, cut: Cut, out: list[Event]) -> int:
        """Take segments up to SE; return the index of the first piece that is not ours."""
        self._open(out)
        stop = min(len(pieces), index + self.findings.options.limits.segments - self.position + 1)
        if self._walker is None or self._machine is None:
            return self._take_plain(pieces, range(index, stop), cut)
        last = self._machine.last
        index = self._take_guided(pieces, range(index, stop), cut, self._walker, last)
        if self._balance is not None:
            self._balance.settle()
        return index

    def _take_guided(  # noqa: C901 - the hot loop: a call more a segment shows in the bars
        self, pieces: list[str], span: range, cut: Cut, walker: Walker, last: State
    ) -> int:
        marks, watches, learnt, meet = self._marks, self._watches, self._learnt, self._meet
        state, top, position, here, next_ = walker.state, walker.top, self.position, 0, cut.offset
        known, refused = learnt[state], self._refused
        for at in span:
            text = pieces[at]
            step = known.get(text)
            if step is None and text < "!":  # a line end in front, or nothing at all
                text, next_ = cut.trimmed(text, next_)
                if not text:
                    next_ += 1
                    continue
                step = known.get(text)
            here, next_ = next_, next_ + len(text) + 1
            position += 1
            if step is None:
                step = meet(state, known, text, position, here)
                if step is None:
                    if self.over:
                        cut.offset = here
                        return at
                    continue
            elements, move, hear, odd = step
            state = move.state
            if move.crosses:
                self.position, self._offset = position, here
                top = walker.cross(move)
            extra = top.seen & state.bit and state.maximum and top.again(state)
            top.seen |= state.bit
            if odd or extra:
                self.position, self._offset = position, here
                self._judge(state, text, extra=bool(extra))
                refused = self._refused
            watch = watches[state]
            if hear is not None or watch:
                segment = SetSegment(elements, state.loop_id, marks, position, here)
                if hear is not None and not refused:
                    hear(segment)
                for look in watch:
                    look(segment)
            if state is last:
                cut.offset = self._close(elements, text, position, here)
                return at + 1
            known = learnt[state]
        walker.state, self.position, self._offset, cut.offset = state, position, here, next_
        return span.stop

    def _meet(
        self, state: State, known: dict[str, Step], text: str, position: int, offset: int
    ) -> Step | None:
        """Find where a text leads that is new behind ``state``, and learn it if it is right."""
        elements = text.split(self._separator)
        tag = elements[0]
        move = state.moves.get(tag)
        fork = state.forks.get(tag) if move is None else None
        if fork is not None and fork.place < len(elements):
            move = fork.moves.get(elements[fork.place].partition(self._marks.component)[0])
        odd = False
        if move is None or move.state.accepts(text) is None:
            move = self._odd_move(state, elements, position, offset)
            if move is None:
                return None
            odd = move.state.accepts(text) is None
        state, takes = move.state, self._learnt.takes
        odd = odd or (len(elements) > state.rules_from and state.broken(elements))
        step = (elements, move, takes[state] if state in takes else self._bound(state), odd)
        if not odd and len(known) < TEXTS and len(text) <= LONGEST:
            known[text] = step
        return step

    def cut_off(self, out: list[Event]) -> None:
        """Close a set that has no SE."""
        self._open(out)
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
            verdict=self._verdict(),
            segments=self.position,
            findings=findings.kept(),
            facts=self._facts,
            offset=self._start,
            length=self._end - self._start,
            findings_total=findings.total,
        )

    def _verdict(self) -> Verdict:
        """Judge the set; where only claims of it are refused, its facts say which."""
        findings, claims = self.findings, self._claims
        if findings.rejected or claims is None or not claims.claims:
            return Verdict.REJECTED if findings.parted else findings.verdict
        self._facts |= claims.facts()
        if not findings.parted:
            return findings.verdict
        refused = sum(1 for _number in claims.refused())
        return Verdict.REJECTED if refused == claims.claims else Verdict.PARTIALLY_ACCEPTED

    def _take_plain(self, pieces: list[str], span: range, cut: Cut) -> int:
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
                self._hear(SetSegment(elements, "", self._marks, self.position, offset))
                if elements[0] == TRAILER:
                    cut.offset = self._close(elements, text, self.position, offset)
                    return at + 1
            cut.offset = offset + len(text) + 1
        return span.stop

    def _open(self, out: list[Event]) -> None:
        """Take the ST segment, once who wants to hear the set has had the time to say so."""
        self._out = out
        if not self._opened:
            self._opened = True
            elements = self._text.split(self._marks.element)
            self._hear(SetSegment(elements, "", self._marks, 1, self._start))

    @property
    def _refused(self) -> bool:
        """Tell whether nobody will look at what is still to be heard: no document comes of it."""
        return self._listened and self.findings.rejected

    def _telling(self, _loop: str, _tag: str) -> Take:
        return self._tell

    def _tell(self, segment: Segment) -> None:
        self._out.append(segment)

    def _bound(self, state: State) -> Take | None:
        """Ask what takes the segments of a place, and keep the answer."""
        take = self._learnt.takes[state] = self._bind(state.loop_id, state.tag)
        return take

    def _hear(self, segment: SetSegment) -> None:
        """Hand over a segment that stands at no place of a guide."""
        take = self._bind("", segment.tag)
        if take is not None:
            take(segment)

    def _odd_move(
        self, state: State, elements: list[str], position: int, offset: int
    ) -> Move | None:
        """Find the move for a segment that was not accepted right away, or say what is wrong."""
        tag = elements[0]
        if self._machine is None or self._walker is None or tag in ENVELOPE_TAGS:
            self.over = True
            self.position, self._offset = position - 1, offset
            return None
        self.position, self._offset = position, offset
        move = self._machine.move(state, elements)
        if move is None:
            self._walker.state = state
            self._unexpected(tag, self._machine.qualifier(elements), self._walker)
            self._hear(SetSegment(elements, "", self._marks, position, offset))
        return move

    def _unexpected(self, tag: str, qualifier: str, walker: Walker) -> None:
        """One finding for a lost loop start; all up to the next match is part of the same fault."""
        self._situations = []  # what hangs under a lost segment says nothing of its situation
        self._spoil_balance()
        if self._lost_at == self.position - 1 and self.position > 1:
            self._lost_at = self.position
            return
        if self._machine is not None and tag in self._machine.openers:
            self._lost_at = self.position
        if tag not in self._known_tags:
            # text behind a terminator inside a name looks like an id, too: it is never repeated
            self._structure(rules.UNKNOWN, "", 0)
        elif walker.misplaced(tag, qualifier):
            self._structure(rules.SEQUENCE, tag, 0)
        else:
            self._structure(rules.UNEXPECTED, tag, 0)

    def _close(self, elements: list[str], text: str, position: int, offset: int) -> int:
        """Take the SE segment: judge structure, counts and sums; return the offset behind it."""
        self.over = self.whole = True
        self.position, self._offset, self._end = position, offset, offset + len(text) + 1
        if self._walker is not None:
            self._walker.finish(0)
        count, control, *_others = [*elements[1:], "", ""]
        if is_count(count):
            self._facts["SE01"] = count
        if count.lstrip("0") != str(self.position):
            self._note(rules.SE_COUNT, self._at(TRAILER, 1))
        if control != self.head.control:
            self._note(rules.SE_CONTROL, self._at(TRAILER, 2))
        for one in self._situations:
            one.finish()
        if self._balance is not None:
            for rule, place in self._balance.finish():
                self._note(rule, place)
        return self._end

    def _judge(self, state: State, text: str, *, extra: bool = False) -> None:
        """Ask the slow way what is wrong with a segment that was not accepted fast."""
        if extra:
            self._structure(rules.SEGMENT_MAX, state.tag, 0)
        faults = self._learnt.faults(state, text, self._marks)
        for fault in faults:
            place = self._at(state.tag, fault.element, fault.component, fault.repetition)
            self.findings.add(fault.rule, place, reference=fault.reference)
        if faults and self._balance is not None and self._balance.sums(state.tag):
            self._spoil_balance()

    def _check_hierarchy(self, segment: SetSegment) -> None:
        for rule, element in self._hierarchy.faults(segment.elements):
            place = segment.place._replace(element=element, address=f"{LEVEL}{element:02d}")
            self.findings.add(rule, place, reference=HL_REFERENCES[element])

    def _check_line(self, segment: SetSegment) -> None:
        if not self._lines.is_next(segment):
            place = segment.place._replace(element=1, address=f"{LINE}01")
            self.findings.add(rules.LINE_NUMBER, place, reference=LINE_REFERENCE)

    def _watch(self) -> None:
        """Put together who looks at which segment; the hot loop holds this same dictionary."""
        groups: list[Watches] = [one.watches for one in self._situations]
        if self._balance is not None:
            groups.append(self._balance.watches)
        if self._machine is not None and self._machine.hierarchical:
            groups.append({LEVEL: self._check_hierarchy})
        if self._machine is not None and self.head.type == CLAIMS:
            groups.append({CLAIM: self._lines.begin, LINE: self._check_line})
        if self._claims is not None:
            groups.append(self._claims.watches)
        self._watches.begin(groups)

    def _spoil_balance(self) -> None:
        """Sums over segments that are wrong themselves would only repeat the fault."""
        self._balance = None
        self._watch()

    def _structure(self, rule: Rule, tag: str, ahead: int) -> None:
        place = Place(tag, self.position + ahead, offset=self._offset, address=tag)
        self.findings.add(rule, place)

    def _at(self, tag: str, element: int, component: int = 0, repetition: int = 0) -> Place:
        address = f"{tag}{element:02d}" + (f"-{component}" if component else "")
        return Place(tag, self.position, element, component, repetition, self._offset, address)

    def _note(self, rule: Rule, place: Place) -> None:
        if self._claims is None or rule.category not in self.findings.options.by_claim:
            self.findings.add(rule, place)
        elif self.findings.add_part(rule, place):
            self._claims.refuse(place.position)
