"""Balancing (SNIP 3): TR3 1.10.2 as quoted in RFI 2601; RFI 222, 264, 2548."""

import pytest

from acktrail.model import Severity, Verdict
from tests.generators.x12 import (
    TWO_CLAIMS,
    Claim,
    Line,
    closed,
    group,
    interchange,
    invoice,
    invoices,
    order,
    orders,
    payments,
    remittance,
)
from tests.unit.x12.reading import findings_of, messages_of, read, rules_of

PREFIX = "x12.balance."


def broken(segments: list[str], **options: str | dict[str, str]) -> list[str]:
    result = read(interchange(payments(closed(segments))), **options)
    return [rule.removeprefix(PREFIX) for rule in rules_of(result)]


def edited(old: str, new: str, count: int = 1) -> list[str]:
    text = "~".join(remittance())
    assert old in text
    return text.replace(old, new, count).split("~")


@pytest.mark.parametrize(
    ("old", "new", "checks"),
    [
        ("SVC*HC:99213*120*90", "SVC*HC:99213*120*90.01", ["835.service"]),
        ("CAS*CO*45*20~", "CAS*CO*45*20.01~", ["835.service", "835.claim"]),
        ("CLP*PCN0001*1*200.5*160*", "CLP*PCN0001*1*200.5*160.01*", ["835.claim", "835.payment"]),
        ("CLP*PCN0001*1*200.5*", "CLP*PCN0001*1*200.51*", ["835.claim", "835.claim_lines"]),
        ("*160*10*12*", "*160*10.01*12*", ["835.patient"]),
        ("BPR*I*370*", "BPR*I*370.01*", ["835.payment"]),
        ("WO:A1B2C3*15", "WO:A1B2C3*15.01", ["835.payment"]),
    ],
)
def test_one_cent_breaks_exactly_the_sums_it_stands_in(
    old: str, new: str, checks: list[str]
) -> None:
    assert broken(edited(old, new)) == checks


def test_balanced_remittance_has_no_finding() -> None:
    assert broken(remittance()) == []


def test_rfi_222_negative_payment_is_refused() -> None:
    assert broken(remittance(plb=1_000_000)) == ["835.negative"]


def test_rfi_264_zero_plb_is_a_warning() -> None:
    segments = edited("WO:A1B2C3*15", "WO:A1B2C3*15*WO:X*0")
    (finding,) = findings_of(read(interchange(payments(closed(segments)))))

    assert (finding.rule, finding.severity) == (PREFIX + "835.plb_zero", Severity.WARNING)
    assert finding.place.address == "PLB06"


def test_rfi_2548_patient_share_is_not_judged_in_a_reversal() -> None:
    reversal = Claim("PCN0001", "22", (Line(-12000, -2000, -1000),))
    corrected = Claim("PCN0001", "1", (Line(),))
    segments = remittance(claims=(reversal, corrected, *TWO_CLAIMS))
    text = "~".join(segments).replace("*-90*-10*12", "*-90**12")

    assert broken(text.split("~")) == []


def test_claim_without_services_balances_by_its_own_adjustments() -> None:
    body = remittance(claims=(), plb=0)
    at = body.index("LX*1") + 1
    claim = ["CLP*P1*1*100*80*20*12*I1*11*1", "CAS*PR*1*20", "NM1*QC*1*TESTPERSON"]
    text = [*body[:at], *claim, *body[at:]]

    assert broken([*text]) == ["835.payment"]
    assert broken("~".join(text).replace("BPR*I*0*", "BPR*I*80*").split("~")) == []


def test_sums_of_large_amounts_are_exact() -> None:
    body = remittance(claims=(Claim(lines=(Line(10**17, 1, 0),)),), plb=0)

    assert broken(body) == []
    text = "~".join(body).replace("CAS*CO*45*0.01", "CAS*CO*45*0.02")
    assert "835.service" in broken(text.split("~"))


def test_faulty_amount_is_told_once_and_not_summed() -> None:
    assert broken(edited("CAS*CO*45*20~", "CAS*CO*45*2O~")) == ["x12.element.character"]


def test_check_is_switched_by_its_name() -> None:
    segments = edited("*160*10*12*", "*160*10.01*12*")
    data = interchange(payments(closed(segments)))

    assert messages_of(read(data))[0].verdict is Verdict.ACCEPTED_WITH_ERRORS
    assert messages_of(read(data, checks={"835.patient": "off"}))[0].verdict is Verdict.ACCEPTED
    assert messages_of(read(data, checks={"835.patient": "reject"}))[0].verdict is Verdict.REJECTED


def test_invoice_total_is_lines_and_charges_with_two_implied_decimals() -> None:
    right, wrong = invoice(), invoice()
    wrong[wrong.index("TDS*6250")] = "TDS*6251"

    assert rules_of(read(interchange(invoices(right)))) == []
    assert rules_of(read(interchange(invoices(wrong)))) == [PREFIX + "810.total"]


def test_invoice_total_less_an_allowance_and_with_a_tax() -> None:
    body = invoice(freight=0)
    at = body.index("TDS*5750")
    extra = ["TDS*6000", "TXI*ST*5", "SAC*A*C310***250"]

    assert (
        rules_of(read(interchange(invoices(closed([*body[:at], *extra, *body[at + 1 :]]))))) == []
    )


@pytest.mark.parametrize(("basis", "price"), [("HP", "125"), ("TP", "1250"), ("PE", "1.25")])
def test_invoice_total_reckons_with_the_basis_of_the_price(basis: str, price: str) -> None:
    """X12 data element 639: HP per hundred, TP per thousand."""
    right = [text.replace("*EA*1.25**", f"*EA*{price}*{basis}*") for text in invoice()]
    wrong = [text.replace("TDS*6250", "TDS*6251") for text in right]

    assert rules_of(read(interchange(invoices(closed(right))))) == []
    assert rules_of(read(interchange(invoices(closed(wrong))))) == [PREFIX + "810.total"]


def test_invoice_with_another_price_basis_is_not_judged() -> None:
    body = [text.replace("*EA*1.25**", "*EA*1.25*ZZ*") for text in invoice()]

    assert rules_of(read(interchange(invoices(closed(body))))) == []


COUNTED = {  # set -> group, what stands before the count
    "855": ("PR", ["BAK*00*AC*PO1*20260102", "PO1*1*10*EA*2.50", "PO1*2*10*EA*2.50"]),
    "860": ("PC", ["BCH*04*SA*PO1***20260102", "POC*1*DI", "POC*2*DI"]),
    "865": ("CA", ["BCA*00*AC*PO1***20260102", "POC*1*DI", "POC*2*DI"]),
    "856": ("SH", ["BSN*00*D1*20260110*0815", "HL*1**S", "HL*2*1*I"]),
    "832": ("SC", ["BCT*PC", "LIN**VP*V1", "LIN**VP*V2"]),
    "846": ("IB", ["BIA*00*SI*R1*20260110", "LIN**VP*V1", "LIN**VP*V2"]),
    "867": (
        "PT",
        ["BPT*00*R1*20260110", "PTD*SS", "QTY*32*1", "LIN**VP*V1", "QTY*32*2", "LIN**VP*V2"],
    ),
}


@pytest.mark.parametrize("set_id", COUNTED)
def test_ctt01_counts_the_lines_or_levels_of_a_supply_set(set_id: str) -> None:
    kind, body = COUNTED[set_id]

    def found(count: int, **options: dict[str, str]) -> list[str]:
        segments = closed([f"ST*{set_id}*0001", *body, f"CTT*{count}"])
        return rules_of(read(interchange(group(kind, "004010", (segments,))), **options))

    assert found(2) == []
    assert found(3) == [f"{PREFIX}count.{set_id}"]
    assert found(3, checks={f"count.{set_id}": "off"}) == []


def test_levels_are_still_checked_where_one_of_them_is_wrong_and_nothing_is_counted() -> None:
    body = ["BSN*00*D1*20260110*0815", "HL*1**SSS", "HL*2*9*I", "CTT*7"]
    data = interchange(group("SH", "004010", (closed(["ST*856*0001", *body]),)))

    assert rules_of(read(data)) == ["x12.element.long", "x12.hl.parent"]


def test_count_of_lines_is_ctt01() -> None:
    for around, body, check in ((orders, order(), "count.850"), (invoices, invoice(), "count.810")):
        text = "~".join(body).replace("CTT*2", "CTT*3").split("~")

        assert rules_of(read(interchange(around(text)))) == [PREFIX + check]
