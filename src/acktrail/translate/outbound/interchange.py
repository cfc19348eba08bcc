"""Documents of one partner -> one interchange: a group for each kind of set, a set a document."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from acktrail.documents.kinds import Document, Trade
from acktrail.documents.supply import DespatchAdvice, OrderAnswer
from acktrail.errors import UnwritableError
from acktrail.formats.x12 import X12
from acktrail.formats.x12.agreement import SET_GROUPS
from acktrail.formats.x12.write import (
    RELEASE_4010,
    RELEASE_5010,
    GroupDraft,
    InterchangeDraft,
    Line,
    SetDraft,
    Style,
    written,
)
from acktrail.model import Finding, Severity
from acktrail.ports import FileFinding, InterchangeEnd
from acktrail.translate.outbound import despatch, invoice, order, order_answer
from acktrail.translate.outbound.codes import Codes, refuse

SETS = {
    "order": "850",
    "order_response": "855",
    "despatch_advice": "856",
    "invoice": "810",
    "credit_note": "810",
}
REFUSING = frozenset({Severity.ERROR, Severity.FATAL})


class Facts(NamedTuple):
    """What an envelope says beside its control numbers."""

    sender: tuple[str, str]  # ISA05, ISA06
    receiver: tuple[str, str]  # ISA07, ISA08
    group_sender: str  # GS02
    group_receiver: str  # GS03
    at: datetime
    usage: str = "P"  # ISA15
    version: str = "004010"  # GS08: 004010, 005010 or the guide of the sets


def interchange(
    documents: Sequence[Document], facts: Facts, number: int, style: Style, tools: tuple[X12, Codes]
) -> bytes:
    """Return an interchange with the documents; the same arguments give the same bytes.

    Args:
        documents: Of kinds in ``SETS``.
        facts: Who sends to whom, when, in which release.
        number: Control number of the interchange (ISA13); the groups take it and those after it.
        style: Delimiters.
        tools: The format, by whose guides what was written is checked, and the codes.

    Raises:
        UnwritableError: If a document holds what its set has no place for, a value holds a
            delimiter, or our own guide finds a fault in what was written. Fields and rules are
            named, never values.
    """
    format_, codes = tools
    drafts = []
    for document in documents:
        set_id = SETS.get(document.kind) or refuse("kind", "is not one that is written")
        drafts.append(SetDraft(set_id, tuple(_lines(document, codes, facts))))
    return enclosed(drafts, facts, number, style, format_)


def enclosed(
    drafts: Sequence[SetDraft], facts: Facts, number: int, style: Style, format_: X12
) -> bytes:
    """Return an interchange with sets of one release or guide (``facts.version``).

    Raises:
        UnwritableError: As ``interchange``.
    """
    groups: dict[str, list[SetDraft]] = {}
    for one in drafts:
        groups.setdefault(SET_GROUPS[one.id], []).append(one)
    draft = InterchangeDraft(
        facts.sender,
        facts.receiver,
        number,
        facts.at,
        facts.usage,
        RELEASE_5010 if facts.version.startswith("005") else RELEASE_4010,
        groups=tuple(
            GroupDraft(
                kind, facts.group_sender, facts.group_receiver, number + n, facts.version, sets
            )
            for n, (kind, sets) in enumerate(groups.items())
        ),
    )
    data = written(draft, style)
    _check(data, format_)
    return data


def _lines(document: Document, codes: Codes, facts: Facts) -> Iterator[Line]:
    match document.payload:
        case Trade() as bill if document.kind in {"invoice", "credit_note"}:
            return invoice.segments(document, bill, codes)
        case Trade() as ordered if document.kind == "order":
            return order.segments(document, ordered, codes, facts.version)
        case OrderAnswer() as answer:
            return order_answer.segments(document, answer, codes, facts.version)
        case DespatchAdvice() as advice:
            return despatch.segments(document, advice, codes, f"{facts.at:%H%M}")
        case _:
            return refuse("payload", "does not fit the kind")


def _check(data: bytes, format_: X12) -> None:
    """Refuse what our own guides find a fault in: a partner's would too."""
    reader = format_.reader({})
    events = [*reader.feed(data), *reader.close()]
    for finding in _findings(events):
        if finding.severity in REFUSING:
            msg = f"cannot write X12: {finding.rule} at {finding.place.address or 'the envelope'}"
            raise UnwritableError(msg)


def _findings(events: Sequence[object]) -> Iterator[Finding]:
    for event in events:
        match event:
            case FileFinding():
                yield event.finding
            case InterchangeEnd():
                yield from event.result.findings
                for group in event.result.groups:
                    yield from group.findings
                    for message in group.messages:
                        yield from message.findings
            case _:
                pass
