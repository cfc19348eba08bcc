"""Where the reader stands in the file while it goes from segment to segment."""

from collections.abc import Callable

BLANKS = "\r\n "


class Cut:
    """The offset of the next segment; ``empty`` is told the offsets of empty ones."""

    __slots__ = ("_empty", "offset")

    def __init__(self, offset: int, empty: Callable[[int], None]) -> None:
        self.offset = offset
        self._empty = empty

    def trimmed(self, raw: str, offset: int) -> tuple[str, int]:
        """Take blanks and line ends off the front of a segment; return it with its true offset."""
        text = raw.lstrip(BLANKS)
        offset += len(raw) - len(text)
        if not text:
            self._empty(offset)
        return text, offset
