"""The streaming reader: where an interchange begins, and how windows of bytes are cut.

Service characters are only looked for at the start of the file and behind UNZ. Nothing ever
searches for a tag: a free text may hold ``'UNB`` and every mark, released.
"""

from collections.abc import Generator, Iterator

from acktrail.errors import TooLargeError, TruncatedFileError, UnreadableFileError
from acktrail.formats.delimited import Marks, split_released
from acktrail.formats.edifact import rules
from acktrail.formats.edifact.characters import (
    BLANKS,
    CONTROL_MARKS,
    DEFAULT_MARKS,
    UNA_LENGTH,
    decodes,
    marks_of,
)
from acktrail.formats.edifact.directories import Directories
from acktrail.formats.edifact.options import Options
from acktrail.formats.edifact.state import States
from acktrail.formats.edifact.supply import Supply
from acktrail.model import Place, Rule
from acktrail.ports import Bind, Event, FileFinding

BLOCK = 2048  # bytes cut at a time: segments are let go of before the next are cut


class EdifactReader:
    """Reads one file; see the port ``Reader``."""

    def __init__(self, directories: Directories, options: Options) -> None:
        self._options = options
        self._supply = Supply(options.strip_newlines, options.max_segment_bytes)
        self._events: list[Event] = []  # not told yet
        self._states = States(directories, options, self._supply, self._events)
        self._marks: Marks | None = None  # None between interchanges
        self._interchanges = 0
        self._dead = False  # nothing after a fatal fault is read

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Take the next bytes; the events are made while they are taken, so take them all."""
        for at in range(0, len(chunk), BLOCK):
            if self._dead:
                return
            self._supply.add(chunk[at : at + BLOCK])
            yield from self._advance()
            yield from self._told()

    def close(self) -> Iterator[Event]:
        """Return what is still open, with findings if the file was cut."""
        if not self._dead:
            self._supply.finish()
            yield from self._advance()
        if not self._dead:
            self._end()
        yield from self._told()

    def listen(self, bind: Bind) -> None:
        """Have the segments of the message that has just begun taken, not told as events."""
        self._states.listen(bind)

    def _told(self) -> Iterator[Event]:
        """Tell the events that were made, in an order that none can overtake."""
        yield from self._events
        self._events.clear()

    def _end(self) -> None:
        """Judge how the file ends."""
        supply, states = self._supply, self._states
        if self._marks is None:
            supply.skip_blanks()
            if not self._interchanges:
                message = "no EDIFACT interchange begins here"
                raise UnreadableFileError(message)
            if len(supply):
                self._fail(rules.TRAILING_BYTES)
            return
        if not self._interchanges:
            message = "the file ends inside of its first segment"
            raise TruncatedFileError(message)
        states.end_of_file(supply.origin(supply.at + len(supply)))
        self._fail(rules.TRUNCATED)

    def _advance(self) -> Iterator[Event]:
        going = self._supply.settled
        while going and not self._dead:
            if self._states.package is not None:
                going = self._leave_package(self._states.package)
            elif self._marks is None:
                going = self._begin()
            else:
                going = yield from self._cut(self._marks)

    def _begin(self) -> bool:
        """Find the service characters of the next interchange; False = wait for more bytes."""
        self._supply.skip_blanks()
        head = self._supply.head(UNA_LENGTH)
        if len(head) < UNA_LENGTH:
            return False
        if head.startswith(b"UNA"):
            self._marks = marks_of(head)
            if self._marks is None:
                self._fail(rules.UNA_CHARACTERS)
            self._supply.skip(UNA_LENGTH)
        elif head.startswith(b"UNB+"):
            self._marks = DEFAULT_MARKS
        elif head.startswith(b"UNB\x1d") and self._options.control_characters:
            self._marks = CONTROL_MARKS
        elif head.startswith((b"UIB", b"UIH")):
            self._fail(rules.INTERACTIVE)
        else:
            self._refuse()
        self._supply.restart()
        return True

    def _refuse(self) -> None:
        """Refuse bytes that begin no interchange."""
        if not self._interchanges:
            message = "no EDIFACT interchange begins here"
            raise UnreadableFileError(message)
        self._fail(rules.TRAILING_BYTES)

    def _cut(self, marks: Marks) -> Generator[Event, None, bool]:
        """Cut the next whole segments and let the states read them; False = wait for more.

        Where a message begins all that was told is heard first: somebody may want to listen.
        """
        supply, states = self._supply, self._states
        body = supply.whole_segments(marks.segment.encode(), marks.release.encode())
        if body is None:
            return False
        text = body.decode("latin-1")
        pieces = split_released(text, marks.segment, marks.release)
        if max(map(len, pieces)) > self._options.max_segment_bytes:
            message = "a segment is too long"
            raise TooLargeError(message, code="edifact.segment_too_long")
        at = supply.at
        rest = iter(pieces)
        if states.interchange is None:
            for piece in rest:
                at += len(piece) + 1
                if raw := piece.lstrip(BLANKS):
                    self._open(raw, marks, at - len(raw) - 1)
                    break
        if (interchange := states.interchange) is not None:
            script = interchange.script
            odd = bool(body.translate(None, interchange.repertoire)) or not decodes(
                text, script.codec
            )
            at = states.read(rest, at, odd=odd)
            while states.began:
                yield from self._told()
                at = states.read(rest, at, odd=odd)
            self._marks = marks if states.interchange else None
        supply.skip(at - supply.at)
        return True

    def _open(self, raw: str, marks: Marks, at: int) -> None:
        """Begin an interchange with its first segment, which has to be UNB."""
        if raw[:4] != f"UNB{marks.element}":
            self._refuse()
            return
        self._interchanges += 1
        if self._interchanges > self._options.max_interchanges:
            message = "too many interchanges"
            raise TooLargeError(message, code="edifact.too_many_interchanges")
        self._states.open(raw, marks, at)

    def _leave_package(self, octets: int) -> bool:
        """Leave the octets between UNO and UNP out; they are never cut."""
        step = min(octets, len(self._supply))
        self._supply.skip(max(step, 0))
        self._states.package = octets - step
        if step < octets:
            return False
        head = self._supply.head(len(b"UNP"))
        if octets < 0 or not b"UNP".startswith(head):
            place = Place("UNP", offset=self._supply.origin(self._supply.at), address="UNP")
            self._states.end_of_file(place.offset)
            self._fail(rules.PACKAGE_LOST)
            return False
        if head == b"UNP":
            self._states.package = None
        return head == b"UNP"

    def _fail(self, rule: Rule) -> None:
        """Make the file unusable; nothing after this is read."""
        self._dead = True
        offset = self._supply.origin(self._supply.at)
        self._events.append(FileFinding(rule.at(Place(offset=offset))))
