"""Reads one file: units into messages, messages into events, envelopes into groups.

What HL7 itself cannot promise: a single message has no trailer, so a file that ends at a segment's
end looks whole, and one cut inside a segment shows only where a needed field is then missing (or
where the header is cut: that is never usable). ``require_terminator`` makes a missing last
terminator an error. Inside FHS or BHS a cut file is never usable: its trailer is not there.

Spec: HL7 v2+ chapter 2, 2.9.3 (batches); all four envelope segments are optional.
"""

import codecs
from collections.abc import Callable, Iterable, Iterator

from acktrail.errors import UnreadableFileError
from acktrail.formats.hl7 import rules
from acktrail.formats.hl7.amounts import added
from acktrail.formats.hl7.envelope import Envelope
from acktrail.formats.hl7.guides import Guides
from acktrail.formats.hl7.reading import MessageReader, Reading
from acktrail.formats.hl7.rules import found
from acktrail.formats.hl7.settings import Settings
from acktrail.formats.hl7.units import UTF8_MARK, Unit, Units, tag_of
from acktrail.model import Place, Rule, Severity
from acktrail.ports import Bind, Event, FileFinding, MessageEnd, MessageStart

_NEAR_START = 16
_LF, _MLLP = 0x0A, (0x0B, 0x1C)
_MESSAGE, _USUAL = b"MSH", b"MSH|"
_TERMINATORS = (b"\r", b"\n", b"\x1c", b"\x0b")


class Hl7Reader:
    """Reads one file in chunks of any size; one message is held at a time."""

    def __init__(self, guides: Guides, settings: Settings) -> None:
        self._settings = settings
        self._messages = MessageReader(guides, settings)
        self._units = Units(settings.max_unit_bytes)
        self._envelope = Envelope(settings)
        self._transcode = _transcoder(settings.wide_charset)
        self._said: set[str] = set()  # remarks about the form are made once a file
        self._last = b""  # unit that is more than white space
        self._readable = False  # a message header was read
        self._cut = False  # the last message ends inside its header
        self._bind: Bind | None = None  # of the message that has just begun

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Take the next bytes; yield what they completed.

        Raises:
            TooLargeError: If a message is larger than the limit.
            UnreadableFileError: If the bytes are not HL7 v2 in the agreed character set.
        """
        yield from self._read(self._units.feed(self._transcode(chunk, False)))  # noqa: FBT003

    def close(self) -> Iterator[Event]:
        """End the file; yield what is still open, with findings if it was cut."""
        yield from self._read(self._units.feed(self._transcode(b"", True)))  # noqa: FBT003
        yield from self._read(self._units.close())
        yield from self._ending()
        yield from self._envelope.close()

    def listen(self, bind: Bind) -> None:
        """Have the segments of the message that has just begun taken, not told as events."""
        self._bind = bind

    def _ending(self) -> list[Event]:
        events: list[Event] = []
        if not self._last:
            events.append(FileFinding(found(rules.EMPTY_INPUT)))
        elif self._cut:
            events.append(FileFinding(found(rules.TRUNCATED)))
        elif not self._readable and not self._envelope.seen:
            events.append(FileFinding(found(rules.NO_MSH)))
        if self._last and not self._last.rstrip(b" \t").endswith(_TERMINATORS):
            severity = Severity.FATAL if self._settings.require_terminator else Severity.INFO
            events.append(FileFinding(found(rules.TERMINATOR_MISSING, severity=severity)))
        return events

    def _read(self, units: Iterable[Unit]) -> Iterator[Event]:
        for unit in units:
            offset, body = unit.body()
            if offset != unit.offset or not self._units.plain:
                yield from self._form(unit, offset, body)
            if not body:
                continue
            self._last = unit.raw
            tag = _MESSAGE if body.startswith(_USUAL) else tag_of(body)
            if tag != _MESSAGE:
                yield from self._envelope_segment(tag, unit, offset, body)
                continue
            reading = self._message(unit, offset, body)
            self._bind = None
            yield MessageStart(reading.head)
            if self._bind is None:
                yield from reading.segments()
            else:
                reading.tell(self._bind)
            yield MessageEnd(reading.result)

    def _envelope_segment(self, tag: bytes, unit: Unit, offset: int, body: bytes) -> list[Event]:
        if not tag:
            return self._remark(rules.LEADING_GARBAGE, offset)
        self._cut = False
        return self._envelope.take(unit, offset, body)

    def _message(self, unit: Unit, offset: int, body: bytes) -> Reading:
        opened = self._messages.open(unit, offset, body)
        self._cut = not opened.usable
        self._readable = self._readable or opened.usable
        reading = self._messages.read(opened, self._envelope.frame(opened))
        self._envelope.add(reading.result)
        if self._settings.totals:
            self._envelope.add_amount(added(reading.segments(), self._settings.totals))
        return reading

    def _form(self, unit: Unit, offset: int, body: bytes) -> list[Event]:
        """Say once a file what is odd about its form."""
        raw = unit.raw
        events: list[Event] = []
        if any(map(raw.__contains__, _MLLP)):
            events += self._remark(rules.MLLP_BYTES, unit.offset)
        if offset != unit.offset and UTF8_MARK in raw[:_NEAR_START]:
            events += self._remark(rules.BOM, unit.offset)
        if _LF in body:
            if b"\r\n" in body:
                events += self._remark(rules.TERMINATOR_CRLF, offset)
            elif b"\r" not in body:
                events += self._remark(rules.TERMINATOR_LF, offset)
        return events

    def _remark(self, rule: Rule, offset: int) -> list[Event]:
        if rule.name in self._said:
            return []
        self._said.add(rule.name)
        return [FileFinding(found(rule, Place(offset=offset)))]


def _transcoder(charset: str) -> Callable[[bytes, bool], bytes]:
    """Return what turns chunks of a wide character set into UTF-8; others pass as they are."""
    if not charset:
        return lambda chunk, _last: chunk
    decoder = codecs.getincrementaldecoder(charset)()

    def transcode(chunk: bytes, last: bool) -> bytes:  # noqa: FBT001 - the decoder's own form
        try:
            return decoder.decode(chunk, last).encode("utf-8")
        except UnicodeError:
            msg = "the bytes are not in the agreed character set"
            raise UnreadableFileError(msg, code="hl7.undecodable") from None

    return transcode
