"""Makes a home again from a backup, proves it, and says in the ledger that this happened.

What came after the backup is not in it. So control numbers go on behind a gap: those that were
given meanwhile may be on their way. Documents that Odoo took meanwhile are found there by their
keys. Where a witness keeps a checkpoint that is newer than the backup, the service does not start:
that history is lost, which is for a person to settle (docs/runbooks/restore.md).
"""

from pathlib import Path
from typing import Final, NamedTuple

from acktrail.app import backup
from acktrail.app.access import need_reason, note
from acktrail.app.home import Home
from acktrail.app.sealing import keys as ledger_keys
from acktrail.app.sealing import sealing, tile_files
from acktrail.app.tools import Tools
from acktrail.app.wiring import database_url, open_tools
from acktrail.errors import ConflictError, LedgerError, NotFoundError
from acktrail.ledger import database
from acktrail.ledger.snapshot import put_back

RESTORED: Final = "restored"  # kind of the entry
NUMBERS: Final = 10_000  # control numbers that are left out of every series
PART: Final = ".restoring"
MOST_SHOWN: Final = 5


class Order(NamedTuple):
    """Who restores, why, and how many control numbers of each series are left out."""

    actor: str
    reason: str
    numbers: int = NUMBERS


class Restored(NamedTuple):
    """What stands again; every fault was looked for and none found."""

    home: Path
    made: str  # instant of the backup
    entries: int
    files: int
    series: int  # of control numbers that were moved on


def restore(source: Path, keys: Path, root: Path, order: Order) -> Restored:
    """Make the home ``root`` from a backup and its keys; it is there only when it is whole.

    Raises:
        ConflictError: ``root`` holds something, or the PostgreSQL database does.
        LedgerError: The backup is damaged, or what was restored is not as it was signed.
        NotFoundError: No whole backup, or no naming key among the keys.
        SetupError: PostgreSQL's tools are not installed.
    """
    need_reason(order.reason)
    facts = backup.manifest(source)
    part = root.with_name(root.name + PART)
    if part.exists() or (root.exists() and any(root.iterdir())):
        msg = f"{root} (or {part.name} beside it) holds something: it is never overwritten"
        raise ConflictError(msg)
    if not (keys / "var" / "keys" / "naming.key").is_file():
        msg = f"{keys}: no var/keys/naming.key; without it no content can be proved"
        raise NotFoundError(msg)
    _sound(source)
    files = _fill(source, keys, part)
    home = Home(part)
    engine = database.open_engine(database_url(home, home.settings().database), durable=True)
    put_back(engine, source / backup.LEDGER)
    engine.dispose()
    tools = open_tools(home)
    sealing(tools).sequencer.rebuild()
    _proved(tools)
    with tools.ledger.begin() as tx:
        series = tx.skip_numbers(order.numbers)
    said = {
        "backup": facts["made"],
        "entries": facts["entries"],
        "numbers": order.numbers,
        "reason": order.reason,
    }
    note(tools, RESTORED, order.actor, said)
    tools.close()
    part.rename(root)
    return Restored(root, facts["made"], facts["entries"], files, series)


def _fill(source: Path, keys: Path, part: Path) -> int:
    """Copy the files of a home; return how many of them are kept content."""
    for path in _files(source / backup.HOME):
        backup.copy_file(path, part / path.relative_to(source / backup.HOME))
    for path in _files(keys):
        backup.copy_file(path, part / path.relative_to(keys))
    for name in ("secrets", "var"):
        (part / name).mkdir(exist_ok=True)
        (part / name).chmod(0o700)
    files = 0
    for one in backup.listed(source):
        found = backup.blob_path(source.parent / backup.BLOBS, one.file)
        backup.copy_file(found, backup.blob_path(part / "var" / "store" / "blobs", one.file))
        files += 1
    return files


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def _sound(source: Path) -> None:
    if found := list(backup.faults(source)):
        raise LedgerError(*found[:MOST_SHOWN], code="backup.damaged")


def _proved(tools: Tools) -> None:
    tree = tools.ledger.verify_tree(tile_files(tools), ledger_keys(tools), [])
    if found := [*tools.ledger.verify(), *tree]:
        raise LedgerError(*found[:MOST_SHOWN], code="backup.damaged")
