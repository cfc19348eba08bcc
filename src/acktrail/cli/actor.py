"""Who is at the keyboard, as the ledger names people."""

import getpass
import re

_UNFIT = re.compile(r"[^A-Za-z0-9._@-]")


def actor() -> str:
    """Return ``user:<login name>``; characters that an entry cannot hold become ``_``."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in a container
        name = "unknown"
    return f"user:{_UNFIT.sub('_', name)[:120] or 'unknown'}"
