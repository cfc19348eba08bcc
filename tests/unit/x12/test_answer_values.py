"""What of the partner's data an answer repeats: IK404, AK404 and CTX; RFI 2293."""

import pytest

from acktrail.formats.delimited import CHUNK_BYTES, Marks
from acktrail.formats.x12.ack.masking import Masking, fits
from acktrail.model import Answering, Place
from tests.generators.x12 import TWO_CLAIMS, Envelope, interchange, orders, payments, remittance
from tests.generators.x12 import group as group_of
from tests.generators.x12 import order as order_set
from tests.generators.x12_health import (
    eligibility_inquiry,
    enrolment,
    health_file,
    premium_payment,
    status_inquiry,
)
from tests.generators.x12_units import claim_group, claims, member_group, members
from tests.unit.x12.reading import AT, FORMAT, answers_to, findings_of, read

KINDS = {"235": "ID", "782": "R", "380": "R", "373": "DT", "1251": "AN", "127": "AN", "67": "AN"}


def changed(segments: list[str], old: str, new: str) -> list[str]:
    text = "~".join(segments)
    assert old in text
    return text.replace(old, new, 1).split("~")


def about(data: bytes, *tags: str, **options: str) -> list[str]:
    return [one for one in answers_to(data, options) if one.split("*")[0] in tags]


def claim_file(old: str, new: str, envelope: Envelope | None = None) -> bytes:
    return interchange(claim_group(changed(claims(), old, new)), envelope=envelope)


# ------------------------------------------------------------------------------ IK404


def test_ik404_repeats_a_bad_code_date_and_number() -> None:
    data = interchange(payments(changed(remittance(), "DTM*405*20260314", "DTM*405*20261314")))
    code = interchange(payments(changed(remittance(), "CAS*CO*45*20", "CAS*QQ*45*2O")))

    assert about(data, "IK4") == ["IK4*2*373*8*20261314"]
    assert about(code, "IK4") == ["IK4*1*1033*7*QQ", "IK4*3*782*6*2O"]


def test_ak404_repeats_the_bad_value_in_a_997() -> None:
    data = interchange(orders(changed(order_set(), "PO1*1*10*EA", "PO1*1*1O*EA")))

    assert about(data, "AK4") == ["AK4*2*330*6*1O"]


def test_ik404_of_a_component_is_that_component() -> None:
    assert about(claim_file("SV1*HC:99213", "SV1*ZZZ:99213"), "IK4") == ["IK4*1:1*235*5*ZZZ"]


@pytest.mark.parametrize(
    ("old", "new", "secret"),
    [
        ("NM1*IL*1*TESTPERSON", "NM1*IL*1*TESTPERSONX" * 1 + "\x7f", "TESTPERSON"),
        ("NM1*IL*1*TESTPERSON*CANARYNAME****MI*W100200300",
         "NM1*IL*1*TESTPERSON*CANARYNAME****MI*" + "W100200300" * 9, "W100200300"),
        ("N4*DENVER*CO*802020002", "N4*DENVER*CO*80", "*80*"),
        ("DMG*D8*19800101", "DMG*D8*19801301", "19801301"),
        ("DMG*D8*19800101*F", "DMG*D8*19800101*Z", "*Z"),
        ("PER*IC*HELP DESK*TE*8005550100", "PER*IC*HELP DESK*TE*" + "8" * 300, "888"),
        ("REF*EI*512345678", "REF*EI*" + "512345678" * 9, "512345678"),
        ("HI*ABK:J069", "HI*ABK:" + "J069" * 30, "J069"),
    ],
)  # fmt: skip
def test_ik404_is_left_out_for_what_tells_of_a_person(old: str, new: str, secret: str) -> None:
    got = about(claim_file(old, new), "IK4")

    assert got
    assert not any(secret in one for one in got)


def test_ik404_of_a_masked_element_is_repeated_where_the_profile_allows_it() -> None:
    data = claim_file("DMG*D8*19800101", "DMG*D8*19801301")

    assert about(data, "IK4") == ["IK4*2*1251*8"]
    assert about(data, "IK4", reveal="DMG02") == ["IK4*2*1251*8*19801301"]
    assert about(data, "IK4", reveal="DMG") == ["IK4*2*1251*8*19801301"]


@pytest.mark.parametrize("bad", ["4:5", "4^5", "4\x1d5", "4\xc95"])
def test_ik404_is_left_out_where_it_would_forge_structure(bad: str) -> None:
    envelope = Envelope(marks="|>!'")
    body = changed(remittance(), "CAS*CO*45*20", "CAS*CO*45*0")
    data = interchange(payments(body), envelope=envelope).replace(
        b"|45|0'", b"|45|" + bad.encode("latin-1") + b"'"
    )

    (ik4,) = about(data, "IK4")

    assert ik4 == "IK4*3*782*6"


def test_ik404_holds_99_characters_at_most() -> None:
    (ik4,) = about(
        interchange(payments(changed(remittance(), "CAS*CO*45*20", "CAS*CO*45*" + "2" * 150))),
        "IK4",
    )

    assert ik4 == "IK4*3*782*5*" + "2" * 99


def test_ik404_needs_the_file_and_offsets_that_count_its_bytes() -> None:
    data = interchange(payments(changed(remittance(), "CAS*CO*45*20", "CAS*QQ*45*20")))
    wrapped = b"".join(data[at : at + 80] + b"\r\n" for at in range(0, len(data), 80))
    without = FORMAT.acknowledge(read(data), Answering(AT, (71,)))[0].body.decode()

    assert "~IK4*1*1033*7~" in without
    assert [s for s in answers_to(wrapped, unwrap=True) if s[:3] == "IK4"] == ["IK4*1*1033*7"]


def test_values_are_found_across_the_chunks_of_a_large_set() -> None:
    body = "~".join(remittance(claims=TWO_CLAIMS * 1500))
    first, _, last = body.rpartition("CAS*CO*45*50")

    ik4 = about(interchange(payments(f"{first}CAS*CO*45*5O{last}".split("~"))), "IK4")

    assert len(body) > 2 * CHUNK_BYTES
    assert ik4 == ["IK4*3*782*6*5O"]


def test_findings_hold_no_value_although_the_answer_does() -> None:
    data = interchange(payments(changed(remittance(), "DTM*405*20260314", "DTM*405*CANARY99")))

    assert any("CANARY99" in one for one in about(data, "IK4"))
    assert not any("CANARY99" in repr(finding) for finding in findings_of(read(data)))


@pytest.mark.parametrize(
    ("segment", "element", "reference", "through"),
    [
        ("SV1", 1, "235", True),
        ("AMT", 2, "782", True),
        ("DTP", 3, "1251", True),
        ("REF", 1, "235", True),
        ("REF", 2, "127", False),
        ("TRN", 2, "127", False),
        ("CLM", 1, "1028", False),
        ("CLM", 2, "782", True),
        ("SVC", 9, "", False),
        ("NM1", 9, "67", False),
    ],
)
def test_masking_denies_what_is_not_known_to_be_harmless(
    segment: str, element: int, reference: str, *, through: bool
) -> None:
    masking = Masking(lambda number: KINDS.get(number, ""), ())

    assert masking.lets_through(Place(segment, 1, element), reference) is through


@pytest.mark.parametrize(
    ("value", "expected"), [("A B", True), ("", False), (" ", False), ("A~", False)]
)
def test_fits_takes_only_what_can_stand_in_an_element(value: str, *, expected: bool) -> None:
    assert fits(value, Marks("*", ":", "^", "~")) is expected


# ------------------------------------------------------------------------------ CTX


def test_rfi_2293_business_unit_of_a_claim_stands_once_behind_each_ik3() -> None:
    body = changed(changed(claims(), "SV1*HC:99213*120", "SV1*ZZZ:99213*12O"), "HI*ABK", "HI*XX")
    got = about(interchange(claim_group(body)), "IK3", "CTX", "IK4")

    assert got == [
        "IK3*HI*19**2",
        "CTX*CLM01:PCN0001",
        "IK3*SV1*21**8",
        "CTX*CLM01:PCN0001",
        "IK4*1:1*235*5*ZZZ",
        "IK4*2*782*6*12O",
        "IK3*HI*23**3",
        "CTX*CLM01:PCN0001",
    ]


def test_rfi_2293_business_unit_is_that_of_the_claim_the_fault_is_in() -> None:
    second = "~".join(claims()).rpartition("SV1*HC")
    body = (second[0] + "SV1*ZZZ" + second[2]).split("~")

    assert about(interchange(claim_group(body)), "CTX") == ["CTX*CLM01:PCN0002"]


def test_rfi_2293_no_business_unit_before_the_claim_begins() -> None:
    assert about(claim_file("SBR*P*18", "SBR*Q*18"), "CTX") == []
    assert about(claim_file("HL*3*1*22", "HL*3*1*99"), "CTX") == []


def test_rfi_2293_business_unit_id_that_is_itself_invalid_is_left_out() -> None:
    assert about(claim_file("CLM*PCN0001", "CLM*PCN\x7f01"), "IK3", "CTX") == ["IK3*CLM*18**8"]


def test_rfi_2293_business_unit_id_is_cut_to_35_characters() -> None:
    body = changed(claims(numbers=("P" * 38, "X")), "SV1*HC", "SV1*ZZZ")

    assert about(interchange(claim_group(body)), "CTX") == ["CTX*CLM01:" + "P" * 35]


def test_rfi_2293_business_unit_id_with_a_delimiter_of_ours_is_left_out() -> None:
    data = interchange(
        claim_group(changed(claims(), "SV1*HC", "SV1*ZZZ")), envelope=Envelope(marks="|>!'")
    )

    assert about(data.replace(b"PCN0001", b"PCN:001"), "CTX") == []


def test_rfi_2293_member_of_an_834_is_named_although_its_id_follows() -> None:
    data = interchange(member_group(changed(members(), "INS*Y*18*030*XN", "INS*Y*18*030*QQ")))

    assert about(data, "CTX") == ["CTX*SUBSCRIBER NUMBER REF02:SUB0001"]


def health(name: str, body: list[str], old: str, new: str) -> bytes:
    return health_file(name, changed(body, old, new))


def test_rfi_2293_inquiry_of_a_270_is_named_by_its_trace() -> None:
    data = health("270", eligibility_inquiry(), "EQ*30", "EQ*ZZZ")

    (context,) = about(data, "CTX")
    assert context.startswith("CTX*TRN02:")
    assert context.removeprefix("CTX*TRN02:").encode() in data


def test_rfi_2293_inquiry_of_a_276_is_named_by_its_trace() -> None:
    data = health("276", status_inquiry(), "DTP*472*D8*20260301", "DTP*472*D8*20261301")

    (context,) = about(data, "CTX")
    assert context.startswith("CTX*TRN02:T")
    assert context.removeprefix("CTX*TRN02:").encode() in data


def test_rfi_2293_entity_of_an_820_is_named_by_its_number() -> None:
    body = premium_payment()
    entity = next(one for one in body if one.startswith("ENT*"))
    detail = next(one for one in body if one.startswith("RMR*"))
    data = health("820", body, detail, detail.replace("RMR*", "RMR*ZZZ", 1))

    assert about(data, "CTX") == [f"CTX*ENT01:{entity.split('*')[1]}"]


BIRTH = "DMG*D8*19800215*F*M*C"


def test_dmg05_of_an_834_may_repeat_in_a_file_with_any_repetition_separator() -> None:
    data = health("834", enrolment(), BIRTH, "DMG*D8*19800215*F*M*:RET:2106-3^:RET:2028-9")
    other = data.replace(b"*^*00501*", b"*!*00501*").replace(b"3^:RET", b"3!:RET")
    lost = data.replace(b"*^*00501*", b"*!*00501*")

    assert about(data, "IK5", "AK9") == ["IK5*A", "AK9*A*1*1*1"]
    assert about(other, "IK5", "AK9") == ["IK5*A", "AK9*A*1*1*1"]
    assert about(lost, "IK5")[0].startswith("IK5*R")


def test_eleventh_repetition_of_dmg05_is_one_too_many() -> None:
    races = "^".join([":RET:2106-3"] * 11)
    data = health("834", enrolment(), BIRTH, f"DMG*D8*19800215*F*M*{races}")

    assert [one.code for one in findings_of(read(data))] == ["IK403 12"]
    assert about(data, "IK5") == ["IK5*R*5"]


def test_rfi_2293_unit_without_an_id_is_not_named() -> None:
    body = [one for one in changed(members(), "HD*030", "HD*999") if one != "REF*0F*SUB0001"]

    assert about(interchange(member_group(body)), "CTX") == []


def test_context_none_leaves_ctx_out() -> None:
    data = claim_file("SV1*HC", "SV1*ZZZ")

    assert about(data, "CTX") == ["CTX*CLM01:PCN0001"]
    assert about(data, "CTX", context="none") == []


def test_997_has_no_ctx() -> None:
    data = claim_file("SV1*HC", "SV1*ZZZ")

    assert about(data, "CTX", functional="997") == []


def test_answers_with_values_and_context_read_clean_under_our_guide() -> None:
    for data in (
        claim_file("SV1*HC", "SV1*ZZZ"),
        interchange(member_group(changed(members(), "HD*030", "HD*999"))),
        interchange(group_of("PO", "005010", [changed(order_set(), "PO1*1*10", "PO1*1*1O")])),
    ):
        answer = "~".join(answers_to(data)) + "~"

        assert findings_of(read(answer.encode())) == []
