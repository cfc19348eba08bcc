"""What X12, EDIFACT and HL7 share: text cut at marks that a release character can disarm.

Bytes are decoded as latin-1 for cutting, so that one character is one byte and positions are byte
offsets; the payload's own character set is applied to values, later. X12 has no release character
and HL7's escape never disarms a mark, so both pass ``""``.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from acktrail.ports import Piece, PieceKind

CHUNK_BYTES = 256 * 1024


class Marks(NamedTuple):
    """The delimiters of one interchange or message, one character each; ``""`` = there is none."""

    element: str
    component: str
    repetition: str
    segment: str
    release: str = ""
    part: str = ""  # HL7 sub-component
    decimal: str = "."


def last_cut(buffer: bytes, terminator: bytes, release: bytes = b"", start: int = 0) -> int:
    """Return the offset of the last unreleased terminator at or after ``start``, or -1.

    All before it can be cut now, all behind it waits for the next chunk.
    """
    found = buffer.rfind(terminator, start)
    while found >= 0 and release and _released(buffer, found, release):
        found = buffer.rfind(terminator, start, found)
    return found


def _released(buffer: bytes, at: int, release: bytes) -> bool:
    """Tell whether an odd run of release characters stands before ``at``."""
    run = at
    while run > 0 and buffer[run - 1 : run] == release:
        run -= 1
    return (at - run) % 2 == 1


def split_released(text: str, mark: str, release: str) -> list[str]:
    """Split at every ``mark`` that is not released; release characters stay in the parts.

    They are taken out of values only after the last level is split (ISO 9735 part 1, 5.1).
    """
    parts = text.split(mark)
    if not release or release not in text:
        return parts  # the fast path: one split in C
    whole: list[str] = []
    held: list[str] = []
    for part in parts:
        held.append(part)
        if (len(part) - len(part.rstrip(release))) % 2 == 0:
            whole.append(mark.join(held))
            held = []
    return [*whole, mark.join(held)] if held else whole


def unreleased(text: str, release: str) -> str:
    """Return the value that a released text stands for."""
    if not release or release not in text:
        return text
    whole: list[str] = []
    pieces = iter(text.split(release))
    whole.append(next(pieces))
    # an empty piece is a released release character: it and what follows it are data
    whole.extend(piece or release + next(pieces, "") for piece in pieces)
    return "".join(whole)


def released(text: str, marks: Marks) -> str:
    """Return ``text`` with every mark disarmed, ready to be written."""
    if not marks.release:
        return text
    armed = {marks.release, marks.element, marks.component, marks.repetition, marks.segment, ""}
    return "".join(marks.release + sign if sign in armed else sign for sign in text)


IsCode = Callable[[int, int, str], bool]  # element, component, text


class Cutting(NamedTuple):
    """How the values of a segment are told from its marks, for people to look at."""

    marks: Marks
    is_code: IsCode
    decode: Callable[[str], str]  # raw text of a value -> what it stands for
    name: Callable[[int], str] = lambda _element: ""
    is_plain: Callable[[int, int], bool] = lambda _element, _component: False


def pieces_of(elements: Sequence[str], how: Cutting, first: int = 1) -> Iterator[Piece]:
    """Return the raw elements from number ``first`` on as pieces, each with its mark in front."""
    marks = how.marks
    for element, raw in enumerate(elements[first:], first):
        yield Piece(marks.element, PieceKind.MARK)
        for repetition, one in enumerate(_levels(raw, marks.repetition, marks.release), 1):
            if repetition > 1:
                yield Piece(marks.repetition, PieceKind.MARK, element)
            for component, text in enumerate(_levels(one, marks.component, marks.release), 1):
                if component > 1:
                    yield Piece(marks.component, PieceKind.MARK, element)
                for part, value in enumerate(_levels(text, marks.part, marks.release), 1):
                    if part > 1:
                        yield Piece(marks.part, PieceKind.MARK, element)
                    shown = how.decode(value)
                    coded = part == 1 and how.is_code(element, component, shown)
                    kind = PieceKind.CODE if coded else PieceKind.VALUE
                    place = (element, component, repetition)
                    plain = how.is_plain(element, component)
                    yield Piece(shown, kind, *place, how.name(element), value, plain)


def _levels(raw: str, mark: str, release: str) -> list[str]:
    return split_released(raw, mark, release) if mark else [raw]
