"""One open interchange ISA..IEA: the state machine over groups and sets.

Spec: X12.5 Interchange Control Structures; TA1 notes of DE I18.
"""

import re
from collections.abc import Iterator

from acktrail.formats.x12 import rules
from acktrail.formats.x12.agreement import ANSWERS, HIPAA_SETS, SET_GROUPS, Agreement, is_hipaa
from acktrail.formats.x12.findings import Findings, Room
from acktrail.formats.x12.group import (
    PLACE,
    Group,
    is_implementation,
    is_kind,
    is_set_control,
    is_set_id,
    is_version,
    open_group,
)
from acktrail.formats.x12.guide.catalogue import Catalogue
from acktrail.formats.x12.guide.model import GuideKey
from acktrail.formats.x12.guide.overlay import AS_IT_IS
from acktrail.formats.x12.learnt import Learnt
from acktrail.formats.x12.marks import Header
from acktrail.formats.x12.options import Options
from acktrail.formats.x12.pieces import Cut
from acktrail.formats.x12.transaction_set import TransactionSet
from acktrail.formats.x12.values import allowed
from acktrail.model import GroupResult, InterchangeResult, MessageHead, Place, Rule, fold_verdicts
from acktrail.ports import Bind, Event, GroupEnd, InterchangeEnd, MessageEnd, MessageStart

HEADER_FACTS = (5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
SERVICE_TAGS = frozenset({"ISB", "ISE", "TA3"})
TA1_KEPT = 100
MARKS = "marks"  # fact: element, component, segment and, if there is one, repetition separator
PURPOSE_TAG = "BHT"
is_number = re.compile("[0-9]{1,5}").fullmatch
is_ta1_control = re.compile("[0-9]{9}").fullmatch
is_ta1_note = re.compile("[0-9]{3}").fullmatch


class Interchange:
    """An open interchange."""

    def __init__(
        self, header: Header, offset: int, options: Options, catalogue: Catalogue, room: Room
    ) -> None:
        self.header = header
        self.over = False
        self.limit = ""  # name of the cap that was hit
        self._options = options
        self._catalogue = catalogue
        self._agreement = Agreement(options.agreed, catalogue)
        self._offset = offset
        self._room = room
        self._findings = Findings(options, room)
        self._groups: list[GroupResult] = []
        self._group: Group | None = None
        self._set: TransactionSet | None = None
        # an ST with its offset, and the guides that the segment behind it tells apart
        self._waiting: tuple[str, int, tuple[GuideKey, ...]] | None = None
        self._controls: set[tuple[str, str]] = set()
        self._learnt: dict[tuple[str, Bind], Learnt] = {}  # by guide
        self._stray = False  # inside a run of stray segments
        self._indented = False  # a segment was
        self._ta1: list[str] = []
        self._is_name = re.compile(allowed(header.marks) + "{1,15}").fullmatch  # GS02, GS03
        self._facts = {f"ISA{n:02d}": header.elements[n].rstrip() for n in HEADER_FACTS}
        marks = header.marks
        self._facts[PLACE] = str(offset)
        self._facts[MARKS] = marks.element + marks.component + marks.segment + marks.repetition
        for fault in header.faults:
            rule = rules.ISA_DELIMITER if fault.delimiter else rules.ISA_ELEMENT
            self._note(rule, "ISA", fault.element, offset, f"TA1 {fault.note}")

    def take(self, pieces: list[str], cut: Cut) -> Iterator[Event]:
        """Take whole segments; none follows an IEA. A set's start is told before its segments."""
        index = 0
        while index < len(pieces) and not self.over and not self.limit:
            out: list[Event] = []
            if self._set is None:
                index = self._envelope_segment(pieces, index, cut, out)
            else:
                index = self._set.take(pieces, index, cut, out)
                if self._set.over:
                    self._end_set(out)
                elif index < len(pieces):
                    self.limit = "segments"
            yield from out

    def listen(self, bind: Bind) -> None:
        """Have the segments of the set that has just begun taken, not told as events."""
        if self._set is not None:
            self._set.listen(bind, self._learnt.setdefault((self._set.head.guide, bind), Learnt()))

    def close(self, out: list[Event], offset: int) -> None:
        """Close an interchange that has no IEA."""
        self._end_group(out, offset, trailer=False)
        self._note(rules.IEA_MISSING, "IEA", 0, offset)
        self._finish(out)

    def _envelope_segment(self, pieces: list[str], index: int, cut: Cut, out: list[Event]) -> int:
        text, offset = cut.trimmed(pieces[index], cut.offset)
        if text and self._waiting is not None:
            self._start_waiting(text, out)
            return index  # the segment is the set's own
        cut.offset = offset
        if text:
            elements = text.split(self.header.marks.element)
            self._dispatch(elements, text, cut, out)
        cut.offset += len(text) + 1
        return index + 1

    def _dispatch(self, elements: list[str], text: str, cut: Cut, out: list[Event]) -> None:
        stray = False
        match elements[0]:
            case "ST" if self._group is not None:
                self._meet_set(self._group, elements, text, cut.offset, out)
            case "GS":
                self._end_group(out, cut.offset, trailer=False)
                self._start_group(elements, cut.offset)
            case "GE" if self._group is not None:
                first, second = _pair(elements)
                self._group.closed(first, second, cut.offset)
                self._end_group(out, cut.offset, trailer=True)
            case "IEA":
                self._end_group(out, cut.offset, trailer=False)
                self._trailer(elements, cut.offset)
                self._finish(out)
            case "TA1" if self._group is None:
                self._note_ta1(elements, cut.offset)
            case tag if tag in SERVICE_TAGS and self._group is None:
                pass
            case tag:
                stray = True
                if not self._stray:
                    known = tag in self._catalogue.segment_ids()
                    self._note(rules.STRAY, tag if known else "", 0, cut.offset)
        self._stray = stray

    def _start_group(self, elements: list[str], offset: int) -> None:
        if len(self._groups) >= self._options.limits.groups:
            self.limit = "groups"
            return
        group = open_group(elements, offset, Findings(self._options, self._room), self._agreement)
        named = [self._is_name(group.elements[n]) for n in (2, 3)]
        if not (is_kind(group.kind) and is_version(group.version) and all(named)):
            self._note(rules.GS_CONTENT, "GS", 0, offset)
        name = (group.kind, group.elements[6])
        if name in self._controls:
            group.note(rules.GS_DUPLICATE, "GS", 6, offset)
        self._controls.add(name)
        self._group = group

    def _end_group(self, out: list[Event], offset: int, *, trailer: bool) -> None:
        if self._waiting is not None:
            self._start_waiting("", out)
        if self._set is not None:
            self._end_set(out)
        group, self._group = self._group, None
        if group is None:
            return
        if not trailer:
            group.note(rules.GE_MISSING, "GE", 0, offset)
        result = group.result()
        self._groups.append(result)
        out.append(GroupEnd(result))

    def _meet_set(
        self, group: Group, elements: list[str], text: str, offset: int, out: list[Event]
    ) -> None:
        """Start a set, or wait for the segment behind ST where two guides share GS08 and ST01."""
        if len(group.messages) >= self._options.limits.sets:
            self.limit = "sets"
            return
        self._room.sets -= 1
        if self._room.sets < 0:
            self.limit = "file_sets"
            return
        guides = self._agreement.guides(_pair(elements)[0], group.kind, group.version)
        if len(guides) > 1:
            self._waiting = text, offset, guides
        else:
            self._start_set(group, guides[0] if guides else None, text, offset, out)

    def _start_waiting(self, text: str, out: list[Event]) -> None:
        """Start the set that waits: BHT02 tells its guide, and without that the first will do."""
        waiting, self._waiting = self._waiting, None
        if waiting is None or self._group is None:
            return
        start, offset, guides = waiting
        tag, _structure, purpose, *_others = [*text.split(self.header.marks.element), "", "", ""]
        named = (key for key in guides if tag == PURPOSE_TAG and purpose in key.bht02)
        self._start_set(self._group, next(named, guides[0]), start, offset, out)

    def _start_set(
        self, group: Group, key: GuideKey | None, text: str, offset: int, out: list[Event]
    ) -> None:
        set_id, control = _pair(text.split(self.header.marks.element))
        findings = Findings(self._options, self._room)
        marks, overlays = self.header.marks, self._options.overlays
        machine = None
        if key is not None:
            machine = self._catalogue.machine(key, marks, overlays.get(key.id, AS_IT_IS))
        head = self._head(group, text, set_id, control, "" if key is None else key.id)
        known = self._catalogue.segment_ids()
        known = known | machine.tags if machine else known
        self._set = TransactionSet(head, marks, machine, findings, known, (text, offset))
        if self._options.codes and machine is not None:
            codes = self._options.codes
            self._set.judge_codes(tuple((spot, self._catalogue.codes(one)) for spot, one in codes))
        out.append(MessageStart(head))
        self._judge_start(group, head, findings, Place("ST", 1, offset=offset, address="ST"))

    def _head(self, group: Group, text: str, set_id: str, control: str, guide: str) -> MessageHead:
        isa = self.header.elements
        facts = {"ST01": set_id, "ST02": control}
        sent = text.split(self.header.marks.element)
        if len(sent) > 3 and sent[3]:  # noqa: PLR2004 - ST03
            facts["ST03"] = sent[3] if is_implementation(sent[3]) else ""
        return MessageHead(
            format="x12",
            type=set_id,
            version=group.version,
            control=control,
            guide=guide,
            sender=isa[6].rstrip(),
            receiver=isa[8].rstrip(),
            interchange=self.header.control,
            group=group.elements[6],
            test=isa[15] == "T",
            facts=group.facts | facts,
        )

    def _judge_start(
        self, group: Group, head: MessageHead, findings: Findings, place: Place
    ) -> None:
        set_id, control = head.type, head.control
        implementation = head.facts.get("ST03")  # "" = sent, and not one
        # AK201 of the 999, which answers HIPAA groups, can name HIPAA sets only
        named = set_id in HIPAA_SETS or not is_hipaa(group.kind, group.version)
        usable = is_set_id(set_id) and is_set_control(control) and named
        if not is_set_id(set_id):
            findings.add(rules.ST_ID, place._replace(element=1, address="ST01"))
        if not is_set_control(control):
            findings.add(rules.ST_CONTROL, place._replace(element=2, address="ST02"))
        if not usable:
            # RFI 1339: a set that no AK2 can name refuses its group
            group.note(rules.ST_UNUSABLE, "ST", 0, place.offset)
        if control in group.controls:
            findings.add(rules.ST_DUPLICATE, place._replace(element=2, address="ST02"))
        group.controls.add(control)
        if SET_GROUPS.get(set_id, group.kind) != group.kind:
            findings.add(rules.ST_GROUP, place._replace(element=1, address="ST01"))
        elif not self._agreement.lists(set_id, group.kind, group.version):
            findings.add(rules.NOT_AGREED, place)
        elif not head.guide and usable:
            ours = self._agreement.explicit and group.kind != ANSWERS
            findings.add(rules.GUIDE_UNKNOWN, place, ours=ours)
        if implementation is not None and not self._same_guide(group, head, implementation):
            findings.add(rules.ST_VERSION, place._replace(element=3, address="ST03"))

    def _same_guide(self, group: Group, head: MessageHead, implementation: str) -> bool:
        if implementation == group.version or not head.guide:
            return True
        named = self._agreement.guides(head.type, group.kind, implementation)
        return any(key.id == head.guide for key in named)

    def _end_set(self, out: list[Event]) -> None:
        if self._set is None or self._group is None:
            return
        if not self._set.whole:
            self._set.cut_off(out)
        result = self._set.result()
        self._group.messages.append(result)
        self._set = None
        out.append(MessageEnd(result))

    def _trailer(self, elements: list[str], offset: int) -> None:
        count, control = _pair(elements)
        self._facts |= {"IEA01": count if is_number(count) else ""}
        if not is_number(count) or int(count) != len(self._groups):
            self._note(rules.IEA_COUNT, "IEA", 1, offset)
        if control != self.header.control:
            self._note(rules.IEA_CONTROL, "IEA", 2, offset)

    def _note_ta1(self, elements: list[str], offset: int) -> None:
        """Keep what a partner's TA1 says: ISA13, verdict and note of what we sent."""
        said = [elements[n] if n < len(elements) else "" for n in (1, 4, 5)]
        control, verdict, note = said
        if not is_ta1_control(control) or verdict not in ("A", "E", "R") or not is_ta1_note(note):
            self._note(rules.STRAY, "TA1", 0, offset)
        elif len(self._ta1) < TA1_KEPT:
            self._ta1.append("/".join(said))

    def note_odd(self, rule: Rule, offset: int) -> None:
        """Note a segment that is empty or indented; of indented ones the first says it all."""
        if rule is rules.EMPTY_SEGMENT or not self._indented:
            self._note(rule, "", 0, offset)
        self._indented |= rule is rules.INDENTED

    def _note(self, rule: Rule, tag: str, element: int, offset: int, code: str = "") -> None:
        address = f"{tag}{element:02d}" if element else tag
        place = Place(tag, 0, element, offset=offset, address=address)
        self._findings.add(rule, place, code=code)

    def _finish(self, out: list[Event]) -> None:
        self.over = True
        if not self._groups and not self._ta1:
            self._note(rules.EMPTY_INTERCHANGE, "ISA", 0, self._offset)
        if self._ta1:
            self._facts["TA1"] = " ".join(self._ta1)
        isa = self.header.elements
        verdict = self._findings.verdict
        if not self._findings.rejected:
            folded = fold_verdicts(tuple(group.verdict for group in self._groups))
            verdict = folded if folded is not folded.ACCEPTED else verdict
        out.append(
            InterchangeEnd(
                InterchangeResult(
                    control=self.header.control,
                    sender=isa[6].rstrip(),
                    receiver=isa[8].rstrip(),
                    test=isa[15] == "T",
                    verdict=verdict,
                    groups=tuple(self._groups),
                    findings=self._findings.kept(),
                    facts=self._facts,
                )
            )
        )


def _pair(elements: list[str]) -> tuple[str, str]:
    """Return the first two elements of a segment."""
    padded = [*elements, "", "", ""]
    return padded[1], padded[2]
