"""What is done over an SFTP channel, as tasks of the pipe: list, fetch, peek, put, remove, rename.

Names are bytes end to end. Nothing that the server counts or measures is believed.
"""

import hashlib
import stat
from collections import deque
from contextlib import suppress
from typing import Any, BinaryIO

from paramiko import SFTPAttributes, SSHException  # type: ignore[import-untyped]
from paramiko.sftp import (  # type: ignore[import-untyped]
    CMD_CLOSE,
    CMD_FSTAT,
    CMD_LSTAT,
    CMD_MKDIR,
    CMD_OPEN,
    CMD_OPENDIR,
    CMD_READ,
    CMD_READDIR,
    CMD_REMOVE,
    CMD_RENAME,
    CMD_WRITE,
    SFTP_FLAG_CREATE,
    SFTP_FLAG_EXCL,
    SFTP_FLAG_READ,
    SFTP_FLAG_WRITE,
    int64,
)

from acktrail.pipeline.receive import is_plain, is_temporary
from acktrail.ports import Seen
from acktrail.transports.sftp_pipe import (
    BAD_REPLY,
    CHANGED,
    SIZE_DIFFERS,
    TOO_LARGE,
    TOO_MANY_NAMES,
    RemoteError,
    Task,
    TransferError,
    attributes,
    body_of,
)

BLOCK = 32768  # what every server takes
READ_WINDOW = 16
WRITE_WINDOW = 64
LIST_WINDOW = 16
END, MISSING, DENIED, FAILURE = 1, 2, 3, 4


def listing(sftp: Any, folder: bytes, cap: int) -> Task[list[Seen]]:  # noqa: ANN401
    """Task: list the regular files in ``folder``; one odd name hides no other.

    Raises:
        TransferError: More than ``cap`` names, or a reply that makes no sense.
    """
    handle = body_of((yield [(CMD_OPENDIR, folder)])).get_binary()
    found: list[Seen] = []
    count = 0
    try:
        new = [(CMD_READDIR, handle)] * LIST_WINDOW
        while True:
            reply = body_of((yield new))
            count += _read_names(reply, found)
            if count > cap:
                raise TransferError(TOO_MANY_NAMES)
            new = [(CMD_READDIR, handle)]
    except RemoteError as error:
        if error.code != END:
            raise
        return found
    finally:
        _close(sftp, handle)


def _read_names(reply: Any, found: list[Seen]) -> int:  # noqa: ANN401
    """Add the regular files of one reply to ``found``; return how many names it held."""
    count = reply.get_int()
    for _ in range(count):
        name, long_name = reply.get_binary(), reply.get_binary()
        facts = attributes(reply)
        if not name:  # the reply ended before its count: paramiko goes on with zeros
            raise TransferError(BAD_REPLY)
        regular = stat.S_ISREG(facts.mode) if facts.mode is not None else long_name[:1] == b"-"
        if regular and is_plain(name) and not is_temporary(name) and facts.size is not None:
            found.append(Seen(name, facts.size, facts.mtime or 0))
    return int(count)


def fetch(
    sftp: Any,  # noqa: ANN401
    path: bytes,
    seen: Seen,
    sink: BinaryIO,
    limit: int,
) -> Task[tuple[int, str]]:
    """Task: write the file to ``sink`` in order; return its size and sha256.

    Raises:
        TransferError: It is too large, or it changed before or while it was read.
    """
    handle = body_of((yield [(CMD_OPEN, path, SFTP_FLAG_READ, SFTPAttributes())])).get_binary()
    try:
        before = attributes(body_of((yield [(CMD_FSTAT, handle)])))
        if before.size is not None and before.size > limit:
            raise TransferError(TOO_LARGE)
        if (before.size, before.mtime or 0) != (seen.size, seen.mtime):
            raise TransferError(CHANGED)
        digest = yield from _copy(handle, seen.size, sink)
        after = attributes(body_of((yield [(CMD_FSTAT, handle)])))
        if (after.size, after.mtime) != (before.size, before.mtime):
            raise TransferError(CHANGED)
    except RemoteError as error:
        if error.code == END:  # it shrank while we read
            raise TransferError(CHANGED) from None
        raise
    finally:
        _close(sftp, handle)
    return seen.size, digest


def _copy(handle: bytes, size: int, sink: BinaryIO) -> Task[str]:
    """Part of a task: read ``size`` bytes with a window of requests; return their sha256."""
    digest = hashlib.sha256()
    asked = done = 0
    block = BLOCK
    lengths: deque[int] = deque()
    while done < size:
        new: list[tuple[Any, ...]] = []
        while asked < size and len(lengths) < READ_WINDOW:
            length = min(block, size - asked)
            new.append((CMD_READ, handle, int64(asked), length))
            lengths.append(length)
            asked += length
        reply = yield new
        length = lengths.popleft()
        data = body_of(reply).get_binary()
        if not 0 < len(data) <= length:
            raise TransferError(BAD_REPLY)
        sink.write(data)
        digest.update(data)
        done += len(data)
        if len(data) < length:  # some servers cap a READ: drop the rest, start again behind it
            while lengths:
                yield []
                lengths.popleft()
            asked, block = done, len(data)
    return digest.hexdigest()


def peek(sftp: Any, path: bytes, seen: Seen, length: int) -> Task[tuple[bytes, bytes]]:  # noqa: ANN401
    """Task: return the first and last ``length`` bytes of the file as it was seen."""
    handle = body_of((yield [(CMD_OPEN, path, SFTP_FLAG_READ, SFTPAttributes())])).get_binary()
    try:
        facts = attributes(body_of((yield [(CMD_FSTAT, handle)])))
        if (facts.size, facts.mtime or 0) != (seen.size, seen.mtime):
            raise TransferError(CHANGED)
        head = yield from _read(handle, 0, min(length, seen.size))
        tail = yield from _read(handle, max(0, seen.size - length), min(length, seen.size))
    except RemoteError as error:
        if error.code == END:
            raise TransferError(CHANGED) from None
        raise
    finally:
        _close(sftp, handle)
    return head, tail


def _read(handle: bytes, start: int, length: int) -> Task[bytes]:
    data = b""
    while len(data) < length:
        missing = length - len(data)
        reply = yield [(CMD_READ, handle, int64(start + len(data)), min(missing, BLOCK))]
        piece = body_of(reply).get_binary()
        if not 0 < len(piece) <= missing:
            raise TransferError(BAD_REPLY)
        data += piece
    return data


def write(sftp: Any, path: bytes, body: bytes, *, verify: bool) -> Task[None]:  # noqa: ANN401
    """Task: make a new file with ``body`` and check the size that the server has of it."""
    flags = SFTP_FLAG_WRITE | SFTP_FLAG_CREATE | SFTP_FLAG_EXCL
    handle = body_of((yield [(CMD_OPEN, path, flags, SFTPAttributes())])).get_binary()
    closed = False
    try:
        at = open_ = 0
        while at < len(body) or open_:
            new: list[tuple[Any, ...]] = []
            while at < len(body) and open_ < WRITE_WINDOW:
                piece = body[at : at + BLOCK]
                new.append((CMD_WRITE, handle, int64(at), piece))
                at += len(piece)
                open_ += 1
            body_of((yield new))
            open_ -= 1
        if verify:
            facts = attributes(body_of((yield [(CMD_FSTAT, handle)])))
            if facts.size != len(body):
                raise TransferError(SIZE_DIFFERS)
        closed = True
        body_of((yield [(CMD_CLOSE, handle)]))  # a full disk may tell only now
    finally:
        if not closed:
            _close(sftp, handle)


def status(path: bytes) -> Task[Seen]:
    """Task: look at a file without following a link."""
    facts = attributes(body_of((yield [(CMD_LSTAT, path)])))
    regular = facts.mode is None or stat.S_ISREG(facts.mode)
    if not regular or facts.size is None:
        raise TransferError(CHANGED)
    return Seen(path, facts.size, facts.mtime or 0)


def remove(path: bytes) -> Task[None]:
    """Task: delete a file."""
    body_of((yield [(CMD_REMOVE, path)]))


def rename(old: bytes, new: bytes) -> Task[None]:
    """Task: rename a file; in SFTP 3 this fails where ``new`` exists, which is what we want."""
    body_of((yield [(CMD_RENAME, old, new)]))


def make_folder(path: bytes) -> Task[None]:
    """Task: make a folder."""
    body_of((yield [(CMD_MKDIR, path, SFTPAttributes())]))


def _close(sftp: Any, handle: bytes) -> None:  # noqa: ANN401
    """Close a handle without waiting; on a dead connection there is nothing to close."""
    with suppress(OSError, EOFError, SSHException):
        sftp._async_request(type(None), CMD_CLOSE, handle)  # noqa: SLF001
