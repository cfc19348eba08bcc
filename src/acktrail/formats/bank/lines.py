"""Lines of a bank's text file: cut, capped, decoded, each with its offset."""

import re
from collections.abc import Iterator

from acktrail.errors import TooLargeError

LONGEST_LINE = 64 * 1024  # bytes
# C0 and C1 but tabulator and line break; bytes that cp1252 does not define come as C1, too
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Around lines: carriage returns, what MT messages are framed by, the end mark of old systems
FRAME = b"\r\x01\x03\x1a"
MARK = b"\xef\xbb\xbf"


class Lines:
    """Cuts what is fed into lines."""

    def __init__(self, encoding: str) -> None:
        """Without ``encoding`` a line is UTF-8, else cp1252."""
        self._encoding = encoding
        self._rest = b""
        self.offset = 0  # of the line that was yielded last; at the end, of the file's end

    def feed(self, chunk: bytes) -> Iterator[tuple[int, str | None]]:
        """Yield the lines that are complete, with their offsets; None for what is not text.

        Raises:
            TooLargeError: A line is longer than :data:`LONGEST_LINE`.
        """
        cut = chunk.rfind(b"\n") + 1
        body, self._rest = (
            (self._rest + chunk[:cut], chunk[cut:]) if cut else (b"", self._rest + chunk)
        )
        self._check(self._rest)
        if body:
            for line in body.split(b"\n")[:-1]:
                self._check(line)
                yield self.offset, self._decoded(line)
                self.offset += len(line) + 1

    def close(self) -> Iterator[tuple[int, str | None]]:
        """Yield what stands behind the last line break."""
        if self._rest:
            yield self.offset, self._decoded(self._rest)
            self.offset += len(self._rest)

    def _check(self, line: bytes) -> None:
        if len(line) > LONGEST_LINE:
            msg = f"a line is longer than {LONGEST_LINE} bytes"
            raise TooLargeError(msg)

    def _decoded(self, raw: bytes) -> str | None:
        raw = (raw if self.offset else raw.removeprefix(MARK)).strip(FRAME)
        for encoding in [self._encoding] if self._encoding else ["utf-8", "cp1252"]:
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
        return None if self._encoding else raw.decode("latin-1")
