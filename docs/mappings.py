"""Writes the tables element -> canonical field -> field of Odoo, from the maps and layouts."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from acktrail.app.home import parser_files
from acktrail.formats.tabular.format import FOLDER as LAYOUTS
from acktrail.translate.maps import DOCUMENT, FOLDER, RESERVED, TOP, compile_map, read_map

NOTE = "Written by `make docs`; do not edit.\n"
FIELDS = Path(__file__).parent / "odoo-fields.toml"
TITLES = {"edifact": "EDIFACT", "x12": "X12", "hl7": "HL7 v2", "xml": "UBL and cXML"}
SETTINGS = frozenset(  # keys of a rule's right side that are no fields
    {"table", "other", "default", "default_by", "keep", "weak", "required", "each", "unique"}
)
SAME = {"credit_note": "invoice"}  # kinds that go where another one goes


class Row(NamedTuple):
    """One field and the elements that fill it."""

    field: str
    elements: str
    when: str


def pages() -> dict[str, str]:
    """Return the pages by their path below docs/."""
    files = parser_files()
    tables: dict[str, list[str]] = {}
    for file in files.names(FOLDER):
        name = file.removesuffix(".toml")
        if file == name:
            continue
        table = read_map(files, name)
        tables.setdefault(table["format"], []).append(_section(name, table))
    found = {
        f"reference/mapping-{format_}.md": _page(TITLES[format_], sections)
        for format_, sections in tables.items()
    }
    layouts = [_layout(file) for file in files.names(LAYOUTS) if file.endswith(".toml")]
    return found | {"reference/mapping-tabular.md": _page("CSV and fixed width", layouts)}


def _page(title: str, sections: list[str]) -> str:
    head = [
        f"# {title}: element, canonical field, field of Odoo\n",
        NOTE,
        "From what `parsers/` holds, in its order. Elements and fields of documents are written as",
        "maps write them: see [canonical.md](../canonical.md). `=WORD` stands for the word itself;",
        "*in* names a list of codes.",
        "A value without a field of Odoo stays in the document, is compared, or finds a record.\n",
    ]
    return "\n".join([*head, "\n".join(sections)])


def _section(name: str, table: Mapping[str, Any]) -> str:
    kinds = table["kinds"]
    lines = [f"## {name}\n", f"{', '.join(table['types'])}: {', '.join(kinds)}\n"]
    lines += ["| element | where | canonical | Odoo |", "|---|---|---|---|"]
    lines += [
        f"| {row.elements} | {row.when} | `{row.field}` | {odoo_of(kinds[0], row.field)} |"
        for row in dict.fromkeys(_rows(name, table))
    ]
    return "\n".join(lines) + "\n"


def _rows(name: str, table: Mapping[str, Any]) -> Iterator[Row]:
    levels = {level: rules for level, rules in table.items() if level not in TOP}
    paths = _paths(name, table, levels)
    for level, rules in levels.items():
        for tag, rule in rules.items():
            for one in rule if isinstance(rule, list) else [rule]:
                if isinstance(one, dict):
                    where = _conditions(one.get("when", {}))
                    at = paths.get(one.get("open", level), "")
                    for key, spec in one.items():
                        if key not in RESERVED:
                            for field, addresses in _fields(key, spec):
                                yield Row(at + field, _cell(addresses, tag, table), where)


def _paths(
    name: str, table: Mapping[str, Any], levels: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """Return what stands in front of the fields of each level."""
    compiled = compile_map(parser_files(), name, table, {}).levels
    opener: dict[str, str] = {}
    for level, rules in levels.items():
        for rule in rules.values():
            for one in rule if isinstance(rule, list) else [rule]:
                if isinstance(one, dict) and one.get("open"):
                    opener.setdefault(one["open"], level)

    def path(level: str, left: int = 9) -> str:
        if level == DOCUMENT or not left:
            return ""
        shape = compiled[level].shape
        own = f"{shape.into}." if shape is not None else ""
        return path(opener.get(level, DOCUMENT), left - 1) + own

    return {level: path(level) for level in compiled}


def _fields(key: str, spec: object) -> Iterator[tuple[str, list[str]]]:
    """Yield the fields below a key with their addresses; constants have none."""
    if isinstance(spec, str):
        yield key, [spec]
    elif isinstance(spec, list):
        for one in spec:
            yield from _fields(key, one)
    elif isinstance(spec, dict):
        if isinstance(spec.get("from"), str):
            yield key, [spec["from"]]
            return
        for name, one in spec.items():
            if name not in SETTINGS:
                yield from _fields(f"{key}.{name}", one)


def _conditions(when: object) -> str:
    if not isinstance(when, dict):
        return ""
    return "; ".join(f"{_code(address)} {_wanted(value)}" for address, value in when.items())


def _wanted(value: object) -> str:
    if isinstance(value, dict):
        return f"in {value.get('table', '')}"
    values = value if isinstance(value, list) else [value]
    return "= " + ", ".join(str(one) or "nothing" for one in values)


def _cell(addresses: list[str], tag: str, table: Mapping[str, Any]) -> str:
    inside = f"{tag}: " if table["format"] == "xml" else ""
    return ", ".join(inside + _code(one) for one in addresses)


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def _layout(file: str) -> str:
    table = tomllib.loads(parser_files().read(f"{LAYOUTS}/{file}").decode())
    kind = str(table["kind"])
    lines = [f"## {file.removesuffix('.toml')}\n", f"{kind}\n"]
    lines += ["| column | canonical | Odoo |", "|---|---|---|"]
    for field in _found(table, "fields"):
        target = str(field.get("x-map", "-"))
        if target != "-":
            path = target.replace("[]", "")
            lines.append(f"| `{field['name']}` | `{path}` | {odoo_of(kind, path)} |")
    return "\n".join(lines) + "\n"


def _found(table: object, key: str) -> Iterator[dict[str, Any]]:
    """Yield the tables of every list under a key."""
    if isinstance(table, dict):
        for name, one in table.items():
            if name == key and isinstance(one, list):
                yield from one
            else:
                yield from _found(one, key)


def odoo_of(kind: str, field: str) -> str:
    """Return the fields of Odoo that a field of a document goes to.

    Raises:
        ValueError: If one of them may not leave.
    """
    hits = []
    wanted = SAME.get(kind, kind)
    for model, fields in odoo_fields().get(wanted, {}).items():
        if unsent := fields.keys() - set(_sent(wanted).get(model, ())):
            raise ValueError(wanted, model, *unsent)
        for name, sources in fields.items():
            for source in sources:
                path, _equals, only = source.partition(" = ")
                if field == path or field.startswith(f"{path}."):
                    hits.append(f"`{model}` `{name}`" + (f" ({only})" if only else ""))
    return ", ".join(hits)


@cache
def odoo_fields() -> dict[str, dict[str, dict[str, list[str]]]]:
    """Return where fields of documents go, by kind, model and field of Odoo."""
    return tomllib.loads(FIELDS.read_text("utf-8"))


@cache
def _sent(kind: str) -> Mapping[str, list[str]]:
    """Return the fields that may leave, by model."""
    sent: dict[str, list[str]] = tomllib.loads(parser_files().read(f"odoo/{kind}.toml").decode())[
        "send"
    ]
    return sent
