from pathlib import Path

import pytest
from click.testing import CliRunner

from acktrail.cli.main import cli
from acktrail.errors import GuideError
from acktrail.formats.tabular.guess import guess
from acktrail.formats.tabular.infer import infer_layout
from acktrail.formats.tabular.layout import Layout
from acktrail.formats.tabular.reader import TabularReader
from acktrail.formats.tabular.schema import parse_layout
from acktrail.translate import rows
from tests.generators import planted
from tests.generators import tabular as make

FILES = {
    "invoices": make.invoices(30),
    "charges": make.charges(60),
    "catalogue": b"".join(planted.catalogue(300, 0)),
}


def drafted(*samples: bytes) -> Layout:
    return parse_layout(infer_layout(samples, "draft").encode(), "draft")


def types(layout: Layout) -> dict[str, str]:
    return {one.name: one.type for one in layout.main.fields}


@pytest.mark.parametrize("name", FILES)
def test_draft_loads_and_reads_its_sample_without_a_finding(name: str) -> None:
    events = make.read(TabularReader(drafted(FILES[name])), FILES[name])

    assert make.names(events) == []


def test_draft_reads_no_file_before_a_person_has_given_its_kind() -> None:
    with pytest.raises(GuideError):
        rows.translator(infer_layout([FILES["charges"]], "draft").encode(), {})


def test_types_and_names_of_a_file_with_header() -> None:
    layout = drafted(FILES["charges"])

    assert layout.dialect.delimiter == ";"
    assert layout.main.names == make.CHARGE
    found = types(layout)
    assert (found["service_date"], found["amount"], found["qty"]) == ("date", "number", "integer")
    assert found["code"] == "integer"  # a person has to know that it is none
    assert found["currency"] == "string"


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_delimiter_is_the_one_that_cuts_every_line_alike(sign: str) -> None:
    lines = [
        sign.join([f"N{n}", "a, b; c | d" if sign == "\t" else "x", f"{n}"]) for n in range(20)
    ]

    assert drafted("\n".join(lines).encode()).dialect.delimiter == sign


def test_comma_inside_numbers_loses_against_the_semicolon() -> None:
    body = "".join(f"A{n};{n},50;{n},75\n" for n in range(30)).encode()

    layout = drafted(body)

    assert layout.dialect.delimiter == ";"
    assert [one.decimal_mark for one in layout.main.fields[1:]] == [",", ","]


@pytest.mark.parametrize(
    ("values", "form", "doubt"),
    [
        (["01.02.2026", "31.12.2026"], "%d.%m.%Y", False),
        (["01/02/2026", "11/12/2026"], "%d/%m/%Y", True),
        (["01/02/2026", "13/12/2026"], "%d/%m/%Y", False),
        (["01/02/2026", "12/13/2026"], "%m/%d/%Y", False),
        (["20260201", "20261231"], "%Y%m%d", False),
        (["2026-02-01"], "%Y-%m-%d", False),
    ],
)
def test_dates_that_can_be_read_both_ways_are_said_to_be(
    values: list[str], form: str, *, doubt: bool
) -> None:
    found = guess("x", values, 2)

    assert (found.field.type, found.field.date_format) == ("date", form)
    assert ("AMBIGUOUS" in found.evidence) is doubt
    assert (found.confidence < 0.5) is doubt


@pytest.mark.parametrize(
    ("values", "type_", "marks", "doubt"),
    [
        (["1", "-20"], "integer", (".", ""), False),
        (["1.50", "2"], "number", (".", ""), False),
        (["1,50", "2"], "number", (",", ""), False),
        (["1.234,50", "2,00"], "number", (",", "."), False),
        (["1,234.50", "2.00"], "number", (".", ","), False),
        (["1,234", "5,678"], "number", (",", ""), True),  # or thousands
        (["00123", "00045"], "string", (".", ""), False),
        (["4000001000005", "4000001000012"], "string", (".", ""), False),
        (["1e5", "2e5"], "string", (".", ""), False),
        (["12.50-", "3.00"], "number", (".", ""), False),
        (["1_000", "NaN"], "string", (".", ""), False),
        (["\u0661", "\u0662"], "string", (".", ""), False),
    ],
)
def test_numbers_are_guessed_with_their_marks(
    values: list[str], type_: str, marks: tuple[str, str], *, doubt: bool
) -> None:
    found = guess("x", values, 2)

    assert (found.field.type, (found.field.decimal_mark, found.field.group_mark)) == (type_, marks)
    assert ("AMBIGUOUS" in found.evidence) is doubt


def test_values_that_do_not_fit_are_named_by_row_and_lower_the_confidence() -> None:
    values = ["1.50"] * 98 + ["CANARY", "NULL", ""]

    found = guess("x", values, 2)

    assert found.field.type == "number"
    assert "98 of 99 values; others in rows 100; empty in 2 rows" in found.evidence
    assert found.missing == {"NULL"}
    assert round(found.confidence, 2) == round(99 / 101, 2)


def test_column_without_values_is_text_of_no_confidence() -> None:
    assert guess("x", ["", " "], 2).confidence == 0


def test_values_are_never_copied() -> None:
    row = [f"CANARY{n}" for n in range(5)]
    body = make.csv_file(row, [[f"CANARYX{m}{n}" for n in range(5)] for m in range(30)])

    assert "CANARY" not in infer_layout([body], "draft")


@pytest.mark.parametrize("first", ["CANARY;5;A", "CANARY;NULL;A", "CANARY;;B", "V1;V1;V1"])
def test_first_row_of_values_gives_no_names(first: str) -> None:
    body = first + "\n" + "".join(f"P{n};{n};{'AB'[n % 2]}\n" for n in range(30))

    layout = drafted(body.encode())

    assert not layout.dialect.header
    assert layout.main.names == ("column_1", "column_2", "column_3")


def test_heading_that_a_name_cannot_spell_becomes_an_alias() -> None:
    body = "Stra\u00dfe;Preis (EUR);\u0141\u00f3d\u017a\n" + "".join(
        f"A{n};{n},50;x\n" for n in range(30)
    )

    layout = drafted(body.encode())

    assert layout.main.names == ("stra_e", "preis_eur", "d")
    assert [one.aliases for one in layout.main.fields] == [
        ("Stra\u00dfe",),
        (),
        ("\u0141\u00f3d\u017a",),
    ]
    events = make.read(TabularReader(layout), body.encode())
    assert make.names(events) == []


def test_fixed_width_columns_stand_between_blanks() -> None:
    body = "".join(f"A{n:<5} {n * 7:>6}  2026010{n % 9 + 1}\n" for n in range(40)).encode()

    layout = drafted(body)

    assert layout.format == "fixed"
    assert [(one.type, one.start, one.length) for one in layout.main.fields] == [
        ("string", 1, 3),
        ("integer", 11, 3),
        ("date", 16, 8),
    ]
    assert make.names(make.read(TabularReader(layout), body)) == []


def test_several_samples_are_one_evidence() -> None:
    one = b"name;day\nA;01/02/2026\nB;02/03/2026\n"
    two = b"name;day\nC;25/12/2026\n"

    assert "AMBIGUOUS" in infer_layout([one], "draft")
    assert "AMBIGUOUS" not in infer_layout([one, two], "draft")


@pytest.mark.parametrize(
    "body", [b"", b"\r\n \n", b"\x00\x01", "a;b\n1;2".encode("utf-16"), b"a\nbcdefg\nhi j\nk\n"]
)
def test_what_shows_no_columns_is_refused(body: bytes) -> None:
    with pytest.raises(GuideError):
        infer_layout([body], "draft")


def test_command_prints_the_draft(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_bytes(FILES["catalogue"])

    done = CliRunner().invoke(
        cli, ["layout", "infer", str(tmp_path / "prices.csv"), "--id", "acme-prices"]
    )

    assert done.exit_code == 0, done.output
    assert parse_layout(done.stdout.encode(), "acme-prices").id == "acme-prices"
