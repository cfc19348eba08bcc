"""Judges one decryption by gpg from its exit code and status lines. Pure.

gpg answers 0 for a good signature by a revoked key, and reports success for a message that was
cut: every word is looked at, and each word that must be there must be there exactly once.

Spec: GnuPG, doc/DETAILS, "Format of the status-fd output".
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from acktrail.errors import SecretError
from acktrail.security.refusals import Refusal, refused

PREFIX = "[GNUPG:] "
WEAK_HASHES = ("1", "2", "3")  # MD5, SHA-1, RIPEMD-160: RFC 9580, section 9.5
DOCUMENT_SIGNATURES = ("00", "01")  # of bytes, of text
NO_PASSPHRASE = (11, 177)  # gpg-error's numbers for a bad and a missing one, in the low 16 bits
NO_PUBLIC_KEY = "9"  # reason in ERRSIG
TEXT_FORMATS = ("74", "75")  # literal formats t and u, as hexadecimal octets

Said = Mapping[str, list[list[str]]]


class Judged(NamedTuple):
    """What is known of a message that was accepted. Fingerprints are of primary keys."""

    recipient: str
    signer: str  # "" when unsigned
    cipher: str  # OpenPGP's number
    hash: str  # OpenPGP's number, "" when unsigned
    text: bool  # line ends were converted by the sender


def judge(
    code: int,
    status: str,
    *,
    ours: Collection[str],
    signers: Collection[str],
    known: Collection[str],
) -> Judged:
    """Return what the message is, or refuse it.

    Args:
        code: gpg's exit code.
        status: All it wrote to its status descriptor.
        ours: Primary fingerprints of keys that may decrypt.
        signers: Primary fingerprints that must have signed; empty: unsigned is allowed.
        known: Primary fingerprints of the keys that the profile lists for this partner.

    Raises:
        EnvelopeError: ``pgp.<word>``.
        SecretError: Our passphrase does not fit our key.
    """
    said = _words(status)
    _refuse_unsealed(said, ours)
    _refuse_unprotected(said)
    _refuse_signature(said, signers, known)
    _refuse_damage(code, said)
    recipient = _one(said, "DECRYPTION_KEY")[1]
    plain = _one(said, "PLAINTEXT")
    signer = hash_ = ""
    if "NEWSIG" in said:
        valid = _one(said, "VALIDSIG")
        signer, hash_ = valid[-1], valid[7]
    cipher = _one(said, "DECRYPTION_INFO")[1]
    return Judged(recipient, signer, cipher, hash_, plain[0] in TEXT_FORMATS)


def _words(status: str) -> Said:
    said: dict[str, list[list[str]]] = {}
    for line in status.split("\n"):
        if line.startswith(PREFIX):
            word, *rest = line[len(PREFIX) :].split(" ")
            said.setdefault(word, []).append(rest)
    return said


def _one(said: Said, word: str) -> list[str]:
    if len(said.get(word, ())) != 1:
        raise refused(Refusal.DAMAGED)
    return said[word][0]


def _refuse_unsealed(said: Said, ours: Collection[str]) -> None:
    """Refuse what is no message, not encrypted, or not encrypted to us."""
    for rest in said.get("ERROR", ()):
        if rest[0] == "pkdecrypt_failed" and int(rest[1]) & 0xFFFF in NO_PASSPHRASE:
            msg = "the passphrase does not fit our OpenPGP key"
            raise SecretError(msg)
    if "DECRYPTION_KEY" in said and _one(said, "DECRYPTION_KEY")[1] in ours:
        return
    if "ENC_TO" in said:
        raise refused(Refusal.NO_SECKEY)
    if "NEED_PASSPHRASE_SYM" in said:
        raise refused(Refusal.SYMMETRIC)
    raise refused(Refusal.UNENCRYPTED if "PLAINTEXT" in said else Refusal.NODATA)


def _refuse_unprotected(said: Said) -> None:
    """Refuse a message that could have been changed on its way, or was."""
    if "BADMDC" in said or "PLAINTEXT" not in said:
        raise refused(Refusal.DAMAGED)
    if _one(said, "DECRYPTION_INFO")[0] == "0" and "GOODMDC" not in said:
        raise refused(Refusal.NO_MDC)


def _refuse_signature(said: Said, signers: Collection[str], known: Collection[str]) -> None:
    """Refuse signatures that are missing, doubled, bad, weak, or by the wrong or a dead key."""
    if "NEWSIG" not in said:
        if signers and "GOODMDC" in said:
            raise refused(Refusal.UNSIGNED)
        return
    if len(said["NEWSIG"]) != 1:
        raise refused(Refusal.SIGNATURES)
    for rest in said.get("ERRSIG", ()):
        unknown = rest[5:6] == [NO_PUBLIC_KEY]
        raise refused(Refusal.SIGNER if signers and unknown else Refusal.ERRSIG)
    for word in (Refusal.BADSIG, Refusal.REVKEYSIG, Refusal.EXPKEYSIG, Refusal.EXPSIG):
        if word.upper() in said:
            raise refused(word)
    _one(said, "GOODSIG")
    valid = _one(said, "VALIDSIG")
    if valid[7] in WEAK_HASHES or valid[8] not in DOCUMENT_SIGNATURES:
        raise refused(Refusal.WEAK_SIGNATURE)
    if signers and valid[-1] not in signers:  # the last field is the primary's; never a user id
        raise refused(Refusal.SIGNER)
    if valid[-1] not in known:
        raise refused(Refusal.ERRSIG)


def _refuse_damage(code: int, said: Said) -> None:
    """Refuse what gpg was not entirely content with; some of it shows in the exit code only."""
    for word in ("DECRYPTION_FAILED", "NODATA", "UNEXPECTED", "FAILURE"):
        if word in said:
            raise refused(Refusal.DAMAGED)
    if code:
        raise refused(Refusal.DAMAGED)
    _one(said, "DECRYPTION_OKAY")
    _one(said, "GOODMDC")
