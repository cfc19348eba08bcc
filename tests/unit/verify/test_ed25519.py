"""The verifier's own Ed25519 against the standard's vectors and an independent library."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from acktrail_verify.ed25519 import L, signature_holds

VECTORS = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155",
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da",
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac",
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
)


@pytest.mark.parametrize(("key", "message", "point", "s"), VECTORS)
def test_vectors_rfc_8032_7_1(key: str, message: str, point: str, s: str) -> None:
    public, said, signed = map(bytes.fromhex, (key, message, point + s))

    assert signature_holds(public, said, signed)
    assert not signature_holds(public, said + b"x", signed)


@settings(deadline=None, max_examples=30)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 511))
def test_agrees_with_an_independent_library(seed: bytes, message: bytes, bit: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key().public_bytes_raw()
    signature = private.sign(message)
    damaged = bytearray(signature)
    damaged[bit // 8] ^= 1 << bit % 8

    assert signature_holds(public, message, signature)
    assert not signature_holds(public, message, bytes(damaged))


def test_signature_with_a_large_s_is_refused_rfc_8032_5_1_7() -> None:
    key, message, point, s = map(bytes.fromhex, VECTORS[1])
    larger = int.from_bytes(s, "little") + L

    assert signature_holds(key, message, point + s)
    assert not signature_holds(key, message, point + larger.to_bytes(32, "little"))


@pytest.mark.parametrize("key", [b"", b"\xff" * 32, b"\x02" + bytes(31), bytes(31) + b"\x80"])
def test_what_is_no_point_holds_nothing(key: bytes) -> None:
    _, message, point, s = map(bytes.fromhex, VECTORS[1])

    assert not signature_holds(key, message, point + s)
