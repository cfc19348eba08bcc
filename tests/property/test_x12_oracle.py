"""Soundness of the fast way: against our own slow way, and against pyx12's check of a segment."""

import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyx12 import map_if, params, segment  # type: ignore[import-untyped] # has no marker

from acktrail.formats.delimited import Marks
from acktrail.formats.x12.explain import explain
from acktrail.formats.x12.guide.catalogue import Catalogue
from acktrail.formats.x12.guide.model import SegmentNode, segments_of
from acktrail.formats.x12.guide.patterns import segment_match
from acktrail.formats.x12.guide.pyx12_maps import read_wheel_map
from acktrail.formats.x12.guide.syntax import compile_rules
from tests.generators.x12 import DEFAULT_MARKS, closed, invoice, order, remittance
from tests.unit.x12.reading import Folder

# pyx12 logs every bad value; its child loggers ignore ``disabled``
logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)
CATALOGUE = Catalogue(Folder(), read_wheel_map)
ALL_MARKS = ("*:^~", "|>!'", "\x1d\x1f\x1e\x1c")
SEEDS = [
    *remittance(),
    *order(),
    *invoice(),
    "CAS*PR*1*10**2*20*1*3*5",
    "SVC*HC:99213:25*100*80**1*HC:99214*2",
    "MOA***MA01*MA02",
    "TS3*1234567893*11*20261231*10*1000",
    "PLB*1234567893*20261231*WO:A*1*FB:B*-2.5",
    "AK4*1:2*234*1",
    "IK4*1:2:3*234*I10",
    "CTX*SITUATIONAL TRIGGER*CLM*3**5:1:1",
    "PER*BL*HELP DESK*TE*8005550100*EX*12",
]
PIECES = ["", "A", " ", "1", "-", ".", "0", "Q9", "20260230", "20240229", "12.345", "*", ":", "^"]
KNOWN_DIFFERENCES = {
    "N4",  # code lists that pyx12 ships and dates itself: the operator supplies ours
    "CUR",
    "MIA",
    "MOA",
}


def accepted(node: SegmentNode, text: str, marks: Marks) -> bool:
    start, broken = compile_rules(node.elements, node.rules)
    elements = text.split(marks.element)
    fast = segment_match(node, marks)(text) is not None
    return fast and not (len(elements) > start and broken(elements))


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A right segment with up to three elements replaced, appended, dropped or changed."""
    elements = draw(st.sampled_from(SEEDS)).split("*")
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(1, len(elements)))
        piece = draw(st.sampled_from(PIECES))
        how = draw(st.integers(0, 4))
        if how == 0:
            elements.insert(at, piece)
        elif at < len(elements):
            old = elements[at]
            elements[at] = [piece, old + piece, old[:-1], piece + old][how - 1]
    return "*".join(elements)


@given(mutated(), st.sampled_from(ALL_MARKS))
def test_fast_accept_implies_that_explain_finds_nothing(text: str, marks: str) -> None:
    written = text.translate(str.maketrans(DEFAULT_MARKS, marks))
    known = Marks(marks[0], marks[1], marks[2], marks[3])
    tag = text.split("*", maxsplit=1)[0]

    for key in CATALOGUE.guide_keys():
        for node in segments_of(CATALOGUE.guide(key.id).root):
            if node.id == tag and accepted(node, written, known):
                assert explain(node, written.split(marks[0]), known) == []


def oracle_nodes() -> Iterator[object]:
    parameters = params.params()
    loaded = map_if.load_map_file("835.5010.X221.A1.xml", parameters)
    for node in loaded.getnodebypath("/ISA_LOOP/GS_LOOP/ST_LOOP").loop_segment_iterator():
        if node.is_segment():
            yield node


PAIRS = [
    (own, theirs)
    for own, theirs in zip(
        segments_of(CATALOGUE.guide("835-005010X221A1").root), oracle_nodes(), strict=True
    )
    if own.id not in KNOWN_DIFFERENCES
]


@given(mutated())
def test_segment_that_we_accept_is_accepted_by_pyx12(text: str) -> None:
    marks = Marks(*DEFAULT_MARKS)
    for own, theirs in PAIRS:
        if text.split("*", maxsplit=1)[0] == own.id and accepted(own, text, marks):
            theirs_segment = segment.Segment(text, "~", "*", ":", "^")
            right, faults = theirs.is_valid_errors(theirs_segment)  # type: ignore[attr-defined]
            assert right, [fault.err_cde for fault in faults]


@pytest.mark.parametrize("segments", [remittance(), closed(remittance(claims=()))])
def test_clean_segments_are_accepted_by_both(segments: list[str]) -> None:
    marks = Marks(*DEFAULT_MARKS)
    for text in segments:
        own = [node for node, _theirs in PAIRS if node.id == text.split("*")[0]]
        assert not own or any(accepted(node, text, marks) for node in own)
