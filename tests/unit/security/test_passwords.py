"""Passwords: how they are kept, compared and chosen; and how long failures wait."""

from base64 import b64encode
from datetime import timedelta
from hashlib import scrypt

import pytest

from acktrail.errors import PolicyError
from acktrail.security.passwords import (
    COST,
    ONE_TIME_BYTES,
    SHORTEST,
    Cost,
    check_new,
    kept,
    matches,
    one_time,
)
from acktrail.security.throttle import FIRST, LAST, OF_NAME, wait_after

SALT = bytes(range(16))
CHEAP = Cost(4, 1, 1)


def test_cost_is_one_of_owasps() -> None:
    """Spec: OWASP Password Storage: scrypt with N=2^15, r=8, p=3 (32 MiB)."""
    assert COST == (15, 8, 3)
    assert 128 * COST.r * 2**COST.rounds == 32 * 2**20


def test_hash_is_that_of_rfc_7914() -> None:
    """Spec: RFC 7914, section 12: scrypt("password", "NaCl", 1024, 8, 16, 64)."""
    digest = scrypt(b"password", salt=b"NaCl", n=1024, r=8, p=16, maxmem=2**25, dklen=64)

    assert digest.hex().startswith("fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b37")
    wanted = f"scrypt$10$8$16$TmFDbA==${b64encode(digest[:32]).decode()}"
    assert kept("password", b"NaCl", Cost(10, 8, 16)) == wanted


def test_password_matches_what_was_kept_of_it_at_any_cost() -> None:
    for cost in (CHEAP, Cost(5, 2, 2)):
        text = kept("a long sentence", SALT, cost)

        assert matches("a long sentence", text)
        assert not matches("a long sentencE", text)
        assert not matches("", text)


def test_same_letters_typed_on_another_keyboard_are_the_same_password() -> None:
    """Spec: NIST SP 800-63B-4, 3.1.1.2: normalized before it is hashed."""
    assert matches("cafe\u0301 au lait, please", kept("caf\u00e9 au lait, please", SALT, CHEAP))


def test_hash_differs_with_the_salt() -> None:
    assert kept("same", SALT, CHEAP) != kept("same", SALT[::-1], CHEAP)


@pytest.mark.parametrize(
    "password", ["short", "a" * 40, "abababababababab", "ann is my name, ok?", "x" * 300]
)
def test_easily_guessed_password_is_refused(password: str) -> None:
    with pytest.raises(PolicyError) as caught:
        check_new(password, "Ann")

    assert caught.value.code == "policy.password"
    assert password not in str(caught.value)


def test_one_time_password_may_be_typed_and_is_long_enough() -> None:
    made = one_time(bytes(range(ONE_TIME_BYTES)))

    assert len(made) >= SHORTEST
    assert made.isascii()
    assert made.isprintable()


def test_wait_doubles_and_ends() -> None:
    waits = [wait_after(count, OF_NAME) for count in range(12)]

    assert waits[:5] == [timedelta(0)] * 5
    assert waits[5:9] == [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST]
    assert set(waits[9:]) == {LAST}
    assert wait_after(10**9, OF_NAME) == LAST
