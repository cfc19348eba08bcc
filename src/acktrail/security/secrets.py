"""Resolves references to secrets. A secret is read when it is needed and never shown."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from acktrail.errors import SecretError

MAX_BYTES = 1 << 16
READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
OTHERS = 0o077


class Revealed(str):
    """A secret's text that does not show itself in a traceback or a repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class SecretResolver:
    """Resolves ``env:NAME``, ``file:PATH`` and ``credential:NAME``; see :class:`ports.Secrets`."""

    def __init__(self, home: Path, environ: Mapping[str, str]) -> None:
        """Look up files below ``home/secrets`` and the rest in ``environ``."""
        self._files = home / "secrets"
        self._environ = environ

    def get(self, reference: str) -> str:
        """Return the secret; one line end at its end is dropped.

        Raises:
            SecretError: It is not there, or others could read it. The text names the kind only:
                what stands behind the colon may be a secret put there by mistake.
        """
        kind, _, name = reference.partition(":")
        match kind:
            case "env" if name in self._environ:
                return Revealed(self._environ[name])
            case "env":
                raise _unresolved(kind, "is not set")
            case "file":
                return self._read(kind, self._files, name)
            case "credential":
                folder = self._environ.get("CREDENTIALS_DIRECTORY", "")
                if not folder or "/" in name:
                    raise _unresolved(kind, "needs systemd's credentials folder")
                return self._read(kind, Path(folder), name)
            case _:
                msg = "not a reference to a secret (env:, file:, credential:)"
                raise SecretError(msg)

    def _read(self, kind: str, folder: Path, name: str) -> Revealed:
        if not name or name.startswith("/") or ".." in Path(name).parts or "\0" in name:
            raise _unresolved(kind, "leaves its folder")
        try:
            file = os.open(folder / name, READ)
        except OSError:
            raise _unresolved(kind, "cannot be read") from None
        try:
            _check_owner(kind, os.fstat(file))
            body = os.read(file, MAX_BYTES + 1)
        finally:
            os.close(file)
        if len(body) > MAX_BYTES:
            raise _unresolved(kind, "is too large")
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            raise _unresolved(kind, "is not UTF-8") from None
        return Revealed(text.removesuffix("\n").removesuffix("\r"))


def _check_owner(kind: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise _unresolved(kind, "is no file")
    if status.st_mode & OTHERS:
        raise _unresolved(kind, "can be read by others: chmod 600")
    if status.st_uid not in {0, os.geteuid()}:
        raise _unresolved(kind, "belongs to another user")


def _unresolved(kind: str, what: str) -> SecretError:
    return SecretError(f"{kind}: {what}")
