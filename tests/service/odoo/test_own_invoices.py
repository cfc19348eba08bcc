"""Invoices and credit notes that we gave, analytic accounts and companies, on a real Odoo 19."""

from datetime import date
from decimal import Decimal

import pytest

from acktrail.documents.kinds import Charge, Document, Trade
from acktrail.documents.parts import Identifier, Item, Line, Quantity, Reference, Tax, Totals
from acktrail.documents.value import replace
from acktrail.odoo.client import Done
from acktrail.odoo.follow_up import Mismatch, Posted
from acktrail.odoo.loads import Refusal
from tests.service.odoo.accounts import post
from tests.service.odoo.conftest import Desk, Sandbox, bridged
from tests.unit.odoo import samples
from tests.unit.odoo.samples import usd

SALE: dict[str, object] = {
    "side": "sale",
    "post": True,
    "match": {"invoice": ["ref"]},
    "taxes": {"S:10": "masterdata.sale_10", "E:0": ""},
}


@pytest.fixture(scope="session", params=["load", "bridge"])
def server(request: pytest.FixtureRequest, sandbox: Sandbox) -> Sandbox:
    return bridged() if request.param == "bridge" else sandbox


def create(desk: Desk, model: str, known_as: str, /, **values: object) -> int:
    """Make a record with an external id, unless it is there."""
    known = desk.search(
        "ir.model.data", [["module", "=", "masterdata"], ["name", "=", known_as]], "res_id"
    )
    if known:
        return int(known[0]["res_id"])
    answer = desk.admin().call(model, "create", {"vals_list": [values]})
    assert isinstance(answer, Done), answer
    named = {"module": "masterdata", "name": known_as, "model": model, "res_id": answer.value[0]}
    desk.admin().call("ir.model.data", "create", {"vals_list": [named]})
    return int(answer.value[0])


def bill(kind: str, number: str, price: str, total: str, *references: Reference) -> Document:
    tax = (Tax("VAT", "S", Decimal(10)),)
    item = Item((Identifier("SELLER", "VISIT"),), "Sample visit")
    line = Line("1", item, {"INVOICED": Quantity(Decimal(2), "EA")}, usd(price), taxes=tax)
    return Document(
        kind,
        number,
        ("US", kind, number, "2026"),
        Trade((line,), Totals(total=usd(total))),
        issued=date(2026, 11, 3),
        currency="USD",
        references=references,
    )


@pytest.fixture
def tax(desk: Desk) -> int:
    values = {"name": "Sandbox 10 %", "amount": 10.0, "type_tax_use": "sale"}
    return create(desk, "account.tax", "sale_10", **values)


def test_credit_note_that_we_gave_is_tied_to_its_invoice_and_settled_with_it(
    desk: Desk, tax: int
) -> None:
    number = f"I-{desk.slug}"
    invoice = post(desk, bill("invoice", number, "50.00", "110.00"), SALE)
    named = Reference("INVOICE", number)
    document = bill("credit_note", f"C-{desk.slug}", "20.00", "44.00", named)

    record = post(desk, document, SALE)

    fields = ("move_type", "state", "amount_total", "amount_tax", "reversed_entry_id")
    kept = desk.read("account.move", record, *fields, "amount_residual", "amount_total_signed")
    assert (kept["move_type"], kept["state"]) == ("out_refund", "posted")
    assert (kept["amount_total"], kept["amount_tax"]) == (44.0, 4.0)
    assert kept["amount_total_signed"] == -44.0  # the kind is the sign
    assert kept["reversed_entry_id"][0] == invoice
    assert kept["amount_residual"] == 0.0
    left = desk.read("account.move", invoice, "move_type", "amount_residual")
    assert (left["move_type"], left["amount_residual"]) == ("out_invoice", 66.0)
    assert desk.store(desk.plan(document, **SALE)) == [record]
    taxed = desk.search("account.move.line", [["move_id", "=", record]], "tax_ids")
    assert [one["tax_ids"] for one in taxed if one["tax_ids"]] == [[tax]]


def test_credit_note_whose_invoice_odoo_has_not_once_lands_in_the_queue(
    desk: Desk, tax: int
) -> None:
    assert tax
    number = f"N-{desk.slug}"
    post(desk, bill("invoice", f"O-{desk.slug}", "1.00", "2.20"), SALE)  # the contact is there
    document = bill("credit_note", "C", "20.00", "44.00", Reference("INVOICE", number))

    made = desk.planned(document, **SALE)

    assert isinstance(made, Refusal)
    assert [one.rule for one in made.findings] == ["ref.invoice_unknown"]


def test_invoice_that_we_gave_with_another_total_stays_a_draft(desk: Desk, tax: int) -> None:
    assert tax
    planned = desk.plan(bill("invoice", f"W-{desk.slug}", "50.00", "111.00"), **SALE)
    (record,) = desk.store(planned)

    outcomes = desk.follow_up.finish([(1, planned, record)]).outcomes

    assert outcomes == {1: Mismatch("amount_total")}
    assert desk.read("account.move", record, "state")["state"] == "draft"


def test_lines_are_distributed_over_analytic_accounts(desk: Desk) -> None:
    plan = create(desk, "account.analytic.plan", "acktrail_plan", name="Sandbox departments")
    ward, lab = (
        create(desk, "account.analytic.account", one, name=one, plan_id=plan)
        for one in ("acktrail_ward", "acktrail_lab")
    )
    table = {
        "HCPCS:99213": "masterdata.acktrail_ward:60,masterdata.acktrail_lab:40",
        "DEPARTMENT:LAB": "masterdata.acktrail_lab",
        "default": "masterdata.acktrail_ward",
    }
    charge = samples.charge(f"A-{desk.slug}")
    assert isinstance(charge.payload, Charge)
    first, second = charge.payload.lines
    lines = (first, replace(second, department="LAB"))
    document = replace(charge, payload=replace(charge.payload, lines=lines))

    planned = desk.plan(document, analytic=table)
    (record,) = desk.store(planned)

    assert desk.follow_up.finish([(1, planned, record)]).outcomes == {1: Posted("draft")}
    domain = [["move_id", "=", record], ["display_type", "=", "product"]]
    kept = desk.search("account.move.line", domain, "name", "analytic_distribution")
    assert {one["name"]: one["analytic_distribution"] for one in kept} == {
        "99213": {str(ward): 60.0, str(lab): 40.0},
        "85025": {str(lab): 100.0},
    }
    bought = desk.plan(samples.invoice(f"B-{desk.slug}"), analytic=table)
    (other,) = desk.store(bought)
    domain = [["move_id", "=", other], ["display_type", "=", "product"]]
    kept = desk.search("account.move.line", domain, "analytic_distribution")
    assert [one["analytic_distribution"] for one in kept] == [{str(ward): 100.0}]


def test_analytic_account_that_odoo_lacks_refuses_the_document(desk: Desk) -> None:
    made = desk.planned(samples.invoice(), analytic={"default": "masterdata.never_there"})

    assert isinstance(made, Refusal)
    told = [(one.rule, one.place.address) for one in made.findings]
    assert told == [("ref.analytic_unknown", "analytic masterdata.never_there")]
