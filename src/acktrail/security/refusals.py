"""Why an OpenPGP message, or a reference to a secret, is refused: the same words everywhere."""

from enum import StrEnum

from acktrail.errors import EnvelopeError, SecretError


class Refusal(StrEnum):
    """The word after ``pgp.`` in the code of an EnvelopeError."""

    BADSIG = "badsig"  # the signature is not of this content
    DAMAGED = "damaged"  # cut, altered, doubled, or not as the standard says
    ERRSIG = "errsig"  # the signature cannot be checked: its key is not listed
    EXPKEYSIG = "expkeysig"  # signed by an expired key
    EXPSIG = "expsig"  # the signature itself has expired
    NO_MDC = "no_mdc"  # encrypted without protection against change
    NO_SECKEY = "no_seckey"  # encrypted to no key of ours
    NODATA = "nodata"  # not OpenPGP
    REVKEYSIG = "revkeysig"  # signed by a revoked key
    SIGNATURES = "signatures"  # more than one
    SIGNER = "signer"  # signed by somebody else
    SYMMETRIC = "symmetric"  # encrypted with a passphrase
    UNENCRYPTED = "unencrypted"  # signed or packed only
    UNSIGNED = "unsigned"  # though a signature was agreed
    WEAK_SIGNATURE = "weak_signature"  # MD5, SHA-1, RIPEMD-160, or not over a document


def refused(word: Refusal) -> EnvelopeError:
    """Return the error for a message that is refused."""
    return EnvelopeError(f"the OpenPGP message is refused: {word}", code=f"pgp.{word}")


def unresolved(kind: str, what: str) -> SecretError:
    """Return the refusal of a reference to a secret; ``kind`` is what stands before the colon."""
    return SecretError(f"{kind}: {what}")
