"""One transaction set as an interchange of its own: the same segments, or a reason why not."""

import pytest

from acktrail.errors import ConflictError, NotFoundError
from acktrail.model import Verdict
from acktrail.ports import Excerpt
from tests.generators.x12 import Envelope, attached, interchange, payments, remittance
from tests.unit.x12.reading import FORMAT, messages_of, read, segments_of

SETS = remittance("0001"), remittance("0002", trace="TRACE1002"), remittance("0003")
TWO_GROUPS = payments(*SETS[:2]), payments(SETS[2], control="906")


def written(excerpt: Excerpt, data: bytes) -> bytes:
    pieces = excerpt.pieces
    return b"".join(
        one if isinstance(one, bytes) else data[one.offset : one.offset + one.length]
        for one in pieces
    )


@pytest.mark.parametrize(
    ("marks", "newline"), [("*:^~", ""), ("*:^~", "\r\n"), ("|>!'", "\n"), ("*:^\n", "")]
)
@pytest.mark.parametrize("index", [0, 1, 2, 3])
def test_each_set_of_a_file_reads_alone_as_it_did_in_the_file(
    index: int, marks: str, newline: str
) -> None:
    other = interchange(payments(remittance("0009")), envelope=Envelope(control="000000906"))
    data = interchange(*TWO_GROUPS, envelope=Envelope(newline=newline, marks=marks)) + other
    result = read(data)
    whole = messages_of(result)[index]

    alone = written(FORMAT.alone(result, whole.control), data)

    again = read(alone)
    (message,) = messages_of(again)
    assert (again.verdict, message.control) == (Verdict.ACCEPTED, whole.control)
    assert message.segments == whole.segments
    told = [one.elements for one in segments_of(data) if one.offset >= whole.offset]
    assert [one.elements for one in segments_of(alone)] == told[: whole.segments]


def test_set_is_named_by_its_control_number_first_and_else_by_its_number_in_the_file() -> None:
    data = interchange(payments(remittance("0002"), remittance("0001")))
    result = read(data)

    assert FORMAT.alone(result, "0001")[:2] == (2, "0001")
    assert FORMAT.alone(result, "1")[:2] == (1, "0002")
    for unknown in ("0003", "3", "0", "-1", "x"):
        with pytest.raises(NotFoundError):
            FORMAT.alone(result, unknown)


def test_set_behind_an_attachment_stands_where_its_length_leads() -> None:
    data = attached(b"~SE*4*0001~ST*835*0002~GE*1*1~" * 9)

    alone = written(FORMAT.alone(read(data), "0002"), data)

    (message,) = messages_of(read(alone))
    assert (message.type, message.verdict) == ("835", Verdict.ACCEPTED)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (interchange(payments())[:-60], "refused"),
        (interchange(payments(["ST*835*0001", "BPR*I"])), "missing"),
        (interchange(payments(SETS[0], SETS[0])), "control number"),
        (interchange(payments()).replace(b"GE*1", b"GE*9"), "refused"),
    ],
    ids=["cut", "no trailer", "same control", "group"],
)
def test_set_that_cannot_stand_alone_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ConflictError, match=reason):
        FORMAT.alone(read(data), "0001")


def test_set_of_an_unwrapped_file_has_no_place_in_it() -> None:
    data = interchange(payments())
    wrapped = b"\r\n".join(data[at : at + 80] for at in range(0, len(data), 80))

    with pytest.raises(ConflictError, match="unwrapped"):
        FORMAT.alone(read(wrapped, unwrap=True), "0001")
