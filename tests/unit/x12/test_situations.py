"""SNIP 4: each named check, broken and kept, and its switches."""

import pytest

from acktrail.formats.x12.situation.checks import SITUATIONS
from acktrail.model import Verdict
from tests.generators.x12 import closed, group, interchange, payments, remittance
from tests.unit.x12.reading import findings_of, messages_of, read

PREFIX = "x12.situation."
CLAIM = [
    "ST*837*0001*005010X222A1",
    "BHT*0019*00*B1*20260115*0930*CH",
    "NM1*41*2*RELAY*****46*RELAY",
    "PER*IC*DESK*TE*8005550100",
    "NM1*40*2*CLINIC*****46*CLINIC",
    "HL*1**20*1",
    "NM1*85*2*ALDER BILLING*****XX*1234567893",
    "N3*1 ALDER ROAD",
    "N4*COLUMBUS*OH*430041234",
    "REF*EI*123456789",
    "HL*2*1*22*0",
    "SBR*P*18*******CI",
    "NM1*IL*1*TESTPERSON*ANNE****MI*M1",
    "N3*2 BIRCH LANE",
    "N4*COLUMBUS*OH*430041234",
    "DMG*D8*19800229*F",
    "NM1*PR*2*NORTHWIND*****PI*NW1",
    "CLM*A1*120***11:B:7*Y*A*Y*Y**AA:::OH",
    "DTP*439*D8*20260105",
    "REF*F8*OLD1",
    "HI*ABK:J069",
    "SBR*S*18*******CI",
    "OI***Y***Y",
    "NM1*IL*1*TESTPERSON*ANNE****MI*M9",
    "NM1*PR*2*SOUTHWIND*****PI*SW1",
    "LX*1",
    "SV1*HC:99213*120*UN*1***1",
    "DTP*472*D8*20260110",
    "SVD*SW1*100*HC:99213**1",
    "CAS*CO*45*20",
    "DTP*573*D8*20260112",
]
PATIENT = [
    "HL*3*2*23*0",
    "PAT*19",
    "NM1*QC*1*TESTPERSON*BEN",
    "N3*2 BIRCH LANE",
    "N4*COLUMBUS*OH*430041234",
    "DMG*D8*20150607*M",
]
STATUS = [
    "ST*276*0001*005010X212",
    "BHT*0010*13*Q1*20260115*0930",
    "HL*1**20*1",
    "NM1*PR*2*NORTHWIND*****PI*NW1",
    "HL*2*1*21*1",
    "NM1*41*2*RELAY*****46*RELAY",
    "HL*3*2*19*1",
    "NM1*1P*2*CLINIC*****XX*1234567893",
    "HL*4*3*22*1",
    "NM1*IL*1*TESTPERSON*ANNE****MI*M1",
    "HL*5*4*23",
    "DMG*D8*20150607*M",
    "NM1*QC*1*TESTPERSON*BEN",
    "TRN*1*A2",
]
MEMBER = [
    "ST*834*0001*005010X220A1",
    "BGN*00*E1*20260115*0930****4",
    "N1*P5*CLINIC*FI*123456789",
    "N1*IN*NORTHWIND*FI*123456780",
    "INS*Y*18*021*28*A***FT",
    "REF*0F*M1",
    "NM1*IL*1*TESTPERSON*ANNE",
]
GROUPS = {"837": ("HC", "005010X222A1"), "276": ("HR", "005010X212"), "834": ("BE", "005010X220A1")}


def found(body: list[str], **options: object) -> list[str]:
    """Return name and address of every check that a set breaks; unbalanced sums are left out."""
    kind, version = GROUPS[body[0].split("*")[1]]
    result = read(interchange(group(kind, version, (closed(body),))), **options)
    told = [(f.rule, f.place.address) for f in findings_of(result)]
    assert all(rule.startswith((PREFIX, "x12.balance.")) for rule, _at in told), told
    return [f"{rule.removeprefix(PREFIX)} {at}" for rule, at in told if rule.startswith(PREFIX)]


def without(body: list[str], *starts: str) -> list[str]:
    return [text for text in body if not text.startswith(starts)]


def changed(body: list[str], old: str, *new: str) -> list[str]:
    at = body.index(old)
    return [*body[:at], *new, *body[at + 1 :]]


def with_patient() -> list[str]:
    """Return the claim under a dependent."""
    at = next(n for n, text in enumerate(CLAIM) if text.startswith("CLM"))
    body = [*CLAIM[:at], *PATIENT, *CLAIM[at:]]
    return changed(
        changed(body, "HL*2*1*22*0", "HL*2*1*22*1"), "SBR*P*18*******CI", "SBR*P********CI"
    )


@pytest.mark.parametrize("body", [CLAIM, with_patient(), STATUS, MEMBER])
def test_sets_that_keep_the_rules_leave_nothing(body: list[str]) -> None:
    assert found(body) == []


@pytest.mark.parametrize(
    ("body", "check"),
    [
        (changed(CLAIM, "REF*F8*OLD1"), "837.original_reference REF"),
        (changed(CLAIM, "DTP*439*D8*20260105"), "837.accident_date DTP"),
        (
            changed(CLAIM, CLAIM[17], CLAIM[17].replace("AA:::OH", "AA")),
            "837.accident_state CLM11-4",
        ),
        (changed(CLAIM, CLAIM[12], "NM1*IL*1*TESTPERSON*****MI*M1"), "837.first_name NM104"),
        (
            changed(CLAIM, CLAIM[6], "NM1*85*2*ALDER*ANNE****XX*1234567893"),
            "837.organisation NM104",
        ),
        (changed(CLAIM, "SBR*S*18*******CI", "SBR*P*18*******CI"), "837.payer_order SBR01"),
        (changed(CLAIM, CLAIM[28], "SVD*EW1*100*HC:99213**1"), "837.line_payer SVD01"),
        (changed(CLAIM, "DMG*D8*19800229*F"), "837.subscriber_data DMG"),
        (changed(CLAIM, "SBR*P*18*******CI", "SBR*P********CI"), "837.patient_missing HL"),
        (changed(with_patient(), "SBR*P********CI", "SBR*P*18*******CI"), "837.patient_level HL"),
        (changed(CLAIM, "HL*2*1*22*0", "HL*2*1*22*1"), "hl.children HL04"),
        (changed(with_patient(), "HL*2*1*22*1", "HL*2*1*22*0"), "hl.children HL04"),
        ([*CLAIM, "HL*3**20*1", *CLAIM[6:10], "HL*4*1*22*0", *CLAIM[11:]], "hl.parent HL02"),
        (changed(STATUS, "HL*5*4*23", "TRN*1*A1", "HL*5*4*23"), "276.claim_level TRN"),
        (changed(MEMBER, MEMBER[4], "INS*Y*19*021*28*A***FT"), "834.relationship INS02"),
        (changed(MEMBER, MEMBER[4], "INS*N*18*021*28*A***FT"), "834.relationship INS02"),
    ],
)
def test_broken_rule_is_told_by_its_name_at_its_place(body: list[str], check: str) -> None:
    assert check in found(body)


@pytest.mark.parametrize(
    ("bpr", "check"),
    [
        ("BPR*I*0*C*ACH************20260315", "835.bank_account"),
        ("BPR*I*10*C*NON************20260315", "835.no_payment"),
        ("BPR*I*0*C*NON************20260315", ""),
        ("BPR*I*0.00*C*CHK************20260315", ""),
    ],
)
def test_payment_and_its_method(bpr: str, check: str) -> None:
    result = read(interchange(payments(closed([remittance()[0], bpr, *remittance()[2:]]))))

    told = [f.rule for f in findings_of(result) if f.rule.startswith(PREFIX)]
    assert told == ([PREFIX + check] if check else [])


@pytest.mark.parametrize("version", ["005010X222A1", "005010X223A2", "005010X224A2"])
def test_rfi_1532_cas06_is_required_with_cas05_in_the_837_too(version: str) -> None:
    body = changed(CLAIM, "CAS*CO*45*20", "CAS*CO*45*20**97**1")
    result = read(interchange(group("HC", version, (closed(body),))))

    assert ("IK403 2", "CAS06") in [(f.code, f.place.address) for f in findings_of(result)]


def test_rfi_2502_missing_first_name_has_code_i9() -> None:
    rule = next(one for one in SITUATIONS if one.name == f"{PREFIX}837.first_name")

    assert rule.code == "IK403 I9"


def test_lost_loop_silences_what_hangs_under_it() -> None:
    body = closed(changed(CLAIM, "HL*2*1*22*0"))
    result = read(interchange(group("HC", "005010X222A1", (body,))))

    rules = [f.rule for f in findings_of(result)]
    assert "x12.segment.unexpected" in rules
    assert not [rule for rule in rules if rule.startswith(f"{PREFIX}837.")]


# ------------------------------------------------------------------------------ switches
BROKEN = changed(CLAIM, "REF*F8*OLD1")


@pytest.mark.parametrize(
    ("options", "verdict"),
    [
        ({}, Verdict.ACCEPTED_WITH_ERRORS),
        ({"snip": {"4": "reject"}}, Verdict.REJECTED),
        ({"snip": {"4": "off"}}, Verdict.ACCEPTED),
        ({"checks": {"837.original_reference": "reject"}}, Verdict.REJECTED),
        ({"checks": {"837.original_reference": "off"}}, Verdict.ACCEPTED),
        (
            {"snip": {"4": "off"}, "checks": {"837.original_reference": "warn"}},
            Verdict.ACCEPTED_WITH_ERRORS,
        ),
    ],
)
def test_type_and_named_check_are_switched(options: dict[str, object], verdict: Verdict) -> None:
    data = interchange(group("HC", "005010X222A1", (closed(BROKEN),)))

    options = {"checks": {}, **options}
    options["checks"] = {"837.charge": "off", "837.cob": "off"} | dict(options["checks"])  # type: ignore[call-overload]
    assert messages_of(read(data, **options))[0].verdict is verdict


def test_type_3_is_switched_as_a_whole_and_a_check_goes_first() -> None:
    body = [text.replace("SVC*HC:99213*120*", "SVC*HC:99213*121*") for text in remittance()]
    data = interchange(payments(closed(body)))
    claim = {"835.service": "reject"}

    assert messages_of(read(data))[0].verdict is Verdict.REJECTED
    assert messages_of(read(data, snip={"3": "off"}))[0].verdict is Verdict.ACCEPTED
    assert messages_of(read(data, snip={"3": "off"}, checks=claim))[0].verdict is Verdict.REJECTED
