"""A profile is our own file, but a wrong one must not stop the service: everything is capped."""

import pytest

from acktrail.profiles.problems import MAX_LINE_BYTES, MAX_PROFILE_BYTES
from tests.unit.profiles.texts import problems

BOMBS = {
    "arrays over many lines": b"a = " + b"[\n" * 20_000,
    "arrays in one line": b"a = " + b"[" * 900 + b"]" * 900,
    "inline tables": b"a = " + b"{a=" * 900 + b"1" + b"}" * 900,
    "dotted key": b"a." * 100 + b"b = 1",
    "dotted key in an inline table": b"a = { " + b"b." * 1900 + b"c = 1 }",
    "dotted table name": b"[" + b"a." * 100 + b"b]",
}


@pytest.mark.parametrize("name", BOMBS)
def test_profile_nested_without_end_is_refused(name: str) -> None:
    (said,) = problems(BOMBS[name])

    assert said.endswith("nested too deeply")


def test_profile_of_64_kib_is_read_and_of_one_byte_more_is_refused() -> None:
    line = b"#" * 999 + b"\n"
    body = (line * 66)[:MAX_PROFILE_BYTES]

    assert "schema: is required; add it" in problems(body)
    assert problems(body + b"#") == [f"larger than {MAX_PROFILE_BYTES} bytes"]


def test_line_longer_than_4_kib_is_refused_with_its_number() -> None:
    body = b"\n\n#" + b"x" * MAX_LINE_BYTES

    assert problems(body) == [f"line 3: longer than {MAX_LINE_BYTES} bytes"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"\xef\xbb\xbfid = 1", "starts with a byte order mark: save it as UTF-8 without BOM"),
        (b'id = "\xff"', "not UTF-8"),
        (b'id = "Canaryvalue', "not TOML at end of document"),
        (b"a = 1\nid = Canaryvalue", "not TOML at line 2, column 6"),
        (b"id = 00501", "not TOML at line 1, column 7"),
    ],
)
def test_bytes_that_are_not_toml_are_refused_by_place_without_their_text(
    body: bytes, said: str
) -> None:
    assert problems(body) == [said]


def test_number_of_thousands_of_digits_is_a_problem_and_no_crash() -> None:
    assert problems(b"version = " + b"9" * 4_000)
