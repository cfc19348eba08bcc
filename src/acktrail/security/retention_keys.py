"""Keys under which the data keys of kept content are wrapped: one for each month of disposal.

``<folder>/<year>-<month>.<random>.key``. Whoever destroys such a file ends every copy of the
content below it, in backups and free pages of the database too. So keep the folder out of the
backup of the database and the store, in one that can be changed.

With a master key each file is itself wrapped under it, and a copy of the folder opens nothing.

Spec: RFC 3394 (AES key wrap).
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap,
    aes_key_wrap,
)

from acktrail.errors import LedgerError, SecretError

KEY_BYTES: Final = 32
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_SUFFIX: Final = ".key"


def new_data_key() -> bytes:
    """Make the key of one piece of content."""
    return secrets.token_bytes(KEY_BYTES)


def read_master_key(text: str) -> bytes:
    """Read a master key as it is written: 64 hexadecimal digits.

    Raises:
        SecretError: It is not of that form. The text says nothing of the key.
    """
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        msg = "the store's master key is not of 64 hexadecimal digits"
        raise SecretError(msg)
    return key


class RetentionKeys:
    """The key files of one folder; safe between processes of one machine."""

    def __init__(self, folder: Path, master: bytes = b"") -> None:
        """Use a folder, made when the first key is; ``master`` wraps what is written there."""
        self._folder = folder
        self._master = master

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep every key from being destroyed, until a row that names one is committed."""
        with self._locked(fcntl.LOCK_SH):
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep others from taking a key into use, to look whether one is needed and destroy it."""
        with self._locked(fcntl.LOCK_EX):
            yield

    def current(self, month: str) -> str:
        """Return the id of the key for ``month`` (``2032-11``), made when there is none."""
        known = [key for key in self.ids() if key.startswith(f"{month}.")]
        return max(known) if known else self.make(month)

    def ids(self) -> list[str]:
        """Return the ids of all keys, by month."""
        return sorted(path.name.removesuffix(_SUFFIX) for path in self._folder.glob(f"*{_SUFFIX}"))

    def make(self, month: str) -> str:
        """Make a new key for ``month``, durable before it is used."""
        name = f"{month}.{secrets.token_hex(8)}"
        key = secrets.token_bytes(KEY_BYTES)
        body = aes_key_wrap(self._master, key) if self._master else key
        draft = self._folder / f"{name}.new"
        with os.fdopen(os.open(draft, _CREATE, 0o400), "w") as file:
            file.write(body.hex())
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self._path(name))
        self._flush_folder()
        return name

    def wrap(self, key: str, data_key: bytes) -> bytes:
        """Return a data key wrapped under the key of that id: 40 bytes."""
        return aes_key_wrap(self._read(key), data_key)

    def unwrap(self, key: str, wrapped: bytes) -> bytes:
        """Return the data key.

        Raises:
            LedgerError: With code ``store.key_missing`` if there is no such key (any more), with
                ``store.damaged`` if the data key was wrapped under another one.
        """
        return _unwrapped(self._read(key), wrapped)

    def destroy(self, key: str) -> None:
        """End all content below a key, for good; the caller holds :meth:`alone`.

        The bytes are written over first: a help on plain disks, no promise on others.
        """
        path = self._path(key)
        with suppress(FileNotFoundError):
            path.chmod(0o600)
            with path.open("r+b") as file:
                file.write(secrets.token_bytes(path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
        self._flush_folder()

    def _read(self, key: str) -> bytes:
        try:
            body = bytes.fromhex(self._path(key).read_text("ascii"))
        except FileNotFoundError:
            msg = "the retention key of this content was destroyed, or is lost"
            raise LedgerError(msg, code="store.key_missing") from None
        except ValueError:
            raise _damaged() from None
        if len(body) == KEY_BYTES:
            return body
        if not self._master:
            msg = "retention keys are wrapped: acktrail.toml has to name [store] key"
            raise SecretError(msg)
        return _unwrapped(self._master, body)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}{_SUFFIX}"

    def _flush_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._folder / "lock").open("a") as file:
            fcntl.flock(file, how)
            yield


def _unwrapped(key: bytes, wrapped: bytes) -> bytes:
    try:
        return aes_key_unwrap(key, wrapped)
    except InvalidUnwrap:
        raise _damaged() from None


def _damaged() -> LedgerError:
    msg = "a wrapped key is not what was kept"
    return LedgerError(msg, code="store.damaged")
