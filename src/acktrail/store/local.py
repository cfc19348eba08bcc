"""Content in a local folder, named by a keyed hash of itself, durable before it has a name.

``<root>/blobs/ab/abcd...``: the name is HMAC-SHA-256(naming key, content), because the plain hash
of a small, predictable file can be guessed. The same content is kept once. A file is written as
``blobs/new/<random>``, synced, renamed, and its folder synced; only then does ``put`` return, and
only after that may a ledger entry name it.

With a vault, content is sealed under a key of its own and the file is called ``<name>.sealed``.
Until then it was kept plain: both are read, and a put seals what is still plain. Network and FUSE
file systems are not supported: they do not keep the promise of fsync.
"""

import errno
import hmac
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, Final, Protocol, cast

from acktrail.errors import LedgerError, NotFoundError, UnavailableError
from acktrail.ports import DERIVED, Seal, ToKeep, Vault

CHUNK_BYTES: Final = 1 << 20
IN_MEMORY_BYTES: Final = 4 << 20
SEALED: Final = ".sealed"
MODE: Final = 0o440  # what is kept is never written again
_NAME: Final = re.compile(r"[0-9a-f]{64}")
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class LocalStore:
    """See :class:`acktrail.ports.Store`; safe to share between threads and processes."""

    def __init__(self, root: Path, naming_key: bytes, vault: Vault | None = None) -> None:
        """Use the folder ``root``, made when it is missing.

        Args:
            root: A folder on a local file system.
            naming_key: Never lost: without it no content can be shown to be the kept one.
            vault: Knows the keys; None: everything is kept plain and for ever.

        Raises:
            UnavailableError: If the folder cannot be made.
        """
        self._blobs = root / "blobs"
        self._new = self._blobs / "new"
        self._naming_key = naming_key
        self._vault = vault or _PlainVault()
        with _translated():
            self._new.mkdir(mode=0o750, parents=True, exist_ok=True)
            # All at once, so that no writer relies on a folder that another has not synced yet.
            for first_byte in range(256):
                (self._blobs / f"{first_byte:02x}").mkdir(mode=0o750, exist_ok=True)
            for folder in (self._blobs, root, root.parent):
                _sync_folder(folder)

    def put(self, body: bytes, kind: str = DERIVED, stay: timedelta | None = None) -> str:
        """Keep ``body`` durably and return its name."""
        return self.put_stream(BytesIO(body), kind, stay)

    def put_stream(
        self, source: BinaryIO, kind: str = DERIVED, stay: timedelta | None = None
    ) -> str:
        """Keep all that ``source`` yields, in constant memory.

        The name is known at the end only, and content is sealed to its name: what is larger than
        ``IN_MEMORY_BYTES`` lies meanwhile in a draft, sealed under a key that nobody keeps.

        Raises:
            UnavailableError: With code ``unavailable.store_full`` when the disk is; nothing is
                left behind and the caller may try again.
            LedgerError: With code ``store.damaged`` if content of another size has the name.
        """
        with _translated(), ExitStack() as drafts:
            hashed = _Hashed(source, self._naming_key)
            start = _read_up_to(hashed, IN_MEMORY_BYTES)
            content: BinaryIO = BytesIO(start)
            if len(start) == IN_MEMORY_BYTES:
                content = self._spooled(cast("BinaryIO", _Joined(start, hashed)), drafts)
            name = hashed.name()
            self._keep(ToKeep(name, hashed.size, kind, stay), content)
        return name

    def get(self, name: str) -> bytes:
        """Return the bytes kept under ``name``.

        Raises:
            NotFoundError: If nothing is kept under it; with code ``store.disposed`` if it was.
            LedgerError: With code ``store.damaged`` if the bytes are no longer those put there.
        """
        with self.open(name) as kept, _translated():
            body = kept.read()
        if hmac.digest(self._naming_key, body, "sha256").hex() != name:
            raise _damaged()
        return body

    def open(self, name: str) -> BinaryIO:
        """Open the content for reading; what is kept plain is not compared with the name here.

        Raises:
            NotFoundError: If nothing is kept under the name; with code ``store.disposed`` if it
                was.
            LedgerError: With code ``store.damaged`` if sealed content was changed, here or while
                it is read.
        """
        path = self._path(name)
        seal = self._vault.kept(name)
        with _translated():
            try:
                if not seal:
                    return path.open("rb")
                if _sealed(path).exists():
                    return _opened(_sealed(path), seal.open)
                return _opened(path, partial(self._proven, name))
            except FileNotFoundError:
                msg = "nothing is kept under this name"
                raise NotFoundError(msg) from None

    def size(self, name: str) -> int:
        """Return how many bytes the file takes; 0 when there is none."""
        path = self._path(name)
        with _translated():
            return sum(one.stat().st_size for one in (path, _sealed(path)) if one.exists())

    def check_writable(self) -> None:
        """Refuse a folder that takes no file.

        Raises:
            UnavailableError: It is full, gone or read-only.
        """
        with _translated(), ExitStack() as drafts:
            _fill(self._draft(drafts), None, BytesIO())

    def remove(self, name: str) -> None:
        """Remove the file, durably; nothing happens when there is none."""
        path = self._path(name)
        with _translated():
            path.unlink(missing_ok=True)
            _sealed(path).unlink(missing_ok=True)
            _sync_folder(path.parent)

    def seal(self, name: str, kind: str) -> bool:
        """Seal what is kept plain; False if it is not what was put there: then it stays."""
        with _translated(), self._path(name).open("rb") as content:
            hashed = _Hashed(content, self._naming_key)
            _drain(hashed)
            if hashed.name() != name:
                return False
            content.seek(0)
            self._keep(ToKeep(name, hashed.size, kind), content)
        return True

    def plain(self) -> Iterator[str]:
        """Yield every name whose content is kept plain."""
        yield from (path.name for path in self.files() if path.suffix != SEALED)

    def names(self) -> Iterator[str]:
        """Yield every kept name in order, for the comparison with the ledger."""
        for name, _ in groupby(path.name.removesuffix(SEALED) for path in self.files()):
            yield name

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

    def files(self) -> Iterator[Path]:
        """Yield every kept file, sealed or plain, in the order of names: for a backup."""
        with _translated():
            for folder in sorted(path for path in self._blobs.iterdir() if path != self._new):
                yield from sorted(folder.iterdir())

    def _spooled(self, source: BinaryIO, drafts: ExitStack) -> BinaryIO:
        """Return content that is too large for memory, read from a draft."""
        draft = self._draft(drafts)
        seal = self._vault.draft(draft.name)
        _fill(draft, seal, source)
        return drafts.enter_context(_opened(draft, seal.open) if seal else draft.open("rb"))

    def _keep(self, keep: ToKeep, content: BinaryIO) -> None:
        seal = self._vault.keep(keep, partial(self.remove, keep.name))
        plain, size = self._path(keep.name), keep.size
        path, kept_size = (_sealed(plain), seal.size(size)) if seal else (plain, size)
        if not path.exists():
            with ExitStack() as drafts:
                draft = self._draft(drafts)
                _fill(draft, seal, content)
                draft.rename(path)
        elif path.stat().st_size != kept_size:
            raise _damaged()
        # Also for content that was there: its writer may not have come to this line yet.
        _sync_folder(path.parent)
        if seal and plain.exists():
            plain.unlink(missing_ok=True)
            _sync_folder(plain.parent)

    def _draft(self, drafts: ExitStack) -> Path:
        draft = self._new / secrets.token_hex(16)
        drafts.callback(draft.unlink, missing_ok=True)  # gone by the rename when all went well
        return draft

    def _proven(self, name: str, kept: BinaryIO) -> BinaryIO:
        """Return plain content that should be sealed by now, compared with its name."""
        hashed = _Hashed(kept, self._naming_key)
        _drain(hashed)
        if hashed.name() != name:
            raise _damaged()
        kept.seek(0)
        return kept

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            msg = "not a name of kept content"
            raise NotFoundError(msg)
        return self._blobs / name[:2] / name


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Hashed:
    """A source whose name is known once it was read to its end."""

    def __init__(self, source: _Readable, naming_key: bytes) -> None:
        self._source = source
        self._digest = hmac.new(naming_key, digestmod="sha256")
        self.size = 0

    def read(self, size: int, /) -> bytes:
        chunk = self._source.read(size)
        self._digest.update(chunk)
        self.size += len(chunk)
        return chunk

    def name(self) -> str:
        return self._digest.hexdigest()


def _drain(source: _Readable) -> None:
    while source.read(CHUNK_BYTES):
        pass


class _Joined:
    """What was read of a source already, then the rest of it."""

    def __init__(self, start: bytes, rest: _Readable) -> None:
        self._start, self._rest = BytesIO(start), rest

    def read(self, size: int, /) -> bytes:
        return self._start.read(size) or self._rest.read(size)


class _PlainVault:
    """Seals nothing and keeps everything."""

    def keep(self, content: ToKeep, drop: Callable[[], None]) -> None:
        del content, drop

    def kept(self, name: str) -> None:
        del name

    def draft(self, name: str) -> None:
        del name


def _fill(draft: Path, seal: Seal | None, content: BinaryIO) -> None:
    """Write a new file, durably."""
    with os.fdopen(os.open(draft, _CREATE, MODE), "wb") as target:
        if seal:
            seal.write(content, target)
        else:
            while chunk := content.read(CHUNK_BYTES):
                target.write(chunk)
        target.flush()
        os.fsync(target.fileno())


def _opened(path: Path, wrap: Callable[[BinaryIO], BinaryIO]) -> BinaryIO:
    """Open a file and what is in it; closed again when that cannot be."""
    with ExitStack() as files:
        content = wrap(files.enter_context(path.open("rb")))
        files.pop_all()
        return content


def _read_up_to(source: _Readable, limit: int) -> bytes:
    """Read until the end or the limit; a source may yield less at a time than it is asked for."""
    body = bytearray()
    while len(body) < limit and (chunk := source.read(min(CHUNK_BYTES, limit - len(body)))):
        body += chunk
    return bytes(body)


def _sealed(path: Path) -> Path:
    return path.with_name(path.name + SEALED)


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
