"""What runs an exchange: the order of its durable steps, and who may run them.

The order lives here once, as a function over outcomes; both engines run it. A *step* is the unit of
recovery: it may run twice and then has the same effect once, because it looks in the ledger first.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Literal, NamedTuple, Protocol, assert_never

from acktrail.pipeline.outcomes import Advance, Hold, Outcome, Reject, Retry, Snooze
from acktrail.ports import Transaction

Part = Literal["all", "post", "acknowledge"]
LANES = ("realtime", "batch", "parked")
FIRST_DELAY = 2.0
LAST_DELAY = 600.0
ATTEMPTS = 12  # of a step that fails for want of a dependency; posting waits without end


class Task(NamedTuple):
    """What is enqueued: ids only, the content lies in the store."""

    exchange: str
    generation: int
    part: Part = "all"
    attempt: int = 0  # rises with every continuation after an outage
    lane: str = "batch"
    key: str = ""  # partition: tasks of one key run one after another

    @property
    def id(self) -> str:
        """The workflow id: a task that is enqueued twice runs once."""
        part = "i" if self.part == "all" else self.part[0]  # a letter, so that no numbers join
        return f"{self.exchange}#{self.generation}{part}{self.attempt}"


class Steps(Protocol):
    """The three durable steps and what keeps them honest; the service implements it."""

    def intake(self, task: Task) -> Outcome:
        """Open, read and translate."""
        ...

    def post(self, task: Task) -> Outcome:
        """Post the released documents."""
        ...

    def acknowledge(self, task: Task, *, final: bool) -> Outcome:
        """Build and deliver the answers that are due; ``final`` closes the exchange."""
        ...

    def park(self, task: Task, later: Task, after: timedelta, code: str) -> Outcome:
        """Note that the exchange waits and enqueue ``later``, in one transaction."""
        ...

    def hold(self, task: Task, code: str, reason: str) -> Outcome:
        """Note that a person has to look."""
        ...


class Engine(Protocol):
    """Runs tasks durably."""

    def submit(self, tx: Transaction, task: Task, after: timedelta = timedelta(0)) -> None:
        """Enqueue in the caller's transaction."""
        ...

    def start(self) -> None:
        """Begin to work, finishing first what an earlier process left."""
        ...

    def stop(self, patience: timedelta) -> None:
        """Take no new task, wait for the running ones, end."""
        ...

    def backlog(self) -> int:
        """Return how many tasks are due or running; delayed ones do not count."""
        ...


Call = Callable[..., Outcome]  # call(step name, **arguments): runs one step durably


def run_exchange(task: Task, call: Call) -> None:
    """Run the steps of ``task`` in order. Deterministic: all that varies comes out of ``call``."""
    if task.part == "all":
        outcome = call("intake")
        match outcome:
            case Hold():
                return
            case Retry() | Snooze():
                _wait(task, "all", outcome, call)
                return
            case Reject():
                _answer(task, call)
                return
            case Advance():
                pass
            case _ as never:
                assert_never(never)
    if task.part != "acknowledge":
        outcome = call("post")
        match outcome:
            case Hold():
                call("acknowledge", final=False)
                return
            case Retry() | Snooze():
                call("acknowledge", final=False)
                _wait(task, "post", outcome, call)
                return
            case Advance() | Reject():
                pass
            case _ as never:
                assert_never(never)
    _answer(task, call)


def _answer(task: Task, call: Call) -> None:
    outcome = call("acknowledge", final=True)
    if isinstance(outcome, Retry | Snooze):
        _wait(task, "acknowledge", outcome, call)


def _wait(task: Task, part: Part, outcome: Retry | Snooze, call: Call) -> None:
    if part != "post" and task.attempt + 1 >= ATTEMPTS and isinstance(outcome, Retry):
        call("hold", code="past_recovery", reason=outcome.code)
        return
    later = task._replace(part=part, attempt=task.attempt + 1, lane="parked")
    call("park", later=later, after=outcome.after, code=outcome.code)


def longer(first: timedelta, attempt: int) -> timedelta:
    """Return how long to wait for another exchange: doubling, at most a minute."""
    return min(timedelta(minutes=1), first * (1 << min(attempt, 8)))


def back_off(attempt: int, chance: Callable[[float, float], float] = random.uniform) -> timedelta:
    """Return how long to wait after the ``attempt``-th failure in a row: doubling, with jitter."""
    most = min(LAST_DELAY, FIRST_DELAY * 2 ** min(attempt, 16))
    return timedelta(seconds=chance(most / 2, most))
