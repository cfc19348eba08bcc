"""What customers pay of our invoices, on a real Odoo 19 by both adapters, read back."""

from datetime import date
from decimal import Decimal

import pytest

from acktrail.documents.kinds import (
    BankEntry,
    BankStatement,
    Charge,
    Document,
    InvoicePayment,
    Remittance,
)
from acktrail.documents.parts import Adjustment, Code, Payment, Reference
from acktrail.documents.value import replace
from acktrail.odoo.follow_up import Posted
from acktrail.odoo.poster import Refused
from tests.service.odoo.accounts import (
    CHANGES,
    OUTSTANDING,
    RECEIVABLE,
    WITHHELD,
    WRITE_OFF,
    Accounts,
    post,
)
from tests.service.odoo.conftest import Desk, Sandbox, bridged
from tests.unit.odoo import samples
from tests.unit.odoo.samples import usd

TABLE = {**CHANGES, "adjustment": {"INVOICE-52": WRITE_OFF, "PLB-FEE": WITHHELD}}


@pytest.fixture(scope="session", params=["load", "bridge"])
def server(request: pytest.FixtureRequest, sandbox: Sandbox) -> Sandbox:
    return bridged() if request.param == "bridge" else sandbox


def paid(number: str, amount: str, *kept: str, kind: str = "INVOICE") -> InvoicePayment:
    reasons = tuple(Adjustment("", Code("X12-426", "52"), usd(one)) for one in kept)
    return InvoicePayment(Reference(kind, number), usd(amount), adjustments=reasons)


def advice(trace: str, amount: str, *invoices: InvoicePayment, fee: str = "") -> Document:
    whole = (Adjustment("", Code("X12-426", "FEE"), usd(fee)),) if fee else ()
    payment = Payment("ACH", usd(amount), date(2026, 11, 10), trace, "BUYER")
    payload = Remittance(payment, invoices=invoices, provider_adjustments=whole)
    return Document("remittance", trace, ("BUYER", trace, "20261110"), payload)


def credit(number: str) -> Document:
    """A credit note of 200 that we gave."""
    charge = samples.charge(number)
    assert isinstance(charge.payload, Charge)
    lines = (replace(charge.payload.lines[0], type="CREDIT"),)
    return replace(charge, payload=replace(charge.payload, lines=lines))


def test_trade_remittance_is_allocated_to_each_invoice_and_settled_with_the_bank(
    desk: Desk,
) -> None:
    accounts, trace = Accounts(desk), f"T{desk.slug}"
    whole, part, given = (f"{one}-{desk.slug}" for one in ("W 1", "P", "C"))
    first, second = (post(desk, samples.charge(one)) for one in (whole, part))
    third = post(desk, credit(given))
    document = advice(
        trace,
        "135.00",
        paid(whole, "240.00", "10.00"),
        paid(part, "100.00"),
        paid(given, "-200.00", kind="CREDIT_NOTE"),
        fee="5.00",
    )

    record = post(desk, document, TABLE)
    bank = BankStatement(
        "ACC",
        desk.slug,
        usd("0.00"),
        usd("135.00"),
        (BankEntry(usd("135.00"), date(2026, 11, 11), remittance=f"PAYMENT {trace}"),),
    )

    assert [accounts.residual(one) for one in (first, second, third)] == [0, 150, 0]
    assert accounts.balance(OUTSTANDING) == Decimal(135)
    assert accounts.balance(WRITE_OFF) == Decimal(10)
    assert accounts.balance(WITHHELD) == Decimal(5)
    assert accounts.balance(RECEIVABLE) == Decimal(150)
    kept = desk.read("account.move", record, "state", "ref", "move_type", "amount_total")
    assert kept == {
        "id": record,
        "state": "posted",
        "ref": f"Remittance {trace}",
        "move_type": "entry",
        "amount_total": 350.0,
    }

    post(desk, Document("bank_statement", desk.slug, ("ACC", desk.slug, "S"), bank), TABLE)

    assert accounts.balance(OUTSTANDING) == 0
    assert desk.store(desk.plan(document, **TABLE)) == [record]  # it comes again


def test_payment_back_opens_what_was_paid_by_the_same_sides_turned(desk: Desk) -> None:
    accounts, number = Accounts(desk), f"R-{desk.slug}"
    invoice = post(desk, samples.charge(number))
    post(desk, advice(f"A{desk.slug}", "250.00", paid(number, "250.00")), TABLE)
    assert accounts.residual(invoice) == 0

    back = desk.plan(advice(f"B{desk.slug}", "-250.00", paid(number, "-250.00")), **TABLE)
    (record,) = desk.store(back)

    assert isinstance(desk.follow_up.finish([(1, back, record)]).outcomes[1], Posted)
    assert accounts.balance(RECEIVABLE) == Decimal(250)
    assert accounts.balance(OUTSTANDING) == 0
    assert sum(accounts.trial_balance().values()) == Decimal(0)


def test_invoice_that_odoo_has_not_once_holds_the_remittance_with_the_candidates(
    desk: Desk,
) -> None:
    twice, never = f"W-{desk.slug}", f"X-{desk.slug}"
    first = post(desk, samples.charge(twice))
    second = post(desk, replace(samples.charge(twice), key=("OTHER", twice)))
    plans = [
        desk.plan(advice(f"{one}{desk.slug}", "1.00", paid(one, "1.00")), **TABLE)
        for one in (twice, never)
    ]

    outcomes = desk.poster.deliver(list(enumerate(plans))).outcomes

    found = [one for one in outcomes.values() if isinstance(one, Refused)]
    assert [one.error_class for one in found] == ["ref.invoice_ambiguous", "ref.invoice_unknown"]
    assert {one.id for one in found[0].unmatched[0].candidates} == {first, second}
    assert desk.records("account.move") == 2


def test_payment_without_a_word_is_one_draft_payment(desk: Desk) -> None:
    trace = f"N{desk.slug}"
    document, table = advice(trace, "75.00"), {"bank_journal": "account.1_bank"}
    found = desk.plan(document, **table)
    (record,) = desk.store(found)

    assert desk.store(desk.plan(document, **table)) == [record]
    assert desk.follow_up.finish([(1, found, record)]).outcomes == {1: Posted("draft")}
    fields = ("state", "payment_type", "amount", "memo", "payment_reference")
    assert desk.read("account.payment", record, *fields) == {
        "id": record,
        "state": "draft",
        "payment_type": "inbound",
        "amount": 75.0,
        "memo": f"Remittance {trace}",
        "payment_reference": trace,
    }
