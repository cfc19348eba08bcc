"""BIN and BDS segments are read by their length, so that their data may hold every delimiter.

Source: X12.6, binary segments; BIN01 and BDS02 are DE 784.
"""

import tracemalloc
from itertools import product

import pytest

from acktrail.model import ReadResult, Severity, Verdict
from tests.generators.x12 import (
    DEFAULT_MARKS,
    HELD,
    Envelope,
    attached,
    closed,
    group,
    interchange,
    payment_file,
    payments,
    remittance,
)
from tests.generators.x12_units import claim_group, claims
from tests.unit.x12.reading import (
    FORMAT,
    answers_to,
    codes_of,
    events_of,
    findings_of,
    messages_of,
    read,
    result_of,
    rules_of,
    segments_of,
)

EVERY_BYTE = bytes(range(256))
# a whole set and a whole interchange, as somebody would send them to have them posted
SMUGGLED = (
    b"~SE*4*0001~ST*835*0666~SE*2*0666~GE*1*905~IEA*1*000000905~"
    + payment_file(Envelope(control="000000666"))
    + b"~\r\nIEA*1*000000905~\nISA*00"
)
DATA = (b"", b"X", b"~", b"*", EVERY_BYTE, SMUGGLED, b"IEA*1*000000905", b"BIN*3*~~~" * 3)


def structure(result: ReadResult) -> list[tuple[str, str, int]]:
    return [(one.type, one.control, one.segments) for one in messages_of(result)]


WHOLE = [("275", "0001", 5), ("835", "0002", len(remittance()))]


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize(
    "segment", ["BIN*{length}*@@", "BDS*B64*{length}*@@", "BDS*ASC*{length}*@@"]
)
@pytest.mark.parametrize("marks", [DEFAULT_MARKS, "|>!'", "*:^\n"])
def test_data_of_a_binary_segment_is_never_structure(data: bytes, segment: str, marks: str) -> None:
    result = read(attached(data, segment, Envelope(marks=marks)))

    assert structure(result) == WHOLE
    assert rules_of(result) == ["x12.gs.not_supported", "x12.guide.unknown"]
    assert messages_of(result)[1].verdict is Verdict.ACCEPTED


def test_x12_smuggled_interchange_in_an_attachment_is_not_read() -> None:
    result = read(attached(SMUGGLED))

    assert [one.control for one in result.interchanges] == ["000000905"]
    assert "0666" not in [message.control for message in messages_of(result)]
    assert not any("0666" in text for text in answers_to(attached(SMUGGLED)))


@pytest.mark.parametrize("data", [EVERY_BYTE, SMUGGLED])
def test_offsets_behind_binary_data_count_its_full_length(data: bytes) -> None:
    body = attached(data)
    told = segments_of(body)

    assert [one.elements for one in told if one.tag == "BIN"] == [["BIN", str(len(data)), ""]]
    for one in told:
        assert body[one.offset :].startswith("*".join(one.elements).encode())
    for message in messages_of(read(body)):
        span = body[message.offset : message.offset + message.length]
        assert span.startswith(b"ST*")
        assert span.endswith(f"*{message.control}~".encode())


@pytest.mark.parametrize("size", range(1, 65))
def test_binary_data_is_passed_over_whatever_the_chunks(size: int) -> None:
    for data, wrong in product((EVERY_BYTE, SMUGGLED), (0, 1, -1)):
        body = attached(data, wrong=wrong)
        assert events_of(body, size) == events_of(body)
    body = attached(SMUGGLED, "BDS*B64*{length}*@@", Envelope(marks="*:^\n"))
    assert events_of(body, size) == events_of(body)


@pytest.mark.parametrize("wrong", [-1000, -100, -1, 1, 100])
@pytest.mark.parametrize(("segment", "at"), [("BIN*{length}*@@", 1), ("BDS*B64*{length}*@@", 2)])
def test_length_that_does_not_lead_to_a_terminator_ends_reading(
    wrong: int, segment: str, at: int
) -> None:
    body = attached(b"A" * 2000, segment, wrong=wrong)
    result = read(body)

    (found,) = result.findings
    assert (found.rule, found.severity) == ("x12.binary.length", Severity.FATAL)
    assert (found.place.segment, found.place.element) == (segment[:3], at)
    assert body[found.place.offset :].startswith(segment[:4].encode())
    assert not result.usable
    assert structure(result) == [("275", "0001", 2)]


@pytest.mark.parametrize(
    "segment",
    ["BIN*@@", "BIN**@@", "BIN*-1*@@", "BIN*1.5*@@", "BIN*1234567890123456*@@", "BDS*5*@@"],
)
def test_binary_segment_without_a_readable_length_ends_reading(segment: str) -> None:
    result = read(attached(b"~A~", segment))

    assert [one.rule for one in result.findings] == ["x12.binary.length"]
    assert not result.usable


def test_length_beyond_the_end_of_the_file_is_a_truncated_file() -> None:
    result = read(attached(b"AAAA", wrong=100_000))

    assert not result.usable
    assert [one.rule for one in result.findings] == ["x12.file.truncated"]


def test_binary_data_has_a_cap_of_its_own() -> None:
    data = b"~" * 5000

    assert structure(read(attached(data), max_segment_bytes=1000)) == WHOLE
    result = read(attached(data), max_binary_bytes=4999)
    assert [one.message.split(": ")[1] for one in result.findings] == ["max_binary_bytes"]
    assert not result.usable


def test_binary_data_is_held_in_no_memory() -> None:
    reader = FORMAT.reader({})
    front, _, rear = attached(b"", "BIN*20000000*@@@").partition(b"@")
    chunks = [front, *[b"~" * 100_000] * 200, rear]
    tracemalloc.start()

    for chunk in chunks:
        for _ in reader.feed(chunk):
            pass

    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    assert rules_of(result_of(list(reader.close()))) == []
    tracemalloc.stop()


@pytest.mark.parametrize("data", [b"AB\r\nCD", b"ABCD"])
def test_binary_data_in_an_unwrapped_file_is_refused(data: bytes) -> None:
    body = attached(data)
    wrapped = b"\r\n".join(body[at : at + 80] for at in range(0, len(body), 80))

    result = read(wrapped, unwrap=True)

    assert [one.rule for one in result.findings] == ["x12.file.unwrapped", "x12.binary.unwrapped"]
    assert not result.usable


@pytest.mark.parametrize("front", [b"\r\n", b"\n", b"\r\n   "])
def test_line_ends_and_blanks_may_stand_in_front_of_a_binary_segment(front: bytes) -> None:
    body = attached(SMUGGLED).replace(b"~BIN*", b"~" + front + b"BIN*")
    result = read(body)

    assert structure(result) == WHOLE
    assert rules_of(result)[:-2] == (["x12.segment.indented"] if b" " in front else [])


@pytest.mark.parametrize("place", [b"GS*PI", b"GE*1*905"])
def test_binary_segment_outside_of_a_set_is_passed_over_as_a_stray(place: bytes) -> None:
    body = attached(b"").replace(b"~" + place, b"~BIN*9*~ST*275*1~" + place)

    assert structure(read(body)) == WHOLE
    assert codes_of(read(body))[0] == ("TA1 022", "BIN")


def test_binary_segment_in_a_set_of_another_kind_is_unexpected_there() -> None:
    body = remittance()
    written = closed([*body[:11], "BIN*9*@@@@@@@@@", *body[11:]])
    result = read(interchange(payments(written)).replace(b"@" * 9, b"~SE*1*~~~"))

    assert rules_of(result) == ["x12.segment.unexpected"]
    assert messages_of(result)[0].segments == len(written)


@pytest.mark.parametrize("padding", [0, 600_000])
def test_answer_takes_its_business_unit_from_no_binary_data(padding: int) -> None:
    """RFI 2293: CTX names the claim; the answer follows the set once more to find it."""
    forged = b"~CLM*FORGED*1***11:B:1~" + b"A" * padding
    body = claims()
    at = next(n for n, text in enumerate(body) if text.startswith("HI*"))
    wrong = [text.replace("*UN*1***1", "*ZZ*1***1") for text in body[at:]]
    written = closed([*body[:at], f"BIN*{len(forged)}*@@", *wrong])

    segments = answers_to(interchange(claim_group(written)).replace(HELD, forged))

    assert "CTX*CLM01:PCN0001" in segments
    assert [text for text in segments if text == "IK4*3*355*7*ZZ"]
    assert not any("FORGED" in text for text in segments)


def test_findings_hold_no_byte_of_binary_data() -> None:
    for wrong in (0, 1):
        found = findings_of(read(attached(b"CANARY" * 50, wrong=wrong)))
        assert found
        assert "CANARY" not in repr(found)


# ------------------------------------------------------------------------------ in a guide


def associated(*changes: tuple[str, str]) -> bytes:
    """Return an interchange with a set 102, the data of whose BDS holds the end of a set."""
    text = "ST*102*0001\nORI*OBJECT1\nREF*EO*P1\nOOI*1*13*CDA\nBDS*B64*9*@@"
    for old, new in changes:
        text = text.replace(old, new)
    groups = group("AC", "005010", [closed(text.split("\n"))])
    return interchange(groups).replace(HELD, b"~SE*1*1~~")


def test_set_102_with_a_bds_is_accepted_by_its_guide() -> None:
    result = read(associated())

    assert codes_of(result) == []
    assert structure(result) == [("102", "0001", 6)]
    assert messages_of(result)[0].guide == "102-005010"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("BDS*B64", "BDS*XXX", ("IK403 7", "BDS01")),
        ("BDS*B64", "BDS*", ("IK403 1", "BDS01")),
        ("OOI*1*13*CDA\n", "", ("IK304 3", "OOI")),
        ("\nBDS*B64*9*@@", "", ("IK304 3", "BDS")),
        ("ORI*OBJECT1", "ORI*OBJECT1*", ("IK403 3", "ORI02")),
        ("OOI*1*13", "OOI*123*13", ("IK403 5", "OOI01")),
    ],
)
def test_fault_of_a_set_102_is_found_by_its_guide(
    old: str, new: str, code: tuple[str, str]
) -> None:
    assert codes_of(read(associated((old, new)))) == [code]


def test_element_without_a_known_number_is_told_without_one() -> None:
    """AK402 is optional; no public source tells the numbers of OOI01, OOI03 and OOI04."""
    told = answers_to(associated(("OOI*1*13*CDA", "OOI*1*13*")))

    assert [text for text in told if text.startswith("AK4")] == ["AK4*3**3", "AK4*3**1"]
