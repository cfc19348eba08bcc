"""CTX of a 999, situational trigger: 005010X231A1, behind IK3 and IK4; X12 RFI 2502."""

import pytest

from tests.generators.x12 import closed, group, interchange
from tests.unit.x12.reading import answers_to, read, rules_of
from tests.unit.x12.test_situations import CLAIM, GROUPS, MEMBER, changed, with_patient

TAGS = ("IK3", "CTX", "IK4", "IK5")


def file_of(body: list[str]) -> bytes:
    kind, version = GROUPS[body[0].split("*")[1]]
    return interchange(group(kind, version, (closed(body),)))


def told(body: list[str], switch: str = "reject", **options: str) -> list[str]:
    checks = {"837.charge": "off", "837.cob": "off", "837.cob_line": "off"}
    answer = answers_to(file_of(body), options, snip={"3": "off", "4": switch}, checks=checks)
    assert rules_of(read("~".join(answer).encode() + b"~")) == []
    return [text for text in answer if text.split("*")[0] in TAGS]


def test_rfi_2502_trigger_of_an_element_stands_behind_its_ik4() -> None:
    body = changed(CLAIM, CLAIM[12], "NM1*IL*1*TESTPERSON*****MI*M1")

    assert told(body) == [
        "IK3*NM1*13**8",
        "IK4*4**I9",
        "CTX*SITUATIONAL TRIGGER*NM1*13**2",
        "IK5*R*I5",
    ]


def test_005010x231a1_trigger_of_a_segment_stands_between_ik3_and_the_business_unit() -> None:
    assert told(changed(CLAIM, "REF*F8*OLD1")) == [
        "IK3*REF*21**I6",
        "CTX*SITUATIONAL TRIGGER*CLM*18**5:3",
        "CTX*CLM01:A1",
        "IK5*R*I5",
    ]


@pytest.mark.parametrize(
    ("body", "trigger"),
    [
        (changed(CLAIM, "DTP*439*D8*20260105"), "CLM*18**11"),
        (changed(CLAIM, CLAIM[17], CLAIM[17].replace("AA:::OH", "AA")), "CLM*18**11"),
        (changed(CLAIM, CLAIM[6], "NM1*85*2*ALDER*ANNE****XX*1234567893"), "NM1*7**2"),
        (changed(CLAIM, "DMG*D8*19800229*F"), "SBR*12**2"),
        (changed(with_patient(), "SBR*P********CI", "SBR*P*18*******CI"), "SBR*12**2"),
        (changed(MEMBER, MEMBER[4], "INS*N*18*021*28*A***FT"), "INS*5**1"),
    ],
)
def test_trigger_is_the_element_that_the_situation_depends_on(
    body: list[str], trigger: str
) -> None:
    assert f"CTX*SITUATIONAL TRIGGER*{trigger}" in told(body)


def test_warnings_are_told_with_their_trigger_only_where_the_answer_tells_warnings() -> None:
    body = changed(CLAIM, "REF*F8*OLD1")

    assert told(body, "warn") == ["IK5*A"]
    assert "CTX*SITUATIONAL TRIGGER*CLM*18**5:3" in told(body, "warn", accept_with_errors="true")


def test_no_trigger_without_context_in_a_997_or_for_a_check_that_has_none() -> None:
    body = changed(CLAIM, "REF*F8*OLD1")
    payers = changed(CLAIM, "SBR*S*18*******CI", "SBR*P*18*******CI")

    for quiet in (told(body, context="none"), told(body, functional="997"), told(payers)):
        assert not [text for text in quiet if "TRIGGER" in text]
