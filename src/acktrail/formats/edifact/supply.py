"""The bytes of a file on their way to the reader: order mark, wrapping, windows, offsets.

A *blocked* file is wrapped at a fixed width, in the middle of tags and even between a release
character and what it releases. Its line ends are taken out before anything is cut; offsets still
count them.
"""

from bisect import bisect_right

from acktrail.errors import TooLargeError
from acktrail.formats.delimited import CHUNK_BYTES, last_cut
from acktrail.formats.edifact.characters import BLANKS, UNA_LENGTH

ORDER_MARK = b"\xef\xbb\xbf"
SAMPLE_BYTES = 64 * 1024  # wrapping shows in so many bytes or never
FIRST_WINDOW = 4 * 1024
GAPS_KEPT = 4 * 1024
LINE_ENDS = b"\r\n"
USUAL_WIDTH = 80  # one line alone has no width, but this one is common


class Supply:
    """What has come and is not read yet. ``at`` counts bytes after unwrapping."""

    def __init__(self, strip_newlines: str, max_segment_bytes: int) -> None:
        self._policy = strip_newlines
        self._limit = max_segment_bytes
        self._held: list[bytes] | None = []  # until order mark and wrapping are known
        self._held_bytes = 0
        self._buffer = b""
        self._start = 0
        self._searched = 0  # bytes after _start that hold no cut
        self._window = FIRST_WINDOW
        self._gaps: _Gaps | None = None
        self.at = 0

    def add(self, chunk: bytes) -> None:
        """Take the next bytes of the file."""
        if self._held is None:
            self._append(chunk)
            return
        self._held.append(chunk)
        self._held_bytes += len(chunk)
        enough = len(ORDER_MARK) + (SAMPLE_BYTES if self._policy == "auto" else 0)
        if self._held_bytes >= enough:
            self._release()

    def finish(self) -> None:
        """Say that nothing more comes."""
        if self._held is not None:
            self._release()

    def _release(self) -> None:
        data = b"".join(self._held or ())
        self._held = None
        body = data.removeprefix(ORDER_MARK)
        sample = body[:SAMPLE_BYTES]
        if self._policy == "always" or (self._policy == "auto" and wrapped(sample)):
            self._gaps = _Gaps(len(data) - len(body))
        else:
            self.at = len(data) - len(body)
        self._append(body)

    def _append(self, chunk: bytes) -> None:
        if self._gaps is not None:
            chunk = self._gaps.close(chunk)
        self._buffer = self._buffer[self._start :] + chunk
        self._start = 0

    def __len__(self) -> int:
        return len(self._buffer) - self._start

    @property
    def settled(self) -> bool:
        """Whether reading may begin."""
        return self._held is None

    @property
    def offsets_shift(self) -> bool:
        """Whether :meth:`origin` differs from what it is given."""
        return self._gaps is not None

    def origin(self, at: int) -> int:
        """Return the offset in the file of the byte that is at ``at`` after unwrapping."""
        return at if self._gaps is None else self._gaps.origin(at)

    def head(self, length: int) -> bytes:
        """Return up to ``length`` of the next bytes."""
        return self._buffer[self._start : self._start + length]

    def skip(self, length: int) -> None:
        """Leave bytes behind."""
        self._start += length
        self.at += length
        self._searched = 0
        if self._gaps is not None:
            self._gaps.forget(self.at)

    def skip_blanks(self) -> None:
        """Leave blanks and line ends behind."""
        length = len(self)
        self.skip(length - len(self._buffer[self._start :].lstrip(BLANKS.encode())))

    def restart(self) -> None:
        """Begin with small windows again: the delimiters may end with a short interchange."""
        self._window = FIRST_WINDOW

    def whole_segments(self, terminator: bytes, release: bytes) -> bytes | None:
        """Return the next whole segments without the last terminator; None when there is none.

        They are not left behind by that: the reader may stop among them.

        Raises:
            TooLargeError: If a segment is longer than the limit.
        """
        while self._searched < len(self):
            window = self.head(self._window)
            cut = last_cut(window, terminator, release, self._searched)
            if cut >= 0:
                self._window = min(self._window * 2, CHUNK_BYTES)
                return window[:cut]
            self._searched = len(window)
            if self._searched > self._limit:
                message = "a segment is too long"
                raise TooLargeError(message, code="edifact.segment_too_long")
            if self._searched == self._window:
                self._window *= 2
            else:
                break
        return None


class _Gaps:
    """Takes line ends out and knows where they were."""

    def __init__(self, lead: int) -> None:
        self._kept = 0
        self._removed = lead
        self._starts = [0]  # positions after which ...
        self._shifts = [lead]  # ... so many bytes had been taken out

    def close(self, chunk: bytes) -> bytes:
        """Return ``chunk`` without line ends."""
        pieces = chunk.replace(b"\r", b"\n").split(b"\n")
        for piece in pieces[:-1]:
            self._kept += len(piece)
            self._removed += 1
            if self._starts[-1] == self._kept:
                self._shifts[-1] = self._removed
            else:
                self._starts.append(self._kept)
                self._shifts.append(self._removed)
        self._kept += len(pieces[-1])
        return b"".join(pieces)

    def origin(self, at: int) -> int:
        """Return the offset in the file of the kept byte number ``at``."""
        return at + self._shifts[bisect_right(self._starts, at) - 1]

    def forget(self, at: int) -> None:
        """Drop what lies before ``at``, now and then."""
        passed = bisect_right(self._starts, at) - 1
        if passed > GAPS_KEPT:
            del self._starts[:passed]
            del self._shifts[:passed]


def wrapped(sample: bytes) -> bool:
    """Tell whether lines of one width were cut without regard to segments.

    Newlines that only follow terminators are decoration, and a declared newline terminator is no
    wrapping either.
    """
    body = sample.lstrip(BLANKS.encode())
    declared = body[:3] == b"UNA" and len(body) >= UNA_LENGTH
    terminator = body[8:9] if declared else b"'"
    lines = sample.replace(b"\r\n", b"\n").split(b"\n")
    whole, last = lines[:-1], lines[-1]
    if terminator in LINE_ENDS:
        return False
    full = whole if last or len(sample) >= SAMPLE_BYTES else whole[:-1]
    widths = {len(line) for line in full}
    inside = any(not line.endswith(terminator) for line in whole)
    return inside and len(widths) == 1 and (len(full) > 1 or widths == {USUAL_WIDTH})
