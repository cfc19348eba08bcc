"""What a key may do beyond its documents' need; a posted model takes its lines along."""

import pytest

from acktrail.odoo.client import Answer, Done
from acktrail.odoo.privileges import OPERATIONS, POSTING, TAKES, WATCHED, beyond
from tests.unit.odoo.scripted import Body, Scripted


def everything(_: str, __: str, ___: Body) -> Answer:
    return Done(value=True)


def found(*posted: str) -> dict[str, str]:
    return dict(beyond(Scripted(everything), posted))


@pytest.mark.parametrize("model", TAKES)
def test_model_that_is_posted_takes_its_lines_along_and_deletes_none_of_them(model: str) -> None:
    watched = {one for one in (model, *TAKES[model]) if WATCHED.get(one) == OPERATIONS}

    told = found(model)

    assert {one: told[one] for one in watched} == dict.fromkeys(watched, "unlink")
    for one in watched - {model}:
        assert found("res.partner")[one] == " ".join(OPERATIONS)


def test_payment_writes_the_entry_that_odoo_makes_for_it() -> None:
    told = found("account.payment")

    assert told["account.move"] == told["account.move.line"] == "unlink"
    assert "account.payment" not in told


def test_models_that_nothing_takes_are_told_with_every_watched_operation() -> None:
    told = found("sale.order")

    needed = {"sale.order", *TAKES["sale.order"]}
    assert {name: told[name] for name in WATCHED if name not in needed} == {
        name: " ".join(operations) for name, operations in WATCHED.items() if name not in needed
    }


def test_user_who_may_nothing_is_told_of_nothing() -> None:
    client = Scripted(lambda *_: Done(value=False))

    assert dict(beyond(client, ["account.move"])) == {}
    assert {body["operation"] for _, _, body in client.calls} <= {*OPERATIONS, *POSTING}
