"""A sealed store over a real ledger, as the service wires it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from acktrail.app.vault import ContentVault, Rules
from acktrail.ledger.sql_ledger import SqlLedger
from acktrail.security.retention_keys import RetentionKeys
from acktrail.store.local import LocalStore
from tests.service.ledger.samples import NAMING_KEY, TickingClock, opened_ledger

RETENTION: Mapping[str, timedelta] = {
    "original": timedelta(days=2192),
    "answer": timedelta(days=2192),
    "derived": timedelta(days=30),
}


@dataclass(slots=True)
class Kept:
    """A store with what stands behind it."""

    folder: Path
    store: LocalStore
    vault: ContentVault
    ledger: SqlLedger
    engine: sa.Engine
    keys: RetentionKeys
    clock: TickingClock

    def files(self, name: str) -> list[Path]:
        return sorted((self.folder / "store" / "blobs" / name[:2]).glob(f"{name}*"))

    def sealed(self, name: str) -> Path:
        (path,) = self.files(name)
        assert path.suffix == ".sealed"
        path.chmod(0o600)
        return path


def kept(url: str, folder: Path, *, encrypt: bool = True, master: bytes = b"") -> Kept:
    clock = TickingClock()
    ledger, engine = opened_ledger(url, clock)
    keys = RetentionKeys(folder / "keys", master)
    vault = ContentVault(ledger, keys, clock, Rules(encrypt, RETENTION))
    store = LocalStore(folder / "store", NAMING_KEY, vault)
    return Kept(folder, store, vault, ledger, engine, keys, clock)
