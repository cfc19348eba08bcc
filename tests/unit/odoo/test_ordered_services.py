"""Services that a facility orders: one draft sale order, changes are for a person."""

import pytest

from acktrail.documents.kinds import Document
from acktrail.odoo.loads import Asks, Plan, Refusal
from acktrail.odoo.plan import Known, encode_calls
from tests.unit.odoo import samples

SHOP: dict[str, object] = {
    "products": "default_code",
    "bill_to_partner": False,
    "parties": {"FACILITY:LAKESIDE": "base.partner_demo"},
    "items": {"L:CBC": "OUR-CBC"},
}


def asked(document: Document) -> Asks:
    found = samples.maps(**SHOP).plan(document)
    assert isinstance(found, Asks), found
    return found


def planned(document: Document, **changes: object) -> Plan:
    answers = {one: ({"id": 40 + at},) for at, one in enumerate(asked(document).questions)}
    found = samples.maps(**{**SHOP, **changes}).plan(document, Known(answers))
    assert isinstance(found, Plan), found
    return found


def refused(document: Document, **changes: object) -> set[str]:
    found = samples.maps(**{**SHOP, **changes}).plan(document)
    assert isinstance(found, Refusal), found
    return {one.rule for one in found.findings}


def test_service_order_is_one_sale_order_of_the_facility_without_the_visit() -> None:
    found = planned(samples.services())

    load = found.loads[-1]
    first, second = (dict(zip(load.fields, row, strict=True)) for row in load.rows)
    assert first == {
        "id": found.external_id,
        "partner_id/id": "base.partner_demo",
        "client_order_ref": "P-1 P-2",
        "origin": "G-1",
        "date_order": "2026-11-05 00:00:00",
        "commitment_date": "2026-11-06 08:30:00",
        "order_line/product_id/.id": "40",
        "order_line/product_uom_qty": "1",
    }
    assert [one for one in second.values() if one] == ["41", "3"]
    assert b"CANARY" not in encode_calls(found)
    assert not found.verb
    assert planned(samples.services(), confirm=True).verb == "action_confirm"


def test_service_code_goes_through_the_items_table_to_the_declared_key() -> None:
    keys = [one.keys for one in asked(samples.services()).questions]

    assert keys == [(("default_code", "OUR-CBC"),), (("default_code", "GLU"),)]


@pytest.mark.parametrize("control", ["CHANGE", "CANCEL", "OTHER"])
def test_service_order_that_is_not_new_is_for_a_person(control: str) -> None:
    maps, changed = samples.maps(**SHOP), samples.services(control, message="M-2")

    found = maps.plan(changed, Known(dict.fromkeys(asked(changed).questions, ({"id": 1},))))
    assert isinstance(found, Refusal)
    assert {one.rule for one in found.findings} == {"post.function_unrouted"}
    assert maps.identity(changed) != maps.identity(samples.services())


def test_service_order_that_is_sent_again_in_another_message_is_the_same_record() -> None:
    maps, first, again = samples.maps(**SHOP), samples.services(), samples.services(message="M-9")

    assert (
        maps.identity(first) == maps.identity(again) == (planned(first).external_id, "sale.order")
    )


def test_service_order_of_an_unknown_facility_or_without_products_is_refused() -> None:
    assert refused(samples.services(), products="none") == {"post.option_missing"}
    document = samples.services(facility="ELSEWHERE")
    answers = dict.fromkeys(asked(document).questions, ({"id": 1},))
    found = samples.maps(**SHOP).plan(document, Known(answers))
    assert isinstance(found, Refusal)
    assert {one.rule for one in found.findings} == {"ref.party_unknown"}
