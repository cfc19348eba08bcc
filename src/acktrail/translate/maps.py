"""Reads a map of ``parsers/maps`` and compiles it: per level and segment, what is to be done.

The language is described in docs/canonical.md, section Maps. Everything is checked here; what is
wrong is a :class:`GuideError` with the path of keys to it, never a fault in a partner's file.
"""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from acktrail.errors import GuideError
from acktrail.ports import CutSegment, DataFiles
from acktrail.translate.building import Building, Frame, Level, Origin
from acktrail.translate.dispatch import Dispatch, Fill, Handler, Plans, Put, Step, Test, dispatch_of
from acktrail.translate.fields import DOCUMENTS, SHAPES, TOTALS
from acktrail.translate.paths import NOTATIONS, XML, Path
from acktrail.translate.readers import Reader, compile_part, compile_reader
from acktrail.translate.rest import rest_of
from acktrail.translate.rules import TWO_CANDIDATES
from acktrail.translate.scalars import Context, Texts, source_of
from acktrail.translate.shapes import Shape

FOLDER = "maps"
LISTS = "maps/lists"
SCHEMA = "acktrail/map/1"
MAX_MAP_BYTES = 1_000_000
DOCUMENT = "document"
TOP = frozenset(
    {"schema", "format", "types", "kinds", "about", "lists", "drop", "currency", "levels", "tables"}
)
SPREADS = frozenset({"currency", "zone"})  # hold for what follows in the message
RESERVED = frozenset({"when", "open", "drop"})


class Map(NamedTuple):
    """A compiled map; ``rules`` by level and tag."""

    name: str
    format: str
    types: tuple[str, ...]
    kinds: tuple[str, ...]
    currency: str
    drop: frozenset[str]
    levels: Mapping[str, Level]
    rules: Mapping[str, Mapping[str, Dispatch]]


class Header(NamedTuple):
    """What decides whether a map is for a message."""

    format: str
    types: tuple[str, ...]
    kinds: tuple[str, ...]


def read_map(files: DataFiles, name: str) -> Mapping[str, Any]:
    """Return the table of the map ``name``.

    Raises:
        GuideError: If there is no such map, or it is not TOML of this schema.
    """
    table = _toml(files, f"{FOLDER}/{name}.toml")
    context = Context(name, "", "", {}, {})
    if table.get("schema") != SCHEMA:
        context.at("schema").refuse(f"not {SCHEMA}")
    return table


def header(name: str, table: Mapping[str, Any]) -> Header:
    """Return what the map is for.

    Raises:
        GuideError: If it does not say it.
    """
    context = Context(name, "", "", {}, {})
    if table.get("format") not in NOTATIONS:
        context.at("format").refuse("known are " + ", ".join(NOTATIONS))
    kinds = _names(table, "kinds", context)
    if not kinds or not set(kinds) <= DOCUMENTS.keys():
        context.at("kinds").refuse("known are " + ", ".join(DOCUMENTS))
    return Header(table["format"], _names(table, "types", context), kinds)


def compile_map(
    files: DataFiles, name: str, table: Mapping[str, Any], options: Mapping[str, object]
) -> Map:
    """Compile a map under the options of one profile.

    Raises:
        GuideError: With the path of keys to what is wrong.
    """
    head = header(name, table)
    context = Context(name, head.format, "", options, _tables(files, name, table))
    shapes = _shapes(table, SHAPES[DOCUMENTS[head.kinds[0]]], context)
    compiler = _Compiler(context, shapes)
    rules = {level: compiler.level(level, table[level]) for level in shapes if level in table}
    if unknown := sorted(table.keys() - TOP - shapes.keys()):
        context.at(unknown[0]).refuse("neither a key of maps nor a level of this one")
    levels = {
        level: Level(level, shape, _holds(table, level, context), tuple(compiler.required[level]))
        for level, (shape, _) in shapes.items()
    }
    currency = table.get("currency", "")
    if not isinstance(currency, str):
        context.at("currency").refuse("not a text")
    drop = frozenset(_names(table, "drop", context))
    return Map(name, head.format, head.types, head.kinds, currency, drop, levels, rules)


def _toml(files: DataFiles, path: str) -> dict[str, Any]:
    body = files.read(path)
    if len(body) > MAX_MAP_BYTES:
        msg = f"{path}: larger than {MAX_MAP_BYTES} bytes"
        raise GuideError(msg)
    try:
        return tomllib.loads(body.decode("utf-8"), parse_float=Decimal)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        msg = f"{path}: not TOML in UTF-8"
        raise GuideError(msg) from None


def _names(table: Mapping[str, Any], key: str, context: Context) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        context.at(key).refuse("not a list of texts")
    return tuple(value)


def _tables(files: DataFiles, name: str, table: Mapping[str, Any]) -> dict[str, Texts]:
    """Return the map's own tables and the lists that it names, by name."""
    context = Context(name, "", "", {}, {})
    tables: dict[str, Any] = dict(table.get("tables", {}))
    for one in _names(table, "lists", context):
        if one in tables:
            context.at("lists").refuse(f"{one}: a table of the map has that name")
        tables[one] = _toml(files, f"{LISTS}/{one}.toml")
    for key, texts in tables.items():
        if not isinstance(texts, dict) or not all(isinstance(one, str) for one in texts.values()):
            context.at(f"tables.{key}").refuse("not a table of texts")
    return tables


def _shapes(
    table: Mapping[str, Any], document: Shape, context: Context
) -> dict[str, tuple[Shape | None, Shape]]:
    """Return for each level what it builds, and the shape that its rules fill."""
    shapes: dict[str, tuple[Shape | None, Shape]] = {DOCUMENT: (None, document)}
    for name, level in table.get("levels", {}).items():
        here = context.at(f"levels.{name}")
        if not isinstance(level, dict) or set(level) - {"builds", "within", "holds"}:
            here.refuse("a level has `builds` or `within`, and `holds`")
        if name in TOP or name == DOCUMENT or ("builds" in level) == ("within" in level):
            here.refuse("a level has a name of its own, and either `builds` or `within`")
        if "builds" in level:
            shape = SHAPES.get(level["builds"])
            if shape is None or not shape.into:
                here.at("builds").refuse("no part that can be built")
            shapes[name] = (shape, shape)
        elif level["within"] in shapes:
            shapes[name] = (None, shapes[level["within"]][1])
        else:
            here.at("within").refuse("no level above this one in the map")
    return shapes


def _holds(table: Mapping[str, Any], level: str, context: Context) -> frozenset[str] | None:
    if level == DOCUMENT or context.format == XML:  # there an end tag says where a level ends
        return None
    return frozenset(_names(table["levels"][level], "holds", context.at(f"levels.{level}")))


class _Compiler:
    """Compiles the rules of one map; notes by level what is required."""

    def __init__(self, context: Context, shapes: Mapping[str, tuple[Shape | None, Shape]]) -> None:
        self.context = context
        self.shapes = shapes
        self.required: dict[str, list[tuple[str, str, str]]] = {name: [] for name in shapes}

    def level(self, name: str, table: object) -> dict[str, Dispatch]:
        """Return what is done at a level, by tag."""
        if not isinstance(table, dict):
            self.context.at(name).refuse("not a table of segments")
        return {tag: dispatch_of(self._handlers(name, tag, rules)) for tag, rules in table.items()}

    def _handlers(self, level: str, tag: str, rules: object) -> list[Handler]:
        context = Context(
            f"{self.context.where}.{level}.{tag}",
            self.context.format,
            tag,
            self.context.options,
            self.context.tables,
        )
        found = []
        listed = rules if isinstance(rules, list) else [rules]
        for index, rule in enumerate(listed):
            here = context.at(str(index)) if isinstance(rules, list) else context
            if not isinstance(rule, dict):
                here.refuse("not a rule")
            handler = self._handler(level, rule, here)
            if handler is not None:
                found.append(handler)
        return found

    def _handler(self, level: str, rule: Mapping[str, Any], context: Context) -> Handler | None:
        opens = rule.get("open", "")
        if opens and (opens not in self.shapes or opens == DOCUMENT):
            context.at("open").refuse("no such level")
        tests, tested = _tests(rule.get("when", {}), context)
        target = opens or level
        shape = self.shapes[target][1]
        fills: list[Fill] = []
        used: list[Path] = list(tested)
        for name, spec in rule.items():
            if name in RESERVED:
                continue
            if name not in shape.fields:
                context.at(name).refuse("no such field; known: " + ", ".join(shape.fields))
            for key, reader, many in _fields(name, shape.fields[name], spec, context.at(name)):
                step, put = _step(key, reader, many=many), None
                if not (many or reader.weak or key in SPREADS):
                    put = _putting(key, reader)
                read = None if put is None else reader.read
                fills.append(Fill(key, step, reader.paths, reader.least, read, put))
                used.extend(reader.paths)
                if reader.required:
                    self._require(target, key, reader, context)
        if tests is None:  # an option of the profile rules it out
            return None
        rest = rest_of(used, rule.get("drop", []), context)
        return Handler(tests, opens, tuple(fills), Plans(fills, rest))

    def _require(self, level: str, name: str, reader: Reader, context: Context) -> None:
        address = reader.paths[0].address if reader.paths else context.tag
        if not any(one[0] == name for one in self.required[level]):
            self.required[level].append((name, context.tag, address))


def _tests(spec: object, context: Context) -> tuple[tuple[Test, ...] | None, tuple[Path, ...]]:
    """Compile the conditions of a rule; None when an option of the profile rules it out."""
    here = context.at("when")
    if not isinstance(spec, dict):
        here.refuse("not a table of addresses and values")
    tests: list[Test] = []
    paths: list[Path] = []
    possible = True
    for key, value in spec.items():
        wanted = _wanted(value, here.at(key))
        if key.startswith("$"):
            possible = possible and context.options.get(key[1:]) in wanted
            continue
        source = source_of(key, here)
        tests.append(Test(key, source.read, wanted))
        paths.extend(source.paths)
    return (tuple(tests) if possible else None), tuple(paths)


def _wanted(value: object, context: Context) -> frozenset[str]:
    if isinstance(value, dict) and value.keys() == {"table"}:
        return frozenset(context.table(value["table"]))
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(one, str) for one in values):
        context.refuse("not a text, a list of texts or a table")
    return frozenset(values)


def _fields(
    name: str, type_: str, spec: object, context: Context
) -> list[tuple[str, Reader, bool]]:
    """Return the fields that one key fills: name, reader, and whether it collects."""
    if type_.startswith("by:"):
        if not isinstance(spec, dict):
            context.refuse("not a table of names")
        if name == "totals" and (unknown := sorted(spec.keys() - TOTALS)):
            context.at(unknown[0]).refuse("no such total")
        return [
            (f"{name}.{key}", compile_reader(type_[3:], one, context.at(key)), False)
            for key, one in spec.items()
        ]
    if type_.startswith("many:"):
        specs = spec if isinstance(spec, list) else [spec]
        return [
            (name, compile_part(type_[5:], one, context), True)
            for part in specs
            for one in _each(part, context)
        ]
    if type_ == "texts":
        specs = spec if isinstance(spec, list) else [spec]
        return [(name, compile_reader(type_, one, context), True) for one in specs]
    return [(name, compile_reader(type_, spec, context), False)]


def _each(spec: object, context: Context) -> list[object]:
    """Write a repeated part out: ``{n}`` and ``{n+1}`` stand for the numbers of ``each``."""
    if not isinstance(spec, dict) or "each" not in spec:
        return [spec]
    numbers = spec["each"]
    if not isinstance(numbers, list) or not all(isinstance(one, int) for one in numbers):
        context.at("each").refuse("not a list of numbers")
    width = 2 if context.format == "x12" else 1
    return [
        {key: _numbered(one, number, width) for key, one in spec.items() if key != "each"}
        for number in numbers
    ]


def _numbered(value: object, number: int, width: int) -> object:
    if isinstance(value, dict):
        return {key: _numbered(one, number, width) for key, one in value.items()}
    if isinstance(value, str):
        return value.replace("{n}", f"{number:0{width}}").replace("{n+1}", f"{number + 1:0{width}}")
    return value


def _step(name: str, reader: Reader, *, many: bool) -> Step:
    if many:
        return _collecting(name, reader)
    read, put = reader.read, _putting(name, reader)
    if reader.weak or name in SPREADS:

        def step(building: Building, frame: Frame, segment: CutSegment) -> None:
            value = read(building, segment)
            if value is not None:
                put(building, frame, segment, value)

        return step

    def first(building: Building, frame: Frame, segment: CutSegment) -> None:
        value = read(building, segment)
        if value is None:
            return
        if name in frame.values or frame.origins is not None:
            put(building, frame, segment, value)
        else:
            frame.values[name] = value

    return first


def _putting(name: str, reader: Reader) -> Put:
    """Return what fills a field with a value, where another one may be there already."""
    weak, required = reader.weak, reader.required
    path = reader.paths[0] if reader.paths else None

    def put(building: Building, frame: Frame, segment: CutSegment, value: object) -> None:
        origin = Origin(path, segment, weak=weak)
        if frame.origins is not None:
            frame.origins[name] = origin.address_and_text()
        if not building.put(frame, name, value, origin) and required:
            building.found(TWO_CANDIDATES, path, segment)
        if name in SPREADS:
            setattr(building, name, frame.values[name])

    return put


def _collecting(name: str, reader: Reader) -> Step:
    read, paths = reader.read, reader.paths

    def step(building: Building, frame: Frame, segment: CutSegment) -> None:
        part = read(building, segment)
        if part is not None:
            building.collect(frame, name, part, segment)
            return
        for path in paths:
            text = path.read(segment)
            if text:
                building.keep(f"{path.text}@{segment.place.position}", text)

    return step
