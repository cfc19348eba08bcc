import logging

import pytest

from acktrail.engine.guard import kept_alive
from acktrail.engine.port import Part, Task
from acktrail.errors import ConflictError


def test_loop_whose_turn_ends_well_waits_as_long_as_it_says() -> None:
    assert kept_alive(lambda: 0.5, "poll", 30.0) == 0.5


def test_loop_whose_turn_meets_a_defect_goes_on_and_tells_no_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def turn() -> float:
        msg = "Canaryname"
        raise ValueError(msg)

    with caplog.at_level(logging.WARNING, "acktrail"):
        pause = kept_alive(turn, "poll", 30.0)

    assert pause == 30.0
    assert "ValueError" in caplog.text
    assert "Canaryname" not in caplog.text


def test_loop_whose_turn_is_refused_goes_on_and_tells_the_code(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def turn() -> float:
        msg = "Canaryname"
        raise ConflictError(msg, code="conflict.archive")

    with caplog.at_level(logging.WARNING, "acktrail"):
        pause = kept_alive(turn, "poll", 30.0)

    assert pause == 30.0
    assert "conflict.archive" in caplog.text
    assert "Canaryname" not in caplog.text


def test_task_ids_of_different_tasks_are_different() -> None:
    parts: tuple[Part, ...] = ("all", "post", "acknowledge")
    tasks = [
        Task("ex_1", generation, part, attempt)
        for generation in range(25)
        for part in parts
        for attempt in range(25)
    ]

    assert len({task.id for task in tasks}) == len(tasks)
