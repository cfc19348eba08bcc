"""Hostile and odd input that the reader's other tests leave out: each row gives a clear finding."""

import pytest

from acktrail.errors import PartnerError
from acktrail.model import Verdict
from tests.generators.x12 import Envelope, payment_file
from tests.unit.x12.reading import answers, codes_of, findings_of, messages_of, read, rules_of


@pytest.mark.parametrize("mark", ["'", "\x1d", "\r", "\n", "|"])
def test_any_control_or_punctuation_character_may_end_segments(mark: str) -> None:
    result = read(payment_file(Envelope(marks=f"*:^{mark}")))

    assert result.verdict is Verdict.ACCEPTED
    assert findings_of(result) == []


@pytest.mark.parametrize("mark", ["'", "~"])
@pytest.mark.parametrize("behind", ["\r\n", "\n", "\r", "\r\n\r\n"])
def test_line_ends_are_stripped_where_they_are_not_the_terminator(mark: str, behind: str) -> None:
    result = read(payment_file(Envelope(marks=f"*:^{mark}", newline=behind)))

    assert findings_of(result) == []


@pytest.mark.parametrize(
    ("marks", "code"),
    [
        ("**^~", "TA1 027"),  # component = element
        ("*B^~", "TA1 027"),  # a letter
        ("* ^~", "TA1 027"),  # a blank
        ("*:*~", "TA1 026"),  # repetition = element
        ("*:C~", "TA1 022"),  # a letter
        ("*: ~", "TA1 022"),  # a blank
        ("*:^7", "TA1 004"),  # a digit
        ("*:^ ", "TA1 004"),  # a blank
    ],
)
def test_delimiter_that_is_unusable_or_used_twice_refuses_the_interchange(
    marks: str, code: str
) -> None:
    result = read(payment_file(Envelope(marks=marks)))

    assert result.verdict is Verdict.REJECTED
    assert code in [code for code, _ in codes_of(result)]
    assert [one.kind for one in answers(result)] == ["TA1"]


@pytest.mark.parametrize("marks", ["*:^*", "A:^~"])
def test_isa_that_its_delimiters_make_unreadable_is_refused_without_an_answer(marks: str) -> None:
    with pytest.raises(PartnerError):
        read(payment_file(Envelope(marks=marks)))


@pytest.mark.parametrize("byte", [b"\x00", b"\x7f", b"\xc3\x84", b"\n", b"\x1b"])
def test_byte_outside_of_the_character_sets_is_a_character_fault_and_reading_goes_on(
    byte: bytes,
) -> None:
    result = read(payment_file().replace(b"EXAMPLE PAYER", b"EX" + byte + b"R"))

    assert codes_of(result) == [("IK403 6", "N102")]
    assert messages_of(result)[0].segments > 30


@pytest.mark.parametrize("behind", [b"~\n   ", b"~ "])
def test_indented_segments_are_read_with_one_finding(behind: bytes) -> None:
    result = read(payment_file().replace(b"~", behind))

    assert rules_of(result) == ["x12.segment.indented"]
    assert messages_of(result)[0].verdict is Verdict.ACCEPTED
    (found,) = result.interchanges[0].findings
    assert payment_file().replace(b"~", behind)[found.place.offset :].startswith(b"GS*")
