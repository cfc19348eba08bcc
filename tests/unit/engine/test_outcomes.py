from datetime import timedelta

import pytest

from acktrail.engine.dbos_engine import dump, load
from acktrail.errors import SetupError
from acktrail.model import Finding, Severity
from acktrail.pipeline.outcomes import Advance, Hold, Outcome, Reject, Retry, Snooze

FINDING = Finding("x12.se_count", Severity.ERROR, "another count")
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    "outcome",
    [
        Advance("b1"),
        Reject(()),
        Hold("setup", "no map"),
        Retry(MINUTE, "away"),
        Snooze(timedelta(milliseconds=1500), "open"),
    ],
)
def test_outcome_is_read_back_from_a_checkpoint_as_it_was(outcome: Outcome) -> None:
    assert load(dump(outcome)) == outcome


def test_findings_stay_out_of_checkpoints() -> None:
    assert dump(Reject((FINDING,))) == ["reject"]
    assert dump(Advance("b1", (FINDING,))) == ["advance", "b1"]


@pytest.mark.parametrize("values", [[], ["advance"], ["stop", 1], ["retry", "soon", "x"]])
def test_checkpoint_of_another_shape_is_refused(values: list[object]) -> None:
    with pytest.raises(SetupError):
        load(values)
