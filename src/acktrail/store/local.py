"""Content in a local folder, named by a keyed hash of itself, durable before it has a name.

``<root>/blobs/ab/abcd...``: the name is HMAC-SHA-256(naming key, content), because the plain hash
of a small, predictable file can be guessed. The same content is kept once. A file is written as
``blobs/new/<random>``, synced, renamed, and its folder synced; only then does ``put`` return, and
only after that may a ledger entry name it.

Kept plain: encryption at rest comes later. Network and FUSE file systems are not supported: they
do not keep the promise of fsync.
"""

import errno
import hmac
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from acktrail.errors import LedgerError, NotFoundError, UnavailableError

CHUNK_BYTES: Final = 1 << 20
MODE: Final = 0o440  # what is kept is never written again
_NAME: Final = re.compile(r"[0-9a-f]{64}")
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class LocalStore:
    """See :class:`acktrail.ports.Store`; safe to share between threads and processes."""

    def __init__(self, root: Path, naming_key: bytes) -> None:
        """Use the folder ``root``, made when it is missing.

        Args:
            root: A folder on a local file system.
            naming_key: Never lost: without it no content can be shown to be the kept one.

        Raises:
            UnavailableError: If the folder cannot be made.
        """
        self._blobs = root / "blobs"
        self._new = self._blobs / "new"
        self._naming_key = naming_key
        with _translated():
            self._new.mkdir(mode=0o750, parents=True, exist_ok=True)
            # All at once, so that no writer relies on a folder that another has not synced yet.
            for first_byte in range(256):
                (self._blobs / f"{first_byte:02x}").mkdir(mode=0o750, exist_ok=True)
            for folder in (self._blobs, root, root.parent):
                _sync_folder(folder)

    def put(self, body: bytes) -> str:
        """Keep ``body`` durably and return its name."""
        return self.put_stream(BytesIO(body))

    def put_stream(self, source: BinaryIO) -> str:
        """Keep all that ``source`` yields, in constant memory.

        Raises:
            UnavailableError: With code ``unavailable.store_full`` when the disk is; nothing is
                left behind and the caller may try again.
            LedgerError: With code ``store.damaged`` if content of another size has the name.
        """
        draft = self._new / secrets.token_hex(16)
        with _translated():
            try:
                name, size = self._write(draft, source)
                self._keep(draft, name, size)
            finally:
                with suppress(FileNotFoundError):  # gone by the rename when all went well
                    draft.unlink()
        return name

    def get(self, name: str) -> bytes:
        """Return the bytes kept under ``name``.

        Raises:
            NotFoundError: If nothing is kept under it.
            LedgerError: With code ``store.damaged`` if the bytes are no longer those put there.
        """
        with self.open(name) as kept, _translated():
            body = kept.read()
        if hmac.digest(self._naming_key, body, "sha256").hex() != name:
            raise _damaged()
        return body

    def open(self, name: str) -> BinaryIO:
        """Open the content for reading; unlike :meth:`get` it does not compare it with the name.

        Raises:
            NotFoundError: If nothing is kept under the name.
        """
        with _translated():
            try:
                return self._path(name).open("rb")
            except FileNotFoundError:
                msg = "nothing is kept under this name"
                raise NotFoundError(msg) from None

    def names(self) -> Iterator[str]:
        """Yield every kept name in order, for the comparison with the ledger."""
        with _translated():
            folders = sorted(path for path in self._blobs.iterdir() if path != self._new)
            for folder in folders:
                yield from sorted(path.name for path in folder.iterdir())

    def orphans(self, before: datetime | None = None) -> Sequence[Path]:
        """Return drafts that were never kept: their writer was killed.

        Args:
            before: Only those last written before this instant, so that one that is just being
                written does not show.
        """
        with _translated():
            drafts = sorted(self._new.iterdir())
            if before is None:
                return drafts
            return [path for path in drafts if path.stat().st_mtime < before.timestamp()]

    def _write(self, draft: Path, source: BinaryIO) -> tuple[str, int]:
        digest = hmac.new(self._naming_key, digestmod="sha256")
        size = 0
        with os.fdopen(os.open(draft, _CREATE, MODE), "wb") as target:
            while chunk := source.read(CHUNK_BYTES):
                digest.update(chunk)
                size += target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        return digest.hexdigest(), size

    def _keep(self, draft: Path, name: str, size: int) -> None:
        path = self._path(name)
        try:
            kept_size = path.stat().st_size
        except FileNotFoundError:
            draft.rename(path)
        else:
            if kept_size != size:
                raise _damaged()
        # Also for content that was there: its writer may not have come to this line yet.
        _sync_folder(path.parent)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            msg = "not a name of kept content"
            raise NotFoundError(msg)
        return self._blobs / name[:2] / name


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the system's errors into ours; paths and texts of the system stay inside."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            msg = "the disk of the store is full"
            raise UnavailableError(msg, code="unavailable.store_full") from None
        msg = "the store's folder cannot be used"
        raise UnavailableError(msg, code="unavailable.store") from None


def _damaged() -> LedgerError:
    msg = "kept content is not what was put there"
    return LedgerError(msg, code="store.damaged")
