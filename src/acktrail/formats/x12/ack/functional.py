"""The 999 and 997: one transaction set about one received group, made from its findings.

IK404 (a copy of the bad value) and CTX are left out: they would carry data of patients.
Spec: 005010X231A1; X12 RFI 1257, 1339, 1438; set 997 of 004010.
"""

import re

from acktrail.formats.x12.ack.codes import (
    ELEMENT,
    GROUP,
    GUIDE_SEGMENTS_IN_ERROR,
    SEGMENT,
    SEGMENT_HAS_ELEMENT_ERRORS,
    SEGMENTS_IN_ERROR,
    SET,
    code_of,
    codes_of,
    in_order,
)
from acktrail.formats.x12.group import is_control, is_set_control, is_set_id, is_version
from acktrail.formats.x12.write import Line, SetDraft
from acktrail.model import Finding, GroupResult, MessageResult, Severity

VERSION_999, VERSION_997 = "005010X231A1", "004010"  # GS08
ACCEPTED, WITH_ERRORS, PARTLY, REJECTED = "A", "E", "P", "R"
NAMES_999 = {"segment": "IK3", "element": "IK4", "set": "IK5"}
NAMES_997 = {"segment": "AK3", "element": "AK4", "set": "AK5"}
POSITIONS_4010, POSITIONS_5010 = 999_999, 9_999_999_999  # DE 719 in each release
OWN_LISTS = (SEGMENT, ELEMENT, SET)
ELEMENTS_AT_MOST = 99  # DE 722
is_reference = re.compile("[0-9]{1,4}").fullmatch
TOLD = (Severity.ERROR, Severity.WARNING)


class Functional:
    """Drafts sets 999 or 997."""

    def __init__(self, kind: str, *, accept_with_errors: bool) -> None:
        self._kind = kind
        self._old = kind == "997"
        self._accept_with_errors = accept_with_errors
        self._names = NAMES_997 if self._old else NAMES_999

    def transaction_set(self, group: GroupResult) -> SetDraft:
        """Return the answer to one group; every set of it is answered, accepted ones too."""
        lines = [self._opening(group)]
        states = []
        for message in filter(is_named, group.messages):
            state, about = self._set(message)
            states.append(state)
            lines += about
        lines.append(self._closing(group, states))
        return SetDraft(self._kind, lines, "" if self._old else VERSION_999)

    def _opening(self, group: GroupResult) -> Line:
        version = () if self._old else (group.version,)
        return ("AK1", group.kind, group.control, *version)

    def _closing(self, group: GroupResult, states: list[str]) -> Line:
        codes = codes_of(group.findings, GROUP, release_4010=self._old)
        accepted = sum(state != REJECTED for state in states)
        counted = len(group.messages)
        if codes or (counted and not accepted):
            state, accepted = REJECTED, 0
        elif REJECTED in states:
            state = PARTLY
        else:
            state = WITH_ERRORS if WITH_ERRORS in states else ACCEPTED
        sent = group.facts.get("GE01", str(counted))
        return ("AK9", state, sent, str(counted), str(accepted), *codes)

    def _set(self, message: MessageResult) -> tuple[str, list[Line]]:
        """Return whether a set is accepted, and the segments that say so."""
        facts = message.facts
        state, codes = self._judgement(message)
        version = "" if self._old else facts.get("ST03", "")
        opening = ("AK2", facts["ST01"], facts["ST02"], version if is_version(version) else "")
        told = [] if state == ACCEPTED else [f for f in message.findings if f.severity in TOLD]
        return state, [
            opening,
            *self._segments(told),
            (self._names["set"], state, *codes),
        ]

    def _judgement(self, message: MessageResult) -> tuple[str, list[str]]:
        """Return A, E or R and the codes of the set; findings without a code are not told."""
        # RFI 1312: what translating found (its codes name no list) is not told here
        told = [f for f in message.findings if f.code.startswith(OWN_LISTS)]
        errors = [finding for finding in told if finding.severity is Severity.ERROR]
        if not errors:
            warned = any(finding.severity is Severity.WARNING for finding in told)
            return (WITH_ERRORS if warned and self._accept_with_errors else ACCEPTED), []
        codes = set(codes_of(errors, SET, release_4010=self._old))
        below = [f.code.partition(" ") for f in errors if not f.code.startswith(SET)]
        if below and all(code.startswith("I") for _list, _space, code in below) and not self._old:
            codes.add(GUIDE_SEGMENTS_IN_ERROR)
        elif below:
            codes.add(SEGMENTS_IN_ERROR)
        return REJECTED, in_order(codes)

    def _segments(self, findings: list[Finding]) -> list[Line]:
        """Return the segments about segments and elements, in the order of the file."""
        most = POSITIONS_4010 if self._old else POSITIONS_5010
        whole: dict[tuple[int, str], list[Line]] = {}
        inside: dict[tuple[int, str], list[Line]] = {}
        for finding in findings:
            name = (finding.place.position, finding.place.segment)
            segment = code_of(finding, SEGMENT, release_4010=self._old)
            element = code_of(finding, ELEMENT, release_4010=self._old)
            if segment and name[0] <= most:
                _once(whole.setdefault(name, []), self._segment(name, segment))
            elif element and name[0] <= most and finding.place.element <= ELEMENTS_AT_MOST:
                _once(inside.setdefault(name, []), self._element(finding, element))
        lines: list[Line] = []
        for name in sorted(whole.keys() | inside.keys()):
            lines += whole.get(name, [])
            if name in inside:
                lines += [self._segment(name, SEGMENT_HAS_ELEMENT_ERRORS), *inside[name]]
        return lines

    def _segment(self, name: tuple[int, str], code: str) -> Line:
        position, tag = name
        return (self._names["segment"], tag, str(position), "", code)

    def _element(self, finding: Finding, code: str) -> Line:
        place = finding.place
        numbers = [place.element, place.component, place.repetition]
        if self._old:
            numbers.pop()  # 4010 knows no repetitions
        where = tuple(str(number) if number else "" for number in numbers)
        # DE 725 is a number: composites have none
        reference = finding.reference if is_reference(finding.reference) else ""
        return (self._names["element"], where, reference, code)


def is_named(message: MessageResult) -> bool:
    """Tell whether an AK2 can name the set (RFI 1339)."""
    facts = message.facts
    return bool(is_set_id(facts.get("ST01", "")) and is_set_control(facts.get("ST02", "")))


def is_answerable(group: GroupResult) -> bool:
    """Tell whether a valid AK1 can name the group."""
    return bool(is_control(group.control) and is_version(group.version))


def _once(lines: list[Line], line: Line) -> None:
    if line not in lines:
        lines.append(line)
