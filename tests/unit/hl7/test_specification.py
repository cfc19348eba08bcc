"""What a partner's own specification adds to the tables. Spec: HL7 v2+ chapter 2B."""

from collections.abc import Sequence

import pytest

from acktrail.errors import GuideError
from acktrail.formats.hl7 import Hl7
from acktrail.formats.hl7.specification import read_specification
from tests.generators import hl7
from tests.generators.hl7 import ParserFiles, dft, fold, messages, written

HEAD = 'schema = "acktrail/hl7-specification/1"\ntypes = ["DFT^P03"]\n'


class WithOne(ParserFiles):
    """The repository's data files and one specification more."""

    def __init__(self, places: str, head: str = HEAD) -> None:
        self._body = (head + places).encode()

    def read(self, path: str) -> bytes:
        return self._body if path == "hl7/specifications/theirs.toml" else super().read(path)


def found(places: str, lines: Sequence[str], head: str = HEAD) -> list[tuple[str, str, str]]:
    """Read a message under a specification; return rule, severity and address of each finding."""
    reader = Hl7(WithOne(places, head)).reader({"specifications": ["theirs"]})
    taken = [*reader.feed(written(lines)), *reader.close()]
    (message,) = messages(fold(iter(taken)))
    return [
        (one.rule.removeprefix("hl7."), one.severity.value, one.place.address)
        for one in message.findings
    ]


def with_field(number: int, value: str) -> list[str]:
    """Return a DFT whose only FT1 holds ``value``."""
    lines = dft(lines=1)
    fields = lines[4].split("|")
    fields += [""] * (number + 1 - len(fields))
    fields[number] = value
    return [*lines[:4], "|".join(fields), *lines[5:]]


@pytest.mark.parametrize(
    ("place", "number", "value", "expected"),
    [
        ('path = "FT1-24"\nusage = "R"', 24, "", ("required_missing", "error", "FT1-24")),
        ('path = "FT1-24"\nusage = "RE"', 24, "", ("required_empty", "warning", "FT1-24")),
        ('path = "FT1-17"\nusage = "X"', 17, "A", ("not_supported", "warning", "FT1-17")),
        (
            'path = "FT1-17"\nusage = "X"\nseverity = "error"',
            *(17, "A", ("not_supported", "error", "FT1-17")),
        ),
        ('path = "FT1-18"\nlength = 3', 18, "ABCD", ("too_long", "warning", "FT1-18")),
        ('path = "FT1-18"\nlength = [2, 3]', 18, "A", ("too_short", "warning", "FT1-18")),
        ('path = "FT1-18"\ncodes = ["A", "B"]', 18, "C", ("bad_code", "error", "FT1-18")),
        ('path = "FT1-18"\npattern = "[A-C]{2}"', 18, "AD", ("bad_pattern", "error", "FT1-18")),
        (
            'path = "FT1-20"\nrepetitions = [2, 3]',
            *(20, "A", ("too_few_repetitions", "error", "FT1-20")),
        ),
        (
            'path = "FT1-20"\nrepetitions = 2',
            *(20, "A~B~C", ("too_many_repetitions", "error", "FT1-20(3)")),
        ),
    ],
)
def test_breach_of_a_field_is_found_and_its_fulfilment_is_not(
    place: str, number: int, value: str, expected: tuple[str, str, str]
) -> None:
    kept = {24: "A", 17: "", 18: "AB", 20: "A~B"}[number]
    if "codes" in place:
        kept = "B"

    assert found(f"[[place]]\n{place}\n", with_field(number, value)) == [expected]
    assert found(f"[[place]]\n{place}\n", with_field(number, kept)) == []


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ('{ "FT1-6" = ["CG", "CD"] }', True),
        ('{ "FT1-6" = ["CD"] }', False),
        ('{ "FT1-6" = { not = ["CD"] } }', True),
        ('{ "FT1-6" = { not = ["CG"] } }', False),
        ('{ "PV1-2" = ["O"] }', True),
        ('{ "PV1-2" = ["I"] }', False),
        ('{ "IN1" = true }', True),
        ('{ "GT1" = true }', False),
        ('{ "GT1" = false }', True),
        ('{ "FT1-13.1" = true, "PV1-2" = ["I"] }', False),
        ('{ "FT1-13.1" = true, "PV1-2" = ["O"] }', True),
        ('{ "FT1-24" = false }', True),
    ],
)
def test_condition_decides_the_usage(when: str, holds: bool) -> None:  # noqa: FBT001
    place = f'[[place]]\npath = "FT1-24"\nusage = "R"\notherwise = "X"\nwhen = {when}\n'

    empty, filled = found(place, with_field(24, "")), found(place, with_field(24, "A"))

    missing = [("required_missing", "error", "FT1-24")]
    if '"FT1-24"' in when:  # the place decides about itself: sent is then not supported
        assert empty == missing
        assert filled == [("not_supported", "warning", "FT1-24")]
    else:
        assert empty == (missing if holds else [])
        assert filled == ([] if holds else [("not_supported", "warning", "FT1-24")])


@pytest.mark.parametrize(
    ("place", "more", "expected"),
    [
        ('path = "GT1"\nusage = "R"', [], [("segment_missing", "error", "GT1")]),
        ('path = "GT1"\nusage = "RE"', [], [("segment_missing", "warning", "GT1")]),
        ('path = "DG1"\nusage = "X"', [], [("not_supported", "warning", "DG1")]),
        ('path = "DG1"\nrepetitions = [2, 3]', [], [("too_few_segments", "error", "DG1")]),
        (
            'path = "DG1"\nrepetitions = 1',
            ["DG1|2||E10^Second finding^I10||20260101|F"],
            [("too_many_segments", "error", "DG1[2]")],
        ),
        ('path = "DG1"\nrepetitions = [1, 2]', [], []),
    ],
)
def test_breach_of_a_whole_segment_is_found(
    place: str, more: list[str], expected: list[tuple[str, str, str]]
) -> None:
    lines = dft(lines=1)

    assert found(f"[[place]]\n{place}\n", [*lines[:6], *more, *lines[6:]]) == expected


def test_missing_segment_is_told_once_by_table_and_specification() -> None:
    lines = [line for line in dft() if not line.startswith("EVN")]

    told = found('[[place]]\npath = "EVN"\nusage = "R"\n', lines)

    assert told == [("segment_missing", "error", "EVN")]


def test_specification_holds_for_its_message_types_only() -> None:
    place = '[[place]]\npath = "PV1-10"\nusage = "R"\n'
    others = HEAD.replace("DFT^P03", "ADT")

    assert found(place, dft(lines=1), others) == []
    assert found(place, hl7.adt(), others) == [("required_missing", "error", "PV1-10")]
    assert found(place, dft(lines=1), HEAD.replace("DFT^P03", "DFT")) != []


def test_specification_is_judged_with_other_delimiters_too() -> None:
    place = '[[place]]\npath = "FT1-7.2"\nusage = "X"\n'
    lines = [line.replace("^", "*") for line in dft(lines=1)]

    assert found(place, lines) == [("not_supported", "warning", "FT1-7.2")]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ('schema = "other"', "schema"),
        (HEAD + "more = 1", "more"),
        ('schema = "acktrail/hl7-specification/1"', "types"),
        (HEAD + "place = 1", "place"),
        (HEAD + '[[place]]\npath = "F1-2"', "place.0.path"),
        (HEAD + '[[place]]\npath = "FT1-2"\nuse = "R"', "place.0.use"),
        (HEAD + '[[place]]\npath = "FT1-2"\nusage = "W"', "place.0.usage"),
        (HEAD + '[[place]]\npath = "FT1"\nlength = 2', "place.0.length"),
        (HEAD + '[[place]]\npath = "FT1-2"\nlength = "2"', "place.0.length"),
        (HEAD + '[[place]]\npath = "FT1-2"\nlength = [3, 2]', "place.0.length"),
        (HEAD + '[[place]]\npath = "FT1-2"\nrepetitions = [1]', "place.0.repetitions"),
        (HEAD + '[[place]]\npath = "FT1-2"\npattern = "(a+)+"', "place.0.pattern"),
        (HEAD + '[[place]]\npath = "FT1-2"\npattern = 1', "place.0.pattern"),
        (HEAD + '[[place]]\npath = "FT1-2"\ncodes = "A"', "place.0.codes"),
        (HEAD + '[[place]]\npath = "FT1-2"\notherwise = "X"', "place.0.otherwise"),
        (HEAD + '[[place]]\npath = "FT1-2"\nwhen = 1', "place.0.when"),
        (HEAD + '[[place]]\npath = "FT1-2"\nwhen = { "F" = true }', "place.0.when"),
        (HEAD + '[[place]]\npath = "FT1-2"\nwhen = { "PV1" = ["A"] }', "place.0.when.PV1"),
        (HEAD + '[[place]]\npath = "FT1-2"\nseverity = "fatal"', "place.0.severity"),
    ],
)
def test_wrong_specification_is_refused_with_the_key(body: str, where: str) -> None:
    with pytest.raises(GuideError) as caught:
        read_specification(body.encode(), "theirs")

    assert str(caught.value).startswith(f"theirs: {where}: ")


def test_specification_that_is_no_toml_is_refused() -> None:
    with pytest.raises(GuideError, match="not TOML"):
        read_specification(b"\xff", "theirs")


def test_what_is_found_does_not_depend_on_how_many_lines_were_seen() -> None:
    # after some hundred lines a segment has a compiled pattern
    places = '[[place]]\npath = "FT1-18"\ncodes = ["B"]\n[[place]]\npath = "FT1-17"\nusage = "X"\n'
    reader = Hl7(WithOne(places)).reader({"specifications": ["theirs"]})
    bad = with_field(18, "A")
    bad[4] = bad[4].replace("||A", "|F|A")
    body = b"".join(written(with_field(18, "B")) for _ in range(600)) + written(bad)

    *sound, last = messages(fold(iter([*reader.feed(body), *reader.close()])))

    assert [one.findings for one in sound] == [()] * 600
    assert {one.place.address for one in last.findings} == {"FT1-17", "FT1-18"}
