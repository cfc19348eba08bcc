"""Takes a decrypted OpenPGP message apart, within limits: compression, signature, literal.

pgpy's own parser decompresses whatever it meets to any size and depth; this one stops. gpg drops
every carriage return of a text message, also the one that ends an HL7 segment; this one does not.

Spec: RFC 9580, sections 5.6 (compressed data), 5.9 (literal data), 10.3 (message grammar).
"""

import bz2
import io
import zlib
from typing import NamedTuple

from acktrail.errors import EnvelopeError
from acktrail.security.inflate import RAW, Inflater, Limits, Meter, inflated
from acktrail.security.packets import (
    COMPRESSED,
    LITERAL,
    MARKER,
    ONE_PASS,
    SIGNATURE,
    MalformedError,
    Packet,
    packets,
)
from acktrail.security.refusals import Refusal, refused

MAX_DEPTH = 4  # compressed in compressed
TEXT = (b"t", b"u")
DATE_OCTETS = 4


class Content(NamedTuple):
    """What a message holds."""

    body: bytes  # as signed
    text: bool  # line ends were converted by the sender
    signatures: tuple[bytes, ...]  # bodies of signature packets


def content_of(plain: bytes, limit: int) -> Content:
    """Return what the decrypted packets hold.

    Raises:
        EnvelopeError: ``pgp.damaged``, ``envelope.bomb``.
    """
    try:
        found = _flat(plain, limit)
    except MalformedError:
        raise refused(Refusal.DAMAGED) from None
    kept = [packet for packet in found if packet.tag not in {ONE_PASS, MARKER}]
    literals = [packet for packet in kept if packet.tag == LITERAL]
    signatures = tuple(packet.body for packet in kept if packet.tag == SIGNATURE)
    if len(literals) != 1 or len(signatures) + 1 != len(kept):
        raise refused(Refusal.DAMAGED)
    return _literal(literals[0].body)._replace(signatures=signatures)


def plain_body(content: Content) -> bytes:
    """Return the body for our side: of a text message, CR LF becomes LF and a lone CR stays."""
    return content.body.replace(b"\r\n", b"\n") if content.text else content.body


def _flat(data: bytes, limit: int) -> list[Packet]:
    """Return the packets of a message with all compression opened."""
    for _ in range(MAX_DEPTH):
        found = list(packets(data))
        if [packet.tag for packet in found] != [COMPRESSED]:
            return found
        data = _decompressed(found[0].body, limit)
    raise refused(Refusal.DAMAGED)


def _decompressed(body: bytes, limit: int) -> bytes:
    """Decompress with algorithm 0 (none), 1 (ZIP), 2 (ZLIB) or 3 (BZip2)."""
    inflater: Inflater
    match body[:1]:
        case b"\0":
            return body[1:]
        case b"\1":
            inflater = zlib.decompressobj(RAW)
        case b"\2":
            inflater = zlib.decompressobj()
        case b"\3":
            inflater = _Bz2()
        case _:
            raise refused(Refusal.DAMAGED)
    # The packets around the content may take a little more than the content.
    meter = Meter(len(body), Limits(opened=limit + (1 << 16), ratio=1 << 20))
    try:
        return b"".join(meter.add(piece) for piece in inflated(inflater, body[1:], lambda: b""))
    except EnvelopeError as error:
        if error.code == "envelope.bomb":
            raise
        raise refused(Refusal.DAMAGED) from None


class _Bz2:
    """bz2's decompressor with the interface of zlib's."""

    unconsumed_tail = b""

    def __init__(self) -> None:
        self._inner = bz2.BZ2Decompressor()

    @property
    def eof(self) -> bool:
        return self._inner.eof

    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes:
        try:
            return self._inner.decompress(data, max_length)
        except OSError:
            raise refused(Refusal.DAMAGED) from None


def _literal(body: bytes) -> Content:
    """Take a literal packet apart; its file name and date are the sender's and are dropped."""
    source = io.BytesIO(body)
    form, length = source.read(1), source.read(1)
    if not length:
        raise refused(Refusal.DAMAGED)
    source.seek(length[0] + DATE_OCTETS, io.SEEK_CUR)
    if source.tell() > len(body):
        raise refused(Refusal.DAMAGED)
    return Content(source.read(), form in TEXT, ())
