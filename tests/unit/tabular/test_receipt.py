from dataclasses import replace

import pytest

from acktrail.formats.tabular import Tabular
from acktrail.model import Answering, Finding, Place, ReadResult, Severity
from tests.generators import tabular as make

FORMAT = Tabular(make.Layouts())
SHA = "ab" * 32


def answering(**options: str) -> Answering:
    return Answering(
        make.AT, options=options, file_name="charges.csv", file_sha256=SHA, profile="acme@3"
    )


def result(body: bytes, **options: object) -> ReadResult:
    reader = FORMAT.reader({"layout": "charge-export", **options})
    return make.result_of("tabular", make.read(reader, body))


def lines(read: ReadResult) -> list[str]:
    (answer,) = FORMAT.acknowledge(read, answering())
    return answer.body.decode().split("\r\n")


def test_receipt_of_a_clean_file_is_one_line() -> None:
    (answer,) = FORMAT.acknowledge(result(make.charges(4)), answering())

    head = f"H;charges.csv;{SHA};2026-03-15T12:30:00Z;acme@3;ACCEPTED;4;4;0\r\n"
    assert answer.body.decode() == head
    assert (answer.kind, answer.control, answer.extension) == ("RECEIPT", "abababababab", "ack.csv")
    assert answer.after_posting is False
    assert FORMAT.numbers_needed(result(b""), answering()) == 0


def test_error_line_names_record_line_document_field_and_code_never_the_value() -> None:
    rows = [make.charge_row("V1", "1"), make.charge_row("V2", "2", qty="CANARYVALUE")]

    text = lines(result(make.csv_file(make.CHARGE, rows)))

    assert text[0].endswith(";PARTIAL;2;1;1")
    assert text[1] == "E;3;3;2;qty;tabular.number;error;***;not a number as agreed"
    assert "CANARY" not in "".join(text)


def test_row_policy_counts_rows() -> None:
    rows = [make.charge_row("V1", str(n)) for n in range(4)]
    rows[2][7] = ""

    text = lines(result(make.csv_file(make.CHARGE, rows), on_error="row"))

    assert text[0].endswith(";PARTIAL;4;3;1")
    assert text[1].split(";")[5:8] == ["tabular.required_missing", "error", ""]


def test_unusable_file_is_rejected_with_its_reason() -> None:
    text = lines(result(b"visit\r\nV1\r\n"))

    assert text[0].endswith(";REJECTED;0;0;0")
    assert text[1].startswith("E;1;;;account;") or "column_missing" in text[1]


def test_same_input_gives_the_same_bytes() -> None:
    first, second = (lines(result(make.charges(3))) for _ in range(2))

    assert first == second


def test_cells_that_a_spreadsheet_would_run_are_disarmed() -> None:
    formula = Finding("x", Severity.ERROR, "=1+1", place=Place(address='@col;"'))
    read = replace(result(make.charges(1)), findings=(formula,))

    assert '"\'@col;"""' in lines(read)[1]
    assert lines(read)[1].endswith(";'=1+1")


def test_list_is_capped_and_says_so() -> None:
    rows = [make.charge_row("V1", str(n), qty="x") for n in range(10_500)]

    text = lines(result(make.csv_file(make.CHARGE, rows), max_errors=50_000))

    assert len(text) == 1 + 10_000 + 1 + 1
    assert "tabular.errors_capped" in text[-2]


def two_visits(**options: object) -> ReadResult:
    rows = [make.charge_row("V1", "1"), make.charge_row("V1", "2"), make.charge_row("V2", "3")]
    read = result(make.csv_file(make.CHARGE, rows), **options)
    return replace(read, documents={"charge": 2})


def told(read: ReadResult, posted: dict[str, str]) -> list[str]:
    (answer,) = FORMAT.acknowledge(read, replace(answering(), posted=posted))
    return answer.body.decode().split("\r\n")[:-1]


def test_receipt_never_waits_for_odoo() -> None:
    read = two_visits()

    (taken,) = FORMAT.acknowledge(read, answering())
    (refused,) = FORMAT.acknowledge(replace(read, documents={}), answering())

    assert not taken.after_posting
    assert not refused.after_posting


def test_document_whose_number_was_taken_is_refused_in_the_receipt() -> None:
    text = told(two_visits(), {"1": "conflict", "2": "stored"})

    assert text[0].endswith(";PARTIAL;3;1;2")
    assert text[1:] == ["E;;;1;;post.conflict;error;;another document with this number came before"]


def test_receipt_is_a_rejection_when_every_number_was_taken() -> None:
    text = told(two_visits(), {"1": "conflict", "2": "conflict"})

    assert text[0].endswith(";REJECTED;3;0;3")
    assert len(text) == 3


def test_conflict_joins_what_else_was_refused() -> None:
    rows = [make.charge_row("V1", "1"), make.charge_row("V2", "2", qty="x")]
    read = replace(result(make.csv_file(make.CHARGE, rows)), documents={"charge": 1})

    text = told(read, {"1": "conflict"})

    assert text[0].endswith(";REJECTED;2;0;2")
    assert [line.split(";")[5] for line in text[1:]] == ["post.conflict", "tabular.number"]


@pytest.mark.parametrize("state", ["stored", "duplicate", "held", "rejected"])
def test_what_odoo_or_we_refuse_is_not_told_to_the_partner_as_his_fault(state: str) -> None:
    assert told(two_visits(), {"1": state}) == told(two_visits(), {})


def test_receipt_may_be_switched_off() -> None:
    assert FORMAT.acknowledge(result(make.charges(1)), answering(receipt="none")) == ()
