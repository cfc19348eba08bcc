"""835 005010X221A1; positions: docs/canonical.md, section Remittance."""

from datetime import date
from decimal import Decimal

import pytest

from acktrail.documents.kinds import ClaimPayment, Document, Remittance, Service
from acktrail.documents.parts import Adjustment, Code, Identifier, Money, Payment, Period, Reference
from acktrail.formats.delimited import Marks
from acktrail.formats.x12.segment import SetSegment
from acktrail.model import MessageHead
from acktrail.translate.remittance import RemittanceTranslator
from tests.unit.translate.running import only, rules, run

TEXT = """
ST*835*1
BPR*I*140*C*ACH*CCP*01*1*DA*2*1234567890**01*9*DA*8*20260105
TRN*1*TR1*1234567890
DTM*405*20260104
N1*PR*Payer Inc*XV*P1
N3*Street
REF*2U*77
PER*CX*Canaryname*TE*5551212
N1*PE*Dr Canaryname*XX*1234567893
REF*TJ*123456789
LX*1
CLP*A1*1*200*150*20*12*PC1*11*1
CAS*CO*45*30
NM1*QC*1*CANARYNAME*JANE****MI*CANARYID
NM1*82*1*CANARYNAME*DOC****XX*1234567893
REF*G1*AUTH
REF*SY*999990001
DTM*232*20251201
DTM*050*20251215
AMT*AU*150
MOA***MA01
SVC*HC:99213:25:59*200*150*0510*1
DTM*472*20251201
CAS*PR*1*20**2*-5*1
REF*6R*L1
AMT*B6*150
LQ*HE*N1
PLB*1234567893*20261231*WO:REF9*10*FB*-0
SE*5*1
"""


def usd(text: str) -> Money:
    return Money(Decimal(text), "USD")


def remittance(text: str = TEXT) -> Document:
    return only(run(RemittanceTranslator(), text))


def payload(document: Document) -> Remittance:
    assert isinstance(document.payload, Remittance)
    return document.payload


def test_payment_trace_and_key_come_from_bpr_and_trn() -> None:
    document = remittance()

    assert document.key == ("1234567890", "TR1", "2026-01-05")
    assert document.issued == date(2026, 1, 4)
    assert payload(document).payment == Payment(
        "ACH", usd("140"), date(2026, 1, 5), "TR1", "1234567890"
    )
    assert payload(document).handling == "I"


def test_parties_carry_numbers_and_only_the_payer_a_name() -> None:
    payer, payee = remittance().parties

    assert (payer.role, payer.name) == ("PAYER", "Payer Inc")
    assert payer.ids == (Identifier("HPID", "P1"), Identifier("PAYER_ID", "77"))
    assert (payee.role, payee.name) == ("PAYEE", "")
    assert payee.ids == (Identifier("NPI", "1234567893"), Identifier("TIN", "123456789"))


def test_claim_and_service_are_read_with_adjustments_at_both_levels() -> None:
    (claim,) = payload(remittance()).claims

    assert claim == ClaimPayment(
        patient_control_no="A1",
        status="1",
        charge=usd("200"),
        paid=usd("150"),
        patient_share=usd("20"),
        payer_control_no="PC1",
        filing="12",
        facility="11",
        frequency="1",
        service=Period(date(2025, 12, 1), None),
        adjustments=(Adjustment("CO", Code("CARC", "45"), usd("30")),),
        remarks=(Code("RARC", "MA01"),),
        supplemental={"AU": usd("150")},
        services=(
            Service(
                procedure=Code("HCPCS", "99213"),
                charge=usd("200"),
                paid=usd("150"),
                units=Decimal(1),
                modifiers=("25", "59"),
                revenue="0510",
                on=Period(date(2025, 12, 1), date(2025, 12, 1)),
                line_control="L1",
                adjustments=(
                    Adjustment("PR", Code("CARC", "1"), usd("20")),
                    Adjustment("PR", Code("CARC", "2"), usd("-5"), Decimal(1)),
                ),
                remarks=(Code("RARC", "N1"),),
            ),
        ),
        references=(Reference("RENDERING", "1234567893"), Reference("AUTHORISATION", "AUTH")),
    )


def test_provider_adjustments_are_pairs_of_reason_and_amount() -> None:
    assert payload(remittance()).provider_adjustments == (
        Adjustment("", Code("PLB", "WO"), usd("10"), None, "REF9"),
        Adjustment("", Code("PLB", "FB"), usd("-0")),
    )


def test_what_is_passed_over_is_named_without_its_content() -> None:
    assert set(remittance().ext) == {
        "N3", "PER*CX", "NM1*QC", "REF*SY", "DTM*050", "AMT*B6", "PLB01", "PLB02",
    }  # fmt: skip
    assert not any(remittance().ext.values())


def test_reversal_keeps_its_status_and_sign() -> None:
    """835 TR3: CLP02 = 22 is a reversal with negated amounts."""
    text = TEXT.replace("CLP*A1*1*200*150*20", "CLP*A1*22*-200*-150*-20")

    (claim,) = payload(remittance(text)).claims

    assert (claim.status, claim.charge, claim.paid) == ("22", usd("-200"), usd("-150"))


def test_debit_is_a_negative_payment() -> None:
    assert payload(remittance(TEXT.replace("*140*C*", "*140*D*"))).payment.amount == usd("-140")


def test_other_currency_comes_from_cur() -> None:
    document = remittance(TEXT.replace("TRN*1", "CUR*PR*CAD\nTRN*1"))

    assert document.currency == "CAD"
    assert payload(document).claims[0].paid.currency == "CAD"


def test_claims_follow_one_another_until_plb() -> None:
    text = TEXT.replace("PLB*", "CLP*A2*4*10*0**12*PC2\nCAS*CO*97*10\nPLB*")

    first, second = payload(remittance(text)).claims

    assert (len(first.services), second.services) == (1, ())
    assert second.patient_share is None
    assert second.adjustments[0].reason.value == "97"


@pytest.mark.parametrize(
    ("old", "new", "rule", "address"),
    [
        ("*20260105\n", "*20260231\n", "map.invalid_date", "BPR16"),
        ("TRN*1*TR1*", "TRN*1**", "map.required_missing", "TRN02"),
        ("CLP*A1*", "CLP**", "map.required_missing", "CLP01"),
        ("*200*150*20*", "*200*x*20*", "map.invalid_number", "CLP04"),
        ("CAS*CO*45*30", "CAS*CO*45", "map.required_missing", "CAS03"),
        ("HC:99213:25:59", "HC", "map.required_missing", "SVC01"),
    ],
)
def test_fault_is_found_at_its_element_and_no_document_made(
    old: str, new: str, rule: str, address: str
) -> None:
    documents, findings = run(RemittanceTranslator(), TEXT.replace(old, new))

    assert documents == ()
    assert (rule, address) in [(one.rule, one.place.address) for one in findings]


def test_segments_outside_a_claim_are_passed_over() -> None:
    text = TEXT.replace("LX*1", "CAS*CO*45*1\nSVC*HC:1*1*1\nMOA***X\nNM1*82*1*CANARY\nLX*1")

    assert rules(run(RemittanceTranslator(), text)) == []
    assert {"CAS*CO", "SVC", "MOA"} <= set(remittance(text).ext)


def test_wrong_npi_is_a_warning() -> None:
    text = TEXT.replace("PE*Dr Canaryname*XX*1234567893", "PE*Dr Canaryname*XX*1234567890")

    assert rules(run(RemittanceTranslator(), text)) == ["map.check_digit"]


def test_segments_that_show_their_elements_give_the_same_document() -> None:
    marks = Marks("*", ":", "^", "~")
    translator = RemittanceTranslator()
    translator.start(MessageHead("x12", "835", "", "1"))
    for position, line in enumerate(TEXT.split("\n")[1:-1], 1):
        translator.segment(SetSegment(line.split("*"), "", marks, position, position * 100))

    documents, findings = translator.finish()

    assert findings == ()
    assert documents == (remittance(),)


def test_wrong_npi_is_told_in_every_remittance_that_has_it() -> None:
    text = TEXT.replace("PE*Dr Canaryname*XX*1234567893", "PE*Dr Canaryname*XX*1234567890")
    translator = RemittanceTranslator()

    assert rules(run(translator, text)) == rules(run(translator, text)) == ["map.check_digit"]
