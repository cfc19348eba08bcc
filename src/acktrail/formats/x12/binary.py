"""Binary segments, BIN and BDS: their data ends where their length says, whatever bytes it holds.

The data itself is handed to nobody and kept in no memory: what reads a set is told the segment up
to its data, whose place follows from the segment's offset. A length that does not lead to a segment
terminator leaves no way to tell data from structure, so reading ends there.
Spec: X12.6; BIN01 and BDS02 are DE 784, the data is DE 785, BDS01 its filter, DE 1570.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from acktrail.formats.delimited import Marks

BIN, BDS = "BIN", "BDS"
TAGS = (BIN, BDS)
HEAD_AT_MOST = 25  # characters: BDS, a filter of up to 3, a length of up to 15, 3 separators
LENGTH_ELEMENT = {BIN: 1, BDS: 2}


class Binary(NamedTuple):
    """A binary segment; offsets count in the file."""

    head: str  # up to its data, the separator in front of it included
    offset: int
    start: int  # of the data
    end: int  # behind the data, where the terminator has to stand

    @property
    def length(self) -> int:
        """Bytes of data."""
        return self.end - self.start


def read_binary(text: str, at: int, offset: int, marks: Marks) -> Binary | None:
    """Read the front of a binary segment.

    Args:
        text: Holds the front at ``at``.
        at: Where the tag stands.
        offset: Of the tag in the file.
        marks: Of the interchange.

    Returns:
        None if no binary segment with a readable length stands there.
    """
    found = _front(marks.element).match(text, at)
    if found is None:
        return None
    start = offset + found.end() - at
    return Binary(found.group(), offset, start, start + int(found.group(1)))


@lru_cache(maxsize=64)
def _front(element: str) -> re.Pattern[str]:
    mark = re.escape(element)
    return re.compile(f"(?:BIN|BDS{mark}[A-Z0-9]{{0,3}}){mark}([0-9]{{1,15}}){mark}")
