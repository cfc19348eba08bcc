"""A file in pieces, so that memory does not grow with it."""

from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO, Final

CHUNK_BYTES: Final = 256 * 1024


def chunks(source: BinaryIO) -> Iterator[bytes]:
    """Yield what is left of a file."""
    while chunk := source.read(CHUNK_BYTES):
        yield chunk


def digest_of(source: BinaryIO) -> str:
    """Return the SHA-256 of what is left of a file, in hexadecimal."""
    digest = sha256()
    for chunk in chunks(source):
        digest.update(chunk)
    return digest.hexdigest()
