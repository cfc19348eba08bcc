"""What stands in the partner's file where findings point: read again, on demand, and kept nowhere.

Findings hold no values, since they go to logs and the ledger. An answer may have to repeat some
(IK404, CTX), so its builder is given a way to read the opened file, and follows the sets that have
findings once more, segment by segment.
Spec: X12 RFI 2293 (business units).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from acktrail.formats.delimited import CHUNK_BYTES, Marks
from acktrail.formats.x12 import binary
from acktrail.formats.x12.ack.trigger import TAGS
from acktrail.formats.x12.binary import read_binary
from acktrail.formats.x12.interchange import MARKS
from acktrail.formats.x12.pieces import BLANKS
from acktrail.formats.x12.rules import UNWRAPPED
from acktrail.model import Answering, Finding, InterchangeResult, MessageResult, ReadResult

Content = Callable[[int, int], bytes]  # offset and length in the opened file
VALUE_AT_MOST = 100  # characters of a value that are looked at; IK404 takes 99
SE = "SE"


class UnitForm(NamedTuple):
    """How a set's business units are told apart."""

    name: str  # CTX01-1
    opener: str
    id: str  # segment that holds the id
    element: int
    qualifier: str = ""  # its first element
    closers: tuple[str, ...] = ()


CLAIM = UnitForm("CLM01", "CLM", "CLM", 1, "", ("HL",))
TRACE = UnitForm("TRN02", "TRN", "TRN", 2, "", ("HL",))
UNIT_FORMS = {
    "837": CLAIM,
    "270": TRACE,
    "276": TRACE,
    "834": UnitForm("SUBSCRIBER NUMBER REF02", "INS", "REF", 2, "0F"),
    "820": UnitForm("ENT01", "ENT", "ENT", 1),
}


@dataclass(slots=True)
class Unit:
    """One claim, member, trace or remitted entity; the id may come after its first segment."""

    name: str
    value: str = ""
    offset: int = -1  # of the segment that holds the id
    element: int = 0


class Context(NamedTuple):
    """What surrounds one segment."""

    before: Unit | None  # the business unit up to it
    at: Unit | None  # the one that it is in
    positions: Mapping[str, int]  # of the last segment before it, by tag; triggers only


NO_CONTEXT = Context(None, None, {})
Spot = tuple[int, int, int, int]  # offset, element, component, repetition


@dataclass(frozen=True, slots=True)
class Original:
    """The values and surroundings that a set's findings point at."""

    values: dict[Spot, str]
    contexts: dict[int, Context]

    def value(self, finding: Finding) -> str:
        """Return the value that a finding points at, raw; ``""`` when there is none."""
        return self.values.get(_spot(finding), "")

    def context(self, finding: Finding) -> Context:
        """Return what surrounds the segment that a finding points at."""
        return self.contexts.get(finding.place.offset, NO_CONTEXT)


NOTHING = Original({}, {})


def content_of(result: ReadResult, answering: Answering) -> Content | None:
    """Return what reads the opened file; None where offsets do not lead to its bytes."""
    return answering.content if has_offsets(result) else None


def has_offsets(result: ReadResult) -> bool:
    """Tell whether offsets lead to bytes: those of an unwrapped file leave out its line ends."""
    return all(finding.rule != UNWRAPPED.name for finding in result.findings)


def marks_of(subject: InterchangeResult) -> Marks | None:
    """Return the delimiters that an interchange was sent with; None where they are unknown."""
    signs = subject.facts.get(MARKS, "")
    return Marks(signs[0], signs[1], signs[3:], signs[2]) if signs else None


def beginning_of(message: MessageResult, content: Content, marks: Marks) -> list[str]:
    """Return the elements of the segment behind ST, where a document says what it is."""
    segments = segments_of(message, content, marks)
    next(segments, None)
    _offset, text = next(segments, (0, ""))
    return text.split(marks.element)


def original_of(
    message: MessageResult, findings: Iterable[Finding], content: Content, marks: Marks
) -> Original:
    """Follow a set up to the last of its findings."""
    wanted: dict[int, list[Finding]] = {}
    for finding in findings:
        wanted.setdefault(finding.place.offset, []).append(finding)
    values: dict[Spot, str] = {}
    contexts: dict[int, Context] = {}
    form, unit = UNIT_FORMS.get(message.type), None
    left = len(wanted)
    positions: dict[str, int] = {}
    for position, (offset, text) in enumerate(segments_of(message, content, marks), 1):
        before = unit
        if form is not None:
            unit = _follow(form, unit, text.split(marks.element, form.element + 1), offset)
        if offset in wanted:
            contexts[offset] = Context(before, unit, dict(positions))
            values |= _values(wanted[offset], text.split(marks.element), marks)
            left -= 1
        tag = text.partition(marks.element)[0]
        if tag in TAGS:
            positions[tag] = position
        # the id of the last unit may still come
        if not left and (unit is None or unit.value):
            break
    return Original(values, contexts)


def _follow(form: UnitForm, unit: Unit | None, elements: list[str], offset: int) -> Unit | None:
    """Return the business unit that a segment is in."""
    tag = elements[0]
    if tag == form.opener:
        unit = Unit(form.name)
    elif tag == SE or tag in form.closers:
        return None
    here = tag == form.id and len(elements) > form.element
    if unit is not None and here and not unit.value and form.qualifier in ("", elements[1]):
        unit.value = elements[form.element][:VALUE_AT_MOST]
        unit.offset, unit.element = offset, form.element
    return unit


def _values(findings: list[Finding], elements: list[str], marks: Marks) -> dict[Spot, str]:
    found = {}
    for finding in findings:
        place = finding.place
        if place.segment != elements[0] or not 0 < place.element < len(elements):
            continue
        value = _nth(elements[place.element], marks.repetition, place.repetition)
        value = _nth(value, marks.component, place.component)
        found[_spot(finding)] = value[:VALUE_AT_MOST]
    return found


def _nth(value: str, mark: str, number: int) -> str:
    if not mark or not number:
        return value
    parts = value.split(mark)
    return parts[number - 1] if number <= len(parts) else ""


def _spot(finding: Finding) -> Spot:
    place = finding.place
    return (place.offset, place.element, place.component, place.repetition)


def segments_of(
    message: MessageResult, content: Content, marks: Marks
) -> Iterator[tuple[int, str]]:
    """Yield offset and text of every segment of a set, a chunk in memory at a time.

    Of a binary segment it is the text up to its data, which is not read.
    """
    offset = at = message.offset
    end = message.offset + message.length
    rest = ""
    while at < end:
        chunk = content(at, min(CHUNK_BYTES, end - at)).decode("latin-1")
        if not chunk:
            return
        at += len(chunk)
        pieces = (rest + chunk).split(marks.segment)
        for number, raw in enumerate(pieces, 1):
            text = raw.lstrip(BLANKS)
            start = offset + len(raw) - len(text)
            found = read_binary(text, 0, start, marks) if text.startswith(binary.TAGS) else None
            if found is not None:
                yield start, found.head
                rest, offset, at = "", found.end, found.end
                break
            if number == len(pieces):
                rest = raw  # may be half a segment
                break
            if text:
                yield start, text
            offset += len(raw) + 1
    text = rest.lstrip(BLANKS)
    if text:
        yield offset + len(rest) - len(text), text
