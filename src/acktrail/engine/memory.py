"""An engine without durability and threads, for samples and tests: same order, same rules."""

from collections import deque
from datetime import timedelta

from acktrail.engine.guard import guarded
from acktrail.engine.port import Call, Steps, Task, run_exchange
from acktrail.errors import SetupError
from acktrail.pipeline.outcomes import Outcome
from acktrail.ports import Transaction


class MemoryEngine:
    """Runs what is submitted when :meth:`run` is called; see :class:`engine.port.Engine`."""

    def __init__(self) -> None:
        self._steps: Steps | None = None
        self._due: deque[Task] = deque()
        self.delayed: list[Task] = []
        self._done: set[str] = set()

    def serve(self, steps: Steps) -> None:
        """Say who does the work."""
        self._steps = steps

    def submit(self, tx: Transaction, task: Task, after: timedelta = timedelta(0)) -> None:
        """Enqueue at once; a transaction that is rolled back afterwards is the caller's matter."""
        del tx
        (self.delayed if after else self._due).append(task)

    def start(self) -> None:
        """Nothing was left behind."""

    def stop(self, patience: timedelta) -> None:
        """Nothing is running."""

    def backlog(self) -> int:
        """Return how many tasks are due."""
        return len(self._due)

    def wake(self) -> None:
        """Make every delayed task due."""
        self._due.extend(self.delayed)
        self.delayed.clear()

    def run(self) -> None:
        """Run until nothing is due."""
        while self._due:
            task = self._due.popleft()
            if task.id not in self._done:
                self._done.add(task.id)
                run_exchange(task, self._call(task))

    def _call(self, task: Task) -> Call:
        steps = self._steps
        if steps is None:
            msg = "the engine was run before it was told what to run"
            raise SetupError(msg)

        def call(name: str, **arguments: object) -> Outcome:
            step = getattr(steps, name)
            return guarded(steps, task, lambda: step(task, **arguments))

        return call
