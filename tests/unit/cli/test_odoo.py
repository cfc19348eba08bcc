import json

from tests.unit.cli.conftest import Run

PARTNER = "supplier-eurobandage"


def rows_of(look: Run, *words: str, code: int = 0) -> list[dict[str, object]]:
    result = look("odoo", "routes", *words, "--json")
    assert result.exit_code == code, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_routes_are_by_kind_model_company_and_fields(look: Run) -> None:
    rows = rows_of(look, PARTNER)

    assert {row["kind"] for row in rows} == {"order", "invoice", "credit_note"}
    assert {(row["partner"], row["company"], row["target"]) for row in rows} == {
        (PARTNER, 1, "main")
    }
    [order] = [row for row in rows if (row["kind"], row["model"]) == ("order", "sale.order")]
    assert {"partner_id", "client_order_ref"} <= set(str(order["fields"]).split())


def test_routes_name_every_partner_and_no_kind_that_is_not_routed(look: Run) -> None:
    everybody = rows_of(look)

    assert rows_of(look, PARTNER) == [row for row in everybody if row["partner"] == PARTNER]
    assert len({row["partner"] for row in everybody}) > 1
    assert not [row for row in everybody if row["kind"] == "inventory_report"]


def test_routes_of_an_unknown_partner_are_not_found(look: Run) -> None:
    assert rows_of(look, "nobody", code=4) == []
