"""The tree's files in a local folder: written once, durable, never changed.

Only ``checkpoint`` is replaced, by a rename. An existing file of another content means that there
are two histories.
"""

import os
import secrets
import shutil
from pathlib import Path
from typing import Final

from acktrail.errors import LedgerError, UnavailableError

MODE: Final = 0o440
CHECKPOINT: Final = "checkpoint"


class TileFiles:
    """A folder of tiles, bundles and one checkpoint; see :mod:`acktrail.ledger.tiles`."""

    def __init__(self, root: Path) -> None:
        """Use the folder ``root``; it is made with the first file."""
        self.root = root

    def get(self, path: str) -> bytes:
        """Return a file's content; of a full tile also when only the partial one is asked for.

        Raises:
            LedgerError: With code ``ledger.tiles`` if it is not there.
        """
        for one in (path, path.partition(".p/")[0]):
            try:
                found = (self.root / one).read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                continue
            return found if one == path else _cut(found, path)
        msg = f"{path} is missing"
        raise LedgerError(msg, code="ledger.tiles")

    def put(self, path: str, content: bytes) -> None:
        """Write a file that never changes; the same again has no effect.

        Raises:
            LedgerError: With code ``ledger.forked`` if it is there with other content.
            UnavailableError: If the disk is full or the folder cannot be written.
        """
        target = self.root / path
        try:
            if target.is_file():
                if target.read_bytes() != content:
                    msg = f"{path} exists with other content"
                    raise LedgerError(msg, code="ledger.forked")
                return
            self._write(target, content)
            if ".p/" not in path:  # what it was while it grew can be cut from it now
                shutil.rmtree(target.with_name(f"{target.name}.p"), ignore_errors=True)
        except OSError:
            raise _unwritable() from None

    def checkpoint(self) -> str:
        """Return the newest checkpoint's note, ``""`` when there is none yet."""
        try:
            return (self.root / CHECKPOINT).read_text("utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def put_checkpoint(self, note: str) -> None:
        """Replace the checkpoint; its tiles must be there already."""
        try:
            self._write(self.root / CHECKPOINT, note.encode())
        except OSError:
            raise _unwritable() from None

    def _write(self, target: Path, content: bytes) -> None:
        missing = [one for one in target.parents if not one.exists()]
        target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        draft = target.parent / f".{secrets.token_hex(8)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(draft, flags, MODE), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(target)
        for folder in (target.parent, *(one.parent for one in missing)):
            _make_durable(folder)


def _cut(full: bytes, path: str) -> bytes:
    """Return the first ``W`` items of a full tile or bundle for the path of a partial one."""
    name, _, width = path.partition(".p/")
    if not name.startswith("tile/entries/"):
        return full[: int(width) * 32]
    at = 0
    for _ in range(int(width)):
        at += 2 + int.from_bytes(full[at : at + 2], "big")
    return full[:at]


def _make_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable() -> UnavailableError:
    msg = "the folder of the ledger's tiles cannot be written"
    return UnavailableError(msg, code="unavailable.tiles")
