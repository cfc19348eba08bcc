"""Fixed-width records of mainframes: packed decimal, overpunched signs, EBCDIC.

Spec: IBM Enterprise COBOL Language Reference, USAGE and SIGN; code pages 037, 273, 500, 1140.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.errors import GuideError
from acktrail.formats.tabular import Tabular
from acktrail.formats.tabular.layout import Field
from acktrail.formats.tabular.numerals import EBCDIC, NO_NUMBER, stored_number
from acktrail.formats.tabular.rows import Row
from acktrail.formats.tabular.schema import parse_layout
from acktrail.model import Verdict
from tests.generators import tabular as make

PACKED = Field("n", "number", usage="packed", start=1, length=3)
PUNCHED = Field("n", "number", sign="overpunch", start=1, length=4)
FORMAT = Tabular(make.Layouts())


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ("12345c", "12345"),  # C is plus
        ("12345f", "12345"),  # F is unsigned
        ("12345d", "-12345"),  # D is minus
        ("00000d", "00000"),  # there is one zero
        ("123450", NO_NUMBER),  # no sign
        ("1a345c", NO_NUMBER),  # no digit
        ("000000", NO_NUMBER),  # low values
        ("12345a", NO_NUMBER),  # A, B and E are signs that compilers never write
        ("404040", ""),  # blanks of EBCDIC
    ],
)
def test_packed_decimal_ends_with_its_sign_nibble(body: str, number: str) -> None:
    assert stored_number(PACKED, bytes.fromhex(body), "cp037") == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *((f"012{sign}", f"012{n}") for n, sign in enumerate("{ABCDEFGHI")),
        *((f"012{sign}", f"-012{n}") for n, sign in enumerate("}JKLMNOPQR")),
        ("0123", "0123"),
        (" 12}", "-120"),
        ("12A ", NO_NUMBER),
        ("000}", "0000"),
        ("    ", ""),
        ("-12A", NO_NUMBER),
        ("012-", NO_NUMBER),
        ("012a", NO_NUMBER),
        ("A12A", NO_NUMBER),
        ("\u066112A", NO_NUMBER),
    ],
)
def test_overpunch_is_the_zone_of_the_last_digit(text: str, number: str) -> None:
    assert stored_number(PUNCHED, text.encode("latin-1", "replace"), "latin-1") == number


@pytest.mark.parametrize("encoding", sorted(EBCDIC))
def test_overpunch_in_ebcdic_is_the_same_byte_on_every_code_page(encoding: str) -> None:
    assert stored_number(PUNCHED, b"\xf0\xf1\xf2\xc0", encoding) == "0120"
    assert stored_number(PUNCHED, b"\xf0\xf1\xf2\xd0", encoding) == "-0120"
    assert stored_number(PUNCHED, b"\xf0\xf1\xf2\xa0", encoding) == NO_NUMBER


@given(st.integers(-(10**9) + 1, 10**9 - 1))
def test_numbers_come_back_from_both_forms(number: int) -> None:
    packed = make.packed(number, 5)
    punched = make.overpunched(number, 9)

    assert int(stored_number(PACKED, packed, "cp500")) == number
    assert int(stored_number(PUNCHED, punched.encode("cp037"), "cp037")) == number
    assert int(stored_number(PUNCHED, punched.encode("ascii"), "latin-1")) == number


@pytest.mark.parametrize("encoding", sorted(EBCDIC))
@pytest.mark.parametrize("size", [1, 7, 1 << 18])
def test_mainframe_file_is_read_by_length_before_it_is_decoded(encoding: str, size: int) -> None:
    body = make.mainframe_charges((2050, -100, 777), encoding)

    events = make.read(
        FORMAT.reader({"layout": "charge-export-mainframe", "encoding": encoding}), body, size
    )

    rows = [one for one in events if isinstance(one, Row)]
    assert make.names(events) == []
    details = [one for one in rows if one.tag == "D"]
    assert [one.value("amount") for one in details] == ["20.50", "-1.00", "7.77"]
    assert [one.value("unit_price") for one in details] == ["20.50", "-1.00", "7.77"]
    assert {one.value("department") for one in details} == {"RÖ+{}"}
    assert rows[0].value("facility") == "FACILITY1"
    assert [one.offset for one in details] == [80, 160, 240]


def test_line_feed_bytes_inside_packed_numbers_end_no_record() -> None:
    body = make.mainframe_charges((250, 150))  # X'250C' and X'150C': LF and NEL of EBCDIC
    assert b"\x25" in body
    assert b"\x15" in body

    events = make.read(FORMAT.reader({"layout": "charge-export-mainframe"}), body)

    assert make.names(events) == []


@pytest.mark.parametrize(
    ("column", "byte", "rule"),
    [
        (60, b"\x00", "tabular.number"),  # unit price, its sign
        (70, b"\x40", "tabular.number"),  # amount, its overpunched digit
        (8, b"\x00", "tabular.control_character"),  # low values in a text
    ],
)
def test_wrong_byte_is_a_finding_of_its_column(column: int, byte: bytes, rule: str) -> None:
    body = bytearray(make.mainframe_charges((2050,)))
    body[80 + column : 80 + column + 1] = byte

    events = make.read(FORMAT.reader({"layout": "charge-export-mainframe"}), bytes(body))

    assert make.names(events) == [rule]
    assert make.messages(events)[0].verdict is Verdict.REJECTED


def test_short_last_record_is_padded_with_a_warning_unless_a_number_is_cut() -> None:
    body = make.mainframe_charges((2050,))
    reader = FORMAT.reader({"layout": "charge-export-mainframe"})
    assert make.names(make.read(reader, body[:-20])) == []  # the trailer's own columns are whole

    cut = FORMAT.reader({"layout": "charge-export-mainframe"})
    assert "tabular.trailer_value" in make.names(make.read(cut, body[:-70]))


def test_line_end_after_the_last_record_is_no_record() -> None:
    for end in (b"\x25", b"\x15", b"\r\x25", b"\x3f"):
        body = make.mainframe_charges((2050,)) + end
        reader = FORMAT.reader({"layout": "charge-export-mainframe"})
        assert make.names(make.read(reader, body)) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("record_length = 80", "", "layout.encoding: EBCDIC is read by record_length only"),
        ("record_length = 80", "", "layout.schema: unit_price: packed holds any byte"),
        ("record_length = 80", "record_length = 60", "layout.record_length: shorter"),
        ('"cp037"', '"utf-8"', "layout.record_length: counts bytes"),
        (
            "record_length",
            'encoding_fallback = "cp500"\nrecord_length',
            "layout.encoding_fallback: EBCDIC cannot be told",
        ),
        (
            'type = "date", format = "%Y%m%d", x-start = 38',
            'type = "date", x-usage = "packed", format = "%Y%m%d", x-start = 38',
            "layout.schema: service_date: packed and overpunch are fixed-width numbers",
        ),
    ],
)
def test_contradicting_layout_is_refused(old: str, new: str, problem: str) -> None:
    text = (make.PARSERS / "tabular/charge-export-mainframe.toml").read_text()
    assert old in text

    with pytest.raises(GuideError) as caught:
        parse_layout(text.replace(old, new).encode(), "x")

    assert any(one.startswith(f"x: {problem}") for one in caught.value.args), caught.value.args


def test_profile_cannot_turn_ebcdic_into_another_kind_of_encoding() -> None:
    for options in ({"encoding": "utf-8"}, {"encoding_fallback": "cp1252"}):
        with pytest.raises(GuideError):
            FORMAT.reader({"layout": "charge-export-mainframe", **options})
