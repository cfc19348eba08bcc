"""What only the gpg engine does."""

import io
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from acktrail.errors import EnvelopeError, SetupError
from acktrail.ports import SealRules
from acktrail.security.choose import sealer
from acktrail.security.gpg import GpgSealer
from acktrail.security.pgpy_engine import PgpySealer
from tests.service.gpg import NOW, Workshop, gpg_workshop

CANARY = "canary"
BODY = b"ISA*00*TESTPERSON~" * 100


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    with gpg_workshop() as workshop:
        yield workshop


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[GpgSealer]:
    engine = GpgSealer(tmp_path)
    yield engine
    engine.close()


def rules_for(workshop: Workshop, ours: str = "ours", signer: str = "payer") -> SealRules:
    return SealRules(
        signers=(workshop.fingerprints[signer],),
        ours=(workshop.fingerprints[ours],),
        keys=(workshop.secret(ours), workshop.public(signer)),
        at=NOW,
    )


def opened(engine: GpgSealer, message: bytes, rules: SealRules) -> bytes:
    target = io.BytesIO()
    engine.open(io.BytesIO(message), target, rules)
    return target.getvalue()


def test_key_that_one_partner_brought_is_of_no_use_for_another(
    engine: GpgSealer, workshop: Workshop
) -> None:
    first, second = rules_for(workshop), rules_for(workshop, "rsa", "stranger")
    for_first = workshop.message(BODY, signer="payer")
    opened(engine, for_first, first)

    with pytest.raises(EnvelopeError) as caught:
        opened(engine, for_first, second._replace(signers=()))

    assert caught.value.code == "pgp.no_seckey"
    by_first = workshop.message(BODY, signer="payer", to="rsa")
    with pytest.raises(EnvelopeError) as caught:
        opened(engine, by_first, second._replace(signers=()))
    assert caught.value.code == "pgp.errsig"


@pytest.mark.parametrize("how", ["hidden", "twofish"])
def test_message_that_pgpy_cannot_open_is_opened_by_gpg_and_held_by_pgpy(
    engine: GpgSealer, workshop: Workshop, how: str
) -> None:
    rules = rules_for(workshop)
    opened(engine, workshop.message(BODY, signer="payer", to="rsa"), rules_for(workshop, "rsa"))
    if how == "hidden":
        to = ("--hidden-recipient", workshop.fingerprints["ours"])
        by = ("--local-user", workshop.fingerprints["payer"], "--sign")
        message = workshop.run(*to, *by, "--encrypt", body=BODY)
    else:
        message = workshop.message(BODY, "--cipher-algo", "TWOFISH", signer="payer")

    assert opened(engine, message, rules) == BODY
    with pytest.raises(SetupError) as caught:
        PgpySealer(lambda: NOW).open(io.BytesIO(message), io.BytesIO(), rules)
    assert caught.value.code == "setup.needs_gpg"


def test_message_too_large_for_pgpy_is_held(workshop: Workshop) -> None:
    with pytest.raises(SetupError) as caught:
        PgpySealer(lambda: NOW).open(
            io.BytesIO(bytes((20 << 20) + 1)), io.BytesIO(), rules_for(workshop)
        )

    assert caught.value.code == "setup.needs_gpg"


def test_deep_home_falls_back_to_a_short_temporary_one(tmp_path: Path, workshop: Workshop) -> None:
    deep = tmp_path / ("x" * 100)
    engine = GpgSealer(deep)

    assert opened(engine, workshop.message(BODY, signer="payer"), rules_for(workshop)) == BODY
    engine.close()

    assert not (deep / "var").exists()


def test_home_is_private(tmp_path: Path, engine: GpgSealer, workshop: Workshop) -> None:
    opened(engine, workshop.message(BODY, signer="payer"), rules_for(workshop))

    assert len(str(tmp_path / "var/gnupg")) < 90
    assert (tmp_path / "var/gnupg").stat().st_mode & 0o077 == 0


def test_many_files_at_once_are_all_opened(engine: GpgSealer, workshop: Workshop) -> None:
    rules = rules_for(workshop)
    messages = [workshop.message(b"%d" % n, signer="payer") for n in range(24)]

    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(lambda message: opened(engine, message, rules), messages))

    assert found == [b"%d" % n for n in range(24)]


def test_file_on_disk_is_read_from_where_it_stands(
    engine: GpgSealer, workshop: Workshop, tmp_path: Path
) -> None:
    path = tmp_path / "sealed"
    path.write_bytes(b"skip" + workshop.message(BODY, signer="payer"))
    target = io.BytesIO()
    with path.open("rb") as source:
        source.read(4)
        engine.open(source, target, rules_for(workshop))

    assert target.getvalue() == BODY


def test_nothing_secret_is_in_the_arguments(tmp_path: Path, workshop: Workshop) -> None:
    log = tmp_path / "arguments"
    program = tmp_path / "gpg"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {log}\nexec gpg "$@"\n')
    program.chmod(0o700)
    engine = GpgSealer(tmp_path, program=str(program))

    opened(
        engine,
        workshop.message(BODY),
        rules_for(workshop)._replace(signers=(), passphrase=CANARY),
    )
    engine.close()

    assert "--decrypt" in log.read_text()
    assert CANARY not in log.read_text()


def test_close_ends_the_agent(tmp_path: Path, workshop: Workshop) -> None:
    engine = GpgSealer(tmp_path)
    opened(engine, workshop.message(BODY), rules_for(workshop)._replace(signers=()))
    engine.close()

    home = str(tmp_path / "var" / "gnupg")
    asked = subprocess.run(
        ["gpg-connect-agent", "--homedir", home, "--no-autostart", "/bye"],
        check=False,
        capture_output=True,
    )
    assert b"no" in asked.stderr


def test_auto_takes_gpg_where_it_is_installed(tmp_path: Path) -> None:
    assert sealer("auto", tmp_path).name.startswith("gpg ")
    assert sealer("pgpy", tmp_path).name.startswith("pgpy ")
