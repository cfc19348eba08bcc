"""Kinds of their own on each real Odoo and adapter: each record is read back field by field."""

from acktrail.odoo.attempts import Attempts
from acktrail.odoo.client import Done
from acktrail.odoo.follow_up import Posted, compare
from tests.service.odoo.conftest import Desk, RunningClock
from tests.unit.odoo import samples

POSTED = {"in_process", "paid", "posted"}  # 14 has one word for it


def test_premium_payment_is_one_draft_payment_however_often_it_comes(desk: Desk) -> None:
    document = samples.premium(f"PREM-{desk.slug}")
    found = desk.plan(document, bank_journal=desk.sandbox.bank_journal)
    (record,) = desk.store(found)
    fields = ("state", "payment_type", "partner_type", "amount", "date", "memo")
    more = ("payment_reference", "partner_id", "journal_id", "write_date")
    kept = desk.read("account.payment", record, *fields, *more)

    assert desk.store(desk.plan(document, bank_journal=desk.sandbox.bank_journal)) == [record]
    assert desk.follow_up.finish([(1, found, record)]).outcomes == {1: Posted("draft")}

    assert desk.records("account.payment") == 1
    assert desk.read("account.payment", record, *fields, *more) == kept
    assert {name: kept[name] for name in (*fields, "payment_reference")} == {
        "state": "draft",
        "payment_type": "inbound",
        "partner_type": "customer",
        "amount": 310.0,
        "date": "2026-11-10",
        "memo": f"820 TRN PREM-{desk.slug}",
        "payment_reference": f"PREM-{desk.slug}",
    }
    assert kept["partner_id"][1] == "Demo Partner"
    journals = desk.search("account.journal", [["id", "=", kept["journal_id"][0]]], "type")
    assert [one["type"] for one in journals] == ["bank"]


def test_premium_payment_is_posted_where_the_profile_says(desk: Desk) -> None:
    document = samples.premium(f"PREM-{desk.slug}")
    found = desk.plan(document, bank_journal=desk.sandbox.bank_journal, post=True)
    (record,) = desk.store(found)

    assert isinstance(desk.follow_up.finish([(1, found, record)]).outcomes[1], Posted)
    assert desk.read("account.payment", record, "state")["state"] in POSTED


def test_payment_that_a_person_took_back_is_undone_in_the_reconciliation(desk: Desk) -> None:
    document = samples.premium(f"PREM-{desk.slug}")
    found = desk.plan(document, bank_journal=desk.sandbox.bank_journal, post=True)
    (record,) = desk.store(found)
    desk.follow_up.finish([(1, found, record)])
    attempts = Attempts(desk.client, RunningClock())

    before = dict(compare(attempts, [(1, found, record)]))
    for verb in ("action_draft", "action_cancel"):
        desk.admin().call("account.payment", verb, {"ids": [record]})
    after = dict(compare(attempts, [(1, found, record)]))

    assert (before[1].undone, after[1].undone) == (False, True)
    state = desk.read("account.payment", record, "state")["state"]
    assert state == ("cancel" if desk.sandbox.version == "14" else "canceled")


def product(desk: Desk, code: str) -> int:
    values = {"name": f"Service {code}", "default_code": code, "type": "service"}
    answer = desk.admin().call("product.product", "create", {"vals_list": [values]})
    assert isinstance(answer, Done)
    return int(answer.value[0])


def test_service_order_is_one_draft_sale_order_however_often_it_comes(desk: Desk) -> None:
    codes = (f"CBC-{desk.slug}", f"GLU-{desk.slug}")
    products = [product(desk, one) for one in codes]
    numbers = (f"P-1-{desk.slug}", f"P-2-{desk.slug}")
    document = samples.services(numbers=numbers, codes=codes)
    again = samples.services(numbers=numbers, codes=codes, message="M-9")
    found = desk.plan(document, products="default_code")
    (record,) = desk.store(found)
    fields = ("state", "client_order_ref", "origin", "date_order", "commitment_date")
    more = ("partner_id", "order_line", "write_date")
    kept = desk.read("sale.order", record, *fields, *more)

    assert desk.store(desk.plan(again, products="default_code")) == [record]
    assert desk.follow_up.finish([(1, found, record)]).outcomes == {1: Posted("draft")}

    assert desk.records("sale.order") == 1
    assert desk.read("sale.order", record, *fields, *more) == kept
    assert {name: kept[name] for name in fields} == {
        "state": "draft",
        "client_order_ref": " ".join(numbers),
        "origin": "G-1",
        "date_order": "2026-11-05 00:00:00",
        "commitment_date": "2026-11-06 08:30:00",
    }
    assert kept["partner_id"][1] == "Demo Partner"
    domain = [["order_id", "=", record]]
    lines = desk.search("sale.order.line", domain, "product_id", "product_uom_qty")
    ordered = [(one["product_id"][0], one["product_uom_qty"]) for one in lines]
    assert sorted(ordered) == sorted(zip(products, (1.0, 3.0), strict=True))


def test_what_one_batch_says_of_an_appointment_comes_in_its_order(desk: Desk) -> None:
    hours = (("BOOKED", 14), ("MOVED", 9), ("MOVED", 11))
    plans = [desk.plan(samples.appointment(status, hour)) for status, hour in hours]

    first, second, third = desk.store(*plans)

    assert first == second == third
    assert desk.read("calendar.event", first, "start")["start"] == "2026-11-25 11:00:00"
    assert desk.records("calendar.event") == 1
