"""Signing in: wrong, too often, too late, from elsewhere; and the session that follows."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from acktrail.app.access import Order, Users
from acktrail.app.trial import Trial
from acktrail.ports import Entry
from acktrail.web.visits import COOKIE
from tests.unit.web.conftest import BOSS, CHEAP, OWN, Enter, csrf, fields


def noted(trial: Trial) -> list[Entry]:
    days = trial.wired.tools.ledger.streams("access:2")
    return [one for day in days for one in trial.wired.tools.ledger.entries(day)]


def attempt(browser: TestClient, name: str, password: str) -> int:
    return int(browser.post("/sign-in", data={"name": name, "password": password}).status_code)


def cookie_of(browser: TestClient) -> str:
    return str(browser.cookies.get(COOKIE))


def test_signing_in_is_an_entry_and_leads_home(trial: Trial, enter: Enter) -> None:
    browser = enter("viewer")
    browser.post("/sign-out", data=fields(browser))

    answer = browser.post("/sign-in", data={"name": "viewer", "password": OWN})

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    last = noted(trial)[-1]
    assert (last.kind, last.actor, last.body["address"]) == (
        "signed_in",
        "user:viewer",
        "testclient",
    )


def test_cookie_is_for_this_host_this_site_and_no_script(
    enter: Enter, stranger: TestClient
) -> None:
    enter("viewer")

    answer = stranger.post("/sign-in", data={"name": "viewer", "password": OWN})

    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-acktrail=")
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert parts == {"httponly", "path=/", "samesite=strict", "secure"}


def test_session_is_another_one_after_signing_in(enter: Enter) -> None:
    browser = enter("viewer")
    before = cookie_of(browser)

    browser.post("/sign-in", data={"name": "viewer", "password": OWN})
    after = cookie_of(browser)
    browser.cookies.clear()
    browser.headers["cookie"] = f"{COOKIE}={before}"

    assert after != before
    assert browser.get("/").headers["location"] == "/sign-in"


def test_token_that_was_planted_is_never_taken(enter: Enter, stranger: TestClient) -> None:
    enter("viewer")
    stranger.headers["cookie"] = f"{COOKIE}=planted"

    answer = stranger.post("/sign-in", data={"name": "viewer", "password": OWN})

    assert "planted" not in answer.headers["set-cookie"]
    assert stranger.get("/").headers["location"] == "/sign-in"


@pytest.mark.parametrize("name", ["viewer", "nobody-knows-me"])
def test_wrong_password_and_unknown_name_are_told_alike(
    trial: Trial, enter: Enter, stranger: TestClient, name: str
) -> None:
    enter("viewer")

    answer = stranger.post("/sign-in", data={"name": name, "password": "wrong"})

    assert answer.status_code == 403
    assert "no such user and password" in answer.text
    assert name not in answer.text
    last = noted(trial)[-1]
    assert last.kind == "sign_in_failed"
    assert last.body["user"] == ("viewer" if name == "viewer" else "")


def test_five_failures_make_even_the_right_password_wait(
    trial: Trial, enter: Enter, stranger: TestClient
) -> None:
    enter("viewer")

    wrong = [attempt(stranger, "viewer", "wrong") for _ in range(5)]
    at_once = attempt(stranger, "viewer", OWN)
    another = attempt(stranger, "operator", "wrong")
    trial.clock.advance(timedelta(minutes=1))
    later = attempt(stranger, "viewer", OWN)

    assert wrong == [403] * 5
    assert (at_once, another, later) == (429, 403, 303)
    assert "sign_in_stopped" in [one.kind for one in noted(trial)]


def test_address_that_fails_with_many_names_waits_too(
    trial: Trial, enter: Enter, stranger: TestClient
) -> None:
    enter("viewer")

    for number in range(30):
        attempt(stranger, f"guess-{number}", "wrong")

    assert attempt(stranger, "viewer", OWN) == 429
    trial.clock.advance(timedelta(minutes=1))
    assert attempt(stranger, "viewer", OWN) == 303


def test_session_ends_when_idle_and_after_its_longest_time(trial: Trial, enter: Enter) -> None:
    browser = enter("viewer")
    seen = []

    for _ in range(60):
        trial.clock.advance(timedelta(minutes=14))
        seen.append(browser.get("/").status_code)
    fresh = enter("operator")
    trial.clock.advance(timedelta(minutes=15))

    assert seen.count(200) == 12 * 60 // 14
    assert seen[-1] == 303
    assert fresh.get("/").headers["location"] == "/sign-in"


def test_user_who_was_ended_is_out_at_once_and_his_password_too(
    trial: Trial, enter: Enter, stranger: TestClient
) -> None:
    browser = enter("viewer")
    people = Users(trial.wired.tools, cost=CHEAP)

    people.disable(Order("viewer", BOSS, "left the house"))
    out = browser.get("/").headers["location"]
    people.add(Order("viewer", BOSS, "came back"))

    assert out == "/sign-in"
    assert attempt(stranger, "viewer", OWN) == 403


def test_one_time_password_leads_to_choosing_another_only(
    trial: Trial, stranger: TestClient
) -> None:
    once = Users(trial.wired.tools, cost=CHEAP).issue_password(Order("viewer", BOSS, "first"))

    assert attempt(stranger, "viewer", once) == 303
    assert stranger.get("/exchanges").headers["location"] == "/password"
    short = {"csrf": csrf(stranger, "/password"), "old": once, "new": "short", "again": "short"}
    assert stranger.post("/password", data=short).status_code == 422
    assert stranger.get("/exchanges").headers["location"] == "/password"


def test_one_time_password_ends_after_a_day(trial: Trial, stranger: TestClient) -> None:
    once = Users(trial.wired.tools, cost=CHEAP).issue_password(Order("viewer", BOSS, "first"))

    trial.clock.advance(timedelta(days=1))

    assert attempt(stranger, "viewer", once) == 403


def test_new_password_ends_every_other_session(
    trial: Trial, enter: Enter, stranger: TestClient
) -> None:
    browser = enter("viewer")
    attempt(stranger, "viewer", OWN)
    new = "another long sentence of mine"

    form = fields(browser, old=OWN, new=new, again=new)
    done = browser.post("/password", data=form)

    assert done.headers["location"] == "/?done=password"
    assert browser.get("/").status_code == 200
    assert stranger.get("/").headers["location"] == "/sign-in"
    assert attempt(stranger, "viewer", OWN) == 403
    assert "password_changed" in [one.kind for one in noted(trial)]


def test_ledger_and_database_keep_neither_password_nor_token(trial: Trial, enter: Enter) -> None:
    browser = enter("viewer")

    kept = b"".join(path.read_bytes() for path in trial.wired.tools.home.var.glob("ledger.db*"))

    assert OWN.encode() not in kept
    assert cookie_of(browser).encode() not in kept
