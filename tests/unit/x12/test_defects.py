"""Reproduced defects of pyx12 4.0.0 that touch 835, 850 and envelopes; none may be ours."""

import re

import pytest
from x12sdk import generate

from acktrail.formats.delimited import Marks
from acktrail.formats.x12.explain import explain
from acktrail.formats.x12.guide.catalogue import Catalogue
from acktrail.formats.x12.guide.model import dictionary, segments_of
from acktrail.formats.x12.guide.patterns import segment_match
from acktrail.formats.x12.guide.pyx12_maps import read_map, read_wheel_map
from acktrail.model import Verdict
from tests.generators.x12 import (
    Envelope,
    closed,
    group,
    interchange,
    payment_file,
    payments,
    remittance,
)
from tests.unit.x12.reading import (
    Folder,
    answer_segments,
    answers,
    codes_of,
    findings_of,
    messages_of,
    read,
    rules_of,
)
from tests.unit.x12.reading import (
    segments_of as set_segments,
)

MARKS = Marks("*", ":", "^", "~")


def test_x12_defect_01_valid_835_without_st03_gets_a_whole_999() -> None:
    segments = answer_segments(read(payment_file()))

    assert segments[2:4] == ["AK2*835*0001", "IK5*A"]
    assert segments[-1].startswith("IEA*1*")


def test_x12_defect_02_component_too_many_is_code_13_and_repetitions_are_allowed() -> None:
    body = "~".join(remittance()).replace("WO:A1B2C3*", "WO:A1B2C3:9*").split("~")

    segments = answer_segments(read(interchange(payments(body))))

    assert "IK4*3:3**13" in segments
    types = Catalogue(Folder(), read_wheel_map)._map_types()  # noqa: SLF001 - the adapter's dictionary
    guide = read_map(
        "834", read_wheel_map("834.5010.X220.A1.xml"), dictionary("005010", types, "834")
    )
    node = next(n for n in segments_of(guide.root) if n.id == "DMG" and n.elements[4].repeat == 10)
    text = "DMG*D8*19800101*F**:RET:2106-3^:RET:2028-9"
    assert segment_match(node, MARKS)(text)
    assert explain(node, text.split("*"), MARKS) == []


def test_x12_defect_03_both_interchanges_are_read_behind_a_double_terminator() -> None:
    one = payment_file() + b"~"
    result = read(one + payment_file(Envelope(control="000000906")))

    assert [i.control for i in result.interchanges] == ["000000905", "000000906"]
    assert rules_of(result) == ["x12.file.trailing_bytes"]


def test_x12_defect_03_segment_over_8_kib_is_read() -> None:
    body = [*remittance()[:6], "N3*" + "X" * 9000, *remittance()[6:]]
    result = read(interchange(payments(closed(body))))

    assert messages_of(result)[0].segments == len(body)
    assert result.usable


def test_x12_defect_04_each_sender_gets_its_own_answer() -> None:
    other = payment_file(Envelope(sender="OTHERPAYER", control="000000906"))

    subjects = [answer.subject for answer in answers(read(payment_file() + other))]

    assert subjects == ["000000905", "000000906"]


def test_x12_defect_05_one_good_and_one_bad_set_are_partly_accepted() -> None:
    wrong = [text.replace("BPR*I*", "BPR*Q*") for text in remittance("0002")]

    assert "AK9*P*2*2*1" in answer_segments(read(interchange(payments(remittance(), wrong))))


def professional(*changes: tuple[str, str], seed: int = 1) -> bytes:
    """Return an 837P that x12sdk wrote, changed."""
    text: str = generate.generate_837p(seed=seed).replace("\n", "")
    for old, now in changes:
        assert old in text
        text = text.replace(old, now, 1)
    return text.encode()


@pytest.mark.parametrize("number", ["2", "9", "01"])
def test_x12_defect_06_wrong_line_number_has_an_ik3_and_an_ik4(number: str) -> None:
    result = read(professional(("~LX*1~", f"~LX*{number}~")))

    assert codes_of(result) == [("IK403 7", "LX01")]
    segments = answer_segments(result)
    assert [one for one in segments if one.startswith("IK3*LX*")]
    assert [one for one in segments if one.startswith("IK4*1*554*7")]


def test_x12_defect_06_wrong_level_number_has_an_ik3_and_an_ik4() -> None:
    result = read(professional(("~HL*1**20", "~HL*7**20")))

    assert ("IK403 7", "HL01") in codes_of(result)
    segments = answer_segments(result)
    assert [one for one in segments if one.startswith("IK3*HL*")]
    assert [one for one in segments if one.startswith("IK4*1*628*7")]


def test_line_numbers_begin_anew_with_each_claim() -> None:
    text = professional().decode()

    assert text.count("~CLM*") > 1
    assert text.count("~LX*1~") == text.count("~CLM*")
    assert codes_of(read(text.encode())) == []


def test_x12_defect_07_version_count_and_characters_have_their_codes() -> None:
    version = interchange(group("HP", "005010X999", [remittance()]))
    count = interchange(group("HP", "005010X221A1", [remittance()], ge_count="x"))
    character = payment_file().replace(b"EXAMPLE PAYER", b"EXAMPLE P\xc4YER")

    assert "AK9*R*1*1*0*2" in answer_segments(read(version))
    assert "AK9*R*1*1*0*5" in answer_segments(read(count))
    assert "IK4*2*93*6" in answer_segments(read(character))


def test_x12_defect_08_bad_value_is_never_repeated() -> None:
    body = [text.replace("BPR*I*", "BPR*Q*") for text in remittance()]
    envelope = Envelope(marks="|>!'")
    data = interchange(payments(body), envelope=envelope).replace(b"BPR|Q|", b"BPR|Q*Z:9~|")

    (ik4,) = (one for one in answer_segments(read(data)) if one.startswith("IK4"))

    assert ik4.startswith("IK4*1*305*")
    assert ik4.count("*") == 3


def test_x12_defect_09_two_runs_give_the_same_bytes_from_the_given_number() -> None:
    first, second = answers(read(payment_file())), answers(read(payment_file()))

    assert first == second
    assert first[0].body.endswith(b"GE*1*71~IEA*1*000000071~")


def test_x12_defect_10_unknown_segment_is_named_in_no_ik3() -> None:
    body = remittance()
    segments = answer_segments(read(interchange(payments(closed([*body[:3], "ZZZ*X", *body[3:]])))))

    assert "IK5*R*5" in segments
    assert not any(one.startswith("IK3") for one in segments)


def test_x12_defect_11_pwk_that_only_the_second_node_allows_is_accepted() -> None:
    head, line, rest = professional().decode().partition("~LX*1~")
    service, _, rest = rest.partition("~")
    counted = re.sub(r"~SE\*([0-9]+)\*", lambda found: f"~SE*{int(found[1]) + 1}*", rest, count=1)
    data = f"{head}{line}{service}~PWK*CT*AD~{counted}".encode()

    assert codes_of(read(data)) == []
    assert [one.loop for one in set_segments(data) if one.tag == "PWK"] == ["2400"]


def test_x12_defect_12_ta1_beside_groups_and_alone_is_accepted() -> None:
    ta1 = ["TA1*000000017*260315*1200*A*000"]
    for data in (interchange(ta1, payments()), interchange(ta1)):
        result = read(data)

        assert findings_of(result) == []
        assert result.verdict is Verdict.ACCEPTED
    assert answers(read(interchange(ta1)), ta1="always") == ()
