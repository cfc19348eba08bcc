"""Segments are handed over by a call as events would tell them; what was learnt changes nothing."""

import pytest

from acktrail.formats.edifact import learnt
from acktrail.formats.edifact.segment import Segment
from acktrail.ports import MessageStart
from acktrail.ports import Segment as AnySegment
from tests.generators.edifact import Knobs, interchange, invoic, orders
from tests.unit.edifact.reading import EDIFACT, events_of, messages_of, read, told

MIXED = interchange(
    [
        orders(),
        invoic("2"),
        orders("3", text="O?'NEILL"),
        ["UNH+4+MEDRPT:D:01B:UN", "A+1", "UNT+3+4"],
    ]
)
Place = tuple[str, str, int, int, list[str]]


def place(segment: Segment) -> Place:
    return segment.tag, segment.loop, segment.position, segment.offset, segment.elements


def taken(data: bytes, chunk: int, wanted: str = "") -> tuple[list[Place], list[object]]:
    """Return the segments that a listener took, of one tag or all, and the events beside them."""
    reader, found = EDIFACT.reader({}), list[Place]()

    def take(segment: AnySegment) -> None:
        assert isinstance(segment, Segment)
        found.append(place(segment))

    events: list[object] = []
    pieces = [data[at : at + chunk] for at in range(0, len(data), chunk)]
    for feed in (*(lambda one=one: reader.feed(one) for one in pieces), reader.close):
        for event in feed():
            events.append(event)
            if isinstance(event, MessageStart):
                reader.listen(lambda _loop, tag: take if wanted in ("", tag) else None)
    return found, events


@pytest.mark.parametrize("chunk", [1, 7, 300, 100_000])
@pytest.mark.parametrize("knobs", [Knobs(), Knobs(newline="\n"), Knobs(width=35), Knobs(group="G")])
def test_listener_takes_what_events_tell(chunk: int, knobs: Knobs) -> None:
    data = interchange([orders(), invoic("2")], knobs) + MIXED
    events = events_of(data)

    found, beside = taken(data, chunk)

    assert found == [place(one) for one in events if isinstance(one, Segment)]
    assert beside == [one for one in events if not isinstance(one, Segment)]


def test_segments_that_nobody_wants_are_checked_and_not_handed_over() -> None:
    bad = [one.replace("QTY+21:10", "QTY+21:x") for one in orders()]
    found, events = taken(interchange([bad]), 100, "LIN")

    assert [one[0] for one in found] == ["LIN", "LIN"]
    assert events == [e for e in events_of(interchange([bad])) if not isinstance(e, Segment)]


def test_wrong_text_is_found_each_time() -> None:
    bad = [one.replace("CUX+2:EUR:9", "CUX+2:EURO:9") for one in orders()]
    again = [one.replace("CUX+2:EUR:9", "CUX+2:EURO:9") for one in orders("2")]

    found = told(read(interchange([bad, again])))

    assert len(found) == 2
    assert found[0] == found[1]


def test_characters_outside_of_the_repertoire_are_told_in_each_message() -> None:
    result = read(
        interchange([orders(text="abc"), orders("2", text="abc")], Knobs(syntax="UNOA:2"))
    )

    assert [one.findings_total for one in messages_of(result)] == [1, 1]


def test_what_is_learnt_is_bounded_and_ends_with_the_interchange(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = read(MIXED)
    monkeypatch.setattr(learnt, "TEXTS", 2)
    monkeypatch.setattr(learnt, "LONGEST", 12)

    assert read(MIXED) == whole
    # other service characters give the same text another meaning
    other = interchange([orders()], Knobs(una="|^.~ \n"))
    assert told(read(MIXED + other)) == told(whole)
