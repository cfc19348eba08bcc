import pytest

from acktrail.errors import TooLargeError, UnreadableFileError
from acktrail.formats.hl7.units import Units, starts, tag_of
from tests.generators.hl7 import FORMAT, batch, dft, messages, read, rule_names, written

MESSAGE = written(dft())


def cut(body: bytes, size: int = 1 << 20, limit: int = 1 << 20) -> list[tuple[int, bytes]]:
    units = Units(limit)
    found = [one for at in range(0, len(body), size) for one in units.feed(body[at : at + size])]
    return [(one.offset, one.raw) for one in (*found, *units.close())]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 997])
def test_units_do_not_depend_on_the_chunk_size(size: int) -> None:
    body = written(dft(1), mllp=True) + b"\xef\xbb\xbf" + batch([dft(2), dft(3)], end="\r\n")

    assert cut(body, size) == cut(body)


def test_mllp_trailer_and_header_between_messages_split_them() -> None:
    body = written(dft(1), mllp=True) + written(dft(2), mllp=True)

    result = read(body)

    assert [one.control for one in messages(result)] == ["DFT000001", "DFT000002"]
    assert rule_names(result) == ["mllp_bytes"]


def test_many_messages_without_envelope_are_one_implicit_interchange() -> None:
    result = read(b"".join(written(dft(number)) for number in (1, 2, 3)))

    (interchange,) = result.interchanges
    assert (interchange.control, interchange.sender) == ("DFT000001", "BILL^HOSP")
    assert interchange.receiver == "ACKTRAIL^ERP"
    assert len(interchange.groups) == 1
    assert len(messages(result)) == 3


def test_a_run_of_terminators_is_one() -> None:
    result = read(MESSAGE.replace(b"\r", b"\r\r\r"))

    assert messages(result)[0].segments == len(dft())
    assert rule_names(result) == []


@pytest.mark.parametrize(
    ("end", "rule"), [("\n", "terminator_lf"), ("\r\n", "terminator_crlf"), ("\r", None)]
)
def test_terminator_other_than_cr_is_a_remark(end: str, rule: str | None) -> None:
    result = read(written(dft(), end) * 2)

    assert rule_names(result) == [rule] * (rule is not None)
    assert [one.segments for one in messages(result)] == [len(dft())] * 2


def test_lf_inside_a_field_of_a_cr_message_is_content() -> None:
    lines = [*dft(), "NTE|1||first\nsecond"]

    result = read(written(lines))

    assert messages(result)[0].segments == len(lines)


def test_byte_order_mark_is_a_remark() -> None:
    assert rule_names(read(b"\xef\xbb\xbf" + MESSAGE)) == ["bom"]


def test_bytes_before_the_first_header_are_a_remark() -> None:
    result = read(b"sent by the night job\r" + MESSAGE)

    assert rule_names(result) == ["leading_garbage"]
    assert len(messages(result)) == 1


@pytest.mark.parametrize("last", [True, False])
def test_missing_last_terminator_is_an_error_only_if_the_profile_says_so(*, last: bool) -> None:
    body = written(dft(), last=last)

    assert read(body).usable
    assert rule_names(read(body)) == ["terminator_missing"] * (not last)
    assert read(body, {"require_terminator": True}).usable is last


def test_empty_file_is_not_usable() -> None:
    assert rule_names(read(b" \r\n")) == ["empty_input"]
    assert not read(b"").usable


def test_file_without_a_header_is_not_usable() -> None:
    result = read(b"ISA*00*          *00*")

    assert not result.usable
    assert "no_msh" in rule_names(result)


def test_message_cut_inside_its_header_is_never_usable() -> None:
    header = MESSAGE.index(b"|2.5.1")

    for end in range(1, header):
        assert not read(MESSAGE[:end]).usable


def test_unit_over_the_limit_is_refused_whatever_the_chunks() -> None:
    body = MESSAGE + b"NTE|1||" + b"x" * 5000 + b"\r" + MESSAGE

    for size in (10, 1 << 20):
        with pytest.raises(TooLargeError) as caught:
            read(body, {"max_unit_bytes": 4000}, size)
        assert caught.value.code == "hl7.unit_too_large"


def test_bytes_that_never_start_a_message_are_unreadable() -> None:
    with pytest.raises(UnreadableFileError):
        read(b"x" * 5000, {"max_unit_bytes": 4000}, 100)


@pytest.mark.parametrize(
    ("head", "known"),
    [
        (MESSAGE, True),
        (b"\x0b" + MESSAGE, True),
        (b"\xef\xbb\xbfBHS|^~\\&|", True),
        (b"MSHA", False),
        (b"<ADT_A01>", False),
        (b"", False),
    ],
)
def test_format_recognises_the_first_header(head: bytes, *, known: bool) -> None:
    assert FORMAT.recognises(head) is known


def test_complete_looks_for_the_trailer_of_the_first_header() -> None:
    whole, cut_short = batch([dft()]), batch([dft()], trailers="BTS")

    assert FORMAT.complete(whole[:4096], whole[-4096:]) is True
    assert FORMAT.complete(cut_short[:4096], cut_short[-4096:]) is False
    assert FORMAT.complete(MESSAGE, MESSAGE) is None


def test_second_byte_order_mark_is_leading_garbage() -> None:
    body = b"\xef\xbb\xbf\xef\xbb\xbfFHS|^~\\&|A|B\r"

    assert starts(body) == b""
    assert tag_of(body.removeprefix(b"\xef\xbb\xbf")) == b""
