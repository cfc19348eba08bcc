"""An SFTP server in memory that answers as it is told to: short, long, empty, out of order."""

from collections.abc import Callable
from typing import Any

from paramiko import Message  # type: ignore[import-untyped]
from paramiko.sftp import (  # type: ignore[import-untyped]
    CMD_ATTRS,
    CMD_CLOSE,
    CMD_DATA,
    CMD_FSTAT,
    CMD_HANDLE,
    CMD_NAME,
    CMD_OPEN,
    CMD_OPENDIR,
    CMD_READ,
    CMD_READDIR,
    CMD_STATUS,
    CMD_WRITE,
)

REGULAR = 0o100644
END, MISSING = 1, 2
ESCAPE = "\x1b[31mserver text"


class HostileServer:
    """Stands where paramiko's SFTPClient does; ``files`` is the content by path."""

    def __init__(
        self,
        files: dict[bytes, bytes],
        *,
        read_cap: int = 1 << 20,
        spoil: Callable[[bytes], bytes] = bytes,
    ) -> None:
        self.files = files
        self.read_cap = read_cap
        self.spoil = spoil
        self.pages: list[bytes] = []  # bodies of NAME replies
        self.sizes: list[int] = []  # what FSTAT says, before the truth
        self.out_of_order = False
        self.stalls_after: int | None = None
        self.written = bytearray()
        self.closed = 0
        self.most_open = 0
        self._number = 0
        self._waiting: list[tuple[Any, int, int, bytes]] = []

    def _async_request(self, taker: Any, command: int, *arguments: Any) -> int:  # noqa: ANN401
        self._number += 1
        kind, body = self._answer(command, arguments)
        if taker is not type(None):
            self._waiting.append((taker, self._number, kind, body))
            self.most_open = max(self.most_open, len(self._waiting))
        return self._number

    def _read_response(self) -> None:
        if not self._waiting or self.stalls_after == 0:
            raise TimeoutError
        if self.stalls_after is not None:
            self.stalls_after -= 1
        taker, number, kind, body = self._waiting.pop(-1 if self.out_of_order else 0)
        taker._async_response(kind, Message(body), number)  # noqa: SLF001

    def _answer(self, command: int, arguments: tuple[Any, ...]) -> tuple[int, bytes]:
        if command == CMD_OPEN and arguments[0] not in self.files:
            return status(MISSING)
        if command in {CMD_OPEN, CMD_OPENDIR}:
            return CMD_HANDLE, string(arguments[0])
        if command == CMD_FSTAT:
            size = self.sizes.pop(0) if self.sizes else len(self.files[arguments[0]])
            return CMD_ATTRS, attributes(size)
        if command == CMD_READ:
            path, at, length = arguments[0], int(arguments[1]), arguments[2]
            data = self.files[path][at : at + min(length, self.read_cap)]
            return (CMD_DATA, string(self.spoil(data))) if data else status(END)
        if command == CMD_READDIR:
            return (CMD_NAME, self.pages.pop(0)) if self.pages else status(END)
        if command == CMD_WRITE:
            self.written[int(arguments[1]) :] = arguments[2]
        if command == CMD_CLOSE:
            self.closed += 1
        return status(0)


def string(data: bytes) -> bytes:
    """Return ``data`` as SFTP packs it."""
    return len(data).to_bytes(4, "big") + data


def status(code: int) -> tuple[int, bytes]:
    """Return a status reply whose text tries to colour the terminal."""
    return CMD_STATUS, code.to_bytes(4, "big") + string(ESCAPE.encode()) + string(b"")


def attributes(size: int, mode: int = REGULAR) -> bytes:
    """Return attributes with size, mode and times."""
    flags = 1 | 4 | 8
    return flags.to_bytes(4, "big") + size.to_bytes(8, "big") + mode.to_bytes(4, "big") + bytes(8)


def page(*names: bytes, mode: int = REGULAR) -> bytes:
    """Return the body of a NAME reply."""
    rows = (string(name) + string(b"-rw-r--r--") + attributes(5, mode) for name in names)
    return len(names).to_bytes(4, "big") + b"".join(rows)
