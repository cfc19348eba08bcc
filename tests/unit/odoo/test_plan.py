"""What is asked of Odoo per kind, and what is refused before anything is asked."""

import dataclasses
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from acktrail.documents.kinds import (
    AnswerReceived,
    BankEntry,
    BankStatement,
    Charge,
    ChargeLine,
    ClaimPayment,
    Document,
    Opaque,
    Remittance,
    Service,
    Trade,
)
from acktrail.documents.parts import (
    CLEAR,
    Adjustment,
    Allowance,
    Code,
    Identifier,
    Item,
    Line,
    Period,
    Quantity,
    Totals,
)
from acktrail.documents.value import replace
from acktrail.errors import SetupError
from acktrail.odoo import cells
from acktrail.odoo.loads import RULES, Asks, Plan, Refusal, field_of
from acktrail.odoo.maps import KindMaps, PartnerMap, Way
from acktrail.odoo.plan import Known, calls, encode_calls, plan
from acktrail.odoo.questions import Key, Question
from tests.unit.odoo import samples
from tests.unit.odoo.samples import PARTNER, usd

CATALOGUED: dict[str, object] = {"products": "external_id", "create_products": True}
CASES = [
    (samples.invoice(), {}),
    (samples.taxed_invoice(), {"notes": True}),
    (samples.credit_note(), {"post": True}),
    (samples.order(), CATALOGUED),
    (samples.catalogue(), CATALOGUED),
    (samples.charge(), {}),
    (samples.remittance(), {"post": True, "reconcile": True}),
    (samples.person(), {"party_fields": ["name", "city", "country_id"]}),
    (samples.statement(), {"bank_journal": "account.1_bank"}),
    (samples.premium(), {"bank_journal": "account.1_bank"}),
]


def planned(document: Document, **changes: object) -> Plan:
    found = samples.maps(**changes).plan(document)
    assert isinstance(found, Plan), found
    return found


def refused(document: Document, **changes: object) -> set[str]:
    found = samples.maps(**changes).plan(document)
    assert isinstance(found, Refusal)
    return {one.rule for one in found.findings}


def questions(document: Document, **changes: object) -> tuple[Question, ...]:
    found = samples.maps(**changes).plan(document)
    assert isinstance(found, Asks), found
    return found.questions


def answered(
    document: Document, answers: list[list[dict[str, int]]], **changes: object
) -> Plan | Asks | Refusal:
    asked = questions(document, **changes)
    known = {one: tuple(answers[at]) for at, one in enumerate(asked)}
    return samples.maps(**changes).plan(document, Known(known))


ALL_OF_A_BILL = list(samples.options().send["account.move"])


def replace_maps(maps: PartnerMap, kinds: Mapping[str, Mapping[str, object]]) -> PartnerMap:
    made = KindMaps(samples.MAPS.defaults, kinds)
    return PartnerMap(maps.partner, made, samples.TABLE, (), samples.SECRET)


def column(found: Plan, name: str) -> list[str]:
    load = found.loads[-1]
    at = load.fields.index(name)
    return [row[at] for row in load.rows]


@pytest.mark.parametrize(("document", "changes"), CASES, ids=lambda one: getattr(one, "kind", ""))
def test_plan_of_every_kind_sends_only_allowed_fields_as_text(
    document: Document, changes: dict[str, object]
) -> None:
    found = planned(document, **changes)

    allowed = samples.options(document.kind, **changes).send
    for load in found.loads:
        assert {*map(field_of, load.fields)} <= {"id", *allowed[load.model]}
        assert load.rows[0][load.fields.index("id")] == load.external_id
        assert all(len(row) == len(load.fields) for row in load.rows)
        assert all(isinstance(cell, str) for row in load.rows for cell in row)


@pytest.mark.parametrize(("document", "changes"), CASES, ids=lambda one: getattr(one, "kind", ""))
def test_plan_of_the_same_document_is_the_same_bytes(
    document: Document, changes: dict[str, object]
) -> None:
    first, second = (encode_calls(planned(document, **changes)) for _ in range(2))

    assert first == second
    assert json.loads(first)[0]["body"]["context"]["noupdate"] is True


def test_plan_when_written_as_calls_has_the_bodies_that_odoo_takes() -> None:
    found = planned(samples.invoice(), post=True, partner="base.partner_demo")

    load, verb = calls(found)

    assert (load.path, verb.path) == (
        "/json/2/account.move/load",
        "/json/2/account.move/action_post",
    )
    assert load.body == {
        "fields": [
            *("id", "move_type", "partner_id/id", "journal_id/id", "invoice_date", "ref"),
            *("invoice_origin", "invoice_line_ids/name", "invoice_line_ids/quantity"),
            *("invoice_line_ids/product_uom_id/id", "invoice_line_ids/price_unit"),
            "invoice_line_ids/tax_ids/id",
        ],
        "data": [
            [
                *(found.external_id, "in_invoice", "base.partner_demo", "account.1_purchase"),
                *("2026-11-03", "INV-1", "PO-7", "Gloves A-1", "10", "uom.product_uom_unit"),
                *("4.25", ""),
            ]
        ],
        "context": {
            "lang": "en_US",
            "allowed_company_ids": [1],
            "tracking_disable": True,
            "mail_create_nosubscribe": True,
            "mode": "update",
            "noupdate": True,
        },
    }
    assert verb.body["ids"] == [found.external_id]


def test_plan_whose_partner_is_a_table_creates_it_first() -> None:
    found = planned(samples.invoice())

    assert [load.model for load in found.loads] == ["res.partner", "account.move"]
    assert found.loads[1].depends_on == (found.loads[0].external_id,)
    assert found.depends_on == ()


@pytest.mark.parametrize(
    "document",
    [samples.invoice(), samples.charge(), samples.remittance()],
    ids=lambda one: one.kind,
)
def test_plan_of_a_move_always_has_the_tax_column(document: Document) -> None:
    assert any(name.endswith("/tax_ids/id") for name in planned(document).loads[-1].fields)


def test_invoice_line_with_a_tax_gets_the_profiles_tax() -> None:
    assert column(planned(samples.taxed_invoice()), "invoice_line_ids/tax_ids/id") == [samples.TAX]


def test_invoice_with_a_tax_that_no_table_has_is_refused() -> None:
    assert refused(samples.taxed_invoice(), taxes={}) == {"ref.tax_unknown"}


def test_invoice_with_an_unknown_unit_is_refused_and_never_taken_for_units() -> None:
    quantity = {"INVOICED": Quantity(Decimal(1), "XPX")}
    lines = (replace(samples.line("1", "1", "4.25"), quantities=quantity),)

    assert refused(samples.invoice(payload=Trade(lines))) == {"ref.unit_unknown"}


def test_invoice_amounts_that_are_stated_once_become_lines_of_their_own() -> None:
    totals = Totals(
        allowances=usd("2.00"), charges=usd("5.00"), tax=usd("3.08"), total=usd("48.58")
    )
    document = samples.invoice(payload=Trade((samples.line("1", "10", "4.25"),), totals))

    prices = column(planned(document), "invoice_line_ids/price_unit")

    assert prices == ["4.25", "-2.00", "5.00", "3.08"]


def test_invoice_line_allowance_becomes_a_line_with_the_same_tax() -> None:
    allowances = (
        Allowance(charge=False, amount=usd("1.50")),
        Allowance(charge=True, percent=Decimal(10)),
    )
    line = replace(samples.line("1", "10", "4.25"), allowances=allowances)

    found = planned(samples.invoice(payload=Trade((line,))))

    assert column(found, "invoice_line_ids/price_unit") == ["4.25", "-1.50", "4.25"]


def test_invoice_price_per_hundred_is_divided_by_its_basis() -> None:
    line = replace(samples.line("1", "10", "4.25"), basis=Decimal(100))

    found = planned(samples.invoice(payload=Trade((line,))))

    assert column(found, "invoice_line_ids/price_unit") == ["0.0425"]


def test_invoice_notes_when_the_profile_sends_them_are_escaped() -> None:
    document = samples.invoice(notes=("<script>alert(1)</script>\x00 & more",))

    found = planned(document, notes=True)

    assert column(found, "narration") == ["<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; more</p>"]
    assert "narration" not in planned(document).loads[-1].fields


def test_invoice_in_another_currency_is_refused() -> None:
    assert refused(samples.invoice(currency="EUR")) == {"post.currency"}


def test_invoice_with_a_negative_total_is_refused() -> None:
    payload = Trade((samples.line("1", "1", "-5"),), Totals(total=usd("-5")))

    assert refused(samples.invoice(payload=payload)) == {"post.negative_total"}


def test_invoice_without_date_line_price_or_quantity_is_refused_with_each_finding() -> None:
    quantity = {"INVOICED": Quantity(Decimal(1), "EA")}
    lines = (Line("1", quantities=quantity), Line("2", price=usd("1")))

    found = refused(samples.invoice(issued=None, payload=Trade(lines)))

    assert found == {"post.date_missing", "post.price_missing", "post.quantity_missing"}
    assert refused(samples.invoice(payload=Trade())) == {"post.lines_missing"}


@pytest.mark.parametrize("function", ["CHANGE", "REPLACE", "CANCEL", "DUPLICATE"])
def test_document_that_changes_another_is_left_to_a_person(function: str) -> None:
    assert refused(samples.invoice(function=function)) == {"post.function_unrouted"}


def test_party_that_the_parties_table_has_is_the_counterpart() -> None:
    document = replace(samples.order(), parties=(samples.buyer("GLN", "4012345000009"),))

    found = planned(document, **CATALOGUED, parties={"GLN:4012345000009": "base.partner_demo"})

    assert column(found, "partner_id/id")[0] == "base.partner_demo"


def test_party_that_the_parties_table_lacks_refuses_the_document() -> None:
    document = replace(samples.order(), parties=(samples.buyer("GLN", "4012345000009"),))

    assert refused(document, **CATALOGUED, parties={"GLN:1": "x.y"}) == {"ref.party_unknown"}


def test_order_by_default_code_asks_for_every_item_and_then_names_what_was_found() -> None:
    document = samples.order(codes=("A-1", "A-2", "A-1"))

    asked = questions(document, products="default_code")
    found = answered(document, [[{"id": 7}], [{"id": 8}], [{"id": 7}]], products="default_code")

    assert [(one.name, one.keys) for one in asked] == [
        ("line 1", (Key("default_code", "A-1"),)),
        ("line 2", (Key("default_code", "A-2"),)),
        ("line 3", (Key("default_code", "A-1"),)),
    ]
    assert isinstance(found, Plan)
    assert column(found, "order_line/product_id/.id") == ["7", "8", "7"]


@pytest.mark.parametrize(
    ("records", "rule"),
    [([], "ref.item_unknown"), ([{"id": 1}, {"id": 2}], "ref.item_ambiguous")],
    ids=["none", "two"],
)
def test_order_item_that_leads_to_no_product_or_to_two_is_refused_with_candidates(
    records: list[dict[str, int]], rule: str
) -> None:
    found = answered(samples.order(codes=("A-1",)), [records], products="default_code")

    assert isinstance(found, Refusal)
    assert [one.rule for one in found.findings] == [rule]
    assert [one.id for one in found.unmatched[0].candidates] == [one["id"] for one in records]


def test_order_item_that_a_person_chose_is_asked_for_by_its_id() -> None:
    options = samples.options("order", products="default_code")
    known = Known(decided={"line 1": 42})

    asked = plan(samples.order(codes=("A-1",)), options, PARTNER, known)

    assert isinstance(asked, Asks)
    assert asked.questions[0].keys == (Key("id", 42),)


def test_order_item_is_asked_for_by_the_declared_keys_in_their_order() -> None:
    ids = (Identifier("SELLER", "A-1"), Identifier("GTIN", "04012345000016"))
    quantity = {"ORDERED": Quantity(Decimal(1), "EA")}
    line = Line("1", Item(ids), quantity, usd("1"))
    document = replace(samples.order(), payload=Trade((line,)))

    asked = questions(document, products=("barcode", "default_code"))

    assert asked[0].keys == (Key("barcode", "04012345000016"), Key("default_code", "A-1"))


def test_order_item_in_the_crosswalk_is_looked_up_as_ours() -> None:
    asked = questions(
        samples.order(codes=("A-1",)), products="barcode", items={"SELLER:A-1": "40123"}
    )

    assert [one.keys for one in asked] == [(Key("barcode", "40123"),)]


def test_party_by_declared_keys_is_asked_for_and_named_by_its_id() -> None:
    parties = (samples.buyer("GLN", "4012345000009"),)
    document = replace(samples.order(), parties=parties)
    match = {"party": ("global_location_number", "ref")}

    asked = questions(document, **CATALOGUED, match=match)
    found = answered(document, [[{"id": 3}]], **CATALOGUED, match=match)

    assert asked[0].keys == (
        Key("global_location_number", "4012345000009"),
        Key("ref", "4012345000009"),
    )
    assert isinstance(found, Plan)
    assert column(found, "partner_id/.id")[0] == "3"


def test_party_that_leads_to_two_contacts_is_refused_with_candidates() -> None:
    parties = (samples.buyer("GLN", "4012345000009"),)
    document = replace(samples.order(), parties=parties)

    found = answered(document, [[{"id": 3}, {"id": 4}]], **CATALOGUED, match={"party": ("ref",)})

    assert isinstance(found, Refusal)
    assert {one.rule for one in found.findings} >= {"ref.party_ambiguous"}
    assert [(one.id, one.label) for one in found.unmatched[0].candidates] == [(3, ""), (4, "")]


def test_field_that_is_not_on_the_allow_list_never_leaves() -> None:
    allowed = [name for name in samples.options().send["account.move"] if name != "invoice_origin"]

    found = planned(samples.invoice(), send={"account.move": allowed})

    assert "invoice_origin" in planned(samples.invoice()).loads[-1].fields
    assert "invoice_origin" not in found.loads[-1].fields
    assert "PO-7" not in encode_calls(found).decode()


@pytest.mark.parametrize("field", ["invoice_line_ids/tax_ids", "partner_id"])
def test_field_that_a_record_needs_and_may_not_leave_refuses_the_document(field: str) -> None:
    """Without its tax column Odoo would take the product's own tax."""
    allowed = [name for name in samples.options().send["account.move"] if name != field]

    assert refused(samples.invoice(), send={"account.move": allowed}) == {"post.field_withheld"}


@pytest.mark.parametrize(
    ("way", "places"),
    [
        (Way(("account.move",)), ["res.partner"]),
        (Way(("sale.order",)), ["account.move", "res.partner"]),
        (Way(company=2), ["company"]),
    ],
)
def test_route_that_does_not_lead_to_the_model_or_company_denies_the_document(
    way: Way, places: list[str]
) -> None:
    maps = samples.maps()
    maps.routes = {"invoice": way}

    found = maps.plan(samples.invoice())

    assert isinstance(found, Refusal)
    assert [one.rule for one in found.findings] == ["post.route_denied"] * len(places)
    assert [one.place.address for one in found.findings] == places


def test_model_that_is_not_on_the_kinds_list_is_denied() -> None:
    maps = samples.maps()
    assert isinstance(maps.plan(samples.invoice()), Plan)
    kinds = {**samples.MAPS.kinds, "invoice": {"send": {"account.move": ALL_OF_A_BILL}}}
    strict = replace_maps(maps, kinds)
    found = strict.plan(samples.invoice())
    assert isinstance(found, Refusal)
    assert [one.place.address for one in found.findings] == ["res.partner"]


def test_appointment_is_a_token_with_times_and_place_and_a_later_one_moves_it() -> None:
    first = planned(samples.appointment())
    moved = planned(samples.appointment("MOVED", hour=9))

    load = first.loads[-1]
    cells = dict(zip(load.fields, load.rows[0], strict=True))
    assert cells["name"].startswith("Appointment ")
    assert (cells["start"], cells["stop"]) == ("2026-11-25 14:00:00", "2026-11-25 14:30:00")
    assert (cells["privacy"], cells["show_as"], cells["location"]) == ("private", "busy", "CLINIC2")
    assert "MRN-1" not in str(load.rows)
    assert not load.overwrite
    assert moved.loads[-1].overwrite
    assert moved.loads[-1].external_id == load.external_id
    assert moved.external_id != first.external_id


def test_appointment_that_is_cancelled_is_archived_and_one_without_a_time_refused() -> None:
    ended = planned(samples.appointment("CANCELLED", hour=0))

    assert column(ended, "active") == ["0"]
    assert "start" not in ended.loads[-1].fields
    assert refused(samples.appointment("MOVED", hour=0)) == {"post.date_missing"}


def test_rejected_claim_is_a_task_with_codes_on_its_invoice() -> None:
    document = samples.claim_answer("CLM-1", "A3", "A1")

    asked = questions(document)
    found = answered(document, [[{"id": 12}]])

    assert [one.name for one in asked] == ["claim 1"]
    assert isinstance(found, Plan)
    assert [load.model for load in found.loads] == ["mail.activity"]
    assert column(found, "res_id") == ["12"]
    assert column(found, "summary") == ["Claim rejected: A3:21"]


def test_answer_that_rejects_no_claim_asks_nobody() -> None:
    assert refused(samples.claim_answer("CLM-1", "A1", "A2")) == {"post.nothing_to_post"}


def test_patients_share_moves_to_the_patients_receivable_in_the_same_entry() -> None:
    found = planned(
        samples.remittance(),
        patient_receivable="account.1_patients",
        patient="masterdata.patients",
    )

    load = found.loads[-1]
    names = ("name", "account_id/id", "partner_id/id", "debit", "credit")
    at = [load.fields.index(f"line_ids/{name}") for name in names]
    moved = [tuple(row[n] for n in at) for row in load.rows if "PR-1" in row[at[0]]]
    assert [(*one[:2], *one[3:]) for one in moved] == [
        ("CLM-1 PR-1", "account.1_patients", "50.00", "0"),
        ("CLM-1 PR-1", samples.TABLE["receivable"], "0", "50.00"),
    ]
    assert moved[0][2] == "masterdata.patients"


def test_patients_share_without_a_contact_to_keep_it_under_is_refused() -> None:
    document = samples.remittance()

    assert refused(document, patient_receivable="account.1_patients") == {"post.option_missing"}


def test_reversal_has_a_label_of_its_own_and_is_settled_first() -> None:
    payload = _remittance()
    back = replace(payload.claims[0], status="22", charge=usd("-250.00"), paid=usd("-160.00"))
    adjustments = tuple(
        replace(one, amount=usd(str(-one.amount.amount))) for one in payload.claims[0].adjustments
    )
    claims = (*payload.claims, replace(back, adjustments=adjustments))
    payment = replace(payload.payment, amount=usd("-10.00"))
    document = replace(
        samples.remittance(), payload=replace(payload, claims=claims, payment=payment)
    )

    found = planned(document, post=True, reconcile=True)

    assert [(one.label, one.reversal) for one in found.settles] == [
        ("CLM-1 reversal", True),
        ("CLM-1", False),
    ]
    assert "CLM-1 reversal paid" in column(found, "line_ids/name")


def test_statement_names_the_words_of_received_money_that_may_be_a_trace() -> None:
    found = planned(samples.statement(), bank_journal="account.1_bank", reconcile=True)

    assert found.traces == ("0012345",)
    assert planned(samples.statement(), bank_journal="account.1_bank").traces == ()


@pytest.mark.parametrize(
    ("remittance", "label"),
    [
        ("TRN*1*8350 00123*1999~", "835000123 TRN*1*8350 00123*1999~"),
        ("TRN*1*835000123*1999~", "TRN*1*835000123*1999~"),
        ("X" * 190 + " TRN*1*835000123*1999~", f"835000123 {'X' * 190}"),
    ],
)
def test_trace_that_the_bank_told_is_a_word_of_the_line(remittance: str, label: str) -> None:
    """A remittance is settled with the line that holds its trace as a word of its own."""
    entry = BankEntry(usd("150.00"), date(2026, 11, 10), remittance=remittance, trace="835000123")
    payload = BankStatement("ACC", "17", usd("0.00"), usd("150.00"), (entry,))

    found = planned(
        replace(samples.statement(), payload=payload), bank_journal="account.1_bank", reconcile=True
    )

    assert found.traces[0] == "835000123"
    (said,) = column(found, "payment_ref")
    assert said == label[:200].strip()
    assert "835000123" in cells.words(said)


def test_entry_with_a_unique_reference_is_the_same_in_whatever_statement_it_comes() -> None:
    entry = BankEntry(usd("150.00"), date(2026, 11, 10), unique_ref="B-77")
    other = BankEntry(usd("150.00"), date(2026, 11, 11), unique_ref="B-77")
    nameless = BankEntry(usd("150.00"), date(2026, 11, 10))

    def keys(number: str, *entries: BankEntry) -> list[str]:
        payload = BankStatement("ACC", number, usd("0.00"), usd("0.00"), entries)
        document = replace(samples.statement(), key=("ACC", number, number), payload=payload)
        found = planned(document, bank_journal="account.1_bank")
        return [one.external_id for one in found.loads]

    first = keys("17", entry, entry, other, nameless)
    second = keys("18", nameless, other, entry, entry)
    assert len(set(first)) == len(first)
    assert set(first) & set(second) == set(first[:3])


def test_person_is_never_asked_for_by_the_number_that_was_sent() -> None:
    document = replace(samples.order(), parties=(samples.buyer("MRN", "123"),))

    found = planned(document, **CATALOGUED, match={"party": ("ref",)})

    assert found.loads[-1].rows[0][1] == samples.person_id("123")


def test_order_item_without_a_usable_number_is_refused() -> None:
    assert refused(samples.order(), products="barcode") == {"ref.item_unknown"}


def test_order_without_a_way_to_products_is_refused() -> None:
    assert refused(samples.order()) == {"post.option_missing"}


def test_order_without_prices_leaves_them_to_the_pricelist() -> None:
    lines = tuple(replace(one, price=None) for one in _lines(samples.order()))

    found = planned(replace(samples.order(), payload=Trade(lines)), **CATALOGUED)

    assert "order_line/price_unit" not in found.loads[-1].fields


def test_order_with_some_prices_is_refused_for_an_empty_one_would_be_zero() -> None:
    first, second = _lines(samples.order())
    document = replace(samples.order(), payload=Trade((first, replace(second, price=None))))

    assert refused(document, **CATALOGUED) == {"post.price_missing"}


def test_catalogue_and_order_agree_on_the_external_id_of_a_product() -> None:
    prices, ordered = (planned(one, **CATALOGUED) for one in (samples.catalogue(), samples.order()))

    of_products = [
        {load.external_id for load in one.loads if load.model == "product.product"}
        for one in (prices, ordered)
    ]
    assert of_products[0] == of_products[1]
    assert len(of_products[0]) == 2


def test_catalogue_price_of_a_later_date_has_a_key_of_its_own() -> None:
    trade = samples.catalogue().payload
    assert isinstance(trade, Trade)
    later = replace(trade, valid=Period(date(2027, 1, 1)))

    first = planned(samples.catalogue(), **CATALOGUED)
    second = planned(replace(samples.catalogue(), payload=later), **CATALOGUED)

    assert first.loads[-1].external_id != second.loads[-1].external_id
    assert column(second, "date_start") == ["2027-01-01"]


PAYERS = {"PAYER_ID:NORTHWIND": "masterdata.northwind", "default": "masterdata.self_pay"}


def billed_to(payer: str) -> Document:
    charge = samples.charge().payload
    assert isinstance(charge, Charge)
    named = Identifier("PAYER_ID", payer) if payer else None
    return replace(samples.charge(), payload=replace(charge, bill_to=named))


@pytest.mark.parametrize(
    ("payer", "found"), [("NORTHWIND", "masterdata.northwind"), ("", "masterdata.self_pay")]
)
def test_charge_is_billed_to_the_payer_that_the_parties_table_has(payer: str, found: str) -> None:
    plan_ = planned(billed_to(payer), bill_to_partner=False, parties=PAYERS)

    assert column(plan_, "partner_id/id")[0] == found
    assert [load.model for load in plan_.loads] == ["account.move"]


@pytest.mark.parametrize("parties", [PAYERS, {}])
def test_charge_for_an_unknown_payer_is_refused_and_no_partner_is_made(
    parties: dict[str, str],
) -> None:
    """HL7 table 0357, 204 unknown key: bill_to is never created from a DFT."""
    document = billed_to("STRANGER")

    assert refused(document, bill_to_partner=False, parties=parties) == {"ref.party_unknown"}


def test_charge_without_a_payer_is_refused_unless_the_parties_table_has_a_default() -> None:
    parties = {"PAYER_ID:NORTHWIND": "masterdata.northwind"}

    assert refused(billed_to(""), bill_to_partner=False, parties=parties) == {"ref.party_unknown"}


def test_charge_is_billed_to_the_partner_itself_where_the_profile_says_so() -> None:
    found = planned(billed_to("STRANGER"), bill_to_partner=True, parties=PAYERS)

    assert [load.model for load in found.loads] == ["res.partner", "account.move"]
    assert column(found, "partner_id/id")[0] == found.loads[0].external_id


def test_charge_credits_become_a_credit_note_of_their_own() -> None:
    charge = samples.charge().payload
    assert isinstance(charge, Charge)
    credit = replace(charge.lines[0], type="CREDIT", key="3")
    document = replace(samples.charge(), payload=replace(charge, lines=(*charge.lines, credit)))

    found = planned(document)

    moves = [load for load in found.loads if load.model == "account.move"]
    assert [load.rows[0][1] for load in moves] == ["out_refund", "out_invoice"]
    assert found.external_id == moves[-1].external_id
    assert found.expected is not None
    assert found.expected.amount == Decimal("250.00")


@pytest.mark.parametrize("type_", ["ADJUSTMENT", "PAYMENT"])
def test_charge_line_that_is_no_charge_is_left_to_a_person(type_: str) -> None:
    line = ChargeLine("1", type_, Code("X", "1"), None, date(2026, 1, 1), Decimal(1), usd("1"))
    document = replace(samples.charge(), payload=Charge("V", "A", None, (line,)))

    assert refused(document) >= {"post.line_unrouted"}


def test_charge_billed_to_a_patient_refers_to_the_pseudonymous_record() -> None:
    patient = Identifier("MRN", "MRN-1", "HOSP")
    charge = samples.charge().payload
    assert isinstance(charge, Charge)

    document = replace(samples.charge(), payload=replace(charge, bill_to=patient))

    found = planned(document, bill_to_partner=False)

    assert found.depends_on == (planned(samples.person()).loads[-1].external_id,)


def test_remittance_when_planned_is_one_balanced_entry() -> None:
    """X12 005010X221A1 1.10.2: the parts of a remittance balance, so does the entry."""
    found = planned(samples.remittance())

    names = column(found, "line_ids/name")
    debited = [Decimal(one) for one in column(found, "line_ids/debit")]
    credited = [Decimal(one) for one in column(found, "line_ids/credit")]

    assert names == ["EFT 0012345", "CLM-1 paid", "CLM-1 CO-45", "CLM-1 CO-45", "PLB WO"]
    assert debited == [150, 0, 40, 0, 10]
    assert credited == [0, 160, 0, 40, 0]


def test_remittance_835_payment_rule_when_broken_is_refused() -> None:
    """BPR02 = sum(CLP04) - sum(PLB amounts)."""
    paid = _remittance()
    wrong = replace(paid, payment=replace(paid.payment, amount=usd("151.00")))

    assert refused(replace(samples.remittance(), payload=wrong)) == {"post.unbalanced"}


def test_remittance_835_claim_rule_when_broken_is_refused() -> None:
    """CLP03 - sum(CAS) = CLP04."""
    paid = _remittance()
    wrong = replace(paid, claims=(replace(paid.claims[0], charge=usd("251.00")),))

    assert refused(replace(samples.remittance(), payload=wrong)) == {"post.claim_unbalanced"}


def test_remittance_reversal_changes_sides_and_has_no_negative_cell() -> None:
    """CLP02 = 22 carries negated amounts."""
    back = ClaimPayment(
        "CLM-1",
        "22",
        usd("-250.00"),
        usd("-160.00"),
        adjustments=(Adjustment("CO", Code("CARC", "45"), usd("-90.00")),),
    )
    paid = _remittance()
    payment = replace(paid.payment, amount=usd("-160.00"))
    payload = replace(paid, payment=payment, claims=(back,), provider_adjustments=())

    found = planned(replace(samples.remittance(), payload=payload))

    assert column(found, "line_ids/debit") == ["0", "160.00", "0", "90.00"]
    assert column(found, "line_ids/credit") == ["160.00", "0", "90.00", "0"]


def test_remittance_adjustments_of_claim_and_services_are_added_by_reason() -> None:
    paid = _remittance()
    claim = paid.claims[0]
    service = Service(
        Code("HCPCS", "1"),
        usd("1"),
        usd("1"),
        adjustments=(Adjustment("CO", Code("CARC", "45"), usd("15.00")),),
    )
    lowered = replace(
        claim,
        adjustments=(
            Adjustment("CO", Code("CARC", "45"), usd("25.00")),
            Adjustment("PR", Code("CARC", "1"), usd("50.00")),
        ),
        services=(service,),
    )

    found = planned(replace(samples.remittance(), payload=replace(paid, claims=(lowered,))))

    assert column(found, "line_ids/debit")[2] == "40.00"


def test_remittance_account_is_looked_up_by_reason_then_group_then_default() -> None:
    table = {"CO-45": "a.co45", "PLB": "a.plb", "default": "a.default"}

    accounts = column(planned(samples.remittance(), adjustment=table), "line_ids/account_id/id")

    assert accounts[2] == "a.co45"
    assert accounts[4] == "a.plb"


def test_remittance_without_accounts_names_each_missing_option() -> None:
    found = plan(
        samples.remittance(),
        samples.options("remittance", receivable="", outstanding="", adjustment={}),
        PARTNER,
    )

    assert isinstance(found, Refusal)
    places = {(one.rule, one.place.address) for one in found.findings}
    assert ("post.option_missing", "odoo.receivable") in places
    assert ("post.option_missing", "odoo.outstanding") in places
    assert ("ref.account_unknown", "CAS02") in places


def test_remittance_of_a_prenotification_is_not_posted() -> None:
    """BPR01 = P: a prenotification moves no money. I only says that the money comes by itself."""
    payload = replace(_remittance(), handling="P")

    assert refused(replace(samples.remittance(), payload=payload)) == {"post.nothing_to_post"}


def test_remittance_predetermination_writes_nothing_off() -> None:
    """CLP02 = 25: no payment was made."""
    claim = ClaimPayment(
        "CLM-2",
        "25",
        usd("100.00"),
        usd("0"),
        adjustments=(Adjustment("CO", Code("CARC", "45"), usd("100.00")),),
    )
    paid = _remittance()

    found = planned(
        replace(samples.remittance(), payload=replace(paid, claims=(*paid.claims, claim)))
    )

    assert not any(name.startswith("CLM-2") for name in column(found, "line_ids/name"))


def test_person_without_owned_fields_sends_nothing_that_names_anybody() -> None:
    sent = encode_calls(planned(samples.person()))

    assert b"Canary" not in sent
    assert b"MRN" not in sent


def test_person_event_is_a_posting_of_its_own_about_the_same_record() -> None:
    later = samples.person(event_at=datetime(2026, 12, 1, tzinfo=UTC))
    first, second = planned(samples.person()), planned(later)

    assert first.external_id != second.external_id
    assert first.loads[-1].external_id == second.loads[-1].external_id


def test_person_field_that_is_to_be_cleared_is_sent_empty_only_when_overwriting() -> None:
    document = samples.person(city=CLEAR)

    kept = planned(document, party_fields=["city"])
    written = planned(document, party_fields=["city"], party_updates="overwrite")

    assert "city" not in kept.loads[-1].fields
    assert column(written, "city") == [""]
    assert "noupdate" not in json.loads(encode_calls(written))[-1]["body"]["context"]


@pytest.mark.parametrize(
    ("action", "rule"),
    [("MERGE", "post.merge_by_person"), ("REMOVE", "post.removal_by_person")],
)
def test_person_merge_or_removal_is_left_to_a_person(action: str, rule: str) -> None:
    assert refused(samples.person(action=action)) == {rule}


def test_person_without_the_deployments_secret_is_not_planned() -> None:
    options = dataclasses.replace(samples.options("party"), pseudonym_key=b"")

    with pytest.raises(SetupError):
        plan(samples.person(), options, PARTNER)


def test_statement_without_a_bank_journal_is_not_routed() -> None:
    assert refused(samples.statement()) == {"post.kind_unrouted"}


@pytest.mark.parametrize("payload", [Opaque("ORU"), AnswerReceived("999", "ACCEPTED")])
def test_document_of_a_kind_without_a_place_in_odoo_is_refused(
    payload: Opaque | AnswerReceived,
) -> None:
    assert refused(Document("opaque", "1", ("1",), payload)) == {"post.kind_unrouted"}


def test_rules_have_distinct_names() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_charge_line_with_only_an_amount_is_billed_as_one() -> None:
    line = ChargeLine(
        "1", "CHARGE", Code("X", "1"), None, date(2026, 1, 1), Decimal(3), None, usd("10")
    )
    document = replace(samples.charge(), issued=None, payload=Charge("V", "A", None, (line,)))

    found = planned(document)

    assert column(found, "invoice_line_ids/quantity") == ["1"]
    assert column(found, "invoice_line_ids/price_unit") == ["10"]
    assert column(found, "invoice_date") == ["2026-01-01"]


def test_charge_without_price_or_date_is_refused_with_each_finding() -> None:
    line = ChargeLine("1", "CHARGE", Code("X", "1"), None, None, Decimal(1))
    document = replace(samples.charge(), issued=None, payload=Charge("V", "A", None, (line,)))

    assert refused(document) == {"post.date_missing", "post.price_missing"}


def test_charge_code_in_the_crosswalk_finds_a_product() -> None:
    asked = questions(
        samples.charge(),
        products="default_code",
        items={"HCPCS:99213": "VISIT", "HCPCS:85025": "CBC"},
    )

    assert [one.keys[0].value for one in asked] == ["VISIT", "CBC"]


def test_catalogue_that_cannot_be_posted_is_refused_with_each_finding() -> None:
    line = Line("1", Item((Identifier("SELLER", "A-1"),)))
    document = replace(samples.catalogue(), payload=Trade((line,)), function="REPLACE")

    found = refused(document)

    assert found == {"post.function_unrouted", "post.option_missing", "post.price_missing"}
    assert refused(replace(samples.catalogue(), payload=Trade()), **CATALOGUED) == {
        "post.lines_missing"
    }


def test_catalogue_without_a_validity_starts_on_its_date() -> None:
    trade = samples.catalogue().payload
    assert isinstance(trade, Trade)
    document = replace(
        samples.catalogue(), issued=date(2026, 5, 1), payload=replace(trade, valid=None)
    )

    assert column(planned(document, **CATALOGUED), "date_start") == ["2026-05-01"]


def test_statement_without_an_entry_moves_nothing() -> None:
    booked = samples.statement().payload
    assert isinstance(booked, BankStatement)
    document = replace(samples.statement(), payload=replace(booked, entries=()))

    assert refused(document, bank_journal="account.1_bank") == {"post.nothing_to_post"}


def test_person_country_is_an_external_id_of_odoo() -> None:
    assert column(planned(samples.person(), party_fields=["country_id"]), "country_id/id") == [
        "base.us"
    ]


def _lines(document: Document) -> tuple[Line, ...]:
    assert isinstance(document.payload, Trade)
    return document.payload.lines


def _remittance() -> Remittance:
    payload = samples.remittance().payload
    assert isinstance(payload, Remittance)
    return payload
