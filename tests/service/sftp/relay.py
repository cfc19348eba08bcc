"""A relay between client and server that cuts or stalls the line after so many bytes."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

CHUNK = 16384


class Relay:
    """Listens on a port of its own; the bytes that come from the server are counted."""

    def __init__(
        self,
        target: int,
        *,
        cut_after: int | None = None,
        stall_after: int | None = None,
        greeting: bytes = b"",
    ) -> None:
        self._target = target
        self._cut_after = cut_after
        self._stall_after = stall_after
        self._greeting = greeting
        self._done = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, work: object, *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        try:
            client, _ = self._listener.accept()
        except OSError:
            return
        if self._greeting:
            client.sendall(self._greeting)
            client.close()
            return
        server = socket.create_connection(("127.0.0.1", self._target))
        self._start(self._copy, client, server)
        self._start(self._copy_back, server, client)

    def _copy(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                sink.sendall(data)

    def _copy_back(self, server: socket.socket, client: socket.socket) -> None:
        passed = 0
        with suppress(OSError):
            while data := server.recv(CHUNK):
                passed += len(data)
                if self._cut_after is not None and passed > self._cut_after:
                    break
                if self._stall_after is not None and passed > self._stall_after:
                    self._done.wait(20)
                    break
                client.sendall(data)
        for one in (client, server):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
