"""Cuts a byte stream into units: a message or one envelope segment with what follows it.

A unit starts where MSH, FHS, BHS, BTS or FTS and a field separator follow CR, LF or an MLLP byte,
or at the first byte of the file. No byte is dropped: the units joined are the file.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from acktrail.errors import TooLargeError, UnreadableFileError

UTF8_MARK = b"\xef\xbb\xbf"
_EDGES = b" \t\r\n\x0b\x0c\x1c"
# one separator, no "+": a run of n terminators would cost n squared
_HEADER = rb"(?=(?:\xef\xbb\xbf)?(?:MSH|[FB][HT]S)[^A-Za-z0-9\s])"
_HEAD = re.compile(rb"[\r\n\x0b\x1c]" + _HEADER)
_HEAD_BEHIND_CR = re.compile(rb"\r" + _HEADER)  # one byte is found three times as fast
_OTHERS = (b"\n", b"\x0b", b"\x1c")
_START = re.compile(rb"(?:MSH|[FB][HT]S)[^A-Za-z0-9\s]")
_REACH = 8  # separator, byte order mark, tag and field separator: what a chunk's end can hide


class Unit(NamedTuple):
    """Bytes of one unit, its separators included."""

    offset: int  # of the first byte in the file
    raw: bytes

    def body(self) -> tuple[int, bytes]:
        """Return offset and bytes without white space, MLLP bytes and byte order mark."""
        body = self.raw.lstrip(_EDGES).removeprefix(UTF8_MARK).lstrip(_EDGES)
        return self.offset + len(self.raw) - len(body), body.rstrip(_EDGES)


class Units:
    """Cuts chunks of any size; old bytes are never searched again."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._base = 0
        self._searched = 0
        self.plain = True  # neither LF nor a byte of MLLP came so far

    def feed(self, chunk: bytes) -> Iterator[Unit]:
        """Take the next bytes and yield the units that they end.

        Raises:
            TooLargeError: If a unit is larger than the limit.
            UnreadableFileError: If that much came without any header segment.
        """
        buffer = self._buffer
        buffer += chunk
        cut, start = 0, max(self._searched - _REACH, 0)
        self.plain = self.plain and all(buffer.find(sign, start) < 0 for sign in _OTHERS)
        for match in (_HEAD_BEHIND_CR if self.plain else _HEAD).finditer(buffer, start):
            self._measure(match.end() - cut)
            yield Unit(self._base + cut, bytes(buffer[cut : match.end()]))
            cut = match.end()
        del buffer[:cut]
        self._base += cut
        self._searched = len(buffer)
        self._measure(len(buffer) - _REACH)

    def close(self) -> Iterator[Unit]:
        """Yield the last unit."""
        if self._buffer:
            self._measure(len(self._buffer))
            yield Unit(self._base, bytes(self._buffer))
            self._buffer.clear()

    def _measure(self, size: int) -> None:
        if size <= self._limit:
            return
        if not self._base and not starts(bytes(self._buffer[:4096])):
            msg = "no header segment in the first bytes of the file"
            raise UnreadableFileError(msg, code="hl7.no_msh")
        msg = "a message is larger than the limit"
        raise TooLargeError(msg, code="hl7.unit_too_large")


def starts(head: bytes) -> bytes:
    """Return the tag of the header segment that a file starts with; empty if there is none."""
    return tag_of(head) or tag_of(Unit(0, head).body()[1])


def tag_of(body: bytes) -> bytes:
    """Return the tag of the header segment that stands at the very start of ``body``, if any."""
    found = _START.match(body)
    return found.group()[:3] if found else b""
