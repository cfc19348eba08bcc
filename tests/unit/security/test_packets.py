import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.errors import EnvelopeError
from acktrail.security.message import content_of, plain_body
from acktrail.security.packets import (
    LITERAL,
    SIGNATURE,
    MalformedError,
    packets,
    starts_encrypted,
    unarmoured,
)


def new_form(tag: int, body: bytes, length: bytes | None = None) -> bytes:
    return bytes([0xC0 | tag]) + (length or b"\xff" + len(body).to_bytes(4, "big")) + body


def literal(body: bytes, form: bytes = b"b") -> bytes:
    return new_form(LITERAL, form + b"\x01x" + bytes(4) + body)


def test_length_of_one_two_and_five_octets_is_read() -> None:
    """RFC 9580, section 4.2.1."""
    cases = {b"\x05": 5, b"\xc0\x00": 192, b"\xdf\xff": 8383, b"\xff\x00\x00\x01\x00": 256}
    for octets, length in cases.items():
        [packet] = packets(new_form(LITERAL, bytes(length), octets))
        assert len(packet.body) == length


def test_partial_lengths_are_joined() -> None:
    """RFC 9580, section 4.2.1.4."""
    [packet] = packets(b"\xcb\xe1ab\xe0c\x02de")

    assert packet.body == b"abcde"


def test_old_form_is_read() -> None:
    """RFC 9580, section 4.2.2."""
    for head in (b"\xac\x02", b"\xad\x00\x02", b"\xae\x00\x00\x00\x02", b"\xaf"):
        [packet] = packets(head + b"ab")
        assert packet == (LITERAL, b"ab")


@pytest.mark.parametrize(
    "data", [b"a", b"\xcb", b"\xcb\x05abcd", b"\xcb\xe1ab", b"\xcb\xff\0", b"\xae"]
)
def test_cut_packet_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        list(packets(data))


def test_thousands_of_packets_are_malformed() -> None:
    with pytest.raises(MalformedError):
        list(packets(b"\xcb\x00" * 1001))


@given(st.binary(max_size=60))
def test_any_bytes_are_packets_or_malformed(data: bytes) -> None:
    starts_encrypted(data)
    try:
        unarmoured(data)
        list(packets(data))
    except MalformedError:
        pass


def test_message_must_hold_exactly_one_literal() -> None:
    for plain in (b"", literal(b"a") * 2, new_form(SIGNATURE, b"x"), literal(b"a") + b"\xcd\x01x"):
        with pytest.raises(EnvelopeError, match="damaged"):
            content_of(plain, 100)


@pytest.mark.parametrize("head", [b"", b"b", b"b\x05ab", b"b\x00\0\0\0"])
def test_cut_literal_is_damaged(head: bytes) -> None:
    with pytest.raises(EnvelopeError, match="damaged"):
        content_of(new_form(LITERAL, head), 100)


def test_text_message_gets_our_line_ends_and_keeps_a_lone_carriage_return() -> None:
    content = content_of(literal(b"MSH\rPID\r\n", b"t"), 100)

    assert content.body == b"MSH\rPID\r\n", "as it was signed"
    assert plain_body(content) == b"MSH\rPID\n"
    assert plain_body(content_of(literal(b"a\r\n"), 100)) == b"a\r\n"


def test_nested_compression_is_refused_at_a_small_depth() -> None:
    plain = literal(b"a")
    for _ in range(3):
        plain = new_form(8, b"\0" + plain)
    assert content_of(plain, 100).body == b"a"

    for _ in range(3):
        plain = new_form(8, b"\0" + plain)
    with pytest.raises(EnvelopeError, match="damaged"):
        content_of(plain, 100)
