"""The read and translate stages in one pass: opened bytes become a read result and documents.

Nothing here touches the world. Documents leave through ``Keep`` as they are built, so that memory
does not grow with the file; they are *released* only after the verdict of everything they stand
in: the message, its interchange, and the file's end.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, cast, runtime_checkable

from acktrail.documents.encoding import encode_compact
from acktrail.documents.kinds import Document
from acktrail.errors import PartnerError
from acktrail.model import (
    Finding,
    GroupResult,
    InterchangeResult,
    MessageHead,
    MessageResult,
    ReadResult,
    Severity,
    Verdict,
    fold_verdicts,
    refused_parts,
)
from acktrail.pipeline.kept import Kept, KeptDocuments, joined
from acktrail.ports import (
    Bind,
    DirectReader,
    Event,
    FileFinding,
    GroupEnd,
    InterchangeEnd,
    MessageEnd,
    MessageStart,
    Reader,
    Segment,
    Take,
    Telling,
)
from acktrail.translate.answers import batch_answers, interchange_answers

NOTED = 10_000  # findings of translations in a file; a refused message keeps one beyond
REFUSING = frozenset({Severity.ERROR, Severity.FATAL})
Envelope = MessageStart | MessageEnd | GroupEnd | InterchangeEnd | FileFinding
ENVELOPE = frozenset({MessageStart, MessageEnd, GroupEnd, InterchangeEnd, FileFinding})
CONTENT_ANSWERED = frozenset({"hl7", "tabular", "xml"})  # formats whose answer judges content too


class Translator(Protocol):
    """What the translate package gives; see ``translate/translator.py``."""

    def start(self, head: MessageHead) -> None:
        """A message begins."""
        ...

    def segment(self, segment: Segment) -> None:
        """Take the next segment."""
        ...

    def finish(self) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
        """Return the documents of the message and what was found in building them."""
        ...


@runtime_checkable
class PlacedTranslator(Translator, Protocol):
    """A translator that knows beforehand which segments it takes, and by which of its methods."""

    def taker(self, loop: str, tag: str) -> Take | None:
        """Return what takes the segments of one place; None for those that it does not look at."""
        ...


Keep = Callable[[bytes], int]  # appends bytes to a spool and returns where they begin
Choose = Callable[[MessageHead], Translator | None]


@dataclass(frozen=True, slots=True)
class Translated:
    """The outcome of both stages."""

    result: ReadResult
    released: KeptDocuments
    withheld: int  # documents or messages that the partner takes for accepted and are not
    nameless: int = 0  # refused groups that no answer can name, interchanges that none can reach
    failure: PartnerError | None = None  # not even an envelope could be read


@dataclass(slots=True)
class _Pass:
    """The state of one pass over one file."""

    format_name: str
    choose: Choose
    keep: Keep
    telling: Telling | None = None  # None: every refusal is told
    listen: Callable[[Bind], None] | None = None  # of a reader that hands over segments directly
    translator: Translator | None = None
    translators: dict[tuple[str, str], tuple[Translator, Bind] | None] = field(default_factory=dict)
    messages: list[MessageResult] = field(default_factory=list)
    groups: list[GroupResult] = field(default_factory=list)
    interchanges: list[InterchangeResult] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    staged: KeptDocuments = field(default_factory=KeptDocuments)  # of the open interchange
    released: KeptDocuments = field(default_factory=KeptDocuments)
    ordinal: int = 0  # of the next message in the open interchange
    withholding: int = 0  # in the open interchange
    withheld: int = 0
    nameless: int = 0
    noted: int = 0  # findings of translations

    def take_all(self, events: Iterable[Event]) -> None:
        """Take events in turn; nearly all are segments, and what they are costs one look."""
        for event in events:
            if type(event) in ENVELOPE:
                self._take(cast("Envelope", event))
            elif self.translator is not None:
                self.translator.segment(cast("Segment", event))

    def _take(self, event: Envelope) -> None:
        """Take what is no segment."""
        match event:
            case MessageStart(head):
                self.translator = self._translator(head)
            case MessageEnd(result):
                self.messages.append(self._judged(result))
                self.ordinal += 1
            case GroupEnd(group):
                self.groups.append(self._regrouped(group))
            case InterchangeEnd(interchange):
                self._interchange(interchange)
            case FileFinding(finding):
                self.findings.append(finding)

    def _translator(self, head: MessageHead) -> Translator | None:
        name = (head.type, head.version)
        if name not in self.translators and len(self.translators) < 64:  # noqa: PLR2004 - a file names its own types: bound the memo
            chosen = self.choose(head)
            self.translators[name] = None if chosen is None else (chosen, _bind(chosen))
        known = self.translators.get(name) if head.subscribed else None
        translator, bind = known or (None, _deaf)
        if translator is not None:
            translator.start(head)
        if self.listen is not None:
            self.listen(bind)
        return translator

    def _judged(self, result: MessageResult) -> MessageResult:
        """Finish the message's translation and add what it found to the result."""
        if self.translator is None:
            return result
        documents, found = self.translator.finish()
        self.translator = None
        if result.verdict is Verdict.REJECTED:
            # what the partner takes for accepted: a person has to decide
            self.withholding += self.telling is not None and not self.telling.tells(result)
            return result
        if any(finding.severity in REFUSING for finding in found):
            refused = self.telling is not None and self.telling.refuses(result)
            self.withholding += 0 if refused else max(len(documents), 1)
            content = refused or self.format_name in CONTENT_ANSWERED
            verdict = Verdict.REJECTED if content else result.verdict
            documents = ()
        else:
            verdict = result.verdict
        parts = refused_parts(result)
        taken = [one for at, one in enumerate(documents) if at not in parts]
        for document in taken:
            self._stage(result.control, document)
        return _translated(result, verdict, self._noted(found), (len(found), len(taken)))

    def _noted(self, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Return which of a translation's findings are kept: a file's may be without number."""
        kept = found[: max(NOTED - self.noted, 0)]
        if len(kept) < len(found) and not any(one.severity in REFUSING for one in kept):
            kept += tuple(one for one in found if one.severity in REFUSING)[:1]
        self.noted += len(kept)
        return kept

    def _stage(self, message: str, document: Document) -> None:
        body = encode_compact(document)
        at = self.keep(body)
        self.staged.add(Kept(message, self.ordinal, document.kind, document.id, at, len(body)))

    def _regrouped(self, group: GroupResult) -> GroupResult:
        """Put the judged messages into the group; its verdict changes only with theirs."""
        messages, self.messages = tuple(self.messages), []
        changed = messages != group.messages
        verdict = fold_verdicts(tuple(m.verdict for m in messages)) if changed else group.verdict
        if group.verdict is Verdict.REJECTED:
            verdict = group.verdict
        return replace(group, messages=messages, verdict=verdict)

    def _answers_of(self, interchange: InterchangeResult) -> None:
        """Stage what a partner says outside of any message: TA1, an HL7 batch without errors."""
        if self.format_name == "x12":
            for document in interchange_answers(interchange.facts):
                self._stage("", document)
        elif self.format_name == "hl7":
            for document in batch_answers(interchange.groups):
                self._stage("", document)

    def _interchange(self, interchange: InterchangeResult) -> None:
        groups, self.groups = tuple(self.groups), []
        rejected = interchange.verdict is Verdict.REJECTED
        verdict = interchange.verdict
        if groups != interchange.groups and not rejected:
            verdict = fold_verdicts(tuple(group.verdict for group in groups))
        bad = _refused(groups)
        above = [*self.findings, *interchange.findings, *(f for g in groups for f in g.findings)]
        if not any(finding.severity in REFUSING for finding in above):
            self.withheld += self.withholding  # else the refusal of it all is told to the partner
        own = any(finding.severity in REFUSING for finding in interchange.findings)
        if self.telling is not None:
            unnamed = 0 if own else sum(not self.telling.names(group) for group in groups)
            unreached = not self.telling.reaches(replace(interchange, groups=groups))
            self.nameless += unnamed + unreached
        self.withholding = 0
        if not rejected:
            self._answers_of(replace(interchange, groups=groups))
            self.released = joined(self.released, self.staged, bad)
        self.staged = KeptDocuments()
        self.ordinal = 0
        self.interchanges.append(replace(interchange, groups=groups, verdict=verdict))


def _translated(
    result: MessageResult, verdict: Verdict, kept: tuple[Finding, ...], counts: tuple[int, int]
) -> MessageResult:
    """Return the result with what came of the translation; ``replace`` takes thrice the time.

    Args:
        result: Of the reader.
        verdict: Of both.
        kept: Findings of the translation.
        counts: How many it had in all, and how many documents it gave.
    """
    findings, documents = counts
    return MessageResult(
        result.control,
        result.type,
        result.guide,
        verdict,
        result.segments,
        (*result.findings, *kept),
        documents,
        result.facts,
        result.offset,
        result.length,
        result.findings_total + findings,
    )


def _bind(translator: Translator) -> Bind:
    """Return what says which of the translator's methods takes the segments of a place."""
    if isinstance(translator, PlacedTranslator):
        return translator.taker
    return lambda _loop, _tag: translator.segment


def _deaf(_loop: str, _tag: str) -> None:
    """Take no segment: no map is known for the message."""


def _refused(groups: Iterable[GroupResult]) -> frozenset[int]:
    """Return the ordinals of the messages that stand in the way of their documents."""
    verdicts = [(m.verdict, group.verdict) for group in groups for m in group.messages]
    return frozenset(at for at, pair in enumerate(verdicts) if Verdict.REJECTED in pair)


def read_and_translate(  # noqa: PLR0913 - one call is the whole of both stages
    format_name: str,
    reader: Reader,
    chunks: Iterable[bytes],
    choose: Choose,
    keep: Keep,
    *,
    telling: Telling | None = None,
) -> Translated:
    """Read a whole opened file and build its documents.

    Args:
        format_name: The name of ``reader``'s format.
        reader: Fresh, for this file only.
        chunks: The opened file in pieces of any size.
        choose: Gives the translator for a message, or None when no map is known for it.
        keep: Takes a document's bytes; called once a document, in file order.
        telling: What the answers say of refusals; None where they tell each.
    """
    one = _Pass(format_name, choose, keep, telling)
    if isinstance(reader, DirectReader):
        one.listen = reader.listen
    failure: PartnerError | None = None
    try:
        for chunk in chunks:
            one.take_all(reader.feed(chunk))
        one.take_all(reader.close())
    except PartnerError as error:
        failure = error
        one.findings.append(Finding(error.code, Severity.FATAL, str(error), category="file"))
    usable = all(finding.severity is not Severity.FATAL for finding in one.findings)
    released = one.released if usable else KeptDocuments()
    counts: dict[str, int] = {}
    for kept in released:
        counts[kept.kind] = counts.get(kept.kind, 0) + 1
    result = ReadResult(format_name, usable, tuple(one.findings), tuple(one.interchanges), counts)
    if not usable:
        return Translated(result, released, 0, failure=failure)
    return Translated(result, released, one.withheld, one.nameless, failure)


def worst(findings: Iterable[Finding]) -> Mapping[Severity, int]:
    """Count findings by severity."""
    counts: dict[Severity, int] = {}
    for finding in findings:
        counts[finding.severity] = counts.get(finding.severity, 0) + 1
    return counts


def all_findings(result: ReadResult) -> list[Finding]:
    """Return every finding of a read result, from the file down to its messages."""
    found = list(result.findings)
    for interchange in result.interchanges:
        found += interchange.findings
        for group in interchange.groups:
            found += group.findings
            for message in group.messages:
                found += message.findings
    return found
