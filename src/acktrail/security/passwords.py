"""Passwords of users, kept as scrypt hashes: every guess costs memory. Pure.

scrypt stands in Python itself, so that no further native code guards the door; of OWASP's equal
settings this is the one with 32 MiB, which a small server can pay several times at once.
Spec: RFC 7914; OWASP Password Storage (scrypt, N=2^15, r=8, p=3); NIST SP 800-63B-4, 3.1.1.
"""

import unicodedata
from base64 import b64decode, b64encode
from hashlib import scrypt
from hmac import compare_digest
from typing import Final, NamedTuple

from acktrail.errors import PolicyError

SALT_BYTES: Final = 16
ONE_TIME_BYTES: Final = 15
SHORTEST: Final = 15  # of a password that is the only factor
LONGEST: Final = 256
_FEWEST: Final = 5  # different characters
_HASH_BYTES: Final = 32
_SCHEME: Final = "scrypt"


class Cost(NamedTuple):
    """What one guess costs: 128 * r * 2**rounds bytes of memory, p times."""

    rounds: int = 15  # log2 of N
    r: int = 8
    p: int = 3


COST: Final = Cost()


def kept(password: str, salt: bytes, cost: Cost = COST) -> str:
    """Return what is kept of a password: scheme, cost, salt and hash, joined by ``$``."""
    parts = (_SCHEME, *cost, _text(salt), _text(_hash(password, salt, cost)))
    return "$".join(map(str, parts))


def matches(password: str, wanted: str) -> bool:
    """Tell whether a password is the one that was kept."""
    _, rounds, r, p, salt, digest = wanted.split("$")
    found = _hash(password, b64decode(salt), Cost(int(rounds), int(r), int(p)))
    return compare_digest(found, b64decode(digest))


def check_new(password: str, user: str) -> None:
    """Let a password be chosen: long, not one character again and again, not the user's name.

    Raises:
        PolicyError: It is too easily guessed, or longer than anybody types.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        msg = f"a password of {SHORTEST} to {LONGEST} characters; a sentence is a good one"
        raise PolicyError(msg, code="policy.password")
    if len(set(password)) < _FEWEST or user.lower() in password.lower():
        msg = "a password of more different characters, without the user's name"
        raise PolicyError(msg, code="policy.password")


def one_time(random: bytes) -> str:
    """Return a password for the first sign-in, of ``ONE_TIME_BYTES`` random bytes."""
    return b64encode(random, b"-_").decode()


def _hash(password: str, salt: bytes, cost: Cost) -> bytes:
    text = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    memory = 128 * cost.r * (2**cost.rounds + cost.p + 2)
    return scrypt(
        text,
        salt=salt,
        n=2**cost.rounds,
        r=cost.r,
        p=cost.p,
        maxmem=memory,
        dklen=_HASH_BYTES,
    )


def _text(value: bytes) -> str:
    return b64encode(value).decode()
