"""Reads OpenPGP certificates with pgpy and tells what a key may still be used for.

The only door to pgpy. The library takes revoked, expired and unbound keys for good, so nothing of
its own verdicts is used: signatures are proved one by one and the dates compared here.

Spec: RFC 9580, sections 5.2.1 (signature types), 5.2.3.29 (key flags), 10.1 (certificates).
"""

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any

with warnings.catch_warnings():  # it imports a module that Python is about to drop
    warnings.simplefilter("ignore")
    import pgpy  # type: ignore[import-untyped]
    from pgpy.constants import (  # type: ignore[import-untyped]
        HashAlgorithm,
        KeyFlags,
        PubKeyAlgorithm,
        SignatureType,
    )

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap

from acktrail.errors import KeyMissingError

__all__ = [
    "BROKEN",
    "ENCRYPT",
    "SIGN",
    "WEAK_HASHES",
    "Certificate",
    "HashAlgorithm",
    "Life",
    "SignatureType",
    "fingerprint",
    "load",
    "muted",
    "pgpy",
    "primary_life",
    "proves",
    "self_signature",
    "subkey_life",
    "usable",
]

Certificate = Any  # pgpy.PGPKey; keep it: subkeys hold their primary weakly
Signature = Any  # pgpy.PGPSignature

MAX_KEY_FILE = 1 << 20
MAX_SIGNATURES = 1000  # per certificate: each may cost a proof
RSA_BITS = 2048
CERTIFICATIONS = {
    SignatureType.Generic_Cert,
    SignatureType.Persona_Cert,
    SignatureType.Casual_Cert,
    SignatureType.Positive_Cert,
}
STRONG = {PubKeyAlgorithm.EdDSA, PubKeyAlgorithm.ECDSA, PubKeyAlgorithm.ECDH}
WEAK_HASHES = {HashAlgorithm.MD5, HashAlgorithm.SHA1, HashAlgorithm.RIPEMD160}
SIGN = frozenset({KeyFlags.Sign})
ENCRYPT = frozenset({KeyFlags.EncryptCommunications, KeyFlags.EncryptStorage})

# What the library raises on data that it does not understand; its texts are dropped.
BROKEN = (
    pgpy.errors.PGPError,
    pgpy.errors.PGPDecryptionError,
    pgpy.errors.PGPEncryptionError,
    pgpy.errors.PGPInsecureCipherError,
    pgpy.errors.PGPOpenSSLCipherNotSupportedError,
    InvalidSignature,
    InvalidUnwrap,
    UnsupportedAlgorithm,
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    TypeError,
    ValueError,
)


class Life(StrEnum):
    """Whether a key lives."""

    ALIVE = "alive"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNPROVEN = "unproven"  # no self-signature, or no binding, that holds


@contextmanager
def muted() -> Iterator[None]:
    """Keep the library's warnings, which quote data, to ourselves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def load(keys: Iterable[bytes]) -> list[Certificate]:
    """Read every certificate in the key files; a secret one comes before its public twin.

    Raises:
        KeyMissingError: A file holds no key that can be used.
    """
    found: list[Certificate] = []
    with muted():
        for blob in keys:
            if len(blob) > MAX_KEY_FILE:
                msg = "a key file is too large"
                raise KeyMissingError(msg)
            try:
                first, others = pgpy.PGPKey.from_blob(blob)
            except BROKEN:
                msg = "a key file holds no usable OpenPGP key"
                raise KeyMissingError(msg) from None
            found += {id(one): one for one in (first, *others.values())}.values()
    return sorted(found, key=lambda one: bool(one.is_public))


def fingerprint(cert: Certificate) -> str:
    """Return the fingerprint as 40 hexadecimal digits."""
    return str(cert.fingerprint).replace(" ", "").upper()


def proves(key: Certificate, signature: Signature, subject: object) -> bool:
    """Tell whether ``key`` made ``signature`` over ``subject``; says nothing of the key's life."""
    digest = getattr(pgpy.pgp.hashes, signature.hash_algorithm.name, None)
    if digest is None:
        return False
    try:
        data = signature.hashdata(subject)
        verdict = key._key.verify(data, signature.__sig__, digest())  # noqa: SLF001
    except BROKEN:
        return False
    return verdict is True


def primary_life(cert: Certificate, at: datetime) -> Life:
    """Tell whether the primary key lives at ``at``."""
    if any(True for _ in cert.revocation_signatures):
        return Life.REVOKED
    newest = self_signature(cert)
    return Life.UNPROVEN if newest is None else _age(cert, newest, at)


def subkey_life(cert: Certificate, subkey: Certificate, at: datetime) -> Life:
    """Tell whether a subkey lives by its own revocations, binding and dates."""
    if any(True for _ in subkey.revocation_signatures):
        return Life.REVOKED
    binding = _binding(cert, subkey)
    return Life.UNPROVEN if binding is None else _age(subkey, binding, at)


def usable(cert: Certificate, flags: frozenset[KeyFlags], at: datetime) -> list[Certificate]:
    """Return the certificate's keys that may be used so at ``at``, newest subkey first."""
    if primary_life(cert, at) is not Life.ALIVE:
        return []
    chosen = []
    for subkey in cert.subkeys.values():
        binding = _binding(cert, subkey)
        alive = subkey_life(cert, subkey, at) is Life.ALIVE
        if alive and binding and flags & set(binding.key_flags) and _is_strong(subkey):
            chosen.append(subkey)
    chosen.sort(key=lambda one: one.created, reverse=True)
    own = self_signature(cert)
    if own is not None and flags & set(own.key_flags) and _is_strong(cert):
        chosen.append(cert)
    return chosen


def self_signature(cert: Certificate) -> Signature | None:
    """Return the newest self-signature over a user id that holds."""
    pairs = ((uid, sig) for uid in cert.userids for sig in uid.__sig__[:MAX_SIGNATURES])
    holds = (
        sig
        for uid, sig in pairs
        if sig.type in CERTIFICATIONS
        and sig.signer == cert.fingerprint.keyid
        and proves(cert, sig, uid)
    )
    return max(holds, key=lambda sig: sig.created, default=None)


def _binding(cert: Certificate, subkey: Certificate) -> Signature | None:
    """Return the newest binding of a subkey that holds; a signing one must be signed back.

    Spec: RFC 9580, section 5.2.3.34 (embedded signature).
    """
    holds = (
        sig
        for sig in list(subkey.self_signatures)[:MAX_SIGNATURES]
        if proves(cert, sig, subkey) and (not SIGN & set(sig.key_flags) or _signed_back(subkey))
    )
    return max(holds, key=lambda sig: sig.created, default=None)


def _signed_back(subkey: Certificate) -> bool:
    return any(
        sig.type == SignatureType.PrimaryKey_Binding and proves(subkey, sig, subkey)
        for sig in subkey.__sig__
    )


def _age(key: Certificate, signature: Signature, at: datetime) -> Life:
    lifetime = signature.key_expiration
    if lifetime and key.created + lifetime <= at:
        return Life.EXPIRED
    return Life.ALIVE


def _is_strong(key: Certificate) -> bool:
    if key.key_algorithm == PubKeyAlgorithm.RSAEncryptOrSign:
        return int(key.key_size) >= RSA_BITS
    return key.key_algorithm in STRONG
