"""Every sample goes the whole line, clock, ids and numbers frozen; all it leaves is compared."""

from datetime import timedelta
from pathlib import Path

import pytest

from acktrail.app.cases import SECRETS, read_case
from acktrail.app.trial import open_trial, outcome_files
from tests.conftest import ROOT, SAMPLES, Golden

NAMES = sorted(path.parent.name for path in SAMPLES.glob("*/case.toml"))


@pytest.mark.parametrize("sample", NAMES)
def test_sample_leaves_what_is_expected(sample: str, golden: Golden, tmp_path: Path) -> None:
    case = read_case(SAMPLES / sample / "case.toml")
    trial = open_trial(tmp_path / "home", ROOT / "partners", SECRETS)

    rows = [row for name, body in case.files for row in trial.drop(case.partner, name, body)]
    if case.hours:
        rows += trial.wait(timedelta(hours=case.hours), case.partner)
    left = outcome_files(trial, rows)
    faults = list(trial.wired.tools.ledger.verify())
    trial.close()

    assert not faults
    for name, body in left.items():
        golden.check(name, body)
