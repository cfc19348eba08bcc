"""What a file format is: readers, their events, answers, and the data files they need."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from acktrail.model import (
    Acknowledgement,
    Answering,
    Finding,
    GroupResult,
    InterchangeResult,
    MessageHead,
    MessageResult,
    Place,
    ReadResult,
    Rule,
)


class Segment(Protocol):
    """One segment, record or row as a map sees it, whatever the format."""

    @property
    def loop(self) -> str:
        """Id of the loop or segment group it stands in: 2100, SG25, FINANCIAL; ``""`` at top."""
        ...

    @property
    def tag(self) -> str:
        """CLP, NAD, FT1; the record type of a row."""
        ...

    @property
    def place(self) -> Place:
        """Where it stands in the file."""
        ...

    def get(self, element: int, component: int = 0, repetition: int = 1, part: int = 1) -> str:
        """Return decoded, unescaped text; ``""`` when it was not sent.

        ``element`` counts as the field's notation does (CLP04 is 4, MSH-9 is 9). ``component`` 0
        and 1 both give the first component of a composite. ``part`` is HL7's sub-component.
        HL7's delete indicator stays ``""`` in quotes: two quotation marks.
        """
        ...

    def repetitions(self, element: int) -> int:
        """Return how often the element is repeated; 0 when it was not sent."""
        ...


class CutSegment(Segment, Protocol):
    """A segment that shows how far it goes: maps ask it for nothing that was not sent."""

    @property
    def elements(self) -> Sequence[str]:
        """Tag and elements as sent, so that element n stands at n."""
        ...

    def components(self, element: int) -> int:
        """Return how many components an element may have that was sent; never too few."""
        ...


class MessageStart(NamedTuple):
    """A message begins; its segments follow."""

    head: MessageHead


class MessageEnd(NamedTuple):
    """A message has been judged; ``result.documents`` is still 0 here."""

    result: MessageResult


class GroupEnd(NamedTuple):
    """A group has been judged; those ended since the last one are its messages.

    Its ``messages`` hold them, or nothing where a group may have very many.
    """

    result: GroupResult


class InterchangeEnd(NamedTuple):
    """An interchange has been judged; its ``groups`` hold those ended since the last one."""

    result: InterchangeResult


class FileFinding(NamedTuple):
    """A fault of the file as a whole; a fatal one means: not usable."""

    finding: Finding


Event = MessageStart | Segment | MessageEnd | GroupEnd | InterchangeEnd | FileFinding


class Reader(Protocol):
    """Reads one file in pieces of any size, in constant memory beside one message's findings."""

    def feed(self, chunk: bytes) -> Iterable[Event]:
        """Take the next bytes; return what they completed.

        Raises:
            PartnerError: If not even an envelope can be read, or a cap is hit.
        """
        ...

    def close(self) -> Iterable[Event]:
        """Say that the file is over; return what is still open, with findings if it was cut."""
        ...


Take = Callable[[Segment], None]
Bind = Callable[[str, str], Take | None]  # loop, tag -> what takes such segments


@runtime_checkable
class DirectReader(Reader, Protocol):
    """A reader that can hand over segments by a call, without making an event of each."""

    def listen(self, bind: Bind) -> None:
        """Have the segments of the message that has just begun taken, not told as events.

        Args:
            bind: Asked once for each place in a guide what takes its segments, None for those
                that nobody wants; the answers are kept for later messages with an equal ``bind``.
        """
        ...


class Span(NamedTuple):
    """Bytes of the opened file."""

    offset: int
    length: int


class Excerpt(NamedTuple):
    """One message as a file of its own."""

    number: int  # of the message in the whole file, from 1
    control: str
    pieces: tuple[Span | bytes, ...]  # in order: as sent, and what has to be written around it


@runtime_checkable
class Divisible(Protocol):
    """A format whose messages can be read alone."""

    def alone(self, result: ReadResult, message: str) -> Excerpt:
        """Return one message as a file of its own.

        Args:
            result: Of the whole file.
            message: Its control number, else its number in the file, from 1.

        Raises:
            NotFoundError: If there is no such message.
            ConflictError: If it cannot stand alone; the text says why and holds no value.
        """
        ...


class Format(Protocol):
    """A file format, with no I/O: bytes in, values out."""

    @property
    def name(self) -> str:
        """As a profile spells it; taken once."""
        ...

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every finding that the format can make."""
        ...

    def recognises(self, head: bytes) -> bool:
        """Tell whether a file that starts with ``head`` (up to 4 KiB) is in this format."""
        ...

    def complete(self, head: bytes, tail: bytes) -> bool | None:
        """Tell from the first and last 4 KiB whether the trailer is there; None = cannot tell."""
        ...

    def reader(self, options: Mapping[str, object]) -> Reader:
        """Return a reader for one file.

        ``options`` is the profile's table of this format (``[x12]``, ``[tabular]``, ...), already
        validated, as plain values; empty for ``inspect`` without a partner.
        """
        ...

    def numbers_needed(self, result: ReadResult, answering: Answering) -> int:
        """Return how many control numbers :meth:`acknowledge` will take."""
        ...

    def acknowledge(self, result: ReadResult, answering: Answering) -> tuple[Acknowledgement, ...]:
        """Build every answer that the standard and the options ask for; same input, same bytes."""
        ...


class Telling(Protocol):
    """What the answers of one profile say to a partner of what was refused."""

    def tells(self, message: MessageResult) -> bool:
        """Tell whether an answer says that a rejected message is refused."""
        ...

    def names(self, group: GroupResult) -> bool:
        """Tell whether an answer can say what became of a group."""
        ...

    def reaches(self, interchange: InterchangeResult) -> bool:
        """Tell whether the answer that is due to an interchange, if one is, can be written."""
        ...

    def refuses(self, message: MessageResult) -> bool:
        """Tell whether an answer will refuse a well-formed message of which no document came."""
        ...


@runtime_checkable
class TellingFormat(Format, Protocol):
    """A format of which not every refusal reaches the partner."""

    def telling(self, options: Mapping[str, str]) -> Telling:
        """Return what the answers under a profile's ``[acknowledge]`` say."""
        ...


class DataFiles(Protocol):
    """The folder ``parsers/``: guides, layouts, directories, maps."""

    def read(self, path: str) -> bytes:
        """Return a file's bytes; ``path`` is relative, with ``/``.

        Raises:
            GuideError: If it is not there.
        """
        ...

    def names(self, folder: str) -> Sequence[str]:
        """Return the sorted file names in ``folder``; empty when there is no such folder."""
        ...
