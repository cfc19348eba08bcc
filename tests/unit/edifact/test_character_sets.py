"""Lists 0001 and 0133, set by set, and the syntax versions that they are used in (SVC-3, SVC-4)."""

import pytest

from acktrail.formats.edifact.characters import CODECS
from acktrail.model import Verdict
from tests.generators.edifact import Knobs, interchange, invoic, orders
from tests.unit.edifact.reading import read, segments_of, told

# a letter of each set that is another one, or none, in the others
LETTERS = {
    "UNOC": ("\xe9", 0xE9),
    "UNOD": ("ł", 0xB3),
    "UNOE": ("Ж", 0xB6),
    "UNOF": ("Ω", 0xD9),
    "UNOG": ("ħ", 0xB1),
    "UNOH": ("ģ", 0xBB),
    "UNOI": ("ب", 0xC8),
    "UNOJ": ("א", 0xE0),
    "UNOK": ("ğ", 0xF0),
    "UNOL": ("€", 0xA4),
}


def text_of(data: bytes) -> str:
    return next(one.get(4) for one in segments_of(data) if one.tag == "FTX")


@pytest.mark.parametrize("name", LETTERS)
def test_letter_of_each_8_bit_set_is_read(name: str) -> None:
    """List 0001: ISO 8859-1, -2, -5, -7, -3, -4, -6, -8, -9, -15."""
    letter, byte = LETTERS[name]
    data = interchange([orders(text="@")], Knobs(syntax=f"{name}:3"))

    assert text_of(data.replace(b"@", bytes([byte]))) == letter


def test_every_set_that_is_read_is_shown() -> None:
    assert CODECS.keys() == {"UNOA", "UNOB", "UNOW", *LETTERS}


@pytest.mark.parametrize(
    ("syntax", "sent", "read_as"),
    [
        ("UNOW:4", "é€Ж".encode(), "é€Ж"),
        ("UNOY:4::7", "é€Ж".encode(), "é€Ж"),  # 0133: UTF-8
        ("UNOY:4::1", b"plain", "plain"),  # ASCII
        ("UNOY:4::2", b"\xe9", "\xe9"),  # ASCII of 8 bits
        ("UNOY:4::4", b"\x82", "\xe9"),  # code page 850
        ("UNOC:4::4", b"\x82", "\xe9"),  # 0133 goes before 0001
    ],
)
def test_0133_says_how_characters_are_coded(syntax: str, sent: bytes, read_as: str) -> None:
    data = interchange([orders(text="@")], Knobs(syntax=syntax, una=":+.?*'"))

    assert text_of(data.replace(b"@", sent)) == read_as
    assert told(read(data.replace(b"@", sent))) == []


@pytest.mark.parametrize("coded", ["3", "5", "6", "8", "ZZZ"])
def test_codings_whose_service_characters_are_no_ascii_bytes_are_refused(coded: str) -> None:
    """0133: 3 code page 500, 5 UCS-2, 6 UCS-4, 8 UTF-16; ZZZ is agreed elsewhere."""
    result = read(interchange([orders()], Knobs(syntax=f"UNOY:4::{coded}", una=":+.?*'")))

    assert ("charset_unsupported", "46", "UNB", 0, 1, 0) in told(result)


@pytest.mark.parametrize("name", ["UNOX", "UNOY"])
def test_sets_with_code_extension_are_refused(name: str) -> None:
    result = read(interchange([orders()], Knobs(syntax=f"{name}:4", una=":+.?*'")))

    assert result.verdict is Verdict.REJECTED
    assert ("charset_unsupported", "46", "UNB", 0, 1, 0) in told(result)


@pytest.mark.parametrize(
    ("name", "sent", "outside"),
    [
        ("UNOA", "STERILE GAUZE", False),
        ("UNOA", "Sterile", True),
        ("UNOA", "A@B", True),
        ("UNOB", "Sterile", False),
        ("UNOB", "caf\xe9", True),
        ("UNOC", "caf\xe9", False),
    ],
)
def test_repertoire_is_less_than_what_a_codec_takes(
    name: str,
    sent: str,
    outside: bool,  # noqa: FBT001
) -> None:
    """0085 21: UNOA has no small letters, though they are ASCII."""
    message = [one.upper() for one in orders() if not one.startswith("IMD")]
    message = [f"FTX+AAI+++{sent}" if one.startswith("FTX") else one for one in message]
    message[-1] = f"UNT+{len(message)}+1"
    found = {one[:2] for one in told(read(interchange([message], Knobs(syntax=f"{name}:3"))))}

    assert bool(found & {("characters", "21"), ("undecodable", "21")}) == outside


@pytest.mark.parametrize("version", ["1", "2", "3", "4"])
def test_syntax_versions_1_to_4_are_read(version: str) -> None:
    data = interchange([orders(), invoic("2")], Knobs(syntax=f"UNOB:{version}"))

    assert told(read(data)) == []
    assert read(data).interchanges[0].facts["syntax"] == version


@pytest.mark.parametrize("version", ["1", "2", "3"])
def test_repetition_character_is_data_before_syntax_4(version: str) -> None:
    data = interchange([orders(text="A*B")], Knobs(syntax=f"UNOC:{version}"))

    assert text_of(data) == "A*B"
    assert told(read(data)) == []
    newer = interchange([orders(text="A*B")], Knobs(syntax="UNOC:4"))
    assert text_of(newer) == "A"
    assert next(s for s in segments_of(newer) if s.tag == "FTX").get(4, 1, 2) == "B"


def test_repetition_that_is_declared_and_not_meant_is_data_by_the_profile() -> None:
    data = interchange([orders(text="A*B")], Knobs(syntax="UNOC:4", una=":+.?*'"))

    (ftx,) = [one for one in segments_of(data, repetition="none") if one.tag == "FTX"]
    assert ftx.get(4) == "A*B"
