"""Delimiters, escape sequences, character sets and what a map sees of a segment."""

import pytest

from acktrail.errors import ProfileError
from acktrail.formats.hl7.delimiters import PLAIN, Delimiters, read_delimiters
from acktrail.formats.hl7.escapes import escape, unescape
from acktrail.formats.hl7.message import Hl7Segment
from tests.generators.hl7 import dft, events, messages, read, rule_names, written


def segments(body: bytes, options: dict[str, object] | None = None) -> list[Hl7Segment]:
    return [event for event in events(body, options) if isinstance(event, Hl7Segment)]


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("^~\\&", PLAIN),
        ("^~\\&#", PLAIN._replace(truncation="#")),
        ("^~", PLAIN),
        ("&~", Delimiters("|", "&", "~", "\\", "")),
        ("^", None),
        ("&&&&", None),
        ("^~\\&#!", None),
        ("^~\\|", None),
        ("ab\\&", None),
    ],
)
def test_delimiters_are_two_to_five_distinct_signs(
    encoding: str, expected: Delimiters | None
) -> None:
    # HL7 v2+ chapter 2, 2.4.4
    assert read_delimiters("|", encoding) == expected


def test_message_with_other_delimiters_is_read_like_any_other() -> None:
    plain = written(dft()).decode()
    swapped = plain.translate(str.maketrans("|^~\\&", "!*%?+"))

    first, second = read(plain.encode()), read(swapped.encode())

    assert messages(second)[0].verdict == messages(first)[0].verdict
    assert rule_names(second) == []
    assert [one.get(7) for one in segments(swapped.encode()) if one.tag == "FT1"] == [
        "99201",
        "99202",
    ]


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("a\\F\\b\\S\\c\\R\\d\\T\\e\\E\\f", "a|b^c~d&e\\f"),
        ("line\\.br\\next", "line\nnext"),
        ("\\H\\loud\\N\\\\.sp2\\", "loud"),
        ("\\X41C3A9\\", "Aé"),
        ("\\XZZ\\ \\X4\\", "\\XZZ\\ \\X4\\"),
        ("\\Zlocal\\ \\C2842\\", "\\Zlocal\\ \\C2842\\"),
        ("100\\200", "100\\200"),
        ("\\E\\F\\E\\", "\\F\\"),
    ],
)
def test_escape_sequences_are_decoded_once(sent: str, meant: str) -> None:
    # HL7 v2+ chapter 2, 2.6: never nested; what is not known stays
    assert unescape(sent, PLAIN) == meant


def test_inserted_text_is_escaped() -> None:
    assert escape("a|b\\c\r", PLAIN) == "a\\F\\b\\E\\c\\X0D\\"


def test_odd_escape_sequences_are_remarks() -> None:
    result = read(written([*dft(), "NTE|1||\\Q\\ and 50\\50"]))

    assert rule_names(result) == ["segment_unexpected", "unknown_escape", "unterminated_escape"]


def test_values_are_read_by_field_repetition_component_and_part() -> None:
    lines = dft()
    lines[2] = 'PID|1||A1^^^AUTH&1.2.3&ISO^MR~B2^^^^SS||Test\\T\\person^""||""'
    _, _, pid, *_ = segments(written(lines))

    assert pid.get(3) == pid.get(3, 1) == "A1"
    assert (pid.get(3, 4), pid.get(3, 4, part=2)) == ("AUTH", "1.2.3")
    assert (pid.get(3, 1, 2), pid.get(3, 5, 2), pid.get(3, 1, 3)) == ("B2", "SS", "")
    assert (pid.repetitions(3), pid.repetitions(4), pid.repetitions(99)) == (2, 0, 0)
    assert (pid.get(5), pid.get(5, 2), pid.get(7)) == ("Test&person", '""', '""')


def test_msh_counts_its_separator_as_the_first_field() -> None:
    msh, *_ = segments(written(dft()))

    assert (msh.get(1), msh.get(2), msh.get(10)) == ("|", "^~\\&", "DFT000001")
    assert (msh.get(9, 2), msh.get(12), msh.repetitions(2)) == ("P03", "2.5.1", 1)


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_place_is_the_exact_byte_offset(end: str) -> None:
    lines = dft()
    lines[2] = lines[2].replace("Canaryname", "Zoë")
    body = b"\r\n" + written(lines, end)

    for segment in segments(body):
        start = segment.place.offset
        assert body[start : start + 3].decode() == segment.tag
    charges = [one.place for one in segments(body) if one.tag == "FT1"]
    assert [(one.position, one.address) for one in charges] == [(5, "FT1"), (6, "FT1[2]")]


@pytest.mark.parametrize(
    ("codec", "declared", "options", "rules"),
    [
        ("utf-8", "UNICODE UTF-8", {}, []),
        ("utf-8", "", {}, []),
        ("iso8859-1", "8859/1", {}, []),
        ("cp1252", "", {}, ["charset_guessed"]),
        ("cp1252", "", {"charset": "windows-1252"}, []),
        ("shift_jis", "ISO IR87", {"charset": "shift_jis"}, []),
        ("cp1252", "NO SUCH SET", {}, ["charset_unknown"]),
        ("utf-16", "UNICODE", {"charset": "utf-16"}, []),
    ],
)
def test_character_set_is_found_in_the_stated_order(
    codec: str, declared: str, options: dict[str, object], rules: list[str]
) -> None:
    name = "表ソ" if codec == "shift_jis" else "Zoë"  # second bytes 0x5C
    lines = dft(modes="||")
    lines[0] += f"||{declared}" if declared else ""
    lines[0] = "|".join([*lines[0].split("|")[:12], "", "", "", "", "", declared]).rstrip("|")
    lines[2] = lines[2].replace("Canaryname", name)
    body = ("\r".join(lines) + "\r").encode(codec)

    _, _, pid, *_ = segments(body, options)

    assert pid.get(5, 2) == name
    assert rule_names(read(body, options)) == rules


def test_text_in_no_character_set_refuses_its_message_only() -> None:
    bad = written(dft(1)).replace(b"Canaryname", b"\x81\xff\xfe")
    result = read(bad + written(dft(2)))

    assert [one.verdict.value for one in messages(result)] == ["rejected", "accepted"]
    assert rule_names(result) == ["undecodable"]


def test_unknown_character_set_in_the_profile_is_a_setup_error() -> None:
    with pytest.raises(ProfileError):
        read(b"", {"charset": "rot13"})
