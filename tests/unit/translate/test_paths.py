import pytest

from acktrail.model import MessageHead
from acktrail.translate.paths import HeadSegment, compile_path, compile_source
from tests.fakes.segment import FakeSegment

PID = FakeSegment(
    "PID|1||11^^^LAB^MR~22^^^HOSP&1.2^MR~33^^^SSA^SS||Old^X^^^^^A~Test^Ann^^^^^L|||||||||||||A1",
    "hl7",
)


def hl7(text: str, **options: object) -> str:
    return compile_source(text, "hl7", "PID", options).read(PID)


def test_x12_address_reads_element_and_component() -> None:
    segment = FakeSegment("SVC*HC:99213:25*200")
    assert compile_path("SVC01-2", "x12", "SVC", {}).read(segment) == "99213"
    assert compile_path("SVC02", "x12", "SVC", {}).read(segment) == "200"
    assert compile_path("N104", "x12", "N1", {}).read(FakeSegment("N1*BY*A*UL*1")) == "1"


def test_edifact_address_counts_after_the_tag() -> None:
    segment = FakeSegment("NAD+BY+123::9", "edifact")
    assert compile_path("NAD.2.3", "edifact", "NAD", {}).read(segment) == "9"


def test_hl7_repetition_is_picked_by_value_never_by_place() -> None:
    assert hl7("PID-3[5=MR][4=$authority].1", authority="HOSP") == "22"
    assert hl7("PID-3[5=SS].1") == "33"
    assert hl7("PID-3[5=XX].1") == ""
    assert hl7("PID-3[5!=MR].1") == "33"


def test_hl7_condition_on_an_unset_option_always_holds() -> None:
    path = compile_path("PID-3[5=MR][4=$authority].1", "hl7", "PID", {})
    assert path.values(PID) == ("11", "22")
    assert path.address == "PID-3.1"


def test_hl7_preference_falls_back_on_the_first_repetition() -> None:
    assert hl7("PID-5[7?=L].1") == "Test"
    assert hl7("PID-5[7?=Z].1") == "Old"


def test_source_takes_the_first_alternative_and_joins_with_blanks() -> None:
    assert hl7("PID-9.1 | PID-5[7=L].2 + PID-5[7=L].3 + PID-5[7=L].1") == "Ann Test"


def test_hl7_delete_indicator_is_no_text() -> None:
    """HL7 2.5.1, 2.5.3: the delete indicator is two quotation marks."""
    segment = FakeSegment('PID|1||""|', "hl7")
    path = compile_path("PID-3.1", "hl7", "PID", {})
    assert path.read(segment) == ""
    assert path.deleted(segment)


def test_sub_component_is_the_last_number() -> None:
    segment = FakeSegment("FT1|||||||||||100&USD", "hl7")
    assert compile_path("FT1-11.1.2", "hl7", "FT1", {}).read(segment) == "USD"


def test_head_is_read_as_a_segment() -> None:
    head = HeadSegment(MessageHead("hl7", "ADT^A08", "2.5.1", "C7"))
    assert compile_path("@event", "hl7", "@", {}).read(head) == "A08"
    assert compile_path("@control", "hl7", "@", {}).read(head) == "C7"
    assert head.repetitions(1) == 1
    assert head.repetitions(9) == 0
    assert (head.loop, head.get(1, 2)) == ("", "")


@pytest.mark.parametrize(
    ("text", "format_", "tag", "problem"),
    [
        ("BEG3", "x12", "BEG", "notation"),
        ("BEG03", "x12", "REF", "for REF"),
        ("NAD+3039", "edifact", "NAD", "notation"),
        ("PID-3[MR].1", "hl7", "PID", "condition"),
        ("@nothing", "hl7", "@", "@control"),
        ("@control", "hl7", "PID", "@control"),
    ],
)
def test_wrong_address_is_refused(text: str, format_: str, tag: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        compile_path(text, format_, tag, {})
