"""Order changes (860): an activity on the buyer's order, nothing of the order is written."""

from decimal import Decimal

from acktrail.documents.kinds import Document
from acktrail.documents.parts import Identifier, Item, Line, Quantity, Reference
from acktrail.documents.supply import ChangedLine, OrderChange
from acktrail.odoo.loads import Asks, Plan, Planned, Refusal
from acktrail.odoo.plan import Known
from acktrail.odoo.questions import Key, Record
from tests.unit.odoo import samples
from tests.unit.odoo.samples import usd

BUYER = 9


def changed(no: str, action: str, quantity: str = "12") -> ChangedLine:
    item = Item((Identifier("SELLER", f"A-{no}"),), "<b>Gloves</b>")
    amount = {"ORDERED": Quantity(Decimal(quantity), "EA", "CT")}
    return ChangedLine(action, Line(no, item, amount, usd("4.10")))


def change(*lines: ChangedLine, number: str = "PO-1", function: str = "CHANGE") -> Document:
    references = (Reference("ORDER", number),) if number else ()
    key = ("BUYER", number, "2")
    return Document(
        "order_change", number, key, OrderChange(lines), function, references=references
    )


def plan(document: Document, *orders: Record) -> Planned:
    """Plan; the partner's contact has the id 9, and these orders answer."""
    maps = samples.maps(partner="base.partner_demo")
    found = maps.plan(document)
    if not isinstance(found, Asks):
        return found
    contact: tuple[Record, ...] = ({"id": BUYER},)
    known = {one: orders if one.name == "order" else contact for one in found.questions}
    return maps.plan(document, Known(known))


def order(number: int = 5, partner: int = BUYER) -> Record:
    return {"id": number, "partner_id": [partner, "Buyer"]}


def refused(document: Document, *orders: Record) -> list[str]:
    found = plan(document, *orders)
    assert isinstance(found, Refusal), found
    return [one.rule for one in found.findings]


def test_order_change_is_one_activity_on_the_buyers_order() -> None:
    """Spec: X12 004010 860, POC02."""
    document = change(
        changed("1", "CHANGED"), changed("2", "DELETED", "3"), changed("3", "UNCHANGED")
    )

    found = plan(document, order())

    assert isinstance(found, Plan)
    assert not found.writes
    assert dict(zip(found.loads[0].fields, found.loads[0].rows[0], strict=True)) == {
        "id": found.external_id,
        "res_model_id/id": "sale.model_sale_order",
        "res_id": "5",
        "activity_type_id/id": "mail.mail_activity_data_todo",
        "summary": "Order change: 1 changed, 1 deleted",
        "note": "<p>line 1 CHANGED A-1 12 CT at 4.10</p><p>line 2 DELETED A-2 3 CT at 4.10</p>",
    }


def test_cancellation_of_an_order_and_a_change_of_many_lines_are_told_in_short() -> None:
    lines = tuple(changed(str(no), "CHANGED") for no in range(1, 31))

    whole = plan(change(function="CANCEL"), order())
    many = plan(change(*lines), order())

    assert isinstance(whole, Plan)
    assert "Order cancellation: see the file" in whole.loads[0].rows[0]
    assert "note" not in whole.loads[0].fields
    assert isinstance(many, Plan)
    assert many.loads[0].rows[0][-1].endswith("<p>and 11 more lines</p>")


def test_order_that_is_changed_is_looked_for_by_the_declared_keys() -> None:
    asked = samples.maps(partner="base.partner_demo").plan(change())

    assert isinstance(asked, Asks)
    keys = next(one.keys for one in asked.questions if one.name == "order")
    assert keys == (Key("client_order_ref", "PO-1"), Key("name", "PO-1"))


def test_change_of_no_order_of_several_or_of_another_buyers_is_refused() -> None:
    assert refused(change()) == ["ref.order_unknown"]
    assert refused(change(number="")) == ["ref.order_unknown"]
    assert refused(change(), order(1), order(2)) == ["ref.order_ambiguous"]
    assert refused(change(), order(partner=3)) == ["match.order_foreign"]
