"""The poster against the fake Odoo over HTTP: faults by switch, kills, counting afterwards."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from acktrail.documents.kinds import Document
from acktrail.errors import HaltedError
from acktrail.odoo.check import check
from acktrail.odoo.client import Done, Doubt, Lost
from acktrail.odoo.follow_up import FollowUp, Mismatch, Missing, Posted
from acktrail.odoo.json2 import Json2
from acktrail.odoo.loads import Plan
from acktrail.odoo.poster import Denied, Poster, Stored, Unknown
from tests.fakes.odoo import DATABASE, KEY, Running
from tests.service.odoo.conftest import RunningClock
from tests.unit.odoo import samples


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path / "odoo.db")
    yield running
    running.stop()


def client(fake: Running, key: str = KEY, timeout: float = 20.0) -> Json2:
    return Json2(fake.url, DATABASE, key, timeout, confirm=(0.0, 0.0))


def planned(document: Document, **changes: object) -> Plan:
    found = samples.maps(**changes).plan(document)
    assert isinstance(found, Plan)
    return found


def poster(fake: Running) -> Poster:
    return Poster(client(fake), RunningClock(), pause=lambda _: None)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("down", Lost("RemoteProtocolError")), ("html500", Lost("no JSON"))],
)
def test_call_without_an_answer_of_odoo_is_unknown(
    fake: Running, mode: str, expected: Lost
) -> None:
    fake.fault(mode)

    assert client(fake).call("res.users", "context_get", {}) == expected


def test_call_that_takes_longer_than_agreed_is_unknown(fake: Running) -> None:
    fake.fault("slow")

    answer = client(fake, timeout=0.2).call("res.users", "context_get", {})

    assert answer == Lost("ReadTimeout")


def test_call_of_a_server_that_is_away_is_unknown(fake: Running) -> None:
    fake.stop()

    assert client(fake).call("res.users", "context_get", {}) == Lost("ConnectError")


def test_call_with_a_wrong_key_halts_after_it_was_confirmed(fake: Running) -> None:
    with pytest.raises(HaltedError, match="401"):
        client(fake, "wrong").call("res.users", "context_get", {})

    assert fake.calls() == {"/json/2/res.users/context_get": 3}


def test_call_with_a_key_that_was_refused_once_goes_on(fake: Running) -> None:
    fake.fault("unauthorized", 2)

    assert isinstance(client(fake).call("res.users", "context_get", {}), Done)


def test_call_that_answers_null_is_done(fake: Running) -> None:
    assert client(fake).call("account.move.line", "reconcile", {"ids": []}) == Done(None)


def test_call_of_a_user_error_is_a_doubt_without_its_text(fake: Running) -> None:
    answer = client(fake).call("account.move", "action_post", {"ids": [1]})

    assert isinstance(answer, Doubt)
    assert "draft" not in repr(answer)


def test_client_when_shown_hides_its_key(fake: Running) -> None:
    assert KEY not in repr(client(fake))


def test_delivery_when_the_fake_is_killed_after_the_commit_is_there_once(fake: Running) -> None:
    plans = [planned(samples.charge(f"C-{at}")) for at in range(5)]
    fake.fault("kill_after_commit")
    lost = poster(fake).deliver(list(enumerate(plans)))
    fake.process.wait()
    fake.start()

    found = poster(fake).deliver(list(enumerate(plans)))

    assert set(map(type, lost.outcomes.values())) == {Unknown}
    assert set(map(type, found.outcomes.values())) == {Stored}
    names = [one["xid"] for one in fake.records()]
    assert len(names) == len(set(names)) == 6


def test_delivery_that_meets_every_fault_stores_each_document_once(fake: Running) -> None:
    plans = [planned(samples.charge(f"C-{at}"), post=True) for at in range(5)]
    for mode in ("down", "html500", "race"):
        fake.fault(mode, 2)
        poster(fake).deliver(list(enumerate(plans)))

    fake.fault("slow")
    found = poster(fake).deliver(list(enumerate(plans))).outcomes
    kept = [(at, plans[at], one.odoo_id) for at, one in found.items() if isinstance(one, Stored)]
    done = FollowUp(client(fake), RunningClock()).finish(kept)

    assert set(done.outcomes.values()) == {Posted("posted")}
    assert len(fake.records()) == 6


def test_delivery_without_the_right_waits_and_refuses_nothing(fake: Running) -> None:
    fake.fault("denied", 2)

    found = poster(fake).deliver([(1, planned(samples.invoice(), partner="base.partner_demo"))])

    assert found.halted == ""
    assert found.outcomes == {1: Denied("our user may not create account.move")}


def test_follow_up_when_a_verbs_answer_is_lost_looks_and_finds_it_done(fake: Running) -> None:
    one = planned(samples.invoice(), partner="base.partner_demo", post=True)
    stored = poster(fake).deliver([(1, one)]).outcomes[1]
    assert isinstance(stored, Stored)
    client(fake).call("account.move", "action_post", {"ids": [stored.odoo_id]})

    done = FollowUp(client(fake), RunningClock()).finish([(1, one, stored.odoo_id)])

    assert done.outcomes == {1: Posted("posted")}


@pytest.mark.parametrize(
    ("changed", "end"),
    [
        ({"amount": Decimal(99)}, Mismatch("amount_total")),
        ({"reference": "other"}, Mismatch("ref")),
        ({"partner": "base.partner_other"}, Mismatch("partner_id")),
    ],
)
def test_follow_up_of_a_record_that_differs_leaves_the_draft(
    fake: Running, changed: dict[str, Any], end: Mismatch
) -> None:
    one = planned(samples.invoice(), partner="base.partner_demo", post=True)
    assert one.expected is not None
    other = replace(one, expected=one.expected._replace(**changed))
    poster(fake).deliver([(1, one)])

    done = FollowUp(client(fake), RunningClock()).finish([(1, other, 1)])

    assert done.outcomes == {1: end}
    assert fake.records()[0]["state"] == "draft"


def test_follow_up_of_a_record_that_is_gone_is_missing(fake: Running) -> None:
    one = planned(samples.invoice(), partner="base.partner_demo")

    done = FollowUp(client(fake), RunningClock()).finish([(1, one, 77)])

    assert done.outcomes == {1: Missing()}


def test_follow_up_whose_key_is_refused_halts_and_knows_nothing(fake: Running) -> None:
    one = planned(samples.invoice(), partner="base.partner_demo")

    done = FollowUp(client(fake, "wrong"), RunningClock()).finish([(1, one, 1)])

    assert "401" in done.halted
    assert done.outcomes == {1: Unknown("unanswered")}


def test_follow_up_of_an_odoo_that_is_away_knows_nothing(fake: Running) -> None:
    one = planned(samples.invoice())
    fake.stop()
    clock = RunningClock()
    clock.begin -= 1000

    def pause(wait: float) -> None:
        clock.begin -= wait

    done = FollowUp(client(fake), clock, pause).finish([(1, one, 1)])

    assert done.outcomes == {1: Unknown("unanswered")}
    assert done.unknown >= 5


def test_check_of_a_server_that_is_away_says_so(fake: Running) -> None:
    fake.stop()

    rows = check(client(fake), samples.options(), {})

    assert [(one.what, one.state) for one in rows] == [("server", "unreachable")]
