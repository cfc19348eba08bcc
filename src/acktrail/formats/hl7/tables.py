"""The door to hl7apy: its version tables, corrected by ``parsers/hl7/overlay.toml``.

Nothing of hl7apy but these tables is used: its parser drops segments without a word, and its
exception texts hold field values. A version's tables are read when a file first needs them.
"""

import importlib
import tomllib
from collections.abc import Iterator
from typing import Any, NamedTuple

from acktrail.ports import DataFiles

VERSIONS = (
    *("2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5"),
    *("2.5.1", "2.6", "2.7", "2.8", "2.8.1", "2.8.2"),
)
NEAR = {"2.7.1": "2.7", "2.9": "2.8.2", "2.9.1": "2.8.2"}  # without tables of their own


def is_known(version: str) -> bool:
    """Tell whether there are tables for a version, be it those of its neighbour."""
    return version in VERSIONS or version in NEAR


_KINDS = {"NM": "NM", "SI": "SI", "DT": "DT", "TM": "TM", "TS": "TS", "DTM": "TS"}
_OPEN_TYPES = frozenset({None, "varies", "CM", "FT", "TX"})  # components are not ours to count


class FieldSpec(NamedTuple):
    """What a version's table says of one field."""

    number: int
    kinds: tuple[str, ...]  # NM SI DT TM TS by component, "" = free text; empty = anything goes
    required: bool = False
    most: int = 1  # repetitions; 0 = no limit
    withdrawn: bool = False
    codes: frozenset[str] = frozenset()  # of a table that HL7 defines


class Node(NamedTuple):
    """One node of a message structure."""

    kind: str  # segment | sequence | choice
    name: str  # of the segment, or of the group; "" for the message
    nodes: tuple["Node", ...]
    least: int
    most: int  # -1 = no limit


class Corrections(NamedTuple):
    """The overlay: how hl7apy's tables differ from what the standard's sources say."""

    optional: frozenset[tuple[str, str]]  # (version, FT1-14)
    types: dict[tuple[str, str], str]


def read_corrections(files: DataFiles) -> Corrections:
    """Read the overlay of corrections.

    Raises:
        GuideError: If the file is not there.
    """
    table = tomllib.loads(files.read("hl7/overlay.toml").decode("utf-8"))
    optional: set[tuple[str, str]] = set()
    types: dict[tuple[str, str], str] = {}
    for row in table["field"]:
        for version in row["versions"]:
            if "type" in row:
                types[version, row["path"]] = row["type"]
            if row.get("required") is False:
                optional.add((version, row["path"]))
    return Corrections(frozenset(optional), types)


class Tables:
    """Segments and structures of one version."""

    def __init__(self, version: str, corrections: Corrections) -> None:
        module = importlib.import_module(f"hl7apy.v{version.replace('.', '_')}")
        self._elements: dict[str, Any] = module.ELEMENTS
        self._corrections = corrections
        self.version = version
        self.segments = frozenset(tag for tag in self._elements["Segment"] if len(tag) == 3)  # noqa: PLR2004
        self.structures = frozenset(self._elements["Message"])

    def segment(self, tag: str) -> tuple[FieldSpec, ...]:
        """Return the fields of a segment by number; empty when the version has no such table."""
        if tag not in self.segments:
            return ()
        specs = (self._field(tag, child) for child in self._children(tag))
        return tuple(sorted(specs, key=lambda spec: spec.number))

    def names(self, tag: str) -> dict[int, str]:
        """Return the names of a segment's fields by number: ``Patient Name``."""
        if tag not in self.segments:
            return {}
        named = ((child[0], child[1][3]) for child in self._children(tag))
        return {_number(field): _title(name) for field, name in named if name}

    def _children(self, tag: str) -> Any:  # noqa: ANN401
        raw = self._elements["Segment"][tag]
        if isinstance(raw[0], tuple):
            return raw  # ORO of 2.1 lacks its outer node
        return raw[1] if raw[0] == "sequence" and len(raw) > 1 else ()

    def structure(self, name: str) -> Node:
        """Return the tree of a message structure; its group names lose the structure's own."""
        return Node("sequence", "", tuple(self._nodes(self._elements["Message"][name], name)), 1, 1)

    def _nodes(self, raw: Any, structure: str) -> Iterator[Node]:  # noqa: ANN401 - untyped tables
        for name, inline, (least, most), kind in raw[1]:
            if kind == "SEG":
                yield Node("segment", name, (), least, most)
                continue
            group = inline if inline and len(inline) > 1 else self._elements["Group"][name]
            short = name.removeprefix(f"{structure}_")
            nodes = tuple(self._nodes(group, structure))
            yield Node(group[0], short, nodes, least, most)

    def _field(self, tag: str, child: Any) -> FieldSpec:  # noqa: ANN401
        name, raw, (least, most), _ = child
        number = _number(name)
        path = (self.version, f"{tag}-{number}")
        type_ = self._corrections.types.get(path, raw[2])
        required = least > 0 and path not in self._corrections.optional
        withdrawn = type_ in ("WD", "wd") or most == 0
        limit = 0 if most < 0 else max(most, 1)
        return FieldSpec(
            number, self._kinds(type_), required, limit, withdrawn, self._codes(type_, raw[4])
        )

    def _kinds(self, type_: str | None) -> tuple[str, ...]:
        parts = self._elements["Datatypes_Structs"].get(type_)
        if type_ in _OPEN_TYPES and not parts:
            return ()
        if parts is None:
            return (_KINDS.get(type_ or "", ""),)
        kinds = [self._leaf(part[1]) for part in parts]
        if type_ == "TS":
            kinds[0] = "TS"  # typed ST up to 2.4
        return tuple(kinds)

    def _leaf(self, raw: Any) -> str:  # noqa: ANN401
        """Return the kind of a component, or of its first sub-component."""
        while raw[0] != "leaf":
            if raw[2] == "TS":
                return "TS"
            raw = raw[1][0][1]
        return _KINDS.get(raw[2], "")

    def _codes(self, type_: str | None, table: str | None) -> frozenset[str]:
        if type_ != "ID" or not table:
            return frozenset()
        known = self._elements["Table"].get(table)
        return frozenset(str(code) for code in known[1]) if known else frozenset()


def _number(name: str) -> int:
    return int(name.rsplit("_", 1)[1])  # not the list index: tables have gaps


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def groups_of(root: Node) -> dict[str, frozenset[str]]:
    """Return which groups each group of a structure stands in."""
    found: dict[str, frozenset[str]] = {}
    pending = [(root, "")]
    while pending:
        node, outer = pending.pop()
        if node.kind != "segment" and node.name and outer:
            found[node.name] = found.get(node.name, frozenset()) | {outer}
        inner = node.name if node.kind != "segment" and node.name else outer
        pending += [(child, inner) for child in node.nodes]
    return found
