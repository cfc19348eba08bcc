"""Where the reader stands in the file while it goes from segment to segment."""

BLANKS = "\r\n "


class Cut:
    """The offset of the next segment, and the empty segments passed."""

    __slots__ = ("empty_at", "offset")

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.empty_at: list[int] = []  # offsets; the interchange takes them out

    def trimmed(self, raw: str) -> str:
        """Take blanks and line ends off the front of a segment and move past them."""
        text = raw.lstrip(BLANKS)
        self.offset += len(raw) - len(text)
        if not text:
            self.empty_at.append(self.offset)
        return text
