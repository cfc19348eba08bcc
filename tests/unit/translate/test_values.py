from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from acktrail.translate.values import (
    check_digit_fails,
    clean,
    to_date,
    to_decimal,
    to_edifact_date,
    to_hl7_date,
    to_instant,
    zone_of,
)


@pytest.mark.parametrize(
    ("text", "format_", "implied", "number"),
    [
        ("12.50", "x12", 0, "12.50"),
        (".5", "x12", 0, "0.5"),
        ("-3", "x12", 0, "-3"),
        ("1395500", "x12", 2, "13955.00"),
        ("-1", "x12", 2, "-0.01"),
        ("1234,5", "edifact", 0, "1234.5"),
        ("+2", "hl7", 0, "2"),
    ],
)
def test_number_is_read_exactly(text: str, format_: str, implied: int, number: str) -> None:
    assert str(to_decimal(text, format_, implied)) == str(Decimal(number))


@pytest.mark.parametrize(
    ("text", "format_", "implied"),
    [
        ("1E3", "x12", 0),
        ("1.234,5", "edifact", 0),
        ("+2", "x12", 0),
        ("1,5", "x12", 0),
        ("NaN", "hl7", 0),
        ("٣", "hl7", 0),
        ("12.5", "x12", 2),
        ("", "x12", 0),
        ("9" * 31, "x12", 0),
    ],
)
def test_number_that_is_none_is_refused(text: str, format_: str, implied: int) -> None:
    assert to_decimal(text, format_, implied) is None


@pytest.mark.parametrize("text", ["20260231", "2026-01-02", "260102", "\uff12\uff10260102", ""])
def test_date_that_does_not_exist_is_refused(text: str) -> None:
    assert to_date(text) is None


def test_edifact_dates_are_read_by_their_format() -> None:
    """UNTDID 2379: 102 CCYYMMDD, 203 with hours and minutes."""
    assert to_edifact_date("20260102", "102") == date(2026, 1, 2)
    assert to_edifact_date("202601021530", "203") == date(2026, 1, 2)
    assert to_edifact_date("199910060000", "102") is None


def test_hl7_date_is_never_moved_through_a_zone() -> None:
    """HL7 2.5.1, 2.A.22: the date as sent."""
    assert to_hl7_date("20260101235959.1234-0500") == date(2026, 1, 1)
    assert to_hl7_date("2026-01-01") is None


def test_hl7_instant_takes_its_own_offset_then_the_default() -> None:
    east = timezone(timedelta(hours=1))
    assert to_instant("20260102120000", east) == datetime(2026, 1, 2, 11, tzinfo=UTC)
    assert to_instant("20260102120000-0500", east) == datetime(2026, 1, 2, 17, tzinfo=UTC)
    assert to_instant("20260102120000-500", east) == datetime(2026, 1, 2, 17, tzinfo=UTC)
    assert to_instant("2026010212", None) == datetime(2026, 1, 2, 12, tzinfo=UTC)
    assert to_instant("20260102250000", None) is None
    assert to_instant("00010101000000+1400", None) is None
    assert zone_of("20260102") is None


def test_text_keeps_no_line_breaks_and_refuses_controls() -> None:
    assert clean(" a\r\nb\tc ") == "a b c"
    assert clean("a\x07b") is None
    assert clean("a\u00a0b") == "a\u00a0b"


@pytest.mark.parametrize(
    ("scheme", "value", "fails"),
    [
        ("GLN", "4000000000006", False),
        ("GLN", "4000000000007", True),
        ("GTIN", "012345678905", False),
        ("GTIN", "12", True),
        ("NPI", "1234567893", False),  # the example of CMS
        ("NPI", "1234567890", True),
        ("NPI", "3234567893", True),
        ("SELLER", "anything", False),
    ],
)
def test_check_digits_are_computed(scheme: str, value: str, *, fails: bool) -> None:
    assert check_digit_fails(scheme, value) is fails
