"""Makes names safe to show and values safe to index."""

import hmac
import re

SHOWN = 200  # characters of an escaped name
SAFE = 100  # characters of a safe file name
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
BACKSLASH, FIRST, LAST = 0x5C, 0x20, 0x7E


def escape_name(name: bytes) -> str:
    r"""Return a file name for people: printable ASCII, all else as ``\xNN``, cut with ``...``."""
    shown = "".join(
        chr(byte) if FIRST <= byte <= LAST and byte != BACKSLASH else f"\\x{byte:02x}"
        for byte in name[:SHOWN]
    )
    return shown if len(name) <= SHOWN and len(shown) <= SHOWN else shown[:SHOWN] + "..."


def safe_file_name(name: str) -> str:
    """Return a file name of ``[A-Za-z0-9._-]``, at most 100 characters, no dot in front.

    The end is kept: it holds the extension.
    """
    safe = UNSAFE.sub("_", name)[-SAFE:].lstrip(".")
    return safe or "_"


def keyed(secret: bytes, *parts: str) -> str:
    """Return a hash that can be compared and searched, but not guessed without ``secret``.

    Each part's length goes in, so that ``ab, c`` and ``a, bc`` differ.
    """
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    text = b"".join(len(one).to_bytes(8, "big") + one for one in encoded)
    return hmac.digest(secret, text, "sha256").hex()
