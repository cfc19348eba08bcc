"""Makes OpenPGP keys and messages with the real gpg, in a home of its own."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

MADE = datetime(2024, 1, 1, tzinfo=UTC)  # when every key is made
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)  # when messages are made and judged
EXPIRED = datetime(2024, 6, 1, tzinfo=UTC)  # a time at which the short-lived key still lives
PASSPHRASE = "correct"  # noqa: S105 - of the key "locked"


class Workshop:
    """A gpg home with the keys of all parties."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.fingerprints: dict[str, str] = {}
        self.by_revoked = b""  # a message, where the test made one before the revocation

    def run(
        self, *words: str, body: bytes = b"", at: datetime | None = NOW, check: int = 0
    ) -> bytes:
        """Run gpg and return what it writes."""
        time = ["--faked-system-time", f"{int(at.timestamp())}!"] if at else []
        fixed = ["--batch", "--quiet", "--yes", "--trust-model", "always", "--passphrase", ""]
        fixed += ["--pinentry-mode", "loopback", "--no-auto-check-trustdb"]
        call = ["gpg", "--homedir", str(self.home), *fixed, *time, *words]
        done = subprocess.run(call, input=body, capture_output=True, check=False)
        assert done.returncode == check, done.stderr.decode()
        return done.stdout

    def make(
        self, name: str, kind: str = "ed25519", expires: str = "never", passphrase: str = ""
    ) -> str:
        """Make a key that signs, with a subkey that decrypts; return its fingerprint."""
        uid = f"{name} <{name}@example.invalid>"
        lock = ("--passphrase", passphrase)
        self.run(*lock, "--quick-generate-key", uid, kind, "cert,sign", expires, at=MADE)
        shown = self.run("--with-colons", "--list-keys", uid).decode()
        found = next(row.split(":")[9] for row in shown.splitlines() if row.startswith("fpr:"))
        subkey = "cv25519" if kind == "ed25519" else kind
        self.run(*lock, "--quick-add-key", found, subkey, "encr", expires, at=MADE)
        self.fingerprints[name] = found
        return found

    def public(self, name: str) -> bytes:
        """Return the public key, armoured."""
        return self.run("--armor", "--export", self.fingerprints[name])

    def secret(self, name: str, passphrase: str = "") -> bytes:
        """Return the secret key, armoured; it keeps its passphrase."""
        lock = ("--passphrase", passphrase)
        return self.run(*lock, "--armor", "--export-secret-keys", self.fingerprints[name])

    def message(
        self,
        body: bytes,
        *options: str,
        signer: str = "",
        to: str = "ours",
        at: datetime = NOW,
    ) -> bytes:
        """Return ``body`` encrypted to a key and signed by another."""
        sign = ["--local-user", self.fingerprints[signer], "--sign"] if signer else []
        target = ["--recipient", self.fingerprints[to]]
        return self.run(*options, *sign, *target, "--encrypt", body=body, at=at)

    def revoke(self, name: str) -> None:
        """Revoke a key with the certificate that gpg made with it."""
        found = self.fingerprints[name]
        text = (self.home / "openpgp-revocs.d" / f"{found}.rev").read_text()
        self.run("--import", body=text.replace(":-----BEGIN", "-----BEGIN").encode())


@contextmanager
def gpg_workshop() -> Iterator[Workshop]:
    """Lend a workshop with the keys ours, payer, stranger, shortlived, revoked, rsa and locked.

    Skips the test where gpg is not installed.
    """
    if shutil.which("gpg") is None:
        pytest.skip("gpg is not installed")
    home = Path(tempfile.mkdtemp(prefix="gpg-"))  # short: the agent's socket path is limited
    try:
        workshop = Workshop(home)
        for name in ("ours", "payer", "stranger", "revoked"):
            workshop.make(name)
        workshop.make("shortlived", expires="2024-12-31")
        workshop.make("rsa", "rsa2048")
        workshop.make("locked", passphrase=PASSPHRASE)
        yield workshop
    finally:
        stop = ["gpgconf", "--homedir", str(home), "--kill", "gpg-agent"]
        subprocess.run(stop, check=False, capture_output=True)
        shutil.rmtree(home, ignore_errors=True)
