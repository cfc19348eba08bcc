"""Documents about our purchase orders: what is written, what is a person's, what is asked."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from acktrail.documents.kinds import Document
from acktrail.documents.parts import DateRole, Identifier, Item, Line, Quantity, Reference
from acktrail.documents.supply import (
    AnsweredLine,
    DespatchAdvice,
    DespatchLine,
    LineAnswer,
    Lot,
    OrderAnswer,
)
from acktrail.documents.value import replace
from acktrail.odoo.loads import ACCEPTABLE, Asks, Plan, Planned, Refusal
from acktrail.odoo.plan import Known
from acktrail.odoo.questions import Question, Record
from tests.unit.odoo import samples
from tests.unit.odoo.samples import usd

SUPPLIER, UNIT, OTHER_UNIT = 7, 1, 2
CHANGES: dict[str, object] = {"partner": "masterdata.medico", "products": "default_code"}
Rows = dict[str, list[dict[str, Any]]]


def line_of(number: int, **values: object) -> dict[str, Any]:
    return {
        "id": number,
        "order_id": [5, "P1"],
        "product_id": [number * 10, "x"],
        "product_qty": Decimal(10),
        "price_unit": Decimal("4.25"),
        "date_planned": "2026-12-01 12:00:00",
        "product_uom_id": [UNIT, "Units"],
        "qty_invoiced": 0,
        "qty_received": 0,
        "sequence": number,
        **values,
    }


def odoo(**tables: list[dict[str, Any]]) -> Rows:
    """What an Odoo holds: one order of two lines, its receipt, the supplier's price list."""
    head = {
        "id": 5, "name": "P1", "partner_id": [SUPPLIER, "Medico"], "state": "purchase",
        "partner_ref": False, "acknowledged": False,
    }  # fmt: skip
    moves = [
        {"id": 80 + n, "picking_id": [8, ""], "purchase_line_id": [n, ""],
         "product_id": [n * 10, ""], "product_uom_qty": Decimal(10), "quantity": 0,
         "product_uom": [1, ""]}
        for n in (1, 2)
    ]  # fmt: skip
    kept: Rows = {
        "purchase.order": [head],
        "purchase.order.line": [line_of(1), line_of(2)],
        "product.supplierinfo": [
            {"id": n, "product_code": f"S{n}", "product_id": [n * 10, ""]} for n in (1, 2)
        ],
        "product.product": [],
        "stock.picking": [
            {"id": 8, "origin": "P1", "state": "assigned", "scheduled_date": "2026-12-01 12:00:00",
             "note": False}
        ],
        "stock.move": moves,
        "ir.model.data": [
            {"id": SUPPLIER, "named": "masterdata.medico"},
            {"id": UNIT, "named": "uom.product_uom_unit"},
            {"id": OTHER_UNIT, "named": "uom.product_uom_dozen"},
        ],
    }  # fmt: skip
    names = {name.replace("_", "."): rows for name, rows in tables.items()}
    return {**kept, **names}


def answers_to(question: Question, rows: Rows) -> tuple[Record, ...]:
    for key in question.keys:
        name = "named" if question.model == "ir.model.data" else key.field
        hits = [one for one in rows[question.model] if _id(one.get(name)) == key.value]
        if hits:
            return tuple(hits)
    return ()


def _id(value: object) -> object:
    return value[0] if isinstance(value, list) else value


def planned(
    document: Document,
    rows: Rows | None = None,
    accepted: frozenset[str] = frozenset(),
    **more: object,
) -> Planned:
    maps, kept = samples.maps(**{**CHANGES, **more}), rows or odoo()
    known: dict[Question, tuple[Record, ...]] = {}
    for _ in range(6):
        made = maps.plan(document, Known(known, accepted=accepted))
        if not isinstance(made, Asks):
            return made
        known |= {one: answers_to(one, kept) for one in made.questions}
    raise AssertionError


def refused(document: Document, rows: Rows | None = None, **more: object) -> list[str]:
    made = planned(document, rows, frozenset(), **more)
    assert isinstance(made, Refusal), made
    return [one.rule for one in made.findings]


def written(made: Planned) -> dict[tuple[str, int], dict[str, object]]:
    assert isinstance(made, Plan), made
    return {(one.model, one.record): dict(one.values) for one in made.writes}


def line(at: int, code: str, price: str = "4.25", unit: str = "EA") -> Line:
    item = Item((Identifier("SELLER", code),))
    return Line(str(at), item, {"ORDERED": Quantity(Decimal(10), unit)}, usd(price))


def response(*lines: AnsweredLine, order: str = "P1", disposition: str = "ACCEPTED") -> Document:
    return Document(
        "order_response", "SO-9", ("S", order, "SO-9"), OrderAnswer(disposition, lines),
        references=(Reference("ORDER", order),),
    )  # fmt: skip


def answered(
    at: int = 1, amount: str = "10", status: str = "ACCEPTED", price: str = "4.25", unit: str = "EA"
) -> AnsweredLine:
    days = (DateRole("PROMISED", date(2026, 12, 24)),)
    said = LineAnswer(status, "", Quantity(Decimal(amount), unit), days)
    return AnsweredLine(line(at, f"S{at}", price, unit), (said,))


def despatch(first: str = "10", code: str = "S1", lots: tuple[Lot, ...] = ()) -> Document:
    item = Item((Identifier("SELLER", code),))
    shipped = Line(
        "1",
        item,
        {"SHIPPED": Quantity(Decimal(first), "EA")},
        references=(Reference("ORDER", "P1"),),
    )
    payload = DespatchAdvice((DespatchLine(shipped, lots=lots),))
    return Document("despatch_advice", "ASN-1", ("S", "ASN-1"), payload)


def test_response_writes_the_suppliers_number_and_the_promised_day_with_our_hour() -> None:
    made = planned(response(answered(1), answered(2)))

    assert written(made) == {
        ("purchase.order", 5): {"partner_ref": "SO-9", "acknowledged": True},
        ("purchase.order.line", 1): {"date_planned": "2026-12-24 12:00:00"},
        ("purchase.order.line", 2): {"date_planned": "2026-12-24 12:00:00"},
    }
    assert isinstance(made, Plan)
    assert made.target == ("purchase.order", 5)


def test_response_that_says_what_odoo_has_writes_nothing_again() -> None:
    rows = odoo()
    rows["purchase.order"][0] |= {"partner_ref": "SO-9", "acknowledged": True}
    rows["purchase.order.line"][0]["date_planned"] = "2026-12-24 12:00:00"

    assert written(planned(response(answered(1)), rows)) == {}


@pytest.mark.parametrize(
    ("owner", "expected"),
    [("partner", {"partner_ref": "SO-9", "acknowledged": True}), ("odoo", {"acknowledged": True})],
)
def test_owner_of_a_field_says_whose_value_stands(owner: str, expected: dict[str, object]) -> None:
    rows = odoo()
    rows["purchase.order"][0]["partner_ref"] = "typed by hand"
    rules = {"purchase.order.partner_ref": owner}

    made = planned(response(), rows, owner=rules)

    assert written(made)["purchase.order", 5] == expected


def test_field_that_asks_is_a_persons_when_odoo_has_another_value() -> None:
    rows = odoo()
    rows["purchase.order"][0]["partner_ref"] = "typed by hand"
    rules = {"purchase.order.partner_ref": "ask"}

    assert refused(response(), rows, owner=rules) == ["match.field_asks"]
    taken = planned(response(), rows, ACCEPTABLE, owner=rules)
    assert written(taken)["purchase.order", 5]["partner_ref"] == "SO-9"


@pytest.mark.parametrize(
    ("document", "rules"),
    [
        (response(answered(amount="9")), ["match.quantity_differs"]),
        (response(answered(price="4.26")), ["match.price_differs"]),
        (response(answered(unit="DZN")), ["match.unit_differs"]),
        (response(answered(unit="XPX")), ["ref.unit_unknown"]),
        (response(answered(status="SUBSTITUTED")), ["match.not_accepted"]),
        (response(disposition="REJECTED"), ["match.not_accepted"]),
        (response(order="P2"), ["ref.order_unknown"]),
        (response(answered(3)), ["ref.order_line_unknown"]),
        (despatch("11"), ["match.quantity_differs"]),
        (despatch(code="S9"), []),
    ],
)
def test_difference_between_document_and_order_is_a_persons(
    document: Document, rules: list[str]
) -> None:
    if rules:
        assert refused(document) == rules
    else:  # an unknown code at the place of a known line: the place is a declared key
        assert isinstance(planned(document), Plan)


def test_difference_that_a_person_accepted_goes_through_and_writes_no_amount() -> None:
    document = response(answered(amount="9", price="4.26"))

    made = planned(document, accepted=frozenset({"match.quantity_differs", "match.price_differs"}))

    assert {name for values in written(made).values() for name in values} == {
        "partner_ref", "acknowledged", "date_planned"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"partner_id": [99, "Another"]}, "match.order_foreign"),
        ({"state": "cancel"}, "match.order_closed"),
    ],
)
def test_order_of_another_supplier_or_state_is_not_touched(
    change: dict[str, object], rule: str
) -> None:
    rows = odoo()
    rows["purchase.order"][0] |= change

    assert refused(response(answered()), rows) == [rule]


def test_order_number_that_two_orders_have_names_both() -> None:
    rows = odoo()
    rows["purchase.order"].append({**rows["purchase.order"][0], "id": 6})

    made = planned(response(), rows)

    assert isinstance(made, Refusal)
    assert [one.rule for one in made.findings] == ["ref.order_ambiguous"]
    assert [(one.id, one.label) for one in made.unmatched[0].candidates] == [(5, "P1"), (6, "P1")]


def test_line_whose_product_the_order_has_twice_is_found_by_its_place_or_not_at_all() -> None:
    rows = odoo()
    rows["purchase.order.line"][1]["product_id"] = [10, "x"]

    by_place = planned(response(answered(1)), rows)
    strange = replace(answered(1), line=replace(answered(1).line, no="A"))

    assert ("purchase.order.line", 1) in written(by_place)
    assert refused(response(strange), rows) == ["ref.order_line_ambiguous"]


@pytest.mark.parametrize(
    ("pickings", "rule"),
    [([], "ref.receipt_unknown"), ([8, 9], "ref.receipt_ambiguous")],
    ids=["none", "two"],
)
def test_despatch_needs_the_one_open_receipt_of_its_order(pickings: list[int], rule: str) -> None:
    rows = odoo()
    rows["stock.picking"] = [{**rows["stock.picking"][0], "id": one} for one in pickings]

    assert refused(despatch(), rows) == [rule]


def test_despatch_prepares_quantities_and_leaves_the_receipt_to_people() -> None:
    made = planned(despatch("4"))

    assert written(made) == {("stock.move", 81): {"quantity": 4.0}}
    assert isinstance(made, Plan)
    assert (made.verb, made.target) == ("", ("stock.picking", 8))
    validated = planned(despatch("4"), validate=True)
    assert isinstance(validated, Plan)
    assert validated.verb == "button_validate"


def test_lots_are_records_of_their_own_and_their_move_starts_from_nothing() -> None:
    lots = (Lot("L1", date(2028, 12, 31), Quantity(Decimal(4), "EA")),)

    made = planned(despatch("4", lots=lots))

    assert written(made) == {("stock.move", 81): {"quantity": 0.0}}
    assert isinstance(made, Plan)
    load = made.loads[0]
    assert dict(zip(load.fields, load.rows[0], strict=True)) == {
        "id": load.external_id, "picking_id/.id": "8", "move_id/.id": "81",
        "product_id/.id": "10", "product_uom_id/.id": "1", "lot_name": "L1", "quantity": "4",
    }  # fmt: skip
