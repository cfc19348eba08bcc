"""Properties of the X12 reader that hold for any bytes."""

from hypothesis import given
from hypothesis import strategies as st

from acktrail.errors import PartnerError
from acktrail.formats.x12.segment import SetSegment
from acktrail.model import ReadResult
from tests.generators.x12 import (
    Envelope,
    attached,
    group,
    interchange,
    invoices,
    order,
    orders,
    payment_file,
    payments,
    remittance,
)
from tests.unit.x12.reading import answers, events_of, findings_of, read

CANARIES = ("TESTPERSON", "CANARYNAME", "W100200300", "PCN0001", "TRACE1001")
OTHER = Envelope(sender="OTHERPAYER", control="000000077", marks="|>!'", newline="\r\n")
BROKEN = [text.replace("BPR*I*", "BPR*CANARYNAME*") for text in remittance("0002")]
FILES = [
    payment_file(),
    payment_file(OTHER),
    interchange(payments(remittance(), BROKEN), ["TA1*000000017*260315*1200*A*000"]),
    interchange(orders(order(), order("0002")), envelope=Envelope(release="00401", marks="*:U\n")),
    interchange(invoices(), group("PR", "004010", [["ST*855*0001", "BAK*00", "SE*3*0001"]])),
]
TWO = payment_file() + b"\r\n" + payment_file(OTHER)
BINARY = [attached(TWO), attached(bytes(range(256)) * 3, "BDS*ASC*{length}*@@", OTHER)]
any_file = st.sampled_from(FILES)


def outcome(data: bytes) -> ReadResult | None:
    try:
        return read(data)
    except PartnerError:
        return None


@given(st.binary(max_size=300), st.sampled_from([b"", payment_file()[:106], FILES[0], FILES[3]]))
def test_any_bytes_give_a_result_or_a_partner_error(data: bytes, head: bytes) -> None:
    outcome(head + data)


@given(any_file, st.data())
def test_changed_byte_gives_a_result_or_a_partner_error(data: bytes, draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, len(data) - 1))

    outcome(data[:at] + bytes([draw.draw(st.integers(0, 255))]) + data[at + 1 :])


@given(any_file, st.data())
def test_file_cut_anywhere_is_never_usable(data: bytes, draw: st.DataObject) -> None:
    # a whole IEA counts without its terminator; behind that only line ends can be lost
    whole = len(data.rstrip(b"\r\n~'"))

    result = outcome(data[: draw.draw(st.integers(0, whole - 1))])

    assert result is None or not result.usable


@given(st.sampled_from([*FILES, TWO, *BINARY]), st.integers(1, 997))
def test_chunked_equals_whole(data: bytes, chunk: int) -> None:
    assert events_of(data, chunk) == events_of(data)


@given(st.sampled_from([*FILES, TWO, *BINARY]), st.data(), st.integers(1, 300))
def test_chunked_equals_whole_for_damaged_files_too(
    data: bytes, draw: st.DataObject, chunk: int
) -> None:
    at = draw.draw(st.integers(106, len(data) - 1))
    damage = draw.draw(
        st.sampled_from([b"", b"~", b"~~", b"\r\n", b"ISA*", b"~IEA*1*", b"\xff", b"~BIN*9*"])
    )
    damaged = data[:at] + damage + data[at + draw.draw(st.integers(0, 40)) :]

    assert events_of(damaged, chunk) == events_of(damaged)


@given(st.sampled_from(FILES[:3]), st.data())
def test_lost_segment_always_leaves_a_finding(data: bytes, draw: st.DataObject) -> None:
    mark = chr(data[105]).encode()
    pieces = [one for one in data.split(mark) if one.strip()]
    lost = draw.draw(st.integers(0, len(pieces) - 1))
    if pieces[lost].startswith(b"TA1"):
        return  # no count covers a TA1
    before = len(findings_of(read(data)))

    result = outcome(b"".join(p + mark for i, p in enumerate(pieces) if i != lost))

    assert result is None or len(findings_of(result)) > before or not result.usable


@given(any_file)
def test_every_segment_is_told_with_its_place_and_nothing_is_between(data: bytes) -> None:
    separator, mark = chr(data[3]), data[105:106]
    segments = [one for one in events_of(data) if isinstance(one, SetSegment)]
    spans = [(one.offset, separator.join(one.elements).encode()) for one in segments]

    assert all(data[at : at + len(text)] == text for at, text in spans)
    envelope = [
        p.strip() for p in data.split(mark) if p.strip()[:2] in (b"IS", b"GS", b"GE", b"IE")
    ]
    ta1 = data.count(mark + b"TA1")
    assert len(spans) + len(envelope) + ta1 == len([p for p in data.split(mark) if p.strip()])


@given(st.data())
def test_findings_and_answers_hold_no_value(draw: st.DataObject) -> None:
    data = FILES[2]
    at = draw.draw(st.integers(106, len(data) - 1))
    damaged = (
        data[:at] + draw.draw(st.sampled_from([b"", b"*", b":", b"~", b"\x01"])) + data[at + 1 :]
    )

    result = outcome(damaged)

    if result is not None:
        told = repr(findings_of(result)) + repr([one.body for one in answers(result)])
        assert not any(canary in told for canary in CANARIES)


@given(any_file, any_file)
def test_two_interchanges_in_one_file_are_both_read(first: bytes, second: bytes) -> None:
    assert len(read(first + second).interchanges) == 2


@given(any_file, st.data())
def test_answers_to_damaged_files_read_clean_and_are_not_answered(
    data: bytes, draw: st.DataObject
) -> None:
    at = draw.draw(st.integers(200, len(data) - 40))
    sign = draw.draw(st.sampled_from([b"", b"9", b"Q", b"*", b"~"]))

    result = outcome(data[:at] + sign + data[at + 1 :])

    for one in answers(result, ta1="always") if result is not None else ():
        again = read(one.body)
        assert findings_of(again) == []
        assert answers(again, ta1="always") == ()


def test_value_behind_a_lost_terminator_of_st_is_never_repeated_as_st03() -> None:
    data = FILES[2].replace(b"ST*835*0002~BPR", b"ST*835*0002BPR")
    assert data != FILES[2]

    result = read(data)

    told = repr(result) + repr([one.body for one in answers(result)])
    assert not any(canary in told for canary in CANARIES)
    assert "x12.st.version" in {one.rule for one in findings_of(result)}
