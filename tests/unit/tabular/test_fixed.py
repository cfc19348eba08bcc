import pytest

from acktrail.formats.tabular import Tabular
from acktrail.formats.tabular.rows import Row
from acktrail.model import Verdict
from acktrail.ports import Event
from tests.generators import tabular as make

FORMAT = Tabular(make.Layouts())


def read(body: bytes) -> list[Event]:
    return make.read(FORMAT.reader({"layout": "charge-export-fixed"}), body)


def test_implied_decimals_and_trailing_sign_give_plain_numbers() -> None:
    rows = [event for event in read(make.fixed_charges()) if isinstance(event, Row)]

    assert [row.tag for row in rows] == ["H", "D", "D"]
    assert [row.value("amount") for row in rows[1:]] == ["20.50", "-1.00"]
    assert [row.value("qty") for row in rows[1:]] == ["1.00", "1.00"]
    assert rows[1].value("service_date") == "2026-03-02"


def test_header_record_is_repeated_in_every_message() -> None:
    events = read(make.fixed_charges((100, 200, 300, 400)))

    assert [row.tag for row in events if isinstance(row, Row)] == ["H", "D", "D", "H", "D", "D"]
    assert make.names(events) == []


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (make.fixed_charges(rows=3), "tabular.trailer_count"),
        (make.fixed_charges(total=99), "tabular.trailer_total"),
        (make.fixed_charges().rpartition(b"T0")[0], "tabular.trailer_missing"),
        (make.fixed_charges().partition(b"\n")[2], "tabular.leader_missing"),
        (
            make.fixed_charges() + make.fixed_charges().split(b"\n")[1] + b"\n",
            "tabular.after_trailer",
        ),
        (make.fixed_charges().replace(b"T0", b"Tx"), "tabular.trailer_value"),
        (
            make.fixed_charges().replace(b"\nD", b"\nH" + b" " * 23 + b"\nD", 1),
            "tabular.leader_again",
        ),
    ],
)
def test_broken_frame_refuses_the_file(body: bytes, rule: str) -> None:
    events = read(body)

    assert rule in make.names(events)
    assert make.result_of("tabular", events).verdict is Verdict.REJECTED


def test_lost_trailing_blanks_are_filled_up_with_a_warning() -> None:
    body = b"\n".join(line.rstrip() for line in make.fixed_charges().split(b"\n"))

    events = read(body)

    assert set(make.names(events)) == {"tabular.padded"}
    assert make.messages(events)[0].verdict is Verdict.ACCEPTED


def test_record_cut_inside_a_number_is_refused_not_padded() -> None:
    lines = make.fixed_charges().split(b"\n")
    lines[1] = lines[1][:78]

    assert "tabular.row_short" in make.names(read(b"\n".join(lines)))


def test_longer_record_is_an_error_not_a_cut() -> None:
    lines = make.fixed_charges().split(b"\n")
    lines[1] += b"MORE"

    assert "tabular.row_long" in make.names(read(b"\n".join(lines)))


def test_unknown_record_type_is_a_finding() -> None:
    body = make.fixed_charges().replace(b"\nD", b"\nX", 1)

    assert "tabular.record_unknown" in make.names(read(body))


def test_cut_anywhere_is_never_usable() -> None:
    body = make.fixed_charges()

    for length in range(len(body)):
        result = make.result_of("tabular", read(body[:length]))
        assert not result.usable, length


def test_lost_line_always_leaves_a_finding() -> None:
    lines = make.fixed_charges().split(b"\n")[:-1]

    for lost in range(len(lines)):
        body = b"".join(line + b"\n" for n, line in enumerate(lines) if n != lost)
        assert make.names(read(body)), lost


@pytest.mark.parametrize(("tail", "complete"), [(-1, True), (-2, False), (-30, False)])
def test_complete_looks_for_the_trailer(tail: int, *, complete: bool) -> None:
    body = make.fixed_charges()
    body = body if tail == -1 else body[:tail]

    assert FORMAT.complete(body, body[-4096:]) is complete


def test_lengths_in_bytes_cut_before_decoding() -> None:
    text = (make.PARSERS / "tabular/charge-export-fixed.toml").read_text()
    own = text.replace('"charge-export-fixed"', '"by-bytes"').replace(
        'encoding = "latin-1"', 'encoding = "utf-8"\nunit = "bytes"'
    )
    format_ = Tabular(make.Layouts({"by-bytes": own}))
    body = make.fixed_charges().replace(b"RAD     ", "RÄD    ".encode())

    events = make.read(format_.reader({"layout": "by-bytes"}), body)

    assert make.names(events) == []
    assert {row.value("department") for row in events if isinstance(row, Row)} >= {"RÄD"}


def test_records_without_line_breaks_are_cut_by_length() -> None:
    text = (make.PARSERS / "tabular/charge-export-fixed.toml").read_text()
    own = text.replace('"charge-export-fixed"', '"blocks"').replace(
        'on_error = "document"', 'on_error = "document"\nrecord_length = 91'
    )
    format_ = Tabular(make.Layouts({"blocks": own}))
    body = b"".join(line.ljust(91) for line in make.fixed_charges().split(b"\n")[:-1])

    events = make.read(format_.reader({"layout": "blocks"}), body, size=10)

    assert make.names(events) == []
    assert len([row for row in events if isinstance(row, Row)]) == 3
