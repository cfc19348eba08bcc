from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.odoo.cells import html_text, minor_units, number, text, unit_price


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_number_is_the_same_decimal_without_an_exponent(value: Decimal) -> None:
    shown = number(value)

    assert Decimal(shown) == value
    assert "E" not in shown


@given(st.text())
def test_text_is_one_line_of_limited_length(value: str) -> None:
    shown = text(value, 20)

    assert len(shown) <= 20
    assert shown.isprintable() or not shown.isascii()
    assert "\n" not in shown


@given(st.text())
def test_html_text_has_no_markup_but_ours(value: str) -> None:
    shown = html_text((value,))

    assert shown.removeprefix("<p>").removesuffix("</p>").count("<") == 0


@pytest.mark.parametrize(
    ("price", "basis", "each"),
    [("4.25", "100", "0.0425"), ("10", "3", "3.333333"), ("7", "1", "7")],
)
def test_unit_price_is_the_price_of_one(price: str, basis: str, each: str) -> None:
    assert unit_price(Decimal(price), Decimal(basis)) == Decimal(each)


def test_unit_price_of_round_tens_has_no_exponent() -> None:
    assert number(unit_price(Decimal(1000), Decimal(10))) == "100"


def test_minor_units_follow_iso_4217() -> None:
    assert [minor_units(one) for one in ("USD", "JPY", "KWD")] == [2, 0, 3]
