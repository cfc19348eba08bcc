"""``acktrail odoo check`` against a real Odoo."""

from acktrail.odoo.check import check, models_of
from tests.service.odoo.conftest import Sandbox
from tests.unit.odoo import samples


def test_check_of_a_right_profile_has_no_fault(sandbox: Sandbox) -> None:
    options = samples.options()

    rows = check(sandbox.client(), options, models_of(["invoice", "order", "remittance"], options))

    assert [one for one in rows if one.state != "ok"] == []
    assert {"server", "key", "account.move", "sale.order", "odoo.taxes.S:7.25"} <= {
        one.what for one in rows
    }


def test_check_names_every_reference_that_is_not_there(sandbox: Sandbox) -> None:
    options = samples.options(sale_journal="account.1_nope", adjustment={"CO": "a.b"})

    rows = check(sandbox.client(), options, ())

    missing = {one.what for one in rows if one.state == "missing"}
    assert missing == {"odoo.sale_journal", "odoo.adjustment.CO"}


def test_check_of_a_user_without_rights_names_the_models(sandbox: Sandbox) -> None:
    rows = check(sandbox.client("nobody"), samples.options(), ("account.move", "sale.order"))

    assert ("account.move", "denied") in {(one.what, one.state) for one in rows}
    assert any(one.what.startswith("sale.order") and one.state != "ok" for one in rows)


def test_check_of_an_expired_key_says_so(sandbox: Sandbox) -> None:
    rows = check(sandbox.client("bot", "expired_api_key"), samples.options())

    assert [(one.what, one.state) for one in rows] == [("key", "denied")]


def test_check_of_an_administrators_key_warns(sandbox: Sandbox) -> None:
    rows = check(sandbox.client("admin"), samples.options(), ())

    assert ("segregation", "denied") in {(one.what, one.state) for one in rows}


def test_check_knows_every_field_that_may_be_sent(sandbox: Sandbox) -> None:
    rows = check(sandbox.client("admin"), samples.options())

    assert [one.what for one in rows if one.state == "missing"] == []
