"""Who is at the keyboard, as the ledger names people."""

import os
import pwd
import re

_UNFIT = re.compile(r"[^A-Za-z0-9._@-]")


def actor() -> str:
    """Return ``user:<login name>`` of whoever runs this process.

    The kernel says who that is; ``LOGNAME`` and ``USER`` are anybody's to set. Characters that an
    entry cannot hold become ``_``.
    """
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:  # a user without a name, as in a container
        name = f"uid-{number}"
    return f"user:{_UNFIT.sub('_', name)[:115] or 'unknown'}"
