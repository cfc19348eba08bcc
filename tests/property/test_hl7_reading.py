"""Standing properties of the HL7 reader and its answers."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acktrail.errors import PartnerError
from acktrail.formats.hl7.agreement import disagreements
from acktrail.formats.hl7.delimiters import PLAIN, read_delimiters
from acktrail.formats.hl7.escapes import escape, unescape
from acktrail.formats.hl7.guides import Guides
from acktrail.formats.hl7.locate import Fault, Locator
from acktrail.formats.hl7.message import Hl7Segment
from acktrail.formats.hl7.patterns import LinePattern, line_pattern
from acktrail.formats.hl7.settings import Agreed, Path
from acktrail.formats.hl7.tables import FieldSpec
from acktrail.formats.hl7.units import Units
from acktrail.model import ReadResult, Verdict
from tests.generators.hl7 import (
    ParserFiles,
    acknowledge,
    adt,
    batch,
    dft,
    events,
    messages,
    read,
    written,
)

CANARY = "QXCANARYZ"
TAGS = ("PID", "PV1", "FT1", "DG1", "IN1", "OBX", "EVN", "GT1")
GUIDES = {version: Guides(ParserFiles()).version(version) for version in ("2.3", "2.5.1", "2.7")}
PATTERNS: dict[tuple[str, str], LinePattern] = {}
LOCATORS: dict[tuple[str, str], Locator] = {}  # warm: with a pattern for each field

PIECES = st.sampled_from(
    [
        *(b"MSH|^~\\&|A|B|C|D|20260101||DFT^P03|1|P|2.5.1", b"FHS|^~\\&|A", b"BHS|^~\\&|A"),
        *(b"BTS|1", b"FTS|1", b"PID|1||A", b"FT1|1", b"MSH", b"MSH|", b"MSH|^", b"Z"),
        *(b"\r", b"\n", b"\r\n", b"\x0b", b"\x1c\r", b"\xef\xbb\xbf", b"\\", b"|", b"~^&", b"\xff"),
    ]
)
BYTES = st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=40).map(b"".join))
VALUES = st.sampled_from(
    [
        *("", "1", "x", '""', "20240229", "20230229", "20260101120000+0100", "12.5", "1.5&USD"),
        *("&z", "a^b", "^^", "~", "a~b", "^".join("123456789" * 2), "CG", "M", "0", "1e3"),
    ]
)


@given(BYTES, st.integers(1, 64))
def test_any_bytes_give_a_result_or_a_partner_error(body: bytes, size: int) -> None:
    try:
        result = read(body, {}, size)
    except PartnerError:
        return
    assert isinstance(result, ReadResult)
    assert len(acknowledge(result)) <= 2


@given(BYTES, st.integers(1, 40))
def test_units_are_the_file_whatever_the_chunks(body: bytes, size: int) -> None:
    units = Units(1 << 20)

    found = [one for at in range(0, len(body), size) for one in units.feed(body[at : at + size])]
    found += units.close()

    assert b"".join(unit.raw for unit in found) == body
    assert read(body, {}, size) == read(body)


MIXED = {  # forms whose borders a chunk may cut
    "batch": batch([dft(1, 1), adt(2)]),
    "framed": written(adt(1), mllp=True) + b"\xef\xbb\xbf" + written(dft(2, 1), "\r\n", mllp=True),
    "lines": b"\xef\xbb\xbfgarbage\n" + written(adt(1), "\n") + b"\n\n" + written(dft(2, 1), "\n"),
    "wide": written(adt(1)).decode().replace("Testperson", "Zo\u00eb").encode("utf-16"),
    "cut": batch([dft(1, 1)])[:-20],
}


@pytest.mark.parametrize("size", range(1, 65))
@pytest.mark.parametrize("form", MIXED)
def test_file_is_read_alike_at_every_chunk_size(form: str, size: int) -> None:
    body, options = MIXED[form], {"charset": "utf-16"} if form == "wide" else {}

    def lines(size: int) -> list[str]:
        return [one.raw for one in events(body, options, size) if isinstance(one, Hl7Segment)]

    assert read(body, options, size) == read(body, options)
    assert lines(size) == lines(len(body))


def test_batch_cut_at_any_byte_is_told_and_never_taken_for_whole() -> None:
    body = batch([dft(1, 1), adt(2)])
    whole = body.rindex(b"FTS|1") + len(b"FTS|")  # a trailer may come without its count

    for end in range(whole):
        result = read(body[:end])
        taken = all(one.verdict is Verdict.ACCEPTED for one in result.interchanges)
        assert not (result.usable and result.interchanges and taken), end


def test_message_cut_at_any_byte_is_told_unless_it_ends_with_a_segment() -> None:
    """HL7 has no segment count: behind a terminator a message may be whole (reader.py)."""
    body = written(dft(1))

    for end in range(len(body) - 1):
        result = read(body[:end])
        told = bool(result.findings) or any(one.findings for one in messages(result))
        assert told or body[:end].endswith(b"\r"), end


@given(st.integers(0, 1 << 20), st.integers(0, 255))
def test_one_changed_byte_gives_a_result_or_a_partner_error(at: int, value: int) -> None:
    body = bytearray(batch([dft(1), adt(2)]))
    body[at % len(body)] = value

    result = read(bytes(body))

    assert len(messages(result)) <= 3


@given(st.integers(0, 10_000))
def test_lost_line_of_a_batch_always_leaves_a_finding(at: int) -> None:
    lines = batch([dft(1, 2), dft(2, 2)]).split(b"\r")[:-1]
    gone = at % len(lines)
    needed = (b"FHS", b"BHS", b"BTS", b"FTS", b"MSH", b"EVN", b"PID")
    if not lines[gone].startswith(needed):
        return  # an optional or repeated segment: HL7 has no segment count

    result = read(b"\r".join(lines[:gone] + lines[gone + 1 :]) + b"\r")

    assert (
        result.findings
        or any(
            one.findings or any(group.findings for group in one.groups)
            for one in result.interchanges
        )
        or any(message.findings for message in messages(result))
    )


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x0b\x1c"), max_size=20),
        max_size=8,
    )
)
def test_segments_out_are_segments_in(lines: list[str]) -> None:
    start = ("MSH", "FHS", "BHS", "FTS", "BTS")
    sent = [line for line in lines if line.strip() and not line.startswith(start)]
    sent = [*dft(), *sent, "NTE|1||end"]

    found = [one.raw for one in events(written(sent)) if isinstance(one, Hl7Segment)]

    assert "\r".join(found) == "\r".join(sent)


@given(st.text())
def test_unescape_undoes_escape(text: str) -> None:
    assert unescape(escape(text, PLAIN), PLAIN) == text
    other = read_delimiters("!", "*%?+#")
    assert other is not None
    assert unescape(escape(text, other), other) == text


@settings(max_examples=400)
def located(line: str, version: str, specs: tuple[FieldSpec, ...]) -> list[Fault]:
    """Return the faults by a look at all fields, which a look at the refused ones finds too."""
    tag = line.partition("|")[0]
    if (version, tag) not in LOCATORS:
        LOCATORS[version, tag] = Locator(tag, specs)
        for _ in range(40):
            list(LOCATORS[version, tag].faults(line, PLAIN))
    slowly = list(Locator(tag, specs).faults(line, PLAIN))

    assert list(LOCATORS[version, tag].faults(line, PLAIN)) == slowly
    return slowly


@given(
    st.sampled_from(sorted(GUIDES)),
    st.sampled_from(TAGS),
    st.lists(VALUES, max_size=70),
    st.integers(0, 3),
)
def test_pattern_and_slow_look_agree(
    version: str, tag: str, values: list[str], trailing: int
) -> None:
    guide = GUIDES[version]
    assert guide is not None
    specs = guide.specs(tag)
    pattern = PATTERNS.get((version, tag)) or line_pattern(tag, specs)
    PATTERNS[version, tag] = pattern
    line = "|".join([tag, *values]) + "|" * trailing

    accepted = pattern.accepts(line)

    assert accepted is not bool(located(line, version, specs))


@settings(max_examples=400)
@given(st.sampled_from(sorted(GUIDES)), st.integers(0, 3), st.integers(1, 60), VALUES)
def test_pattern_and_slow_look_agree_on_one_change(
    version: str, which: int, field: int, value: str
) -> None:
    guide = GUIDES[version]
    assert guide is not None
    line = dft(version=version)[(2, 3, 4, 6)[which]]
    fields = line.split("|") + [""] * 60
    fields[field] = value
    tag, specs = fields[0], guide.specs(fields[0])
    pattern = PATTERNS.get((version, tag)) or line_pattern(tag, specs)
    PATTERNS[version, tag] = pattern

    accepted = pattern.accepts("|".join(fields).rstrip("|"))

    assert accepted is not bool(located("|".join(fields), version, specs))


def no_other(_tag: str) -> list[str]:
    return []


def agreed(  # noqa: PLR0913, PLR0917 - a row's facts
    path: Path, usage: str, codes: frozenset[str], length: int, shortest: int, least: int, most: int
) -> Agreed:
    return Agreed(path, usage, codes, length, shortest, least, most)


SMALL = st.sampled_from([0, 0, 1, 2, 3])
ROWS = st.lists(
    st.builds(
        agreed,
        st.builds(Path, st.just("FT1"), st.integers(1, 40), st.integers(0, 3)),
        st.sampled_from(["R", "RE", "O", "O", "X"]),
        st.sampled_from([frozenset[str](), frozenset({"CG", "1", "a"})]),
        *(SMALL, SMALL, SMALL, SMALL),
    ),
    max_size=4,
)


@pytest.mark.parametrize("tag", TAGS)
def test_fault_behind_many_empty_fields_is_refused_without_trying_all_ways(tag: str) -> None:
    guide = GUIDES["2.5.1"]
    assert guide is not None
    specs = guide.specs(tag)
    line = "|".join([tag, *[""] * specs[-1].number, "x"])  # a field too many, behind all others

    assert not line_pattern(tag, specs).accepts(line)  # two ways a field would never end


@settings(max_examples=400)
@given(ROWS, st.integers(1, 40), VALUES)
def test_pattern_accepts_nothing_that_the_profile_does_not(
    rows: list[Agreed], field: int, value: str
) -> None:
    guide = GUIDES["2.5.1"]
    assert guide is not None
    specs = guide.specs("FT1")
    fields = dft()[6].split("|") + [""] * 40
    fields[field] = value
    line = "|".join(fields).rstrip("|")
    broken = [
        *Locator("FT1", specs).faults("|".join(fields), PLAIN),
        *disagreements(fields, tuple(rows), PLAIN, no_other),
    ]

    accepted = line_pattern("FT1", specs, tuple(rows)).accepts(line)

    if accepted:
        assert broken == []


@given(st.integers(1, 20), st.integers(1, 12), st.booleans())
def test_no_finding_and_no_answer_holds_a_planted_value(
    field: int,
    component: int,
    strict: bool,  # noqa: FBT001 - Hypothesis passes it
) -> None:
    planted = "^" * (component - 1) + CANARY
    lines = [
        *dft(1),
        f"NTE|1||{CANARY}\\{CANARY}",
        f"{CANARY} a line of text",
        f"OBX|1|ST|{CANARY}",
    ]
    for at in range(1, len(lines)):
        fields = lines[at].split("|")
        if len(fields) > field:
            fields[field] = planted
        lines[at] = "|".join(fields)

    result = read(written(lines), {"strict": strict})
    shown = repr(result) + "".join(
        one.body.decode()
        for options in ({}, {"ack_warnings": "true"}, {"batch": "report"})
        for one in acknowledge(result, dict(options))
    )

    assert messages(result)[0].findings
    assert CANARY not in shown


@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="|"), min_size=1)
)
def test_msa_2_is_msh_10_byte_for_byte(control: str) -> None:
    lines = dft()
    fields = lines[0].split("|")
    fields[9] = control
    body = written(["|".join(fields), *lines[1:]])

    (answer,) = acknowledge(read(body))

    assert re.search(rb"MSA\|A[AE]\|([^|\r]*)", answer.body)[1] == control.encode()  # type: ignore[index]


@given(st.sampled_from(["\r", "\n", "\r\n", "~", "^", "\\X41\\", "\\", "FT1|1\r", "ZZZ|1\r"]))
def test_long_runs_are_read_in_one_go(piece: str) -> None:
    body = written([*dft(), "NTE|1||" + piece * 5_000])

    assert messages(read(body))[0].findings_total >= 0
