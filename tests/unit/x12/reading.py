"""Reads bytes with the product's own guides and sums the events up."""

from datetime import UTC, datetime
from pathlib import Path

from acktrail.formats.x12 import X12
from acktrail.formats.x12.guide.pyx12_maps import read_wheel_map
from acktrail.formats.x12.segment import SetSegment
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


FORMAT = X12(Folder(), read_wheel_map)


def events_of(data: bytes, chunk: int = 0, options: dict[str, object] | None = None) -> list[Event]:
    reader = FORMAT.reader(options or {})
    size = chunk or max(len(data), 1)
    events: list[Event] = []
    for at in range(0, len(data), size):
        events += reader.feed(data[at : at + size])
    return events + list(reader.close())


def result_of(events: list[Event]) -> ReadResult:
    findings = tuple(one.finding for one in events if isinstance(one, FileFinding))
    ended = tuple(one.result for one in events if isinstance(one, InterchangeEnd))
    usable = all(finding.severity is not Severity.FATAL for finding in findings)
    return ReadResult("x12", usable, findings, ended)


def read(data: bytes, **options: object) -> ReadResult:
    return result_of(events_of(data, 0, options))


def segments_of(data: bytes, **options: object) -> list[SetSegment]:
    return [one for one in events_of(data, 0, options) if isinstance(one, SetSegment)]


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


def rules_of(result: ReadResult) -> list[str]:
    return [finding.rule for finding in findings_of(result)]


def codes_of(result: ReadResult) -> list[tuple[str, str]]:
    """Return code and place of every finding."""
    return [(finding.code, finding.place.address) for finding in findings_of(result)]


def answers(result: ReadResult, **options: str) -> tuple[Acknowledgement, ...]:
    return FORMAT.acknowledge(result, Answering(AT, tuple(range(71, 90)), options))


def answers_to(data: bytes, options: dict[str, str] | None = None, **reading: object) -> list[str]:
    """Return all segments of all answers to a file, made with its bytes at hand."""
    answering = Answering(
        AT, tuple(range(71, 90)), options or {}, content=lambda at, n: data[at : at + n]
    )
    built = FORMAT.acknowledge(read(data, **reading), answering)
    return [text for one in built for text in one.body.decode().rstrip("~").split("~")]


def answer_segments(result: ReadResult, kind: str = "999", **options: str) -> list[str]:
    """Return the segments of the one answer of this kind, from its ST on."""
    (one,) = (answer for answer in answers(result, **options) if answer.kind == kind)
    segments = one.body.decode().rstrip("~").split("~")
    return segments[next(i for i, text in enumerate(segments) if text[:2] in ("ST", "TA")) :]
