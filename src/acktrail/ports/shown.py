"""What people may see of a segment: its marks and codes; values only where they are asked for."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple, Protocol, runtime_checkable

from acktrail.model import MessageHead
from acktrail.ports.formats import Segment

is_short = re.compile("[A-Za-z0-9_-]{1,16}").fullmatch


class PieceKind(StrEnum):
    """Whether a stretch of a segment may be shown to anybody."""

    MARK = "mark"  # tag, delimiter, name of a column: structure
    CODE = "code"  # a value that the guide, directory or layout lists; never names a person
    VALUE = "value"  # all else: shown as its length


class Piece(NamedTuple):
    """A stretch of a segment in the order it was sent; the texts joined are the segment."""

    text: str
    kind: PieceKind
    element: int = 0  # as in ``Place``; 0 for what belongs to none
    component: int = 0  # 0 where the element has none
    repetition: int = 0
    name: str = ""  # address and name of the field where the standard has one
    raw: str | None = None  # as sent, latin-1, where decoding changed it or could have
    plain: bool = False  # by its data type a number, a time of day or a code: it names nobody

    @property
    def sent(self) -> str:
        """The stretch as it stands in the file, latin-1: one character a byte."""
        return self.text if self.raw is None else self.raw


class Legend(Protocol):
    """How to read the segments of one message."""

    def pieces(self, segment: Segment) -> Iterable[Piece]:
        """Return the segment in pieces. What is not known to be a code is a value."""
        ...

    def above(self, loop: str) -> frozenset[str]:
        """Return the ids of the loops that ``loop`` may stand in; empty at the top."""
        ...


@runtime_checkable
class Legible(Protocol):
    """A format whose segments can be shown; of any other one only the places are."""

    def legend(self, head: MessageHead) -> Legend:
        """Return the legend for the segments of one message."""
        ...


def named_pieces(
    tag: str, columns: Iterable[tuple[str, str]], coded: Iterable[str]
) -> Iterable[Piece]:
    """Return the pieces of a record whose columns have names.

    Args:
        tag: Of the record.
        columns: Name and text of each column in order.
        coded: Names of the columns whose values are codes.
    """
    known = frozenset(coded)
    yield Piece(tag, PieceKind.MARK)
    for number, (name, text) in enumerate(columns, 1):
        kind = PieceKind.CODE if name in known and is_short(text) else PieceKind.VALUE
        yield Piece(f" {name}=", PieceKind.MARK)
        yield Piece(text, kind, number)
