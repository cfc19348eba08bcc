"""Secrets in files that the real age and sops encrypted; skips where the program is not."""

import os
import re
import shutil
import subprocess
import traceback
from pathlib import Path
from typing import NamedTuple

import pytest

from acktrail.errors import SecretError
from acktrail.security.secrets import SecretResolver

CANARY = "canary-secret"
PATH = os.environ.get("PATH", "")
age = pytest.mark.skipif(
    not (shutil.which("age") and shutil.which("age-keygen")), reason="needs age (Debian: age)"
)
sops = pytest.mark.skipif(not shutil.which("sops"), reason="needs sops")


class Home(NamedTuple):
    """A folder of secrets and our identity in it."""

    root: Path
    recipient: str

    def resolver(self, path: str = PATH, identity: str = "file:age.key") -> SecretResolver:
        return SecretResolver(self.root, {"PATH": path}, identity=identity)


def run(*words: str, body: str = "") -> str:
    done = subprocess.run(words, input=body, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "secrets").mkdir()
    key = tmp_path / "secrets/age.key"
    key.touch(0o600)
    key.write_text(run("age-keygen"))
    found = re.search("# public key: (age1[a-z0-9]+)", key.read_text())
    assert found is not None
    return Home(tmp_path, found[1])


def refusal(secrets: SecretResolver, reference: str) -> str:
    """Return the refusal, which shows neither secret nor key."""
    with pytest.raises(SecretError) as caught:
        secrets.get(reference)
    shown = "".join(traceback.format_exception(caught.value))
    assert CANARY not in shown
    assert "AGE-SECRET-KEY" not in shown
    return str(caught.value)


def encrypt(home: Home, recipient: str = "") -> Path:
    path = home.root / "secrets/acme.age"
    run(
        "age", "--recipient", recipient or home.recipient, "--output", str(path), body=CANARY + "\n"
    )
    return path


@age
def test_file_that_age_encrypted_for_us_is_read(home: Home) -> None:
    encrypt(home)

    assert home.resolver().get("age:acme.age") == CANARY


@age
def test_file_for_somebody_else_is_refused(home: Home) -> None:
    other = re.search("age1[a-z0-9]+", run("age-keygen"))
    assert other is not None
    encrypt(home, other[0])

    assert refusal(home.resolver(), "age:acme.age").startswith("age: ")


@age
def test_changed_byte_is_refused(home: Home) -> None:
    path = encrypt(home)
    body = bytearray(path.read_bytes())
    body[-1] ^= 1
    path.write_bytes(bytes(body))

    assert refusal(home.resolver(), "age:acme.age").startswith("age: ")


@age
def test_changed_secret_is_used_without_a_restart(home: Home) -> None:
    secrets, path = home.resolver(), encrypt(home)
    before = secrets.get("age:acme.age")
    path.unlink()
    run("age", "--recipient", home.recipient, "--output", str(path), body="another")

    assert (before, secrets.get("age:acme.age")) == (CANARY, "another")


@age
@pytest.mark.parametrize("name", ["no-such.age", "../age.key", "/etc/passwd"])
def test_what_is_not_there_is_refused(home: Home, name: str) -> None:
    assert refusal(home.resolver(), f"age:{name}").startswith("age: ")


@age
def test_missing_program_and_identity_are_said(home: Home) -> None:
    encrypt(home)

    assert "needs the program age" in refusal(home.resolver(path="/nowhere"), "age:acme.age")
    assert "age.identity" in refusal(home.resolver(identity=""), "age:acme.age")


@age
@sops
def test_field_of_a_file_that_sops_encrypted_is_read(home: Home) -> None:
    clear = home.root / "secrets/clear.yaml"
    clear.write_text(f"note: kept clear\nacme:\n  password: {CANARY}\n")
    kept = home.root / "secrets/edi.yaml"
    words = ("--age", home.recipient, "--unencrypted-regex", "^note$", str(clear))
    kept.write_text(run("sops", "encrypt", *words))
    clear.unlink()

    assert CANARY not in kept.read_text()
    assert home.resolver().get("sops:edi.yaml#acme.password") == CANARY
    assert refusal(home.resolver(), "sops:edi.yaml#acme.no-such").startswith("sops: ")
    assert refusal(home.resolver(), 'sops:edi.yaml#a"]["b').startswith("sops: ")
    kept.write_text(kept.read_text().replace("kept clear", "was changed"))
    assert refusal(home.resolver(), "sops:edi.yaml#acme.password").startswith("sops: ")
