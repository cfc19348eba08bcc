"""A folder on an SFTP server. One connection, one channel, one thread per endpoint.

The connection is kept between polls and dropped after any time-out. An error names what went
wrong in our words only.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from io import BytesIO
from typing import BinaryIO, Literal, TypeVar

from paramiko import SSHException  # type: ignore[import-untyped]
from paramiko.sftp import SFTPError  # type: ignore[import-untyped]

from acktrail.errors import (
    AcktrailError,
    ChangedError,
    ConflictError,
    TooLargeError,
    UnavailableError,
)
from acktrail.pipeline.receive import is_plain
from acktrail.ports import Evidence, Seen
from acktrail.transports import sftp_tasks as tasks
from acktrail.transports.names import ARCHIVE, archive_names, safe_name, temporary_name
from acktrail.transports.sftp_connect import Connection, SftpLogin, SftpSettings, connect
from acktrail.transports.sftp_pipe import Pipe, RemoteError, Task, TransferError

FILES_IN_FLIGHT = 8
T = TypeVar("T")
L = TypeVar("L")


class SftpTransport:
    """One folder on one server; see :class:`acktrail.ports.Transport`."""

    def __init__(self, settings: SftpSettings, login: SftpLogin) -> None:
        """Serve ``settings.folder``; nothing is connected before the first call."""
        self._settings = settings
        self._login = login
        self._connection: Connection | None = None

    def list(self) -> Iterator[Seen]:
        """List regular files; names that could leave the folder are dropped.

        Raises:
            UnavailableError: The folder cannot be listed, or holds too many names.
        """
        with self._connected() as link:
            return iter(
                self._one(link, tasks.listing(link.sftp, self._folder(), self._settings.names))
            )

    def peek(self, seen: Seen, length: int) -> tuple[bytes, bytes]:
        """Return the first and last ``length`` bytes."""
        with self._connected() as link:
            return self._one(link, tasks.peek(link.sftp, self._path(seen.path), seen, length))

    def fetch(self, seen: Seen, sink: BinaryIO, limit: int) -> Evidence:
        """Copy the file into ``sink``; size and time are compared before and after."""
        for _, outcome in self.fetch_many([(seen, sink)], limit):
            if isinstance(outcome, AcktrailError):
                raise outcome
            return outcome
        raise UnavailableError

    def fetch_many(
        self, files: Iterable[tuple[Seen, BinaryIO]], limit: int
    ) -> Iterator[tuple[Seen, Evidence | AcktrailError]]:
        """Copy several files side by side; yield each with its evidence or error as it ends.

        Raises:
            UnavailableError: The connection is gone; what has not been yielded was not fetched.
        """
        chosen = list(files)
        size = sum(min(seen.size, limit) for seen, _ in chosen)
        with self._connected() as link:
            work = (
                (seen, tasks.fetch(link.sftp, self._path(seen.path), seen, sink, limit))
                for seen, sink in chosen
            )
            pipe: Pipe[Seen, tuple[int, str]] = Pipe(link.sftp)
            done = pipe.run(work, width=FILES_IN_FLIGHT, until=self._deadline(size))
            for seen, outcome in done:
                if isinstance(outcome, RemoteError | TransferError):
                    yield seen, _translated(outcome)
                else:
                    yield seen, Evidence(*outcome, link.facts)

    def dispose(self, seen: Seen, how: str, name: str) -> str:
        """Move the file to ``.archive/<name>``, delete or keep it; return what was done."""
        if how == "keep":
            return how
        path = self._path(seen.path)
        with self._connected() as link:
            now = self._status(link, path)
            if now is None:
                return "gone"
            if now == "other" or (now.size, now.mtime) != (seen.size, seen.mtime):
                return "changed"
            try:
                if how == "delete":
                    self._try(link, tasks.remove(path))
                else:
                    self._archive(link, path, name)
            except RemoteError as error:
                if error.code == tasks.MISSING and self._status(link, path) is None:
                    return "gone"
                msg = "the server refuses to move or delete the file"
                raise UnavailableError(msg, code="unavailable.dispose") from None
        return how

    def put(self, name: str, body: bytes) -> Evidence:
        """Write under a temporary name, verify the size, rename.

        Raises:
            ConflictError: Something else has that name.
        """
        final, part = self._path(safe_name(name)), self._path(temporary_name(name))
        verify = self._settings.verify == "stat"
        with self._connected() as link:
            until = self._deadline(len(body))
            if not self._holds(link, final, body):
                try:
                    self._write(link, part, body, until, verify=verify)
                    self._try(link, tasks.rename(part, final))
                except (RemoteError, TransferError) as error:
                    if not self._holds(link, final, body):
                        raise _translated(error) from None
            facts = link.facts
        return Evidence(len(body), sha256(body).hexdigest(), facts)

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.transport.close()
            self._connection = None

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """Lend the connection; after a time-out or a broken channel it is closed for good."""
        if self._connection is not None and not self._connection.transport.is_active():
            self.close()
        if self._connection is None:
            self._connection = connect(self._settings, self._login)
        try:
            yield self._connection
        except (SSHException, SFTPError, EOFError, OSError):  # OSError holds TimeoutError
            self.close()
            msg = "the server stopped answering"
            raise UnavailableError(msg) from None

    def _folder(self) -> bytes:
        return self._settings.folder.encode("utf-8", "surrogateescape") or b"."

    def _path(self, name: bytes) -> bytes:
        if not is_plain(name):
            msg = "not a file of this folder"
            raise ChangedError(msg)
        return self._folder().rstrip(b"/") + b"/" + name

    def _deadline(self, size: int) -> float:
        limits = self._settings.timeouts
        return time.monotonic() + limits.start + size / limits.pace

    def _try(self, link: Connection, task: Task[T], until: float = 0) -> T:
        """Run one task to its end; its errors are those of this package."""
        pipe: Pipe[None, T] = Pipe(link.sftp)
        for _, outcome in pipe.run([(None, task)], until=until or self._deadline(0)):
            if isinstance(outcome, RemoteError | TransferError):
                raise outcome
            return outcome
        raise UnavailableError

    def _one(self, link: Connection, task: Task[T]) -> T:
        try:
            return self._try(link, task)
        except (RemoteError, TransferError) as error:
            raise _translated(error) from None

    def _status(self, link: Connection, path: bytes) -> Seen | Literal["other"] | None:
        """Return what has a name: a file, something else, or nothing."""
        try:
            return self._try(link, tasks.status(path))
        except TransferError:
            return "other"
        except RemoteError as error:
            if error.code == tasks.MISSING:
                return None
            raise _translated(error) from None

    def _holds(self, link: Connection, path: bytes, body: bytes) -> bool:
        """Tell whether ``path`` holds exactly ``body``; where it may not be read, its size decides.

        Raises:
            ConflictError: It holds something else.
        """
        if self._settings.verify == "none":
            return False
        now = self._status(link, path)
        if now is None:
            return False
        if now != "other" and now.size == len(body):
            try:
                copy = BytesIO()
                task = tasks.fetch(link.sftp, path, now, copy, len(body))
                self._try(link, task, self._deadline(len(body)))
            except RemoteError as error:
                if error.code == tasks.DENIED:
                    return True
                raise _translated(error) from None
            if copy.getvalue() == body:
                return True
        msg = "another file has that name already"
        raise ConflictError(msg)

    def _write(
        self, link: Connection, part: bytes, body: bytes, until: float, *, verify: bool
    ) -> None:
        """Write the temporary file; one that is there already is ours by its name: replaced."""
        try:
            self._try(link, tasks.write(link.sftp, part, body, verify=verify), until)
        except RemoteError as error:
            if error.code != tasks.FAILURE:
                raise
            self._try(link, tasks.remove(part))
            self._try(link, tasks.write(link.sftp, part, body, verify=verify), until)

    def _archive(self, link: Connection, path: bytes, name: str) -> None:
        """Move a file into the archive folder under a name that nothing has yet."""
        archive = self._path(ARCHIVE)
        with suppress(RemoteError):  # it is there already
            self._try(link, tasks.make_folder(archive))
        for free in archive_names(name):
            target = archive + b"/" + free
            if self._status(link, target) is None:
                self._try(link, tasks.rename(path, target))
                return
        msg = "the archive has that name already"
        raise ConflictError(msg)


def _translated(error: RemoteError | TransferError) -> AcktrailError:
    """Return our error for what happened to one file."""
    if isinstance(error, TransferError):
        match error.word:
            case "changed":
                return ChangedError("the file changed before or while it was read")
            case "too_large":
                return TooLargeError("larger than the limit")
            case word:
                return UnavailableError("the server's answer is no use", code=f"unavailable.{word}")
    if error.code == tasks.MISSING:
        return ChangedError("the file is not there any more")
    if error.code == tasks.DENIED:
        return UnavailableError("the server denies it", code="unavailable.denied")
    return UnavailableError(f"the server answers status {error.code}")
