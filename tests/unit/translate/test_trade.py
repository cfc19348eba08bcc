"""Orders and invoices of X12 and EDIFACT; element positions: docs/canonical.md, section Maps."""

from datetime import date
from decimal import Decimal

import pytest

from acktrail.documents.kinds import Document, Trade
from acktrail.documents.parts import (
    Code,
    Contact,
    Identifier,
    Line,
    Money,
    Quantity,
    Reference,
    Totals,
)
from acktrail.documents.value import replace
from tests.unit.translate.running import mapped, only, rules, run

ORDER_X12 = """
ST*850*0001
BEG*00*SA*PO1001**20260102
CUR*BY*USD
REF*CT*C77
DTM*002*20260110
N1*BY*Hospital*UL*4000000000006
N3*Street 1*Floor 2
N4*Albany*NY*12207*US
N1*SE**UL*4000000000013
PO1*1*10*EA*2.50*PE*VP*V123*UP*012345678905
PID*F****Gloves
PO1*2*300*EA*25*HP*BP*B9
CTT*2
AMT*TT*100
SE*14*0001
"""
ORDER_EDIFACT = """
UNH+1+ORDERS:D:96A:UN
BGM+220+PO1001+9
DTM+137:20260102:102
DTM+2:20260110:102
RFF+CT:C77
NAD+BY+4000000000006::9++Hospital+Street 1:Floor 2+Albany+NY+12207+US
NAD+SU+4000000000013::9
CUX+2:USD:9
LIN+1
PIA+1+V123:SA+012345678905:UP
IMD+F++:::Gloves
QTY+21:10:PCE
PRI+AAA:2.50
LIN+2
PIA+1+B9:BP
QTY+21:300:PCE
PRI+AAA:25:::100
UNS+S
MOA+86:100
CNT+2:2
UNT+21+1
"""
INVOICE_EDIFACT = """
UNH+1+INVOIC:D:96A:UN
BGM+380+INV1+9
DTM+137:20260315:102
RFF+ON:PO1001
DTM+171:20260102:102
NAD+SU+4000000000013::9
RFF+VA:DE123
CUX+2:EUR:4
PAT+1++5:3:D:30
LIN+1++4000000000006:EN
QTY+47:4:PCE
MOA+203:10.00
PRI+AAA:2.50
TAX+7+VAT+++:::19.00+S
MOA+124:1.90
UNS+S
CNT+2:1
MOA+79:10.00
MOA+176:1.90
MOA+77:11.90
UNT+21+1
"""
INVOICE_X12 = """
ST*810*0001
BIG*20260315*INV1*20260102*PO1001
CUR*SE*EUR
N1*SE**UL*4000000000013
IT1*1*4*EA*2.50**EN*4000000000006
TDS*1190
TXI*VA*1.90
CTT*1
SE*9*0001
"""


def lines(document: Document) -> tuple[Line, ...]:
    assert isinstance(document.payload, Trade)
    return document.payload.lines


def totals(document: Document) -> Totals:
    assert isinstance(document.payload, Trade)
    assert document.payload.totals is not None
    return document.payload.totals


def order(text: str = ORDER_X12, **options: object) -> Document:
    return only(run(mapped("x12-850", options), text))


def test_order_of_x12_is_read_with_key_parties_and_lines() -> None:
    document = order()

    assert document.key == ("4000000000006", "PO1001", "ORIGINAL")
    assert document.issued == date(2026, 1, 2)
    assert document.references == (Reference("CONTRACT", "C77"),)
    assert [party.role for party in document.parties] == ["BUYER", "SELLER"]
    first, second = lines(document)
    assert first.item.ids == (Identifier("SELLER", "V123"), Identifier("GTIN", "012345678905"))
    assert first.item.description == "Gloves"
    assert first.quantities == {"ORDERED": Quantity(Decimal(10), "C62", "EA")}
    assert second.price == Money(Decimal(25), "USD")
    assert document.ext == {}


def test_price_basis_of_x12_639_divides_the_price() -> None:
    """Element 639: HP is the price per hundred."""
    assert [line.basis for line in lines(order())] == [Decimal(1), Decimal(100)]


def test_order_is_the_same_document_in_x12_and_edifact() -> None:
    edifact = only(run(mapped("edifact-orders"), ORDER_EDIFACT, "edifact"))

    x12 = order()
    same = replace(edifact, ext=x12.ext, type_code=x12.type_code, payload=x12.payload)
    assert same == x12
    for ours, theirs in zip(lines(x12), lines(edifact), strict=True):
        assert theirs.item == ours.item
        assert (theirs.price, theirs.basis, theirs.no) == (ours.price, ours.basis, ours.no)
    assert totals(edifact) == totals(x12)


def test_invoice_of_edifact_is_read_with_taxes_terms_and_totals() -> None:
    document = only(run(mapped("edifact-invoic"), INVOICE_EDIFACT, "edifact"))

    assert document.key == ("4000000000013", "invoice", "INV1", "2026")
    assert document.references == (Reference("ORDER", "PO1001", on=date(2026, 1, 2)),)
    assert document.terms == {"payment_code": "1", "net_days": "30"}
    assert document.parties[0].tax_id == "DE123"
    tax = lines(document)[0].taxes[0]
    assert (tax.category, tax.rate, tax.amount) == (
        "S",
        Decimal("19.00"),
        Money(Decimal("1.90"), "EUR"),
    )
    assert totals(document).total == Money(Decimal("11.90"), "EUR")


def test_invoice_of_x12_has_two_implied_decimals_in_tds01() -> None:
    """Type N2: TDS01 1190 is 11.90."""
    document = only(run(mapped("x12-810"), INVOICE_X12))

    assert totals(document).total == Money(Decimal("11.90"), "EUR")
    assert totals(document).tax == Money(Decimal("1.90"), "EUR")
    assert document.key == ("4000000000013", "invoice", "INV1", "2026")
    assert lines(document)[0].amount is None


def test_invoice_total_that_does_not_add_up_is_found_at_the_checks() -> None:
    text = INVOICE_X12.replace("TDS*1190", "TDS*119000")

    assert "sum.inv_total" in rules(run(mapped("x12-810"), text))
    assert rules(run(mapped("x12-810", checks={"inv_total": "off"}), text)) == []


def test_credit_note_of_x12_is_known_by_its_type_and_has_no_sign() -> None:
    text = "BIG*20260315*C1*****CR\nIT1*1*-4*EA*2.50\nTDS*-1000\nCTT*1"

    document = only(run(mapped("x12-810"), text))

    assert document.kind == "credit_note"
    assert totals(document).total == Money(Decimal("10.00"), "")
    quantities = lines(document)[0].quantities or {}
    assert quantities["INVOICED"].value == 4


def test_invoice_with_a_negative_total_is_refused() -> None:
    text = "BIG*20260315*C1\nIT1*1*-4*EA*2.50\nTDS*-1000\nCTT*1"

    assert "map.negative_total" in rules(run(mapped("x12-810"), text))


def test_credit_note_of_edifact_is_known_by_381() -> None:
    text = INVOICE_EDIFACT.replace("BGM+380", "BGM+381")

    assert only(run(mapped("edifact-invoic"), text, "edifact")).kind == "credit_note"


def test_document_type_without_a_kind_is_refused() -> None:
    text = INVOICE_EDIFACT.replace("BGM+380", "BGM+999")

    found = run(mapped("edifact-invoic"), text, "edifact")[1]

    assert [(one.rule, one.code) for one in found] == [("map.unknown_code", "12")]


def test_net_price_stands_before_gross_in_either_order() -> None:
    """UNTDID 5125: AAA is the net price, AAB the gross price."""
    head = "BGM+220+1+9\nDTM+137:20260102:102\nLIN+1\nQTY+21:1:PCE\n"
    for prices in ("PRI+AAA:2\nPRI+AAB:3", "PRI+AAB:3\nPRI+AAA:2"):
        document = only(run(mapped("edifact-orders"), head + prices, "edifact"))
        assert lines(document)[0].price == Money(Decimal(2), "")
        assert "3" in document.ext.values()


def test_line_without_a_price_never_takes_the_next_lines_price() -> None:
    text = "BGM+220+1+9\nDTM+137:20260102:102\nLIN+1\nQTY+21:1:PCE\nLIN+2\nQTY+21:1\nPRI+AAA:9"

    first, second = lines(only(run(mapped("edifact-orders"), text, "edifact")))

    assert first.price is None
    assert second.price == Money(Decimal(9), "")


def test_amount_of_a_heading_charge_is_added_to_the_totals_that_were_not_sent() -> None:
    text = INVOICE_X12.replace("TDS*1190", "TDS*1390").replace("CTT*1", "SAC*C*D240***200\nCTT*1")

    document = only(run(mapped("x12-810"), text))

    assert totals(document).charges == Money(Decimal("2.00"), "EUR")
    assert document.ext["SAC02@8"] == "D240"


def test_allowance_of_a_line_has_its_reason_and_implied_decimals() -> None:
    text = ORDER_X12.replace("PID*F****Gloves", "SAC*A*C310***100").replace("TT*100", "TT*99")

    document = order(text)

    (allowance,) = lines(document)[0].allowances
    assert allowance.amount == Money(Decimal("1.00"), "USD")
    assert allowance.reason == Code("X12_1300", "C310")
    assert not allowance.charge


def test_unknown_unit_is_an_error_and_never_a_piece() -> None:
    result = run(mapped("x12-850"), ORDER_X12.replace("10*EA", "10*QQ"))

    assert rules(result) == ["map.unknown_unit"]
    assert result[1][0].place.address == "PO103"
    assert result[0] == ()


def test_unit_of_the_profile_stands_before_the_list() -> None:
    translator = mapped("x12-850", units={"QQ": "XBX"})

    document = only(run(translator, ORDER_X12.replace("10*EA", "10*QQ")))

    quantities = lines(document)[0].quantities or {}
    assert quantities["ORDERED"] == Quantity(Decimal(10), "XBX", "QQ")


def test_unit_that_x12_did_not_send_is_missed() -> None:
    assert rules(run(mapped("x12-850"), ORDER_X12.replace("10*EA", "10*"))) == [
        "map.required_missing"
    ]


def test_unknown_price_basis_is_refused_for_the_price_would_be_wrong_by_a_factor() -> None:
    assert "map.unknown_code" in rules(
        run(mapped("x12-850"), ORDER_X12.replace("2.50*PE", "2.50*ZZ"))
    )


def test_wrong_check_digit_is_a_warning_only() -> None:
    documents, findings = run(
        mapped("x12-850"), ORDER_X12.replace("4000000000013", "4000000000014")
    )

    assert [one.rule for one in findings] == ["map.check_digit"]
    assert len(documents) == 1


def test_party_in_an_unknown_role_is_kept_with_its_address_in_ext() -> None:
    document = order(ORDER_X12.replace("PO1*1", "N1*ZQ*Who*92*7\nREF*CT*other\nPO1*1"))

    assert len(document.parties) == 2
    assert document.references == (Reference("CONTRACT", "C77"),)
    assert {"ZQ", "Who", "other"} <= set(document.ext.values())


def test_item_number_of_an_unknown_kind_keeps_its_qualifier() -> None:
    document = order(ORDER_X12.replace("BP*B9", "XY*B9"))

    assert lines(document)[1].item.ids == (Identifier("OTHER", "B9", "XY"),)


def test_date_in_a_format_that_is_not_read_is_kept_as_text() -> None:
    text = ORDER_EDIFACT.replace("DTM+2:20260110:102", "DTM+2:202602:610")

    documents, findings = run(mapped("edifact-orders"), text, "edifact")

    assert [one.rule for one in findings] == ["map.date_format"]
    assert documents[0].dates == ()
    assert documents[0].ext["DTM.1.2@4"] == "202602"


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("**20260102", "**20260231", "map.invalid_date"),
        ("*2.50*", "*2,50*", "map.invalid_number"),
        ("PO1001", "", "map.required_missing"),
        ("BEG*00", "BEG*77", "map.unknown_code"),
        ("*100\n", "*1E2\n", "map.invalid_number"),
    ],
)
def test_wrong_value_of_x12_is_found_and_no_document_made(old: str, new: str, rule: str) -> None:
    result = run(mapped("x12-850"), ORDER_X12.replace(old, new))

    assert result[0] == ()
    assert rule in rules(result)


def test_currency_of_the_profile_holds_where_none_was_sent() -> None:
    translator = mapped("x12-850", currency="CAD")

    document = only(run(translator, ORDER_X12.replace("CUR*BY*USD\n", "")))

    assert document.currency == "CAD"


def test_messages_of_a_text_group_become_notes() -> None:
    document = order(ORDER_X12.replace("DTM*002", "N9*ZZ*1\nMSG*Ring the bell\nDTM*002"))

    assert document.notes == ("Ring the bell",)


def test_allowance_of_edifact_takes_amount_or_percentage_from_its_group() -> None:
    """ALC group: MOA+8, 204 or 23 is the amount, PCD the percentage; not the line's own."""
    groups = "ALC+A++++FC:::x\nMOA+204:1.00\nALC+C++++ABK\nPCD+3:5\nALC+C\n"
    text = INVOICE_EDIFACT.replace("TAX+7+VAT+++:::19.00+S\nMOA+124", groups + "TAX+7\nMOA+124")

    documents, _ = run(mapped("edifact-invoic", checks={"line_amount": "off"}), text, "edifact")

    (line,) = lines(documents[0])
    assert [(one.charge, one.percent) for one in line.allowances] == [
        (False, None),
        (True, Decimal(5)),
    ]
    assert line.allowances[0].amount == Money(Decimal("1.00"), "EUR")
    assert line.allowances[0].reason == Code("UNCL7161", "FC")
    assert documents[0].ext["line_change@18"] == ""  # neither amount nor percentage


def test_sums_say_nothing_where_an_allowance_of_the_heading_has_no_amount() -> None:
    """An allowance in per cent: the net total cannot be told, so it is not judged."""
    text = INVOICE_EDIFACT.replace("LIN+1", "ALC+A\nPCD+3:5\nLIN+1").replace("77:11.90", "77:11.31")

    document = only(run(mapped("edifact-invoic"), text, "edifact"))

    assert totals(document).allowances is None


def test_party_of_edifact_has_contacts_address_and_account() -> None:
    more = "CTA+IC+:Testperson\nCOM+a@testperson.example:EM\nCOM+555:TE\nCUX"
    text = INVOICE_EDIFACT.replace("CUX", "FII+RB+DE00:x\n" + more, 1)

    (seller,) = only(run(mapped("edifact-invoic"), text, "edifact")).parties

    assert seller.account == "DE00"
    assert seller.contacts == (Contact("IC", "Testperson", "555", "a@testperson.example"),)


TAX_GROUPS = "TAX+7+VAT+++:::19.00+S\nMOA+124:1.90\nMOA+125:10.00\n"


def invoice_with(groups: str, *left_out: str) -> Document:
    kept = [one for one in INVOICE_EDIFACT.split("\n") if not one.startswith(left_out or "!")]
    text = "\n".join(kept).replace("UNT+", groups + "UNT+")
    return only(run(mapped("edifact-invoic"), text, "edifact"))


def test_tax_groups_of_the_summary_are_added_up_where_no_total_was_sent() -> None:
    """canonical-model 8.6: TAX/MOA 124 and 125 of the summary, in place of MOA+176 and MOA+125."""
    groups = TAX_GROUPS.replace("1.90", "1.50") + TAX_GROUPS.replace("1.90", "0.40")

    found = totals(invoice_with(groups.replace("10.00", "5.00"), "MOA+176"))

    assert found.tax == Money(Decimal("1.90"), "EUR")
    assert found.taxable == Money(Decimal("10.00"), "EUR")


def test_tax_total_that_was_sent_is_not_counted_again_and_its_groups_are_kept() -> None:
    """MOA+176 is the total of all MOA+124."""
    document = invoice_with(TAX_GROUPS)

    assert totals(document).tax == Money(Decimal("1.90"), "EUR")
    assert document.ext["MOA.1.2@22"] == "1.90"
    assert totals(document).taxable == Money(Decimal("10.00"), "EUR")


def test_tax_amount_of_the_heading_is_never_added_to_that_of_the_summary() -> None:
    text = "TAX+7+VAT+++:::19.00+S\nMOA+124:1.90\nLIN+1"
    groups = INVOICE_EDIFACT.replace("MOA+176:1.90\n", "").replace("UNT+", TAX_GROUPS + "UNT+")

    document = only(run(mapped("edifact-invoic"), groups.replace("LIN+1", text, 1), "edifact"))

    assert totals(document).tax == Money(Decimal("1.90"), "EUR")
    assert document.ext["MOA.1.2@11"] == "1.90"


def test_allowance_of_the_document_is_kept_beside_a_total_that_was_sent() -> None:
    """MOA+259 is the total of all charges: the charges themselves are not in the payload."""
    groups = "MOA+259:2.00\nALC+C\nMOA+8:2.00\n"
    text = INVOICE_EDIFACT.replace("MOA+77:11.90", "MOA+77:13.90").replace("UNT+", groups + "UNT+")

    document = only(run(mapped("edifact-invoic"), text, "edifact"))

    assert totals(document).charges == Money(Decimal("2.00"), "EUR")
    assert (document.ext["ALC.1.1@22"], document.ext["MOA.1.2@23"]) == ("C", "2.00")


def test_price_of_another_kind_is_kept_in_ext() -> None:
    text = ORDER_EDIFACT.replace("PRI+AAA:2.50", "PRI+AAA:2.50\nPRI+INF:9.99")

    document = only(run(mapped("edifact-orders"), text, "edifact"))

    assert lines(document)[0].price == Money(Decimal("2.50"), "USD")
    assert "9.99" in document.ext.values()
