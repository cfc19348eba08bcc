"""Another reader of Table Schema loads our layouts, and reads what we accept as the same values."""

import tomllib
from datetime import date
from decimal import Decimal
from typing import Any

import frictionless
import pytest

from acktrail.formats.tabular.converters import converter
from acktrail.formats.tabular.layout import Field
from acktrail.formats.tabular.schema import parse_layout
from tests.generators.tabular import PARSERS

SHIPPED = sorted(path.stem for path in (PARSERS / "tabular").glob("*.toml"))
TEXTS = (
    *("0", "7", "-7", "+7", "1.50", "-0.05", "007", "1,5", "1e3", "1_000", "NaN", " 5"),
    *("2026-02-28", "2026-02-30", "20260228", "28.02.2026", "", "EUR", "eur", "x" * 40, "CG"),
)


def schema_of(name: str) -> Any:  # noqa: ANN401 - theirs has no types
    """Return the layout's Table Schema as frictionless reads it."""
    body = tomllib.loads((PARSERS / "tabular" / f"{name}.toml").read_text())
    return frictionless.Schema.from_descriptor(body["layout"]["schema"])


def plain(field: Field) -> bool:
    """Tell whether Table Schema says all of a field: it knows no implied decimals nor packing."""
    return not field.implied_decimals and field.usage == "display" and field.sign == "leading"


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_layout_is_a_table_schema(name: str) -> None:
    layout = parse_layout((PARSERS / "tabular" / f"{name}.toml").read_bytes(), name)

    theirs = schema_of(name)

    assert tuple(theirs.field_names) == layout.main.names
    assert [one.type for one in theirs.fields] == [one.type for one in layout.main.fields]
    assert tuple(theirs.missing_values) == layout.missing


@pytest.mark.parametrize("name", SHIPPED)
def test_what_we_accept_is_the_same_value_there(name: str) -> None:
    layout = parse_layout((PARSERS / "tabular" / f"{name}.toml").read_bytes(), name)
    theirs, compared = schema_of(name), 0

    for field in filter(plain, layout.main.fields):
        convert, reader = converter(field), theirs.get_field(field.name).create_cell_reader()
        for text in filter(None, TEXTS):
            ours = convert(text)
            if ours is None:
                continue  # ours is the stricter one: exponents, blanks, 1_000, NaN
            cell, notes = reader(text)
            assert not notes, (field.name, text, notes)
            assert cell == value(field, ours), (field.name, text)
            compared += 1
    assert compared


def value(field: Field, canonical: str) -> object:
    """Return the Python value of a canonical text."""
    match field.type:
        case "date":
            return date.fromisoformat(canonical)
        case "string":
            return canonical
        case _:
            return Decimal(canonical)
