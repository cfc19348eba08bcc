"""What the three steps work with, and the few looks at profile and keys that they share."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from acktrail.app.home import Found, Home
from acktrail.app.registry import Formats
from acktrail.app.settings import Settings
from acktrail.app.vault import ContentVault
from acktrail.errors import ProfileError
from acktrail.ledger.sql_ledger import SqlLedger
from acktrail.ports import (
    Clock,
    DataFiles,
    Entry,
    ExchangeRow,
    Sealer,
    SealRules,
    Secrets,
)
from acktrail.profiles.partner import Flow
from acktrail.store.local import LocalStore
from acktrail.translate.choose import Translators


class Disposable(Protocol):
    """What is needed here of a database engine; sqlalchemy's door is the ledger."""

    def dispose(self) -> None:
        """Close every connection."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """Everything that the wiring picked."""

    home: Home
    settings: Settings
    engine: Disposable  # SQLAlchemy's, durable; the wiring hands it on
    ledger: SqlLedger
    store: LocalStore
    vault: ContentVault
    formats: Formats
    files: DataFiles
    translators: Translators
    sealer: Sealer
    secrets: Secrets
    clock: Clock
    naming_key: bytes
    actor: str

    @property
    def staging(self) -> Path:
        """Return the folder for files that are being worked on."""
        folder = self.home.var / "staging"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def close(self) -> None:
        """Close what holds connections."""
        self.engine.dispose()

    def spool(self) -> BinaryIO:
        """Return a new nameless file; whoever asks closes it."""
        return cast("BinaryIO", tempfile.TemporaryFile(dir=self.staging))

    def in_force(self, row: ExchangeRow) -> Found:
        """Return the profile version that the exchange was received under.

        Raises:
            ProfileError: Its file has changed since.
        """
        _, _, version = row.profile.partition("@")
        found = self.home.profile(row.partner, int(version))
        if found.sha256 != row.profile_sha256:
            msg = f"{row.profile}: the file changed after exchanges used it; make a new version"
            raise ProfileError(msg)
        return found

    def seal_rules(self, partner: str, flow: Flow, limit: int) -> SealRules:
        """Return what the flow's OpenPGP step means, keys read and secrets resolved."""
        return seal_rules(self.home, self.secrets, partner, flow, limit)


def seal_rules(home: Home, secrets: Secrets, partner: str, flow: Flow, limit: int) -> SealRules:
    """Return the rules of a flow's ``pgp`` step; empty ones when it has none."""
    step = next((one for one in flow.envelope if one.step == "pgp"), None)
    if step is None:
        return SealRules(limit=limit)
    theirs = tuple(home.key_file(partner, name) for name in step.keys)
    ours = tuple(secrets.get(name).encode() for name in step.secret_keys)
    passphrase = secrets.get(step.passphrase) if step.passphrase else ""
    return SealRules(signers=step.signers, keys=theirs + ours, passphrase=passphrase, limit=limit)


def received_flow(entries: tuple[Entry, ...], found: Found) -> Flow:
    """Return the flow that an exchange's first entry names.

    Raises:
        ProfileError: The profile does not know it any more.
    """
    name = entries[0].body["flow"]
    for flow in found.profile.flow:
        if flow.name == name:
            return flow
    msg = f"{found.profile.label}: no flow {name!r}"
    raise ProfileError(msg)


def last_body(entries: tuple[Entry, ...], kind: str) -> dict[str, object]:
    """Return the body of the newest entry of ``kind``; empty when there is none."""
    return next((dict(e.body) for e in reversed(entries) if e.kind == kind), {})
