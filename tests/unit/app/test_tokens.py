"""API tokens: scoped, ending, kept as hashes only."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from acktrail.app.access import Order as Wish
from acktrail.app.access import Users
from acktrail.app.cases import SECRETS
from acktrail.app.home import Home
from acktrail.app.tokens import Order, Tokens
from acktrail.app.trial import Trial, open_trial, reopen_trial
from acktrail.errors import NotFoundError, PolicyError
from acktrail.security.users import STREAM
from tests.conftest import ROOT

BOSS, ANN, BOB = "user:root", "user:ann", "user:bob"
PARK, REPLAY = "exchange.park", "exchange.replay"


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    """A home that asks who may, with an administrator and two operators."""
    open_trial(tmp_path / "home", ROOT / "partners", SECRETS).close()
    with (tmp_path / "home/acktrail.toml").open("a") as settings:
        settings.write("\n[access]\nenforce = true\n")
    opened = reopen_trial(Home(tmp_path / "home"))
    people = Users(opened.wired.tools)
    for name, role in (("root", "administrator"), ("ann", "operator"), ("bob", "operator")):
        people.add(Wish(name, BOSS, "joins"))
        people.grant(Wish(name, BOSS, "does it", role))
    yield opened
    opened.close()


def issued(trial: Trial, *acts: str, actor: str = ANN, days: int = 30) -> str:
    until = trial.clock.now() + timedelta(days=days)
    return Tokens(trial.wired.tools).issue(Order(actor, "a script", frozenset(acts), until))


def refusal(trial: Trial, token: str, act: str = PARK) -> str:
    with pytest.raises(PolicyError) as caught:
        Tokens(trial.wired.tools).actor(token, act)
    assert not token or token not in str(caught.value)
    return caught.value.code


def test_token_stands_for_its_user_within_its_scope(trial: Trial) -> None:
    token = issued(trial, PARK)

    assert Tokens(trial.wired.tools).actor(token, PARK) == ANN
    assert refusal(trial, token, REPLAY) == "policy.scope"


def test_ledger_keeps_no_token(trial: Trial) -> None:
    token = issued(trial, PARK)

    kept = str(trial.wired.tools.ledger.entries(STREAM))
    assert token not in kept
    assert token.rpartition("_")[2] not in kept


def test_token_ends_by_itself(trial: Trial) -> None:
    token = issued(trial, PARK, days=1)
    trial.clock.advance(timedelta(days=1))

    assert refusal(trial, token) == "policy.token"


@pytest.mark.parametrize("change", ["revoke", "disable", "role"])
def test_token_that_lost_its_ground_is_refused(trial: Trial, change: str) -> None:
    tools = trial.wired.tools
    token = issued(trial, PARK)
    if change == "revoke":
        Tokens(tools).revoke(token.split("_")[1], ANN, "leaked")
    elif change == "disable":
        Users(tools).disable(Wish("ann", BOSS, "leaves"))
        Users(tools).add(Wish("ann", BOSS, "is back"))
        Users(tools).grant(Wish("ann", BOSS, "again", "operator"))
    else:
        Users(tools).revoke(Wish("ann", BOSS, "moves on", "operator"))

    assert refusal(trial, token) == ("policy.scope" if change == "role" else "policy.token")


def test_token_that_was_altered_is_none(trial: Trial) -> None:
    token = issued(trial, PARK)
    wrong = token[:-1] + ("A" if token[-1] != "A" else "B")

    for text in (wrong, token[:-1], f"{token}x", "", "ackt", "ackt__", "\udcff_a_b"):
        assert refusal(trial, text) == "policy.token"


def test_token_does_no_more_than_its_user_may_and_not_for_ever(trial: Trial) -> None:
    for acts, days, code in (
        (("profile.approve",), 30, "policy.scope"),
        ((PARK,), 367, "policy.until"),
        ((PARK,), 0, "policy.until"),
    ):
        with pytest.raises(PolicyError) as caught:
            issued(trial, *acts, days=days)
        assert caught.value.code == code
    with pytest.raises(NotFoundError):
        issued(trial, "dance")
    with pytest.raises(PolicyError):
        issued(trial, PARK, actor="user:stranger")


def test_only_the_user_or_an_administrator_ends_a_token(trial: Trial) -> None:
    tools = trial.wired.tools
    name = issued(trial, PARK).split("_")[1]

    with pytest.raises(PolicyError):
        Tokens(tools).revoke(name, BOB, "not mine")
    Tokens(tools).revoke(name, BOSS, "leaked")
    with pytest.raises(NotFoundError):
        Tokens(tools).revoke(name, ANN, "again")
    assert [one.revoked for one in Tokens(tools).known()] == [True]
