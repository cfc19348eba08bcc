import logging

import pytest

from acktrail import errors
from acktrail.engine.guard import guarded, kept_alive
from acktrail.pipeline.outcomes import Advance, Hold, Outcome, Retry
from tests.unit.engine.scripted import TASK, Answering

PATIENT = "DOE^JANE Canaryname 1955-01-02"
KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.AcktrailError)
]
DEFECTS = (errors.PartnerError, errors.LedgerError, errors.NotFoundError, errors.ConflictError)


def run(error: Exception) -> tuple[Outcome, Answering]:
    steps = Answering()

    def step() -> Outcome:
        raise error

    return guarded(steps, TASK, step), steps


def test_step_that_answers_is_passed_on() -> None:
    assert guarded(Answering(), TASK, lambda: Advance("b1")) == Advance("b1")


@pytest.mark.parametrize("kind", [k for k in KINDS if issubclass(k, errors.UnavailableError)])
def test_system_that_is_away_means_later(kind: type[errors.AcktrailError]) -> None:
    outcome, steps = run(kind("away"))

    assert isinstance(outcome, Retry)
    assert outcome.code == kind.code
    assert steps.held == []


@pytest.mark.parametrize("kind", [k for k in KINDS if issubclass(k, errors.SetupError)])
def test_gap_of_ours_means_hold_with_its_code_and_words(kind: type[errors.AcktrailError]) -> None:
    outcome, steps = run(kind("no map", "no layout"))

    assert outcome == Hold(kind.code, "no map; no layout")
    assert steps.held == [(kind.code, "no map; no layout")]


@pytest.mark.parametrize(
    "error",
    [
        *(kind(PATIENT) for kind in KINDS if issubclass(kind, DEFECTS)),
        ValueError(PATIENT),
        KeyError(PATIENT),
        ZeroDivisionError(PATIENT),
        RecursionError(PATIENT),
        MemoryError(PATIENT),
    ],
    ids=lambda error: type(error).__name__,
)
def test_anything_else_is_held_and_its_text_is_neither_kept_nor_logged(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        outcome, steps = run(error)

    assert isinstance(outcome, Hold)
    ((_, reason),) = steps.held
    assert type(error).__name__ in reason or isinstance(error, errors.AcktrailError)
    assert "Canaryname" not in reason
    assert "Canaryname" not in caplog.text
    assert caplog.records[-1].exc_info is None


def test_stop_of_the_process_is_no_outcome() -> None:
    def step() -> Outcome:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        guarded(Answering(), TASK, step)


def test_turn_of_a_loop_that_answers_says_how_long_to_wait() -> None:
    assert kept_alive(lambda: 3.5, "poll-acme", 10.0) == 3.5


@pytest.mark.parametrize(
    "error",
    [ValueError(PATIENT), errors.UnavailableError(PATIENT), errors.LedgerError(PATIENT)],
    ids=lambda error: type(error).__name__,
)
def test_turn_of_a_loop_that_fails_is_logged_without_its_text_and_the_loop_goes_on(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def look() -> float:
        raise error

    assert kept_alive(look, "poll-acme", 10.0) == 10.0
    assert "poll-acme" in caplog.text
    assert "Canaryname" not in caplog.text
