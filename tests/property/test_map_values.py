"""Maps: a value is taken as it was sent where nothing can be in it; elsewhere it is read.

An empty component behind a value changes nothing of what it means, but has it read.
"""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acktrail.documents.kinds import Document
from acktrail.formats.delimited import Marks
from acktrail.formats.edifact.characters import DEFAULT_MARKS, Script
from acktrail.formats.edifact.segment import segment_of
from acktrail.formats.x12.segment import SetSegment
from acktrail.model import Finding, MessageHead
from acktrail.ports import CutSegment
from acktrail.translate.engine import MapTranslator
from acktrail.translate.values import NUMBER, is_number
from tests.generators import x12
from tests.unit.translate.running import mapped

MARKS = Marks("*", ":", "^", "~")
EDIFACT = Script(DEFAULT_MARKS, "utf-8", 4)
ODD = (
    "",
    " ",
    " 7 ",
    "12",
    "1.50",
    "-3",
    "1E2",
    "X",
    "EA",
    "00",
    "a-b",
    "\xc3\xaa",
    "\xea",
    "\xb2",
)
ORDERS = (
    "BGM+220+PO1+9",
    "DTM+137:20260315:102",
    "NAD+BY+5412345000013::9++EXAMPLE CLINIC",
    "CUX+2:EUR:9",
    "LIN+1++4000862141404:SRV",
    "IMD+F++:::STERILE GAUZE",
    "QTY+21:40:PCE",
    "PRI+AAA:1.25",
    "LIN+2++4000862141411:SRV",
    "QTY+21:2.5:KGM",
    "UNS+S",
    "CNT+2:2",
)
MESSAGES = {
    "x12-850": x12.order("0001", 3),
    "x12-810": x12.invoice("0001", 3),
    "edifact-orders": ORDERS,
}


@given(st.text("0123456789.-+ e\xb2\u0663", max_size=20))
def test_a_number_is_what_the_pattern_says(text: str) -> None:
    assert is_number(text) == (NUMBER.fullmatch(text) is not None)


def cut(name: str, text: str, position: int) -> CutSegment:
    if name.startswith("x12"):
        return SetSegment(text.split("*"), "", MARKS, position, 0)
    return segment_of(text, EDIFACT, position, 0)


def translate(
    translator: MapTranslator, name: str, texts: Sequence[str]
) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
    translator.start(MessageHead(name.partition("-")[0], "", "", "0001"))
    for position, text in enumerate(texts, 1):
        translator.segment(cut(name, text, position))
    return translator.finish()


def with_a_component_more(text: str, mark: str) -> str:
    tag, *elements = text.split(mark)
    return mark.join([tag, *(f"{one}:" if one else one for one in elements)])


@pytest.mark.parametrize("name", sorted(MESSAGES))
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1 << 16), st.integers(0, 6))
def test_an_empty_component_behind_a_value_changes_nothing(name: str, seed: int, odd: int) -> None:
    random, mark = Random(seed), "*" if name.startswith("x12") else "+"  # noqa: S311 - test data
    texts = list(MESSAGES[name])
    for _ in range(odd):
        at = random.randrange(len(texts))
        elements = texts[at].split(mark)
        elements[random.randrange(1, len(elements))] = random.choice(ODD)
        texts[at] = mark.join(elements)
    translator = mapped(name)

    read = translate(translator, name, [with_a_component_more(one, mark) for one in texts])

    assert translate(translator, name, texts) == read
    assert odd or read[0]
