"""A small profile as text, and how the tests change it."""

from acktrail.errors import ProfileError
from acktrail.profiles.partner import PartnerProfile, read_profile

PROFILE = """\
schema  = "acktrail/partner/1"
id      = "acme"
version = 1
name    = "Acme Testsupply"

[inbound]
ready = { mode = "stable", checks = 2, interval = "1s" }

[[flow]]
name    = "files"
include = ["*.edi"]
format  = "x12"
"""


def profile(extra: str = "", **changes: str) -> PartnerProfile:
    """Return the profile with more tables and other top-level values."""
    return read_profile(text(extra, **changes).encode())


def text(extra: str = "", **changes: str) -> str:
    """Return the profile's text with more tables and other top-level values."""
    lines = PROFILE.splitlines()
    for key, value in changes.items():
        lines = [f"{key} = {value}" if line.split(" ")[0] == key else line for line in lines]
    return "\n".join(lines) + "\n" + extra


def problems(body: str | bytes) -> list[str]:
    """Return what is said of a profile that is refused; empty when it is taken."""
    try:
        read_profile(body.encode() if isinstance(body, str) else body)
    except ProfileError as error:
        return [str(one) for one in error.args]
    return []
