"""The bridge module inside a real Odoo 19: verdicts one by one, all effects of a document at once.

The contract that it shares with the default adapter is in test_posting and test_faults.
"""

import base64
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from time import time_ns
from typing import Any

import pytest

from acktrail.errors import DeniedError
from acktrail.odoo.client import Done
from acktrail.odoo.loads import Plan
from acktrail.odoo.poster import Poster, Refused, Stored
from tests.service.odoo.conftest import RunningClock, Sandbox, bridged
from tests.unit.odoo import samples

NUMBERS = count(time_ns())
MAIN = "base.main_partner"
BAD_DATE = "2026-02-31"


@pytest.fixture
def bridge() -> Sandbox:
    return bridged()


@pytest.fixture
def slug() -> str:
    return f"i{next(NUMBERS)}"


def plans(slug: str, many: int, **changes: object) -> list[Plan]:
    maps = samples.maps(slug=slug, partner=MAIN, **changes)
    made = [maps.plan(samples.charge(f"I-{at}")) for at in range(many)]
    return [one for one in made if isinstance(one, Plan)]


def document(plan: Plan, **changes: object) -> dict[str, Any]:
    load = plan.loads[-1]
    rows = [list(row) for row in load.rows]
    fields = list(load.fields)
    made = {"key": load.external_id, "model": load.model, "fields": fields, "rows": rows}
    return {**made, **changes}


def spoiled(plan: Plan) -> dict[str, Any]:
    made = document(plan)
    made["rows"][0][made["fields"].index("invoice_date")] = BAD_DATE
    return made


def post(sandbox: Sandbox, docs: Sequence[dict[str, Any]], user: str = "bot") -> list[Any]:
    with sandbox.client(user) as client:
        answer = client.call("acktrail.inbox", "post_documents", {"docs": docs})
    assert isinstance(answer, Done), answer
    return list(answer.value)


def search(sandbox: Sandbox, model: str, domain: list[object], *fields: str) -> list[Any]:
    body = {"domain": domain, "fields": list(fields)}
    with sandbox.client("admin") as admin:
        answer = admin.call(model, "search_read", body)
    assert isinstance(answer, Done)
    return list(answer.value)


def stored(sandbox: Sandbox, slug: str) -> int:
    domain: list[object] = [["module", "=", f"acktrail_{slug}"], ["model", "=", "account.move"]]
    return len(search(sandbox, "ir.model.data", domain, "res_id"))


def taken(sandbox: Sandbox, slug: str) -> int:
    return len(search(sandbox, "acktrail.inbox", [["key", "like", f"acktrail_{slug}."]], "key"))


def test_one_bad_document_of_fifty_is_rejected_and_the_others_created_in_one_call(
    bridge: Sandbox, slug: str
) -> None:
    docs = [document(one) for one in plans(slug, 50)]
    docs[17] = spoiled(plans(slug, 50)[17])

    verdicts = post(bridge, docs)

    assert Counter(one["status"] for one in verdicts) == {"created": 49, "rejected": 1}
    assert verdicts[17]["messages"][0]["field"] == "invoice_date"
    assert stored(bridge, slug) == taken(bridge, slug) == 49
    assert post(bridge, [document(plans(slug, 50)[17])])[0]["status"] == "created"  # corrected


def test_same_content_is_a_duplicate_and_other_content_a_conflict(
    bridge: Sandbox, slug: str
) -> None:
    [plan] = plans(slug, 1)
    [first] = post(bridge, [document(plan)])
    other = document(plan)
    other["rows"][0][other["fields"].index("ref")] = "other"

    again, changed = post(bridge, [document(plan), other])

    assert (again["status"], again["id"]) == ("duplicate", first["id"])
    assert (changed["status"], changed["id"]) == ("conflict", first["id"])
    assert stored(bridge, slug) == 1


def test_record_that_a_user_deleted_is_missing_and_not_made_again(
    bridge: Sandbox, slug: str
) -> None:
    [plan] = plans(slug, 1)
    [first] = post(bridge, [document(plan)])
    with bridge.client("admin") as admin:
        admin.call("account.move", "unlink", {"ids": [first["id"]]})
    with bridge.client() as client:
        outcomes = Poster(client, RunningClock()).deliver([(1, plan)]).outcomes

    assert post(bridge, [document(plan)])[0]["status"] == "missing"
    assert outcomes == {1: Refused("odoo.gone", "id")}
    assert stored(bridge, slug) == 0


def test_conflict_is_refused_by_the_poster_too(bridge: Sandbox, slug: str) -> None:
    [plan] = plans(slug, 1)
    other = document(plan)
    other["rows"][0][other["fields"].index("ref")] = "other"
    post(bridge, [other])

    with bridge.client() as client:
        outcomes = Poster(client, RunningClock()).deliver([(1, plan)]).outcomes

    assert outcomes == {1: Refused("odoo.conflict", "id")}


def test_record_actions_and_attachment_come_together_or_not_at_all(
    bridge: Sandbox, slug: str
) -> None:
    one, other = plans(slug, 2)
    attached = {"name": "note.txt", "datas": base64.b64encode(b"x").decode(), "mimetype": None}
    good = document(one, actions=["action_post"], attachment=attached, exchange="ex_TEST")
    bad = document(other, actions=["action_post", "unlink"])

    done, refused = post(bridge, [good, bad])

    assert (done["status"], refused["status"]) == ("created", "rejected")
    [move] = search(bridge, "account.move", [["id", "=", done["id"]]], "state")
    assert move["state"] == "posted"
    domain: list[object] = [["res_model", "=", "account.move"], ["res_id", "=", done["id"]]]
    assert [row["name"] for row in search(bridge, "ir.attachment", domain, "name")] == ["note.txt"]
    [kept] = search(bridge, "acktrail.inbox", [["key", "=", done["key"]]], "exchange", "res_id")
    assert (kept["exchange"], kept["res_id"]) == ("ex_TEST", done["id"])
    assert stored(bridge, slug) == 1


def test_model_that_is_not_open_is_rejected_whatever_rights_the_user_has(
    bridge: Sandbox, slug: str
) -> None:
    doc = {
        "key": f"acktrail_{slug}.journal_1",
        "model": "account.journal",
        "fields": ["id", "name"],
        "rows": [[f"acktrail_{slug}.journal_1", "x"]],
    }

    assert [one["status"] for one in post(bridge, [doc])] == ["rejected"]
    assert taken(bridge, slug) == 0


def test_user_without_the_group_is_denied(bridge: Sandbox, slug: str) -> None:
    with pytest.raises(DeniedError):
        post(bridge, [document(one) for one in plans(slug, 1)], user="nobody")

    assert taken(bridge, slug) == 0


def test_missing_right_denies_the_call_and_rejects_no_document(bridge: Sandbox, slug: str) -> None:
    with pytest.raises(DeniedError):
        post(bridge, [document(one) for one in plans(slug, 2)], user="readonly")

    assert taken(bridge, slug) == 0


def test_three_at_once_create_each_document_once_and_agree(bridge: Sandbox, slug: str) -> None:
    made = list(enumerate(plans(slug, 10)))

    def deliver(_: int) -> object:
        with bridge.client() as client:
            return Poster(client, RunningClock()).deliver(made).outcomes

    with ThreadPoolExecutor(3) as pool:
        first, second, third = pool.map(deliver, range(3))

    assert first == second == third
    assert isinstance(first, dict)
    assert all(isinstance(one, Stored) for one in first.values())
    assert stored(bridge, slug) == taken(bridge, slug) == 10


def test_link_to_the_console_is_shown_where_its_address_is_known(
    bridge: Sandbox, slug: str
) -> None:
    [plan] = plans(slug, 1)
    post(bridge, [document(plan, exchange="ex_TEST")])
    with bridge.client("admin") as admin:
        named = {"key": "acktrail.console_url", "value": "https://console.example.org/"}
        admin.call("ir.config_parameter", "set_param", named)

    [kept] = search(
        bridge, "acktrail.inbox", [["key", "=", plan.loads[-1].external_id]], "console_url"
    )

    assert kept["console_url"] == "https://console.example.org/exchanges/ex_TEST"
