"""Where the reader stands in the file while it goes from segment to segment."""

BLANKS = "\r\n "


class Cut:
    """The offset of the next segment, and the empty segments passed."""

    __slots__ = ("empty_at", "offset")

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.empty_at: list[int] = []  # offsets; the interchange takes them out

    def trimmed(self, raw: str, offset: int) -> tuple[str, int]:
        """Take blanks and line ends off the front of a segment; return it with its true offset."""
        text = raw.lstrip(BLANKS)
        offset += len(raw) - len(text)
        if not text:
            self.empty_at.append(offset)
        return text, offset
