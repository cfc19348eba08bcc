"""Reads the outer form of OpenPGP data: armour, packet headers, lengths. Decrypts nothing.

Spec: RFC 9580, sections 4.2 (packet headers), 5 (packet types), 6 (armour).
"""

import base64
import binascii
from collections.abc import Iterator
from typing import NamedTuple

ARMOUR = b"-----BEGIN PGP MESSAGE-----"
ARMOUR_END = b"-----END PGP MESSAGE-----"
MAX_PACKETS = 1000

SESSION_KEY, SIGNATURE, PASSWORD_KEY, ONE_PASS = 1, 2, 3, 4
COMPRESSED, ENCRYPTED, MARKER, LITERAL = 8, 9, 10, 11
PROTECTED, AEAD, PADDING = 18, 20, 21
VERSIONS = {SESSION_KEY: {3, 6}, PASSWORD_KEY: {4, 5, 6}, PROTECTED: {1, 2}, AEAD: {1}}

NEW_FORMAT, ANY_PACKET = 0x40, 0x80
ONE_OCTET, TWO_OCTETS, FIVE_OCTETS = 192, 224, 255
INDETERMINATE = 3


class Packet(NamedTuple):
    """One packet: its type and its body, partial lengths joined."""

    tag: int
    body: bytes


class Header(NamedTuple):
    """A packet's header."""

    tag: int
    length: int  # of the first part; -1 = up to the end
    partial: bool
    start: int  # of the body


class MalformedError(Exception):
    """Not OpenPGP, or cut. Stays inside this package."""


def starts_encrypted(head: bytes) -> bool:
    """Tell whether ``head`` begins an encrypted OpenPGP message, armoured or not.

    The version octet is looked at too: text in Latin-1 or EBCDIC may begin with any octet.
    """
    if head.lstrip(b" \t\r\n").startswith(ARMOUR):
        return True
    try:
        header = read_header(head, 0)
    except MalformedError:
        return False
    if header.tag == MARKER and head[header.start : header.start + 3] == b"PGP":
        return True
    version = head[header.start] if header.start < len(head) else 0
    return version in VERSIONS.get(header.tag, ())


def unarmoured(data: bytes) -> bytes:
    """Return the binary form of a message.

    Raises:
        MalformedError: It is neither binary nor armoured.
    """
    if data[:1] and data[0] & ANY_PACKET:
        return data
    start = data.find(ARMOUR)
    end = data.find(ARMOUR_END, start)
    if start < 0 or end < 0:
        raise MalformedError
    text = data[start + len(ARMOUR) : end].replace(b"\r\n", b"\n")
    _, _, block = text.partition(b"\n\n")
    lines = block.split(b"\n")
    kept = [line.strip() for line in lines if not line.startswith(b"=")]  # the checksum may go
    try:
        return base64.b64decode(b"".join(kept), validate=True)
    except binascii.Error:
        raise MalformedError from None


def packets(data: bytes) -> Iterator[Packet]:
    """Yield the packets of a message, one after the other.

    Raises:
        MalformedError: A header makes no sense, a body is cut, or there are too many.
    """
    at = count = 0
    while at < len(data):
        count += 1
        if count > MAX_PACKETS:
            raise MalformedError
        header = read_header(data, at)
        body, at = _body(data, header)
        yield Packet(header.tag, body)


def read_header(data: bytes, at: int) -> Header:
    """Read a packet's header.

    Raises:
        MalformedError: There is none at ``at``.
    """
    if at >= len(data) or not data[at] & ANY_PACKET:
        raise MalformedError
    if data[at] & NEW_FORMAT:
        length, partial, start = _length(data, at + 1)
        return Header(data[at] & 0x3F, length, partial, start)
    tag, kind = data[at] >> 2 & 0x0F, data[at] & 3
    if kind == INDETERMINATE:
        return Header(tag, -1, partial=False, start=at + 1)
    width = 1 << kind
    return Header(tag, _number(data, at + 1, width), partial=False, start=at + 1 + width)


def _length(data: bytes, at: int) -> tuple[int, bool, int]:
    """Read a new-format length: the length, whether it is partial, where the body begins."""
    first = _number(data, at, 1)
    if first < ONE_OCTET:
        return first, False, at + 1
    if first < TWO_OCTETS:
        return ((first - ONE_OCTET) << 8) + _number(data, at + 1, 1) + ONE_OCTET, False, at + 2
    if first < FIVE_OCTETS:
        return 1 << (first & 0x1F), True, at + 1
    return _number(data, at + 1, 4), False, at + 5


def _number(data: bytes, at: int, width: int) -> int:
    octets = data[at : at + width]
    if len(octets) != width:
        raise MalformedError
    return int.from_bytes(octets, "big")


def _body(data: bytes, header: Header) -> tuple[bytes, int]:
    """Return a packet's whole body and where the next packet begins."""
    if header.length < 0:
        return data[header.start :], len(data)
    parts, at, length, partial = [], header.start, header.length, header.partial
    while True:
        if at + length > len(data):
            raise MalformedError
        parts.append(data[at : at + length])
        at += length
        if not partial:
            return b"".join(parts), at
        length, partial, at = _length(data, at)
