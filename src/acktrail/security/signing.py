"""The key that signs checkpoints, and the check of its signatures.

The private key is one line of text, as other logs write it:
``PRIVATE+KEY+<name>+<hash>+<base64>``. Whoever holds it can sign another history: it belongs to
the node that sequences, behind a reference to a secret, and nowhere else.

Spec: RFC 8032 section 5.1 (Ed25519); C2SP signed-note (signatures).
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from acktrail.errors import SecretError

ED25519: Final = b"\x01"
_PREFIX: Final = "PRIVATE+KEY+"
_SEED_BYTES: Final = 32


class Ed25519Signer:
    """A private key with its name."""

    def __init__(self, text: str) -> None:
        """Read a private key as it is written.

        Raises:
            SecretError: It is not of that form. The text says nothing of the key.
        """
        name, _, rest = text.strip().removeprefix(_PREFIX).partition("+")
        _, _, body = rest.partition("+")
        try:
            raw = b64decode(body, validate=True)
        except (Base64Error, ValueError):
            raw = b""
        if not text.startswith(_PREFIX) or raw[:1] != ED25519 or len(raw) != _SEED_BYTES + 1:
            msg = "the ledger's signing key cannot be read"
            raise SecretError(msg)
        self.name = name
        self._key = Ed25519PrivateKey.from_private_bytes(raw[1:])

    @property
    def key(self) -> bytes:
        """The public key, 32 bytes."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message: bytes) -> bytes:
        """Return the signature of 64 bytes; the same message gets the same one."""
        return self._key.sign(message)


def new_key(name: str) -> str:
    """Make a private key and return it as it is written."""
    key = Ed25519PrivateKey.generate()
    seed = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    digest = sha256(name.encode() + b"\n" + ED25519 + public).hexdigest()[:8]
    return f"{_PREFIX}{name}+{digest}+{b64encode(ED25519 + seed).decode()}"


def signature_holds(key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether ``signature`` of ``message`` was made with the private half of ``key``."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
