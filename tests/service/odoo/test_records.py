"""Kinds that maps make records of, on a real Odoo 19 by both adapters and on 14, read back."""

from datetime import date
from decimal import Decimal

import pytest

from acktrail.documents.clinical import (
    MasterData,
    MasterEntry,
    RequestedSupply,
    SupplyRequest,
)
from acktrail.documents.health import EligibilityAnswer, Enrolment, Member
from acktrail.documents.kinds import Document
from acktrail.documents.parts import Identifier, Item, Line, Quantity, Reference
from acktrail.documents.supply import InventoryReport, ReportedLine
from acktrail.documents.value import replace
from acktrail.odoo.client import Done
from acktrail.odoo.follow_up import Posted
from acktrail.odoo.loads import Refusal
from acktrail.odoo.poster import Refused
from tests.service.odoo.conftest import DIALECTS, Desk, Sandbox, bridged, odoo14
from tests.unit.odoo.samples import usd

TRANSFER: dict[str, object] = {
    "model": "stock.picking",
    "needs": {"lines.*.control": "NEW"},
    "cells": {
        "picking_type_id/id": "=stock.picking_type_internal",
        "location_id/id": "=stock.stock_location_stock",
        "location_dest_id": {"place": "lines.0.cost_centre", "scheme": "COST_CENTRE"},
        "origin": "document.id",
    },
    "lines": {
        "field": "move_ids",
        "of": "lines",
        "cells": {
            "product_id": {"item": "line.item", "required": True},
            "product_uom_qty": "line.quantities.ORDERED.value",
            "product_uom": {"unit": "line.quantities.ORDERED"},
        },
    },
}
NAMED_LINES = {  # before 19 a move has a name, and needs one
    "field": "move_ids",
    "of": "lines",
    "cells": {
        "name": "=Request + document.id",
        "product_id": {"item": "line.item", "required": True},
        "product_uom_qty": "line.quantities.ORDERED.value",
        "product_uom": {"unit": "line.quantities.ORDERED"},
    },
}
TRANSFER_FIELDS = [
    *("picking_type_id", "location_id", "location_dest_id", "origin"),
    *("move_ids/name", "move_ids/product_id", "move_ids/product_uom_qty", "move_ids/product_uom"),
]
TRANSFER_OF_14: dict[str, object] = {
    "record": [{**TRANSFER, "lines": NAMED_LINES}],
    "send": {"stock.picking": tuple(TRANSFER_FIELDS)},
}
COUNT: dict[str, object] = {
    "model": "stock.quant",
    "each": "lines",
    "key": ["document.payload.as_of", "line.item.ids.BUYER.value"],
    "cells": {
        "location_id/id": "=stock.stock_location_stock",
        "product_id": {"item": "line.item", "required": True},
        "inventory_quantity": {"from": "line.quantities.ON_HAND.value", "required": True},
    },
}
MEMBERS: dict[str, object] = {
    "model": "res.partner",
    "each": "members",
    "key": ["ids.PSEUDONYM.value"],
    "again": "overwrite",
    "cells": {
        "name": "=Member + ids.PSEUDONYM.value",
        "ref": "ids.PSEUDONYM.value",
        "active": {"from": "action", "table": {"CANCELLED": False}, "other": True},
    },
}
COVER: dict[str, object] = {
    "model": "res.partner",
    "key": ["subscriber.PSEUDONYM.value"],
    "again": "overwrite",
    "cells": {
        "name": "=Member + subscriber.PSEUDONYM.value",
        "ref": "subscriber.PSEUDONYM.value",
        "function": {"from": "active", "table": {"1": "covered", "0": "not covered"}},
    },
}
PARTNER_FIELDS = {"res.partner": ("name", "ref", "active", "function")}


@pytest.fixture(scope="session", params=["load", "bridge", "14"])
def server(request: pytest.FixtureRequest, sandbox: Sandbox) -> Sandbox:
    if request.param == "14":
        return odoo14()
    return bridged() if request.param == "bridge" else sandbox


def article(desk: Desk, code: str) -> int:
    stored = {"type": "product"} if desk.sandbox.version == "14" else {"is_storable": True}
    values = {"name": code, "default_code": code, **stored}
    answer = desk.admin().call("product.product", "create", {"vals_list": [values]})
    assert isinstance(answer, Done)
    return int(answer.value[0])


def wanted(no: str, code: str, quantity: str, control: str = "NEW") -> RequestedSupply:
    item = Item((Identifier("BUYER", code),), "CANARYTEXT")
    order = (Reference("ORDER", f"O-{code}"),)
    amount = {"ORDERED": Quantity(Decimal(quantity), "EA")}
    return RequestedSupply(control, Line(no, item, amount, references=order), "WARD-7")


def request_of(number: str, *lines: RequestedSupply) -> Document:
    key = ("HOSPITAL", number)
    return Document("supply_request", number, key, SupplyRequest(lines), issued=date(2026, 11, 5))


def test_supply_request_is_one_draft_purchase_order_however_often_it_comes(desk: Desk) -> None:
    codes = (f"G1-{desk.slug}", f"G2-{desk.slug}")
    products = [article(desk, one) for one in codes]
    lines = (wanted("1", codes[0], "12"), wanted("2", codes[1], "3"))
    document, again = request_of(f"M1-{desk.slug}", *lines), request_of("M-2", *lines)
    found = desk.plan(document, products="default_code")
    (record,) = desk.store(found)
    fields = ("state", "origin", "partner_id", "order_line", "write_date")
    kept = desk.read("purchase.order", record, *fields)

    assert desk.store(desk.plan(document, products="default_code")) == [record]
    assert desk.follow_up.finish([(1, found, record)]).outcomes == {1: Posted("draft")}

    assert desk.plan(again, products="default_code").external_id == found.external_id
    assert desk.records("purchase.order") == 1
    assert desk.read("purchase.order", record, *fields) == kept
    assert (kept["state"], kept["origin"]) == ("draft", f"M1-{desk.slug}")
    assert kept["partner_id"][1] == "Demo Partner"
    names = ("product_id", "product_qty", "product_uom_id")
    ordered = desk.search("purchase.order.line", [["order_id", "=", record]], *names)
    told = {(n["product_id"][0], n["product_qty"], n["product_uom_id"][1]) for n in ordered}
    assert told == {(products[0], 12.0, "Units"), (products[1], 3.0, "Units")}


def test_supply_request_is_an_internal_transfer_where_the_profile_maps_it_so(desk: Desk) -> None:
    code = f"T-{desk.slug}"
    product = article(desk, code)
    document = request_of(f"M1-{desk.slug}", wanted("1", code, "5"))
    old = desk.sandbox.version == "14"
    table: dict[str, object] = {
        "products": "default_code",
        **(TRANSFER_OF_14 if old else {"record": [TRANSFER]}),
        "places": {"COST_CENTRE:WARD-7": "stock.stock_location_stock"},
    }
    found = desk.plan(document, **table)
    (record,) = desk.store(found)

    assert desk.store(desk.plan(document, **table)) == [record]
    kept = desk.read("stock.picking", record, "state", "origin", "picking_type_code", "move_ids")
    assert (kept["state"], kept["picking_type_code"]) == ("draft", "internal")
    assert kept["origin"] == f"M1-{desk.slug}"
    domain = [["picking_id", "=", record]]
    moves = desk.search("stock.move", domain, "product_id", "product_uom_qty")
    assert [(one["product_id"][0], one["product_uom_qty"]) for one in moves] == [(product, 5.0)]


def test_supply_request_of_an_unknown_article_or_ward_lands_in_the_queue(desk: Desk) -> None:
    document = request_of("M1", wanted("1", f"NEVER-{desk.slug}", "5"))
    table: dict[str, object] = {"products": "default_code", "record": [TRANSFER]}

    made = desk.planned(document, **table)

    assert isinstance(made, Refusal)
    assert {one.rule for one in made.findings} == {"ref.item_unknown", "ref.place_unknown"}


def master(file: str, *entries: MasterEntry) -> Document:
    message = f"{file}{'/'.join(one.action for one in entries)}"
    return Document(
        "master_data", message, ("HOSPITAL", message), MasterData(file, "UPDATE", entries)
    )


def test_master_article_is_made_written_and_archived_under_one_product(desk: Desk) -> None:
    code = f"A-{desk.slug}"
    made = MasterEntry("ADD", code, "Sample gauze", prices={"PURCHASE": usd("1.25")})
    (record,) = desk.store(desk.plan(master("ITEM", made)))
    fields = ("name", "default_code", "type", "standard_price", "active")
    assert desk.read("product.product", record, *fields) == {
        "id": record,
        "name": "Sample gauze",
        "default_code": code,
        "type": "consu",
        "standard_price": 1.25,
        "active": True,
    }

    changed = replace(made, action="UPDATE", prices={"PURCHASE": usd("1.50")})
    assert desk.store(desk.plan(master("ITEM", changed))) == [record]
    assert desk.read("product.product", record, "standard_price")["standard_price"] == Decimal(
        "1.5"
    )
    assert desk.store(desk.plan(master("ITEM", replace(made, action="DEACTIVATE")))) == [record]

    assert desk.search("product.product", [["default_code", "=", code]], "id") == []
    domain = [["default_code", "=", code], ["active", "=", False]]
    assert [one["id"] for one in desk.search("product.product", domain, "id")] == [record]


def test_master_charge_that_odoo_has_already_is_written_and_not_made_again(desk: Desk) -> None:
    code = f"C-{desk.slug}"
    known = article(desk, code)
    charge = MasterEntry("UPDATE", code, "Sample visit", prices={"CHARGE": usd("99.50")})
    found = desk.plan(master("CHARGE", charge))

    assert desk.store(found) == [known]
    assert desk.store(found) == [known]

    kept = desk.read("product.product", known, "name", "list_price", "active")
    assert (kept["name"], kept["list_price"], kept["active"]) == ("Sample visit", 99.5, True)
    assert desk.records("product.product") == 0


def test_master_charge_whose_number_two_products_have_lands_in_the_queue(desk: Desk) -> None:
    code = f"D-{desk.slug}"
    both = {article(desk, code), article(desk, code)}

    made = desk.planned(master("CHARGE", MasterEntry("UPDATE", code)))

    assert isinstance(made, Refusal)
    assert [one.rule for one in made.findings] == ["ref.record_ambiguous"]
    assert {one.id for one in made.unmatched[0].candidates} == both


def test_member_of_staff_is_one_contact_with_a_work_phone(desk: Desk) -> None:
    number = f"N-{desk.slug}"
    entry = MasterEntry("ADD", number, "Staff Sample", phone="555-0100")
    (record,) = desk.store(desk.plan(master("STAFF", entry)))

    assert desk.store(desk.plan(master("STAFF", replace(entry, action="UPDATE")))) == [record]
    kept = desk.read("res.partner", record, "name", "ref", "phone", "is_company")
    assert kept == {
        "id": record,
        "name": "Staff Sample",
        "ref": number,
        "phone": "555-0100",
        "is_company": False,
    }
    assert desk.store(desk.plan(master("STAFF", replace(entry, action="DELETE")))) == [record]
    assert desk.search("res.partner", [["id", "=", record]], "id") == []


def enrolment(alias: str, action: str) -> Document:
    member = Member(
        subscriber=True, relation="18", action=action, ids=(Identifier("PSEUDONYM", alias),)
    )
    key = ("SPONSOR", action)
    return Document("enrolment", action, key, Enrolment("CHANGE", members=(member,)))


def test_enrolment_and_eligibility_are_kept_unless_the_profile_maps_them(desk: Desk) -> None:
    alias = f"P-{desk.slug}"
    covered = EligibilityAnswer(subscriber=(Identifier("PSEUDONYM", alias),), active=True)
    answer = Document("eligibility_response", "B1", ("PAYER", "B1", "T1"), covered)
    for document in (enrolment(alias, "ADDED"), answer):
        kept = desk.planned(document)
        assert isinstance(kept, Refusal)
        assert [one.rule for one in kept.findings] == ["post.nothing_to_post"]
    table: dict[str, object] = {"record": [MEMBERS], "send": PARTNER_FIELDS}

    (record,) = desk.store(desk.plan(enrolment(alias, "ADDED"), **table))

    assert desk.store(desk.plan(enrolment(alias, "ADDED"), **table)) == [record]
    kept_ = desk.read("res.partner", record, "name", "ref", "active")
    assert kept_ == {"id": record, "name": f"Member {alias}", "ref": alias, "active": True}
    (other,) = desk.store(desk.plan(answer, record=[COVER], send=PARTNER_FIELDS))
    assert desk.read("res.partner", other, "function")["function"] == "covered"
    assert desk.store(desk.plan(enrolment(alias, "CANCELLED"), **table)) == [record]
    assert desk.search("res.partner", [["id", "=", record]], "id") == []


def test_count_of_our_stock_is_prepared_and_left_to_a_person(desk: Desk) -> None:
    code = f"Q-{desk.slug}"
    product = article(desk, code)
    item = Item((Identifier("BUYER", code),))

    def report(quantity: str, day: int) -> Document:
        amount = {"ON_HAND": Quantity(Decimal(quantity), "EA")}
        counted = InventoryReport(date(2026, 11, day), (ReportedLine(Line("1", item, amount)),))
        return Document("inventory_report", f"R{day}", ("WARD", f"R{day}"), counted)

    table: dict[str, object] = {
        "products": "default_code",
        "record": [COUNT],
        "send": {"stock.quant": ("location_id", "product_id", "inventory_quantity")},
    }
    if "stock.quant" in DIALECTS.of(int(desk.sandbox.version)).lacks:
        refused = desk.poster.deliver([(1, desk.plan(report("7", 5), **table))]).outcomes
        assert refused == {1: Refused("odoo.version")}
        return
    (record,) = desk.store(desk.plan(report("7", 5), **table))
    assert desk.store(desk.plan(report("7", 5), **table)) == [record]
    assert desk.store(desk.plan(report("9", 6), **table)) == [record]  # the later count wins

    fields = ("quantity", "inventory_quantity", "inventory_quantity_set")
    quants = desk.search("stock.quant", [["product_id", "=", product]], *fields)
    assert quants == [
        {
            "id": record,
            "quantity": 0.0,
            "inventory_quantity": 9.0,
            "inventory_quantity_set": True,
        }
    ]
