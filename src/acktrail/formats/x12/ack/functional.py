"""The 999 and 997: one transaction set about one received group, made from its findings.

Spec: 005010X231A1; X12 RFI 1257, 1312, 1339, 1438, 2293; set 997 of 004010 and 005010.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from acktrail.formats.delimited import Marks
from acktrail.formats.x12.ack.codes import (
    COUNT_WRONG,
    ELEMENT,
    GROUP,
    GUIDE_SEGMENTS_IN_ERROR,
    SEGMENT,
    SEGMENT_HAS_ELEMENT_ERRORS,
    SEGMENTS_IN_ERROR,
    SET,
    Dialect,
    in_order,
)
from acktrail.formats.x12.ack.masking import COPY_AT_MOST, Masking, fits
from acktrail.formats.x12.ack.original import Original, Unit
from acktrail.formats.x12.ack.trigger import trigger_of
from acktrail.formats.x12.agreement import HIPAA_SETS
from acktrail.formats.x12.group import is_control, is_set_control, is_set_id, is_version
from acktrail.formats.x12.rules import BALANCE_PREFIX, LOOP_MIN, MISSING
from acktrail.formats.x12.write import Element, Line, SetDraft
from acktrail.model import REFUSED_PARTS, Finding, GroupResult, MessageResult, Severity

ACCEPTED, WITH_ERRORS, PARTLY, REJECTED = "A", "E", "P", "R"
OWN_LISTS = (SEGMENT, ELEMENT, SET)
BALANCE_CODE = f"{ELEMENT} I12"  # the amount is not what the others make of it
ELEMENTS_AT_MOST = 99  # DE 722
UNIT_ID_AT_MOST = 35  # CTX01-2
NOT_SENT = frozenset({MISSING.name, LOOP_MIN.name})  # told at the segment that follows
is_reference = re.compile("[0-9]{1,4}").fullmatch
is_group_count = re.compile("[0-9]{1,6}").fullmatch  # DE 97
TOLD = (Severity.ERROR, Severity.WARNING)
Originals = Callable[[MessageResult, list[Finding]], Original]


class Policy(NamedTuple):
    """What the profile says of functional acknowledgements."""

    masking: Masking
    accept_with_errors: bool = False
    tell_balance: bool = False  # sums that do not balance are told here
    context: bool = True  # CTX


class Functional:
    """Drafts sets 999 or 997."""

    def __init__(
        self, dialect: Dialect, policy: Policy, originals: Originals, marks: Marks
    ) -> None:
        self._dialect = dialect
        self._policy = policy
        self._originals = originals
        self._marks = marks  # ours: what the answer is written with

    def transaction_set(self, group: GroupResult) -> SetDraft:
        """Return the answer to one group; every set of it is answered, accepted ones too."""
        dialect = self._dialect
        lines: list[Line] = [("AK1", group.kind, group.control, self._modern(group.version))]
        states = []
        for message in filter(self._is_named, group.messages):
            state, about = self._set(message)
            states.append(state)
            lines += about
        lines.append(self._closing(group, states))
        return SetDraft(dialect.kind, lines, dialect.version if dialect.implementation else "")

    def _is_named(self, message: MessageResult) -> bool:
        """Tell whether an AK2 can name the set (RFI 1339); in a 999 only HIPAA sets."""
        set_id = message.facts.get("ST01", "")
        listed = set_id in HIPAA_SETS if self._dialect.implementation else is_set_id(set_id)
        return bool(listed and is_set_control(message.facts.get("ST02", "")))

    def _modern(self, value: str) -> str:
        return value if self._dialect.modern else ""

    def _closing(self, group: GroupResult, states: list[str]) -> Line:
        codes = self._dialect.refusing_codes(group.findings, GROUP)
        accepted = sum(state != REJECTED for state in states)
        counted = len(group.messages)
        sent = group.facts.get("GE01", "")
        if not is_group_count(sent):
            # no GE, or a GE01 that AK902 cannot hold: what was counted stands in for it
            codes |= {COUNT_WRONG} if sent else set()
            sent = str(counted)
        if codes or (counted and not accepted):
            state, accepted = REJECTED, 0
        elif REJECTED in states:
            state = PARTLY
        else:
            state = WITH_ERRORS if WITH_ERRORS in states else ACCEPTED
        return ("AK9", state, sent, str(counted), str(accepted), *in_order(codes))

    def _set(self, message: MessageResult) -> tuple[str, list[Line]]:
        """Return whether a set is accepted, and the segments that say so."""
        facts = message.facts
        findings = [self._told(message, finding) for finding in message.findings]
        state, codes = self._judgement(findings)
        version = self._modern(facts.get("ST03", ""))
        opening = ("AK2", facts["ST01"], facts["ST02"], version)
        told = [] if state == ACCEPTED else [f for f in findings if f.severity in TOLD]
        return state, [opening, *self._segments(message, told), (self._name(SET), state, *codes)]

    def _told(self, message: MessageResult, finding: Finding) -> Finding:
        """Return a finding as this answer tells it: sums only if the profile wants them here."""
        if REFUSED_PARTS in message.facts and finding.severity is Severity.ERROR:
            return replace(finding, code="")  # a 277CA tells it claim by claim
        balance = finding.rule.startswith(BALANCE_PREFIX) and finding.place.element
        return (
            replace(finding, code=BALANCE_CODE)
            if balance and self._policy.tell_balance
            else finding
        )

    def _judgement(self, findings: list[Finding]) -> tuple[str, list[str]]:
        """Return A, E or R and the codes of the set; findings without a code are not told."""
        # RFI 1312: what translating found (its codes name no list) is not told here
        told = [f for f in findings if f.code.startswith(OWN_LISTS)]
        errors = [finding for finding in told if finding.severity is Severity.ERROR]
        if not errors:
            warned = any(finding.severity is Severity.WARNING for finding in told)
            return (WITH_ERRORS if warned and self._policy.accept_with_errors else ACCEPTED), []
        codes = self._dialect.refusing_codes(errors, SET)
        below = [f.code.partition(" ")[2] for f in errors if not f.code.startswith(SET)]
        guide_level = self._dialect.implementation and all(code[:1] == "I" for code in below)
        if below:
            codes.add(GUIDE_SEGMENTS_IN_ERROR if guide_level else SEGMENTS_IN_ERROR)
        return REJECTED, in_order(codes)

    # -------------------------------------------------------------- segments and elements

    def _segments(self, message: MessageResult, findings: list[Finding]) -> list[Line]:
        """Return the segments about segments and elements, in the order of the file."""
        whole: dict[tuple[int, str], list[Finding]] = {}
        inside: dict[tuple[int, str], list[Finding]] = {}
        for finding in findings:
            place = finding.place
            if place.position > self._dialect.most_positions:
                continue
            name = (place.position, place.segment)
            if self._dialect.code(finding, SEGMENT):
                whole.setdefault(name, []).append(finding)
            elif self._dialect.code(finding, ELEMENT) and place.element <= ELEMENTS_AT_MOST:
                inside.setdefault(name, []).append(finding)
        placed = [f for some in (*whole.values(), *inside.values()) for f in some]
        original = self._originals(message, placed)
        invalid = {(f.place.offset, f.place.element) for f in placed}
        lines: list[Line] = []
        for name in sorted(whole.keys() | inside.keys()):
            lines += self._whole(whole.get(name, []), original, invalid)
            lines += self._inside(inside.get(name, []), original, invalid)
        return lines

    def _whole(
        self, findings: list[Finding], original: Original, invalid: set[tuple[int, int]]
    ) -> Iterator[Line]:
        """Yield what is said of one segment as a whole, once a code."""
        codes: set[str] = set()
        for finding in findings:
            code = self._dialect.code(finding, SEGMENT)
            if code not in codes:
                codes.add(code)
                yield self._segment(finding, code)
                yield from self._trigger(finding, original)
                yield from self._context([finding], original, invalid)

    def _inside(
        self, findings: list[Finding], original: Original, invalid: set[tuple[int, int]]
    ) -> Iterator[Line]:
        """Yield what is said of the elements of one segment."""
        if not findings:
            return
        yield self._segment(findings[0], SEGMENT_HAS_ELEMENT_ERRORS)
        yield from self._context(findings, original, invalid)
        lines: list[Line] = []
        for finding in findings:
            line = self._element(finding, original)
            if line not in lines:
                lines += [line, *self._trigger(finding, original)]
        yield from lines

    def _segment(self, finding: Finding, code: str) -> Line:
        place = finding.place
        # IK303 stays empty: DE 447 has four characters, too few for 2010AA
        return (self._name(SEGMENT), place.segment, str(place.position), "", code)

    def _element(self, finding: Finding, original: Original) -> Line:
        # DE 725 is a number: composites have none
        reference = finding.reference if is_reference(finding.reference) else ""
        code = self._dialect.code(finding, ELEMENT)
        copy = self._copy(finding, original)
        return (self._name(ELEMENT), self._position(finding), reference, code, copy)

    def _position(self, finding: Finding) -> Element:
        place = finding.place
        numbers = [place.element, place.component]
        if self._dialect.modern:  # 4010 knows no repetitions
            numbers.append(place.repetition)
        return tuple(str(number) if number else "" for number in numbers)

    def _copy(self, finding: Finding, original: Original) -> str:
        """Return IK404: the bad value, where it may be repeated and cannot forge structure."""
        value = original.value(finding)[:COPY_AT_MOST]
        allowed = self._policy.masking.lets_through(finding.place, finding.reference)
        return value if allowed and fits(value, self._marks) else ""

    # -------------------------------------------------------------- context

    def _trigger(self, finding: Finding, original: Original) -> Iterator[Line]:
        """Yield CTX, what a situational finding depends on."""
        if self._dialect.implementation and self._policy.context:
            line = trigger_of(finding, original.context(finding).positions)
            yield from () if line is None else (line,)

    def _context(
        self, findings: list[Finding], original: Original, invalid: set[tuple[int, int]]
    ) -> Iterator[Line]:
        """Yield CTX, the business unit that the segment is in (RFI 2293: once an IK3)."""
        if not (self._dialect.implementation and self._policy.context):
            return
        first = findings[0]
        around = original.context(first)
        unit = around.before if first.rule in NOT_SENT else around.at
        if unit is not None and self._is_known(unit, invalid):
            yield ("CTX", (unit.name, unit.value[:UNIT_ID_AT_MOST]))

    def _is_known(self, unit: Unit, invalid: set[tuple[int, int]]) -> bool:
        """Tell whether the id can be written; RFI 2293: not when it is itself in error."""
        return (unit.offset, unit.element) not in invalid and fits(unit.value, self._marks)

    def _name(self, list_: str) -> str:
        return self._dialect.names[OWN_LISTS.index(list_)]


def is_answerable(group: GroupResult) -> bool:
    """Tell whether a valid AK1 can name the group."""
    return bool(is_control(group.control) and is_version(group.version))
