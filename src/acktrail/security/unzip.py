"""Opens zip archives within limits. The directory and the local headers must agree in everything.

Names are evidence only: nothing is ever written under one. A name that tries to leave a folder is
refused all the same. Encrypted, nested, split and 64-bit archives are refused.

Spec: APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.16 (its end).
"""

import re
import stat
import struct
import zlib
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise
from typing import BinaryIO, NamedTuple

from acktrail.errors import EnvelopeError
from acktrail.security.inflate import (
    CHUNK,
    GZIP_MAGIC,
    RAW,
    Limits,
    Meter,
    inflated,
    size_of,
)

ZIP_MAGIC = b"PK\x03\x04"
END = struct.Struct("<4s4H2LH")
ENTRY = struct.Struct("<4s6H3L5H2L")
LOCAL = struct.Struct("<4s5H3L2H")
MAX_COMMENT = 0xFFFF
MAX_DIRECTORY = 4 << 20  # bytes
MAX_FOLDERS = 1000  # entries that are folders, beside the members
WIDE, WIDE_COUNT = 0xFFFFFFFF, 0xFFFF  # say: look into the 64-bit fields
STORED, DEFLATED = 0, 8
ENCRYPTED = 0x2041  # bits 0 (encrypted), 6 (strong), 13 (masked headers)
UNIX = 3
HOSTILE_NAME = re.compile(rb"[\x00-\x1f\x7f\\]|^/|^[A-Za-z]:|(^|/)\.\.(/|$)")


class Defect(StrEnum):
    """Why an archive is refused; the code is ``zip.`` and the word."""

    CRC = "crc"  # the content is not what the archive says
    DAMAGED = "damaged"  # the directory and the headers do not fit together
    DUPLICATE = "duplicate"  # two entries of one name, case apart
    ENCRYPTED = "encrypted"
    MEMBERS = "members"  # none, or more than agreed
    METHOD = "method"  # neither stored nor deflated
    NAME = "name"  # empty, leaves its folder, or holds a control character
    NESTED = "nested"  # a member is compressed itself
    OVERLAP = "overlap"  # two entries share bytes
    SIZE = "size"  # more or less content than declared
    SPECIAL = "special"  # neither file nor folder
    SPLIT = "split"  # over several archives
    SYMLINK = "symlink"
    ZIP64 = "zip64"  # larger than any limit of ours


class ZipEntry(NamedTuple):
    """One entry of the directory."""

    name: bytes
    method: int
    crc: int
    packed: int  # bytes in the archive
    size: int  # bytes declared
    mode: int  # unix mode, 0 where the archive has none
    offset: int  # of the local header

    @property
    def is_folder(self) -> bool:
        """Whether the entry only names a folder."""
        return self.name.endswith(b"/") and self.size == 0


class ZipMember(NamedTuple):
    """A file in an archive; ``pieces`` is to be read to its end before the next member."""

    name: bytes
    pieces: Iterator[bytes]


def open_zip(source: BinaryIO, limits: Limits, meter: Meter) -> Iterator[ZipMember]:
    """Yield the files of an archive in the order of its directory.

    Raises:
        EnvelopeError: ``zip.<defect>``, ``envelope.bomb``, ``envelope.incomplete``.
    """
    start = source.tell()
    for entry in _checked(read_directory(source, limits), limits):
        yield ZipMember(entry.name, _pieces(source, start, entry, meter))


def new_meter(source: BinaryIO, limits: Limits) -> Meter:
    """Return the meter for all members of the archive at the current position."""
    return Meter(size_of(source), limits)


def read_directory(source: BinaryIO, limits: Limits) -> list[ZipEntry]:
    """Read the central directory.

    Raises:
        EnvelopeError: ``envelope.incomplete`` without one, ``zip.members``, ``zip.damaged``...
    """
    start, length = source.tell(), size_of(source)
    count, size, offset = _find_end(source, start, length)
    if count > limits.members + MAX_FOLDERS or size > MAX_DIRECTORY:
        raise _refused(Defect.MEMBERS)
    source.seek(start + offset)
    directory = source.read(size)
    source.seek(start)
    entries, at = [], 0
    for _ in range(count):
        entry, at = _read_entry(directory, at)
        if entry.offset + LOCAL.size + entry.packed > offset:
            raise _refused(Defect.DAMAGED)
        entries.append(entry)
    if at != size:
        raise _refused(Defect.DAMAGED)
    return entries


def _find_end(source: BinaryIO, start: int, length: int) -> tuple[int, int, int]:
    """Return count, size and offset of the directory, from the record that ends the archive."""
    reach = min(length, END.size + MAX_COMMENT)
    source.seek(start + length - reach)
    tail = source.read(reach)
    source.seek(start)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + END.size > len(tail):
        msg = "the archive ends too early"
        raise EnvelopeError(msg, code="envelope.incomplete")
    _, disk, first_disk, here, count, size, offset, comment = END.unpack_from(tail, at)
    if count == WIDE_COUNT or WIDE in {size, offset}:
        raise _refused(Defect.ZIP64)
    if disk or first_disk or here != count:
        raise _refused(Defect.SPLIT)
    behind = at + END.size + comment != len(tail)
    if behind or offset + size != length - reach + at:
        raise _refused(Defect.DAMAGED)
    return count, size, offset


def _read_entry(directory: bytes, at: int) -> tuple[ZipEntry, int]:
    """Read one directory entry; return it and where the next begins."""
    if at + ENTRY.size > len(directory):
        raise _refused(Defect.DAMAGED)
    fields = ENTRY.unpack_from(directory, at)
    magic, made_by, _, flags, method, _, _, crc, packed, size = fields[:10]
    name_length, extra, comment, disk, _, attributes, offset = fields[10:]
    name = directory[at + ENTRY.size : at + ENTRY.size + name_length]
    if magic != b"PK\x01\x02" or len(name) != name_length:
        raise _refused(Defect.DAMAGED)
    if WIDE in {packed, size, offset}:
        raise _refused(Defect.ZIP64)
    if flags & ENCRYPTED:
        raise _refused(Defect.ENCRYPTED)
    if disk:
        raise _refused(Defect.SPLIT)
    mode = attributes >> 16 if made_by >> 8 == UNIX else 0
    entry = ZipEntry(name, method, crc, packed, size, mode, offset)
    return entry, at + ENTRY.size + name_length + extra + comment


def _checked(entries: list[ZipEntry], limits: Limits) -> list[ZipEntry]:
    """Return the entries that are files, after checking names and kinds of all."""
    for entry in entries:
        if not entry.name or HOSTILE_NAME.search(entry.name):
            raise _refused(Defect.NAME)
        if stat.S_ISLNK(entry.mode):
            raise _refused(Defect.SYMLINK)
        if stat.S_IFMT(entry.mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
            raise _refused(Defect.SPECIAL)
        if entry.method not in {STORED, DEFLATED}:
            raise _refused(Defect.METHOD)
    names = {entry.name.lower().rstrip(b"/") for entry in entries}
    if len(names) != len(entries):
        raise _refused(Defect.DUPLICATE)
    placed = sorted((entry.offset, entry.packed) for entry in entries)
    for (offset, packed), (next_offset, _) in pairwise(placed):
        if offset + LOCAL.size + packed > next_offset:
            raise _refused(Defect.OVERLAP)
    members = [entry for entry in entries if not entry.is_folder]
    if not 1 <= len(members) <= limits.members:
        raise _refused(Defect.MEMBERS)
    return members


def _pieces(source: BinaryIO, start: int, entry: ZipEntry, meter: Meter) -> Iterator[bytes]:
    """Yield a member's content; size and CRC must be as declared."""
    _seek_content(source, start, entry)
    left = entry.packed

    def more() -> bytes:
        nonlocal left
        chunk = source.read(min(CHUNK, left))
        left -= len(chunk)
        return chunk

    inflater = zlib.decompressobj(RAW)
    deflated = entry.method == DEFLATED
    size = crc = 0
    for piece in inflated(inflater, more(), more) if deflated else iter(more, b""):
        if not size and piece.startswith((ZIP_MAGIC, GZIP_MAGIC)):
            raise _refused(Defect.NESTED)
        size += len(piece)
        crc = zlib.crc32(piece, crc)
        yield meter.add(piece)
    if left or inflater.unused_data or size != entry.size:
        raise _refused(Defect.SIZE)
    if crc != entry.crc:
        raise _refused(Defect.CRC)


def _seek_content(source: BinaryIO, start: int, entry: ZipEntry) -> None:
    """Go behind the local header, which must say what the directory says."""
    source.seek(start + entry.offset)
    header = source.read(LOCAL.size)
    if len(header) != LOCAL.size:
        raise _refused(Defect.DAMAGED)
    fields = LOCAL.unpack(header)
    magic, flags, method, name_length, extra = fields[0], fields[2], fields[3], *fields[9:]
    if flags & ENCRYPTED:
        raise _refused(Defect.ENCRYPTED)
    name = source.read(name_length)
    if magic != ZIP_MAGIC or method != entry.method or name != entry.name:
        raise _refused(Defect.DAMAGED)
    source.seek(extra, 1)


def _refused(defect: Defect) -> EnvelopeError:
    return EnvelopeError(f"the zip archive is refused: {defect}", code=f"zip.{defect}")
