"""What every Sealer does, by keys and messages that the real gpg makes in this run."""

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pytest

from acktrail.errors import EnvelopeError, KeyMissingError, SecretError, SetupError
from acktrail.ports import Opened, Sealer, SealRules
from acktrail.security.gpg import GpgSealer
from acktrail.security.pgpy_engine import PgpySealer
from acktrail.security.pgpy_keys import ENCRYPT, HashAlgorithm, load, muted, pgpy, usable
from tests.service.gpg import EXPIRED, NOW, PASSPHRASE, Workshop, gpg_workshop

BODY = b"ISA*00*          *ZZ*TESTPERSON\xff\r\n" * 50
HL7 = b"MSH|^~\\&|A\rPID|1\rPV1|1\n"


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    with gpg_workshop() as workshop:
        workshop.by_revoked = workshop.message(BODY, signer="revoked")
        workshop.revoke("revoked")
        yield workshop


@pytest.fixture(scope="module", params=["gpg", "pgpy"])
def sealer(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sealer]:
    if request.param == "pgpy":
        yield PgpySealer(lambda: NOW)
        return
    engine = GpgSealer(tmp_path_factory.mktemp("home"))
    yield engine
    engine.close()


@pytest.fixture
def rules(workshop: Workshop) -> SealRules:
    parties = ("payer", "stranger", "shortlived", "revoked", "rsa")
    return SealRules(
        signers=(workshop.fingerprints["payer"],),
        ours=(workshop.fingerprints["ours"],),
        keys=(workshop.secret("ours"), *(workshop.public(name) for name in parties)),
        at=NOW,
    )


def opened(sealer: Sealer, message: bytes, rules: SealRules) -> tuple[bytes, Opened]:
    target = io.BytesIO()
    result = sealer.open(io.BytesIO(message), target, rules)
    return target.getvalue(), result


def refusal(sealer: Sealer, message: bytes, rules: SealRules) -> str:
    with pytest.raises(EnvelopeError) as caught:
        opened(sealer, message, rules)
    return caught.value.code


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--armor",),
        ("--compress-algo", "none"),
        ("--compress-algo", "zip"),
        ("--compress-algo", "zlib"),
        ("--compress-algo", "bzip2"),
        ("--cipher-algo", "AES128"),
        ("--cipher-algo", "CAMELLIA256"),
        ("--digest-algo", "SHA256"),
        ("--set-filename", "../../etc/passwd"),
        ("--for-your-eyes-only",),
    ],
    ids=lambda options: options[-1] if options else "plain",
)
def test_message_of_gpg_is_opened(
    sealer: Sealer, workshop: Workshop, rules: SealRules, options: tuple[str, ...]
) -> None:
    message = workshop.message(BODY, *options, signer="payer")

    body, result = opened(sealer, message, rules)

    assert body == BODY
    assert (result.size, result.sha256) == (len(BODY), sha256(BODY).hexdigest())
    assert result.facts["signer"] == workshop.fingerprints["payer"]
    assert result.facts["recipient"] == workshop.fingerprints["ours"]
    assert result.facts["literal"] == "binary"


def test_rsa_partial_lengths_and_several_recipients_are_opened(
    sealer: Sealer, workshop: Workshop, rules: SealRules
) -> None:
    large = bytes(range(256)) * 4000
    more = ("--recipient", workshop.fingerprints["stranger"])
    message = workshop.message(large, *more, "--compress-algo", "none", signer="rsa")

    body, _ = opened(sealer, message, rules._replace(signers=(workshop.fingerprints["rsa"],)))

    assert body == large


def test_message_to_an_rsa_key_is_opened(
    sealer: Sealer, workshop: Workshop, rules: SealRules
) -> None:
    message = workshop.message(BODY, signer="payer", to="rsa")
    keys = (workshop.secret("rsa"), workshop.public("payer"))

    body, _ = opened(
        sealer, message, rules._replace(ours=(workshop.fingerprints["rsa"],), keys=keys)
    )

    assert body == BODY


def test_unsigned_message_is_opened_where_no_signer_is_agreed(
    sealer: Sealer, workshop: Workshop, rules: SealRules
) -> None:
    body, result = opened(sealer, workshop.message(BODY), rules._replace(signers=()))

    assert body == BODY
    assert "signer" not in result.facts


def test_engines_give_equal_bytes(sealer: Sealer, workshop: Workshop, rules: SealRules) -> None:
    message = workshop.message(HL7, "--textmode", signer="payer")

    body, result = opened(sealer, message, rules)

    assert body == HL7, "a lone CR ends an HL7 segment: it stays"
    assert result.facts["literal"] == "text"


class Made(NamedTuple):
    """How a message that is to be refused is made."""

    options: tuple[str, ...] = ()
    signer: str = "payer"
    to: str = "ours"
    at: datetime = NOW


REFUSED = {
    "pgp.unsigned": Made(signer=""),
    "pgp.signer": Made(signer="stranger"),
    "pgp.weak_signature": Made(("--digest-algo", "SHA1")),
    "pgp.expkeysig": Made(signer="shortlived", at=EXPIRED),
    "pgp.expsig": Made(("--default-sig-expire", "2024-07-01"), at=EXPIRED),
    "pgp.no_seckey": Made(to="stranger"),
    "pgp.no_mdc": Made(("--rfc2440", "--disable-mdc", "--cipher-algo", "3DES")),
}


@pytest.mark.parametrize("code", REFUSED)
def test_message_is_refused_with_its_own_code(
    sealer: Sealer, workshop: Workshop, rules: SealRules, code: str
) -> None:
    options, signer, to, at = REFUSED[code]
    message = workshop.message(BODY, *options, signer=signer, to=to, at=at)

    assert refusal(sealer, message, rules) == code


def test_signature_by_a_revoked_key_is_refused(
    sealer: Sealer, workshop: Workshop, rules: SealRules
) -> None:
    pinned = rules._replace(signers=(workshop.fingerprints["revoked"],))

    assert refusal(sealer, workshop.by_revoked, pinned) == "pgp.revkeysig"


def test_signature_by_a_pinned_key_that_has_expired_is_refused(
    sealer: Sealer, workshop: Workshop, rules: SealRules
) -> None:
    pinned = rules._replace(signers=(workshop.fingerprints["shortlived"],))
    message = workshop.message(BODY, signer="shortlived", at=EXPIRED)

    assert refusal(sealer, message, pinned) == "pgp.expkeysig"
    body, _ = opened(sealer, message, pinned._replace(at=EXPIRED + timedelta(days=1)))
    assert body == BODY


def test_signature_by_an_unlisted_key_is_refused_even_where_none_is_agreed(
    sealer: Sealer, workshop: Workshop, rules: SealRules
) -> None:
    message = workshop.message(BODY, signer="stranger")
    keys = (workshop.secret("ours"), workshop.public("payer"))

    assert refusal(sealer, message, rules._replace(signers=(), keys=keys)) == "pgp.errsig"
    assert refusal(sealer, message, rules._replace(keys=keys)) == "pgp.signer"


def test_two_signatures_are_refused(sealer: Sealer, workshop: Workshop, rules: SealRules) -> None:
    also = ("--local-user", workshop.fingerprints["stranger"], "--sign")
    message = workshop.message(BODY, *also, signer="payer")

    assert refusal(sealer, message, rules) == "pgp.signatures"


def test_message_that_is_only_signed_is_refused(
    sealer: Sealer, workshop: Workshop, rules: SealRules
) -> None:
    by = ("--local-user", workshop.fingerprints["payer"])

    for how in ("--sign", "--clearsign"):
        message = workshop.run(*by, how, body=BODY)
        assert refusal(sealer, message, rules) == "pgp.unencrypted"


def test_message_sealed_with_a_passphrase_is_refused(
    sealer: Sealer, workshop: Workshop, rules: SealRules
) -> None:
    message = workshop.run("--symmetric", "--passphrase", "x", body=BODY)

    assert refusal(sealer, message, rules._replace(signers=())) == "pgp.symmetric"


@pytest.mark.parametrize("body", [b"", b"x", BODY, b"\x1f\x8b\x08\0", b"PK\x03\x04", b"\xff" * 99])
def test_what_is_no_openpgp_is_refused(sealer: Sealer, rules: SealRules, body: bytes) -> None:
    assert refusal(sealer, body, rules._replace(signers=())) in {"pgp.nodata", "pgp.damaged"}


@pytest.mark.parametrize("signers", ["pinned", "any"])
def test_damaged_message_is_refused(
    sealer: Sealer, workshop: Workshop, rules: SealRules, signers: str
) -> None:
    message = workshop.message(BODY, "--compress-algo", "none", signer="payer")
    agreed = rules if signers == "pinned" else rules._replace(signers=())
    spoiled = [
        message[:-1],
        message[:-30],
        message[: len(message) // 2],
        message + b"trailing",
        message + message,
        *(flipped(message, at) for at in range(120, len(message), 211)),
    ]

    # gpg stops at the signature that does not fit any more, before it looks at the integrity
    codes = {refusal(sealer, one, agreed) for one in spoiled}
    assert "pgp.damaged" in codes
    assert codes <= {"pgp.damaged", "pgp.badsig"}


def test_signature_over_other_content_is_refused(
    sealer: Sealer, workshop: Workshop, rules: SealRules
) -> None:
    with muted():
        [payer] = load([workshop.secret("payer")])
        [ours] = load([workshop.public("ours")])
        signed = pgpy.PGPMessage.new(BODY, format="b")
        other = pgpy.PGPMessage.new(BODY + b"x", format="b")
        other |= payer.sign(signed, hash=HashAlgorithm.SHA256, created=NOW)
        [subkey] = usable(ours, ENCRYPT, NOW)
        message = bytes(subkey.encrypt(other))

    assert refusal(sealer, message, rules) == "pgp.badsig"


def test_flipped_bit_gives_a_refusal_or_the_same_bytes(
    sealer: Sealer, workshop: Workshop, rules: SealRules
) -> None:
    message = workshop.message(b"short", signer="payer")

    for at in range(0, len(message), 13):
        try:
            body, _ = opened(sealer, flipped(message, at), rules)
        except (EnvelopeError, SetupError):
            continue
        assert body == b"short"


def test_bomb_stops_at_the_limit(sealer: Sealer, workshop: Workshop, rules: SealRules) -> None:
    for algorithm in ("zip", "zlib", "bzip2"):
        message = workshop.message(bytes(30_000_000), "--compress-algo", algorithm, signer="payer")
        assert len(message) < 100_000
        assert refusal(sealer, message, rules._replace(limit=10_000_000)) == "envelope.bomb"


def test_missing_keys_of_ours_are_our_fault(
    sealer: Sealer, workshop: Workshop, rules: SealRules
) -> None:
    message = workshop.message(BODY, signer="payer")
    cases = [
        rules._replace(keys=(workshop.public("ours"), workshop.public("payer"))),
        rules._replace(ours=("0" * 40,)),
        rules._replace(keys=(*rules.keys, b"not a key")),
    ]

    for case in cases:
        with pytest.raises(KeyMissingError):
            opened(sealer, message, case)


def test_secret_key_with_a_passphrase_opens_and_seals(sealer: Sealer, workshop: Workshop) -> None:
    keys = (workshop.secret("locked", PASSPHRASE), workshop.public("payer"))
    rules = SealRules(
        ours=(workshop.fingerprints["locked"],),
        recipients=(workshop.fingerprints["payer"],),
        keys=keys,
        passphrase=PASSPHRASE,
        at=NOW,
    )
    message = workshop.message(BODY, to="locked")

    for wrong in ("wrong", ""):
        with pytest.raises((SecretError, KeyMissingError)):
            sealer.seal(BODY, rules._replace(passphrase=wrong))
        with pytest.raises(SecretError):
            opened(sealer, message, rules._replace(passphrase=wrong))
    assert opened(sealer, message, rules)[0] == BODY
    assert workshop.run("--decrypt", body=sealer.seal(BODY, rules)) == BODY


@pytest.mark.parametrize("name", ["payer", "rsa"])
def test_sealed_message_opens_in_gpg_and_is_signed_by_us(
    sealer: Sealer, workshop: Workshop, rules: SealRules, name: str
) -> None:
    recipients = (workshop.fingerprints[name], workshop.fingerprints["stranger"])

    message = sealer.seal(BODY, rules._replace(recipients=recipients))

    assert workshop.run("--decrypt", body=message) == BODY
    theirs = SealRules(
        signers=rules.ours,
        ours=(workshop.fingerprints[name],),
        keys=(workshop.secret(name), workshop.public("ours")),
        at=NOW,
    )
    assert opened(sealer, message, theirs)[0] == BODY


@pytest.mark.parametrize("name", ["shortlived", "revoked"])
def test_dead_recipient_is_never_encrypted_to(
    sealer: Sealer, workshop: Workshop, rules: SealRules, name: str
) -> None:
    with pytest.raises(KeyMissingError):
        sealer.seal(BODY, rules._replace(recipients=(workshop.fingerprints[name],)))


def test_sealing_without_a_key_is_refused(sealer: Sealer, rules: SealRules) -> None:
    with pytest.raises(KeyMissingError):
        sealer.seal(BODY, rules)
    with pytest.raises(KeyMissingError):
        sealer.seal(BODY, rules._replace(recipients=("0" * 40,)))


def test_engine_names_itself(sealer: Sealer) -> None:
    assert sealer.name.split()[0] in {"gpg", "pgpy"}
    assert sealer.name.split()[1][0] in "0123456789"


def test_each_engine_opens_what_the_other_sealed(rules: SealRules, tmp_path: Path) -> None:
    with_gpg, with_pgpy = GpgSealer(tmp_path), PgpySealer(lambda: NOW)
    mine = rules._replace(signers=rules.ours, recipients=rules.ours)

    assert opened(with_pgpy, with_gpg.seal(BODY, mine), mine)[0] == BODY
    assert opened(with_gpg, with_pgpy.seal(BODY, mine), mine)[0] == BODY
    with_gpg.close()


def flipped(message: bytes, at: int) -> bytes:
    return message[:at] + bytes([message[at] ^ 1]) + message[at + 1 :]
