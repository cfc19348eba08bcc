"""Writes interchanges: drafts in, bytes out. The one place where X12 text is put together.

Envelopes, counts and control numbers of trailers are made here, so that they cannot disagree with
what they enclose. A value that holds a delimiter is refused: X12 has no release character, so it
would forge structure.
Spec: X12.5 (ISA, GS, GE, IEA), X12.6 (segments, elements; trailing spaces are suppressed).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from acktrail.errors import UnwritableError
from acktrail.formats.delimited import Marks
from acktrail.formats.x12.marks import FIRST_WITH_REPETITION

Composite = tuple[str, ...]
Element = str | Composite | list[str | Composite]  # a list: repetitions of an element
Line = tuple[Element, ...]  # segment id, then its elements in order; "" = not sent
RELEASE_4010, RELEASE_5010 = "00401", "00501"  # ISA12
BLANK_10 = " " * 10
NUMBERS = 999_999_999  # ISA13 and GS06 have nine digits; 0 is not used
USAGES = ("I", "P", "T")


USUAL_MARKS = Marks("*", ":", "^", "~")


@dataclass(frozen=True, slots=True)
class Style:
    """How a partner wants X12 to look."""

    marks: Marks = USUAL_MARKS
    newline: str = ""  # behind every segment terminator


@dataclass(frozen=True, slots=True)
class SetDraft:
    """A transaction set; ST and SE are made of it."""

    id: str  # ST01
    lines: Iterable[Line]  # what stands between ST and SE; those without any value are left out
    implementation: str = ""  # ST03
    control: str = ""  # ST02; else its number in the group


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """A functional group; GS and GE are made of it."""

    kind: str  # GS01
    sender: str  # GS02
    receiver: str  # GS03
    control: int  # GS06
    version: str  # GS08
    sets: Sequence[SetDraft]


@dataclass(frozen=True, slots=True)
class InterchangeDraft:
    """An interchange; ISA and IEA are made of it."""

    sender: tuple[str, str]  # ISA05, ISA06
    receiver: tuple[str, str]  # ISA07, ISA08
    control: int  # ISA13
    at: datetime
    usage: str = "P"  # ISA15
    release: str = RELEASE_5010  # ISA12
    answers: Sequence[Line] = ()  # TA1: they stand before the first group (X12.5, 3.5)
    groups: Sequence[GroupDraft] = ()
    ask: bool = False  # ISA14: a TA1 is asked for


def written(draft: InterchangeDraft, style: Style) -> bytes:
    """Return the interchange as bytes; the same draft gives the same bytes.

    Raises:
        UnwritableError: If a value holds a delimiter of ``style`` or a character that is no X12,
            or is too long for the ISA; names the element, never the value.
    """
    marks = style.marks
    if draft.release < FIRST_WITH_REPETITION:
        marks = marks._replace(repetition="")
    end = marks.segment + style.newline
    return "".join(text + end for text in _texts(draft, marks)).encode("ascii")


def line_text(line: Line, marks: Marks) -> str:
    """Return one segment without its terminator and without what is empty at its end.

    Raises:
        UnwritableError: As ``written``.
    """
    tag = str(line[0])
    elements = (_element(one, marks, f"{tag}{n:02d}") for n, one in enumerate(line[1:], 1))
    return marks.element.join((tag, *elements)).rstrip(marks.element)


def control_number(number: int) -> str:
    """Return nine digits for a number of an endless series."""
    return f"{(number - 1) % NUMBERS + 1:09d}"


def _texts(draft: InterchangeDraft, marks: Marks) -> Iterator[str]:
    yield _isa(draft, marks)
    for line in draft.answers:
        yield line_text(line, marks)
    for group in draft.groups:
        yield from _group(group, draft.at, marks)
    yield line_text(("IEA", str(len(draft.groups)), control_number(draft.control)), marks)


def _isa(draft: InterchangeDraft, marks: Marks) -> str:
    ids = (*draft.sender, *draft.receiver)
    padded = [
        _fixed(value, width, marks, f"ISA{n:02d}")
        for n, (value, width) in enumerate(zip(ids, (2, 15, 2, 15), strict=True), 5)
    ]
    elements = (
        *("ISA", "00", BLANK_10, "00", BLANK_10, *padded),
        *(f"{draft.at:%y%m%d}", f"{draft.at:%H%M}", marks.repetition or "U", draft.release),
        *(control_number(draft.control), "1" if draft.ask else "0"),
        *(draft.usage if draft.usage in USAGES else "P", marks.component),
    )
    return marks.element.join(elements)


def _group(group: GroupDraft, at: datetime, marks: Marks) -> Iterator[str]:
    control = control_number(group.control).lstrip("0")
    ids = (group.sender, group.receiver)
    header = ("GS", group.kind, *ids, f"{at:%Y%m%d}", f"{at:%H%M}", control, "X", group.version)
    yield line_text(header, marks)
    for ordinal, one in enumerate(group.sets, 1):
        yield from _set(one, ordinal, marks)
    yield line_text(("GE", str(len(group.sets)), control), marks)


def _set(draft: SetDraft, ordinal: int, marks: Marks) -> Iterator[str]:
    control = draft.control or f"{ordinal:04d}"
    yield line_text(("ST", draft.id, control, draft.implementation), marks)
    count = 2
    for line in draft.lines:
        text = line_text(line, marks)
        if text != line[0]:  # with all of its elements empty a segment says nothing
            count += 1
            yield text
    yield line_text(("SE", str(count), control), marks)


def _fixed(value: str, width: int, marks: Marks, address: str) -> str:
    if len(value) > width:
        _refuse(address, "is longer than the ISA allows")
    return _checked(value, marks, address).ljust(width)


def _element(element: Element, marks: Marks, address: str) -> str:
    if not isinstance(element, list):
        return _composite(element, marks, address)
    parts = [_composite(one, marks, address) for one in element]
    if len(parts) > 1 and not marks.repetition:
        _refuse(address, "is repeated, which its release does not know")
    return _joined(marks.repetition, parts)


def _composite(value: str | Composite, marks: Marks, address: str) -> str:
    if isinstance(value, str):
        return _checked(value, marks, address).rstrip(" ")
    return _joined(marks.component, [_checked(v, marks, address).rstrip(" ") for v in value])


def _joined(mark: str, parts: Iterable[str]) -> str:
    """Join parts without those that are empty at the end."""
    text = mark.join(parts)
    return text.rstrip(mark) if mark else text


def _checked(value: str, marks: Marks, address: str) -> str:
    """Refuse a value that would forge structure or that no X12 reader takes."""
    if _delimiter(marks)(value):
        _refuse(address, "holds one of the delimiters it is written with")
    if not (value.isascii() and value.isprintable()):
        _refuse(address, "holds a character outside X12's extended set")
    return value


@lru_cache(maxsize=64)
def _delimiter(marks: Marks) -> Callable[[str], re.Match[str] | None]:
    """Return what finds a delimiter in a value."""
    return re.compile(f"[{re.escape(''.join(marks[:4]))}]").search


def _refuse(address: str, why: str) -> None:
    msg = f"cannot write X12: {address} {why}"
    raise UnwritableError(msg)
