"""What breaks in between, on a real Odoo: each document becomes exactly one record.

The fault numbers are those of the table of fault tests.
"""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from time import sleep, time_ns

import pytest

from acktrail.errors import HaltedError
from acktrail.odoo.attempts import Attempts
from acktrail.odoo.client import Answer, Client, Done, Doubt, Lost
from acktrail.odoo.follow_up import FollowUp, Posted
from acktrail.odoo.json2 import Json2
from acktrail.odoo.jsonrpc import JsonRpc
from acktrail.odoo.loads import Plan
from acktrail.odoo.poster import Denied, Parked, Poster, Refused, Stored, Unknown
from tests.service.odoo.conftest import Desk, RunningClock, Sandbox
from tests.unit.odoo import samples


def test_f1_bad_documents_in_a_batch_are_refused_and_the_others_stored(desk: Desk) -> None:
    plans = [desk.plan(samples.charge(f"F1-{at}")) for at in range(6)]
    plans[2] = _with_cell(plans[2], "invoice_date", "2026-02-31")
    entries = [desk.plan(samples.remittance(f"F1-{at}")) for at in range(3)]
    entries[1] = _with_cell(entries[1], "line_ids/debit", "999.00")

    outcomes = _deliver(desk, plans + entries)

    assert outcomes.pop(2) == Refused("odoo.date", "invoice_date")
    assert outcomes.pop(7) == Refused("odoo.unbalanced")
    assert all(isinstance(one, Stored) for one in outcomes.values())
    assert desk.records("account.move") == 7


def test_f2_answer_that_was_lost_is_asked_for_again_and_gives_the_same_ids(desk: Desk) -> None:
    plans = [desk.plan(samples.charge(f"F2-{at}")) for at in range(20)]
    hasty = replace(desk.poster, client=desk.sandbox.client(timeout=0.3))

    first = hasty.deliver(list(enumerate(plans)))
    second = desk.poster.deliver(list(enumerate(plans)))

    stored = {at: one for at, one in first.outcomes.items() if isinstance(one, Stored)}
    assert stored.items() <= second.outcomes.items()
    assert desk.records("account.move") == len(plans)


def test_f3_odoo_killed_in_mid_batch_then_everything_is_there_once(desk: Desk) -> None:
    plans = [desk.plan(samples.charge(f"F3-{at}")) for at in range(60)]
    poster = replace(desk.poster, size=20)

    with ThreadPoolExecutor(1) as pool:
        delivery = pool.submit(poster.deliver, list(enumerate(plans)))
        while desk.records("account.move") == 0:
            sleep(0.05)
        desk.sandbox.kill()
        sleep(0.5)
        desk.sandbox.up()
        outcomes = delivery.result().outcomes

    assert all(isinstance(one, Stored) for one in outcomes.values())
    assert desk.records("account.move") == len(plans)


def test_f4_two_posters_with_the_same_documents_agree_on_every_id(desk: Desk) -> None:
    plans = list(enumerate(desk.plan(samples.charge(f"F4-{at}")) for at in range(12)))
    start = threading.Barrier(2)

    def deliver() -> object:
        with desk.sandbox.client() as client:
            poster = Poster(client, RunningClock(), size=4, limit=timedelta(seconds=90))
            start.wait()
            return poster.deliver(plans).outcomes

    with ThreadPoolExecutor(2) as pool:
        first, second = (one.result() for one in [pool.submit(deliver), pool.submit(deliver)])

    assert first == second
    assert desk.records("account.move") == len(plans)


def test_f5_key_twice_with_other_content_is_refused_before_sending(desk: Desk) -> None:
    one, other = (desk.plan(samples.charge("F5", price)) for price in ("10.00", "20.00"))

    outcomes = desk.poster.deliver([(1, one), (2, other)]).outcomes

    assert isinstance(outcomes[1], Stored)
    assert outcomes[2] == Refused("post.key_twice")


def test_f7_batch_that_kills_its_worker_is_halved_until_it_passes_and_each_is_there_once(
    sandbox: Sandbox,
) -> None:
    """Odoo ends a worker that takes too much CPU time; the client sees a connection end."""
    maps = sandbox.maps(slug=f"f7{time_ns()}")
    made = [maps.plan(samples.charge(f"F7-{at}")) for at in range(240)]
    plans = [one for one in made if isinstance(one, Plan)]
    sandbox.restart("--workers", "2", "--limit-cpu", "4", "--limit-real", "60")
    try:
        with sandbox.client() as client:
            counting = _Counting(client)
            poster = Poster(counting, RunningClock(), size=240, limit=timedelta(minutes=8))
            outcomes = poster.deliver(list(enumerate(plans))).outcomes
    finally:
        sandbox.restart()

    assert all(isinstance(one, Stored) for one in outcomes.values())
    assert len({one.odoo_id for one in outcomes.values() if isinstance(one, Stored)}) == 240
    assert counting.lost[:4] == [240] * 4  # the same call four times, then half of it
    assert set(counting.lost[4:]) <= {120, 60}


def test_f8_wrong_key_halts_and_refuses_no_document(desk: Desk) -> None:
    plans = [desk.plan(samples.charge(f"F8-{at}")) for at in range(4)]
    strange = replace(desk.poster, client=desk.sandbox.client_of("bot", "wrong"))

    delivery = strange.deliver(list(enumerate(plans)))

    assert delivery.halted.startswith("Odoo refuses us")
    assert set(map(type, delivery.outcomes.values())) == {Unknown}
    assert all(isinstance(one, Stored) for one in _deliver(desk, plans).values())


def test_f8_refusal_that_does_not_last_is_no_refusal(either: Sandbox) -> None:
    """A restarting database refuses good keys too: Odoo is asked again before it is believed."""
    login = either.credentials["post"]["login"]
    domain = [["login", "=", login], ["active", "in", [True, False]]]
    with either.client("admin") as admin, either.client("post") as client:
        found = admin.call("res.users", "search_read", {"domain": domain, "fields": ["id"]})
        assert isinstance(found, Done)
        [user] = found.value
        asked: list[float] = []

        def switch(*, on: bool) -> None:
            admin.call("res.users", "write", {"ids": [user["id"]], "vals": {"active": on}})

        def wait(seconds: float) -> None:
            asked.append(seconds)
            switch(on=True)

        assert isinstance(client, Json2 | JsonRpc)
        client.pause = wait
        switch(on=False)
        try:
            answer = client.call("res.users", "context_get", {})
        finally:
            switch(on=True)

    assert isinstance(answer, Done)
    assert len(asked) == 1


def test_f8_missing_right_denies_and_refuses_no_document(desk: Desk) -> None:
    plans = [desk.plan(samples.charge(f"F8r-{at}")) for at in range(4)]
    desk.store(plans[0])
    nobody = replace(desk.poster, client=desk.sandbox.client("readonly"))

    delivery = nobody.deliver(list(enumerate(plans)))

    assert delivery.halted == ""
    assert set(map(type, delivery.outcomes.values())) == {Denied}


def test_f9_unknown_journal_parks_the_document_even_alone(desk: Desk) -> None:
    plans = [desk.plan(samples.charge("F9"), sale_journal="account.1_nope")]

    assert _deliver(desk, plans) == {0: Parked("odoo.reference", "journal_id")}


def test_f9_unknown_field_parks_the_batch(desk: Desk) -> None:
    plans = [desk.plan(samples.charge(f"F9-{at}")) for at in range(4)]
    wrong = [_with_field(one, "ref", "no_such_field") for one in plans]

    assert _deliver(desk, wrong) == dict.fromkeys(range(4), Parked("odoo.mapping"))


def test_f11_follow_up_after_a_restart_posts_once(desk: Desk) -> None:
    planned = desk.plan(samples.charge("F11"), post=True)
    record = desk.store(planned)[0]
    desk.client.call("account.move", "action_post", {"ids": [record]})  # and the answer was lost

    record_again = desk.store(planned)[0]
    done = desk.follow_up.finish([(1, planned, record_again)]).outcomes

    assert record_again == record
    assert done == {1: Posted("posted")}


def test_f12_one_of_several_that_cannot_be_posted_leaves_the_others_posted(desk: Desk) -> None:
    plans = [desk.plan(samples.charge(f"F12-{at}"), post=True) for at in range(4)]
    ids = desk.store(*plans)
    body = {"ids": [ids[1]], "vals": {"invoice_line_ids": [[5, 0, 0]]}}
    desk.admin().call("account.move", "write", body)
    plans = [
        replace(one, expected=one.expected and one.expected._replace(amount=None)) for one in plans
    ]

    done = desk.follow_up.finish([(at, one, ids[at]) for at, one in enumerate(plans)]).outcomes

    assert isinstance(done[1], Refused)
    assert {done[at] for at in (0, 2, 3)} == {Posted("posted")}


def test_f8_expired_key_halts_on_the_version_that_knows_expiry(sandbox: Sandbox) -> None:
    with pytest.raises(HaltedError, match="401"):
        sandbox.client("bot", "expired_api_key").call("res.users", "context_get", {})


def test_f12_null_is_an_answer_and_a_repeated_verb_is_a_doubt(desk: Desk) -> None:
    record = desk.store(desk.plan(samples.charge("F12n")))[0]
    first = desk.client.call("account.move", "action_post", {"ids": [record]})
    second = desk.client.call("account.move", "action_post", {"ids": [record]})

    assert isinstance(first, Done)
    assert isinstance(second, Done if desk.sandbox.version == "14" else Doubt)  # 14 lets it pass


def test_f13_three_posters_with_kills_leave_each_document_once_and_posted(desk: Desk) -> None:
    plans = [desk.plan(samples.charge(f"F13-{at}"), post=True) for at in range(45)]
    plans[17] = _with_cell(plans[17], "invoice_date", "2026-02-31")

    def work(shift: int) -> dict[int, object]:
        items = list(enumerate(plans))
        turned = items[shift:] + items[:shift]
        with desk.sandbox.client() as client:
            poster = Poster(client, RunningClock(), size=10, limit=timedelta(seconds=120))
            stored = poster.deliver(turned).outcomes
            kept = [(n, p, one.odoo_id) for n, p in items if isinstance(one := stored[n], Stored)]
            done = FollowUp(client, RunningClock()).finish(kept).outcomes
            assert set(done.values()) == {Posted("posted")}
            return dict(stored)

    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(work, shift) for shift in (0, 15, 30)]
        sleep(2)
        desk.sandbox.kill()
        desk.sandbox.up()
        first, second, third = (one.result() for one in runs)

    assert first == second == third
    assert first[17] == Refused("odoo.date", "invoice_date")
    assert desk.records("account.move") == len(plans) - 1


def test_lost_answer_to_a_question_is_asked_again(desk: Desk) -> None:
    attempts = Attempts(_Deaf(desk), RunningClock(), pause=lambda _: None)

    assert isinstance(attempts.call("res.users", "context_get", {}), Done)


class _Counting:
    """Notes how many documents were in each ``load`` that got no answer."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.lost: list[int] = []

    def call(self, model: str, method: str, body: Mapping[str, object]) -> Answer:
        answer = self.client.call(model, method, body)
        data = body.get("data")
        if (model, method) == ("account.move", "load") and isinstance(answer, Lost):
            assert isinstance(data, list)
            self.lost.append(sum(bool(row[0]) for row in data))
        return answer


class _Deaf:
    """Loses the first two answers."""

    def __init__(self, desk: Desk) -> None:
        self.client = desk.client
        self.lost = 2

    def call(self, model: str, method: str, body: Mapping[str, object]) -> Done | Lost | Doubt:
        self.lost -= 1
        return Lost("deaf") if self.lost >= 0 else self.client.call(model, method, body)


def _deliver(desk: Desk, plans: list[Plan]) -> dict[int, object]:
    return dict(desk.poster.deliver(list(enumerate(plans))).outcomes)


def _with_cell(plan: Plan, name: str, cell: str) -> Plan:
    load = plan.loads[-1]
    at = load.fields.index(name)
    first = (*load.rows[0][:at], cell, *load.rows[0][at + 1 :])
    changed = load._replace(rows=(first, *load.rows[1:]))
    return replace(plan, loads=(*plan.loads[:-1], changed))


def _with_field(plan: Plan, name: str, other: str) -> Plan:
    load = plan.loads[-1]
    fields = tuple(other if one == name else one for one in load.fields)
    return replace(plan, loads=(*plan.loads[:-1], load._replace(fields=fields)))
