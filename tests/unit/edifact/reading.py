"""Reads bytes with the product's own directories and sums the events up."""

from datetime import UTC, datetime
from pathlib import Path

from acktrail.formats.edifact import Edifact
from acktrail.formats.edifact.segment import Segment
from acktrail.model import Acknowledgement, Answering, Finding, MessageResult, ReadResult, Severity
from acktrail.ports import Event, FileFinding, InterchangeEnd
from tests.conftest import ROOT

AT = datetime(2026, 3, 15, 12, 45, tzinfo=UTC)


class Folder:
    """The port ``DataFiles`` over the repository's ``parsers/``."""

    def __init__(self, root: Path = ROOT / "parsers") -> None:
        self._root = root

    def read(self, path: str) -> bytes:
        return (self._root / path).read_bytes()

    def names(self, folder: str) -> list[str]:
        return sorted(path.name for path in (self._root / folder).iterdir())


EDIFACT = Edifact(Folder())


def events_of(data: bytes, chunk: int = 0, **options: object) -> list[Event]:
    reader = EDIFACT.reader(options)
    size = chunk or max(len(data), 1)
    events: list[Event] = []
    for at in range(0, len(data), size):
        events += reader.feed(data[at : at + size])
    return events + list(reader.close())


def result_of(events: list[Event]) -> ReadResult:
    findings = tuple(one.finding for one in events if isinstance(one, FileFinding))
    ended = tuple(one.result for one in events if isinstance(one, InterchangeEnd))
    usable = all(finding.severity is not Severity.FATAL for finding in findings)
    return ReadResult("edifact", usable, findings, ended)


def read(data: bytes, chunk: int = 0, **options: object) -> ReadResult:
    return result_of(events_of(data, chunk, **options))


def segments_of(data: bytes, chunk: int = 0, **options: object) -> list[Segment]:
    return [one for one in events_of(data, chunk, **options) if isinstance(one, Segment)]


def messages_of(result: ReadResult) -> list[MessageResult]:
    return [
        message for one in result.interchanges for group in one.groups for message in group.messages
    ]


def findings_of(result: ReadResult) -> list[Finding]:
    found = list(result.findings)
    for one in result.interchanges:
        found += one.findings
        for group in one.groups:
            found += group.findings
            for message in group.messages:
                found += message.findings
    return found


def told(result: ReadResult) -> list[tuple[str, str, str, int, int, int]]:
    """Return rule, code, tag, position, element and component of each finding."""
    return [
        (
            one.rule.removeprefix("edifact."),
            one.code,
            one.place.segment,
            one.place.position,
            one.place.element,
            one.place.component,
        )
        for one in findings_of(result)
    ]


def answered(result: ReadResult, **options: str) -> tuple[Acknowledgement, ...]:
    answering = Answering(AT, options={"contrl": "always"} | options)
    needed = EDIFACT.numbers_needed(result, answering)
    numbers = tuple(range(501, 501 + needed))
    return EDIFACT.acknowledge(result, Answering(AT, numbers, answering.options))


def contrl(data: bytes, **options: str) -> str:
    """Return the only CONTRL of a file without its envelope."""
    (one,) = answered(read(data), **options)
    text = one.body.decode("latin-1")
    return text[text.index("UCI") : text.index("'UNT") + 1]
