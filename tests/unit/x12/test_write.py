"""The writer: envelopes that agree with their content, and no value that forges structure."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.errors import UnwritableError
from acktrail.formats.delimited import Marks
from acktrail.formats.x12.write import (
    RELEASE_4010,
    USUAL_MARKS,
    Element,
    GroupDraft,
    InterchangeDraft,
    Line,
    SetDraft,
    Style,
    control_number,
    line_text,
    written,
)
from tests.unit.x12.reading import AT, messages_of, read, rules_of, segments_of

BEG: Line = ("BEG", "00", "SA", "PO-1", "", "20260315")
PO1: Line = ("PO1", "1", "10", "EA", "2.5", "", "VP", "A-1")


def order(*lines: Line, control: str = "") -> SetDraft:
    return SetDraft("850", lines or (BEG, PO1, ("CTT", "1")), control=control)


def draft(*sets: SetDraft, release: str = RELEASE_4010) -> InterchangeDraft:
    group = GroupDraft("PO", "CLINIC", "SUPPLIER", 7, "004010", sets or (order(),))
    return InterchangeDraft(
        ("ZZ", "CLINIC"), ("01", "SUPPLIER"), 71, AT, "T", release, (), (group,)
    )


def test_envelope_is_made_of_the_draft_and_counts_what_it_encloses() -> None:
    text = written(draft(order(), order(control="0042")), Style(newline="\n")).decode()

    lines = text.split("\n")
    assert lines[0] == (
        "ISA*00*          *00*          *ZZ*CLINIC         *01*SUPPLIER       "
        "*260315*1245*U*00401*000000071*0*T*:~"
    )
    assert lines[1:3] == ["GS*PO*CLINIC*SUPPLIER*20260315*1245*7*X*004010~", "ST*850*0001~"]
    assert lines[6:8] == ["SE*5*0001~", "ST*850*0042~"]
    assert lines[11:] == ["SE*5*0042~", "GE*2*7~", "IEA*1*000000071~", ""]


def test_what_is_written_is_read_again_without_a_finding() -> None:
    result = read(written(draft(), Style()))

    assert rules_of(result) == []
    assert messages_of(result)[0].segments == 5


def test_answers_stand_before_the_first_group_x12_5_section_3_5() -> None:
    ta1 = ("TA1", "000000017", "260315", "1200", "A", "000")
    text = written(replace(draft(), answers=(ta1,)), Style()).decode()

    assert [one[:3] for one in text.split("~")[:3]] == ["ISA", "TA1", "GS*"]


def test_first_release_with_repetitions_declares_the_separator_in_isa11() -> None:
    text = written(draft(release="00501"), Style()).decode()

    assert text[82] == "^"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (("REF", "IA", "X", "", ""), "REF*IA*X"),
        (("SVC", ("HC", "99213", "", ""), "10"), "SVC*HC:99213*10"),
        (("SV1", ("HC", "", "25"), "10"), "SV1*HC::25*10"),
        (("DMG", "", "", "", "", [("", "RET", "2106-3"), ("", "RET", "2028-9"), ""]),
         "DMG*****:RET:2106-3^:RET:2028-9"),
        (("N3", "1 MAIN ST  "), "N3*1 MAIN ST"),
        (("N2", "  LEADING"), "N2*  LEADING"),
    ],
)  # fmt: skip
def test_x12_6_what_is_empty_at_an_end_is_left_out(line: Line, text: str) -> None:
    assert line_text(line, USUAL_MARKS) == text


def test_segment_without_any_value_is_left_out_and_not_counted() -> None:
    text = written(draft(order(BEG, ("N3", "", ""), PO1)), Style()).decode()

    assert "N3" not in text
    assert "~SE*4*0001~" in text


@pytest.mark.parametrize("sign", ["*", ":", "^", "~", "\n", "\x1d", "\x7f", "é", "\x00"])
def test_value_that_forges_structure_is_refused_without_being_named(sign: str) -> None:
    value = f"SECRET{sign}1"
    shapes: list[Element] = [value, ("HC", value), ["A", value], [("A", value)]]
    for shape in shapes:
        with pytest.raises(UnwritableError) as refused:
            line_text(("REF", "IA", shape), USUAL_MARKS)

        assert "REF02" in str(refused.value)
        assert "SECRET" not in str(refused.value)


def test_delimiters_are_those_of_the_style() -> None:
    style = Style(Marks("|", ">", "!", "'"))
    text = written(draft(order(BEG, ("REF", "IA", "A*B:C~D^E"))), style)

    assert [s.get(2) for s in segments_of(text) if s.tag == "REF"] == ["A*B:C~D^E"]
    with pytest.raises(UnwritableError):
        written(draft(order(BEG, ("REF", "IA", "A|B"))), style)


def test_repetition_where_the_release_knows_none_is_refused() -> None:
    with pytest.raises(UnwritableError, match="REF02"):
        written(draft(order(BEG, ("REF", "IA", ["A", "B"]))), Style())


def test_id_too_long_for_the_isa_is_refused() -> None:
    with pytest.raises(UnwritableError, match="ISA06"):
        written(replace(draft(), sender=("ZZ", "X" * 16)), Style())


def test_id_with_a_delimiter_is_refused() -> None:
    with pytest.raises(UnwritableError, match="ISA08"):
        written(replace(draft(), receiver=("ZZ", "A:B")), Style())


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "000000001"), (999_999_999, "999999999"), (1_000_000_000, "000000001")],
)
def test_control_number_has_nine_digits_and_is_never_zero(number: int, text: str) -> None:
    assert control_number(number) == text


VALUES = st.text("AZ09 *:^~|'\n\x1dé", min_size=1, max_size=6)


@given(
    VALUES, st.sampled_from([USUAL_MARKS, Marks("|", ">", "!", "'"), Marks("\x1d", "*", "^", "\n")])
)
def test_any_value_is_refused_or_read_back_unchanged(value: str, marks: Marks) -> None:
    one = draft(order(BEG, ("REF", "IA", value), PO1), release="00501")
    try:
        data = written(one, Style(marks))
    except UnwritableError:
        assert set(value) & {*marks, "\n", "\x1d", "é"}
        return

    read_back = [s.get(2) for s in segments_of(data) if s.tag == "REF"]
    assert read_back == [value.rstrip(" ")]
