"""Bytes in pieces of any size -> blocks of whole, decoded lines with their byte offsets.

Lines end with LF (CR LF leaves its CR to the record reader). A byte order mark wins over the
declared encoding; the declared one is strict; the fallback is used for the whole file when the
first bytes that are not valid come before any other non-ASCII character: a mixture is refused.
UTF-16, UTF-32 and EBCDIC are refused here.
"""

import codecs
from itertools import accumulate
from typing import NamedTuple

from acktrail.errors import TooLargeError

LONGEST_LINE = 1 << 20  # bytes
WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Block(NamedTuple):
    """Whole lines; only the last block of a file may end without a line break."""

    body: bytes
    text: str
    offsets: list[int]  # of each line, and of the end
    line: int  # number of the first line, from 1
    bad: bool = False  # what follows cannot be decoded


class Lines:
    """Cuts a file into blocks. One of its kind reads one file."""

    def __init__(self, encoding: str, fallback: str = "") -> None:
        """Both encodings are UTF-8 or single-byte supersets of ASCII."""
        self._encoding = encoding
        self._fallback = fallback
        self._pieces: list[bytes] = []
        self._unended = 0  # bytes held since the last line break
        self._offset = 0  # of the first held byte
        self._line = 1
        self._wide = False  # a non-ASCII character was decoded
        self._started = False

    def feed(self, chunk: bytes) -> Block | None:
        """Take the next bytes; return the lines that they complete.

        Raises:
            TooLargeError: If a line is longer than :data:`LONGEST_LINE`.
        """
        cut = chunk.rfind(b"\n") + 1
        if not cut:
            self._hold(chunk)
            return None
        body = b"".join((*self._pieces, chunk[:cut]))
        self._pieces.clear()
        self._unended = 0
        block = self._block(body)
        self._hold(chunk[cut:])
        return block

    def close(self) -> Block | None:
        """Return the last line if it lacks its line break."""
        body = b"".join(self._pieces)
        self._pieces.clear()
        return self._block(body) if body else None

    def give_back(self, block: Block, line: int) -> None:
        """Take the lines of ``block`` from its ``line``-th (from 0) back: they come again."""
        self._pieces.insert(0, block.body[block.offsets[line] - block.offsets[0] :])
        self._offset = block.offsets[line]
        self._line = block.line + line

    def _hold(self, piece: bytes) -> None:
        if piece:
            self._pieces.append(piece)
            self._unended += len(piece)
        if self._unended > LONGEST_LINE:
            raise _too_long()

    def _block(self, body: bytes) -> Block:
        start = self._offset
        if not self._started:
            self._started = True
            if body.startswith(WIDE_MARKS):
                return Block(b"", "", [start], self._line, bad=True)
            if body.startswith(codecs.BOM_UTF8):
                body = body[len(codecs.BOM_UTF8) :]
                start += len(codecs.BOM_UTF8)
                self._encoding, self._fallback = "utf-8", ""
        body, text, bad = self._decode(body)
        raw = body.split(b"\n")
        if len(body) > LONGEST_LINE and max(map(len, raw)) > LONGEST_LINE:
            raise _too_long()
        last = raw.pop()
        offsets = list(accumulate((len(line) + 1 for line in raw), initial=start))
        if last:
            offsets.append(offsets[-1] + len(last))
        block = Block(body, text, offsets, self._line, bad)
        self._offset = offsets[-1]
        self._line += len(offsets) - 1
        return block

    def _decode(self, body: bytes) -> tuple[bytes, str, bool]:
        """Decode all, or the lines before the first one that cannot be decoded."""
        if body.isascii():
            return body, body.decode("ascii"), False
        try:
            text = body.decode(self._encoding)
        except UnicodeDecodeError as error:
            at = error.start
        else:
            self._wide = True
            return body, text, False
        if self._fallback and not self._wide and body[:at].isascii():
            self._encoding, self._fallback = self._fallback, ""
            return self._decode(body)
        body = body[: body.rfind(b"\n", 0, at) + 1]
        return body, body.decode(self._encoding), True


def _too_long() -> TooLargeError:
    return TooLargeError(f"a line is longer than {LONGEST_LINE} bytes")
