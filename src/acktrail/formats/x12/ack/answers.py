"""Which answers a read file gets, and those answers as bytes.

One functional answer interchange for each received interchange and kind of answer; the TA1 has
one of its own. Acknowledgements are never acknowledged, nor is what could not be read.
Spec: notes to sets 997 and 999; X12 RFI 1427, 1591, 2102; DSMO CR 1085.
"""

from collections.abc import Mapping
from typing import NamedTuple

from acktrail.errors import SetupError
from acktrail.formats.delimited import Marks
from acktrail.formats.x12.ack.codes import INTERCHANGE
from acktrail.formats.x12.ack.functional import (
    VERSION_997,
    VERSION_999,
    Functional,
    is_answerable,
)
from acktrail.formats.x12.agreement import ANSWERS
from acktrail.formats.x12.interchange import is_ta1_control
from acktrail.formats.x12.marks import FIRST_WITH_REPETITION
from acktrail.formats.x12.write import (
    RELEASE_4010,
    RELEASE_5010,
    GroupDraft,
    InterchangeDraft,
    Line,
    Style,
    control_number,
    written,
)
from acktrail.model import (
    Acknowledgement,
    Answering,
    Finding,
    GroupResult,
    InterchangeResult,
    Owner,
    ReadResult,
    Severity,
)

HIPAA_GROUPS = frozenset({"BE", "HB", "HC", "HI", "HN", "HP", "HR", "HS", "RA"})
ANSWER_SETS = frozenset({"997", "999"})
HIPAA_RELEASE = "005010X"
DUPLICATE = "025"
ACCEPTED, WITH_ERRORS, REJECTED = "A", "E", "R"
REFUSING = (Severity.ERROR, Severity.FATAL)


class Due(NamedTuple):
    """One answer that is due."""

    kind: str  # TA1, 999 or 997
    subject: InterchangeResult
    groups: tuple[GroupResult, ...] = ()


def answers_due(result: ReadResult, answering: Answering) -> list[Due]:
    """Return what has to be answered, in the order of the file, TA1 first."""
    due: list[Due] = []
    for one in result.interchanges:
        # RFI 1427, 2102: without a readable ISA13 there is nothing to refer to
        if not is_ta1_control(one.control) or _only_answers(one):
            continue
        if _ta1_due(one, result, answering):
            due.append(Due("TA1", one))
        due += _functional_due(one, result, answering)
    return due


def acknowledgements(result: ReadResult, answering: Answering) -> tuple[Acknowledgement, ...]:
    """Build all answers that are due; the same input gives the same bytes.

    Raises:
        SetupError: If fewer control numbers were given than are needed.
    """
    due = answers_due(result, answering)
    if len(answering.numbers) < len(due):
        msg = "fewer control numbers than answers"
        raise SetupError(msg)
    return tuple(_built(one, answering, n) for one, n in zip(due, answering.numbers, strict=False))


def style_of(options: Mapping[str, str]) -> Style:
    """Return how the profile wants our answers to look."""
    terminator = options.get("segment_terminator") or "~"
    marks = Marks(
        options.get("element_separator") or "*",
        options.get("component_separator") or ":",
        options.get("repetition_separator") or "^",
        terminator[0],
    )
    return Style(marks, terminator[1:] or ("\n" if options.get("newline") else ""))


def _built(due: Due, answering: Answering, number: int) -> Acknowledgement:
    subject, facts = due.subject, due.subject.facts
    if due.kind == "TA1":
        modern = facts.get("ISA12", "") >= FIRST_WITH_REPETITION
    else:
        modern = due.kind == "999"
    draft = InterchangeDraft(
        sender=(facts.get("ISA07", ""), facts.get("ISA08", "")),
        receiver=(facts.get("ISA05", ""), facts.get("ISA06", "")),
        control=number,
        at=answering.at,
        usage=facts.get("ISA15", ""),
        release=RELEASE_5010 if modern else RELEASE_4010,
        answers=() if due.groups else (_ta1(subject, answering),),
        groups=[_group(due, answering, number)] if due.groups else (),
    )
    body = written(draft, style_of(answering.options))
    return Acknowledgement(due.kind, control_number(number), subject.control, body, "edi")


def _group(due: Due, answering: Answering, number: int) -> GroupDraft:
    """Return the one group of an answer; it goes to whom the first answered group came from."""
    builder = Functional(
        due.kind, accept_with_errors=bool(answering.options.get("accept_with_errors"))
    )
    first = due.groups[0].facts
    return GroupDraft(
        kind=ANSWERS,
        sender=first.get("GS03", ""),
        receiver=first.get("GS02", ""),
        control=number,
        version=VERSION_999 if due.kind == "999" else VERSION_997,
        sets=[builder.transaction_set(one) for one in due.groups],
    )


# ---------------------------------------------------------------- TA1
def _ta1(subject: InterchangeResult, answering: Answering) -> Line:
    verdict, note = _ta1_verdict(subject, answering)
    facts = subject.facts
    return ("TA1", subject.control, facts["ISA09"], facts["ISA10"], verdict, note)


def _ta1_verdict(subject: InterchangeResult, answering: Answering) -> tuple[str, str]:
    """Return A, E or R and the note: that of the first refusing finding, else the first one."""
    if answering.options.get("duplicate"):
        return REJECTED, DUPLICATE
    noted = [finding for finding in subject.findings if finding.code.startswith(INTERCHANGE)]
    refusing = [finding for finding in noted if finding.severity in REFUSING]
    if refusing:
        return REJECTED, _note(refusing[0])
    return (WITH_ERRORS, _note(noted[0])) if noted else (ACCEPTED, "000")


def _note(finding: Finding) -> str:
    return finding.code.removeprefix(INTERCHANGE).strip()


def _ta1_due(one: InterchangeResult, result: ReadResult, answering: Answering) -> bool:
    verdict, _note = _ta1_verdict(one, answering)
    policy = answering.options.get("ta1") or "both"
    if not result.usable:
        # the file will be sent again as a whole: only what refuses it is told
        return verdict == REJECTED and policy != "never"
    requested = one.facts.get("ISA14") == "1"
    match policy:
        case "never":
            return False
        case "always":
            return True
        case "on_request":
            return requested
        case "on_reject":
            return verdict != ACCEPTED
        case _:
            return requested or verdict != ACCEPTED


# ---------------------------------------------------------------- 999 and 997
def _functional_due(one: InterchangeResult, result: ReadResult, answering: Answering) -> list[Due]:
    verdict, _note = _ta1_verdict(one, answering)
    policy = answering.options.get("functional") or "auto"
    if policy == "none" or verdict == REJECTED or not result.usable or _ours(one):
        return []
    groups = [g for g in one.groups if is_answerable(g) and not _is_answer(g)]
    kinds = [_kind(g, policy) for g in groups]
    return [
        Due(kind, one, tuple(g for g, own in zip(groups, kinds, strict=True) if own == kind))
        for kind in dict.fromkeys(kinds)
    ]


def _kind(received: GroupResult, policy: str) -> str:
    if policy != "auto":
        return policy
    hipaa = received.kind in HIPAA_GROUPS and received.version.startswith(HIPAA_RELEASE)
    return "999" if hipaa else "997"


def _is_answer(received: GroupResult) -> bool:
    """Tell whether a group, or any set in it, is itself an acknowledgement."""
    sets = {message.type for message in received.messages}
    return received.kind == ANSWERS or bool(sets & ANSWER_SETS)


def _only_answers(one: InterchangeResult) -> bool:
    """Tell whether an interchange holds nothing but acknowledgements."""
    return bool(one.groups or one.facts.get("TA1")) and all(map(_is_answer, one.groups))


def _ours(one: InterchangeResult) -> bool:
    """Tell whether a gap of ours stands in the way: then nothing negative is said."""
    found = [
        f for g in one.groups for f in (*g.findings, *(x for m in g.messages for x in m.findings))
    ]
    return any(f.owner is Owner.US and f.severity in REFUSING for f in (*one.findings, *found))
