"""Odd and hostile files: bytes around interchanges, cut files, caps, wrapped lines."""

import pytest

from acktrail.errors import PartnerError, TruncatedFileError, UnreadableFileError
from acktrail.model import Severity, Verdict
from tests.generators.x12 import Envelope, interchange, payment_file, payments, remittance
from tests.unit.x12.reading import FORMAT, answers, findings_of, messages_of, read, rules_of

CLEAN = payment_file()


@pytest.mark.parametrize("front", [b"\xef\xbb\xbf", b"\r\n\r\n", b"   "])
def test_bytes_before_the_first_isa_are_skipped_with_a_finding(front: bytes) -> None:
    result = read(front + CLEAN)

    assert rules_of(result) == ["x12.file.leading_bytes"]
    assert result.interchanges[0].verdict is Verdict.ACCEPTED
    assert FORMAT.recognises(front + CLEAN[:200])


def test_isa_has_to_come_within_the_first_kib() -> None:
    with pytest.raises(UnreadableFileError):
        read(b" " * 1025 + CLEAN)


@pytest.mark.parametrize("data", [b"", b"MSH|^~\\&|", b"ISABELLA" * 40, b"\r\n"])
def test_file_without_an_isa_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableFileError):
        read(data)


def test_file_that_ends_within_its_isa_is_truncated() -> None:
    with pytest.raises(TruncatedFileError):
        read(CLEAN[:100])


def test_isa_with_elements_out_of_place_is_unreadable() -> None:
    with pytest.raises(PartnerError):
        read(CLEAN.replace(b"ACMEPAYER      ", b"ACMEPAYER"))


def test_bytes_after_iea_are_a_finding_with_their_offset() -> None:
    result = read(CLEAN + b"\r\nEND OF FILE")

    (finding,) = findings_of(result)
    assert finding.rule == "x12.file.trailing_bytes"
    assert finding.place.offset == len(CLEAN) + 2


def test_blanks_and_the_end_sign_of_old_systems_after_iea_are_no_fault() -> None:
    assert findings_of(read(CLEAN + b"\r\n \x1a")) == []


def test_unreadable_isa_behind_a_good_interchange_is_fatal_and_the_rest_is_read() -> None:
    bad = payment_file(Envelope(control="000000906")).replace(b"ZZ*ACMEPAYER", b"ZZZ*ACMEPAYER")
    result = read(CLEAN + bad + payment_file(Envelope(control="000000907")))

    assert [one.control for one in result.interchanges] == ["000000905", "000000907"]
    assert "x12.file.unreadable_isa" in rules_of(result)
    assert not result.usable


def test_empty_segment_is_a_finding_and_reading_goes_on() -> None:
    result = read(CLEAN.replace(b"~LX*1~", b"~~LX*1~"))

    assert rules_of(result) == ["x12.segment.empty"]
    assert messages_of(result)[0].verdict is Verdict.ACCEPTED


def test_missing_last_terminator_is_tolerated_on_a_whole_iea_only() -> None:
    whole = read(CLEAN[:-1])
    cut = read(CLEAN[:-2])

    assert whole.usable
    assert rules_of(whole) == ["x12.file.unterminated"]
    assert not cut.usable
    assert "x12.file.truncated" in rules_of(cut)


def test_truncated_file_has_023_and_the_open_levels_say_what_they_lack() -> None:
    result = read(CLEAN[: CLEAN.index(b"SVC")])

    codes = [finding.code for finding in findings_of(result)]
    assert not result.usable
    assert {"TA1 023", "AK905 3", "IK502 2"} <= set(codes)


def test_wrapped_file_is_refused_and_read_only_when_the_profile_says_so() -> None:
    lines = [CLEAN[at : at + 80] for at in range(0, len(CLEAN), 80)]
    wrapped = b"\r\n".join(lines)

    refused, unwrapped = read(wrapped), read(wrapped, unwrap=True)

    assert rules_of(refused) == ["x12.file.wrapped"]
    assert not refused.usable
    assert rules_of(unwrapped) == ["x12.file.unwrapped"]
    assert unwrapped.verdict is Verdict.ACCEPTED


def test_endless_segment_is_refused_at_the_cap() -> None:
    result = read(CLEAN[:120] + b"X" * 5000, max_segment_bytes=1000)

    (limit,) = result.findings
    assert limit.rule == "x12.file.limit"
    assert limit.message.endswith("max_segment_bytes")
    assert not result.usable


def test_segment_of_the_cap_is_read() -> None:
    big = remittance()
    big.insert(6, "N3*" + "X" * 900_000)
    result = read(interchange(payments([*big[:-1], f"SE*{len(big)}*0001"])))

    assert result.usable
    assert "x12.element.long" in rules_of(result)


@pytest.mark.parametrize(
    ("option", "data"),
    [
        ("max_interchanges", CLEAN + payment_file(Envelope(control="000000906"))),
        ("max_groups", interchange(payments(), payments(control="906"))),
        ("max_sets", interchange(payments(remittance("0001"), remittance("0002")))),
    ],
)
def test_count_over_its_cap_is_refused_by_name(option: str, data: bytes) -> None:
    result = read(data, **{option: 1})

    assert [finding.message.split(": ")[1] for finding in result.findings] == [option]
    assert not result.usable
    assert messages_of(result)[0].verdict is Verdict.ACCEPTED


def test_segments_over_the_cap_are_refused_by_name() -> None:
    result = read(CLEAN, max_segments=10)

    assert [finding.message.split(": ")[1] for finding in result.findings] == ["max_segments"]


def test_findings_are_capped_and_counted() -> None:
    body = remittance()
    bad = [*body[:11], *["LX*A"] * 50, *body[11:]]

    (message,) = messages_of(read(interchange(payments(bad)), max_findings=20))

    assert len(message.findings) == 20
    assert message.findings_total > 50


def test_first_error_is_kept_when_warnings_have_filled_the_list() -> None:
    bad = ["LX*A"] * 5
    body = remittance()
    data = interchange(payments([*body[:11], *bad, *body[11:]]))

    (message,) = messages_of(read(data, snip={"1": "warn"}, max_findings=3))

    assert message.verdict is Verdict.REJECTED
    assert any(finding.severity is Severity.ERROR for finding in message.findings)


def test_complete_asks_for_an_iea_that_belongs_to_an_isa() -> None:
    two = CLEAN + payment_file(Envelope(control="000000906"))
    assert FORMAT.complete(CLEAN, CLEAN[-200:]) is True
    assert FORMAT.complete(two, two[-4096:]) is True
    assert FORMAT.complete(CLEAN, CLEAN[-200:] + b"\r\n") is True
    assert FORMAT.complete(CLEAN, CLEAN[:-1][-200:]) is True
    assert FORMAT.complete(CLEAN, CLEAN[:-20]) is False
    assert FORMAT.complete(CLEAN, two[-60:]) is None
    assert FORMAT.complete(b"ISA*00", b"") is None


def test_other_formats_are_not_recognised() -> None:
    for head in (b"MSH|^~\\&|", b"UNA:+.? '", b"ISABELLA", b"", b"IS"):
        assert not FORMAT.recognises(head)


def test_interchanges_of_several_senders_may_each_have_delimiters_of_their_own() -> None:
    marks = ("*:^~", "|>!'", "*:^\n", "\x1d\x1f\x1e\x1c")
    sent = [
        Envelope(sender=f"PAYER{n}", control=f"00000090{n}", marks=one)
        for n, one in enumerate(marks)
    ]
    data = b"\r\n".join(payment_file(one) for one in sent) + b"\r\nEND"

    result = read(data)

    assert [(one.sender, one.control) for one in result.interchanges] == [
        (one.sender, one.control) for one in sent
    ]
    assert {one.verdict for one in result.interchanges} == {Verdict.ACCEPTED}
    assert rules_of(result) == ["x12.file.trailing_bytes"]
    assert [one.subject for one in answers(result)] == [one.control for one in sent]
