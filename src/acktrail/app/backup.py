"""A copy of a home from which it can be made again, taken while the service runs.

``<folder>/blobs/`` holds kept content once for all backups; each backup is a folder beside it,
named by its instant and there only when it is whole::

    2026-01-31T040000Z/manifest.json    what was copied, with hashes
    2026-01-31T040000Z/ledger           the database (SQLite file, or a dump of PostgreSQL)
    2026-01-31T040000Z/blobs.tsv        file, size, mtime, SHA-256 of every kept file
    2026-01-31T040000Z/home/            acktrail.toml, partners/, parsers/

Keys and secrets go into another folder, if at all: whoever holds both can read everything.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from hashlib import file_digest
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

from acktrail.app.tools import Tools
from acktrail.errors import ConflictError, LedgerError, NotFoundError
from acktrail.store.local import SEALED, LocalStore

SCHEMA: Final = "acktrail/backup/1"
MANIFEST, LEDGER, LIST, HOME, BLOBS = "manifest.json", "ledger", "blobs.tsv", "home", "blobs"
COPIED: Final = ("acktrail.toml", "partners", "parsers")
KEYS: Final = ("var/keys", "secrets")
STAMP: Final = "%Y-%m-%dT%H%M%SZ"
PART: Final = ".part"
PRIVATE: Final = 0o700


class Made(NamedTuple):
    """A backup that is whole."""

    backup: Path
    entries: int
    files: int  # kept content
    copied: int  # of it, what the backup before had not


class Kept(NamedTuple):
    """A line of the list of kept content."""

    file: str
    size: int
    mtime: int  # nanoseconds since 1970
    sha256: str


def make(tools: Tools, folder: Path, keys: Path | None = None) -> Made:
    """Make a backup in ``folder``; keys and secrets into ``keys``, when it is given.

    Raises:
        ConflictError: Content was disposed of meanwhile or is lost; another backup has this second.
        SetupError: PostgreSQL's tools are not installed.
        UnavailableError: The database is away.
    """
    before = newest(folder)
    target = folder / f"{tools.clock.now():{STAMP}}"
    part = target.with_name(target.name + PART)
    if target.exists() or part.exists():
        msg = f"{target.name}: there is such a backup, whole or cut short"
        raise ConflictError(msg)
    _private(folder, folder / BLOBS, part)
    _copy_trees(tools.home.root, part / HOME, COPIED)
    with tools.ledger.snapshot(part / LEDGER) as taken:
        files, copied = _copy_blobs(tools.store, folder, before, part / LIST)
        lacking = _lacking(taken.kept, listed(part))
    if lacking:
        msg = f"{lacking} files were disposed of meanwhile or are lost; look with: ledger verify"
        raise ConflictError(msg)
    if keys:
        _private(keys)
        _copy_trees(tools.home.root, keys, KEYS)
    facts = {
        "schema": SCHEMA,
        "made": tools.clock.now().isoformat(timespec="seconds"),
        "acktrail": version("acktrail"),
        "node": tools.settings.node,
        "revision": taken.revision,
        "entries": taken.entries,
        "streams": taken.streams,
        "checkpoint": taken.note,
        "files": {_name(path, part): _sha256(path) for path in _files(part)},
    }
    (part / MANIFEST).write_text(json.dumps(facts, indent=1))
    _flush_tree(part)
    part.rename(target)
    _flush(folder)
    return Made(target, taken.entries, files, copied)


def newest(folder: Path) -> Path | None:
    """Return the newest whole backup of a folder."""
    whole = [path.parent for path in folder.glob(f"*/{MANIFEST}") if path.parent.suffix != PART]
    return max(whole, default=None)


def faults(backup: Path) -> Iterator[str]:
    """Compare a backup with its own hashes; yield ``file: what differs``.

    Raises:
        NotFoundError: There is no whole backup.
    """
    named = manifest(backup)["files"]
    there = {_name(path, backup): path for path in _files(backup) if path.name != MANIFEST}
    for name in sorted(named.keys() | there.keys()):
        if name not in there:
            yield f"{name}: missing"
        elif name not in named:
            yield f"{name}: not in the manifest"
        elif _sha256(there[name]) != named[name]:
            yield f"{name}: other bytes"
    if LIST not in there:
        return
    for one in listed(backup):
        path = blob_path(backup.parent / BLOBS, one.file)
        if not path.is_file():
            yield f"{BLOBS}/{one.file}: missing"
        elif _sha256(path) != one.sha256:
            yield f"{BLOBS}/{one.file}: other bytes"


def manifest(backup: Path) -> Mapping[str, Any]:
    """Read what a backup says of itself.

    Raises:
        NotFoundError: There is no whole backup.
        LedgerError: It is none that this version can read.
    """
    try:
        found = json.loads((backup / MANIFEST).read_bytes())
    except FileNotFoundError:
        msg = "no whole backup here: no manifest.json"
        raise NotFoundError(msg) from None
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        msg = f"manifest.json is not of {SCHEMA}"
        raise LedgerError(msg, code="backup.damaged")
    return found


def listed(backup: Path) -> Iterator[Kept]:
    """Read the list of kept content, in the order of names."""
    with (backup / LIST).open(encoding="ascii") as lines:
        for line in lines:
            file, size, mtime, digest = line.rstrip("\n").split("\t")
            yield Kept(file, int(size), int(mtime), digest)


def blob_path(blobs: Path, file: str) -> Path:
    """Return where a kept file lies; the store has the same shape."""
    return blobs / file[:2] / file


def copy_file(source: Path, target: Path) -> str:
    """Copy a file durably, with its times and mode; return its SHA-256."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(target.name + PART)
    part.unlink(missing_ok=True)
    shutil.copy2(source, part)
    with part.open("rb") as copy:
        digest = file_digest(copy, "sha256").hexdigest()
        os.fsync(copy.fileno())
    part.rename(target)
    return digest


def _copy_blobs(
    store: LocalStore, folder: Path, before: Path | None, list_: Path
) -> tuple[int, int]:
    """Copy what the backup before has not; write the list; return how many files, how many new."""
    known = listed(before) if before else iter(())
    last = next(known, None)
    files = copied = 0
    with list_.open("w", encoding="ascii") as lines:
        for path in store.files():
            while last is not None and last.file < path.name:
                last = next(known, None)
            facts = path.stat()
            target = blob_path(folder / BLOBS, path.name)
            here = last is not None and last[:3] == (path.name, facts.st_size, facts.st_mtime_ns)
            if last is not None and here and target.exists():
                digest = last.sha256
            else:
                digest = copy_file(path, target)
                copied += 1
            files += 1
            lines.write(f"{path.name}\t{facts.st_size}\t{facts.st_mtime_ns}\t{digest}\n")
    return files, copied


def _lacking(kept: Iterator[str], files: Iterator[Kept]) -> int:
    """Count kept names without a file; both come in the order of names."""
    names = (one.file.removesuffix(SEALED) for one in files)
    here, lacking = next(names, None), 0
    for name in kept:
        while here is not None and here < name:
            here = next(names, None)
        lacking += here != name
    return lacking


def _copy_trees(root: Path, target: Path, names: Sequence[str]) -> None:
    for name in names:
        for path in _files(root / name) if (root / name).is_dir() else [root / name]:
            copy = target / path.relative_to(root)
            copy_file(path, copy)
            copy.chmod(copy.stat().st_mode & PRIVATE)


def _private(*folders: Path) -> None:
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(PRIVATE)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _flush_tree(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        _flush(path)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
