"""What customers pay of our invoices: one balanced entry, allocated invoice by invoice."""

from datetime import date
from decimal import Decimal

from acktrail.documents.kinds import Document, InvoicePayment, Remittance
from acktrail.documents.parts import Adjustment, Code, Payment, Reference
from acktrail.odoo.loads import Plan, Refusal
from tests.unit.odoo import samples
from tests.unit.odoo.samples import usd

TABLE: dict[str, object] = {
    "adjustment": {"INVOICE-52": "x.discount", "INVOICE": "x.other", "PLB-FEE": "x.fee"},
    "partner": "base.partner_demo",
}


def paid(number: str, amount: str, billed: str = "", **kept: str) -> InvoicePayment:
    reasons = tuple(Adjustment("", Code("X", name[1:]), usd(one)) for name, one in kept.items())
    whole = usd(billed) if billed else None
    kind = "CREDIT_NOTE" if amount.startswith("-") else "INVOICE"
    return InvoicePayment(Reference(kind, number), usd(amount), whole, reasons)


def advice(amount: str, *invoices: InvoicePayment, handling: str = "", fee: str = "") -> Document:
    whole = (Adjustment("", Code("X", "FEE"), usd(fee)),) if fee else ()
    payment = Payment("ACH", usd(amount), date(2026, 11, 10), "T-1", "BUYER")
    payload = Remittance(payment, handling, provider_adjustments=whole, invoices=invoices)
    return Document("remittance", "T-1", ("BUYER", "T-1", "20261110"), payload)


def planned(document: Document, **changes: object) -> Plan:
    found = samples.maps(**{**TABLE, **changes}).plan(document)
    assert isinstance(found, Plan), found
    return found


def refused(document: Document, **changes: object) -> set[str]:
    found = samples.maps(**{**TABLE, **changes}).plan(document)
    assert isinstance(found, Refusal), found
    return {one.rule for one in found.findings}


def lines(found: Plan) -> list[tuple[str, str, Decimal]]:
    """Name, account and debit less credit of each line of the entry."""
    load = found.loads[-1]
    at = {name: load.fields.index(f"line_ids/{name}") for name in ("name", "debit", "credit")}
    account = load.fields.index("line_ids/account_id/id")
    return [
        (row[at["name"]], row[account], Decimal(row[at["debit"]]) - Decimal(row[at["credit"]]))
        for row in load.rows
    ]


def test_trade_remittance_is_one_balanced_entry_by_invoice_reason_and_fee() -> None:
    """Spec: EDIFACT D.96A REMADV, segment groups 10 (DOC) and 14 (AJT)."""
    document = advice(
        "85.00",
        paid("INV 1", "90.00", "100.00", _52="8.00", _99="2.00"),
        paid("CN-1", "-3.00"),
        fee="2.00",
    )

    found = planned(document)

    own, us = str(samples.TABLE["outstanding"]), str(samples.TABLE["receivable"])
    expected = [
        ("EFT T-1", own, 85),
        ("INV 1 paid", us, -90),
        ("INV 1 INVOICE-52", "x.discount", 8),
        ("INV 1 INVOICE-52", us, -8),
        ("INV 1 INVOICE-99", "x.other", 2),
        ("INV 1 INVOICE-99", us, -2),
        ("CN-1 paid", us, 3),
        ("PLB FEE", "x.fee", 2),
    ]
    assert lines(found) == [(name, account, Decimal(n)) for name, account, n in expected]
    assert sum(amount for _, _, amount in lines(found)) == 0
    assert found.loads[-1].rows[0][4] == "Remittance T-1"


def test_trade_remittance_asks_for_the_posted_invoice_or_credit_note_of_each_number() -> None:
    found = planned(
        advice("87.00", paid("INV-1", "90.00"), paid("CN-1", "-3.00")), post=True, reconcile=True
    )

    scopes = {one.label: one.invoice.scope[0].value for one in found.settles}
    assert scopes == {"INV-1": "out_invoice", "CN-1": "out_refund"}
    assert [one.name for one in found.lookups] == ["invoice 1", "invoice 2"]
    assert [key.value for key in found.lookups[0].keys] == ["INV-1"] * 3
    assert found.verb == "action_post"
    assert found.traces == ("T-1",)
    open_ = planned(
        advice("90.00", paid("INV-1", "90.00")), post=True, reconcile=True, unmatched="open"
    )
    assert not open_.lookups


def test_trade_remittance_is_refused_when_the_payment_is_not_its_parts() -> None:
    assert refused(advice("91.00", paid("INV-1", "90.00"))) == {"post.unbalanced"}


def test_trade_remittance_is_refused_when_more_is_settled_than_was_billed() -> None:
    assert refused(advice("90.00", paid("INV-1", "90.00", "95.00", _52="6.00"))) == {
        "post.invoice_overpaid"
    }
    assert refused(advice("-9.00", paid("CN-1", "-9.00", "-8.00"))) == {"post.invoice_overpaid"}
    assert planned(advice("89.00", paid("INV-1", "89.00", "95.00", _52="6.00")))


def test_trade_remittance_without_an_account_for_a_deduction_is_refused() -> None:
    document = advice("90.00", paid("INV-1", "90.00", _52="6.00"))

    assert refused(document, adjustment={"PLB": "x.fee", "default": ""}) == {"ref.account_unknown"}


def test_payment_without_a_word_is_a_draft_payment_in_the_bank_journal() -> None:
    document = advice("75.00")

    assert refused(document) == {"post.option_missing"}
    found = planned(document, bank_journal="account.1_bank")
    assert found.model == "account.payment"
    assert dict(zip(found.loads[-1].fields, found.loads[-1].rows[0], strict=True)) == {
        "id": found.external_id,
        "payment_type": "inbound",
        "partner_type": "customer",
        "partner_id/id": "base.partner_demo",
        "journal_id/id": "account.1_bank",
        "date": "2026-11-10",
        "amount": "75.00",
        "memo": "Remittance T-1",
        "payment_reference": "T-1",
    }
    assert refused(advice("0.00")) == {"post.nothing_to_post"}
    assert refused(advice("-1.00"), bank_journal="account.1_bank") == {"post.negative_total"}


def test_remittance_is_kept_when_it_only_announces_money() -> None:
    assert refused(advice("90.00", paid("INV-1", "90.00"), handling="P")) == {
        "post.nothing_to_post"
    }
