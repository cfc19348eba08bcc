"""What one set has taught is believed in the next ones, and only where it was met."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain

import pytest

from acktrail.formats.x12.amounts import cents
from acktrail.formats.x12.learnt import TEXTS
from acktrail.model import Verdict
from acktrail.ports import Event, MessageStart, Reader, Segment, Take
from tests.generators.x12 import TWO_CLAIMS, Claim, interchange, payments, remittance
from tests.unit.x12.reading import FORMAT, messages_of, read, result_of, rules_of

SETS = 3


def sets(old: str = "", new: str = "") -> bytes:
    """Return three equal 835, of which the last one holds ``new`` for ``old``."""
    texts = ["~".join(remittance(f"{n:04}", TWO_CLAIMS)) for n in range(1, SETS + 1)]
    assert old in texts[-1]
    texts[-1] = texts[-1].replace(old, new, 1) if old else texts[-1]
    return interchange(payments(*(text.split("~") for text in texts)))


def heard(data: bytes) -> tuple[list[Segment], list[Event]]:
    """Return what a listener takes of the file, and the events that are still told."""
    taken: list[Segment] = []
    told: list[Event] = []

    def bind(_loop: str, _tag: str) -> Take:
        return taken.append

    reader = FORMAT.reader({})
    for event in chain(reader.feed(data), _late(reader)):
        told.append(event)
        if isinstance(event, MessageStart):
            reader.listen(bind)
    return taken, told


def _late(reader: Reader) -> Iterator[Event]:
    yield from reader.close()


def test_segment_that_was_right_before_is_still_too_much_where_it_is_too_often() -> None:
    once = "NM1*QC*1*TESTPERSON*CANARYNAME****MI*W100200300~"

    assert rules_of(read(sets(once, once * 2))) == ["x12.segment.max", "x12.se.count"]


def test_segment_that_was_right_before_is_out_of_place_elsewhere() -> None:
    found = messages_of(read(sets("LX*1~", "SVC*HC:99213*120*90**1~LX*1~")))

    assert [one.verdict for one in found] == [Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.REJECTED]


def test_more_texts_than_are_remembered_are_all_judged() -> None:
    claims = [Claim(f"PCN{n}", lines=TWO_CLAIMS[0].lines) for n in range(2 * TEXTS)]
    text = "~".join(remittance(claims=claims))
    last = f"CLP*PCN{2 * TEXTS - 1}*1*"

    assert rules_of(read(interchange(payments(text.split("~"))))) == []
    broken = text.replace(last, last.replace("*1*", "*@@*"))
    assert rules_of(read(interchange(payments(broken.split("~")))))


def test_fault_that_is_repeated_is_told_each_time_where_it_stands() -> None:
    text = "~".join(remittance()).replace("CAS*CO*45*", "CAS*XX*45*")

    found = messages_of(read(interchange(payments(text.split("~")))))[0].findings

    assert [one.place.address for one in found] == ["CAS01"] * text.count("CAS*XX*")
    assert len({one.place.offset for one in found}) == len(found) > 1


def test_listener_is_spared_what_is_left_of_a_refused_set() -> None:
    data = sets("SVC*HC:99213*120*90", "SVC*HC:99213*120*NINETY")

    taken, told = heard(data)

    last = messages_of(result_of(told))[-1]
    right = data.split(b"ST*835*0003")[1].split(b"NINETY")[0].count(b"~")
    assert last.verdict is Verdict.REJECTED
    assert len(taken) == (SETS - 1) * last.segments + right


@pytest.mark.parametrize(
    ("text", "hundredths"),
    [
        ("", 0),
        ("120", 12000),
        ("120.5", 12050),
        ("-120.50", -12050),
        ("-.5", -50),
        (".05", 5),
        ("0.001", Fraction(1, 10)),
        ("-1.005", Fraction(-201, 2)),
    ],
)
def test_amounts_in_hundredths_are_exact(text: str, hundredths: Fraction) -> None:
    assert cents[text] == hundredths
