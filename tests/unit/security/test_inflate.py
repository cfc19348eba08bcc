import gzip
import io
import os
import resource
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.errors import EnvelopeError
from acktrail.security.inflate import Limits, open_gzip, output_cap, size_of, strip_bom

BODY = b"UNB+UNOC:3+TESTPERSON'" * 5000


def unpacked(data: bytes, limits: Limits | None = None) -> bytes:
    target = io.BytesIO()
    result = open_gzip(io.BytesIO(data), target, limits or Limits())
    assert result.size == len(target.getvalue())
    return target.getvalue()


def refusal(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(EnvelopeError) as caught:
        unpacked(data, limits)
    return caught.value.code


def test_gzip_with_one_member_is_read() -> None:
    assert unpacked(gzip.compress(BODY)) == BODY


def test_gzip_with_two_members_is_read_as_one_file() -> None:
    """RFC 1952, section 2.2: members simply follow each other."""
    assert (
        unpacked(gzip.compress(BODY) + gzip.compress(b"") + gzip.compress(b"end")) == BODY + b"end"
    )


@pytest.mark.parametrize("cut", [0, 1, 5, 12, 100, -1, -8, -9])
def test_gzip_with_a_cut_end_is_incomplete(cut: int) -> None:
    assert refusal(gzip.compress(BODY)[:cut]) == "envelope.incomplete"


@pytest.mark.parametrize("behind", [b"x", b"\x1f", b"\0\0\0\0", BODY])
def test_gzip_with_bytes_behind_is_refused(behind: bytes) -> None:
    code = refusal(gzip.compress(BODY) + behind)

    assert code in {"envelope.trailing", "envelope.incomplete"}
    assert (code == "envelope.incomplete") == (behind == b"\x1f")


def test_gzip_with_a_wrong_checksum_is_damaged() -> None:
    packed = bytearray(gzip.compress(BODY))
    packed[-6] ^= 1

    assert refusal(bytes(packed)) == "envelope.damaged"


def test_bomb_stops_at_the_limit() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bomb = gzip.compress(bytes(200_000_000), 9)

    assert refusal(bomb, Limits(opened=10_000_000)) == "envelope.bomb"
    assert refusal(bomb, Limits(ratio=20)) == "envelope.bomb"
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 300_000, "KiB; the input itself takes 200 MB to make"


def test_many_tiny_members_are_refused() -> None:
    assert refusal(gzip.compress(b"") * 100_001) == "envelope.bomb"


def test_ratio_counts_beyond_ten_mebibytes_only() -> None:
    assert output_cap(1, Limits()) == 10 << 20
    assert output_cap(1 << 20, Limits()) == 200 << 20
    assert output_cap(1 << 40, Limits(opened=5)) == 5


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_members_are_read_as_the_standard_library_reads_them(parts: list[bytes]) -> None:
    data = b"".join(gzip.compress(part) for part in parts)

    assert unpacked(data) == gzip.decompress(data)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_result_or_a_refusal(data: bytes) -> None:
    with suppress(EnvelopeError):
        unpacked(b"\x1f\x8b\x08" + data)


def test_size_is_counted_from_the_current_position() -> None:
    source = io.BytesIO(b"12345")
    source.seek(2)

    assert (size_of(source), source.tell()) == (3, 2)


def test_byte_order_mark_is_stepped_over_once() -> None:
    source = io.BytesIO(b"\xef\xbb\xbf\xef\xbb\xbfISA")

    assert strip_bom(source)
    assert source.read() == b"\xef\xbb\xbfISA"
    assert not strip_bom(io.BytesIO(b"ISA"))
    assert not strip_bom(io.BytesIO(b""))


def test_large_incompressible_file_is_read() -> None:
    body = os.urandom(3_000_000)

    assert unpacked(gzip.compress(body)) == body
