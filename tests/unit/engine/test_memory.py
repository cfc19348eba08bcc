from datetime import timedelta
from typing import Any

import pytest

from acktrail.engine.memory import MemoryEngine
from acktrail.engine.port import Task
from acktrail.errors import SetupError, UnavailableError
from acktrail.pipeline.outcomes import Outcome
from tests.unit.engine.scripted import TASK, Answering

NO_TRANSACTION: Any = None  # the engine does not look at it


def engine_with(steps: Answering) -> MemoryEngine:
    engine = MemoryEngine()
    engine.serve(steps)
    return engine


def test_task_that_is_submitted_twice_runs_once() -> None:
    steps = Answering()
    engine = engine_with(steps)

    engine.submit(NO_TRANSACTION, TASK)
    engine.submit(NO_TRANSACTION, TASK)
    engine.run()

    assert steps.asked.count("intake") == 1
    assert engine.backlog() == 0


def test_task_of_the_next_generation_runs_again() -> None:
    steps = Answering()
    engine = engine_with(steps)

    for generation in (0, 1):
        engine.submit(NO_TRANSACTION, Task("ex_1", generation))
        engine.run()

    assert steps.asked.count("intake") == 2


def test_delayed_task_runs_only_after_it_was_woken() -> None:
    steps = Answering()
    engine = engine_with(steps)
    engine.submit(NO_TRANSACTION, TASK, timedelta(seconds=1))

    engine.run()
    before = list(steps.asked)
    engine.wake()
    engine.run()

    assert before == []
    assert steps.asked[0] == "intake"


def test_step_that_raises_is_guarded() -> None:
    def away() -> Outcome:
        raise UnavailableError

    steps = Answering({"post": away})
    engine = engine_with(steps)

    engine.submit(NO_TRANSACTION, TASK)
    engine.run()

    assert steps.asked == ["intake", "post", "acknowledge", "park"]
    assert steps.parked[0][2] == "unavailable"


def test_engine_that_was_told_nothing_refuses_to_run() -> None:
    engine = MemoryEngine()
    engine.submit(NO_TRANSACTION, TASK)

    with pytest.raises(SetupError):
        engine.run()
