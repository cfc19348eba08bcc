"""Many requests in flight on one SFTP channel, by one thread.

A task is a generator: it yields new requests and is resumed with the reply to its oldest open one.
paramiko's own get, put and listdir wait a round trip per request, or hold the file in memory; here
three private names of paramiko are used instead (``_async_request``, ``_read_response`` and the
callback ``_async_response``), hence its upper bound and a contract test against a real server.

Spec: draft-ietf-secsh-filexfer-02, SFTP version 3.
"""

import math
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from paramiko.sftp import CMD_STATUS  # type: ignore[import-untyped]

Request = tuple[Any, ...]  # command, then what it is packed with
L = TypeVar("L")
T = TypeVar("T")

HAS_SIZE, HAS_OWNER, HAS_MODE, HAS_TIMES, HAS_EXTENSIONS = 1, 2, 4, 8, 1 << 31
MAX_EXTENSIONS = 64

# words of a TransferError
BAD_REPLY = "bad_reply"
CHANGED = "changed"
SIZE_DIFFERS = "size_differs"
TOO_LARGE = "too_large"
TOO_MANY_NAMES = "too_many_names"


class Reply(NamedTuple):
    """What the server answered: the packet's type and its body, a ``paramiko.Message``."""

    kind: int
    body: Any


Task = Generator[list[Request], Reply, T]


class RemoteError(Exception):
    """The server refused: 1 end, 2 no such file, 3 permission, 4 failure, 8 unsupported.

    Its text is dropped. Stays inside this package.
    """

    def __init__(self, code: int) -> None:
        super().__init__(f"status {code}")
        self.code = code


class TransferError(Exception):
    """The server answered nonsense, or a file is not what it was. Stays inside this package."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@dataclass
class Run(Generic[L, T]):
    """One task under way."""

    label: L
    task: Task[T]
    open: deque[int] = field(default_factory=deque)  # unanswered requests, oldest first


class Pipe(Generic[L, T]):
    """Runs tasks side by side on one channel. Keep a reference: paramiko holds it weakly."""

    def __init__(self, sftp: Any, clock: Callable[[], float] = time.monotonic) -> None:  # noqa: ANN401
        self._sftp = sftp
        self._clock = clock
        self._replies: dict[int, Reply] = {}
        self._owner: dict[int, Run[L, T]] = {}
        self._last: int | None = None

    def _async_response(self, kind: int, body: Any, number: int) -> None:  # noqa: ANN401
        """Take a reply; paramiko calls this from within ``_read_response``."""
        self._replies[number], self._last = Reply(kind, body), number

    def run(
        self, tasks: Iterable[tuple[L, Task[T]]], *, width: int = 8, until: float = math.inf
    ) -> Iterator[tuple[L, T | RemoteError | TransferError]]:
        """Yield each task's label with its result or error as it ends.

        One task's error leaves the others alone.

        Args:
            tasks: Started when there is room.
            width: Tasks in flight.
            until: When to stop, by ``clock``.

        Raises:
            TimeoutError: No reply in time; the connection is of no use any more.
        """
        waiting, active = iter(tasks), 0
        while True:
            while active < width and (new := next(waiting, None)):
                run = Run(*new)
                active += 1
                self._issue(run, next(run.task))
            if not active:
                return
            run = self._next_answered(until)
            outcome = self._resume(run)
            if outcome is not None:
                active -= 1
                yield run.label, outcome[0]

    def _issue(self, run: Run[L, T], requests: list[Request]) -> None:
        for command, *arguments in requests:
            number = self._sftp._async_request(self, command, *arguments)  # noqa: SLF001
            run.open.append(number)
            self._owner[number] = run

    def _next_answered(self, until: float) -> Run[L, T]:
        """Wait for a reply and return the run that it belongs to."""
        while True:
            if self._clock() > until:
                raise TimeoutError
            self._last = None
            self._sftp._read_response()  # noqa: SLF001
            if self._last is None:
                continue
            run = self._owner.get(self._last)
            if run is not None:
                return run
            self._replies.pop(self._last)  # late reply to a task that has failed

    def _resume(self, run: Run[L, T]) -> tuple[T | RemoteError | TransferError] | None:
        """Hand over replies in order; return the outcome in a tuple when the task has ended."""
        outcome: T | RemoteError | TransferError
        while run.open and run.open[0] in self._replies:
            number = run.open.popleft()
            del self._owner[number]
            try:
                self._issue(run, run.task.send(self._replies.pop(number)))
            except StopIteration as end:
                outcome = end.value
            except (RemoteError, TransferError) as error:
                outcome = error
            else:
                continue
            for late in run.open:
                del self._owner[late]
                self._replies.pop(late, None)
            return (outcome,)
        return None


class Attributes(NamedTuple):
    """A file's attributes as far as the server sent them."""

    size: int | None
    mode: int | None
    mtime: int | None


def body_of(reply: Reply) -> Any:  # noqa: ANN401
    """Return the reply's body.

    Raises:
        RemoteError: The reply is a status other than 0.
    """
    if reply.kind == CMD_STATUS and (code := reply.body.get_int()):
        raise RemoteError(code)
    return reply.body


def attributes(body: Any) -> Attributes:  # noqa: ANN401
    """Read attributes from a reply; a count that the server made up cannot keep us busy.

    Raises:
        TransferError: They are not as the draft says.
    """
    flags = body.get_int()
    size = body.get_int64() if flags & HAS_SIZE else None
    if flags & HAS_OWNER:
        body.get_bytes(8)
    mode = body.get_int() if flags & HAS_MODE else None
    mtime = None
    if flags & HAS_TIMES:
        body.get_int()
        mtime = body.get_int()
    if flags & HAS_EXTENSIONS:
        count = body.get_int()
        if count > MAX_EXTENSIONS:
            raise TransferError(BAD_REPLY)
        for _ in range(2 * count):
            body.get_binary()
    return Attributes(size, mode, mtime)
