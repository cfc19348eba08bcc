"""C2SP chunked-encryption with AES-256-GCM: layout, random access, changes that are refused."""

import hmac
from collections.abc import Callable
from hashlib import sha256
from io import SEEK_END, BytesIO, RawIOBase
from typing import BinaryIO, cast

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from acktrail.errors import LedgerError
from acktrail.security.chunked import (
    FRAME_BYTES,
    HEAD_BYTES,
    SALT_BYTES,
    TAG_BYTES,
    open_sealed,
    seal,
    sealed_size,
)

KEY = bytes(range(32))
CONTEXT = b"acktrail/blob/1" + b"ab" * 32
AROUND = [k * FRAME_BYTES + d for k in range(4) for d in (-1, 0, 1) if k * FRAME_BYTES + d >= 0]
SEALED_FRAME = FRAME_BYTES + TAG_BYTES


def content(size: int) -> bytes:
    return (b"ISA*00*synthetic~" * (size // 17 + 1))[:size]


def sealed(body: bytes, key: bytes = KEY, context: bytes = CONTEXT) -> bytes:
    target = BytesIO()
    seal(key, context, BytesIO(body), target)
    return target.getvalue()


def opened(body: bytes, key: bytes = KEY, context: bytes = CONTEXT) -> bytes:
    with open_sealed(key, context, BytesIO(body)) as source:
        return source.read()


def refused(body: bytes, key: bytes = KEY, context: bytes = CONTEXT) -> bool:
    with pytest.raises(LedgerError) as caught:
        opened(body, key, context)
    return caught.value.code == "store.damaged"


@pytest.mark.parametrize("size", AROUND)
def test_content_comes_back_around_the_borders_of_frames(size: int) -> None:
    body = content(size)

    kept = sealed(body)

    assert opened(kept) == body
    assert len(kept) == sealed_size(size)
    sent = body[:64]
    assert len(sent) < 64 or sent not in kept  # few bytes may stand there by chance


def test_layout_is_that_of_the_specification() -> None:
    """C2SP chunked-encryption, "Encryption": HKDF-Expand written out, frames one by one."""
    body = content(2 * FRAME_BYTES)

    kept = sealed(body)

    salt = kept[:SALT_BYTES]
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00" + salt + CONTEXT
    blocks = [b""]
    for number in (1, 2, 3):
        blocks.append(hmac.digest(KEY, blocks[-1] + info + bytes([number]), sha256))
    made = b"".join(blocks)
    key, nonce, commitment = made[:32], int.from_bytes(made[32:44], "big"), made[44:76]
    assert kept[SALT_BYTES:HEAD_BYTES] == commitment
    frames = [body[:FRAME_BYTES], body[FRAME_BYTES:], b""]
    expected = b"".join(
        AESGCM(key).encrypt((nonce ^ n).to_bytes(12, "big"), frame, None)
        for n, frame in enumerate(frames)
    )
    assert kept[HEAD_BYTES:] == expected


def test_same_content_is_sealed_otherwise_each_time() -> None:
    assert sealed(b"content") != sealed(b"content")


@pytest.mark.parametrize("frames", range(4))
@pytest.mark.parametrize("more", [0, 1, FRAME_BYTES - 1])
def test_cut_at_the_border_of_a_frame_is_refused(frames: int, more: int) -> None:
    kept = sealed(content(frames * FRAME_BYTES + more))

    for number in range(frames + 1):
        assert refused(kept[: HEAD_BYTES + number * SEALED_FRAME])


@given(st.integers(0, 3 * FRAME_BYTES), st.data())
def test_any_cut_is_refused_when_it_is_opened(size: int, data: st.DataObject) -> None:
    kept = sealed(content(size))
    cut = data.draw(st.integers(0, len(kept) - 1))

    with pytest.raises(LedgerError):
        open_sealed(KEY, CONTEXT, BytesIO(kept[:cut]))


@given(st.integers(0, 3 * FRAME_BYTES), st.data())
def test_any_flipped_bit_is_refused(size: int, data: st.DataObject) -> None:
    kept = bytearray(sealed(content(size)))
    kept[data.draw(st.integers(0, len(kept) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    assert refused(bytes(kept))


def _swap(kept: bytes) -> bytes:
    head, one = HEAD_BYTES, SEALED_FRAME
    return (
        kept[:head]
        + kept[head + one : head + 2 * one]
        + kept[head : head + one]
        + kept[head + 2 * one :]
    )


def _without_the_first(kept: bytes) -> bytes:
    return kept[:HEAD_BYTES] + kept[HEAD_BYTES + SEALED_FRAME :]


def _first_twice(kept: bytes) -> bytes:
    return kept[: HEAD_BYTES + SEALED_FRAME] + kept[HEAD_BYTES:]


@pytest.mark.parametrize(
    "change", [_swap, _without_the_first, _first_twice, lambda kept: kept + bytes(TAG_BYTES)]
)
def test_moved_frames_are_refused(change: Callable[[bytes], bytes]) -> None:
    assert refused(change(sealed(content(2 * FRAME_BYTES + 100))))


def test_another_context_or_key_is_refused_by_the_commitment() -> None:
    kept = sealed(b"content")

    assert refused(kept, context=CONTEXT[:-1] + b"c")
    assert refused(kept, key=bytes(32))
    assert refused(kept[:SALT_BYTES] + bytes(32) + kept[HEAD_BYTES:])


@given(st.lists(st.tuples(st.integers(0, 70_000), st.integers(0, 40_000)), max_size=6))
def test_reading_from_any_place_is_reading_a_part_of_the_whole(
    places: list[tuple[int, int]],
) -> None:
    body = content(65_000)
    with open_sealed(KEY, CONTEXT, BytesIO(sealed(body))) as source:
        assert source.seek(0, SEEK_END) == len(body)
        for at, size in places:
            source.seek(at)
            assert source.read(size) == body[at : at + size]
        source.seek(3)
        assert source.readline() == body[3:]


class Counting(BytesIO):
    """Counts the bytes that were read."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        body = super().read(size)
        self.taken += len(body)
        return body


def test_seeking_reads_the_frames_that_it_needs_only() -> None:
    source = Counting(sealed(content(200 * FRAME_BYTES)))

    with open_sealed(KEY, CONTEXT, source) as kept:
        kept.seek(150 * FRAME_BYTES)
        kept.read(10)
        assert source.taken < 20 * FRAME_BYTES

    assert source.closed


class Dripping(RawIOBase):
    """Yields a few bytes at a time, whatever it is asked for."""

    def __init__(self, body: bytes) -> None:
        self._left = BytesIO(body)

    def read(self, _size: int = -1) -> bytes:
        return self._left.read(7000)


def test_source_that_yields_little_at_a_time_gives_the_same_frames() -> None:
    body, target = content(3 * FRAME_BYTES + 9), BytesIO()

    seal(KEY, CONTEXT, cast("BinaryIO", Dripping(body)), target)

    assert len(target.getvalue()) == sealed_size(len(body))
    assert opened(target.getvalue()) == body
