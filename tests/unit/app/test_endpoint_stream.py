from pathlib import Path

from acktrail.app.attention import status
from acktrail.app.cases import SECRETS
from acktrail.app.service import note_endpoint
from acktrail.app.trial import open_trial
from tests.conftest import ROOT


def test_stopped_endpoint_is_named_until_it_goes_on(tmp_path: Path) -> None:
    trial = open_trial(tmp_path / "home", ROOT / "partners", SECRETS)
    tools = trial.wired.tools
    lister = trial.wired.lister(tools.home.profile("bank-firstharbor"))

    def stopped() -> object:
        return status(tools)["endpoints that need a person"]

    note_endpoint(lister, "resumed", "")
    assert tools.ledger.entries("endpoint:bank-firstharbor") == ()
    note_endpoint(lister, "stopped", "setup.host_key")
    note_endpoint(lister, "stopped", "setup.host_key")
    assert stopped() == {"bank-firstharbor": "inbound stopped: setup.host_key"}
    assert len(tools.ledger.entries("endpoint:bank-firstharbor")) == 1
    note_endpoint(lister, "resumed", "")
    assert stopped() == {}
    assert not list(tools.ledger.verify())
    trial.close()
