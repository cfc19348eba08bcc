from datetime import timedelta

import pytest

from acktrail.pipeline.outcomes import Advance, Hold, Outcome, Reject, Retry, Snooze
from acktrail.pipeline.states import MAY_REJECT, STEPS, Stage, next_stage

SECOND = timedelta(seconds=1)


def test_stages_follow_each_other_in_the_order_of_the_line() -> None:
    order, stage = [Stage.RECEIVE], next_stage(Stage.RECEIVE, Advance(""))
    while stage:
        order.append(stage)
        stage = next_stage(stage, Advance(""))

    assert order == list(Stage)


@pytest.mark.parametrize("stage", sorted(MAY_REJECT))
def test_rejected_file_goes_on_to_its_answer(stage: Stage) -> None:
    assert next_stage(stage, Reject(())) is Stage.ACKNOWLEDGE


@pytest.mark.parametrize("stage", sorted(set(Stage) - MAY_REJECT))
def test_stage_that_comes_too_late_to_reject_is_a_defect(stage: Stage) -> None:
    with pytest.raises(ValueError, match="cannot reject"):
        next_stage(stage, Reject(()))


@pytest.mark.parametrize(
    ("outcome", "where"),
    [(Retry(SECOND, "x"), Stage.POST), (Snooze(SECOND, "x"), Stage.POST), (Hold("x", ""), None)],
)
def test_waiting_stays_and_holding_stops(outcome: Outcome, where: Stage | None) -> None:
    assert next_stage(Stage.POST, outcome) is where


def test_every_stage_belongs_to_exactly_one_durable_step() -> None:
    assert [stage for stages in STEPS.values() for stage in stages] == list(Stage)
