"""OpenPGP without gpg, for files up to 20 MiB: the fallback, with a guard for each known hole.

The library does the arithmetic only: session keys, the cipher with its integrity check, single
signatures. Packets, compression and the verdict on keys are ours, so no child process is needed
to survive a bomb. What it cannot open although it may be valid is held for gpg, never rejected.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib.metadata import version
from itertools import takewhile
from typing import Any, BinaryIO, NamedTuple

from acktrail.errors import EnvelopeError, KeyMissingError, SecretError, SetupError
from acktrail.ports import Opened, SealRules
from acktrail.security.message import Content, content_of, plain_body
from acktrail.security.packets import (
    AEAD,
    ENCRYPTED,
    LITERAL,
    MARKER,
    ONE_PASS,
    PASSWORD_KEY,
    PROTECTED,
    SESSION_KEY,
    SIGNATURE,
    MalformedError,
    Packet,
    packets,
    unarmoured,
)
from acktrail.security.packets import COMPRESSED as COMPRESSED_DATA
from acktrail.security.pgpy_keys import (
    BROKEN,
    ENCRYPT,
    SIGN,
    WEAK_HASHES,
    Certificate,
    HashAlgorithm,
    Life,
    SignatureType,
    fingerprint,
    load,
    muted,
    pgpy,
    primary_life,
    proves,
    subkey_life,
    usable,
)
from acktrail.security.refusals import Refusal, refused

MAX_MESSAGE = 20 << 20
MDC_OCTETS = 22  # the packet that ends the decrypted data
AHEAD = timedelta(minutes=10)  # how far a signer's clock may be before ours
CLEAR_SIGNED = b"-----BEGIN PGP SIGNED MESSAGE-----"
OPENPGP_BUT_NOT_SEALED = {SIGNATURE, ONE_PASS, COMPRESSED_DATA, LITERAL}


class SessionKey(NamedTuple):
    """The key of one message, and the certificate that opened it."""

    cert: Certificate
    cipher: Any  # pgpy.constants.SymmetricKeyAlgorithm
    key: bytes


class PgpySealer:
    """Opens and makes messages with pgpy; see :class:`acktrail.ports.Sealer`."""

    name = f"pgpy {version('pgpy')}"

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Judge keys by ``now`` where the rules name no time."""
        self._now = now

    def open(self, source: BinaryIO, target: BinaryIO, rules: SealRules) -> Opened:
        """Decrypt ``source`` into ``target`` and check its signature.

        Raises:
            SetupError: ``setup.needs_gpg``: too large, or a form that pgpy does not know.
        """
        data = source.read(MAX_MESSAGE + 1)
        if len(data) > MAX_MESSAGE:
            raise _needs_gpg()
        with muted():
            certs = _certificates(rules)
            keys, sealed = _split(data)
            session = _session_key(keys, certs, rules.passphrase)
            content = content_of(_decrypted(sealed, session), rules.limit)
            body = plain_body(content)
            if len(body) > rules.limit:
                msg = "more comes out than the limits allow"
                raise EnvelopeError(msg, code="envelope.bomb")
            facts = _check_signature(content, certs, rules, rules.at or self._now())
        target.write(body)
        facts |= {
            "step": "pgp",
            "engine": self.name,
            "recipient": fingerprint(session.cert),
            "cipher": str(int(session.cipher)),
            "literal": "text" if content.text else "binary",
        }
        return Opened(len(body), sha256(body).hexdigest(), facts)

    def seal(self, body: bytes, rules: SealRules) -> bytes:
        """Sign with the first of our keys and encrypt for every recipient.

        Raises:
            KeyMissingError: A key is missing, expired or revoked.
        """
        if not rules.ours or not rules.recipients:
            msg = "sealing needs a key of ours and a recipient"
            raise KeyMissingError(msg)
        at = rules.at or self._now()
        with muted(), ExitStack() as stack:
            certs = _certificates(rules)
            signer = _find(certs, rules.ours[0], secret=True)
            _unlock(stack, signer, rules.passphrase)
            message = pgpy.PGPMessage.new(
                body, format="b", compression=pgpy.constants.CompressionAlgorithm.Uncompressed
            )
            signing = _alive(signer, SIGN, at)
            message |= signing.sign(message, hash=HashAlgorithm.SHA512, created=at)
            cipher = pgpy.constants.SymmetricKeyAlgorithm.AES256
            key = cipher.gen_key()
            for one in rules.recipients:
                cert = _find(certs, one, secret=False)
                public = cert if cert.is_public else cert.pubkey
                target = _alive(public, ENCRYPT, at)
                message = target.encrypt(message, sessionkey=key, cipher=cipher)
            return bytes(message)

    def close(self) -> None:
        """Do nothing: nothing is kept."""


# ---------------------------------------------------------------- keys


def _certificates(rules: SealRules) -> list[Certificate]:
    certs = load(rules.keys)
    for one in rules.ours:
        _find(certs, one, secret=True)
    for one in rules.recipients:
        _find(certs, one, secret=False)
    return certs


def _find(certs: Sequence[Certificate], wanted: str, *, secret: bool) -> Certificate:
    for cert in certs:
        if fingerprint(cert) == wanted.upper() and not (secret and cert.is_public):
            return cert
    msg = (
        "a secret key of ours is not in the key folder"
        if secret
        else "a recipient's key is not in the key folder"
    )
    raise KeyMissingError(msg)


def _alive(cert: Certificate, flags: frozenset[Any], at: datetime) -> Certificate:
    keys = usable(cert, flags, at)
    if not keys:
        msg = "a key for sealing is expired, revoked or too weak"
        raise KeyMissingError(msg)
    return keys[0]


def _unlock(stack: ExitStack, cert: Certificate, passphrase: str) -> None:
    if not cert.is_protected:
        return
    try:
        stack.enter_context(cert.unlock(passphrase))
    except BROKEN:
        msg = "the passphrase does not fit our OpenPGP key"
        raise SecretError(msg) from None


# ---------------------------------------------------------------- decryption


def _split(data: bytes) -> tuple[list[Packet], Packet]:
    """Return the session key packets and the one encrypted packet of a message."""
    if data.startswith(CLEAR_SIGNED):
        raise refused(Refusal.UNENCRYPTED)
    found: list[Packet] = []
    try:
        for packet in packets(unarmoured(data)):
            found.append(packet)  # noqa: PERF402 - what came before a fault is looked at too
    except MalformedError:
        raise refused(Refusal.DAMAGED if found else Refusal.NODATA) from None
    found = [packet for packet in found if packet.tag != MARKER]
    keys = list(takewhile(lambda packet: packet.tag in {SESSION_KEY, PASSWORD_KEY}, found))
    rest = found[len(keys) :]
    if not rest or rest[0].tag not in {PROTECTED, AEAD, ENCRYPTED}:
        plain = bool(found) and found[0].tag in OPENPGP_BUT_NOT_SEALED
        raise refused(Refusal.UNENCRYPTED if plain else Refusal.NODATA)
    if len(rest) > 1:
        raise refused(Refusal.DAMAGED)
    return keys, rest[0]


def _session_key(keys: Sequence[Packet], certs: Sequence[Certificate], word: str) -> SessionKey:
    """Open the message's key with one of ours."""
    public = [packet for packet in keys if packet.tag == SESSION_KEY]
    if not public:
        raise refused(Refusal.SYMMETRIC)
    hidden = False
    for packet in public:
        key_id = packet.body[1:9].hex().upper()
        hidden |= key_id == "0" * 16
        for cert in certs:
            key = _with_id(cert, key_id)
            if key is not None and not cert.is_public:
                with ExitStack() as stack:
                    _unlock(stack, cert, word)
                    return _opened_key(packet, cert, key)
    if hidden:
        raise _needs_gpg()
    raise refused(Refusal.NO_SECKEY)


def _opened_key(packet: Packet, cert: Certificate, key: Certificate) -> SessionKey:
    try:
        parsed = _parsed(packet)
        cipher, secret = parsed.decrypt_sk(key._key)  # noqa: SLF001
    except NotImplementedError:
        raise _needs_gpg() from None
    except BROKEN:
        raise refused(Refusal.DAMAGED) from None
    return SessionKey(cert, cipher, bytes(secret))


def _decrypted(sealed: Packet, session: SessionKey) -> bytes:
    """Decrypt; a packet without integrity protection is refused unopened."""
    if sealed.tag == ENCRYPTED:
        raise refused(Refusal.NO_MDC)
    if sealed.tag == AEAD or sealed.body[:1] != b"\1" or not session.cipher.is_supported:
        raise _needs_gpg()
    try:
        parsed = _parsed(sealed)
        plain = bytes(parsed.decrypt(session.key, session.cipher))
    except NotImplementedError:
        raise _needs_gpg() from None
    except BROKEN:
        raise refused(Refusal.DAMAGED) from None
    return plain[:-MDC_OCTETS]


def _parsed(packet: Packet) -> Any:  # noqa: ANN401
    """Return pgpy's object for a packet, whatever form its length had."""
    header = bytes([0xC0 | packet.tag, 0xFF]) + len(packet.body).to_bytes(4, "big")
    return pgpy.packet.Packet(bytearray(header + packet.body))


def _with_id(cert: Certificate, key_id: str) -> Certificate | None:
    """Return the certificate's key with that id."""
    if cert.fingerprint.keyid == key_id:
        return cert
    return cert.subkeys.get(key_id)


def _needs_gpg() -> SetupError:
    return SetupError("this OpenPGP message needs the gpg engine", code="setup.needs_gpg")


# ---------------------------------------------------------------- signature


def _check_signature(
    content: Content, certs: Sequence[Certificate], rules: SealRules, at: datetime
) -> dict[str, str]:
    """Return facts of the signature, or refuse it."""
    if not content.signatures:
        if rules.signers:
            raise refused(Refusal.UNSIGNED)
        return {}
    if len(content.signatures) > 1:
        raise refused(Refusal.SIGNATURES)
    try:
        signature = pgpy.PGPSignature() | _parsed(Packet(SIGNATURE, content.signatures[0]))
        key_id = signature.signer
    except BROKEN:
        raise refused(Refusal.ERRSIG) from None
    pinned = {signer.upper() for signer in rules.signers}
    cert = next((one for one in certs if _with_id(one, key_id) is not None), None)
    if cert is None:
        raise refused(Refusal.SIGNER if pinned else Refusal.ERRSIG)
    key = _with_id(cert, key_id)
    if not proves(key, signature, content.body):
        raise refused(Refusal.BADSIG)
    _refuse_dead(cert, key, at)
    _refuse_weak(signature, at)
    if pinned and fingerprint(cert) not in pinned:
        raise refused(Refusal.SIGNER)
    return {"signer": fingerprint(cert), "hash": str(int(signature.hash_algorithm))}


def _refuse_dead(cert: Certificate, key: Certificate, at: datetime) -> None:
    lives = [primary_life(cert, at)]
    if key is not cert:
        lives.append(subkey_life(cert, key, at))
    if Life.REVOKED in lives:
        raise refused(Refusal.REVKEYSIG)
    if Life.EXPIRED in lives:
        raise refused(Refusal.EXPKEYSIG)
    keys = [fingerprint(one) for one in usable(cert, SIGN, at)]
    if fingerprint(key) not in keys:
        raise refused(Refusal.ERRSIG)


def _refuse_weak(signature: Any, at: datetime) -> None:  # noqa: ANN401
    documents = {SignatureType.BinaryDocument, SignatureType.CanonicalDocument}
    if signature.type not in documents or signature.hash_algorithm in WEAK_HASHES:
        raise refused(Refusal.WEAK_SIGNATURE)
    created = signature.created.astimezone(UTC)
    expires = signature.expires_at
    if created > at + AHEAD or (expires is not None and created < expires <= at):
        raise refused(Refusal.EXPSIG)
