"""Synthetic values: the shape stays, the value goes."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.security.synthetic import Synthesis

WEEKS = 3
one = Synthesis(b"k" * 32, WEEKS)


@pytest.mark.parametrize(
    "text", ["", "12.50", "-0.01", "1", "999", "+12,5", "***", "  ", "1234567.89", ".5"]
)
def test_amounts_and_short_numbers_stay(text: str) -> None:
    assert one.value(text) == text


@pytest.mark.parametrize("text", ["125000", "EA", "ZZ9"])
def test_what_is_wanted_as_number_or_code_stays_there_and_only_there(text: str) -> None:
    assert one.value(text, plain=True) == text
    assert one.value(text) != text


@pytest.mark.parametrize(
    "text", ["CANARYNAME", "Anne Test-Person", "4711-0815", "O'NEIL", "Müller"]
)
def test_names_and_numbers_go_and_their_shape_stays(text: str) -> None:
    sent = text.encode().decode("latin-1")
    made = one.value(sent)

    assert made != sent
    assert [(c.isdigit(), c.isupper(), c.isalnum()) for c in made if c.isascii()] == [
        (c.isdigit(), c.isupper(), c.isalnum()) for c in sent if c.isascii()
    ]


@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=40))
def test_every_text_keeps_its_length_and_is_the_same_each_time(text: str) -> None:
    made = one.value(text)

    assert len(made.encode("latin-1")) == len(text)
    assert made == one.value(text)


@given(st.text(alphabet=st.characters(min_codepoint=0x400, max_codepoint=0x4FF), min_size=3))
def test_a_name_in_another_script_leaves_nothing_but_its_length(name: str) -> None:
    made = one.value(name.encode().decode("latin-1"))

    assert set(made.encode("latin-1").decode()) <= {"\u00e9"} | {c for c in name if c.isascii()} | {
        c for c in made.encode("latin-1").decode() if not c.isalnum()
    }


def test_another_key_draws_another_value() -> None:
    assert Synthesis(b"j" * 32, WEEKS).value("CANARYNAME") != one.value("CANARYNAME")


@given(st.dates(date(1930, 1, 1), date(2090, 1, 1)))
def test_dates_move_together_however_they_are_written(day: date) -> None:
    then = day - timedelta(weeks=WEEKS)

    assert one.value(f"{day:%Y%m%d}") == f"{then:%Y%m%d}"
    assert one.value(f"{day:%Y-%m-%d}") == f"{then:%Y-%m-%d}"
    assert one.value(f"{day:%Y%m%d}123456+0100") == f"{then:%Y%m%d}123456+0100"
    assert one.value(f"{day:%Y%m%d}-{day:%Y%m%d}") == f"{then:%Y%m%d}-{then:%Y%m%d}"
    assert one.day(f"{day:%d%m%Y}", "%d%m%Y") == f"{then:%d%m%Y}"
    if day.day > 12:
        assert one.value(f"{day:%d.%m.%Y}") == f"{then:%d.%m.%Y}"
        assert one.value(f"{day:%m/%d/%Y}") == f"{then:%m/%d/%Y}"


def test_a_date_whose_day_and_month_cannot_be_told_apart_stays_one_in_both() -> None:
    made = one.value("03/04/2026")

    first, second, year = made.split("/")
    assert year == "2026"
    assert made != "03/04/2026"
    assert 1 <= int(first) <= 12
    assert 1 <= int(second) <= 12


def test_no_day_of_the_calendar_is_left_alone() -> None:
    assert one.value("20260231") == "20260231"


def test_npi_gets_its_check_digit_again() -> None:  # 45 CFR 162.406; ISO/IEC 7812-1
    made = one.value("1234567893")

    assert made != "1234567893"
    assert made[0] == "1"
    assert _luhn_holds("80840" + made)


@pytest.mark.parametrize("number", ["4012345000009", "96385074", "106141411234567897"])
def test_gs1_number_gets_its_check_digit_again(number: str) -> None:
    # GS1 General Specifications, 7.9
    made = one.value(number)

    weighted = sum(int(c) * (1 + at % 2 * 2) for at, c in enumerate(reversed(made)))
    assert made != number
    assert weighted % 10 == 0


def _luhn_holds(digits: str) -> bool:
    doubled = [int(c) * (1 + at % 2) for at, c in enumerate(reversed(digits))]
    return sum(sum(divmod(n, 10)) for n in doubled) % 10 == 0
