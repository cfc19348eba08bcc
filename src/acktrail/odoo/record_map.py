"""How documents of a kind become records where no code does it: ``[[record]]`` tables, as data.

In ``parsers/odoo/<kind>.toml`` or a profile's ``[[odoo.kind.<kind>.record]]``. What a map may fill
is bound by the kind's allow list (``send``) like everything else. The language: docs/records.md.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from acktrail.documents.parts import Item, Quantity
from acktrail.errors import ProfileError
from acktrail.odoo.paths import SCALARS, document_type, element_of, payload_of, type_at

DOCUMENT, EACH = "document.", "each."  # what a path starts at, unless at the element or line
CONSTANT = "="
Codes = Mapping[str, tuple[str, ...]]
Sources = tuple[tuple[str, ...], ...]  # the first that was sent; parts of one are joined by a blank
Said = str | bool | Mapping[str, Any]  # a cell, as a map says it
LOOKUPS = ("party", "place", "analytic", "item", "unit")
SCHEMED = ("place", "analytic")
CELL_KEYS = frozenset({"from", "table", "other", "required", "scheme", *LOOKUPS})
KEYS = frozenset({"model", "when", "needs", "each", "key", "find", "again", "compare", "cells"})


@dataclass(frozen=True, slots=True)
class Cell:
    """Where one cell comes from."""

    sources: Sources = ()
    table: Mapping[str, str | bool] = field(default_factory=dict)
    other: str | bool | None = None  # for codes that the table lacks, and when nothing was sent
    required: bool = False
    lookup: str = ""  # party: roles; place, analytic: scheme and source; item, unit: a path
    names: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The one path that the cell is from; "" when it is made of several."""
        return self.sources[0][0] if [len(one) for one in self.sources] == [1] else ""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a record: a field of Odoo, a list of the document, and their cells."""

    field: str
    of: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class RecordMap:
    """One kind of record that documents of a kind become."""

    model: str
    cells: Mapping[str, Cell]
    lines: Lines | None = None
    when: Codes = field(default_factory=dict)  # else the element is none of this map's
    needs: Codes = field(default_factory=dict)  # else it is for a person
    each: str = ""  # a list of the payload: a record for each element; "": one a document
    key: tuple[Sources, ...] = ()  # what makes it that record and no other
    find: str = ""  # a field by which Odoo may have the record already, whoever made it
    overwrite: bool = False  # a record that is there is written again
    compare: str = ""  # a field that is read back

    def references(self) -> Iterator[tuple[str, str]]:
        """Yield each cell that names a record of Odoo by an external id, and that id."""
        below = self.lines.cells if self.lines else {}
        for name, cell in (*self.cells.items(), *below.items()):
            if name.endswith("/id") and cell.path.startswith(CONSTANT):
                yield f"record.{name}", cell.path.removeprefix(CONSTANT)


def read_record_map(table: Mapping[str, Any]) -> RecordMap:
    """Read one ``[[record]]`` table.

    Raises:
        ProfileError: One argument per problem, ``record: what is wrong``.
    """
    problems = [f"record: unknown key {one}" for one in sorted(table.keys() - KEYS - {"lines"})]
    problems += [f"record: {one} is missing" for one in ("model", "cells") if not table.get(one)]
    if table.get("each") and not table.get("key"):
        problems.append("record: with each a key is needed")
    lines = table.get("lines")
    cells = [*table.get("cells", {}).items(), *(lines or {}).get("cells", {}).items()]
    for name, one in cells:
        if isinstance(one, Mapping) and (one.keys() - CELL_KEYS or _ways(one) != 1):
            problems.append(f"record: cell {name}: one of from, {', '.join(LOOKUPS)}")
        elif isinstance(one, Mapping) and bool(one.keys() & {*SCHEMED}) != ("scheme" in one):
            problems.append(f"record: cell {name}: {' or '.join(SCHEMED)} and scheme go together")
    if lines is not None and not (lines.get("field") and lines.get("of") and lines.get("cells")):
        problems.append("record: lines needs field, of and cells")
    if problems:
        raise ProfileError(*problems)
    return RecordMap(
        table["model"],
        {name: _cell(one) for name, one in table["cells"].items()},
        Lines(lines["field"], lines["of"], {n: _cell(one) for n, one in lines["cells"].items()})
        if lines
        else None,
        _codes(table.get("when", {})),
        _codes(table.get("needs", {})),
        table.get("each", ""),
        tuple(_sources(one) for one in table.get("key", ())),
        table.get("find", ""),
        table.get("again", "keep") == "overwrite",
        table.get("compare", ""),
    )


def _ways(table: Mapping[str, Any]) -> int:
    return len(table.keys() & {"from", *LOOKUPS})


def _cell(value: Said) -> Cell:
    if isinstance(value, bool):
        return Cell(other=value)
    if isinstance(value, str):
        return Cell(_sources(value))
    way = next((one for one in LOOKUPS if one in value), "")
    said = value.get(way, value.get("from", ""))
    roles = tuple([said] if isinstance(said, str) else said) if way == "party" else ()
    return Cell(
        () if way == "party" else _sources(said),
        value.get("table", {}),
        value.get("other"),
        value.get("required", False),
        way,
        roles or ((value["scheme"],) if "scheme" in value else ()),
    )


def _sources(text: str) -> Sources:
    """Read ``"A | B + C"``: the first that was sent, of A, and of B and C with a blank between."""
    return tuple(
        tuple(part.strip() for part in one.split(" + ")) for one in text.strip().split(" | ")
    )


def _codes(table: Mapping[str, Any]) -> Codes:
    return {
        path: (codes,) if isinstance(codes, str) else tuple(codes) for path, codes in table.items()
    }


def misplaced(kind: str, record: RecordMap) -> Iterator[str]:
    """Yield what is wrong with a map's paths, by the types of the kind's documents."""
    payload = payload_of(kind)
    element = element_of(payload, record.each) if record.each else payload
    if element is None:
        yield f"record: each = {record.each}: no list of {kind}"
        return
    plain = [(path, element) for path in (*record.when, *record.needs)]
    plain += [(path, element) for source in record.key for path in _paths(source)]
    cells = [(cell, element) for cell in record.cells.values()]
    if record.lines:
        line = element_of(element, record.lines.of)
        if line is None:
            yield f"record: lines of {record.lines.of}: no list of {record.each or kind}"
            return
        cells += [(cell, line) for cell in record.lines.cells.values()]
    wanted: dict[str, tuple[type, ...]] = {"item": (Item,), "unit": (Quantity,)}
    for path, start in plain:
        yield from _wrong(path, start, element, kind, SCALARS)
    for cell, start in cells:
        types = wanted.get(cell.lookup, SCALARS)
        for path in _paths(cell.sources):
            yield from _wrong(path, start, element, kind, types)


def _paths(sources: Sources) -> Iterator[str]:
    return (part for one in sources for part in one if not part.startswith(CONSTANT))


def _wrong(
    path: str, start: object, element: object, kind: str, types: tuple[type, ...]
) -> Iterator[str]:
    if path.startswith(DOCUMENT):
        rest = path.removeprefix(DOCUMENT)
        found = type_at(document_type(), rest) or type_at(
            payload_of(kind), rest.removeprefix("payload.")
        )
    elif path.startswith(EACH):
        found = type_at(element, path.removeprefix(EACH))
    else:
        found = type_at(start, path)
    if found not in types:
        yield f"record: {path}: no such place in {kind}, or no single value"
