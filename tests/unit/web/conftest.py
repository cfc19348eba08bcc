"""A home that worked, people of every role, and browsers that are signed in."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from acktrail.app.access import Order, Users
from acktrail.app.cases import SECRETS
from acktrail.app.home import Home
from acktrail.app.restarting import Restart
from acktrail.app.signing_in import SigningIn
from acktrail.app.trial import Trial, open_trial, reopen_trial
from acktrail.security.passwords import Cost
from acktrail.security.roles import ADMINISTRATOR, GRANTS
from acktrail.web.application import make_application
from tests.conftest import ROOT, SAMPLES

CHEAP = Cost(rounds=4, r=1, p=1)
ADDRESS = "https://localhost"
SETTINGS = """
[access]
enforce = true

[console]
hosts = ["testserver"]  # as schemathesis calls it
"""
OWN = "correct horse battery staple"
BOSS = "user:boss"
DROPPED = (
    ("supplier-eurobandage", "edifact-orders-clean"),
    ("supplier-eurobandage", "edifact-unknown-segment"),
    ("supplier-eurobandage", "edifact-unknown-sender"),
)
Enter = Callable[..., TestClient]


def add(people: Users, name: str, *roles: str) -> None:
    people.add(Order(name, BOSS, "joins"))
    for role in roles:
        people.grant(Order(name, BOSS, "does it", role))


@pytest.fixture(scope="session")
def worked_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with files taken in and a user for every role, named as the role."""
    root = tmp_path_factory.mktemp("web") / "home"
    trial = open_trial(root, ROOT / "partners", SECRETS)
    for partner, sample in DROPPED:
        for path in sorted((SAMPLES / sample / "inbound").iterdir()):
            trial.drop(partner, path.name, path.read_bytes())
    people = Users(trial.wired.tools, cost=CHEAP)
    add(people, "boss", ADMINISTRATOR)
    for role in GRANTS:
        add(people, role, *({"viewer", role} if role == "payload" else {role}))
    trial.close()
    with (root / "acktrail.toml").open("a") as settings:
        settings.write(SETTINGS)
    return root


@pytest.fixture
def trial(worked_home: Path, tmp_path: Path) -> Iterator[Trial]:
    """Yield a copy of that home: tests change it."""
    shutil.copytree(worked_home, tmp_path / "home")
    opened = reopen_trial(Home(tmp_path / "home"))
    opened.clock.advance(timedelta(hours=1))  # after what happened there
    yield opened
    opened.close()


@pytest.fixture
def signing_in(trial: Trial) -> SigningIn:
    return SigningIn(trial.wired.tools, cost=CHEAP)


@pytest.fixture
def stranger(trial: Trial, signing_in: SigningIn) -> TestClient:
    """Return a browser whose owner is not signed in."""
    restart = Restart(trial.wired.tools, trial.wired.engine)
    app = make_application(restart, signing_in)
    return TestClient(
        app, ADDRESS, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False
    )


@pytest.fixture
def enter(trial: Trial, stranger: TestClient) -> Enter:
    """Return what signs a user in who has chosen his password already."""

    def enter(name: str) -> TestClient:
        once = Users(trial.wired.tools, cost=CHEAP).issue_password(Order(name, BOSS, "first"))
        browser = TestClient(
            stranger.app, ADDRESS, headers=dict(stranger.headers), follow_redirects=False
        )
        browser.post("/sign-in", data={"name": name, "password": once})
        form = {"csrf": csrf(browser, "/password"), "old": once, "new": OWN, "again": OWN}
        assert browser.post("/password", data=form).headers["location"] == "/?done=password"
        browser.headers["x-test-csrf"] = csrf(browser, "/password")
        return browser

    return enter


def csrf(browser: TestClient, address: str) -> str:
    """Return the token that the forms of a page carry."""
    found = re.search('name="csrf" value="([0-9a-f]{64})"', browser.get(address).text)
    assert found is not None
    return found[1]


def fields(browser: TestClient, **values: str) -> dict[str, str]:
    """Return the fields of a form with the session's token."""
    return {"csrf": browser.headers["x-test-csrf"], **values}
