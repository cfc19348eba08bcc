import os
from pathlib import Path

import pytest

from acktrail.errors import SecretError
from acktrail.security.secrets import Revealed, SecretResolver

CANARY = "canary-secret"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "secrets").mkdir()
    return tmp_path


def keep(path: Path, text: str = CANARY, mode: int = 0o600) -> None:
    path.write_text(text)
    path.chmod(mode)


def refusal(home: Path, reference: str, **environ: str) -> str:
    with pytest.raises(SecretError) as caught:
        SecretResolver(home, environ).get(reference)
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_environment_variable_is_read(home: Path) -> None:
    assert SecretResolver(home, {"NAME": CANARY}).get("env:NAME") == CANARY
    refusal(home, "env:NAME")


def test_file_below_the_secrets_folder_is_read_without_its_line_end(home: Path) -> None:
    keep(home / "secrets" / "acme", f" {CANARY}\r\n")

    assert SecretResolver(home, {}).get("file:acme") == f" {CANARY}"


def test_private_key_file_keeps_its_inner_lines(home: Path) -> None:
    keep(home / "secrets" / "key", "a\nb\n\n")

    assert SecretResolver(home, {}).get("file:key") == "a\nb\n"


def test_credential_of_systemd_is_read(home: Path, tmp_path: Path) -> None:
    keep(tmp_path / "acme", mode=0o400)
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}

    assert SecretResolver(home, environ).get("credential:acme") == CANARY
    refusal(home, "credential:acme")
    refusal(home, "credential:a/b", **environ)


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o601])
def test_file_that_others_can_reach_is_refused(home: Path, mode: int) -> None:
    keep(home / "secrets" / "acme", mode=mode)

    assert "chmod 600" in refusal(home, "file:acme")


def test_file_of_another_user_is_refused(home: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    keep(home / "secrets" / "acme")
    os.chown(home / "secrets" / "acme", 65534, 65534)

    assert "another user" in refusal(home, "file:acme")


@pytest.mark.parametrize("name", ["", "../naming.key", "/etc/passwd", "a/../../b", "folder", "a\0"])
def test_reference_that_is_no_file_of_ours_is_refused(home: Path, name: str) -> None:
    (home / "secrets" / "folder").mkdir()
    keep(home / "naming.key")

    refusal(home, f"file:{name}")


def test_large_or_binary_file_is_refused(home: Path) -> None:
    keep(home / "secrets" / "large", "x" * 70_000)
    (home / "secrets" / "binary").write_bytes(b"\xff")
    (home / "secrets" / "binary").chmod(0o600)

    refusal(home, "file:large")
    refusal(home, "file:binary")


@pytest.mark.parametrize("literal", [CANARY, f"pass:{CANARY}", f"file:{CANARY}", f"env:{CANARY}"])
def test_secret_written_in_place_of_a_reference_is_not_repeated(home: Path, literal: str) -> None:
    assert CANARY not in refusal(home, literal)


def test_secret_does_not_show_itself() -> None:
    secret = Revealed(CANARY)

    assert secret == CANARY
    assert CANARY not in repr(secret) + repr([secret]) + f"{secret!r}"
