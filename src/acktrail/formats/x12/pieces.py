"""Where the reader stands in the file while it goes from segment to segment."""

from collections.abc import Callable

from acktrail.formats.x12.rules import EMPTY_SEGMENT, INDENTED
from acktrail.model import Rule

BLANKS = "\r\n "


class Cut:
    """The offset of the next segment; ``odd`` is told of segments that are empty or indented."""

    __slots__ = ("_odd", "offset")

    def __init__(self, offset: int, odd: Callable[[Rule, int], None]) -> None:
        self.offset = offset
        self._odd = odd

    def trimmed(self, raw: str, offset: int) -> tuple[str, int]:
        """Take blanks and line ends off the front of a segment; return it with its true offset."""
        text = raw.lstrip(BLANKS)
        offset += len(raw) - len(text)
        if not text:
            self._odd(EMPTY_SEGMENT, offset)
        elif " " in raw[: len(raw) - len(text)]:
            self._odd(INDENTED, offset)
        return text, offset
