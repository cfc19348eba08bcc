"""Resolves references to secrets. A secret is read when it is needed and never shown."""

import os
import stat
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from acktrail.errors import SecretError, UnavailableError
from acktrail.security.age import AGE, SOPS, AgeFiles
from acktrail.security.refusals import unresolved
from acktrail.security.vault import KIND, Vault, VaultLogin

MAX_BYTES = 1 << 16
READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
OTHERS = 0o077
FRESH, LASTS = 60.0, 300.0  # seconds: asked again after, and no longer believed after


class Revealed(str):
    """A secret's text that does not show itself in a traceback or a repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class _Kept(NamedTuple):
    """What Vault said, and when."""

    text: Revealed
    at: float


class SecretResolver:
    """Resolves ``env:``, ``file:``, ``credential:``, ``vault:``, ``age:`` and ``sops:``.

    See :class:`ports.Secrets`.

    What lies on this machine is read anew each time. What Vault says is kept for a minute, and for
    five while Vault does not answer: a secret that was changed there is used without a restart.
    """

    def __init__(
        self,
        home: Path,
        environ: Mapping[str, str],
        vault: VaultLogin | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        *,
        identity: str = "",
    ) -> None:
        """Look up files below ``home/secrets``, variables in ``environ``, the rest in Vault.

        ``identity`` is the reference to our age key, for files that age or sops encrypted.
        """
        self._files = home / "secrets"
        self._identity = identity
        self._environ = environ
        self._vault = Vault(vault, self._on_this_machine) if vault else None
        self._monotonic = monotonic
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def get(self, reference: str) -> str:
        """Return the secret; one line end at its end is dropped.

        Raises:
            SecretError: It is not there, or others could read it. The text names the kind only:
                what stands behind the colon may be a secret put there by mistake.
            UnavailableError: Vault does not answer, and nothing young enough is known.
        """
        kind, _, name = reference.partition(":")
        if kind in {AGE, SOPS}:
            return self._decrypted(kind, name)
        return self._from_vault(name) if kind == KIND else self._on_this_machine(reference)

    def _decrypted(self, kind: str, name: str) -> Revealed:
        if not self._identity:
            raise unresolved(kind, "needs age.identity in acktrail.toml")
        path = self._environ.get("PATH", "")
        files = AgeFiles(self._files, path, lambda: self._on_this_machine(self._identity))
        return Revealed(files.get(kind, name))

    def _from_vault(self, name: str) -> Revealed:
        if self._vault is None:
            raise unresolved(KIND, "needs [vault] in acktrail.toml, and inspect asks no server")
        with self._lock:
            now = self._monotonic()
            kept = self._kept.get(name)
            if kept and now - kept.at < FRESH:
                return kept.text
            try:
                text = Revealed(self._vault.get(name))
            except UnavailableError:
                if kept and now - kept.at < LASTS:
                    return kept.text
                raise
            except SecretError:
                self._kept.pop(name, None)
                raise
            self._kept[name] = _Kept(text, now)
            return text

    def _on_this_machine(self, reference: str) -> Revealed:
        kind, _, name = reference.partition(":")
        match kind:
            case "env" if name in self._environ:
                return Revealed(self._environ[name])
            case "env":
                raise unresolved(kind, "is not set")
            case "file":
                return self._read(kind, self._files, name)
            case "credential":
                folder = self._environ.get("CREDENTIALS_DIRECTORY", "")
                if not folder or "/" in name:
                    raise unresolved(kind, "needs systemd's credentials folder")
                return self._read(kind, Path(folder), name)
            case _:
                msg = "not a reference to a secret (env:, file:, credential:, vault:, age:, sops:)"
                raise SecretError(msg)

    def _read(self, kind: str, folder: Path, name: str) -> Revealed:
        if not name or name.startswith("/") or ".." in Path(name).parts or "\0" in name:
            raise unresolved(kind, "leaves its folder")
        try:
            file = os.open(folder / name, READ)
        except OSError:
            raise unresolved(kind, "cannot be read") from None
        try:
            _check_owner(kind, os.fstat(file))
            body = os.read(file, MAX_BYTES + 1)
        finally:
            os.close(file)
        if len(body) > MAX_BYTES:
            raise unresolved(kind, "is too large")
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            raise unresolved(kind, "is not UTF-8") from None
        return Revealed(text.removesuffix("\n").removesuffix("\r"))


def _check_owner(kind: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise unresolved(kind, "is no file")
    if status.st_mode & OTHERS:
        raise unresolved(kind, "can be read by others: chmod 600")
    if status.st_uid not in {0, os.geteuid()}:
        raise unresolved(kind, "belongs to another user")
