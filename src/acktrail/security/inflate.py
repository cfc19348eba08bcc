"""Opens compressed data within limits, piece by piece, and gzip files. Zip is in ``unzip.py``.

No size that a file declares is believed.

Spec: RFC 1952 (gzip), RFC 1951 (deflate).
"""

import zlib
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import BinaryIO, NamedTuple, Protocol

from acktrail.errors import EnvelopeError
from acktrail.ports import Opened

CHUNK = 1 << 16  # of input
PIECE = 1 << 20  # of output, at most, per step
RATIO_FREE = 10 << 20  # the ratio counts beyond this many bytes
BOM = b"\xef\xbb\xbf"
GZIP = 31  # zlib's word for: gzip header and trailer
RAW = -15  # zlib's word for: deflate without a header
GZIP_MAGIC = b"\x1f\x8b"
MAX_GZIP_MEMBERS = 100_000  # each costs a copy of the rest of its chunk


class Limits(NamedTuple):
    """Caps on what comes out of a file."""

    opened: int = 2_000_000_000  # bytes
    ratio: int = 200  # output : input, beyond the first 10 MiB
    members: int = 1  # files in an archive


class Meter:
    """Counts and hashes what comes out; stops it at the cap."""

    def __init__(self, size_in: int, limits: Limits) -> None:
        self.size_in = size_in
        self.size = 0
        self._cap = output_cap(size_in, limits)
        self._digest = sha256()

    def add(self, piece: bytes) -> bytes:
        """Count ``piece`` and return it.

        Raises:
            EnvelopeError: ``envelope.bomb``.
        """
        self.size += len(piece)
        if self.size > self._cap:
            msg = "more comes out than the limits allow"
            raise EnvelopeError(msg, code="envelope.bomb")
        self._digest.update(piece)
        return piece

    def opened(self, **facts: str) -> Opened:
        """Return what is known of the output."""
        ratio = self.size // max(1, self.size_in)
        return Opened(self.size, self._digest.hexdigest(), {**facts, "ratio": str(ratio)})


def output_cap(size_in: int, limits: Limits) -> int:
    """Return how many bytes may come out of ``size_in`` bytes."""
    return min(limits.opened, max(RATIO_FREE, limits.ratio * size_in))


def size_of(source: BinaryIO) -> int:
    """Return the bytes from the current position to the end."""
    start = source.tell()
    end = source.seek(0, 2)
    source.seek(start)
    return end - start


def strip_bom(source: BinaryIO) -> bool:
    """Step over a UTF-8 byte order mark at the current position; tell whether there was one."""
    start = source.tell()
    if source.read(len(BOM)) == BOM:
        return True
    source.seek(start)
    return False


def open_gzip(source: BinaryIO, target: BinaryIO, limits: Limits) -> Opened:
    """Decompress every member of a gzip file into ``target``.

    Raises:
        EnvelopeError: ``envelope.bomb``, ``.incomplete`` (cut), ``.damaged``, ``.trailing`` (other
            bytes behind the last member).
    """
    meter = Meter(size_of(source), limits)
    members = 0
    rest = source.read(CHUNK)
    while rest or not members:
        if members and not rest.startswith(GZIP_MAGIC[: len(rest)]):
            msg = "bytes follow the last gzip member"
            raise EnvelopeError(msg, code="envelope.trailing")
        if members == MAX_GZIP_MEMBERS:
            msg = f"more than {MAX_GZIP_MEMBERS} gzip members"
            raise EnvelopeError(msg, code="envelope.bomb")
        inflater = zlib.decompressobj(GZIP)
        pieces = inflated(inflater, rest, lambda: source.read(CHUNK))
        target.writelines(meter.add(piece) for piece in pieces)
        members += 1
        rest = inflater.unused_data or source.read(CHUNK)
    return meter.opened(step="gzip", members=str(members))


class Inflater(Protocol):
    """What ``zlib.decompressobj`` gives."""

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was seen."""
        ...

    @property
    def unconsumed_tail(self) -> bytes:
        """Input left over because the output was capped."""
        ...

    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes:
        """Take input, return at most ``max_length`` bytes."""
        ...


def inflated(inflater: Inflater, data: bytes, more: Callable[[], bytes]) -> Iterator[bytes]:
    """Yield what a deflate stream holds, at most 1 MiB at a time.

    Raises:
        EnvelopeError: ``envelope.incomplete`` or ``envelope.damaged``.
    """
    while not inflater.eof:
        try:
            piece = inflater.decompress(data, PIECE)
        except zlib.error:
            msg = "the compressed data is damaged"
            raise EnvelopeError(msg, code="envelope.damaged") from None
        if piece:
            yield piece
        if inflater.eof:
            return
        data = inflater.unconsumed_tail or more()
        if not data and not piece:
            msg = "the compressed data ends too early"
            raise EnvelopeError(msg, code="envelope.incomplete")
