"""What the two bots can and cannot do, tried with their keys on real Odoos 19 and 14.

``tools/odoo-sandbox bots`` sets them up: *draft* makes drafts of its own and contacts, *post* is
in Odoo's invoicing group. F15.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from acktrail.errors import DeniedError
from acktrail.odoo.attempts import Attempts
from acktrail.odoo.client import Done, Doubt
from acktrail.odoo.follow_up import Posted
from acktrail.odoo.strangers import Made, made
from tests.service.odoo.conftest import Desk, RunningClock
from tests.unit.odoo import samples

Call = tuple[str, str, Mapping[str, object]]

HARM: tuple[Call, ...] = (
    ("res.users", "create", {"vals_list": [{"name": "x", "login": "acktrail-intruder"}]}),
    ("res.groups", "create", {"vals_list": [{"name": "intruders"}]}),
    ("ir.model.access", "search_read", {"domain": [], "fields": ["perm_unlink"]}),
    ("ir.rule", "search_read", {"domain": [], "fields": ["domain_force"]}),
    ("ir.config_parameter", "search_read", {"domain": [], "fields": ["key"]}),
    ("ir.cron", "create", {"vals_list": [{"name": "x"}]}),
    ("account.journal", "create", {"vals_list": [{"name": "x", "code": "X", "type": "sale"}]}),
    ("account.account", "create", {"vals_list": [{"name": "x", "code": "999999"}]}),
    ("res.company", "write", {"ids": [1], "vals": {"name": "x"}}),
)


@dataclass(frozen=True)
class Moves:
    """Three moves: a draft of the draft bot, one of it that was posted, and somebody else's."""

    draft: int
    posted: int
    foreign: int


@pytest.fixture
def moves(desk: Desk) -> Moves:
    mine = replace(desk, poster=replace(desk.poster, client=desk.sandbox.client("draft")))
    draft, posted = mine.store(*(desk.plan(samples.charge(f"B-{at}")) for at in range(2)))
    [foreign] = desk.store(desk.plan(samples.charge("B-2")))
    desk.admin().call("account.move", "action_post", {"ids": [posted]})
    return Moves(draft, posted, foreign)


def refused(desk: Desk, bot: str, call: Call) -> bool:
    """Tell whether Odoo refuses it: by rights, or by finding nothing to do it to."""
    model, method, body = call
    try:
        answer = desk.sandbox.client(bot).call(model, method, body)
    except DeniedError:
        return True
    return isinstance(answer, Doubt)


@pytest.mark.parametrize("bot", ["draft", "post"])
@pytest.mark.parametrize("call", HARM, ids=lambda one: f"{one[0]}.{one[1]}")
def test_no_bot_can_change_who_may_do_what_or_the_books_setup(
    desk: Desk, bot: str, call: Call
) -> None:
    assert refused(desk, bot, call)


def test_draft_bot_can_make_drafts_and_read_its_own(desk: Desk, moves: Moves) -> None:
    assert _read(desk, "draft", moves.draft) == [{"id": moves.draft, "state": "draft"}]
    assert _read(desk, "draft", moves.posted) == [{"id": moves.posted, "state": "posted"}]


def test_draft_bot_cannot_see_a_move_of_somebody_else(desk: Desk, moves: Moves) -> None:
    assert _read(desk, "draft", moves.foreign) == []


def test_draft_bot_cannot_post_unpost_delete_or_touch_what_is_posted(
    desk: Desk, moves: Moves
) -> None:
    calls: tuple[Call, ...] = (
        ("account.move", "action_post", {"ids": [moves.draft]}),
        ("account.move", "button_draft", {"ids": [moves.posted]}),
        ("account.move", "unlink", {"ids": [moves.draft]}),
        ("account.move", "write", {"ids": [moves.posted], "vals": {"ref": "changed"}}),
        ("account.move", "write", {"ids": [moves.foreign], "vals": {"ref": "changed"}}),
        ("account.payment", "create", {"vals_list": [{"amount": 1}]}),
        ("res.partner", "unlink", {"ids": [1]}),
    )

    assert [one[1] for one in calls if not refused(desk, "draft", one)] == []
    kept = {one["id"]: one for one in _moves(desk, moves)}
    assert kept[moves.draft]["state"] == "draft"
    assert kept[moves.posted]["state"] == "posted"
    assert "changed" not in {one["ref"] for one in kept.values()}


def test_post_bot_posts_what_the_draft_bot_made(desk: Desk) -> None:
    planned = desk.plan(samples.charge("B-9"), post=True)
    mine = replace(desk, poster=replace(desk.poster, client=desk.sandbox.client("draft")))
    [record] = mine.store(planned)
    posting = replace(desk.follow_up, client=desk.sandbox.client("post"))

    assert posting.finish([(1, planned, record)]).outcomes == {1: Posted("posted")}


def test_post_bot_can_make_a_payment_and_cannot_delete_what_is_posted(
    desk: Desk, moves: Moves
) -> None:
    document = samples.premium(f"PREM-{desk.slug}")
    planned = desk.plan(document, bank_journal=desk.sandbox.bank_journal, post=True)
    client = desk.sandbox.client("post")
    mine = replace(
        desk,
        poster=replace(desk.poster, client=client),
        follow_up=replace(desk.follow_up, client=client),
    )

    [payment] = mine.store(planned)

    assert isinstance(mine.follow_up.finish([(1, planned, payment)]).outcomes[1], Posted)
    [entry] = desk.search("account.move", [["origin_payment_id", "=", payment]], "create_date")
    now = datetime.now(UTC)  # noqa: TID251 - Odoo's clock, not the test's
    wanted = Made("account.move", 1, now - timedelta(hours=2), now + timedelta(hours=1))
    login = desk.sandbox.credentials["post"]["login"]
    strangers = made(Attempts(client, RunningClock()), wanted._replace(login=login))
    assert entry["id"] not in strangers  # the payment stands for it
    assert refused(desk, "post", ("account.move", "unlink", {"ids": [moves.posted]}))
    assert {one["id"]: one["state"] for one in _moves(desk, moves)}[moves.posted] == "posted"


@pytest.mark.parametrize("bot", ["draft", "post"])
@pytest.mark.parametrize("model", ["sale.order", "product.product", "stock.quant"])
def test_no_bot_can_make_what_its_documents_do_not_need(desk: Desk, bot: str, model: str) -> None:
    values: dict[str, dict[str, object]] = {
        "sale.order": {"partner_id": 1},
        "product.product": {"name": "x"},
        "stock.quant": {"product_id": 1, "location_id": 1},
    }

    with pytest.raises(DeniedError):
        desk.sandbox.client(bot).call(model, "create", {"vals_list": [values[model]]})


def test_replay_of_a_draft_that_was_posted_meanwhile_gives_the_draft_bot_the_same_id(
    desk: Desk, moves: Moves
) -> None:
    mine = replace(desk, poster=replace(desk.poster, client=desk.sandbox.client("draft")))

    assert mine.store(desk.plan(samples.charge("B-1"))) == [moves.posted]


def _read(desk: Desk, bot: str, move: int) -> list[dict[str, Any]]:
    body = {"domain": [["id", "=", move]], "fields": ["state"]}
    answer = desk.sandbox.client(bot).call("account.move", "search_read", body)
    assert isinstance(answer, Done)
    return list(answer.value)


def _moves(desk: Desk, moves: Moves) -> list[dict[str, Any]]:
    ids = [moves.draft, moves.posted, moves.foreign]
    return desk.search("account.move", [["id", "in", ids]], "state", "ref")
