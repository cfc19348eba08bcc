"""The door to pydifact: it serialises our short answers, and every text is read back.

Only ``Segment`` and ``Serializer`` are used. pydifact does not release the repetition character,
keeps empty elements at the end, and puts values into its error texts: all three are dealt with
here. A text that does not read back as what was meant never leaves this module.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from pydifact.control.characters import Characters
from pydifact.segments import Segment
from pydifact.serializer import Serializer

from acktrail.formats.delimited import Marks, split_released, unreleased
from acktrail.formats.edifact.characters import (
    DEFAULT_MARKS,
    LINE_ENDS,
    repertoire_of,
    una_of,
)

TAG = re.compile("[A-Z][A-Z0-9]{2}")
LAST_BYTE = "\xff"  # beyond it the encoder decides
Elements = list[str | list[str]]
Line = tuple[str, Elements]  # tag, and its elements; a composite is a list


class Sending(NamedTuple):
    """What texts are written in."""

    identifier: str  # 0001, whose repertoire the values must keep to
    codec: str

    def fits(self, value: str) -> bool:
        """Tell whether a value can be written; marks are released."""
        allowed = repertoire_of(self.identifier, DEFAULT_MARKS).decode("latin-1")
        if any(sign in LINE_ENDS or (sign not in allowed and sign <= LAST_BYTE) for sign in value):
            return False
        try:
            value.encode(self.codec)
        except UnicodeEncodeError:
            return False
        return True


class _ReleasingSerializer(Serializer):
    """Releases the repetition character, too."""

    def __init__(self, marks: Marks) -> None:
        super().__init__(Characters.from_str("UNA" + una_of(marks)))
        armed = filter(None, (*marks[:4], marks.release))
        self.replace_map = {sign: marks.release + sign for sign in armed}
        self.regexp = re.compile("[" + re.escape("".join(self.replace_map)) + "]")


def written(lines: Sequence[Line], marks: Marks, sending: Sending) -> bytes | None:
    """Return the segments as bytes, without UNA.

    Args:
        lines: Tag and values of each segment; empty parts at the end are left out.
        marks: Delimiters; there has to be a release character.
        sending: What they are written in.

    Returns:
        None when a value has characters that ``sending`` does not allow.

    Raises:
        ValueError: If a segment is malformed or does not read back; never names a value.
    """
    meant = [(tag, _trimmed(elements)) for tag, elements in lines]
    for tag, elements in meant:
        if not TAG.fullmatch(tag) or not elements:
            message = "a segment without tag or elements"
            raise ValueError(message)
        if not all(map(sending.fits, _values(elements))):
            return None
    segments = [Segment(tag, *elements) for tag, elements in meant]
    text = _ReleasingSerializer(marks).serialize(segments, with_una_header=False)
    if read_back(text, marks) != [(tag, _flat(elements)) for tag, elements in meant]:
        message = "a segment does not read back as what was meant"
        raise ValueError(message)
    return text.encode(sending.codec)


def read_back(text: str, marks: Marks) -> list[tuple[str, list[list[str]]]]:
    """Cut a text with the reader's own splitter: tag, and components of each element."""
    cut: list[tuple[str, list[list[str]]]] = []
    for raw in split_released(text, marks.segment, marks.release)[:-1]:
        tag, *elements = split_released(raw, marks.element, marks.release)
        cut.append((tag, [_components(element, marks) for element in elements]))
    return cut


def _components(element: str, marks: Marks) -> list[str]:
    repeated = [element]
    if marks.repetition:  # nobody means one: its values would not be the ones that were meant
        repeated = split_released(element, marks.repetition, marks.release)
    parts = [
        part for one in repeated for part in split_released(one, marks.component, marks.release)
    ]
    return [unreleased(part, marks.release) for part in parts]


def _trimmed(elements: Elements) -> Elements:
    """Leave empty components and elements at the end out."""
    trimmed: Elements = []
    for element in elements:
        if not isinstance(element, str | list):
            message = "an element that is neither text nor a composite"
            raise ValueError(message)  # noqa: TRY004
        parts = [element] if isinstance(element, str) else list(element)
        while len(parts) > 1 and not parts[-1]:
            parts.pop()
        trimmed.append(parts if len(parts) > 1 else "".join(parts))
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    return trimmed


def _flat(elements: Elements) -> list[list[str]]:
    return [[element] if isinstance(element, str) else element for element in elements]


def _values(elements: Elements) -> list[str]:
    values = [value for element in _flat(elements) for value in element]
    if not all(isinstance(value, str) for value in values):
        message = "a value that is no text"
        raise ValueError(message)
    return values
