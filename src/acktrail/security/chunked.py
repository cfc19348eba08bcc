"""Sealed content: frames of 16 KiB, each encrypted and authenticated, readable from any place.

``salt(24) | commitment(32) | frames``. Key, base nonce and commitment come of the data key, the
salt and a context; frame n has the nonce ``base XOR n``. The last frame is always shorter than the
others, so that a cut at a frame's border shows; content of exactly 16 KiB has a second, empty one.

Spec: C2SP chunked-encryption, AEAD_AES_256_GCM; RFC 5869 section 2.3 (HKDF-Expand).
"""

import hmac
import io
import secrets
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, NamedTuple, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from acktrail.errors import LedgerError

FRAME_BYTES: Final = 16 * 1024
TAG_BYTES: Final = 16
SALT_BYTES: Final = 24
COMMITMENT_BYTES: Final = 32
HEAD_BYTES: Final = SALT_BYTES + COMMITMENT_BYTES
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_READ_BYTES: Final = 4 * FRAME_BYTES  # larger pieces cost fresh pages of memory each time
_SEALED_FRAME: Final = FRAME_BYTES + TAG_BYTES
_LABEL: Final = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00"


class _Derived(NamedTuple):
    aead: AESGCM
    nonce: int
    commitment: bytes

    def nonce_of(self, frame: int) -> bytes:
        return (self.nonce ^ frame).to_bytes(_NONCE_BYTES, "big")


def seal(key: bytes, context: bytes, source: BinaryIO, target: BinaryIO) -> None:
    """Write all that ``source`` yields to ``target``, sealed; constant memory.

    Args:
        key: The data key, 32 random bytes.
        context: What the content is bound to: it opens under the same one only.
        source: Read from where it stands to its end.
        target: Takes the head and the frames.
    """
    salt = secrets.token_bytes(SALT_BYTES)
    derived = _derive(key, salt, context)
    target.write(salt + derived.commitment)
    encrypt, nonce_of = derived.aead.encrypt, derived.nonce_of
    target.writelines(encrypt(nonce_of(n), frame, None) for n, frame in enumerate(_frames(source)))


def sealed_size(size: int) -> int:
    """Return how long ``size`` bytes of content are when they are sealed."""
    return HEAD_BYTES + size + TAG_BYTES * (size // FRAME_BYTES + 1)


def open_sealed(key: bytes, context: bytes, source: BinaryIO) -> BinaryIO:
    """Open sealed content for reading and seeking; closing it closes ``source``.

    Raises:
        LedgerError: With code ``store.damaged`` if key or context are others, or if it was cut;
            while reading too, at the frame that was changed.
    """
    return cast("BinaryIO", io.BufferedReader(_Opened(key, context, source), _READ_BYTES))


class _Opened(io.RawIOBase):
    """Decrypts whole frames; the buffer above keeps what was not asked for."""

    def __init__(self, key: bytes, context: bytes, source: BinaryIO) -> None:
        super().__init__()
        self._source = source
        self._at = 0
        head = source.read(HEAD_BYTES)
        body = source.seek(0, io.SEEK_END) - HEAD_BYTES
        last = body % _SEALED_FRAME - TAG_BYTES  # of the last frame, without its tag
        if body < 0 or last < 0:
            raise _damaged()
        self._derived = _derive(key, head[:SALT_BYTES], context)
        if not hmac.compare_digest(self._derived.commitment, head[SALT_BYTES:]):
            raise _damaged()
        self._size = body // _SEALED_FRAME * FRAME_BYTES + last
        self._frame(body // _SEALED_FRAME)  # proves the size, before anybody relies on it

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            msg = "before the start"
            raise ValueError(msg)
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - a writable buffer
        """Fill the buffer as far as the content goes."""
        into = memoryview(buffer).cast("B")
        done = 0
        while done < len(into) and self._at < self._size:
            number, skip = divmod(self._at, FRAME_BYTES)
            part = memoryview(self._frame(number))[skip : skip + len(into) - done]
            into[done : done + len(part)] = part
            done += len(part)
            self._at += len(part)
        return done

    def close(self) -> None:
        self._source.close()
        super().close()

    def _frame(self, number: int) -> bytes:
        self._source.seek(HEAD_BYTES + number * _SEALED_FRAME)
        sealed = self._source.read(_SEALED_FRAME)
        try:
            return self._derived.aead.decrypt(self._derived.nonce_of(number), sealed, None)
        except InvalidTag:
            raise _damaged() from None


def _derive(key: bytes, salt: bytes, context: bytes) -> _Derived:
    length = _KEY_BYTES + _NONCE_BYTES + COMMITMENT_BYTES
    made = HKDFExpand(SHA256(), length, _LABEL + salt + context).derive(key)
    nonce = made[_KEY_BYTES : _KEY_BYTES + _NONCE_BYTES]
    commitment = made[_KEY_BYTES + _NONCE_BYTES :]
    return _Derived(AESGCM(made[:_KEY_BYTES]), int.from_bytes(nonce, "big"), commitment)


def _frames(source: BinaryIO) -> Iterator[bytes | memoryview]:
    """Yield full frames, then the shorter last one."""
    rest = b""
    while chunk := source.read(_READ_BYTES):
        rest += chunk
        whole = len(rest) - len(rest) % FRAME_BYTES
        view = memoryview(rest)
        for at in range(0, whole, FRAME_BYTES):
            yield view[at : at + FRAME_BYTES]
        rest = rest[whole:]
    yield rest


def _damaged() -> LedgerError:
    msg = "sealed content is not what was put there"
    return LedgerError(msg, code="store.damaged")
