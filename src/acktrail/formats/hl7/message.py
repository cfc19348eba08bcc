"""One message as lines of text, and its segments as a map sees them: split on first touch."""

import re
from functools import lru_cache

from acktrail.formats.hl7.delimiters import Delimiters
from acktrail.formats.hl7.escapes import unescape
from acktrail.model import Place

_HEADERS = frozenset({"MSH", "FHS", "BHS", "FTS", "BTS"})
SHIFTED = frozenset({"MSH", "FHS", "BHS"})  # field 1 is the separator itself
_BEHIND_MARKS = 7  # where a message may go on behind an escape character in MSH-2
_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}")


@lru_cache(maxsize=64)
def _terminators(field: str) -> re.Pattern[str]:
    """CR, CR LF, and an LF before a segment header; any other LF is content."""
    return re.compile(rf"\r\n*+|(?<!\n)\n++(?=[A-Z][A-Z0-9]{{2}}{re.escape(field)})")


@lru_cache(maxsize=256)
def _terminator_bytes(field: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"\r\n*+|(?<!\n)\n++(?=[A-Z][A-Z0-9]{2}" + re.escape(field) + rb")")


def cut_lines(text: str, field: str) -> list[str]:
    """Cut a message at its segment terminators; empty lines are none.

    Spec: HL7 v2+ chapter 2, 2.4.4 allows CR only; CR LF and LF are what files hold.
    """
    if "\r" not in text:
        lines = text.split("\n")
    elif "\n" in text:
        lines = _terminators(field).sub("\r", text).split("\r")
    else:
        lines = text.split("\r")
    return lines if all(lines) else [line for line in lines if line]


class Message:
    """Text of one message, cut into lines; everything else is worked out when asked for."""

    __slots__ = (
        *("_fields", "_starts", "body", "codec", "escaped"),
        *("joined", "lines", "loops", "marks", "offset", "tags"),
    )

    def __init__(self, text: str, codec: str, marks: Delimiters, offset: int, body: bytes) -> None:
        self.body = body
        self.codec = codec
        self.marks = marks
        self.offset = offset
        self.lines = cut_lines(text, marks.field)
        self.tags = tuple([line.partition(marks.field)[0] for line in self.lines])
        self.escaped = text.find(marks.escape, _BEHIND_MARKS) > 0 if marks.escape else False
        self.loops: list[str] = []
        self.joined: list[int] = []  # numbers of the lines that were joined to the one before
        self._starts: list[tuple[int, int]] | None = None
        self._fields: dict[int, list[str]] | None = None

    def join_continuations(self) -> None:
        """Join lines that are no segment to the one before (profile key continuation_lines)."""
        lines: list[str] = []
        for number, (tag, line) in enumerate(zip(self.tags, self.lines, strict=True)):
            if lines and not is_segment(tag):
                lines[-1] += f"\n{line}"
                self.joined.append(number)
            else:
                lines.append(line)
        self.lines = lines
        self.tags = tuple([line.partition(self.marks.field)[0] for line in lines])

    def fields(self, index: int) -> list[str]:
        """Return the raw fields of a line so that field n stands at n; MSH-1 is filled in."""
        known = self._fields
        if known is None:
            known = self._fields = {}
        fields = known.get(index)
        if fields is None:
            fields = known[index] = self.lines[index].split(self.marks.field)
            if fields[0] in SHIFTED:
                fields.insert(1, self.marks.field)
        return fields

    def first(self, tag: str) -> list[str]:
        """Return the raw fields of the first segment of a name; none when there is no such."""
        return self.fields(self.tags.index(tag)) if tag in self.tags else []

    def place(self, index: int, field: int = 0, component: int = 0, repetition: int = 0) -> Place:
        """Return the place of a line or of a part of it, with its byte offset in the file."""
        tag = self.tags[index]
        offset, occurrence = self._start(index)
        address = tag if occurrence == 1 or not tag else f"{tag}[{occurrence}]"
        if field:
            address += f"-{field}"
            address += f"({repetition})" if repetition > 1 else ""
            address += f".{component}" if component else ""
        return Place(tag, index + 1, field, component, repetition, offset, address)

    def _start(self, index: int) -> tuple[int, int]:
        """Return byte offset and occurrence of a line; all are worked out together."""
        starts = self._starts
        if starts is None:
            counts: dict[str, int] = {}
            starts = self._starts = []
            for tag, start in zip(self.tags, self._offsets(), strict=False):
                counts[tag] = counts.get(tag, 0) + 1
                starts.append((start, counts[tag]))
        return starts[index]

    def _offsets(self) -> list[int]:
        body, starts, at = self.body, list[int](), 0
        if b"\r" in body and b"\n" in body:
            for match in _terminator_bytes(self.marks.field.encode(self.codec)).finditer(body):
                if match.start() > at:
                    starts.append(self.offset + at)
                at = match.end()
            starts.append(self.offset + at)
        else:
            for line in body.split(b"\r" if b"\r" in body else b"\n"):
                if line:
                    starts.append(self.offset + at)
                at += len(line) + 1
        left_out = set(self.joined)
        return [start for number, start in enumerate(starts) if number not in left_out]


def is_segment(tag: str) -> bool:
    """Tell whether ``tag`` can be the name of a segment."""
    return _SEGMENT.fullmatch(tag) is not None


class Hl7Segment:
    """One segment of a message; splits its line when a field is first asked for."""

    __slots__ = ("_fields", "_index", "_message", "tag")

    def __init__(self, message: Message, index: int, tag: str) -> None:
        self._message = message
        self._index = index
        self._fields: list[str] | None = None
        self.tag = tag

    @property
    def loop(self) -> str:
        """Name of the innermost structure group: FINANCIAL, INSURANCE; ``""`` at top."""
        return self._message.loops[self._index]

    @property
    def place(self) -> Place:
        """Position from MSH = 1, exact byte offset, address with the occurrence."""
        return self._message.place(self._index)

    @property
    def raw(self) -> str:
        """The line as sent, decoded but neither split nor unescaped."""
        return self._message.lines[self._index]

    @property
    def marks(self) -> Delimiters:
        """The delimiters of its message."""
        return self._message.marks

    @property
    def codec(self) -> str:
        """The character set of its message."""
        return self._message.codec

    @property
    def fields(self) -> list[str]:
        """The raw fields, so that field n stands at n; MSH-1 is filled in."""
        if self._fields is None:
            self._fields = self._message.fields(self._index)
        return self._fields

    @property
    def elements(self) -> list[str]:
        """The same: what other formats call elements."""
        return self._fields or self.fields

    def components(self, element: int) -> int:
        """Return how many components a field that was sent may have; never too few."""
        mark = self._message.marks.component
        return self.elements[element].count(mark) + 1 if mark else 1

    def get(self, element: int, component: int = 0, repetition: int = 1, part: int = 1) -> str:
        """Return one value, unescaped once; the delete indicator stays two quotation marks."""
        fields = self._fields or self.fields
        value = fields[element] if 0 < element < len(fields) else ""
        if value.isalnum() or not value:  # most are: no delimiter is a letter or digit
            return value if repetition == 1 and component <= 1 and part == 1 else ""
        marks = self._message.marks
        if element <= 2 and self.tag in SHIFTED:  # noqa: PLR2004 - MSH-1, MSH-2
            return value if (repetition, max(component, 1), part) == (1, 1, 1) else ""
        _, between, repeated, escape, below, _ = marks
        if repetition > 1 or repeated in value:
            value = _nth(value, repeated, repetition)
        if component > 1 or between in value:
            value = _nth(value, between, component or 1)
        if part > 1 or below in value:
            value = _nth(value, below, part)
        return unescape(value, marks, self._message.codec) if escape in value else value

    def repetitions(self, element: int) -> int:
        """Return how often a field is repeated; 0 when it was not sent."""
        value, marks = self._field(element), self._message.marks
        if not value or (element <= 2 and self.tag in SHIFTED):  # noqa: PLR2004
            return 1 if value else 0
        return value.count(marks.repetition) + 1 if marks.repetition else 1

    def _field(self, number: int) -> str:
        fields = self._fields or self.fields
        return fields[number] if 0 < number < len(fields) else ""


def _nth(value: str, mark: str, number: int) -> str:
    if not mark or mark not in value:
        return value if number == 1 else ""
    if number == 1:
        return value.partition(mark)[0]
    parts = value.split(mark, number)
    return parts[number - 1] if 0 < number <= len(parts) else ""
