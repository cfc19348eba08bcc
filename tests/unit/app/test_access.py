"""Roles, grants and the door: who may, who may not, and what is written of it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from acktrail.app import auditing, payloads
from acktrail.app.access import Order, Users, permit
from acktrail.app.auditing import Window
from acktrail.app.cases import SECRETS
from acktrail.app.home import Home
from acktrail.app.restarting import Order as Wanted
from acktrail.app.restarting import Restart
from acktrail.app.tools import Tools
from acktrail.app.trial import Trial, open_trial, reopen_trial
from acktrail.errors import ConflictError, NotFoundError, PolicyError
from acktrail.security.roles import MATRIX, ROLES
from acktrail.security.users import STREAM, User, users
from tests.conftest import ROOT, SAMPLES

ROOT_USER, ANN, BOB = "user:root", "user:ann", "user:bob"
FILE = SAMPLES / "x12-835-plain/inbound/era-0115.edi"


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    """A home that asks who may, with an administrator."""
    opened = open_trial(tmp_path / "home", ROOT / "partners", SECRETS)
    opened.close()
    with (tmp_path / "home/acktrail.toml").open("a") as settings:
        settings.write("\n[access]\nenforce = true\n")
    opened = reopen_trial(Home(tmp_path / "home"))
    people = Users(opened.wired.tools)
    people.add(Order("root", ROOT_USER, "first"))
    people.grant(Order("root", ROOT_USER, "first", "administrator"))
    yield opened
    opened.close()


def let(tools: Tools, name: str, *roles: str) -> None:
    people = Users(tools)
    people.add(Order(name, ROOT_USER, "joins"))
    for role in roles:
        people.grant(Order(name, ROOT_USER, "does it", role))


def refused(tools: Tools, act: str, actor: str) -> bool:
    try:
        permit(tools, act, actor, "x")
    except PolicyError as error:
        return error.code == "policy.role"
    return False


@pytest.mark.parametrize("role", ROLES)
def test_role_allows_its_acts_and_no_other(trial: Trial, role: str) -> None:
    tools = trial.wired.tools
    let(tools, "ann", role)

    for act, roles in MATRIX.items():
        assert refused(tools, act, ANN) == (role not in roles)


def test_matrix_is_that_of_the_reference() -> None:
    own = {"read", "token.issue", "token.revoke"}
    may = {role: {act for act, roles in MATRIX.items() if role in roles} for role in ROLES}

    assert may["viewer"] == own
    assert not {one for one in may["operator"] if one.startswith("profile.")} - {"profile.suspend"}
    writes = {"profile.write", "profile.submit", "profile.withdraw"}
    assert may["integrator"] == own | writes | {"partner.probe"}
    assert not may["approver"] & may["integrator"] - own
    seals = {"ledger.pack", "ledger.checkpoint"}
    assert may["auditor"] == own | seals | {"retention.hold"}
    assert not may["administrator"] & (may["approver"] | may["integrator"]) - own
    assert "payload.read" not in may["administrator"]
    assert MATRIX["payload.read"] == {"payload"}


def test_nothing_is_asked_where_roles_are_not_enforced(tmp_path: Path) -> None:
    trial = open_trial(tmp_path / "home", ROOT / "partners", SECRETS)

    assert not any(refused(trial.wired.tools, act, ANN) for act in MATRIX)
    trial.close()


def test_refusal_is_an_entry(trial: Trial) -> None:
    tools = trial.wired.tools

    assert refused(tools, "lane.pause", ANN)

    (day,) = tools.ledger.streams("access:2")
    (entry,) = tools.ledger.entries(day)
    assert (entry.kind, entry.actor) == ("refused", ANN)
    assert entry.body == {"act": "lane.pause", "target": "x"}


def test_grant_ends_by_itself(trial: Trial) -> None:
    tools = trial.wired.tools
    let(tools, "ann")
    until = tools.clock.now() + timedelta(hours=1)
    Users(tools).grant(Order("ann", ROOT_USER, "one case", "payload", until))

    assert not refused(tools, "payload.read", ANN)
    trial.clock.advance(timedelta(hours=2))
    assert refused(tools, "payload.read", ANN)


def test_revoked_and_disabled_may_nothing(trial: Trial) -> None:
    tools, people = trial.wired.tools, Users(trial.wired.tools)
    let(tools, "ann", "operator", "integrator")

    people.revoke(Order("ann", ROOT_USER, "moves on", "operator"))
    assert refused(tools, "lane.pause", ANN)
    assert not refused(tools, "profile.submit", ANN)
    people.disable(Order("ann", ROOT_USER, "leaves"))
    assert refused(tools, "profile.submit", ANN)
    people.add(Order("ann", ROOT_USER, "is back"))
    assert refused(tools, "profile.submit", ANN)


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ("auditor", "operator"),
        ("viewer", "auditor"),
        ("administrator", "approver"),
        ("approver", "administrator"),
        ("administrator", "payload"),
    ],
)
def test_roles_that_must_not_meet_in_one_person(trial: Trial, held: str, wanted: str) -> None:
    let(trial.wired.tools, "ann", held)

    with pytest.raises(PolicyError) as caught:
        Users(trial.wired.tools).grant(Order("ann", ROOT_USER, "please", wanted))
    assert caught.value.code == "policy.apart"


def test_first_grant_makes_an_administrator_and_nobody_grants_to_himself(tmp_path: Path) -> None:
    trial = open_trial(tmp_path / "home", ROOT / "partners", SECRETS)
    people = Users(trial.wired.tools)
    people.add(Order("root", ROOT_USER, "first"))

    for role, code in (("operator", "policy.first"), ("administrator", "")):
        if code:
            with pytest.raises(PolicyError) as caught:
                people.grant(Order("root", ROOT_USER, "first", role))
            assert caught.value.code == code
        else:
            people.grant(Order("root", ROOT_USER, "first", role))
    with pytest.raises(PolicyError) as caught:
        people.grant(Order("root", ROOT_USER, "more", "operator"))
    assert caught.value.code == "policy.self"
    trial.close()


def test_last_administrator_stays(trial: Trial) -> None:
    people = Users(trial.wired.tools)

    for act in (people.revoke, people.disable):
        with pytest.raises(PolicyError) as caught:
            act(Order("root", ROOT_USER, "tidy", "administrator"))
        assert caught.value.code == "policy.last"


def test_what_is_not_there_or_there_already(trial: Trial) -> None:
    people = Users(trial.wired.tools)
    let(trial.wired.tools, "ann", "viewer")

    with pytest.raises(ConflictError):
        people.add(Order("ann", ROOT_USER, "again"))
    with pytest.raises(ConflictError):
        people.grant(Order("ann", ROOT_USER, "again", "viewer"))
    with pytest.raises(NotFoundError):
        people.grant(Order("cat", ROOT_USER, "who", "viewer"))
    with pytest.raises(NotFoundError):
        people.revoke(Order("ann", ROOT_USER, "never had", "operator"))
    with pytest.raises(NotFoundError):
        people.grant(Order("ann", ROOT_USER, "what", "king"))
    with pytest.raises(PolicyError):
        people.add(Order("a name", ROOT_USER, "spaces"))
    with pytest.raises(PolicyError):
        people.add(Order("cat", ROOT_USER, " "))


def test_every_grant_has_actor_and_reason(trial: Trial) -> None:
    let(trial.wired.tools, "ann", "viewer")

    entries = trial.wired.tools.ledger.entries(STREAM)
    assert {one.actor for one in entries} == {ROOT_USER}
    assert all(one.body["reason"] for one in entries)
    assert list(trial.wired.tools.ledger.verify()) == []
    assert users(entries)["ann"].grants["viewer"].by == ROOT_USER


def test_nobody_is_nobody() -> None:
    assert users(()) == {}
    assert User("").grants == {}


def everything(tools: Tools, user: str = "") -> Window:
    now = tools.clock.now()
    return Window(now - timedelta(days=1), now + timedelta(days=1), user)


def test_look_at_a_payload_needs_grant_and_reason_and_is_an_entry(trial: Trial) -> None:
    tools = trial.wired.tools
    (row,) = trial.drop("clearing-relay", FILE.name, FILE.read_bytes())
    let(tools, "ann", "operator", "payload")
    let(tools, "bob", "operator")

    for actor, reason, code in ((BOB, "curious", "policy.role"), (ANN, " ", "policy.reason")):
        with pytest.raises(PolicyError) as caught:
            payloads.opened(tools, row.id, actor, reason)
        assert caught.value.code == code
    with payloads.opened(tools, row.id, ANN, "the payer asks") as file:
        assert file.read() == FILE.read_bytes()

    seen = auditing.looks(tools, everything(tools))
    assert [(one.user, one.kind, one.what, one.reason) for one in seen] == [
        ("bob", "refused", f"payload.read {row.id}", ""),
        ("ann", "viewed", row.id, "the payer asks"),
    ]
    assert auditing.looks(tools, everything(tools, "ann")) == seen[1:]
    past = everything(tools)._replace(until=tools.clock.now() - timedelta(hours=1))
    assert auditing.looks(tools, past) == []


def test_interventions_name_person_reason_and_who_approved_the_profile(trial: Trial) -> None:
    tools = trial.wired.tools
    (row,) = trial.drop("clearing-relay", FILE.name, FILE.read_bytes())
    let(tools, "ann", "operator")
    with tools.ledger.begin() as tx:
        tx.append("profile:clearing-relay", "submitted", {"version": 1, "sha256": "0"}, ANN)
        facts = {"version": 1, "sha256": "0", "effective": tools.clock.now().isoformat()}
        tx.append("profile:clearing-relay", "approved", facts, BOB)

    Restart(tools, trial.wired.engine).replay(Wanted(row.id, ANN, "the payer asks"))

    (one,) = auditing.actions(tools, everything(tools), ["replay", "release", "override"])
    assert (one.user, one.kind, one.exchange, one.reason) == (
        "ann",
        "replay",
        row.id,
        "the payer asks",
    )
    assert (one.profile, one.approved_by, one.detail) == ("clearing-relay@1", "bob", "part=all")
    assert auditing.actions(tools, everything(tools), ["release"]) == []
    assert auditing.actions(tools, everything(tools, "bob"), ["replay"]) == []
