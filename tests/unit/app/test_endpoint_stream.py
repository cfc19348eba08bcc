import threading
from pathlib import Path

import pytest

from acktrail.app import service
from acktrail.app.attention import status
from acktrail.app.cases import SECRETS
from acktrail.app.lister import Lister
from acktrail.app.service import EndpointLoop, EndpointState, note_endpoint
from acktrail.app.trial import open_trial
from acktrail.errors import UnavailableError
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


def test_database_that_is_away_at_the_start_ends_no_polling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = open_trial(tmp_path / "home", ROOT / "partners", SECRETS)
    lister = trial.wired.lister(trial.wired.tools.home.profile("bank-firstharbor"))
    said = []

    def note(_: Lister, kind: str, code: str) -> None:
        said.append((kind, code))
        if len(said) == 1:
            msg = "locked"
            raise UnavailableError(msg, code="unavailable.database")

    monkeypatch.setattr(service, "note_endpoint", note)
    state, stop = EndpointState("bank-firstharbor"), threading.Event()
    loop = EndpointLoop(lister, threading.Event(), state, stop, lambda one: one)

    pauses = [loop.once() for _ in range(3)]

    assert said == [("resumed", "")] * 2  # tried again, then said
    assert pauses[0] > 0
    assert (state.polls, state.failures, state.resumed) == (3, 0, True)
    trial.close()
