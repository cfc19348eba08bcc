"""Remittances against posted invoices: denial, reversal, PLB, patient's share, the bank's line."""

from datetime import date
from decimal import Decimal

import pytest

from acktrail.documents.kinds import (
    BankEntry,
    BankStatement,
    ClaimPayment,
    Document,
    Remittance,
)
from acktrail.documents.parts import Adjustment, Code, Payment
from acktrail.odoo.poster import Refused
from tests.service.odoo.accounts import (
    CHANGES,
    OUTSTANDING,
    PATIENTS,
    RECEIVABLE,
    WITHHELD,
    WRITE_OFF,
    Accounts,
    post,
)
from tests.service.odoo.conftest import Desk, Sandbox
from tests.unit.odoo import samples
from tests.unit.odoo.samples import usd


@pytest.fixture(scope="session")
def server(sandbox: Sandbox) -> Sandbox:
    """Odoo 19 only: the accounts are of its US chart, and 14 has no free bank lines."""
    return sandbox


def claim(
    number: str, status: str, charge: str, paid: str, *adjustments: tuple[str, str, str]
) -> ClaimPayment:
    made = tuple(Adjustment(g, Code("CARC", r), usd(amount)) for g, r, amount in adjustments)
    return ClaimPayment(number, status, usd(charge), usd(paid), adjustments=made)


def remittance(
    trace: str,
    amount: str,
    *claims: ClaimPayment,
    withheld: str = "",
    on: date = date(2026, 11, 10),
) -> Document:
    plb = (Adjustment("", Code("PLB", "WO"), usd(withheld)),) if withheld else ()
    payment = Payment("ACH", usd(amount), on, trace, "1234567890")
    payload = Remittance(payment, claims=claims, provider_adjustments=plb)
    return Document("remittance", trace, ("1234567890", trace, "20261110"), payload)


def statement(number: str, amount: str, text: str) -> Document:
    entries = (
        BankEntry(usd(amount), date(2026, 11, 11), remittance=text),
        BankEntry(usd("-12.50"), date(2026, 11, 11), bank_ref="FEE"),
    )
    closing = usd(str(Decimal(amount) - Decimal("12.50")))
    booked = BankStatement("ACC", number, usd("0.00"), closing, entries)
    return Document("bank_statement", number, ("ACC", number, f"S{number}"), booked)


def test_remittance_with_denial_reversal_plb_and_patients_share_leaves_the_right_balances(
    desk: Desk,
) -> None:
    """Spec: X12 005010X221A1, 1.10.2: balancing, reversal and correction, reassociation."""
    accounts, first, second = Accounts(desk), f"A{desk.slug}", f"B{desk.slug}"
    paid, denied = f"P-{desk.slug}", f"D-{desk.slug}"
    invoices = {one: post(desk, samples.charge(one)) for one in (paid, denied)}
    assert accounts.balance(RECEIVABLE) == Decimal(500)

    post(
        desk,
        remittance(
            first,
            "150.00",
            claim(paid, "1", "250.00", "160.00", ("CO", "45", "40.00"), ("PR", "1", "50.00")),
            claim(denied, "4", "250.00", "0.00", ("CO", "29", "250.00")),
            withheld="10.00",
        ),
    )

    assert {name: accounts.residual(one) for name, one in invoices.items()} == {paid: 0, denied: 0}
    assert accounts.balance(RECEIVABLE) == 0
    assert accounts.balance(PATIENTS) == Decimal(50)
    assert accounts.balance(WRITE_OFF) == Decimal(290)
    assert accounts.balance(WITHHELD) == Decimal(10)
    assert accounts.balance(OUTSTANDING) == Decimal(150)

    post(
        desk,
        remittance(
            second,
            "20.00",
            claim(paid, "22", "-250.00", "-160.00", ("CO", "45", "-40.00"), ("PR", "1", "-50.00")),
            claim(paid, "1", "250.00", "180.00", ("CO", "45", "40.00"), ("PR", "1", "30.00")),
            on=date(2026, 11, 20),
        ),
    )

    assert accounts.residual(invoices[paid]) == 0
    assert accounts.balance(RECEIVABLE) == 0
    assert accounts.balance(PATIENTS) == Decimal(30)
    assert accounts.balance(WRITE_OFF) == Decimal(290)
    assert accounts.balance(OUTSTANDING) == Decimal(170)
    assert sum(accounts.trial_balance().values()) == 0


def test_reversal_alone_opens_the_invoice_again(desk: Desk) -> None:
    """Spec: X12 005010X221A1, 1.10.2.8: CLP02 22, the first payment's amounts negated."""
    accounts, number = Accounts(desk), f"R-{desk.slug}"
    invoice = post(desk, samples.charge(number))
    post(desk, remittance(f"A{desk.slug}", "250.00", claim(number, "1", "250.00", "250.00")))
    assert accounts.residual(invoice) == 0
    other = f"O-{desk.slug}"
    post(desk, samples.charge(other))

    post(
        desk,
        remittance(
            f"B{desk.slug}",
            "0.00",
            claim(number, "22", "-250.00", "-250.00"),
            claim(other, "1", "250.00", "250.00"),
        ),
    )

    assert accounts.residual(invoice) == Decimal(250)
    assert accounts.balance(RECEIVABLE) == Decimal(250)


@pytest.mark.parametrize("bank_first", [False, True], ids=["remittance first", "bank first"])
def test_bank_line_with_the_trace_is_settled_with_the_payment_whichever_comes_first(
    desk: Desk, *, bank_first: bool
) -> None:
    """Spec: X12 005010X221A1, 1.10.2.3: the trace number ties the dollars to the data."""
    accounts, number, trace = Accounts(desk), f"E-{desk.slug}", f"T{desk.slug}"
    post(desk, samples.charge(number))
    advice = remittance(trace, "250.00", claim(number, "1", "250.00", "250.00"))
    bank = statement(desk.slug, "250.00", f"CCD ADDENDA TRN*1*{trace}*1234567890~")

    for document in (bank, advice) if bank_first else (advice, bank):
        post(desk, document)

    assert accounts.balance(OUTSTANDING) == 0
    named = [
        ["module", "=", f"acktrail_{desk.slug}"],
        ["model", "=", "account.bank.statement.line"],
    ]
    rows = [one["res_id"] for one in desk.search("ir.model.data", named, "res_id")]
    kept = desk.search(
        "account.bank.statement.line", [["id", "in", rows]], "amount", "is_reconciled"
    )
    assert sorted((one["amount"], one["is_reconciled"]) for one in kept) == [
        (Decimal("-12.5"), False),
        (250, True),
    ]


@pytest.mark.parametrize(
    ("amount", "text"),
    [("250.00", "TRN*1*{0}9*1"), ("249.00", "TRN*1*{0}*1")],
    ids=["trace", "sum"],
)
def test_bank_line_of_another_trace_or_amount_is_left_to_a_person(
    desk: Desk, amount: str, text: str
) -> None:
    accounts, number, trace = Accounts(desk), f"N-{desk.slug}", f"T{desk.slug}"
    post(desk, samples.charge(number))
    post(desk, remittance(trace, "250.00", claim(number, "1", "250.00", "250.00")))

    post(desk, statement(desk.slug, amount, text.format(trace)))

    assert accounts.balance(OUTSTANDING) == Decimal(250)


def test_remittance_for_a_claim_without_exactly_one_invoice_is_held_with_the_candidates(
    desk: Desk,
) -> None:
    twice, never = f"W-{desk.slug}", f"X-{desk.slug}"
    first = post(desk, samples.charge(twice))
    again = samples.charge(twice)
    other = Document(again.kind, again.id, ("OTHER", twice), again.payload, issued=again.issued)
    second = post(desk, other)
    plans = [
        desk.plan(remittance(f"{n}{desk.slug}", "1.00", claim(n, "1", "1.00", "1.00")), **CHANGES)
        for n in (twice, never)
    ]

    outcomes = desk.poster.deliver(list(enumerate(plans))).outcomes

    found = outcomes[0]
    assert isinstance(found, Refused)
    assert (found.error_class, found.field) == ("ref.claim_ambiguous", "claim 1")
    assert {one.id for one in found.unmatched[0].candidates} == {first, second}
    assert isinstance(outcomes[1], Refused)
    assert outcomes[1].error_class == "ref.claim_unknown"
    assert desk.records("account.move") == 2


def test_rejected_claim_is_a_task_on_its_invoice_once(desk: Desk) -> None:
    number = f"J-{desk.slug}"
    invoice = post(desk, samples.charge(number))
    planned = desk.plan(samples.claim_answer(number, "A3"))

    first = desk.store(planned)
    second = desk.store(planned)

    assert first == second
    domain = [["res_model", "=", "account.move"], ["res_id", "=", invoice]]
    kept = desk.search("mail.activity", domain, "summary")
    assert [one["summary"] for one in kept] == ["Claim rejected: A3:21"]


def test_appointment_is_moved_and_archived_under_one_event(desk: Desk) -> None:
    first = desk.store(desk.plan(samples.appointment()))
    moved = desk.store(desk.plan(samples.appointment("MOVED", hour=9)))

    kept = desk.read("calendar.event", first[0], "start", "stop", "privacy", "name", "active")
    assert moved == first
    assert (kept["start"], kept["stop"]) == ("2026-11-25 09:00:00", "2026-11-25 09:30:00")
    assert kept["privacy"] == "private"
    assert desk.store(desk.plan(samples.appointment("CANCELLED", hour=0))) == first
    assert desk.search("calendar.event", [["id", "=", first[0]]], "id") == []
