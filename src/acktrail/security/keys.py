"""Facts of OpenPGP key files: what a key is, what it may do, and until when."""

from datetime import datetime
from typing import NamedTuple

from acktrail.security.pgpy_keys import (
    ENCRYPT,
    SIGN,
    Certificate,
    Life,
    fingerprint,
    load,
    muted,
    primary_life,
    self_signature,
    usable,
)


class KeyFacts(NamedTuple):
    """What is known of one primary key and its subkeys."""

    fingerprint: str
    life: str  # alive, expired, revoked, unproven
    secret: bool
    algorithm: str
    created_at: datetime
    expires_at: datetime | None  # the primary's; None = never
    signs: bool  # some key of it may sign now
    encrypts: bool  # some key of it may be encrypted to now


def inspect(key: bytes, at: datetime) -> tuple[KeyFacts, ...]:
    """Return the facts of every key in a file, as of ``at``.

    Raises:
        KeyMissingError: The file holds no usable key.
    """
    with muted():
        return tuple(_facts(cert, at) for cert in load([key]))


def public_part(key: bytes) -> str:
    """Return the public halves of the keys in a file, armoured; nothing secret is in them.

    Raises:
        KeyMissingError: The file holds no usable key.
    """
    with muted():
        return "".join(str(cert if cert.is_public else cert.pubkey) for cert in load([key]))


def _facts(cert: Certificate, at: datetime) -> KeyFacts:
    own = self_signature(cert)
    lifetime = own.key_expiration if own is not None else None
    life: Life = primary_life(cert, at)
    return KeyFacts(
        fingerprint=fingerprint(cert),
        life=life.value,
        secret=not cert.is_public,
        algorithm=cert.key_algorithm.name,
        created_at=cert.created,
        expires_at=cert.created + lifetime if lifetime else None,
        signs=bool(usable(cert, SIGN, at)),
        encrypts=bool(usable(cert, ENCRYPT, at)),
    )
