"""Steps that answer what they are told, and note what they were asked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from acktrail.engine.port import Task
from acktrail.pipeline.outcomes import Advance, Hold, Outcome

TASK = Task("ex_1", 0, key="acme/files")
LATER = timedelta(seconds=30)


@dataclass
class Answering:
    """Answers each step from ``script``, else ``Advance``; implements ``Steps``."""

    script: dict[str, Outcome | Callable[[], Outcome]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    held: list[tuple[str, str]] = field(default_factory=list)
    parked: list[tuple[Task, timedelta, str]] = field(default_factory=list)

    def intake(self, task: Task) -> Outcome:
        return self._answer("intake", task)

    def post(self, task: Task) -> Outcome:
        return self._answer("post", task)

    def acknowledge(self, task: Task, *, final: bool) -> Outcome:
        return self._answer("acknowledge final" if final else "acknowledge", task)

    def park(self, task: Task, later: Task, after: timedelta, code: str) -> Outcome:
        self.parked.append((later, after, code))
        return self._answer("park", task)

    def hold(self, task: Task, code: str, reason: str) -> Outcome:
        self.held.append((code, reason))
        self._answer("hold", task)
        return Hold(code, reason)

    def call(self, task: Task) -> Callable[..., Outcome]:
        """Return what an engine gives to ``run_exchange``."""

        def call(name: str, **arguments: object) -> Outcome:
            step: Callable[..., Outcome] = getattr(self, name)
            return step(task, **arguments)

        return call

    def _answer(self, name: str, task: Task) -> Outcome:
        del task
        self.asked.append(name)
        told = self.script.get(name, Advance(""))
        return told() if callable(told) else told
