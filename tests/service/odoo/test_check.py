"""``acktrail odoo check`` against a real Odoo."""

from pathlib import Path

from click.testing import CliRunner, Result

from acktrail.cli.main import cli
from acktrail.odoo.check import check
from tests.service.odoo.conftest import Sandbox
from tests.unit.odoo import samples


def test_check_of_a_right_profile_has_no_fault(sandbox: Sandbox) -> None:
    options = samples.options()

    rows = check(sandbox.client(), options, samples.maps().sent(["invoice", "order", "remittance"]))

    assert [one for one in rows if one.state != "ok"] == []
    assert {"server", "key", "account.move", "sale.order", "odoo.taxes.S:7.25"} <= {
        one.what for one in rows
    }


def test_check_names_every_reference_that_is_not_there(sandbox: Sandbox) -> None:
    options = samples.options(sale_journal="account.1_nope", adjustment={"CO": "a.b"})

    rows = check(sandbox.client(), options, {})

    missing = {one.what for one in rows if one.state == "missing"}
    assert missing == {"odoo.sale_journal", "odoo.adjustment.CO"}


def test_check_of_a_user_without_rights_names_the_models(sandbox: Sandbox) -> None:
    rows = check(
        sandbox.client("nobody"), samples.options(), samples.maps().sent(["invoice", "order"])
    )

    assert ("account.move", "denied") in {(one.what, one.state) for one in rows}
    assert any(one.what.startswith("sale.order") and one.state != "ok" for one in rows)


def test_check_of_an_expired_key_says_so(sandbox: Sandbox) -> None:
    rows = check(sandbox.client("bot", "expired_api_key"), samples.options(), {})

    assert [(one.what, one.state) for one in rows] == [("key", "denied")]


def test_check_of_an_administrators_key_warns(sandbox: Sandbox) -> None:
    rows = check(sandbox.client("admin"), samples.options(), {})

    assert ("segregation", "denied") in {(one.what, one.state) for one in rows}


def test_check_knows_every_field_that_may_be_sent(sandbox: Sandbox) -> None:
    rows = check(sandbox.client("admin"), samples.options(), samples.maps().sent(["invoice"]))

    assert [one.what for one in rows if one.state == "missing"] == []


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


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, prog_name="acktrail")
