from decimal import Decimal

import pytest

from acktrail.formats.tabular.columns import Columns
from acktrail.formats.tabular.layout import Field, Layout, RecordType
from tests.generators.tabular import accepted


def columns(*fields: Field, **layout: object) -> Columns:
    record = RecordType("", fields)
    return Columns(record, Layout("t", "1", "charge", "csv", record, **layout))  # type: ignore[arg-type]


def canonical(field: Field, text: str) -> str | None:
    """Return what the column makes of a text; both ways have to agree."""
    judge = columns(field)
    fast = accepted(judge, [text])
    slow, faults = judge.explain([text])
    assert fast is None or (fast == slow and not faults)
    return None if faults else slow[0]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.234,50", "1234.50"),
        ("1234,5", "1234.5"),
        ("-1.234.567", "-1234567"),
        ("+7,00", "7.00"),
        ("007", "7"),
        ("1.23,0", None),
        ("1,234.50", None),
        (".5", None),
        ("5,", None),
        ("12.34", None),
        ("--1", None),
        ("", ""),
    ],
)
def test_number_with_comma_and_points_at_every_third_digit(text: str, number: str | None) -> None:
    field = Field("n", "number", decimal_mark=",", group_mark=".")

    assert canonical(field, text) == number


@pytest.mark.parametrize(
    ("text", "number"), [("12345", "123.45"), ("5-", "-0.05"), ("0", "0.00"), ("1.5", None)]
)
def test_implied_decimals_and_trailing_sign(text: str, number: str | None) -> None:
    field = Field("n", "number", implied_decimals=2, sign="trailing", start=1, length=9)

    assert canonical(field, text) == number


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        ("%d.%m.%Y", "01.02.2026", "2026-02-01"),
        ("%m/%d/%Y", "02/01/2026", "2026-02-01"),
        ("%y%m%d", "260201", "2026-02-01"),
        ("%d.%m.%Y", "1.2.2026", None),
        ("%d.%m.%Y", "31.04.2026", None),
        ("%Y-%m-%d", "0000-01-01", None),
    ],
)
def test_date_is_read_by_its_format_only(form: str, text: str, day: str | None) -> None:
    assert canonical(Field("d", "date", date_format=form), text) == day


def test_text_is_trimmed_and_keeps_leading_zeros() -> None:
    assert canonical(Field("t", "string"), "  00123 ") == "00123"


def test_missing_values_are_empty_only_where_declared() -> None:
    field = Field("t", "string")

    assert columns(field, missing=("", "NULL")).explain(["NULL"])[0] == [""]
    assert accepted(columns(field, missing=("", "NULL")), ["NULL"]) == [""]
    assert accepted(columns(field), ["NULL"]) == ["NULL"]


def test_enumeration_accepts_the_longer_of_two_that_begin_alike() -> None:
    field = Field("t", "string", choices=("A", "AB"))

    assert accepted(columns(field), ["AB"]) == ["AB"]
    assert canonical(field, "ABC") is None


def test_separator_sign_inside_a_cell_moves_nothing() -> None:
    judge = columns(Field("a", "string"), Field("b", "string"))

    assert accepted(judge, ["x\xa6y", "z"]) == ["x\xa6y", "z"]
    assert judge.explain(["x\xa6y", "z"]) == (["x\xa6y", "z"], [])


def test_limits_are_inclusive() -> None:
    field = Field("n", "number", minimum=Decimal(0), maximum=Decimal(100))

    assert [canonical(field, t) for t in ("0", "100", "100.01", "-1")] == ["0", "100", None, None]
