"""277CA X214, 276/277 X212, 270/271 X279A1, 834 X220A1, 820 X218; positions: docs/canonical.md."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from acktrail.documents.encoding import encode_compact
from acktrail.documents.health import (
    Benefit,
    ClaimAcknowledgement,
    ClaimStatus,
    Coverage,
    EligibilityAnswer,
    EligibilityInquiry,
    Enrolment,
    PremiumAllocation,
    PremiumPayment,
    Procedure,
    Question,
    Rejection,
    ReportingCategory,
    StatusCode,
    StatusEntry,
    Tally,
)
from acktrail.documents.parts import (
    Adjustment,
    Code,
    DateRole,
    Identifier,
    Money,
    Payment,
    Period,
    Reference,
)
from tests.generators.x12 import closed
from tests.generators.x12_health import (
    NPIS,
    Claim,
    Line,
    Premium,
    claim_answers,
    claim_set,
    claims,
    eligibility_answer,
    eligibility_inquiry,
    enrolment,
    premium_payment,
    status_answer,
    status_inquiry,
)
from tests.unit.translate.health import documents, person

DAY = date(2026, 3, 1)
ANSWERED = date(2026, 3, 16)
GOOD, BAD = Claim("PCN0001"), Claim("PCN0002", (Line(5000),))


def usd(text: str) -> Money:
    return Money(Decimal(text), "USD")


# ------------------------------------------------------------------------------ 277CA
def acknowledgement() -> ClaimAcknowledgement:
    (document,) = documents("277CA", claim_answers([("B1", [(GOOD, True), (BAD, False)])]))
    assert document.key == ("PAYER1", "CA0001")
    assert document.references == (Reference("BATCH", "B1"),)
    assert isinstance(document.payload, ClaimAcknowledgement)
    return document.payload


def test_277ca_names_the_batch_the_provider_and_every_claim() -> None:
    payload = acknowledgement()
    (batch,) = payload.batches
    (provider,) = batch.providers

    assert (payload.trace, payload.received_on, payload.processed_on) == (
        *("CA0001", date(2026, 3, 15), ANSWERED),
    )
    assert payload.source == (Identifier("PAYER_ID", "PAYER1"),)
    assert (batch.trace, batch.ids) == ("B1", (Identifier("ETIN", "SUBMIT1"),))
    assert provider.ids == (Identifier("NPI", NPIS[0]),)
    assert [one.trace for one in provider.claims] == ["PCN0001", "PCN0002"]


def test_277ca_tally_is_counts_and_amounts_at_both_levels() -> None:
    (batch,) = acknowledgement().batches
    tally = Tally(1, 1, usd("120"), usd("50"))

    assert batch.tally == batch.providers[0].tally == tally


def test_277ca_stc_is_category_code_entity_and_action() -> None:
    good, bad = acknowledgement().batches[0].providers[0].claims

    assert good.statuses == (
        StatusEntry((StatusCode("A2", "20", "PR"),), ANSWERED, "ACCEPTED", usd("120")),
    )
    assert good.references == (Reference("PAYER_CLAIM", "ICNPCN0001"),)
    assert bad.statuses == (
        StatusEntry((StatusCode("A7", "562", "85"),), ANSWERED, "REJECTED", usd("50")),
    )
    assert bad.patient == person("CANARYPCN0002")
    assert bad.on == Period(DAY, DAY)


def test_277ca_is_one_document_for_each_source() -> None:
    made = documents("277CA", claim_answers([("B1", [(GOOD, True)]), ("B2", [(BAD, True)])]))

    assert [one.key for one in made] == [("PAYER1", "CA0001"), ("PAYER1", "CA0002")]
    assert [one.references[0].value for one in made] == ["B1", "B2"]


# ------------------------------------------------------------------------------ 276, 277
def test_276_is_one_document_for_each_trn() -> None:
    first, second = documents("276", status_inquiry([GOOD, Claim("PCN0002", dependent=True)]))

    assert first.key == ("INQUIRY", "PAYER1", "ASK0001", "TPCN0001")
    assert isinstance(first.payload, ClaimStatus)
    assert isinstance(second.payload, ClaimStatus)
    assert first.payload.charge == usd("120")
    assert first.payload.patient == person("CANARYPCN0001")
    assert Reference("CLAIM", "PCN0001") in first.references
    assert (second.payload.relation, second.payload.patient) == ("DEPENDENT", ())
    assert second.payload.subscriber == person("CANARYPCN0002")


def test_277_says_what_was_paid_for_claim_and_line() -> None:
    (document,) = documents("277", status_answer([GOOD]))
    payload = document.payload

    assert document.key == ("ANSWER", "PAYER1", "ASK0001", "TPCN0001")
    assert isinstance(payload, ClaimStatus)
    assert payload.statuses == (
        StatusEntry(
            codes=(StatusCode("F1", "65"),),
            on=ANSWERED,
            charge=usd("120"),
            paid=usd("120"),
            paid_on=ANSWERED,
            trace="CHK1",
        ),
    )
    (service,) = payload.services
    assert service.procedure == Procedure(Code("HCPCS", "99213"))
    assert service.paid == usd("120")
    assert service.references == (Reference("LINE", "1"),)


# ------------------------------------------------------------------------------ 270, 271
def test_270_asks_about_one_person_a_document() -> None:
    first, second = documents("270", eligibility_inquiry(["M1", "M2"]))

    assert (first.key, second.key) == (
        ("PAYER1", "ELIG0001", "TM1"),
        ("PAYER1", "ELIG0001", "TM2"),
    )
    assert first.payload == EligibilityInquiry(
        traces=("TM1",),
        relation="SELF",
        subscriber=person("CANARYM1"),
        patient=person("CANARYM1"),
        on=Period(ANSWERED, ANSWERED),
        questions=(
            Question(service_types=("30", "98")),
            Question(procedure=Procedure(Code("HCPCS", "99213"))),
        ),
    )
    assert Reference("GROUP", "GROUP1") in first.references


def test_270_of_a_dependent_has_the_subscriber_above() -> None:
    (document,) = documents("270", eligibility_inquiry(["M1"], dependent=True))

    assert isinstance(document.payload, EligibilityInquiry)
    assert (document.payload.relation, document.payload.patient) == ("DEPENDENT", ())
    assert document.payload.subscriber == person("CANARYM1")


def test_271_with_cover_and_what_it_costs() -> None:
    (document,) = documents("271", eligibility_answer(["M1"]))
    payload = document.payload

    assert isinstance(payload, EligibilityAnswer)
    assert payload.active is True
    cover, visit, deductible, share = payload.benefits
    assert cover == Benefit(
        information="1",
        level="IND",
        service_types=("30",),
        insurance_type="PR",
        plan="GOLD PLAN",
        dates=(
            DateRole("PLAN_BEGIN", date(2026, 1, 1)),
            DateRole("PLAN_END", date(2026, 12, 31)),
        ),
    )
    assert (visit.amount, visit.period, visit.in_network) == (usd("25.5"), "27", "Y")
    assert deductible.amount == usd("1500")
    assert share.percent == Decimal(".2")
    assert [one.role for one in share.parties] == ["RELATED_PR"]
    assert document.dates == (DateRole("PLAN_BEGIN", date(2026, 1, 1)),)


def test_271_that_refuses_says_why_and_leaves_open_whether_there_is_cover() -> None:
    (document,) = documents("271", eligibility_answer(["M1"], active=False))

    assert isinstance(document.payload, EligibilityAnswer)
    assert document.payload.active is None
    assert document.payload.rejections == (Rejection("SUBSCRIBER", "75", "C", "N"),)


def test_271_that_fails_at_the_source_is_a_document_without_a_person() -> None:
    head = eligibility_answer(["M1"])[:4]
    head[2] = "HL*1**20*0"
    (document,) = documents("271", closed([*head, "AAA*Y**42*R"]))

    assert isinstance(document.payload, EligibilityAnswer)
    assert document.payload.rejections == (Rejection("SOURCE", "42", "R", "Y"),)
    assert document.id == "ELIG0001"


# ------------------------------------------------------------------------------ 834
def test_834_is_members_with_their_cover() -> None:
    (document,) = documents("834", enrolment(1))
    payload = document.payload

    assert document.key == ("512345678", "ENR0001", "20260315", "CHANGE")
    assert isinstance(payload, Enrolment)
    assert (payload.action, payload.effective) == ("CHANGE", date(2026, 4, 1))
    assert payload.counts == {"TO": 2, "ET": 1, "DT": 1}
    subscriber, spouse = payload.members
    assert (subscriber.subscriber, subscriber.relation, subscriber.action) == (True, "18", "ADDED")
    assert (spouse.subscriber, spouse.relation) == (False, "01")
    assert subscriber.subscriber_ids == spouse.subscriber_ids == person("CANARYSUB00001")
    assert subscriber.ids == (*person("CANARYMEM00001A"), *person("999990001"))
    assert spouse.coverages == (
        Coverage(
            action="ADDED",
            line="HLT",
            plan="GOLD",
            level="FAM",
            dates=(DateRole("BENEFIT_BEGIN", date(2026, 4, 1)),),
            amounts={"P3": usd("450.25")},
            references=(Reference("GROUP_POLICY", "POLICY1"),),
        ),
    )


def test_834_reporting_categories_stand_between_ls_and_le() -> None:
    (document,) = documents("834", enrolment(1))

    assert isinstance(document.payload, Enrolment)
    assert [one.categories for one in document.payload.members] == [
        (ReportingCategory("PRE AMT TOT", (Reference("ACCOUNT_CATEGORY", "450.25"),)),),
        (),
    ]


@pytest.mark.parametrize(("code", "action"), [("2", "CHANGE"), ("4", "VERIFY"), ("RX", "REPLACE")])
def test_834_bgn08_says_whether_the_file_is_a_change_or_the_whole(code: str, action: str) -> None:
    (document,) = documents("834", enrolment(1, action=code))

    assert isinstance(document.payload, Enrolment)
    assert document.payload.action == action


# ------------------------------------------------------------------------------ 820
def test_820_is_a_payment_and_what_it_is_for() -> None:
    (document,) = documents("820", premium_payment(organisation=10000))
    payload = document.payload
    april = Period(date(2026, 4, 1), date(2026, 4, 30))

    assert document.key == ("521234567", "TRACE2001", "2026-03-15")
    assert isinstance(payload, PremiumPayment)
    assert payload.payment == Payment("ACH", usd("835.25"), date(2026, 3, 15), "TRACE2001", "")
    assert payload.period == april
    group, first, second = payload.allocations
    assert group == PremiumAllocation(
        level="ORGANISATION",
        entity=(Identifier("TIN", "521234567"),),
        reference=Reference("INVOICE", "INV1"),
        paid=usd("100"),
        billed=usd("100"),
        period=april,
        heads=(("10", Decimal(12)),),
    )
    assert first.entity == person("CANARYM1")
    assert first.reference == Reference("HEALTH_POLICY", person("CANARYPOLM1")[0].value)
    assert second.adjustments == (Adjustment("", Code("X12_426", "52"), usd("-15")),)


def test_820_currency_of_cur_is_that_of_every_amount() -> None:
    segments = premium_payment([Premium()])
    (document,) = documents("820", closed([*segments[:3], "CUR*PR*CAD", *segments[3:]]))

    assert isinstance(document.payload, PremiumPayment)
    assert document.currency == document.payload.payment.amount.currency == "CAD"
    assert document.payload.allocations[0].paid == Money(Decimal("450.25"), "CAD")


# ------------------------------------------------------------------------------ minimisation
MANY = claims(7, 20)
SETS: list[tuple[str, Sequence[str]]] = [
    *(("837P", claim_set(MANY)), ("837I", claim_set(MANY, "I")), ("837D", claim_set(MANY, "D"))),
    ("277CA", claim_answers([("B1", [(one, True) for one in MANY])])),
    *(("276", status_inquiry(MANY)), ("277", status_answer(MANY))),
    *(("270", eligibility_inquiry()), ("271", eligibility_answer())),
    *(("834", enrolment(3)), ("820", premium_payment())),
]
CANARY = re.compile("canary|e119|19800215|99999[0-9]{4}", re.IGNORECASE)


@pytest.mark.parametrize(("name", "segments"), SETS, ids=[name for name, _ in SETS])
@pytest.mark.parametrize("hidden", [True, False], ids=["key", "no_key"])
def test_names_numbers_births_and_diagnoses_of_persons_never_reach_a_document(
    name: str, segments: Sequence[str], *, hidden: bool
) -> None:
    made = documents(name, segments, hidden=hidden)

    assert made
    assert len(CANARY.findall("~".join(segments))) > 3
    assert [one for one in made if CANARY.search(encode_compact(one).decode())] == []
