"""The directories that we have, each compiled when a message first needs it."""

import re

from acktrail.formats.delimited import Marks
from acktrail.formats.edifact.characters import Script
from acktrail.formats.edifact.directory import Directory, directory_of
from acktrail.formats.edifact.message import Checks
from acktrail.ports import DataFiles

FOLDER = "edifact"
Key = tuple[str, str, Marks]
KEPT = 16  # sets of patterns; senders may vary delimiters


class Directories:
    """Loads directories from ``parsers/edifact/`` and remembers what was compiled."""

    def __init__(self, files: DataFiles) -> None:
        self._files = files
        self._loaded: dict[str, Directory] = {}
        self._checks: dict[Key, Checks] = {}

    def service(self, syntax: int) -> Directory:
        """Return the service segments of syntax 1-3 or 4."""
        return self._load("service4.toml" if syntax == 4 else "service3.toml")  # noqa: PLR2004

    def checks(self, type_: str, version: str, release: str, script: Script) -> Checks | None:
        """Return what a message is checked against; None when we have no directory for it."""
        directory = self._directory(type_, version, release)
        if directory is None or type_ not in directory.messages:
            return None
        key = (directory.name, type_, script.marks)
        found = self._checks.get(key)
        if found is None:
            if len(self._checks) >= KEPT:
                del self._checks[next(iter(self._checks))]
            found = self._checks[key] = Checks(directory, directory.messages[type_], script)
        return found

    def named(self, type_: str, version: str) -> Directory | None:
        """Return the directory of a message's version as its head writes it: ``D:96A:UN``."""
        parts = [*version.split(":"), "", ""]
        return self._directory(type_, parts[0], parts[1])

    def tags(self) -> frozenset[str]:
        """Return every segment that one of our directories has."""
        names = [name for name in self._files.names(FOLDER) if name.endswith(".toml")]
        return frozenset().union(*(self._load(name).segments for name in names))

    def _directory(self, type_: str, version: str, release: str) -> Directory | None:
        if type_ == "CONTRL":
            return self.service(4 if version == "4" else 3)
        name = f"{version}{release}.toml".lower()
        if not re.fullmatch(r"[a-z0-9]{2,6}\.toml", name):
            return None
        if name not in self._loaded and name not in self._files.names(FOLDER):
            return None  # not remembered: a sender could name releases without end
        return self._load(name)

    def _load(self, name: str) -> Directory:
        found = self._loaded.get(name)
        if found is None:
            found = self._loaded[name] = directory_of(self._files.read(f"{FOLDER}/{name}"))
        return found
