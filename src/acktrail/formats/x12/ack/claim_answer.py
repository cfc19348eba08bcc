"""277CA: what became of each claim of an 837 that a 999 accepts.

One set for each 837, as loops 2000B and 2200B may come once. A claim is refused (``U``) for what
was found in it or above it, or because its number came before with other content; it is accepted
(``WQ``) as ``A2`` when its document is stored, as ``A1`` while a person of ours decides about it.
Names and numbers are read again from the 837 and are kept nowhere else.
Spec: 005010X214; X12 RFI 1942, 2203.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from acktrail.errors import SetupError, UnwritableError
from acktrail.formats.delimited import Marks
from acktrail.formats.x12.ack.after_posting import Due, controls_used_once, dues, numbered
from acktrail.formats.x12.ack.answers import ends_of, reply_draft, style_of
from acktrail.formats.x12.ack.batch import Batch, BatchReader
from acktrail.formats.x12.ack.claim_lines import Answered, Fate, lines_of
from acktrail.formats.x12.ack.codes import GROUP
from acktrail.formats.x12.ack.original import content_of, has_offsets, marks_of, segments_of
from acktrail.formats.x12.ack.statuses import DUPLICATE, RECEIVED, TAKEN, statuses
from acktrail.formats.x12.agreement import is_hipaa
from acktrail.formats.x12.claim_scopes import CLAIMS
from acktrail.formats.x12.group import is_set_control
from acktrail.formats.x12.rules import SNIP3
from acktrail.formats.x12.situation.codes import SNIP5
from acktrail.formats.x12.situation.partner import SNIP7
from acktrail.formats.x12.write import (
    RELEASE_5010,
    GroupDraft,
    SetDraft,
    Style,
    control_number,
    written,
)
from acktrail.model import (
    REFUSED_PARTS,
    Acknowledgement,
    Answering,
    GroupResult,
    MessageResult,
    ReadResult,
    Severity,
    refused_parts,
)

KIND, SET_ID, GROUP_ID, VERSION = "277CA", "277", "HN", "005010X214"
CLAIM_SET, ASKED = "837", "277ca"
BY_CLAIM = frozenset({SNIP3, SNIP5, SNIP7})
ClaimsDue = Due[tuple[str, str], MessageResult]


def claim_numbers(result: ReadResult, answering: Answering) -> int:
    """Return how many control numbers the 277CA take."""
    return len(_dues(result, answering))


def claim_answers(
    result: ReadResult, answering: Answering, numbers: tuple[int, ...]
) -> tuple[Acknowledgement, ...]:
    """Build the 277CA that are due after posting; the same input gives the same bytes.

    Args:
        result: Of the file.
        answering: As for the other answers; ``parts`` says what became of the claims.
        numbers: Control numbers, ``claim_numbers`` of them.

    Raises:
        SetupError: If there are fewer numbers, or a value cannot be written at all.
    """
    due = numbered(_dues(result, answering), numbers)
    answerer = _Answerer(result, answering)
    return tuple(answerer.answer(one, number) for one, number in due)


def _dues(result: ReadResult, answering: Answering) -> list[ClaimsDue]:
    if answering.options.get("claims") != ASKED or not has_offsets(result):
        return []

    def told(group: GroupResult) -> Iterator[tuple[tuple[str, str], MessageResult]]:
        return ((ends_of(group), one) for one in group.messages if _is_told(one, group))

    return dues(result, answering, told)


def _is_told(message: MessageResult, group: GroupResult) -> bool:
    """Tell whether a 999 accepts a set and all that is wrong with it is told claim by claim."""
    facts = message.facts
    named = is_hipaa(group.kind, group.version) and is_set_control(facts.get("ST02", ""))
    if message.type != CLAIM_SET or not named or facts.get(CLAIMS, "0") == "0":
        return False
    if any(f.code.startswith(GROUP) and f.severity is Severity.ERROR for f in group.findings):
        return False
    refusing = {f.category for f in message.findings if f.severity is Severity.ERROR}
    return refusing <= (BY_CLAIM if REFUSED_PARTS in facts else frozenset())


class _Answerer:
    """Drafts the 277CA about one file."""

    def __init__(self, result: ReadResult, answering: Answering) -> None:
        self._answering = answering
        self._style = style_of(answering.options)
        self._content = content_of(result, answering)
        self._once = controls_used_once(result)

    def answer(self, due: ClaimsDue, number: int) -> Acknowledgement:
        """Return the 277CA to one sender as bytes."""
        subject, (sender, receiver) = due.subject, due.ends
        control, sent = control_number(number), marks_of(subject)
        if sent is None or self._content is None:
            msg = "a 277CA needs the bytes that it answers"
            raise SetupError(msg)
        drafts = []
        for ordinal, message in enumerate(due.about, 1):
            answered = self._answered(message, sent, f"{control}-{ordinal:04d}")
            drafts.append(SetDraft(SET_ID, list(lines_of(answered, self._answering.at)), VERSION))
        back = GroupDraft(GROUP_ID, receiver, sender, number, VERSION, drafts)
        draft = replace(reply_draft(subject, self._answering, number, RELEASE_5010), groups=[back])
        try:
            body = written(draft, self._style)
        except UnwritableError:
            # a name holds a delimiter of ours; those that it was sent with it cannot hold
            body = written(draft, Style(sent, self._style.newline))
        return Acknowledgement(KIND, control, subject.control, body, "edi", after_posting=True)

    def _answered(self, message: MessageResult, marks: Marks, reference: str) -> Answered:
        """Read a set again and judge its claims."""
        refusing = (f for f in message.findings if f.severity is Severity.ERROR)
        reader = BatchReader(marks, refusing)
        if self._content is not None:
            for _offset, text in segments_of(message, self._content, marks):
                reader.take(text)
        fates = list(self._fates(reader, message))
        return Answered(reference, message.guide, reader.batch, fates)

    def _fates(self, reader: BatchReader, message: MessageResult) -> Iterator[Fate]:
        """Yield what became of each claim, in the order of the file."""
        refused = refused_parts(message)
        states = self._states(message, _count(reader.batch) - len(refused))
        number = 0
        for provider in reader.batch.providers:
            for patient in provider.below:
                for claim in patient.claims:
                    if number in refused:
                        reasons = reader.reasons_of(provider, patient, claim)
                        yield Fate(statuses(reasons), accepted=False)
                    else:
                        yield _fate(next(states))
                    number += 1

    def _states(self, message: MessageResult, accepted: int) -> Iterator[str]:
        """Yield what became of each claim that is not refused here."""
        known = self._answering.parts.get(message.control, ())
        if not known:
            return iter(["stored"] * accepted)
        # documents are known by ST02: where two sets share it, nobody can tell whose they are
        clear = len(known) == accepted and message.control in self._once
        return iter(known if clear else ["held"] * accepted)


def _fate(state: str) -> Fate:
    if state == "conflict":
        return Fate([DUPLICATE], accepted=False)
    return Fate([RECEIVED if state == "held" else TAKEN], accepted=True)


def _count(batch: Batch) -> int:
    levels: Iterable[int] = (len(one.claims) for each in batch.providers for one in each.below)
    return sum(levels)
