"""837 005010X222A1, X223A2, X224A2; positions: docs/canonical.md, section Claims."""

from datetime import date
from decimal import Decimal

import pytest

from acktrail.documents.health import Adjudication, Claim, ClaimLine, OtherPayer, Procedure
from acktrail.documents.kinds import Document
from acktrail.documents.parts import (
    Adjustment,
    Code,
    DateRole,
    Identifier,
    Money,
    Party,
    Period,
    Quantity,
    Reference,
)
from tests.generators.x12 import closed
from tests.generators.x12_health import NPIS, Line, Paid, claim_set, health_file
from tests.generators.x12_health import Claim as Made
from tests.unit.translate.health import documents, documents_of, person

DAY = date(2026, 3, 1)


def usd(text: str) -> Money:
    return Money(Decimal(text), "USD")


def claim(document: Document) -> Claim:
    assert isinstance(document.payload, Claim)
    return document.payload


def test_one_document_for_each_loop_2300_with_the_context_above_it() -> None:
    first, second = documents("837P", claim_set([Made(), Made("PCN0002")]))

    assert (first.kind, first.id, first.function, first.type_code) == (
        *("claim", "PCN0001", "ORIGINAL", "CH"),
    )
    assert first.key == (NPIS[0], "PAYER1", "PCN0001", "1", "")
    assert first.issued == date(2026, 3, 15)
    assert second.key == (NPIS[0], "PAYER1", "PCN0002", "1", "")
    assert first.parties == (
        Party("SUBMITTER", (Identifier("ETIN", "SUBMIT1"),)),
        Party("RECEIVER", (Identifier("ETIN", "RECV1"),)),
        Party("BILLING_PROVIDER", (Identifier("NPI", NPIS[0]), Identifier("TIN", "512345678"))),
        Party("PAYER", (Identifier("PAYER_ID", "PAYER1"),), "EXAMPLE PAYER"),
        Party("RENDERING", (Identifier("NPI", NPIS[1]),)),
    )
    assert Reference("BATCH", "BATCH0001") in first.references


def test_professional_claim_and_its_line() -> None:
    (document,) = documents("837P", claim_set())

    assert claim(document) == Claim(
        type="PROFESSIONAL",
        patient_control_no="PCN0001",
        charge=usd("120"),
        frequency="1",
        facility="11",
        facility_list="B",
        sequence="P",
        filing="CI",
        relation="18",
        subscriber=person("CANARYPCN0001"),
        patient=person("CANARYPCN0001"),
        diagnoses=2,
        lines=(
            ClaimLine(
                no="1",
                charge=usd("120"),
                procedure=Procedure(Code("HCPCS", "99213"), ("25",)),
                units=Decimal(1),
                unit="UN",
                on=Period(DAY, DAY),
                line_control="PCN0001L1",
            ),
        ),
    )


def test_institutional_claim_has_revenue_codes_and_a_statement_period() -> None:
    (document,) = documents("837I", claim_set(kind="I"))
    payload = claim(document)

    assert payload.type == "INSTITUTIONAL"
    assert payload.statement == Period(DAY, date(2026, 3, 2))
    assert document.dates == (DateRole("ADMITTED", DAY),)
    assert (payload.facility, payload.facility_list) == ("13", "A")
    assert payload.lines[0].revenue == "0450"
    assert payload.lines[0].units == Decimal(2)
    assert document.party("ATTENDING") == Party("ATTENDING", (Identifier("NPI", NPIS[1]),))


def test_dental_claim_counts_procedures() -> None:
    (document,) = documents("837D", claim_set([Made(lines=(Line(5000, "D0120"),))], "D"))
    payload = claim(document)

    assert payload.type == "DENTAL"
    assert payload.lines[0].procedure == Procedure(Code("CDT", "D0120"))
    assert payload.lines[0].units == Decimal(1)


def test_dependent_is_the_patient_under_the_subscriber_that_hl02_names() -> None:
    own, other = documents("837P", claim_set([Made(), Made("PCN0002", dependent=True)]))

    assert claim(own).relation == "18"
    assert claim(other).relation == "19"
    assert claim(other).subscriber == person("CANARYPCN0002")
    assert claim(other).patient == ()


def test_subscriber_is_that_of_hl02_and_not_the_last_one() -> None:
    """X12 HL02: identifies the segment that this one is subordinate to."""
    segments = claim_set([Made("A", dependent=True), Made("B", dependent=True)])
    moved = ["HL*5*2*23*0" if one == "HL*5*4*23*0" else one for one in segments]
    faults = ("x12.situation.hl.children", "x12.situation.hl.parent")  # told, and read all the same
    first, second = documents_of(health_file("837P", closed(moved)), faults=faults)

    assert claim(first).subscriber == claim(second).subscriber == person("CANARYA")


@pytest.mark.parametrize(
    ("frequency", "purpose", "function"),
    [
        *(("1", "00", "ORIGINAL"), ("7", "00", "REPLACE"), ("8", "00", "CANCEL")),
        *(("1", "18", "DUPLICATE"), ("7", "18", "REPLACE")),
    ],
)
def test_clm05_3_replaces_or_voids_and_bht02_18_issues_again(
    frequency: str, purpose: str, function: str
) -> None:
    original = "ICN1" if frequency in "78" else ""
    made = Made(frequency=frequency, original=original)
    (document,) = documents("837P", claim_set([made], purpose=purpose))

    assert document.function == function
    assert document.key[-2:] == (frequency, original)
    assert (Reference("PREVIOUS", "ICN1") in document.references) is bool(original)


def test_claim_that_is_issued_again_has_the_key_of_the_first() -> None:
    (first,) = documents("837P", claim_set())
    (again,) = documents("837P", claim_set(purpose="18", batch="BATCH0002"))

    assert first.key == again.key


def test_other_payer_with_what_it_paid_line_by_line() -> None:
    made = Made(lines=(Line(12000, "99213", Paid(9000, 3000)),), other=True)
    (document,) = documents("837P", claim_set([made]))
    payload = claim(document)

    assert payload.sequence == "S"
    assert payload.other_payers == (
        OtherPayer(
            sequence="P",
            ids=(Identifier("PAYER_ID", "PAYER2"),),
            relation="18",
            filing="CI",
            paid=usd("90"),
        ),
    )
    assert payload.lines[0].adjudications == (
        Adjudication(
            payer="PAYER2",
            paid=usd("90"),
            procedure=Procedure(Code("HCPCS", "99213")),
            units=Decimal(1),
            on=date(2026, 3, 10),
            adjustments=(Adjustment("CO", Code("CARC", "45"), usd("30")),),
        ),
    )


def test_drug_of_a_line_and_tax() -> None:
    segments = claim_set()
    at = next(n for n, one in enumerate(segments) if one.startswith("REF*6R")) + 1
    extra = ["AMT*T*1.5", "LIN**N4*00002143380", "CTP****2.5*ML"]
    (document,) = documents("837P", closed([*segments[:at], *extra, *segments[at:]]))
    line = claim(document).lines[0]

    assert line.drug == Code("NDC", "00002143380")
    assert line.drug_quantity == Quantity(Decimal("2.5"), "ML", "ML")
    assert line.amounts == {"T": usd("1.5")}


def test_what_is_not_mapped_is_named_by_loop_and_segment_and_holds_nothing() -> None:
    (document,) = documents("837P", claim_set([Made(dependent=True)]))

    assert set(document.ext) == {
        *("1000A/PER*IC", "2010AA/N3", "2010AA/N4"),
        *("2010CA/NM1*QC", "2010CA/N3", "2010CA/N4", "2010CA/DMG"),
    }
    assert set(document.ext.values()) == {""}


def test_ext_of_one_claim_does_not_speak_of_another() -> None:
    first, second = documents("837P", claim_set([Made(), Made("PCN0002", dependent=True)]))

    assert "2010BA/DMG" in first.ext
    assert "2010BA/DMG" not in second.ext


def test_without_a_key_persons_have_no_pseudonym() -> None:
    (document,) = documents("837P", claim_set(), hidden=False)

    assert claim(document).subscriber == ()
