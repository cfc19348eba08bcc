"""Balancing of 837, 820, 277CA and 834: RFI 1294, 1115, 1555, TR3 1.4.4 as quoted there."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.model import Severity, Verdict
from tests.generators.x12 import closed
from tests.generators.x12_health import (
    Claim,
    Line,
    Paid,
    Premium,
    claim_answers,
    claim_set,
    claims,
    enrolment,
    health_file,
    premium_payment,
)
from tests.unit.x12.reading import findings_of, messages_of, read, rules_of

PREFIX = "x12.balance."
PAID_BEFORE = Claim(
    "PCN0001",
    (Line(12000, "99213", Paid(9000, 3000)), Line(8050, "85025", Paid(7000, 1050))),
    other=True,
    adjusted=250,
)
ANSWERED = [(Claim(), True), (Claim("PCN0002", (Line(5000),)), False)]


def broken(name: str, segments: Sequence[str]) -> list[str]:
    found = rules_of(read(health_file(name, closed(segments))))
    return sorted({rule.removeprefix(PREFIX) for rule in found})


def edited(segments: Sequence[str], old: str, new: str) -> list[str]:
    text = "~".join(segments)
    assert old in text
    return text.replace(old, new, 1).split("~")


@pytest.mark.parametrize(
    ("old", "new", "checks"),
    [
        ("CLM*PCN0001*200.5*", "CLM*PCN0001*200.51*", ["837.charge", "837.cob"]),
        ("99213:25*120*", "99213:25*120.01*", ["837.charge", "837.cob_line"]),
        ("SVD*PAYER2*90*", "SVD*PAYER2*90.01*", ["837.cob_line", "837.cob_paid"]),
        ("CAS*CO*45*30~", "CAS*CO*45*30.01~", ["837.cob", "837.cob_line"]),
        ("CAS*OA*23*2.5~", "CAS*OA*23*2.51~", ["837.cob", "837.cob_paid"]),
        ("AMT*D*157.5~", "AMT*D*157.51~", ["837.cob", "837.cob_paid"]),
    ],
)
def test_rfi_1294_one_cent_breaks_exactly_the_sums_it_stands_in(
    old: str, new: str, checks: list[str]
) -> None:
    assert broken("837P", edited(claim_set([PAID_BEFORE]), old, new)) == checks


@pytest.mark.parametrize("kind", ["P", "I", "D"])
def test_rfi_1294_balanced_claims_of_every_kind_have_no_finding(kind: str) -> None:
    assert broken(f"837{kind}", claim_set([PAID_BEFORE, Claim("B")], kind)) == []


@pytest.mark.parametrize(("kind", "tag"), [("P", "SV1"), ("I", "SV2"), ("D", "SV3")])
def test_rfi_1294_charge_is_sv102_sv203_or_sv302(kind: str, tag: str) -> None:
    segments = claim_set([Claim()], kind)
    assert any(one.startswith(f"{tag}*") for one in segments)

    assert broken(f"837{kind}", edited(segments, "CLM*PCN0001*120*", "CLM*PCN0001*119.99*")) == [
        "837.charge"
    ]


def test_rfi_1115_other_amounts_take_no_part() -> None:
    segments = edited(claim_set([PAID_BEFORE]), "AMT*D*157.5~", "AMT*D*157.5~AMT*EAF*999~")

    assert broken("837P", segments) == []


def test_rfi_1555_lines_that_the_payer_unbundled_are_summed() -> None:
    whole = "SVD*PAYER2*90*HC:99213**1~CAS*CO*45*30~DTP*573*D8*20260310"
    parts = (
        "SVD*PAYER2*50*HC:99211**1~CAS*CO*45*10~DTP*573*D8*20260310~"
        "SVD*PAYER2*40*HC:99212**1~CAS*CO*45*20~DTP*573*D8*20260310"
    )

    assert broken("837P", edited(claim_set([PAID_BEFORE]), whole, parts)) == []


def test_tr3_1_4_4_paid_is_compared_with_lines_only_where_there_are_some() -> None:
    made = Claim(other=True, adjusted=-12000)  # AMT*D 120, and the lines say nothing
    segments = edited(claim_set([made]), "CAS*OA*23*-120~", "CAS*OA*23*0~")

    assert broken("837P", segments) == []


def test_payer_that_has_not_decided_yet_is_not_judged() -> None:
    segments = [one for one in claim_set([PAID_BEFORE]) if not one.startswith("AMT*D")]

    assert broken("837P", segments) == []


def test_amounts_of_one_claim_are_not_those_of_the_next() -> None:
    segments = edited(claim_set([PAID_BEFORE, Claim("B")]), "CLM*B*120*", "CLM*B*120.01*")
    (finding,) = findings_of(read(health_file("837P", closed(segments))))

    assert (finding.rule, finding.severity) == (PREFIX + "837.charge", Severity.ERROR)
    assert finding.place.address == "CLM02"


AMOUNTS = {  # segment -> element, the checks that a cent there breaks
    "CLM": (2, {"837.charge"}, {"837.cob"}),
    "SV1": (2, {"837.charge"}, {"837.cob_line"}),
    "SVD": (2, set(), {"837.cob_line", "837.cob_paid"}),
    "CAS": (3, set(), {"837.cob"}),
    "AMT": (2, set(), {"837.cob", "837.cob_paid"}),
}


@given(seed=st.integers(0, 200), data=st.data())
def test_one_cent_anywhere_in_generated_claims_makes_exactly_the_expected_checks_fail(
    seed: int, data: st.DataObject
) -> None:
    """RFI 1294: first the balanced file passes, then a cent is moved at a place of any kind."""
    segments = claim_set(claims(seed, 4))
    assert broken("837P", segments) == []
    places = [n for n, one in enumerate(segments) if one[:3] in AMOUNTS]
    at = data.draw(st.sampled_from(places))
    tag = segments[at][:3]
    element, always, with_payer = AMOUNTS[tag]
    start = max(n for n in range(at + 1) if segments[n].startswith("CLM"))
    end = next(n for n in range(start + 1, len(segments)) if segments[n][:2] in ("HL", "SE"))
    claim = segments[start:end]
    expected = set(always)
    if any(one.startswith("SVD") for one in claim):
        expected |= with_payer
    if tag == "CAS":
        expected |= {"837.cob_line"} if segments[at - 1].startswith("SVD") else {"837.cob_paid"}
    parts = segments[at].split("*")
    parts[element] = f"{Decimal(parts[element]) + Decimal('0.01')}"
    moved = [*segments[:at], "*".join(parts), *segments[at + 1 :]]

    assert set(broken("837P", moved)) == expected


def test_checks_are_switched_by_name() -> None:
    segments = edited(claim_set([Claim()]), "CLM*PCN0001*120*", "CLM*PCN0001*120.01*")
    data = health_file("837P", closed(segments))

    assert messages_of(read(data))[0].verdict is Verdict.REJECTED
    assert messages_of(read(data, checks={"837.charge": "off"}))[0].verdict is Verdict.ACCEPTED


# ------------------------------------------------------------------------------ 820
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("BPR*I*835.25*", "BPR*I*835.26*"),
        ("**450.25*450.25", "**450.26*450.25"),
        ("ADX*-15*", "ADX*-15.01*"),
        ("RMR*IK*INV1**100*", "RMR*IK*INV1**100.01*"),
    ],
)
def test_820_payment_is_what_is_paid_and_adjusted(old: str, new: str) -> None:
    segments = premium_payment(organisation=10000)

    assert broken("820", segments) == []
    assert broken("820", edited(segments, old, new)) == ["820.payment"]


@given(st.lists(st.builds(Premium, paid=st.integers(0, 10**9), adjusted=st.integers(-5, 5))))
def test_820_of_any_premiums_balances(premiums: list[Premium]) -> None:
    assert broken("820", premium_payment(premiums, organisation=100)) == []


# ------------------------------------------------------------------------------ 277CA
@pytest.mark.parametrize("old", ["QTY*90*1", "QTY*AA*1", "QTY*QA*1", "QTY*QC*1"])
def test_277ca_counts_are_those_of_the_claims_below(old: str) -> None:
    segments = claim_answers([("B1", ANSWERED)])

    assert broken("277CA", segments) == []
    assert broken("277CA", edited(segments, old, old[:-1] + "2")) == ["277ca.totals"]


@pytest.mark.parametrize("code", ["YU*120", "YY*50"])
@pytest.mark.parametrize("nth", [1, 2])
def test_277ca_amounts_are_those_of_the_claims_below(code: str, nth: int) -> None:
    segments = claim_answers([("B1", ANSWERED)])
    at = [n for n, one in enumerate(segments) if one == f"AMT*{code}"][nth - 1]
    moved = [*segments[:at], f"AMT*{code}.01", *segments[at + 1 :]]
    (finding,) = findings_of(read(health_file("277CA", closed(moved))))

    assert finding.rule == PREFIX + "277ca.totals"
    assert (finding.place.position, finding.place.address) == (at + 1, "AMT02")


def test_277ca_claim_that_changes_sides_breaks_every_total() -> None:
    segments = edited(claim_answers([("B1", ANSWERED)]), "*U*50", "*WQ*50")

    assert len(rules_of(read(health_file("277CA", segments)))) == 8


def test_277ca_refusal_of_a_whole_batch_lists_no_claims_and_is_not_judged() -> None:
    segments = claim_answers([("B1", ANSWERED)])
    end = next(n for n, one in enumerate(segments) if one.startswith("HL*3"))
    head = edited(segments[:end], "HL*2*1*21*1", "HL*2*1*21*0")

    assert broken("277CA", [*head]) == ["x12.loop.min"]  # the guide wants 2000C


# ------------------------------------------------------------------------------ 834
@pytest.mark.parametrize("old", ["QTY*TO*4", "QTY*ET*2", "QTY*DT*2"])
def test_834_qty_counts_members_subscribers_and_dependents(old: str) -> None:
    segments = enrolment(2)

    assert broken("834", segments) == []
    assert broken("834", edited(segments, old, old[:-1] + "3")) == ["count.834"]
