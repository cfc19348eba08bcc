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
from tests.unit.edifact.reading import answered, findings_of, read, segments_of

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


NO_UNZ = {"truncated", "unz_missing"}
ANSI = {"syntax_unsupported", "element_missing", "unz_reference", "directory_unknown"}
PERSONS = {"characters", "unt_count"}  # small letters under UNOA, and a count of their own
# What we say of pydifact's files, many of which are wrong on purpose: cut, miscounted, of a syntax
# that is none (ANSI, IATB), with other references in their trailers.
VERDICTS: dict[str, tuple[str, set[str]]] = {
    "huge_file2.edi": ("unusable", {*NO_UNZ, "syntax_unsupported", "segment_order"}),
    "invoice1.edi": ("accepted", {"directory_unknown"}),
    "invoice_with_colon_at_end.edi": ("accepted", {"directory_unknown"}),
    "messages/v3/aperak.edi": ("rejected", PERSONS),
    "messages/v3/aperak_rejected.edi": ("rejected", PERSONS),
    "messages/v4/aperak.edi": ("rejected", {*PERSONS, "date_form"}),
    "messages/v4/aperak_rejected.edi": ("rejected", {*PERSONS, "date_form"}),
    "order.edi": ("unusable", {*NO_UNZ, "date_form"}),
    "order2.edi": ("unusable", NO_UNZ),
    "patient1.edi": ("rejected", ANSI),
    "patient2.edi": ("rejected", ANSI),
    "patient3.edi": (
        "unusable",
        {*ANSI, *NO_UNZ, "characters", "unt_missing"} - {"unz_reference"},
    ),
    "wikipedia_de.edi": ("rejected", {"unz_reference"}),
    "wikipedia_en.edi": ("rejected", {"syntax_unsupported", "directory_unknown"}),
}
THEIRS = FOLDER / "nerdocs__pydifact/tests/data"


@pytest.mark.skipif(not THEIRS.is_dir(), reason=f"no files of pydifact in {THEIRS}")
@pytest.mark.parametrize("name", VERDICTS)
def test_verdict_on_a_file_of_others_is_known(name: str) -> None:
    verdict, rules = VERDICTS[name]

    result = read((THEIRS / name).read_bytes())

    assert (result.verdict.value if result.usable else "unusable") == verdict
    assert {one.rule.removeprefix("edifact.") for one in findings_of(result)} == rules


@pytest.mark.skipif(not THEIRS.is_dir(), reason=f"no files of pydifact in {THEIRS}")
def test_every_file_of_others_has_a_verdict() -> None:
    assert {str(path.relative_to(THEIRS)) for path in SAMPLES} == VERDICTS.keys()


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
