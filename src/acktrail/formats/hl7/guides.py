"""What checks a message: its version's segments, its event's structure, compiled once each.

Compiling a segment's pattern costs milliseconds, the slow look microseconds: a segment gets its
pattern after it was seen often enough. Names from a message are looked up, never remembered.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import filterfalse
from typing import NamedTuple

from acktrail.formats.hl7.locate import Locator
from acktrail.formats.hl7.patterns import ANY_LINE, NO_LINE, LinePattern, is_plain, line_pattern
from acktrail.formats.hl7.settings import AgreedRows, Used, read_paths
from acktrail.formats.hl7.specification import FOLDER, Specification, read_specification
from acktrail.formats.hl7.structure import Structure
from acktrail.formats.hl7.tables import (
    NEAR,
    VERSIONS,
    Corrections,
    FieldSpec,
    Tables,
    groups_of,
    read_corrections,
)
from acktrail.ports import DataFiles

_WARM = 500  # lines of a segment before its pattern pays
_MOST_PATTERNS = 64  # of one version; beyond it the slow look does


class Choice(NamedTuple):
    """The structure of an event and how it was found."""

    name: str = ""  # "" = none is known
    by_message: bool = True  # False: MSH-9.3 names one that the version does not have


class Patterns:
    """Patterns of the segments of one version, under what one profile says of them.

    A segment gets its pattern after it was seen often enough. For the recommended delimiters.
    """

    __slots__ = ("_guide", "_lines", "_plain", "_seen", "apart")

    def __init__(self, guide: "Guide", agreed: AgreedRows) -> None:
        self._guide = guide
        fields = {tag: tuple(row for row in rows if row.path.field) for tag, rows in agreed}
        self._plain = {tag: tuple(filter(is_plain, rows)) for tag, rows in fields.items()}
        # what cannot be part of a pattern is looked at in every line of these segments
        apart = {tag: tuple(filterfalse(is_plain, rows)) for tag, rows in fields.items()}
        self.apart = {tag: rows for tag, rows in apart.items() if rows}
        self._seen: Counter[str] = Counter()
        self._lines: dict[str, LinePattern] = {}

    def line(self, tag: str) -> LinePattern | None:
        """Return what tells a line without any fault; ``None`` as long as there is no pattern."""
        if tag == "MSH" or not self._guide.specs(tag):  # MSH is judged by its header
            return NO_LINE if self._plain.get(tag) else ANY_LINE
        return self._lines.get(tag)

    def count(self, tags: Iterable[str]) -> bool:
        """Count lines that have no pattern; tell whether one was seen often enough to get its."""
        made = len(self._lines)
        for tag in tags:
            self._seen[tag] += 1
            if self._seen[tag] >= _WARM and tag not in self._lines and made <= _MOST_PATTERNS:
                rows = self._plain.get(tag, ())
                self._lines[tag] = line_pattern(tag, self._guide.specs(tag), rows)
        return len(self._lines) > made


class Guide:
    """One version of HL7."""

    def __init__(self, tables: Tables, events: Mapping[str, str]) -> None:
        self._tables = tables
        self._events = events
        self._specs: dict[str, tuple[FieldSpec, ...]] = {}
        self._locators: dict[str, Locator] = {}
        self._structures: dict[str, Structure] = {}
        self._patterns: dict[AgreedRows, Patterns] = {}
        self._labels: dict[str, str] = {}
        self.version = tables.version

    def knows(self, tag: str) -> bool:
        """Tell whether the version has the segment."""
        return tag in self._tables.segments

    def label(self, structure: str) -> str:
        """Return structure and version as one name, DFT_P03@2.5.1: one text for all messages."""
        if structure not in self._labels:
            self._labels[structure] = f"{structure}@{self.version}"
        return self._labels[structure]

    def specs(self, tag: str) -> tuple[FieldSpec, ...]:
        """Return the fields of a segment; empty when the version has no table of it."""
        if tag not in self._tables.segments:
            return ()
        if tag not in self._specs:
            self._specs[tag] = self._tables.segment(tag)
        return self._specs[tag]

    def locator(self, tag: str) -> Locator | None:
        """Return what finds the faults in a segment; None when the version has no table of it."""
        if tag not in self._locators and self.specs(tag):
            self._locators[tag] = Locator(tag, self.specs(tag))
        return self._locators.get(tag)

    def patterns(self, agreed: AgreedRows) -> Patterns:
        """Return the patterns under what a profile says of segments."""
        found = self._patterns.get(agreed)
        if found is None:
            found = self._patterns[agreed] = Patterns(self, agreed)
        return found

    def choose(self, sent: str, event: str, agreed: str = "") -> Choice:
        """Return the structure of ``event`` (DFT^P03); ``sent`` is MSH-9.3.

        Order: MSH-9.3, TYPE_EVENT, the map of events, the profile's choice.
        """
        known = self._tables.structures
        if sent in known:
            return Choice(sent)
        for name in (event.replace("^", "_"), self._events.get(event, ""), agreed):
            if name in known:
                return Choice(name, by_message=not sent)
        return Choice(by_message=not sent)

    def names(self, tag: str) -> Mapping[int, str]:
        """Return the names of a segment's fields by their numbers; empty for an unknown one."""
        return self._tables.names(tag)

    def groups(self, structure: str) -> Mapping[str, frozenset[str]]:
        """Return which groups each group of a structure stands in; empty for an unknown one."""
        known = structure in self._tables.structures
        return groups_of(self._tables.structure(structure)) if known else {}

    def structure(self, name: str) -> Structure:
        """Return the automaton of a structure that :meth:`choose` named."""
        if name not in self._structures:
            self._structures[name] = Structure(self._tables.structure(name))
        return self._structures[name]


class Guides:
    """Every version, read when first needed."""

    def __init__(self, files: DataFiles) -> None:
        self._files = files
        self._guides: dict[str, Guide] = {}
        self._corrections: Corrections | None = None
        self._used: dict[str, Used] = {}
        self._specifications: dict[str, Specification] = {}

    def version(self, version: str) -> Guide | None:
        """Return the guide of MSH-12.1, or of the nearest version with tables."""
        name = NEAR.get(version, version)
        if name not in VERSIONS:
            return None
        if name not in self._guides:
            self._corrections = self._corrections or read_corrections(self._files)
            self._guides[name] = Guide(Tables(name, self._corrections), self._events(name))
        return self._guides[name]

    def used(self) -> Mapping[str, Used]:
        """Return what our maps use, by message type; by type and event where that is nothing.

        Raises:
            GuideError: If the file is not there.
        """
        if not self._used:
            table = tomllib.loads(self._files.read("hl7/used.toml").decode("utf-8"))
            self._used = {name: Used(read_paths(paths)) for name, paths in table["used"].items()}
            self._used |= dict.fromkeys(table["unread"], Used(()))
        return self._used

    def specification(self, name: str) -> Specification:
        """Return a partner specification, read once.

        Raises:
            GuideError: If there is no such file, or it is wrong.
        """
        if name not in self._specifications:
            body = self._files.read(f"{FOLDER}/{name}.toml")
            self._specifications[name] = read_specification(body, name)
        return self._specifications[name]

    def _events(self, version: str) -> dict[str, str]:
        table = tomllib.loads(self._files.read("hl7/events.toml").decode("utf-8"))
        return {
            event: row["structure"]
            for row in table["event"]
            if version in row["versions"]
            for event in row["events"]
        }
