"""824: what became of the content of supply chain sets whose syntax a 997 accepts.

Told are sums and counts that the profile lets refuse a set, and documents whose number came before
with other content. A 997 and a 999 may not say so (RFI 1312). One set 824 for each refused set; of
its values only the document's own number is repeated. Written in the release of the group.
Spec: set 824 of 004010 and 005010; elements 110 (OTI01), 128 (OTI02) and 647 (TED01).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from acktrail.formats.delimited import Marks
from acktrail.formats.x12.ack.after_posting import Due, controls_used_once, dues, numbered
from acktrail.formats.x12.ack.answers import ends_of, reply_draft, style_of
from acktrail.formats.x12.ack.codes import GROUP, MODERN
from acktrail.formats.x12.ack.masking import fits
from acktrail.formats.x12.ack.original import Content, beginning_of, content_of, marks_of
from acktrail.formats.x12.agreement import SET_GROUPS, is_hipaa
from acktrail.formats.x12.group import is_set_control
from acktrail.formats.x12.rules import BALANCE_PREFIX
from acktrail.formats.x12.write import (
    RELEASE_4010,
    RELEASE_5010,
    GroupDraft,
    Line,
    SetDraft,
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
    ReadResult,
    Severity,
)

ADVICE = "824"
RESPONSE = "11"  # BGN01
SET_REJECTED = "TR"  # OTI01
TRANSACTION = "TN"  # OTI02 where the document has no number that can be repeated
DUPLICATE, OUT_OF_BALANCE = "006", "010"  # TED01
CONFLICT_TEXT = "an earlier document has this number and other content"
REFERENCE_AT_MOST = 30  # DE 127
TEXT_AT_MOST = 60  # DE 3
POSITION_AT_MOST = 999_999  # DE 719
ERRORS_AT_MOST = 100


class Numbered(NamedTuple):
    """Where a kind of document says its number, and what an 824 calls it (OTI02)."""

    qualifier: str
    tag: str = ""
    element: int = 0


PLAIN = Numbered(TRANSACTION)
ADVISED = {
    "810": Numbered("IV", "BIG", 2),
    "850": Numbered("PO", "BEG", 3),
    "855": Numbered("PO", "BAK", 3),
    "860": Numbered("PO", "BCH", 3),
    "865": Numbered("PO", "BCA", 3),
    "856": Numbered("SI", "BSN", 2),
    "832": PLAIN,
    "846": PLAIN,
    "867": PLAIN,
}


class Form(NamedTuple):
    """How an 824 is written, by the release of what it is about."""

    release: str  # ISA12
    version: str  # GS08


OLD, NEW = Form(RELEASE_4010, "004010"), Form(RELEASE_5010, "005010")


class Ends(NamedTuple):
    """Who sent groups of one release to whom: GS02 and GS03."""

    sender: str
    receiver: str
    form: Form


def advice_numbers(result: ReadResult, answering: Answering) -> int:
    """Return how many control numbers are kept: what posting refuses is not known beforehand."""
    return len(_dues(result, answering))


def advices(
    result: ReadResult, answering: Answering, numbers: tuple[int, ...]
) -> tuple[Acknowledgement, ...]:
    """Build the 824 that are due after posting; the same input gives the same bytes.

    Args:
        result: Of the file.
        answering: As for the other answers; ``posted`` says what became of the documents.
        numbers: Control numbers, ``advice_numbers`` of them; those of quiet groups stay unused.

    Raises:
        SetupError: If there are fewer numbers, or a delimiter of ours occurs in an id.
    """
    due = numbered(_dues(result, answering), numbers)
    advisor = _Advisor(result, answering)
    built = [advisor.answer(one, number) for one, number in due]
    return tuple(one for one in built if one is not None)


def _dues(result: ReadResult, answering: Answering) -> list[Due[Ends, GroupResult]]:
    if answering.options.get("advice") != ADVICE:
        return []

    def told(group: GroupResult) -> Iterator[tuple[Ends, GroupResult]]:
        if any(_is_advisable(message, group, answering) for message in group.messages):
            form = NEW if group.version.startswith(MODERN) else OLD
            yield Ends(*ends_of(group), form), group

    return dues(result, answering, told)


def _is_advisable(message: MessageResult, group: GroupResult, answering: Answering) -> bool:
    """Tell whether the 997 accepts a set that an 824 can name."""
    refused = any(f.code.startswith(GROUP) and f.severity is Severity.ERROR for f in group.findings)
    return not refused and can_advise(message, answering.options)


def can_advise(message: MessageResult, options: Mapping[str, str]) -> bool:
    """Tell whether an 824 names a set and says what refuses its content."""
    if options.get("advice") != ADVICE:
        return False
    facts = message.facts
    set_id, kind, version = (facts.get(name, "") for name in ("ST01", "GS01", "GS08"))
    if set_id not in ADVISED or kind != SET_GROUPS[set_id] or is_hipaa(kind, version):
        return False
    told_there = options.get("balance") == "999"
    refusing = [f for f in message.findings if f.severity is Severity.ERROR]
    sums = all(f.rule.startswith(BALANCE_PREFIX) and not told_there for f in refusing)
    return sums and is_set_control(facts.get("ST02", "")) is not None


class _Advisor:
    """Drafts the 824 about one file."""

    def __init__(self, result: ReadResult, answering: Answering) -> None:
        self._answering = answering
        self._style = style_of(answering.options)
        self._content = content_of(result, answering)
        self._once = controls_used_once(result)

    def answer(self, due: Due[Ends, GroupResult], number: int) -> Acknowledgement | None:
        """Return the 824 to one sender as bytes; None when nothing is refused."""
        subject, ends = due.subject, due.ends
        control = control_number(number)
        refused = [
            (group, message, errors)
            for group in due.about
            for message in group.messages
            if _is_advisable(message, group, self._answering)
            and (errors := list(self._errors(message)))
        ]
        if not refused:
            return None
        sets = []
        for ordinal, (group, message, errors) in enumerate(refused, 1):
            about = self._about(subject, group, message)
            sets.append(SetDraft(ADVICE, [self._begin(f"{control}-{ordinal:04d}"), about, *errors]))
        form, kind = ends.form, SET_GROUPS[ADVICE]
        back = GroupDraft(kind, ends.receiver, ends.sender, number, form.version, sets)
        draft = reply_draft(subject, self._answering, number, form.release)
        body = written(replace(draft, groups=[back]), self._style)
        return Acknowledgement(ADVICE, control, subject.control, body, "edi", after_posting=True)

    def _begin(self, reference: str) -> Line:
        at = self._answering.at
        return ("BGN", RESPONSE, reference, f"{at:%Y%m%d}", f"{at:%H%M}")

    def _about(
        self, subject: InterchangeResult, group: GroupResult, message: MessageResult
    ) -> Line:
        """Return OTI: the refused document by its number, its group and its set."""
        facts = message.facts
        qualifier, reference = TRANSACTION, facts["ST02"]
        form, marks = ADVISED[facts["ST01"]], marks_of(subject)
        if form.tag and self._content is not None and marks is not None:
            number = _number(form, message, self._content, marks)
            if len(number) <= REFERENCE_AT_MOST and fits(number, self._style.marks):
                qualifier, reference = form.qualifier, number
        sent = (group.control, facts["ST02"], facts["ST01"])
        return ("OTI", SET_REJECTED, qualifier, reference, "", "", "", "", *sent)

    def _errors(self, message: MessageResult) -> Iterator[Line]:
        """Yield TED for each reason that refuses the content."""
        sums = [f for f in message.findings if f.severity is Severity.ERROR]
        for finding in sums[:ERRORS_AT_MOST]:
            yield self._sum(finding)
        # documents are known by ST02 only: where it is used twice a person has to tell them apart
        control = message.control
        if self._answering.posted.get(control) == "conflict" and control in self._once:
            yield ("TED", DUPLICATE, self._text(CONFLICT_TEXT))

    def _sum(self, finding: Finding) -> Line:
        place = finding.place
        position = str(place.position) if 0 < place.position <= POSITION_AT_MOST else ""
        at = (place.segment, position, str(place.element or ""))
        return ("TED", OUT_OF_BALANCE, self._text(finding.message), *at)

    def _text(self, sentence: str) -> str:
        return sentence[:TEXT_AT_MOST] if fits(sentence, self._style.marks) else ""


def _number(form: Numbered, message: MessageResult, content: Content, marks: Marks) -> str:
    elements = beginning_of(message, content, marks)
    there = elements[0] == form.tag and len(elements) > form.element
    return elements[form.element] if there else ""
