"""Which answers a read file gets, and those answers as bytes.

One functional answer interchange for each received interchange and kind of answer; the TA1 has
one of its own. Acknowledgements are never acknowledged, nor is what could not be read.
Spec: notes to sets 997 and 999; X12 RFI 1427, 1591, 2102; DSMO CR 1085.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from acktrail.errors import SetupError
from acktrail.formats.delimited import Marks
from acktrail.formats.x12.ack.codes import INTERCHANGE, Dialect, dialect_for
from acktrail.formats.x12.ack.functional import Functional, Originals, Policy, is_answerable
from acktrail.formats.x12.ack.masking import Kinds, Masking
from acktrail.formats.x12.ack.original import (
    NOTHING,
    Original,
    content_of,
    marks_of,
    original_of,
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
    MessageResult,
    Owner,
    ReadResult,
    Severity,
)

ANSWER_SETS = frozenset({"997", "999"})
DUPLICATE = "025"
ACCEPTED, WITH_ERRORS, REJECTED = "A", "E", "R"
REFUSING = (Severity.ERROR, Severity.FATAL)


class Due(NamedTuple):
    """One answer interchange that is due; a functional one takes a number for each group."""

    subject: InterchangeResult
    dialect: Dialect | None = None  # None: a TA1
    groups: tuple[tuple[GroupResult, ...], ...] = ()  # answered together, by sender and receiver

    @property
    def kind(self) -> str:
        """TA1, 999 or 997."""
        return "TA1" if self.dialect is None else self.dialect.kind

    @property
    def numbers(self) -> int:
        """How many control numbers it takes; the first is that of its ISA, too."""
        return max(len(self.groups), 1)


def answers_due(result: ReadResult, answering: Answering) -> list[Due]:
    """Return what has to be answered, in the order of the file, TA1 first.

    Raises:
        SetupError: If the profile asks for a version that we do not write.
    """
    due: list[Due] = []
    for one in result.interchanges:
        # RFI 1427, 2102: without a readable ISA13 there is nothing to refer to
        if not is_ta1_control(one.control) or _only_answers(one):
            continue
        if _ta1_due(one, result, answering):
            due.append(Due(one))
        due += _functional_due(one, result, answering)
    return due


def numbers_due(result: ReadResult, answering: Answering) -> int:
    """Return how many control numbers the answers take."""
    return sum(due.numbers for due in answers_due(result, answering))


def acknowledgements(
    result: ReadResult, answering: Answering, kinds: Kinds
) -> tuple[Acknowledgement, ...]:
    """Build all answers that are due; the same input gives the same bytes.

    Args:
        result: Of the file.
        answering: Time, control numbers, options, and the way back to the file's bytes.
        kinds: Data type of a data element.

    Raises:
        SetupError: If fewer control numbers were given than are needed, or a value that has to be
            repeated holds one of our delimiters.
    """
    due = answers_due(result, answering)
    if len(answering.numbers) < sum(one.numbers for one in due):
        msg = "fewer control numbers than answers"
        raise SetupError(msg)
    numbers = iter(answering.numbers)
    maker = _Maker(result, answering, kinds)
    return tuple(maker.answer(one, [next(numbers) for _ in range(one.numbers)]) for one in due)


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


def reply_draft(
    subject: InterchangeResult, answering: Answering, control: int, release: str
) -> InterchangeDraft:
    """Return an empty interchange from the receiver of another one to its sender."""
    facts = subject.facts
    return InterchangeDraft(
        sender=(facts.get("ISA07", ""), facts.get("ISA08", "")),
        receiver=(facts.get("ISA05", ""), facts.get("ISA06", "")),
        control=control,
        at=answering.at,
        usage=facts.get("ISA15", ""),
        release=release,
    )


def groups_to_answer(
    one: InterchangeResult, result: ReadResult, answering: Answering
) -> list[GroupResult]:
    """Return the groups of which something may be said; none of an interchange that is refused."""
    verdict, _note = _ta1_verdict(one, answering)
    named = is_ta1_control(one.control)
    if not named or verdict == REJECTED or not result.usable or _ours(one):
        return []
    return [group for group in one.groups if is_answerable(group) and not _is_answer(group)]


class _Maker:
    """Makes the answers to one file."""

    def __init__(self, result: ReadResult, answering: Answering, kinds: Kinds) -> None:
        options = answering.options
        self._answering = answering
        self._style = style_of(options)
        self._policy = Policy(
            Masking(kinds, options.get("reveal", "").split()),
            accept_with_errors=bool(options.get("accept_with_errors")),
            tell_balance=options.get("balance") == "999",
            context=options.get("context") != "none",
        )
        self._content = content_of(result, answering)

    def answer(self, due: Due, numbers: list[int]) -> Acknowledgement:
        """Return one answer as bytes."""
        subject = due.subject
        modern = subject.facts.get("ISA12", "") >= FIRST_WITH_REPETITION
        release = RELEASE_5010 if modern else RELEASE_4010
        draft = replace(
            reply_draft(subject, self._answering, numbers[0], release),
            release=release if due.dialect is None else due.dialect.release,
            answers=[_ta1(subject, self._answering)] if due.dialect is None else [],
            groups=[] if due.dialect is None else list(self._groups(due, due.dialect, numbers)),
        )
        body = written(draft, self._style)
        return Acknowledgement(due.kind, control_number(numbers[0]), subject.control, body, "edi")

    def _groups(self, due: Due, dialect: Dialect, numbers: list[int]) -> Iterator[GroupDraft]:
        builder = Functional(dialect, self._policy, self._originals(due.subject), self._style.marks)
        for groups, number in zip(due.groups, numbers, strict=True):
            sender, receiver = ends_of(groups[0])
            sets = [builder.transaction_set(one) for one in groups]
            yield GroupDraft(ANSWERS, receiver, sender, number, dialect.version, sets)

    def _originals(self, subject: InterchangeResult) -> Originals:
        content, marks = self._content, marks_of(subject)
        if content is None or marks is None:
            return lambda _message, _findings: NOTHING

        def read_again(message: MessageResult, findings: list[Finding]) -> Original:
            return original_of(message, findings, content, marks) if findings else NOTHING

        return read_again


def ends_of(group: GroupResult) -> tuple[str, str]:
    """Return the codes of sender and receiver of a group."""
    return group.facts.get("GS02", ""), group.facts.get("GS03", "")


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
    if answering.options.get("functional") == "none":
        return []
    answered: dict[Dialect, dict[tuple[str, str], list[GroupResult]]] = {}
    for group in groups_to_answer(one, result, answering):
        alike = answered.setdefault(dialect_for(group, answering.options), {})
        alike.setdefault(ends_of(group), []).append(group)
    return [
        Due(one, dialect, tuple(map(tuple, alike.values()))) for dialect, alike in answered.items()
    ]


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
