"""A reader that plays given events, and translators that give given documents."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from acktrail.documents.kinds import Document, Opaque
from acktrail.errors import PartnerError
from acktrail.model import (
    Finding,
    GroupResult,
    InterchangeResult,
    MessageHead,
    MessageResult,
    Severity,
    Verdict,
)
from acktrail.pipeline.read import Translated, read_and_translate
from acktrail.ports import Event, GroupEnd, InterchangeEnd, MessageEnd, MessageStart, Segment

FAULT = Finding("map.amount", Severity.ERROR, "not an amount", category="value")
REMARK = Finding("map.unit", Severity.WARNING, "an unknown unit", category="value")


@dataclass
class Playing:
    """Gives the events of the file when it is closed; fails there when told to."""

    events: Sequence[Event]
    failure: PartnerError | None = None

    def feed(self, chunk: bytes) -> Iterable[Event]:
        del chunk
        return ()

    def close(self) -> Iterable[Event]:
        yield from self.events
        if self.failure:
            raise self.failure


@dataclass
class Giving:
    """Gives one document a message, named by its control number, and the findings it was told."""

    faults: dict[str, Finding] = field(default_factory=dict)
    control: str = ""

    def start(self, head: MessageHead) -> None:
        self.control = head.control

    def segment(self, segment: Segment) -> None:
        del segment

    def finish(self) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
        found = self.faults.get(self.control)
        document = Document("opaque", self.control, (self.control,), Opaque("text"))
        return (document,), (found,) if found else ()


def message(control: str, verdict: Verdict = Verdict.ACCEPTED) -> MessageResult:
    return MessageResult(control, "T", "", verdict, 3)


def group(
    *messages: MessageResult, verdict: Verdict = Verdict.ACCEPTED, control: str = "1"
) -> GroupResult:
    return GroupResult(control, "T", "", verdict, messages)


def interchange(
    *groups: GroupResult, verdict: Verdict = Verdict.ACCEPTED, control: str = "7"
) -> InterchangeResult:
    return InterchangeResult(control, "ZZ:A", "ZZ:B", False, verdict, groups)  # noqa: FBT003


def events(*interchanges: InterchangeResult) -> list[Event]:
    """Return the events in which a reader tells of the interchanges."""
    told: list[Event] = []
    for one in interchanges:
        for part in one.groups:
            for each in part.messages:
                told.append(MessageStart(MessageHead("t", each.type, "", each.control)))
                told.append(MessageEnd(each))
            told.append(GroupEnd(part))
        told.append(InterchangeEnd(one))
    return told


def run(
    told: Sequence[Event],
    translator: Giving | None,
    format_: str = "edifact",
    failure: PartnerError | None = None,
) -> Translated:
    """Read what is told."""
    return read_and_translate(
        format_, Playing(told, failure), (b"",), lambda _: translator, lambda _: 0
    )


def released(done: Translated) -> list[str]:
    """Return the control numbers of the messages whose documents were released."""
    return [one.message for one in done.released]
