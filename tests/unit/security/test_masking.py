import re

from hypothesis import given
from hypothesis import strategies as st

from acktrail.security.masking import escape_name, keyed, safe_file_name


def test_hostile_name_is_taken_and_shown_escaped() -> None:
    assert escape_name(b"a\n\x1b[31m\xff\\.edi") == r"a\x0a\x1b[31m\xff\x5c.edi"


@given(st.binary(max_size=600))
def test_escaped_name_is_short_printable_ascii(name: bytes) -> None:
    shown = escape_name(name)

    assert re.fullmatch("[ -~]*", shown)
    assert len(shown) <= 203


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_two_short_names_are_never_shown_alike(one: bytes, other: bytes) -> None:
    assert (escape_name(one) == escape_name(other)) == (one == other)


@given(st.text(max_size=300))
def test_safe_file_name_holds_safe_characters_only(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}", safe_file_name(name))


def test_safe_file_name_keeps_the_extension() -> None:
    assert safe_file_name("x" * 300 + ".ack.csv").endswith(".ack.csv")
    assert safe_file_name("../../etc/passwd") == "_.._etc_passwd"
    assert safe_file_name("") == "_"


def test_keyed_hash_depends_on_key_parts_and_their_borders() -> None:
    hashes = {
        keyed(b"k", "ab", "c"),
        keyed(b"k", "a", "bc"),
        keyed(b"k", "abc"),
        keyed(b"l", "ab", "c"),
        keyed(b"k"),
    }

    assert len(hashes) == 5
    assert keyed(b"k", "ab", "c") == keyed(b"k", "ab", "c")
