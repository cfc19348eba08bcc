import re
from pathlib import Path

import pytest

from acktrail.errors import GuideError
from acktrail.formats.patterns import MOST_WAYS, compile_pattern, ways
from acktrail.formats.tabular import schema
from acktrail.formats.tabular.schema import is_plain, parse_layout
from acktrail.translate import rows
from tests.generators.tabular import PARSERS

SHIPPED = sorted(path.stem for path in (PARSERS / "tabular").glob("*.toml"))
SMALL = """
schema = "acktrail/layout/1"
id = "small"
version = "1"
kind = "charge"
[layout]
format = "csv"
[layout.schema]
fields = [ { name = "visit", type = "string" } ]
"""


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(GuideError) as caught:
        parse_layout(text.encode(), "small")
    return caught.value.args


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_layout_loads_and_its_targets_are_known(name: str) -> None:
    body = (PARSERS / "tabular" / f"{name}.toml").read_bytes()

    layout = parse_layout(body, name)

    assert layout.id == name
    rows.translator(layout, {})


def test_small_layout_gets_the_defaults() -> None:
    layout = parse_layout(SMALL.encode(), "small")

    assert (layout.encoding, layout.on_error, layout.max_lines) == ("utf-8", "document", 50)
    assert layout.guide == "small@1"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("acktrail/layout/1", "acktrail/layout/9", "small: schema: must be acktrail/layout/1"),
        ('id = "small"', "", "small: id: must be a name"),
        ('format = "csv"', 'format = "xls"', "small: layout.format: must be one of csv, fixed"),
        ('format = "csv"', 'format = "csv"\nspeed = 1', "small: layout.speed: unknown key"),
        ('"string" }', '"float" }', "small: layout.schema.fields[0].type: must be one of string"),
        (
            '"string" }',
            '"string", extra = 1 }',
            "small: layout.schema.fields[0].extra: unknown key",
        ),
        ("format", 'encoding = "utf-16"\nformat', "small: layout.encoding: must be utf-8, "),
        ("format", "max_rows = 0\nformat", "small: layout.max_rows: must be a whole number"),
        (
            "[layout.schema]",
            '[layout.schema]\nx-group-by = ["x"]',
            "small: layout.schema.x-group-by",
        ),
        ("[layout.schema]", '[layout.schema]\nx-leader = "H"', "small: layout.schema.x-leader"),
        ('"string" }', '"date", format = "%d/%H" }', "small: layout.schema.fields[0].format"),
        (
            '"string" }',
            '"string", constraints = { pattern = "(a+)+" } }',
            "small: layout.schema.fields[0].constraints.pattern: not allowed at character 1",
        ),
        (
            "format",
            'dialect = { delimiter = "ab" }\nformat',
            "small: layout.dialect: delimiter, quoteChar and escapeChar are one sign each",
        ),
    ],
)
def test_problem_is_named_with_its_key_path(old: str, new: str, problem: str) -> None:
    found = problems(SMALL.replace(old, new))

    assert any(one.startswith(problem) for one in found), found


def test_all_problems_are_named_at_once() -> None:
    assert len(problems(SMALL.replace('"string"', '"float"').replace('"csv"', '"xls"'))) == 2


@pytest.mark.parametrize("body", [b"\xff", b"= 1", b"[layout"])
def test_anything_but_toml_is_refused(body: bytes) -> None:
    with pytest.raises(GuideError):
        parse_layout(body, "small")


def test_trailer_must_name_number_columns() -> None:
    text = SMALL.replace(
        "[layout.schema]",
        '[layout.schema]\nx-trailer = { match = "T", count = "n" }\n'
        "x-record-type = { column = 1 }\n"
        'x-records = [ { match = "T", fields = [ { name = "n", type = "string" } ] } ]',
    )

    assert any("no number column n" in one for one in problems(text))


@pytest.mark.parametrize(
    "source", ["[A-Z0-9-]{1,35}", "(?:AB|CD)[0-9]{4}", r"a\.b?", "x.{0,5}", "[^;]{2}", ""]
)
def test_safe_pattern_is_compiled(source: str) -> None:
    assert compile_pattern(source).pattern == source


@pytest.mark.parametrize(
    "source",
    [
        "a*",
        "a+",
        "(a)",
        r"(?:a)\1",
        "(?=a)",
        "(?:ab){2}",
        r"\d",
        "^a",
        "a$",
        "a{2}{2}",
        "a??",
        "[",
        "a" * 201,
        "a{0,200}b{0,200}",
        "x" + "a?" * 14,
        "{2}",
        "a{3,1}",
    ],
)
def test_unsafe_pattern_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        compile_pattern(source)


def test_ways_multiply() -> None:
    assert ways("[a-z]{1,10}b?(?:c|d)") == 10 * 2 * 2 < MOST_WAYS


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("utf-8", 1),
        ("cp1252", 1),
        ("iso8859_2", 1),
        ("utf-16", 0),
        ("cp037", 0),
        ("gbk", 0),
        ("utf-7", 0),
        ("rot13", 0),
        ("nothing", 0),
    ],
)
def test_only_encodings_whose_lines_can_be_cut_first_are_allowed(name: str, plain: int) -> None:
    assert is_plain(name) is bool(plain)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('x-map = "id"', 'x-map = "ident"'),
        ('x-map = "issued"', 'x-map = "totals.total"'),
        ('x-map = "totals.tax"', 'x-map = "issued"'),
        ('kind = "invoice"', 'kind = "remittance"'),
        ('"lines[].unit" =', '"unit" ='),
    ],
)
def test_wrong_target_is_a_guide_error(old: str, new: str) -> None:
    text = (PARSERS / "tabular/supplier-invoice.toml").read_text()
    assert old in text

    with pytest.raises(GuideError):
        rows.translator(text.replace(old, new).encode(), {})


def test_every_key_of_a_layout_is_documented() -> None:
    source = Path(schema.__file__).read_text()
    taken = r"(?:text|word|choice|number|flag|bound|texts|tables?|pairs|drop|_encoding)\(([^()]*)"
    keys = {key for call in re.findall(taken, source) for key in re.findall(r'"([\w-]+)"', call)}
    page = (PARSERS.parent / "docs/layouts.md").read_text()

    assert {"x-usage", "escapeChar", "encoding_fallback", "minLength", "final_newline"} <= keys
    assert [key for key in sorted(keys) if key not in page] == []
