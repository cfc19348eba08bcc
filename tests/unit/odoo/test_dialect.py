"""What an older Odoo calls otherwise; the names were read from Odoo 14.0 and 19.0."""

from acktrail.app.home import parser_files
from acktrail.odoo.dialect import Dialects

DIALECTS = Dialects.read(parser_files())


def test_dialect_of_the_newest_version_changes_nothing() -> None:
    body = {"fields": ["order_line/tax_ids/id"], "domain": [["account_type", "=", "x"]]}

    assert DIALECTS.of(19).asked("sale.order", body) == body


def test_field_of_a_line_is_renamed_within_its_path() -> None:
    names = ["order_line/tax_ids/id", "order_line/product_uom_id/id", "order_line/price_unit"]

    asked = DIALECTS.of(14).asked("sale.order", {"fields": names})

    assert asked["fields"] == [
        "order_line/tax_id/id",
        "order_line/product_uom/id",
        "order_line/price_unit",
    ]


def test_table_holds_up_to_its_version() -> None:
    body = {"fields": ["partner_id/id"]}

    assert DIALECTS.of(15).asked("product.supplierinfo", body)["fields"] == ["name/id"]
    assert DIALECTS.of(16).asked("product.supplierinfo", body)["fields"] == ["partner_id/id"]


def test_condition_is_asked_in_the_older_words_and_operators_are_left() -> None:
    domain = ["|", ["account_type", "=", "asset_receivable"], ["reconciled", "=", False]]

    asked = DIALECTS.of(14).asked("account.move.line", {"domain": domain})

    assert asked["domain"] == [
        "|",
        ["account_internal_type", "=", "receivable"],
        ["reconciled", "=", False],
    ]


def test_answer_comes_back_in_the_newest_names() -> None:
    dialect = DIALECTS.of(14)

    assert dialect.said("product.supplierinfo", [{"id": 1, "name": [7, "x"]}]) == [
        {"id": 1, "partner_id": [7, "x"]}
    ]
    assert dialect.said("product.supplierinfo", {"name": {"type": "many2one"}}) == {
        "partner_id": {"type": "many2one"}
    }
    assert dialect.said("res.partner", [{"name": "n"}]) == [{"name": "n"}]


def test_statement_lines_alone_are_not_for_versions_before_16() -> None:
    assert "account.bank.statement.line" in DIALECTS.of(15).lacks
    assert not DIALECTS.of(16).lacks


def test_counts_are_not_for_versions_before_15() -> None:
    """Odoo 14.0 stock.quant._set_inventory_quantity: validates a move, or ignores the count."""
    assert "stock.quant" in DIALECTS.of(14).lacks
    assert "stock.quant" not in DIALECTS.of(15).lacks


def test_lines_of_a_transfer_have_their_older_name_before_16() -> None:
    asked = DIALECTS.of(15).asked("stock.picking", {"fields": ["move_ids/product_id"]})

    assert asked == {"fields": ["move_lines/product_id"]}
    assert DIALECTS.of(16).asked("stock.picking", {"fields": ["move_ids"]})["fields"] == [
        "move_ids"
    ]


def test_field_that_the_version_lacks_is_left_out_with_its_cells() -> None:
    body = {"fields": ["id", "memo", "invoice_ids/.id"], "data": [["a.b", "820", "7"]]}

    asked = DIALECTS.of(14).asked("account.payment", body)

    assert asked == {"fields": ["id", "ref"], "data": [["a.b", "820"]]}
    assert DIALECTS.of(18).asked("account.payment", body) == body


def test_values_that_are_written_are_renamed_too() -> None:
    old = DIALECTS.of(14)

    assert old.asked("stock.move", {"vals": {"quantity": 4.0}}) == {"vals": {"quantity_done": 4.0}}
    made = old.asked("product.supplierinfo", {"vals_list": [{"partner_id": 7, "price": 1}]})
    assert made == {"vals_list": [{"name": 7, "price": 1}]}
