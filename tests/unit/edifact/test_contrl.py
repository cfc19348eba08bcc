"""CONTRL: each rule of when and how. Spec: CONTRL D.3; ISO 9735-10 for syntax 4."""

from datetime import UTC, datetime

import pytest

from acktrail.formats.edifact.characters import DEFAULT_MARKS
from acktrail.formats.edifact.writer import Line, Sending, written
from acktrail.model import Answering, ReadResult
from tests.generators.edifact import Knobs, interchange, orders
from tests.unit.edifact.reading import EDIFACT, answered, contrl, read, told

PLAIN = interchange([orders()])
NEWER = Knobs(syntax="UNOW:4::7", una=":+.?*'")
BAD = [one.replace("QTY+21:10", "QTY+21:x") for one in orders()]


def test_accepted_interchange_gets_uci_7_and_nothing_else() -> None:
    (answer,) = answered(read(PLAIN))

    assert answer.body == (
        b"UNB+UNOC:3+HOSP:14+SUPPLIER:14+260315:1245+501'UNH+501+CONTRL:D:3:UN'"
        b"UCI+IC77+SUPPLIER:14+HOSP:14+7'UNT+3+501'UNZ+1+501'"
    )
    assert (answer.kind, answer.control, answer.subject) == ("CONTRL", "501", "IC77")
    assert (answer.extension, answer.after_posting) == ("edi", False)


def test_syntax_4_is_answered_in_syntax_4() -> None:
    (answer,) = answered(read(interchange([orders()], NEWER)))

    assert answer.body == (
        b"UNB+UNOW:4::7+HOSP:14+SUPPLIER:14+20260315:1245+501'UNH+501+CONTRL:4:1:UN'"
        b"UCI+IC77+SUPPLIER:14+HOSP:14+7'UNT+3+501'UNZ+1+501'"
    )


@pytest.mark.parametrize(
    ("syntax", "spoken", "code"),
    [
        ("UNOC:9", "UNOC:3", "2"),
        ("UNOA:9", "UNOA:3", "2"),
        ("UNOZ:3", "UNOC:3", "2"),
        ("UNOX:3", "UNOC:3", "18"),
        ("UNOX:4", "UNOC:4", "46"),
        ("UNOC:4::8", "UNOC:4", "46"),
    ],
)
def test_unsupported_syntax_or_character_set_is_answered_in_one_that_we_speak(
    syntax: str, spoken: str, code: str
) -> None:
    """CONTRL's own UNB names the subject's syntax (ISO 9735), which nobody could write here."""
    knobs = Knobs(syntax=syntax, sender="SUPPLIER:14", una=NEWER.una if spoken[-1] == "4" else "")
    (answer,) = answered(read(interchange([orders()], knobs)))

    text = answer.body.decode("ascii")
    assert text.startswith(f"UNB+{spoken}+HOSP:14+SUPPLIER:14+")
    assert f"UCI+IC77+SUPPLIER:14+HOSP:14+4+{code}+UNB+" in text
    assert told(read(answer.body)) == []


@pytest.mark.parametrize("syntax", ["UNOA:1", "UNOB:2", "UNOC:3", "UNOW:4"])
def test_our_own_answers_validate(syntax: str) -> None:
    message = [*orders()[:2], "XYZ+1", *[one.replace(":10:", ":x:") for one in orders()[2:]]]
    data = interchange([message, orders("2")], Knobs(syntax=syntax.replace("A", "B"), group="G1"))
    (answer,) = answered(read(data))

    again = read(answer.body)

    assert told(again) == []
    assert b"UCD+37+2:2'" in answer.body


@pytest.mark.parametrize(
    ("policy", "request_", "good", "bad"),
    [
        ("never", "1", 0, 0),
        ("on_request", "", 0, 0),
        ("on_request", "1", 1, 1),
        ("always", "", 1, 1),
        ("errors_only", "", 0, 1),
    ],
)
def test_policy_decides_when(policy: str, request_: str, good: int, bad: int) -> None:
    knobs = Knobs(request=request_)

    assert len(answered(read(interchange([orders()], knobs)), contrl=policy)) == good
    assert len(answered(read(interchange([BAD], knobs)), contrl=policy)) == bad


def test_policy_is_on_request_by_default() -> None:
    result = read(interchange([orders()], Knobs(request="1")))

    assert EDIFACT.numbers_needed(result, Answering(datetime(2026, 3, 15, tzinfo=UTC))) == 1
    assert EDIFACT.numbers_needed(read(PLAIN), Answering(datetime(2026, 3, 15, tzinfo=UTC))) == 0


def test_errors_only_answers_a_wrong_trailer_and_a_duplicate() -> None:
    wrong = read(interchange([orders()], Knobs(unz_count="2")))

    assert len(answered(wrong, contrl="errors_only")) == 1
    assert len(answered(read(PLAIN), contrl="errors_only", duplicate="1")) == 1


def test_receipt_only_is_action_8_in_syntax_4() -> None:
    data = interchange([BAD], Knobs(syntax="UNOW:4", request="2"))

    assert contrl(data, contrl="on_request") == "UCI+IC77+SUPPLIER:14+HOSP:14+8'"


def test_request_2_in_syntax_3_gets_a_full_answer() -> None:
    data = interchange([orders()], Knobs(request="2"))

    assert contrl(data, contrl="on_request") == "UCI+IC77+SUPPLIER:14+HOSP:14+7'"


def test_duplicate_is_answered_with_26() -> None:
    assert contrl(PLAIN, duplicate="1") == "UCI+IC77+SUPPLIER:14+HOSP:14+4+26+UNB+6'"


def test_bad_element_is_answered_with_ucd() -> None:
    assert contrl(interchange([BAD])) == (
        "UCI+IC77+SUPPLIER:14+HOSP:14+7'UCM+1+ORDERS:D:96A:UN+4'UCS+10'UCD+37+2:2'"
    )


def test_missing_segment_is_answered_with_ucs() -> None:
    message = orders()
    del message[2]
    message[-1] = "UNT+17+1"

    assert contrl(interchange([message])).endswith("UCM+1+ORDERS:D:96A:UN+4'UCS+2+13'")


def test_wrong_unt_count_is_answered_in_ucm() -> None:
    message = [*orders()[:-1], "UNT+3+1"]

    assert contrl(interchange([message])).endswith("UCM+1+ORDERS:D:96A:UN+4+29+UNT+2'")


def test_missing_unt_is_answered_without_a_position() -> None:
    assert contrl(interchange([orders()[:-1]])).endswith("+4+13+UNT'")


def test_wrong_unz_is_answered_in_uci_alone() -> None:
    data = interchange([BAD], Knobs(unz_count="9"))

    assert contrl(data) == "UCI+IC77+SUPPLIER:14+HOSP:14+4+29+UNZ+2'"


def test_segment_outside_is_answered_with_its_code_only() -> None:
    data = interchange([orders(), ["BGM+220"]], Knobs(unz_count="1"))

    assert contrl(data) == "UCI+IC77+SUPPLIER:14+HOSP:14+4+15'"


def test_truncated_file_is_answered_with_13() -> None:
    assert contrl(PLAIN[:200]) == "UCI+IC77+SUPPLIER:14+HOSP:14+4+13+UNZ'"


def test_good_interchange_in_an_unusable_file_is_rejected() -> None:
    assert contrl(PLAIN + b"garbage..") == "UCI+IC77+SUPPLIER:14+HOSP:14+4+18'"


def test_rejected_message_in_a_group_is_listed_below_it() -> None:
    data = interchange([BAD, orders("2")], Knobs(group="G1"))

    assert contrl(data) == (
        "UCI+IC77+SUPPLIER:14+HOSP:14+7'UCF+G1+SUPPLIER:14+HOSP:14+7'"
        "UCM+1+ORDERS:D:96A:UN+4'UCS+10'UCD+37+2:2'"
    )


def test_rejected_group_lists_no_message() -> None:
    data = interchange([BAD], Knobs(group="G1", une_count="9"))

    assert contrl(data).endswith("UCF+G1+SUPPLIER:14+HOSP:14+4+29+UNE+2'")


def test_warnings_are_not_answered() -> None:
    message = [one.replace("20260315:102", "202603:610") for one in orders()]

    assert contrl(interchange([message])) == "UCI+IC77+SUPPLIER:14+HOSP:14+7'"


def test_message_whose_errors_were_capped_says_unspecified() -> None:
    message = [one.replace("20260315:102", "202603:610") for one in BAD]

    (answer,) = answered(read(interchange([message]), max_findings=1))

    assert b"UCM+1+ORDERS:D:96A:UN+4+18'" in answer.body


def test_acknowledgements_are_never_acknowledged() -> None:
    (answer,) = answered(read(PLAIN))

    assert answered(read(answer.body)) == ()


def test_acknowledgement_among_other_messages_is_ignored() -> None:
    wrong = ["UNH+2+CONTRL:D:3:UN", "UNT+2+2"]

    assert contrl(interchange([orders(), wrong])) == "UCI+IC77+SUPPLIER:14+HOSP:14+7'"


def test_parties_are_copied_unchanged_even_with_released_signs() -> None:
    data = interchange([orders()], Knobs(sender="A?+B?'C:14:R", una="|^.~ !"))

    assert contrl(data).startswith("UCI+IC77+A^B!C:14:R+HOSP:14+7'")


def test_repetition_character_is_released_in_syntax_4() -> None:
    data = interchange([orders()], Knobs(syntax="UNOW:4", una=":+.?*'", sender="A?*B"))

    assert contrl(data).startswith("UCI+IC77+A?*B+HOSP:14+7'")


@pytest.mark.parametrize(
    "knobs",
    [
        Knobs(sender=""),
        Knobs(control="x" * 15),
        Knobs(sender="x" * 36),
        Knobs(sender="lower", syntax="UNOA:1"),
        Knobs(sender="\x07"),
    ],
)
def test_no_contrl_when_what_must_be_copied_is_invalid(knobs: Knobs) -> None:
    assert answered(read(interchange([orders()], knobs))) == ()


def test_no_contrl_when_the_rejected_message_has_no_reference_in_syntax_3() -> None:
    message = ["UNH++ORDERS:D:96A:UN", *BAD[1:-1], "UNT+18+"]

    assert answered(read(interchange([message]))) == ()


def test_each_interchange_is_answered_to_its_own_sender() -> None:
    other = Knobs(control="IC78", sender="OTHER:14")

    first, second = answered(read(PLAIN + interchange([BAD], other)))

    assert (first.control, second.control) == ("501", "502")
    assert (first.subject, second.subject) == ("IC77", "IC78")
    assert second.body.startswith(b"UNB+UNOC:3+HOSP:14+OTHER:14+")


def test_same_input_gives_the_same_bytes() -> None:
    assert answered(read(interchange([BAD]))) == answered(read(interchange([BAD])))


def test_test_indicator_is_copied_and_no_answer_is_asked_for() -> None:
    (answer,) = answered(read(interchange([orders()], Knobs(request="1", test="1"))))

    assert b"+260315:1245+501++++++1'" in answer.body


def test_profile_may_name_another_contrl_type() -> None:
    (answer,) = answered(read(PLAIN), contrl_type="CONTRL:2:2:UN")

    assert b"UNH+501+CONTRL:2:2:UN'" in answer.body


def test_errors_of_one_segment_are_listed_together() -> None:
    message = [one.replace("BGM+220+PO1+9", "BGM+2200+PO1+9999") for one in orders()]

    assert contrl(interchange([message])).endswith("UCS+2'UCD+39+2:1'UCD+39+4'")


def test_result_without_interchanges_is_not_answered() -> None:
    assert answered(ReadResult("edifact", usable=False)) == ()


# ------------------------------------------------------------ the door


@pytest.mark.parametrize(
    "line",
    [("ÄÖÜ", ["1"]), ("B", ["1"]), ("BGM", []), ("BGM", [""]), ("BGM", [1]), ("BGM", [["1", 2]])],
)
def test_malformed_segment_is_our_defect_and_its_value_is_not_told(line: Line) -> None:
    with pytest.raises(ValueError, match=r"^an? (segment|element|value)"):
        written([line], DEFAULT_MARKS, Sending("UNOC", "latin-1"))


@pytest.mark.parametrize("value", ["a\nb", "a\tb", "\x00", "€"])
def test_value_outside_of_the_character_set_is_not_written(value: str) -> None:
    assert written([("BGM", [value])], DEFAULT_MARKS, Sending("UNOC", "latin-1")) is None


def test_empty_parts_at_the_end_are_not_written() -> None:
    lines: list[Line] = [("BGM", ["220", ["PO1", "", ""], ["", ""], ""])]

    assert written(lines, DEFAULT_MARKS, Sending("UNOC", "latin-1")) == b"BGM+220+PO1'"


def test_text_that_does_not_read_back_is_not_let_out() -> None:
    with pytest.raises(ValueError, match="segment"):
        written([("BGM", ["220'"])], DEFAULT_MARKS._replace(release=""), Sending("UNOC", "latin-1"))
