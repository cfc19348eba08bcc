"""A local drop or pick-up folder. Everything goes through the folder's descriptor, by bytes names.

A partner writes here with hands of his own: a name may be a symlink, a FIFO or a hard link to a
file elsewhere. Only a regular file with one link on the folder's own device is ever opened.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from acktrail.errors import ChangedError, ConflictError, TooLargeError, UnavailableError
from acktrail.pipeline.receive import is_plain, is_temporary
from acktrail.ports import Evidence, Seen
from acktrail.transports.names import ARCHIVE, archive_names, safe_name, temporary_name

READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a FIFO must not block us
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
BLOCK = 1 << 20
FACTS = {"transport": "folder"}


class FolderTransport:
    """One local folder; see :class:`acktrail.ports.Transport`."""

    def __init__(self, root: Path, *, names: int = 200_000) -> None:
        """Serve the folder ``root``, which holds at most ``names`` entries."""
        self._root = root
        self._names = names

    def list(self) -> Iterator[Seen]:
        """List regular files, whole names only; a special file is passed over without opening it.

        Raises:
            UnavailableError: The folder is not there, or holds too many names.
        """
        with self._folder() as folder:
            device = os.fstat(folder).st_dev
            found = []
            with os.scandir(folder) as entries:
                for count, entry in enumerate(entries):
                    if count >= self._names:
                        msg = f"the folder holds more than {self._names} names"
                        raise UnavailableError(msg, code="unavailable.too_many_names")
                    name = os.fsencode(entry.name)
                    if is_temporary(name) or not is_plain(name):
                        continue
                    with suppress(FileNotFoundError):  # gone since the folder was read
                        status = entry.stat(follow_symlinks=False)
                        if _is_ours_to_read(status, device):
                            found.append(_seen(name, status))
        return iter(found)

    def peek(self, seen: Seen, length: int) -> tuple[bytes, bytes]:
        """Return the first and last ``length`` bytes.

        Raises:
            ChangedError: It is not the file that was seen.
        """
        with self._folder() as folder, _opened(folder, seen) as file:
            tail = max(0, seen.size - length)
            return os.pread(file, length, 0), os.pread(file, length, tail)

    def fetch(self, seen: Seen, sink: BinaryIO, limit: int) -> Evidence:
        """Copy the file into ``sink``; size and time are compared before and after."""
        if seen.size > limit:
            msg = f"larger than {limit} bytes"
            raise TooLargeError(msg)
        with self._folder() as folder, _opened(folder, seen) as file:
            before = os.fstat(file)
            digest, size = sha256(), 0
            while chunk := os.read(file, BLOCK):
                size += len(chunk)
                if size > seen.size:
                    break
                digest.update(chunk)
                sink.write(chunk)
            after = os.fstat(file)
        if size != seen.size or _version(before) != _version(after):
            msg = "the file changed while it was read"
            raise ChangedError(msg)
        return Evidence(size, digest.hexdigest(), FACTS)

    def dispose(self, seen: Seen, how: str, name: str) -> str:
        """Move the file to ``.archive/<name>``, delete or keep it; return what was done.

        Not synced: should a power cut bring the file back, it is a new arrival with known content.
        """
        if how == "keep":
            return how
        with self._folder() as folder:
            try:
                status = os.stat(seen.path, dir_fd=folder, follow_symlinks=False)
            except FileNotFoundError:
                return "gone"
            if not stat.S_ISREG(status.st_mode) or _seen(seen.path, status) != seen:
                return "changed"
            if how == "delete":
                os.unlink(seen.path, dir_fd=folder)
            else:
                _archive(folder, seen.path, name)
        return how

    def put(self, name: str, body: bytes) -> Evidence:
        """Write ``body`` durably under ``name``; the name appears with the whole content or never.

        Raises:
            ConflictError: Something else has that name.
            UnavailableError: The folder cannot be written to.
        """
        final = safe_name(name)
        with self._folder() as folder:
            part = temporary_name(name)
            if not _holds(folder, final, body):
                _write(folder, part, body)
                try:  # link, not rename: rename would replace what is there
                    os.link(part, final, src_dir_fd=folder, dst_dir_fd=folder)
                except FileExistsError:
                    _holds(folder, final, body)
            with suppress(FileNotFoundError):
                os.unlink(part, dir_fd=folder)
            os.fsync(folder)
        return Evidence(len(body), sha256(body).hexdigest(), FACTS)

    def close(self) -> None:
        """Do nothing: no connection is kept."""

    @contextmanager
    def _folder(self) -> Iterator[int]:
        """Open the folder; what the operating system refuses becomes UnavailableError."""
        try:
            folder = os.open(self._root, FOLDER)
            try:
                yield folder
            finally:
                os.close(folder)
        except OSError as error:
            msg = f"the folder cannot be used (errno {error.errno})"
            raise UnavailableError(msg, code="unavailable.folder") from None


def _seen(name: bytes, status: os.stat_result) -> Seen:
    return Seen(name, status.st_size, int(status.st_mtime))


def _version(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


def _is_ours_to_read(status: os.stat_result, device: int) -> bool:
    one_link = stat.S_ISREG(status.st_mode) and status.st_nlink == 1
    return one_link and status.st_dev == device


@contextmanager
def _opened(folder: int, seen: Seen) -> Iterator[int]:
    """Open the file that was seen, or raise ChangedError when another thing has its name."""
    file = -1
    try:
        if not is_plain(seen.path):
            raise FileNotFoundError
        file = os.open(seen.path, READ, dir_fd=folder)
        status = os.fstat(file)
    except OSError:  # gone, a symlink (ELOOP), a socket (ENXIO)
        status = None
    try:
        device = os.fstat(folder).st_dev
        if status is None or not _is_ours_to_read(status, device):
            msg = "the file is not there any more"
            raise ChangedError(msg)
        if _seen(seen.path, status) != seen:
            msg = "the file changed before it was read"
            raise ChangedError(msg)
        yield file
    finally:
        if file >= 0:
            os.close(file)


def _archive(folder: int, path: bytes, name: str) -> None:
    """Move a file into the archive folder under a name that nothing has yet."""
    with suppress(FileExistsError):
        os.mkdir(ARCHIVE, 0o700, dir_fd=folder)
    archive = os.open(ARCHIVE, FOLDER | os.O_NOFOLLOW, dir_fd=folder)
    try:
        for free in archive_names(name):
            # The empty file reserves the name: rename replaces it and nothing else. A hard link
            # would need ownership of the partner's file.
            with suppress(FileExistsError):
                os.close(os.open(free, CREATE, 0o600, dir_fd=archive))
                os.rename(path, free, src_dir_fd=folder, dst_dir_fd=archive)
                return
    finally:
        os.close(archive)
    msg = "the archive has that name already"
    raise ConflictError(msg)


def _write(folder: int, part: bytes, body: bytes) -> None:
    with suppress(FileNotFoundError):
        os.unlink(part, dir_fd=folder)  # ours by its name, from an attempt that was cut off
    with os.fdopen(os.open(part, CREATE, 0o640, dir_fd=folder), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def _holds(folder: int, name: bytes, body: bytes) -> bool:
    """Tell whether ``name`` holds exactly ``body``; False when nothing has the name."""
    try:
        file = os.open(name, READ, dir_fd=folder)
    except FileNotFoundError:
        return False
    except OSError:
        file = -1
    try:
        regular = file >= 0 and stat.S_ISREG(os.fstat(file).st_mode)
        if regular and _equal(file, body):
            return True
    finally:
        if file >= 0:
            os.close(file)
    msg = "another file has that name already"
    raise ConflictError(msg)


def _equal(file: int, body: bytes) -> bool:
    if os.fstat(file).st_size != len(body):
        return False
    return all(
        os.pread(file, BLOCK, at) == body[at : at + BLOCK] for at in range(0, len(body), BLOCK)
    )
