"""A profile says how long its partner's content stays; what it leaves out the settings say."""

from datetime import timedelta
from pathlib import Path

from acktrail.app.cases import SECRETS, cases
from acktrail.app.trial import START, open_trial
from acktrail.ledger.entry import instant
from tests.conftest import ROOT

PARTNER = "supplier-eurobandage"
YEAR = timedelta(days=365)


def test_content_stays_as_long_as_the_partners_profile_says(tmp_path: Path) -> None:
    case = next(one for one in cases() if one.name == "edifact-orders-clean")
    home = tmp_path / "home"
    trial = open_trial(home, ROOT / "partners", SECRETS)
    path = home / "partners" / case.partner / "1.toml"
    path.write_text(path.read_text() + '\n[retention]\noriginal = "3650d"\nanswer = "365d"\n')

    (row,) = trial.drop(case.partner, *case.files[0])

    tools = trial.wired.tools
    (answer,) = tools.ledger.answers(row.id)
    read = next(one for one in tools.ledger.entries(row.id) if one.kind == "read")
    stays = {}
    for what, name in (
        ("original", row.raw),
        ("answer", answer.blob),
        ("derived", str(read.body["result"])),
    ):
        blob = tools.ledger.blob(name)
        assert blob is not None
        stays[what] = instant(blob.retain_until) - START
    trial.close()
    assert 10 * YEAR <= stays["original"] <= 10 * YEAR + timedelta(days=1)
    assert YEAR <= stays["answer"] <= YEAR + timedelta(days=1)
    assert 6 * YEAR <= stays["derived"] <= 6 * YEAR + timedelta(days=3)
