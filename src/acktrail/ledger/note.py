"""Checkpoints as signed notes, and the keys that sign them. Pure.

A note is text, a blank line and signature lines. A checkpoint's text is three lines: the log's
origin, the number of leaves in decimal, the root in base64.

Spec: C2SP signed-note, tlog-checkpoint.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Final, NamedTuple, Never, Protocol

from acktrail.errors import LedgerError
from acktrail.ledger.merkle import HASH_BYTES

ED25519: Final = b"\x01"
NOTE_LIMIT: Final = 64 * 1024
_NAME: Final = re.compile(r"[^\s+]{1,200}")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,15}")
_SIGNATURE: Final = re.compile(r"— ([^\s+]{1,200}) ([A-Za-z0-9+/=]{1,400})")

Check = Callable[[bytes, bytes, bytes], bool]
"""Tells whether a signature is right: (public key, message, signature)."""


class Checkpoint(NamedTuple):
    """How large the tree is and what its root is, as its owner signs it."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


class PublicKey(NamedTuple):
    """A key that checkpoints are checked with; written ``name+hash+base64``."""

    name: str
    key: bytes  # 32 bytes, Ed25519

    @property
    def id(self) -> bytes:
        """The four bytes that name the key in a signature."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.key).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(ED25519 + self.key).decode()}"


class Signer(Protocol):
    """Whoever holds the private key."""

    @property
    def name(self) -> str:
        """The key's name; of the first signer also the log's origin."""
        ...

    @property
    def key(self) -> bytes:
        """The public key, 32 bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the signature of 64 bytes."""
        ...


def public_key(text: str) -> PublicKey:
    """Read a key as it is written.

    Raises:
        LedgerError: It is not of this form, or its hash is not its own.
    """
    name, _, rest = text.strip().partition("+")
    digest, _, body = rest.partition("+")
    raw = _base64(body)
    key = PublicKey(name, raw[1:])
    sound = raw[:1] == ED25519 and len(key.key) == HASH_BYTES and _NAME.fullmatch(name)
    if not sound or key.id.hex() != digest:
        _refuse("the public key of the ledger cannot be read")
    return key


def signed(checkpoint: Checkpoint, signers: Iterable[Signer]) -> str:
    """Return the note: the checkpoint's text and a signature line of each signer."""
    text = checkpoint.text
    return f"{text}\n{''.join(_signature(signer, text.encode()) for signer in signers)}"


def _signature(signer: Signer, text: bytes) -> str:
    named = PublicKey(signer.name, signer.key).id
    return f"— {signer.name} {b64encode(named + signer.sign(text)).decode()}\n"


def read(note: str) -> Checkpoint:
    """Read a checkpoint without looking at its signatures.

    Raises:
        LedgerError: It is no checkpoint.
    """
    text, _, _ = _split(note)
    origin, size, digest = text.split("\n")[:3] if text.count("\n") >= len(_LINES) else _LINES
    root = _base64(digest)
    if not origin or not _SIZE.fullmatch(size) or len(root) != HASH_BYTES:
        _refuse("a checkpoint cannot be read")
    return Checkpoint(origin, int(size), root)


def verified(note: str, keys: Iterable[PublicKey], check: Check) -> Checkpoint:
    """Read a checkpoint that one of the keys signed.

    Raises:
        LedgerError: It is no checkpoint, or no signature of these keys is right.
    """
    text, _, lines = _split(note)
    found = [match.groups() for line in lines if (match := _SIGNATURE.fullmatch(line))]
    for key in keys:
        for name, body in found:
            raw = _base64(body)
            if name == key.name and raw[:4] == key.id and check(key.key, text.encode(), raw[4:]):
                return read(note)
    return _refuse("no signature of the checkpoint is right")


_LINES: Final = ("", "", "")


def _split(note: str) -> tuple[str, str, list[str]]:
    text, blank, rest = note.rpartition("\n\n")
    if len(note) > NOTE_LIMIT or not blank:
        _refuse("a checkpoint cannot be read")
    return text + "\n", blank, rest.split("\n")


def _base64(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return b""


def _refuse(what: str) -> Never:
    raise LedgerError(what, code="ledger.checkpoint")
