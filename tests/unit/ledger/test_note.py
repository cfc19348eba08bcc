"""Checkpoints as signed notes (C2SP signed-note, tlog-checkpoint)."""

from base64 import b64encode
from hashlib import sha256
from typing import Final

import pytest

from acktrail.errors import LedgerError, SecretError
from acktrail.ledger.note import Checkpoint, PublicKey, public_key, read, signed, verified
from acktrail.security.signing import Ed25519Signer, new_key, signature_holds

SIGNER: Final = Ed25519Signer(new_key("acktrail.example/log"))
OTHER: Final = Ed25519Signer(new_key("acktrail.example/log"))
KEY: Final = PublicKey(SIGNER.name, SIGNER.key)
CHECKPOINT: Final = Checkpoint("acktrail.example/log", 7, sha256(b"root").digest())
NOTE: Final = signed(CHECKPOINT, [SIGNER])


def test_text_is_origin_size_root_c2sp_tlog_checkpoint() -> None:
    root = b64encode(sha256(b"root").digest()).decode()

    assert NOTE.startswith(f"acktrail.example/log\n7\n{root}\n\n— acktrail.example/log ")
    assert NOTE.endswith("\n")


def test_signature_line_starts_with_the_keys_hash_c2sp_signed_note() -> None:
    digest = sha256(b"acktrail.example/log\n\x01" + SIGNER.key).digest()[:4]

    assert KEY.id == digest
    assert str(KEY).startswith(f"acktrail.example/log+{digest.hex()}+")
    assert public_key(str(KEY)) == KEY


def test_own_signature_holds_and_the_same_text_gets_the_same_note() -> None:
    assert verified(NOTE, [KEY], signature_holds) == CHECKPOINT
    assert signed(CHECKPOINT, [SIGNER]) == NOTE


def test_while_keys_change_either_key_is_enough() -> None:
    both = signed(CHECKPOINT, [SIGNER, OTHER])

    assert verified(both, [KEY], signature_holds) == CHECKPOINT
    assert verified(both, [PublicKey(OTHER.name, OTHER.key)], signature_holds) == CHECKPOINT


@pytest.mark.parametrize("at", range(0, len(NOTE.encode()), 3))
def test_any_changed_byte_is_refused(at: int) -> None:
    body = bytearray(NOTE.encode())
    body[at] ^= 1
    with pytest.raises(LedgerError) as refused:
        verified(body.decode("utf-8", "replace"), [KEY], signature_holds)

    assert refused.value.code == "ledger.checkpoint"


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        "origin\n1\n\n— a b\n",
        "o\n01\nAAAA\n\n— a b\n",
        "x" * 70_000,
        f"\n7\n{'A' * 44}\n\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(note: str) -> None:
    with pytest.raises(LedgerError):
        read(note)


def test_signature_of_another_key_of_the_same_name_is_refused() -> None:
    with pytest.raises(LedgerError):
        verified(signed(CHECKPOINT, [OTHER]), [KEY], signature_holds)


@pytest.mark.parametrize("text", ["", "a+b", "acktrail.example/log+00000000+AQID", "a b+1+AQ=="])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(LedgerError):
        public_key(text)


@pytest.mark.parametrize("text", ["", "PRIVATE+KEY+a+b+c", "PRIVATE+KEY+a+00000000+AQID"])
def test_what_is_no_private_key_is_refused_without_its_text(text: str) -> None:
    with pytest.raises(SecretError) as refused:
        Ed25519Signer(text)

    assert str(refused.value) == "the ledger's signing key cannot be read"
