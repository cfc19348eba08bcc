"""Properties of the EDIFACT reader that hold for any bytes."""

from contextlib import suppress
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from acktrail.errors import PartnerError, SetupError
from acktrail.formats.delimited import Marks, split_released
from acktrail.formats.edifact.characters import DEFAULT_MARKS, Script
from acktrail.formats.edifact.checker import faults
from acktrail.formats.edifact.directory import Composite, Element, directory_of
from acktrail.formats.edifact.patterns import pattern_of
from acktrail.formats.edifact.writer import Line, Sending, read_back, written
from acktrail.model import Answering, ReadResult
from tests.generators.edifact import Knobs, interchange, invoic, orders
from tests.unit.edifact.reading import (
    AT,
    EDIFACT,
    Folder,
    answered,
    events_of,
    findings_of,
    messages_of,
    read,
)

CANARY = "Canaryname"
FILES = [
    interchange([orders(text="O?'NEILL 5?+1"), orders("2")], Knobs(request="1")),
    interchange([orders(text=CANARY), invoic("2")], Knobs(group="G1", newline="\r\n")),
    interchange([invoic()], Knobs(syntax="UNOW:4::7", una=":+.?*'")) + interchange([orders()]),
    interchange([orders(text="1?:2")], Knobs(width=35)),
    interchange([orders()], Knobs(una="|^.~ \n")),
]
SEGMENTS = directory_of(Folder().read("edifact/d96a.toml")).segments
OLDER = DEFAULT_MARKS._replace(repetition="")
any_file = st.sampled_from(FILES)


def outcome(data: bytes, chunk: int = 0) -> ReadResult | None:
    try:
        return read(data, chunk)
    except PartnerError:
        return None


@given(
    st.binary(max_size=300), st.sampled_from([b"", b"UNA:+.? '", b"UNB+UNOC:3+A+B+260315:1230+1'"])
)
def test_any_bytes_give_a_result_or_a_partner_error(data: bytes, head: bytes) -> None:
    outcome(head + data)


@given(any_file, st.data())
def test_changed_byte_gives_a_result_or_a_partner_error_and_an_answer_or_none(
    data: bytes, draw: st.DataObject
) -> None:
    at = draw.draw(st.integers(0, len(data) - 1))
    changed = data[:at] + bytes([draw.draw(st.integers(0, 255))]) + data[at + 1 :]

    result = outcome(changed)

    if result is not None:
        answered(result)


@given(any_file, st.data(), st.sampled_from(["stored", "conflict", "held"]))
def test_every_answer_is_right_by_our_own_guide(
    data: bytes, draw: st.DataObject, became: str
) -> None:
    """CONTRL and APERAK about a file with a changed byte: none, or one that has no fault."""
    at = draw.draw(st.integers(0, len(data) - 1))
    changed = data[:at] + bytes([draw.draw(st.integers(0, 255))]) + data[at + 1 :]
    result = outcome(changed)
    if result is None:
        return
    answering = Answering(
        AT,
        tuple(range(1, 9)),
        {"contrl": "always", "contrl_messages": "all", "aperak": "always"},
        {one.control: became for one in messages_of(result)},
        content=lambda at, length: changed[at : at + length],
    )

    with suppress(SetupError):  # what has to be repeated cannot be
        for answer in EDIFACT.acknowledge(_with_documents(result), answering):
            assert findings_of(read(answer.body)) == []


def _with_documents(result: ReadResult) -> ReadResult:
    """Return the result as if each message had made a document."""
    return replace(
        result,
        interchanges=tuple(
            replace(
                one,
                groups=tuple(
                    replace(group, messages=tuple(replace(m, documents=1) for m in group.messages))
                    for group in one.groups
                ),
            )
            for one in result.interchanges
        ),
    )


@given(any_file, st.data())
def test_file_cut_anywhere_is_never_usable(data: bytes, draw: st.DataObject) -> None:
    complete = len(interchange([invoic()], Knobs(syntax="UNOW:4::7", una=":+.?*'")))
    end = draw.draw(st.integers(0, len(data.rstrip()) - 1))

    result = outcome(data[:end])

    # between two interchanges nothing tells that there was a second one
    assert result is None or not result.usable or (data is FILES[2] and end == complete)


@given(any_file, st.integers(1, 997))
def test_chunked_equals_whole(data: bytes, chunk: int) -> None:
    assert events_of(data, chunk) == events_of(data)
    assert read(data, chunk) == read(data)


@given(st.sampled_from(FILES[:2]), st.data())
def test_lost_segment_always_leaves_a_finding(data: bytes, draw: st.DataObject) -> None:
    pieces = split_released(data.decode("latin-1"), "'", "?")[:-1]
    lost = draw.draw(st.integers(0, len(pieces) - 1))
    left = "".join(f"{one}'" for number, one in enumerate(pieces) if number != lost)

    result = outcome(left.encode("latin-1"))

    assert result is None or findings_of(result)


@given(any_file, st.data())
def test_findings_never_hold_a_value(data: bytes, draw: st.DataObject) -> None:
    old = draw.draw(
        st.sampled_from([b"PCE", b"EUR", b"137", b"25", b"EN", b"4000001000005", b"+9"])
    )
    result = outcome(data.replace(old, CANARY.encode() * 6))

    assert result is None or all(CANARY[:4] not in str(one) for one in findings_of(result))


# ------------------------------------------------------------ elements

letters = st.text(alphabet=":+?'*.,-AB1 20260315\xe9\xff", max_size=12)


def fitting(part: Element) -> st.SearchStrategy[str]:
    """Values of the right kind and about the right length; composites with empty parts."""
    if isinstance(part, Composite):
        return st.tuples(*map(fitting, part.parts)).map(lambda values: ":".join(values).rstrip(":"))
    if part.kind == "n":
        edges = ["1", "12.50", "-3", "9" * part.most, "9" * (part.most + 1), "1." + "9" * part.most]
        return st.sampled_from(["1", "1", *edges, *([] if part.mandatory else [""] * 16)])
    wide = [sign * (part.most + extra) for sign in ("A", "\xe9") for extra in (0, 1)]
    usual = ["S", "S", "S"] if part.mandatory else ["", "", "", "EN"]
    return st.sampled_from([*(usual * 8), *wide, "20260315", "102", "A 1"])


@st.composite
def raw_segments(draw: st.DrawFn) -> str:
    """A raw segment of D.96A, mostly right, sometimes with anything in one element."""
    tag = draw(st.sampled_from(sorted(SEGMENTS)))
    elements = [draw(fitting(part)) for part in SEGMENTS[tag]]
    if draw(st.integers(0, 3)) == 0:
        elements[draw(st.integers(0, len(elements) - 1))] = draw(letters)
    raw = "+".join([tag, *elements])
    return draw(st.sampled_from([raw, raw.rstrip("+:")])).split("'", maxsplit=1)[0]


@given(
    raw_segments(),
    st.sampled_from([OLDER, DEFAULT_MARKS, OLDER._replace(decimal=",")]),
    st.booleans(),
)
def test_fast_accept_means_that_the_slow_checker_finds_nothing(
    raw: str,
    marks: Marks,
    utf8: bool,  # noqa: FBT001
) -> None:
    tag = raw[:3]
    script = Script(marks, "utf-8" if utf8 else "latin-1", 4 if marks.repetition else 3)

    if pattern_of(tag, SEGMENTS[tag], marks).fullmatch(raw):
        assert list(faults(raw, SEGMENTS[tag], script)) == []


# ------------------------------------------------------------ writing

values = st.text(alphabet="AB:+?'*.1 \xe9", max_size=8)
written_lines = st.lists(
    st.tuples(
        st.sampled_from(["BGM", "NAD", "UCI", "A1B"]),
        st.lists(
            st.one_of(values, st.lists(values, min_size=1, max_size=4)), min_size=1, max_size=6
        ),
    ).filter(lambda line: any("".join(one) for one in line[1])),
    max_size=5,
)


@given(written_lines, st.sampled_from([OLDER, DEFAULT_MARKS]))
def test_what_is_written_reads_back(lines: list[Line], marks: Marks) -> None:
    text = written(lines, marks, Sending("UNOC", "latin-1"))

    assert text is not None
    assert [tag for tag, _ in read_back(text.decode("latin-1"), marks)] == [tag for tag, _ in lines]
