"""Segments of every format that maps read show how they are cut, and never promise too little."""

from collections.abc import Callable

import pytest

from acktrail.formats.delimited import Marks
from acktrail.formats.edifact.characters import DEFAULT_MARKS, Script
from acktrail.formats.edifact.segment import segment_of
from acktrail.formats.hl7.delimiters import Delimiters
from acktrail.formats.hl7.message import Hl7Segment, Message
from acktrail.formats.x12.segment import SetSegment
from acktrail.model import MessageHead
from acktrail.ports import CutSegment
from acktrail.translate.paths import HeadSegment
from tests.fakes.segment import FakeSegment


def of_x12(text: str) -> CutSegment:
    return SetSegment(text.split("*"), "", Marks("*", ":", "^", "~"), 1, 0)


def of_edifact(text: str) -> CutSegment:
    return segment_of(text, Script(DEFAULT_MARKS, "utf-8", 4), 1, 0)


def of_hl7(text: str) -> CutSegment:
    marks = Delimiters("|", "^", "~", "\\", "&", "")
    return Hl7Segment(Message(text, "utf-8", marks, 0, text.encode()), 0, "PID")


@pytest.mark.parametrize(
    ("make", "text", "values"),
    [
        (of_x12, "NM1*A*B:C:D*E^F*", [["A"], ["B", "C", "D"], ["E"], []]),
        (of_edifact, "NAD+A+B:C:D+E*F+", [["A"], ["B", "C", "D"], ["E"], []]),
        (of_edifact, "NAD+A?+B+C?:D:E??:?'F+G?*H*I", [["A+B"], ["C:D", "E?", "'F"], ["G*H"]]),
        (of_edifact, "NAD+\u00c3\u00a9:\u00c3\u00bc", [["\u00e9", "\u00fc"]]),
        (of_hl7, "PID|A|B^C^D|E~F|", [["A"], ["B", "C", "D"], ["E"], []]),
        (FakeSegment, "NM1*A*B:C:D*E^F*", [["A"], ["B", "C", "D"], ["E"], []]),
    ],
)
def test_every_component_of_an_element_is_within_what_it_may_have(
    make: Callable[[str], CutSegment], text: str, values: list[list[str]]
) -> None:
    segment = make(text)

    assert len(segment.elements) == len(values) + 1
    for element, components in enumerate(values, 1):
        assert bool(segment.elements[element]) == bool(components)
        assert segment.components(element) >= len(components)
        assert segment.get(element) == "".join(components[:1])
        for number, value in enumerate([*components, ""], 1):
            assert segment.get(element, number) == value
    assert segment.get(len(values) + 1) == ""


def test_what_is_known_of_a_message_is_cut_as_its_segments_are() -> None:
    segment = HeadSegment(MessageHead("x12", "850", "", "0001"))

    assert [segment.get(n) for n in range(1, 9)] == list(segment.elements[1:])
    assert segment.components(1) == 1
