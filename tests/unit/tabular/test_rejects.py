import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.formats.tabular import Tabular, rejects
from acktrail.model import Acknowledgement, Answering
from tests.generators import tabular as make

FORMAT = Tabular(make.Layouts())
HEAD = [*make.CHARGE, *rejects.ADDED]


def answers(
    body: bytes, layout: str = "charge-export", *, agreed: str = "csv", **options: object
) -> tuple[Acknowledgement, ...]:
    reader = FORMAT.reader({"layout": layout, **options})
    result = make.result_of("tabular", make.read(reader, body))
    answering = Answering(
        make.AT,
        options={"rejects": agreed},
        file_name="charges.csv",
        file_sha256="ab" * 32,
        profile="acme@3",
        content=lambda offset, length: body[offset : offset + length],
    )
    return FORMAT.acknowledge(result, answering)


def rows_back(body: bytes, on_error: str = "document") -> list[list[str]]:
    """Return the rejects file as a spreadsheet reads it; nothing when there is none."""
    found = [one for one in answers(body, on_error=on_error) if one.kind == "REJECTS"]
    text = "".join(one.body.decode("latin-1") for one in found)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))


def test_rejects_come_only_where_the_profile_allows_them() -> None:
    body = make.csv_file(make.CHARGE, [make.charge_row("V1", "1", qty="x")])

    assert [one.extension for one in answers(body)] == ["ack.csv", "rejects.csv"]
    assert [one.kind for one in answers(body, agreed="none")] == ["RECEIPT"]
    assert [one.kind for one in answers(make.charges(4))] == ["RECEIPT"]
    assert [one.kind for one in answers(b"visit\r\nV1\r\n")] == ["RECEIPT"]  # no row was read


def test_refused_document_goes_back_whole_and_says_which_cell_is_wrong() -> None:
    good, other = make.charge_row("V1", "1"), make.charge_row("V2", "2")
    bad = make.charge_row("V2", "3", qty="x", amount="")

    back = rows_back(make.csv_file(make.CHARGE, [good, other, bad]))

    assert back == [
        HEAD,
        [*other, "3", "3", ""],
        [*bad, "4", "4", "tabular.number qty, tabular.required_missing amount"],
    ]


def test_row_policy_sends_back_only_the_faulty_rows() -> None:
    rows = [make.charge_row("V1", str(n), qty="x" if n == 1 else "1") for n in range(3)]

    back = rows_back(make.csv_file(make.CHARGE, rows), on_error="row")

    assert back[1:] == [[*rows[1], "3", "3", "tabular.number qty"]]


def test_file_policy_sends_back_every_row() -> None:
    rows = [make.charge_row(f"V{n}", str(n), qty="x" if n == 1 else "1") for n in range(3)]

    assert len(rows_back(make.csv_file(make.CHARGE, rows), on_error="file")) == 1 + 3


def test_formulas_are_disarmed_and_numbers_are_not() -> None:
    row = make.charge_row("=1+1", "@SUM(A1)", qty="-x", unit_price="-1.50", amount="+7")

    (back,) = rows_back(make.csv_file(make.CHARGE, [row]))[1:]

    assert [back[0], back[2], *back[7:10]] == ["'=1+1", "'@SUM(A1)", "'-x", "-1.50", "+7"]


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("cp1252", b"")]
)
def test_rows_keep_their_bytes_and_quotes(encoding: str, mark: bytes) -> None:
    row = make.charge_row("V1", '"M\u00fcller; ""x""\r\n2"', qty="x")
    body = mark + make.csv_file(make.CHARGE, [row]).decode().encode(encoding)

    (found,) = [one for one in answers(body) if one.kind == "REJECTS"]

    assert ";".join(row[:4]).encode(encoding) in found.body
    assert found.body.decode(encoding).endswith(";2;2;tabular.number qty\r\n")


def test_record_that_is_not_well_formed_goes_back_as_its_line() -> None:
    body = make.csv_file(make.CHARGE, [['V1"x', '"a"b', "c"]])

    assert rows_back(body)[1][1:] == ["2", "2", "tabular.quote"]


def test_fixed_width_rows_go_back_without_header_and_trailer_record() -> None:
    body = make.fixed_charges((100, 200)).replace(b"20260302", b"20269902", 1)

    back = [one for one in answers(body, "charge-export-fixed") if one.kind == "REJECTS"]

    lines = back[0].body.decode().split("\r\n")
    assert [line[:6] for line in lines] == ["row,ac", "DV0   ", "DV0   ", ""]
    assert lines[1].endswith(",2,2,tabular.date service_date")


def test_records_without_line_ends_are_not_told() -> None:
    body = bytearray(make.mainframe_charges((2050,)))
    body[80 + 60] = 0

    assert [one.kind for one in answers(bytes(body), "charge-export-mainframe")] == ["RECEIPT"]


def test_cap_is_said_in_a_last_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rejects, "MOST_ROWS", 2)
    rows = [make.charge_row("V1", str(n), qty="x") for n in range(4)]

    back = rows_back(make.csv_file(make.CHARGE, rows))

    assert len(back) == 1 + 2 + 1
    assert back[-1] == ["", "", "tabular.errors_capped"]


def test_same_input_gives_the_same_bytes_in_pieces_of_any_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [make.charge_row(f"V{n // 2}", str(n), qty="x" if n % 3 else "1") for n in range(30)]
    body = make.csv_file(make.CHARGE, rows)
    whole = answers(body)
    monkeypatch.setattr(rejects, "PIECE", 7)

    assert answers(body) == whole


@given(st.lists(st.sampled_from(["1", "x", "=2", "-3", "+", "\t"]), max_size=9))
def test_rejected_rows_of_receipt_and_file_are_the_same_number(quantities: list[str]) -> None:
    rows = [make.charge_row(f"V{n // 3}", str(n), qty=qty) for n, qty in enumerate(quantities)]
    body = make.csv_file(make.CHARGE, rows)

    told = answers(body)[0].body.decode().split("\r\n")[0].split(";")[-1]

    assert len(rows_back(body)[1:]) == int(told)


def test_document_whose_number_was_taken_goes_back() -> None:
    body = make.charges(2)
    reader = FORMAT.reader({"layout": "charge-export"})
    result = make.result_of("tabular", make.read(reader, body))
    answering = Answering(
        make.AT,
        options={"rejects": "csv"},
        content=lambda offset, length: body[offset : offset + length],
    )
    taken = FORMAT.acknowledge(result, replace(answering, posted={"1": "conflict"}))

    assert [one.kind for one in taken] == ["RECEIPT", "REJECTS"]
