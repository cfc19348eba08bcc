"""Cuts a file into interchanges and segments, in pieces of any size and in constant memory.

Text is decoded as latin-1, so one character is one byte and positions are byte offsets. Every byte
belongs to a segment, to a gap that leaves a finding, or to line ends between segments.
"""

import re
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace

from acktrail.errors import TruncatedFileError, UnreadableFileError
from acktrail.formats.x12 import binary, rules
from acktrail.formats.x12.binary import Binary, read_binary
from acktrail.formats.x12.findings import Room
from acktrail.formats.x12.guide.catalogue import Catalogue
from acktrail.formats.x12.interchange import Interchange
from acktrail.formats.x12.marks import ISA_LENGTH, TERMINATOR_AT, read_header
from acktrail.formats.x12.options import Options
from acktrail.formats.x12.pieces import Cut
from acktrail.model import Finding, Place, Rule
from acktrail.ports import Bind, Event, FileFinding

LINE_ENDS = "\r\n"
BLANKS = "\r\n\t \x1a"  # between interchanges; 0x1A ends files of old systems
BLANKS_IN_FRONT = frozenset("\r\n ")  # of a segment, where they are not its terminator
BLANK_BYTES = {ord(sign): None for sign in LINE_ENDS}
LEADING_LIMIT = 1024
BLOCK = 8192  # characters cut at a time; larger blocks leave the processor's caches
ISA_START, IEA = "ISA", "IEA"
Found = re.Match[str] | None
Ends = tuple[Callable[[str, int], Found], Callable[[str, int, int], Found]]


class X12Reader:
    """Reads one file."""

    def __init__(self, options: Options, catalogue: Catalogue) -> None:
        self._options = options
        self._catalogue = catalogue
        self._room = Room(options.limits)
        self._text = ""  # read; what stands before _at is done
        self._at = 0
        self._offset = 0  # of _text in the file
        self._interchange: Interchange | None = None
        self._binary: Binary | None = None  # its data is due
        self._count = 0  # of interchanges
        self._gap = 0  # where bytes began that belong to nothing
        self._in_gap = False
        self._dead = False
        self._unwrap = False
        self._ends = _ends_of("~", "*")

    def feed(self, chunk: bytes) -> Iterable[Event]:
        """Take the next bytes; the events are made while they are taken, so take them all.

        Raises:
            UnreadableFileError: If no ISA stands within the first KiB.
        """
        text = "" if self._dead else chunk.decode("latin-1")
        if self._unwrap:
            text = text.translate(BLANK_BYTES)
        self._text = self._text[self._at :] + text
        self._offset += self._at
        self._at = 0
        return self._events()

    def close(self) -> Iterable[Event]:
        """Say that the file is over; return what is still open.

        Raises:
            UnreadableFileError: If the file never held an ISA.
            TruncatedFileError: If it ends within its first ISA.
        """
        out = list(self._events())
        if self._dead:
            return out
        self._dead = True
        rest, at = self._text[self._at :], self._offset + self._at
        if self._interchange is not None:
            self._close_open(self._interchange, rest, at, out)
        elif rest.startswith(ISA_START) and not rest[3:4].isalnum():
            if self._count == 0:
                msg = "the file ends within its first ISA segment"
                raise TruncatedFileError(msg)
            self._file(rules.TRUNCATED, at, out)
        else:
            self._mark_gap(self._text, self._at, len(self._text))
            self._end_gap(out)
            if self._count == 0:
                raise _unreadable()
        return out

    def listen(self, bind: Bind) -> None:
        """Have the segments of the set that has just begun taken, not told as events."""
        if self._interchange is not None:
            self._interchange.listen(bind)

    def _events(self) -> Iterator[Event]:
        """Go on block by block: a consumer that keeps no segments keeps memory and caches small."""
        while self._at < len(self._text) and not self._dead:
            out: list[Event] = []
            wrapped = not self._unwrap
            if self._interchange is None:
                after = self._seek(self._text, self._at, out)
            else:
                after = yield from self._cut(self._interchange, self._text, self._at, out)
            self._at = self._at if after is None else after
            if wrapped and self._unwrap:
                self._text = self._text[self._at :].translate(BLANK_BYTES)
                self._offset += self._at
                self._at = 0
            yield from out
            if after is None:
                break  # more bytes are needed

    # -------------------------------------------------------------- between interchanges
    def _seek(self, text: str, at: int, out: list[Event]) -> int | None:
        """Go to the next ISA; return where reading goes on, None when more bytes are needed."""
        found = text.find(ISA_START, at)
        stop = found if found >= 0 else max(at, len(text) - len(ISA_START) + 1)
        self._mark_gap(text, at, stop)
        if self._count == 0 and self._offset + stop > LEADING_LIMIT:
            raise _unreadable()
        if found < 0 or len(text) - found < ISA_LENGTH:
            return stop if stop > at else None
        header = read_header(text, found)
        if header is None:
            return self._unreadable_isa(text, found, out)
        self._end_gap(out)
        if self._count >= self._options.limits.interchanges:
            self._stop_at("interchanges", self._offset + found, out)
            return None
        self._count += 1
        self._interchange = Interchange(
            header, self._offset + found, self._options, self._catalogue, self._room
        )
        self._ends = _ends_of(header.marks.segment, header.marks.element)
        return found + ISA_LENGTH

    def _unreadable_isa(self, text: str, found: int, out: list[Event]) -> int:
        """Deal with the letters ISA where no ISA segment can be read."""
        wrapped = any(sign in text[found : found + TERMINATOR_AT] for sign in LINE_ENDS)
        if wrapped and self._count == 0 and self._options.unwrap and not self._unwrap:
            self._unwrap = True
            self._file(rules.UNWRAPPED, self._offset + found, out)
            return found
        if wrapped and self._count == 0:
            self._file(rules.WRAPPED, self._offset + found, out)
            self._dead = True
            return found
        if self._count == 0:
            raise _unreadable()
        if not text[found + len(ISA_START)].isalnum():
            self._file(rules.UNREADABLE_ISA, self._offset + found, out)
        self._mark_gap(text, found, found + len(ISA_START))
        return found + len(ISA_START)

    def _mark_gap(self, text: str, start: int, stop: int) -> None:
        """Note that ``text[start:stop]`` is of no interchange; blanks between two are no gap."""
        skipped = text[start:stop]
        if self._count:
            skipped = skipped.lstrip(BLANKS)
        if skipped and not self._in_gap:
            self._in_gap = True
            self._gap = self._offset + stop - len(skipped)

    def _end_gap(self, out: list[Event]) -> None:
        if self._in_gap:
            rule = rules.TRAILING_BYTES if self._count else rules.LEADING_BYTES
            self._file(rule, self._gap, out)
        self._in_gap = False

    # -------------------------------------------------------------- inside an interchange
    def _cut(
        self, interchange: Interchange, text: str, at: int, out: list[Event]
    ) -> Generator[Event, None, int | None]:
        """Hand over all whole segments, up to the next IEA, ISA or binary segment at most."""
        if self._binary is not None:
            return (yield from self._pass_binary(interchange, self._binary, text, out))
        terminator = interchange.header.marks.segment
        longest = self._options.limits.segment_bytes
        next_, later = self._ends
        ahead = next_(text, at)
        if ahead is not None and ahead.group(1) in binary.TAGS:
            if " " in ahead.group()[: -len(binary.BIN)]:
                interchange.note_odd(rules.INDENTED, self._offset + ahead.start(1))
            return self._meet_binary(interchange, text, ahead.start(1), out)
        if ahead is not None and ahead.group(1) == ISA_START:
            # an ISA where the IEA is missing; it may have other delimiters
            interchange.close(out, self._offset + ahead.start(1))
            self._interchange = None
            return ahead.start(1)
        stop = _whole_until(text, at, terminator, ahead or later(text, at, at + BLOCK))
        if stop < 0:
            if len(text) - at > longest:
                self._stop_at("segment_bytes", self._offset + at, out)
            return None
        pieces = text[at:stop].split(terminator)
        endless = len(pieces) if stop - at <= longest else _first_longer(pieces, longest)
        cut = Cut(self._offset + at, interchange.note_odd)
        yield from interchange.take(pieces[:endless], cut)
        if interchange.over:
            self._interchange = None
        elif interchange.limit or endless < len(pieces):
            self._stop_at(interchange.limit or "segment_bytes", cut.offset, out)
        return cut.offset - self._offset

    def _meet_binary(
        self, interchange: Interchange, text: str, at: int, out: list[Event]
    ) -> int | None:
        """Read how long the data of a BIN or BDS segment is; return where it begins."""
        offset = self._offset + at
        found = read_binary(text, at, offset, interchange.header.marks)
        if found is None and len(text) - at < binary.HEAD_AT_MOST:
            return None
        if self._unwrap:
            self._refuse(rules.BINARY_UNWRAPPED, Place(offset=offset), out)
        elif found is None:
            self._refuse_length(text[at : at + len(binary.BIN)], offset, out)
        elif found.length > self._options.limits.binary_bytes:
            self._stop_at("binary_bytes", offset, out)
        else:
            self._binary = found
            return found.start - self._offset
        return None

    def _pass_binary(
        self, interchange: Interchange, due: Binary, text: str, out: list[Event]
    ) -> Generator[Event, None, int | None]:
        """Pass over data that is due, whatever it holds; hand its segment over when it is whole."""
        end = due.end - self._offset
        if end >= len(text):
            return len(text)
        self._binary = None
        if text[end] != interchange.header.marks.segment:
            self._refuse_length(due.head[: len(binary.BIN)], due.offset, out)
            return None
        yield from interchange.take([due.head], Cut(due.offset, interchange.note_odd))
        if interchange.limit:
            self._stop_at(interchange.limit, due.end, out)
        return end + 1

    def _close_open(self, interchange: Interchange, tail: str, at: int, out: list[Event]) -> None:
        """Close the open interchange: a whole IEA without terminator still counts."""
        rest = tail.strip(BLANKS)
        marks = interchange.header.marks
        parts = rest.split(marks.element)
        if parts[0] == IEA and len(parts) == 3 and parts[2] == interchange.header.control:  # noqa: PLR2004 - tag, IEA01, IEA02
            out += interchange.take([tail], Cut(at, interchange.note_odd))
            self._file(rules.UNTERMINATED, at, out)
            return
        # an unterminated segment may be half a segment: it is not looked at
        interchange.close(out, at + len(tail))
        self._file(rules.TRUNCATED, at + len(tail), out)

    def _stop_at(self, limit: str, offset: int, out: list[Event]) -> None:
        """Refuse the file because a cap was hit; the finding names it."""
        self._refuse(rules.LIMIT, Place(offset=offset), out, f": max_{limit}")

    def _refuse_length(self, tag: str, offset: int, out: list[Event]) -> None:
        """Refuse the file because nobody can tell where the data of a binary segment ends."""
        element = binary.LENGTH_ELEMENT[tag]
        place = Place(tag, 0, element, offset=offset, address=f"{tag}{element:02d}")
        self._refuse(rules.BINARY_LENGTH, place, out)

    def _refuse(self, rule: Rule, place: Place, out: list[Event], more: str = "") -> None:
        """Read no further; what is open ends here."""
        self._dead = True
        if self._interchange is not None:
            self._interchange.close(out, place.offset)
            self._interchange = None
        found = rule.at(place)
        out.append(FileFinding(replace(found, message=found.message + more)))

    def _file(self, rule: Rule, offset: int, out: list[Event]) -> None:
        found: Finding = rule.at(Place(offset=offset))
        out.append(FileFinding(found))


def _ends_of(segment: str, element: str) -> Ends:
    """Return what finds where a cut may not go on by terminators alone: here, or later on.

    That is where an interchange may end, at IEA or the next ISA, and where a binary segment begins.
    """
    mark, blanks = re.escape(element), "".join(BLANKS_IN_FRONT - {segment})
    tag = f"[{blanks}]*(IEA(?={mark})|ISA(?=[^A-Za-z0-9 ])|B(?:IN|DS)(?={mark}))"
    return re.compile(tag).match, re.compile(re.escape(segment) + tag).search


def _whole_until(text: str, at: int, terminator: str, ends: re.Match[str] | None) -> int:
    """Return the index of the terminator up to which segments can be cut, or -1."""
    if ends is None:
        last = text.rfind(terminator, at, at + BLOCK)
        return last if last >= 0 else text.find(terminator, at)
    if ends.group(1) != IEA:
        return ends.start()
    last = text.find(terminator, ends.end())
    return last if last >= 0 else text.rfind(terminator, at, ends.start() + 1)


def _first_longer(pieces: list[str], longest: int) -> int:
    """Return the index of the first piece over the cap; their number if there is none."""
    return next((i for i, one in enumerate(pieces) if len(one) > longest), len(pieces))


def _unreadable() -> UnreadableFileError:
    msg = "no ISA segment of 106 bytes where the file has to start"
    return UnreadableFileError(msg)
