"""Our reader against pydifact's, segment by segment, and over files that others wrote.

Skipped, because pydifact reads them otherwise or not at all: UNG, packages, repetitions, order
marks, wrapped files, several interchanges, UNB times other than HHMM.
"""

import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydifact.parser import Parser

from acktrail.errors import PartnerError
from tests.conftest import CORPORA
from tests.generators.edifact import Knobs, interchange, invoic, orders
from tests.unit.edifact.reading import answered, read, segments_of

FOLDER = CORPORA / "edifact"
SAMPLES = sorted(FOLDER.rglob("*.edi")) if FOLDER.is_dir() else []
SERVICE = {"UNA", "UNB", "UNH", "UNT", "UNZ"}
Cut = list[tuple[str, list[list[str]]]]


def theirs(data: bytes) -> Cut:
    text = data.decode("latin-1")
    if not text.startswith("UNA"):
        text = "UNA:+.? '" + text  # else it would look for a UNA inside of texts
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed = list(Parser().parse(text))
    return [
        (one.tag, trimmed([[e] if isinstance(e, str) else list(e) for e in one.elements]))
        for one in parsed
        if one.tag not in SERVICE
    ]


def ours(data: bytes) -> Cut:
    found: Cut = []
    for one in segments_of(data):
        count = len(one.elements)
        parts = [[one.get(e, c) for c in range(1, 30)] for e in range(1, count)]
        found.append((one.tag, trimmed(parts)))
    return found


def trimmed(elements: list[list[str]]) -> list[list[str]]:
    """Leave empty components at the end out."""
    for element in elements:
        while len(element) > 1 and not element[-1]:
            element.pop()
    return elements


texts = st.text(alphabet="AB1 .,*-", min_size=1, max_size=10)
released = st.lists(
    st.one_of(texts, st.sampled_from(["?'", "?+", "?:", "??", "?'UNB", "x?'UNZ?+1"])), min_size=1
).map("".join)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 3), released), min_size=1, max_size=3),
    st.sampled_from(["", ":+.? '", "|^.~ !"]),
    st.sampled_from(["", "\n", "\r\n"]),
)
def test_segments_are_those_that_pydifact_finds(
    messages: list[tuple[bool, int, str]], una: str, newline: str
) -> None:
    build = [
        (orders if order else invoic)(str(number), lines, text)
        for number, (order, lines, text) in enumerate(messages, 1)
    ]
    data = interchange(build, Knobs(una=una, newline=newline))

    assert ours(data) == theirs(data)


@pytest.mark.skipif(not SAMPLES, reason=f"no corpora in {FOLDER}")
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_file_of_others_gets_a_verdict_and_an_answer_or_none(path: Path) -> None:
    data = path.read_bytes()

    try:
        result = read(data)
    except PartnerError:
        return

    assert result.verdict
    assert len(answered(result)) <= len(result.interchanges)
