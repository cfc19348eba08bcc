"""Chooses the OpenPGP engine: gpg where it is installed, else pgpy."""

import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from acktrail.errors import SetupError
from acktrail.ports import Sealer
from acktrail.security.gpg import GpgSealer
from acktrail.security.pgpy_engine import PgpySealer

PROGRAM = "gpg"


def system_time() -> datetime:
    """Return the time by the machine's clock, which is the one that gpg goes by too."""
    return datetime.fromtimestamp(time.time(), UTC)


def sealer(
    preference: Literal["auto", "gpg", "pgpy"],
    home: Path,
    now: Callable[[], datetime] = system_time,
) -> Sealer:
    """Return the engine of the settings' ``openpgp``; gpg keeps its keys below ``home/var``.

    Raises:
        SetupError: gpg is asked for by name and is not installed.
    """
    installed = shutil.which(PROGRAM) is not None
    if preference == "gpg" and not installed:
        msg = "gpg is not installed, and the settings ask for it"
        raise SetupError(msg, code="setup.needs_gpg")
    if installed and preference != "pgpy":
        return GpgSealer(home, program=PROGRAM)
    return PgpySealer(now)
