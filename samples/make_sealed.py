"""Makes the sealed samples with the real gpg: ``python samples/make_sealed.py``.

Ciphertext is random, so every run gives other bytes and the golden files have to be accepted anew:
run it only when a clear text or a key changes. Clock: all signatures are of 2024-12-01, when every
key of ``samples/keys`` was alive; the payer's old one has expired since.
"""
# ruff: noqa: INP001 - a script beside the files that it makes, no package

import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
SIGNED_AT = "20241201T120000"
PAYER, OLD, STRANGER, OURS = "payer", "payer-expired", "stranger", "ours"
FINGERPRINTS = {
    OURS: "8D2C21D62E0D80C9D2A3AADFFFB83A12BE782A6D",
    PAYER: "FE688C4F2A389DD267196B60FA64B898AF5958CA",
    STRANGER: "F5201A9EE3B3E82E1C91B00ED5C7510771F50B9E",
    OLD: "96B2134358D020CF3DC2A0CB0AB6A3C1EEB48005",
}
CLEAR = HERE / "x12-pgp-plain" / "inbound" / "835-plain.edi.pgp"  # came plain: not to be opened


SEALED = {  # case: signer and recipient; an empty name leaves that out
    "cut": (PAYER, OURS),
    "expired-signer": (OLD, OURS),
    "signed-only": (PAYER, ""),
    "tampered": (PAYER, OURS),
    "unsigned": ("", OURS),
    "wrong-key": (PAYER, STRANGER),
    "wrong-signer": (STRANGER, OURS),
}


def main() -> None:
    """Write every sealed file."""
    clear = CLEAR.read_bytes()
    folder = Path(tempfile.mkdtemp(prefix="sealed-"))
    try:
        for path in sorted((HERE / "keys").glob("*.sec.asc")):
            gpg(folder, ["--import", str(path)], b"")
        right = seal(folder, clear, PAYER, OURS)
        write("x12-835-clean/inbound/835-0115.edi.pgp", right)
        write("x12-pgp-same-content/inbound/1-835-first.edi.pgp", right)
        again = seal(folder, clear, PAYER, OURS)
        write("x12-pgp-same-content/inbound/2-835-again.edi.pgp", again)
        for name, (signer, recipient) in SEALED.items():
            sealed = spoiled(name, seal(folder, clear, signer, recipient))
            write(f"x12-pgp-{name}/inbound/835-{name}.edi.pgp", sealed)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def seal(folder: Path, clear: bytes, signer: str, recipient: str) -> bytes:
    """Sign, encrypt or both; an empty name leaves that out."""
    arguments = ["--set-filename", "", "--cipher-algo", "AES256", "--digest-algo", "SHA512"]
    if signer:
        arguments += ["--local-user", FINGERPRINTS[signer], "--sign"]
    if recipient:
        arguments += ["--recipient", FINGERPRINTS[recipient], "--encrypt"]
    return gpg(folder, arguments, clear)


def spoiled(name: str, sealed: bytes) -> bytes:
    """Return the message, cut or with one bit changed in the encrypted part where its case asks."""
    if name == "cut":
        return sealed[: len(sealed) // 2]
    if name == "tampered":
        at = len(sealed) * 3 // 4
        return sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
    return sealed


def gpg(folder: Path, arguments: list[str], given: bytes) -> bytes:
    """Run gpg in a home of its own."""
    command = ["gpg", "--homedir", str(folder), "--no-options", "--batch", "--quiet", "--yes"]
    command += ["--trust-model", "always", "--faked-system-time", SIGNED_AT, "--output", "-"]
    done = subprocess.run(  # noqa: S603 - our own arguments
        [*command, *arguments], input=given, capture_output=True, check=True
    )
    return done.stdout


def write(name: str, body: bytes) -> None:
    """Write one sealed file below ``samples/``."""
    path = HERE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


if __name__ == "__main__":
    main()
