"""``acktrail odoo check`` against real Odoos 19 and 14."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from acktrail.cli.main import cli
from acktrail.odoo.check import Known, Row, check
from tests.service.odoo.conftest import DIALECTS, Sandbox
from tests.unit.odoo import samples

KINDS = (
    *("invoice", "credit_note", "order", "remittance", "price_catalogue", "party", "charge"),
    *("order_response", "despatch_advice", "premium_payment", "service_order", "appointment"),
)


def sent(*kinds: str) -> Mapping[str, Iterable[str]]:
    return samples.maps().sent(kinds)


def known(sandbox: Sandbox) -> Known:
    major = int(sandbox.version)
    spoken = DIALECTS.of(major)
    return Known((major, 0), spoken.lacks, without=spoken.without)


def faults(rows: Iterable[Row]) -> list[Row]:
    return [one for one in rows if one.state not in ("ok", "beyond")]


def test_check_of_a_right_profile_has_no_fault(either: Sandbox) -> None:
    options = either.options()

    rows = check(either.client(), options, sent("invoice", "order", "remittance"), known(either))

    assert faults(rows) == []
    assert {"server", "key", "account.move", "sale.order", "odoo.taxes.S:7.25"} <= {
        one.what for one in rows
    }
    assert rows[0] == Row("server", "ok", f"Odoo {either.version}.0")


def test_check_names_every_reference_that_is_not_there_or_is_something_else(
    either: Sandbox,
) -> None:
    wrong = {"sale_journal": "account.1_nope", "adjustment": {"CO": "a.b", "PI": "base.us"}}

    rows = check(either.client(), either.options(**wrong), {})

    assert {one.what: one.hint for one in rows if one.state == "missing"} == {
        "odoo.sale_journal": "account.1_nope: no such record, or the user may not read it",
        "odoo.adjustment.CO": "a.b: no such record, or the user may not read it",
        "odoo.adjustment.PI": "base.us is no account.account but a record of res.country",
    }


def test_check_of_a_user_without_rights_names_the_models(either: Sandbox) -> None:
    rows = check(either.client("nobody"), either.options(), sent("invoice", "order"))

    assert ("account.move", "denied") in {(one.what, one.state) for one in rows}
    assert any(one.what.startswith("sale.order") and one.state != "ok" for one in rows)


def test_check_of_an_expired_key_says_so(sandbox: Sandbox) -> None:
    rows = check(sandbox.client("bot", "expired_api_key"), samples.options(), {})

    assert [(one.what, one.state) for one in rows] == [("key", "denied")]


def test_check_of_an_administrators_key_warns_and_lists_what_it_could_do(either: Sandbox) -> None:
    rows = check(either.client("admin"), either.options(), sent("invoice"))

    assert ("segregation", "denied") in {(one.what, one.state) for one in rows}
    beyond = {one.what: one.hint for one in rows if one.state == "beyond"}
    assert "write create" in beyond["right res.users"]
    assert "unlink" in beyond["right account.move"]


def test_crosswalk_rows_that_lead_nowhere_in_odoo_are_named(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    home, server = tmp_path / "home", sandbox.credentials
    invoke("init", str(home))
    invoke("--home", str(home), "partner", "new", "acme")
    profile = home / "partners" / "acme" / "1.toml"
    profile.write_text(profile.read_text() + '\n[odoo]\nproducts = "default_code"\n')
    (home / "secrets" / "odoo").write_text(server["bot"]["api_key"])
    (home / "secrets" / "odoo").chmod(0o600)
    with (home / "acktrail.toml").open("a") as settings:
        settings.write(f'[odoo.main]\nurl = "{server["url"]}"\n')
        settings.write(f'database = "{server["db"]}"\nkey = "file:odoo"\n')
    folder = home / "partners" / "acme" / "crosswalk"
    folder.mkdir()
    (folder / "accounts.csv").write_text("code,odoo\nCO,account.1_sale\nOA,account.nowhere\n")
    (folder / "products.csv").write_text("code,odoo\nHCPCS:99213,NO-SUCH-PRODUCT\n")

    result = invoke("--home", str(home), "crosswalk", "check")

    assert result.exit_code == 3
    assert [line.split("\t")[:2] for line in result.stdout.splitlines()[1:]] == [
        ["partners/acme/crosswalk/accounts.csv", "3"],
        ["partners/acme/crosswalk/products.csv", "2"],
    ]


def test_check_knows_every_field_that_may_be_sent(either: Sandbox) -> None:
    rows = check(either.client("admin"), either.options(), sent(*KINDS), known(either))

    assert [one.what for one in rows if one.state == "missing" and "odoo." not in one.what] == []


def test_check_of_a_profile_that_makes_products_asks_for_the_right(either: Sandbox) -> None:
    options = either.options(create_products=True, products="external_id")

    rows = check(either.client("draft"), options, sent("invoice"))

    [denied] = [one for one in rows if one.state == "denied"]
    assert denied.what == "product.product"
    assert "product.group_product_manager" in denied.hint


@pytest.mark.parametrize(("bot", "state"), [("draft", "denied"), ("post", "ok")])
def test_check_names_the_group_that_posting_takes(either: Sandbox, bot: str, state: str) -> None:
    rows = check(either.client(bot), either.options(post=True), sent("invoice"), known(either))

    [group] = [one for one in rows if one.what.startswith("group ")]
    assert (group.what, group.state) == ("group account.group_account_invoice", state)


def test_check_says_the_smallest_group_that_each_model_takes(either: Sandbox) -> None:
    rows = check(either.client(), either.options(), sent("invoice", "order"), known(either))

    hints = {one.what: one.hint for one in rows if one.state == "ok"}
    assert hints["sale.order"] == "sales_team.group_sale_salesman"
    assert not [one for one in rows if one.what.startswith("group ")]  # no verb is asked for


@pytest.mark.parametrize("field", ["no_such_field", "order_line/no_such_field"])
def test_check_names_a_field_that_the_server_does_not_know(either: Sandbox, field: str) -> None:
    rows = check(either.client(), either.options(), {"sale.order": ["partner_id/id", field]})

    assert f"sale.order.{field}" in {one.what for one in rows if one.state == "missing"}


def test_check_of_the_draft_bot_finds_nothing_beyond_what_drafts_need(either: Sandbox) -> None:
    rows = check(either.client("draft"), either.options(), sent("invoice"))

    assert [one for one in rows if one.state == "beyond"] == []
    assert {"account.move", "res.partner"} <= {one.what for one in rows if one.state == "ok"}


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, prog_name="acktrail")
