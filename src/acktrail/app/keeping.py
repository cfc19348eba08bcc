"""Sealing what a home kept plain before it encrypted its store."""

import logging
from typing import NamedTuple

from acktrail.app.tools import Tools
from acktrail.errors import ProfileError
from acktrail.ports import ORIGINAL

log = logging.getLogger("acktrail.store")


class SealedFiles(NamedTuple):
    """How many files were sealed, and how many could not be: they are not what was put there."""

    sealed: int
    damaged: int


def seal_all(tools: Tools) -> SealedFiles:
    """Put every plain file again, which seals it and removes the plain one.

    The days of its retention count from now: nobody noted before what kind it is.

    Raises:
        ProfileError: The settings do not ask for encryption.
    """
    if not tools.settings.store.encrypt:
        msg = "store.encrypt: must be true in acktrail.toml, or new files would stay plain"
        raise ProfileError(msg)
    sealed = damaged = 0
    for name in tools.store.plain():
        if tools.store.seal(name, ORIGINAL):
            sealed += 1
        else:
            damaged += 1
            log.error("damaged content is not sealed: name=%s", name)
    return SealedFiles(sealed, damaged)
