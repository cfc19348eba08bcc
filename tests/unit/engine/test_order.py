"""The order of an exchange's durable steps, as a table of outcomes."""

from datetime import timedelta

import pytest

from acktrail.engine.port import ATTEMPTS, LAST_DELAY, Task, back_off, run_exchange
from acktrail.pipeline.outcomes import Advance, Hold, Outcome, Reject, Retry, Snooze
from tests.unit.engine.scripted import LATER, TASK, Answering

RETRY, SNOOZE = Retry(LATER, "unavailable"), Snooze(LATER, "odoo_circuit_open")
HOLD, REJECT, ADVANCE = Hold("setup", ""), Reject(()), Advance("")
ALL = ["intake", "post", "acknowledge final"]


@pytest.mark.parametrize(
    ("script", "asked"),
    [
        ({}, ALL),
        ({"intake": REJECT}, ["intake", "acknowledge final"]),
        ({"intake": HOLD}, ["intake"]),
        ({"intake": RETRY}, ["intake", "park"]),
        ({"intake": SNOOZE}, ["intake", "park"]),
        ({"post": REJECT}, ALL),
        ({"post": HOLD}, ["intake", "post", "acknowledge"]),
        ({"post": RETRY}, ["intake", "post", "acknowledge", "park"]),
        ({"post": SNOOZE}, ["intake", "post", "acknowledge", "park"]),
        ({"acknowledge final": RETRY}, [*ALL, "park"]),
        ({"acknowledge final": HOLD}, ALL),
    ],
)
def test_steps_of_a_new_exchange_run_in_order(script: dict[str, Outcome], asked: list[str]) -> None:
    steps = Answering(dict(script))

    run_exchange(TASK, steps.call(TASK))

    assert steps.asked == asked


@pytest.mark.parametrize(
    ("part", "asked"),
    [("all", ALL), ("post", ["post", "acknowledge final"]), ("acknowledge", ["acknowledge final"])],
)
def test_continuation_begins_with_its_part(part: str, asked: list[str]) -> None:
    task = TASK._replace(part=part, attempt=2)  # type: ignore[arg-type]  # a column of the table
    steps = Answering()

    run_exchange(task, steps.call(task))

    assert steps.asked == asked


@pytest.mark.parametrize(
    ("step", "part"), [("intake", "all"), ("post", "post"), ("acknowledge final", "acknowledge")]
)
def test_exchange_that_waits_goes_on_where_it_stopped(step: str, part: str) -> None:
    steps = Answering({step: RETRY})

    run_exchange(TASK, steps.call(TASK))

    ((later, after, code),) = steps.parked
    assert (later.exchange, later.part, later.attempt, later.lane) == ("ex_1", part, 1, "parked")
    assert (after, code) == (LATER, "unavailable")
    assert later.id != TASK.id


@pytest.mark.parametrize("step", ["intake", "acknowledge final"])
def test_step_that_failed_too_often_is_held_for_a_person(step: str) -> None:
    task = TASK._replace(attempt=ATTEMPTS - 1)
    steps = Answering({step: RETRY})

    run_exchange(task, steps.call(task))

    assert steps.held == [("past_recovery", "unavailable")]
    assert steps.parked == []


@pytest.mark.parametrize(("step", "outcome"), [("post", RETRY), ("intake", SNOOZE)])
def test_posting_and_snoozing_wait_without_end(step: str, outcome: Outcome) -> None:
    task = TASK._replace(attempt=ATTEMPTS + 100)
    steps = Answering({step: outcome})

    run_exchange(task, steps.call(task))

    assert steps.held == []
    assert len(steps.parked) == 1


def test_tasks_that_differ_have_ids_that_differ() -> None:
    tasks = [
        Task("ex_1", generation, part, attempt)
        for generation in (0, 1, 11)
        for part in ("all", "post", "acknowledge")
        for attempt in (0, 1, 10, 11)
    ]

    assert len({one.id for one in tasks}) == len(tasks)


def test_task_enqueued_in_another_lane_is_the_same_task() -> None:
    assert TASK._replace(lane="parked", key="x").id == TASK.id


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(0, 2), (1, 4), (5, 64), (9, LAST_DELAY), (10_000, LAST_DELAY)]
)
def test_back_off_doubles_up_to_ten_minutes_with_jitter_of_a_half(
    attempt: int, seconds: float
) -> None:
    least = back_off(attempt, lambda low, _: low)
    most = back_off(attempt, lambda _, high: high)

    assert most == timedelta(seconds=seconds)
    assert least == most / 2
