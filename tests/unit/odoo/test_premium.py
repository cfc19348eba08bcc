"""Premium payments (820 X218): one draft payment; whom they are for stays here."""

from acktrail.documents.kinds import Document
from acktrail.documents.value import replace
from acktrail.odoo.loads import Asks, Plan, Refusal
from acktrail.odoo.plan import Known, calls, encode_calls
from tests.unit.odoo import samples

BANK = {"bank_journal": "account.1_bank", "partner": "base.partner_demo"}


def planned(document: Document, **changes: object) -> Plan:
    found = samples.maps(**{**BANK, **changes}).plan(document)
    assert isinstance(found, Plan), found
    return found


def refused(document: Document, **changes: object) -> list[str]:
    found = samples.maps(**{**BANK, **changes}).plan(document)
    assert isinstance(found, Refusal), found
    return [one.rule for one in found.findings]


def with_invoices(*records: int) -> Plan:
    maps, document = samples.maps(**BANK), samples.premium("PREM-1", "310.00", "INV-7")
    asked = maps.plan(document)
    assert isinstance(asked, Asks)
    answers = {asked.questions[0]: tuple({"id": one} for one in records)}
    found = maps.plan(document, Known(answers))
    assert isinstance(found, Plan), found
    return found


def cells_of(found: Plan) -> dict[str, str]:
    return dict(zip(found.loads[-1].fields, found.loads[-1].rows[0], strict=True))


def test_premium_payment_is_a_draft_payment_with_its_trace_and_no_member() -> None:
    found = planned(samples.premium())

    assert cells_of(found) == {
        "id": found.external_id,
        "payment_type": "inbound",
        "partner_type": "customer",
        "partner_id/id": "base.partner_demo",
        "journal_id/id": "account.1_bank",
        "date": "2026-11-10",
        "amount": "310.00",
        "memo": "820 TRN PREM-1",
        "payment_reference": "PREM-1",
    }
    assert [one.method for one in calls(found)] == ["load"]
    assert b"CANARYMEMBER" not in encode_calls(found)


def test_premium_payment_is_posted_only_where_the_profile_says() -> None:
    assert planned(samples.premium(), post=True).verb == "action_post"


def test_premium_payment_names_its_invoice_only_where_there_is_exactly_one() -> None:
    assert cells_of(with_invoices(5))["invoice_ids/.id"] == "5"
    assert "invoice_ids/.id" not in cells_of(with_invoices())
    assert "invoice_ids/.id" not in cells_of(with_invoices(5, 6))
    several = planned(samples.premium("PREM-1", "310.00", "INV-7", "INV-8"))
    assert "invoice_ids/.id" not in cells_of(several)


def test_premium_payment_without_money_or_journal_or_taken_back_is_refused() -> None:
    sent = samples.premium()
    early = replace(sent, payload=replace(sent.payload, handling="P"))

    assert refused(early) == ["post.nothing_to_post"]
    assert refused(samples.premium("PREM-1", "0.00")) == ["post.nothing_to_post"]
    assert refused(samples.premium("PREM-1", "-5.00")) == ["post.negative_total"]
    assert refused(sent, bank_journal="") == ["post.option_missing"]
    assert refused(sent, currency="EUR") == ["post.currency"]
