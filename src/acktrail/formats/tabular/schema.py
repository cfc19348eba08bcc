"""Layouts from TOML: Frictionless key names, our own keys with ``x-``; strict.

``x-group-by`` names the columns whose values are a document's key; its rows stand together. A key
that comes again after another refuses the whole file, whatever ``on_error`` says, as the document
is then in two halves; a row without its key refuses the documents before and after it.

Spec: Frictionless Table Dialect and Table Schema (key names only); docs/layouts.md.
"""

import codecs
import re
import tomllib
from collections.abc import Iterator, Sequence

from acktrail.errors import GuideError
from acktrail.formats.patterns import compile_pattern
from acktrail.formats.tabular.layout import Dialect, Field, Layout, RecordType, Trailer
from acktrail.formats.tabular.numerals import EBCDIC, is_stored
from acktrail.formats.tabular.tables import Table

SCHEMA_ID = "acktrail/layout/1"
DATE_FORMAT = re.compile(r"(?:%[Yymd]|[-./ ]){3,14}")
MOST_COLUMNS = 500


def parse_layout(body: bytes, name: str) -> Layout:
    """Read the layout file ``name``.

    Raises:
        GuideError: With one argument per problem: ``name: path: what is wrong``.
    """
    try:
        content = tomllib.loads(body.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        msg = f"{name}: not TOML in UTF-8"
        raise GuideError(msg) from None
    problems: list[str] = []
    layout = _layout(Table(content, "", problems))
    _cross_check(layout, problems)
    if problems:
        raise GuideError(*(f"{name}: {problem}" for problem in problems))
    return layout


def _layout(top: Table) -> Layout:
    if top.text("schema") != SCHEMA_ID:
        top.wrong("schema", f"must be {SCHEMA_ID}")
    top.drop("title", "description", "source")
    body = top.table("layout")
    format_ = body.choice("format", ("csv", "fixed"))
    schema = body.table("schema")
    fixed = format_ == "fixed"
    layout = Layout(
        id=top.word("id"),
        version=top.word("version"),
        kind=top.word("kind"),
        format=format_,
        main=RecordType(schema.text("x-record"), _fields(schema, fixed=fixed)),
        dialect=_dialect(body.table("dialect")),
        others=tuple(_record(table, fixed=fixed) for table in schema.tables("x-records", most=20)),
        tag=_tag(schema, fixed=fixed),
        leader=schema.text("x-leader"),
        trailer=_trailer(schema),
        group_by=schema.texts("x-group-by"),
        fields_match=schema.choice(
            "fieldsMatch", ("partial", "exact", "equal", "subset", "superset")
        ),
        missing=schema.texts("missingValues", ("",)),
        encoding=_encoding(body, "encoding", "utf-8"),
        encoding_fallback=_encoding(body, "encoding_fallback", ""),
        on_error=_policy(body),
        max_errors=body.number("max_errors", 1000, 1, 100_000),
        max_rows=body.number("max_rows", 2_000_000, 1, 100_000_000),
        max_lines=body.number("max_lines_per_record", 50, 1, 1000),
        record_length=body.number("record_length", 0, 0, 65_536),
        unit=body.choice("unit", ("characters", "bytes")),
        final_newline=body.choice("final_newline", ("required", "optional")),
        defaults=body.pairs("defaults"),
    )
    for table in (schema, body, top):
        table.end()
    return layout


def _dialect(table: Table) -> Dialect:
    table.drop("lineTerminator", "skipInitialSpace")
    dialect = Dialect(
        table.text("delimiter", ","),
        table.text("quoteChar", '"'),
        table.flag("doubleQuote", default=True),
        table.text("escapeChar"),
        table.flag("header", default=True),
    )
    signs = [dialect.delimiter, dialect.quote, *([dialect.escape] if dialect.escape else [])]
    if any(len(sign) != 1 or sign.isalnum() or sign in "\r\n\x00" for sign in signs):
        table.wrong("", "delimiter, quoteChar and escapeChar are one sign each, no letter or digit")
    elif len(set(signs)) != len(signs):
        table.wrong("", "delimiter, quoteChar and escapeChar differ from each other")
    table.end()
    return dialect


def _policy(body: Table) -> str:
    allowed = ("document", "row", "file", "reject_document", "reject_row", "reject_file")
    return body.choice("on_error", allowed).removeprefix("reject_")


def _encoding(body: Table, key: str, default: str) -> str:
    name = body.text(key, default)
    if name and name not in EBCDIC and not is_plain(name):
        body.wrong(key, "must be utf-8, a single-byte encoding that contains ASCII, or EBCDIC")
    return name


def is_plain(name: str) -> bool:
    """Tell whether lines can be cut before they are decoded: UTF-8 and single-byte supersets."""
    try:
        codec = codecs.lookup(name)
        ascii_ = bytes(range(128))
        same = ascii_.decode(name) == ascii_.decode("ascii")
        every = bytes(range(256))
        single = codec.name == "utf-8" or len(every.decode(name, "replace")) == len(every)
    except (LookupError, UnicodeError):
        return False
    return same and single


def _tag(schema: Table, *, fixed: bool) -> tuple[int, int]:
    if not schema.has("x-record-type"):
        return (0, 0)
    table = schema.table("x-record-type")
    if fixed:
        tag = (table.number("start", 0, 1, 65_536), table.number("length", 0, 1, 20))
    else:
        tag = (table.number("column", 0, 1, MOST_COLUMNS), 0)
    table.end()
    return tag


def _record(table: Table, *, fixed: bool) -> RecordType:
    record = RecordType(table.text("match"), _fields(table, fixed=fixed))
    if not record.match:
        table.wrong("match", "must not be empty")
    table.end()
    return record


def _trailer(schema: Table) -> Trailer | None:
    if not schema.has("x-trailer"):
        return None
    table = schema.table("x-trailer")
    match, count = table.text("match"), table.text("count")
    total = table.table("total")
    trailer = Trailer(match, count, total.text("column"), total.text("field"))
    total.end()
    table.end()
    return trailer


def _fields(parent: Table, *, fixed: bool) -> tuple[Field, ...]:
    fields = tuple(_field(table, fixed=fixed) for table in parent.tables("fields"))
    names = [one.name for one in fields]
    if not fields or len(set(names)) != len(names):
        parent.wrong("fields", "must name every column, each once")
    return fields


def _field(table: Table, *, fixed: bool) -> Field:
    table.drop("title", "description", "example")
    limits = table.table("constraints")
    field = Field(
        name=table.word("name"),
        type=table.choice("type", ("string", "integer", "number", "date")),
        required=limits.flag("required", default=False),
        pattern=_pattern(limits),
        least_length=limits.number("minLength", 0, 0, 4096),
        most_length=limits.number("maxLength", 4096, 1, 4096),
        minimum=limits.bound("minimum"),
        maximum=limits.bound("maximum"),
        choices=limits.texts("enum"),
        decimal_mark=table.choice("decimalChar", (".", ",")),
        group_mark=table.choice("groupChar", ("", ".", ",", " ", "'", "\u00a0", "\u202f")),
        date_format=_date_format(table),
        implied_decimals=table.number("x-implied-decimals", 0, 0, 12),
        sign=table.choice("x-sign", ("leading", "trailing", "overpunch")),
        usage=table.choice("x-usage", ("display", "packed")),
        start=table.number("x-start", 0, 1, 65_536) if fixed else 0,
        length=table.number("x-length", 0, 1, 4096) if fixed else 0,
        pad=table.text("x-pad", " ", longest=1) or " ",
        phi=table.flag("x-phi", default=False),
        aliases=table.texts("x-aliases"),
        targets=table.texts("x-map"),
    )
    if field.group_mark == field.decimal_mark:
        table.wrong("groupChar", "must differ from decimalChar")
    limits.end()
    table.end()
    return field


def _date_format(table: Table) -> str:
    name = table.text("format", "%Y-%m-%d")
    if name == "default":
        return "%Y-%m-%d"
    parts = sorted(re.findall("%(.)", name))
    years = {"Y", "y"} & set(parts)
    whole = len(parts) == len(set(parts)) and len(years) == 1 and {"m", "d"} <= set(parts)
    if not DATE_FORMAT.fullmatch(name) or not whole or len(parts) != 3:  # noqa: PLR2004
        table.wrong("format", "must be made of %Y or %y, %m and %d with - . / or blanks")
        return "%Y-%m-%d"
    return name


def _pattern(limits: Table) -> str:
    pattern = limits.text("pattern")
    try:
        compile_pattern(pattern)
    except ValueError as error:
        limits.wrong("pattern", str(error))
        return ""
    return pattern


def _cross_check(layout: Layout, problems: list[str]) -> None:
    """Note names that point nowhere and record types that cannot be told apart."""
    names, at = set(layout.main.names), "layout.schema"
    tags = [layout.main.match, *(other.match for other in layout.others)]
    problems += [
        f"{at}.x-group-by: no column {name}" for name in layout.group_by if name not in names
    ]
    if len(set(tags)) != len(tags):
        problems.append(f"{at}.x-records: two record types have the same tag")
    if layout.others and not layout.tag[0]:
        problems.append(f"{at}.x-record-type: needed to tell the record types apart")
    outside = {layout.leader, layout.trailer.match if layout.trailer else ""}
    problems += [
        f"{at}.x-records: {other.match} lacks column {name} of x-group-by"
        for other in layout.others
        for name in layout.group_by
        if other.match not in outside and name not in other.names
    ]
    if layout.leader and layout.leader not in tags[1:]:
        problems.append(f"{at}.x-leader: no record type with this tag")
    if layout.trailer is not None:
        problems += [f"{at}.x-trailer: {one}" for one in _trailer_faults(layout, layout.trailer)]
    problems += _storage_faults(layout)


def _storage_faults(layout: Layout) -> Iterator[str]:
    """Yield what contradicts how the records are stored."""
    fixed, by_length = layout.format == "fixed", bool(layout.record_length)
    fields = _all_fields(layout)
    if (
        by_length
        and max((f.start + f.length - 1 for f in fields), default=0) > layout.record_length
    ):
        yield "layout.record_length: shorter than its last column"
    if by_length and (not fixed or (layout.unit == "characters" and is_wide(layout.encoding))):
        yield 'layout.record_length: counts bytes: needs format "fixed", and unit "bytes" for utf-8'
    if layout.encoding in EBCDIC and not by_length:
        yield "layout.encoding: EBCDIC is read by record_length only"
    if layout.encoding_fallback and EBCDIC & {layout.encoding, layout.encoding_fallback}:
        yield "layout.encoding_fallback: EBCDIC cannot be told from another encoding"
    for field in fields:
        if is_stored(field) and (not fixed or field.type not in {"number", "integer"}):
            yield f"layout.schema: {field.name}: packed and overpunch are fixed-width numbers"
        elif field.usage == "packed" and not by_length:
            yield f"layout.schema: {field.name}: packed holds any byte: needs record_length"


def is_wide(encoding: str) -> bool:
    """Tell whether a character may be more than one byte."""
    return codecs.lookup(encoding).name == "utf-8"


def _all_fields(layout: Layout) -> Sequence[Field]:
    return [field for record in (layout.main, *layout.others) for field in record.fields]


def _trailer_faults(layout: Layout, trailer: Trailer) -> list[str]:
    own = next((one for one in layout.others if one.match == trailer.match), None)
    if own is None:
        return ["no record type with this tag"]
    checked = [name for name in (trailer.count, trailer.total) if name]
    faults = [f"no number column {name}" for name in checked if name not in _numbers(own)]
    if trailer.total and trailer.total_of not in _numbers(layout.main):
        faults.append("total.field must be a number column of the rows")
    return faults


def _numbers(record: RecordType) -> set[str]:
    return {one.name for one in record.fields if one.type in {"number", "integer"}}
