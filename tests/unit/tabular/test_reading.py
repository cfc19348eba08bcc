import pytest

from acktrail.errors import GuideError, TooLargeError
from acktrail.formats.tabular import Tabular
from acktrail.formats.tabular.rows import Row
from acktrail.model import Severity, Verdict
from acktrail.ports import (
    Event,
    FileFinding,
    GroupEnd,
    InterchangeEnd,
    MessageEnd,
    MessageStart,
)
from tests.generators import tabular as make

FORMAT = Tabular(make.Layouts())


def read(body: bytes, layout: str = "charge-export", **options: object) -> list[Event]:
    return make.read(FORMAT.reader({"layout": layout, **options}), body)


def rows(events: list[Event]) -> list[Row]:
    return [event for event in events if isinstance(event, Row)]


def charge_file(*changed: dict[str, str], visit: str = "V1") -> bytes:
    lines = [make.charge_row(visit, f"K{n}") for n in range(len(changed))]
    for line, change in zip(lines, changed, strict=True):
        for name, value in change.items():
            line[make.CHARGE.index(name)] = value
    return make.csv_file(make.CHARGE, lines)


def test_rows_of_one_visit_become_one_message() -> None:
    events = read(make.charges(6), sender="acme")

    heads = [event.head for event in events if isinstance(event, MessageStart)]
    assert [head.control for head in heads] == ["1", "2", "3"]
    assert {(h.type, h.guide, h.sender) for h in heads} == {
        ("charge-export", "charge-export@1", "acme")
    }
    assert [m.segments for m in make.messages(events)] == [2, 2, 2]
    assert make.names(events) == []


def test_group_and_interchange_close_the_file() -> None:
    events = read(make.charges(2))

    group, interchange = events[-2:]
    assert isinstance(group, GroupEnd)
    assert isinstance(interchange, InterchangeEnd)
    assert interchange.result.verdict is Verdict.ACCEPTED
    assert interchange.result.groups == (group.result,)
    assert interchange.result.control == ""


def test_row_gives_canonical_texts_by_number_and_name() -> None:
    row = rows(read(make.charges(2)))[0]

    assert row.tag == "row"
    assert row.get(1) == row.value("visit") == "V0000"
    assert (row.value("amount"), row.value("nothing"), row.get(99)) == ("20.50", "", "")
    assert (row.repetitions(1), row.repetitions(6), row.loop) == (1, 0, "")
    assert row.place.position == 2


def test_place_is_the_byte_offset_of_the_record() -> None:
    body = make.charges(3)

    for row in rows(read(body)):
        assert body[row.place.offset :].startswith(row.value("visit").encode())


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("visit", "", "tabular.required_missing"),
        ("visit", "V" * 31, "tabular.length"),
        ("type", "REFUND", "tabular.enum"),
        ("service_date", "02.03.2026", "tabular.date"),
        ("service_date", "2026-02-30", "tabular.date"),
        ("qty", "1_000", "tabular.number"),
        ("qty", "1E3", "tabular.number"),
        ("qty", "NaN", "tabular.number"),
        ("qty", " 5 ", "tabular.number"),
        ("qty", "\u0665", "tabular.number"),
        ("amount", "1,50", "tabular.number"),
        ("currency", "euro", "tabular.pattern"),
        ("department", "R\x07D", "tabular.control_character"),
    ],
)
def test_wrong_value_is_a_finding_with_row_column_and_line(
    column: str, value: str, rule: str
) -> None:
    events = read(charge_file({}, {column: value}))

    found = [f for f in make.all_findings(events) if f.rule == rule]
    assert [f.place.position for f in found] == [3]
    assert found[0].place.address == column
    assert found[0].reference == "line 3"
    assert found[0].severity is Severity.ERROR
    assert make.messages(events)[-1].verdict is Verdict.REJECTED


def test_range_is_checked_on_the_number() -> None:
    head = ["supplier_code", "valid_from", "price", "currency", "discount_pct"]
    body = make.csv_file(head, [["A", "2026-01-01", "-0.01", "EUR", "100.5"]])

    assert make.names(read(body, "supplier-catalogue")) == ["tabular.range", "tabular.range"]


@pytest.mark.parametrize(
    ("policy", "verdicts", "rows_left"),
    [
        ("row", [Verdict.PARTIALLY_ACCEPTED, Verdict.ACCEPTED], 3),
        ("document", [Verdict.REJECTED, Verdict.ACCEPTED], 3),
        ("reject_file", [Verdict.REJECTED, Verdict.REJECTED], 3),
    ],
)
def test_error_policy_says_what_a_bad_row_takes_with_it(
    policy: str, verdicts: list[Verdict], rows_left: int
) -> None:
    lines = [make.charge_row(v, k) for v, k in [("V1", "1"), ("V1", "2"), ("V2", "3"), ("V2", "4")]]
    lines[0][7] = "many"

    events = read(make.csv_file(make.CHARGE, lines), on_error=policy)

    group = next(event.result for event in events if isinstance(event, GroupEnd))
    assert [one.verdict for one in group.messages] == verdicts
    assert len(rows(events)) == rows_left


def test_missing_required_columns_refuse_the_file_and_are_all_named() -> None:
    events = read(b"visit;account\r\nV1;A1\r\n")

    found = [f for f in make.all_findings(events) if f.rule == "tabular.column_missing"]
    assert [f.place.address for f in found][:3] == ["line_key", "type", "service_date"]
    assert make.result_of("tabular", events).usable is False
    assert events[-1].result.verdict is Verdict.REJECTED  # type: ignore[union-attr]


def test_columns_are_found_in_any_order_by_alias_and_without_accents() -> None:
    body = (
        "Währung;RECHNUNGSNUMMER;Invoice-Date;seller id;line no;Artikelnummer;Menge;Preis\n"
        "EUR;R1;2026-03-01;S1;1;ART;2;10.00\n"
    ).encode()
    own = FORMAT.layout("supplier-invoice")
    assert own.group_by == ("seller_id", "invoice_no")
    body = body.replace("Währung".encode(), b"Currency")

    row = rows(read(body, "supplier-invoice"))[0]

    assert [row.value(n) for n in ("invoice_no", "currency", "qty", "uom")] == [
        "R1",
        "EUR",
        "2",
        "",
    ]


def test_extra_column_is_a_warning_and_duplicate_one_refuses_the_file() -> None:
    extra = make.charges(2).replace(b"payer_id\r\n", b"payer_id;remark\r\n")
    extra = extra.replace(b"PAYER1\r\n", b"PAYER1;hello\r\n")
    twice = make.charges(2).replace(b"payer_id", b"visit")

    assert make.names(read(extra)) == ["tabular.column_extra"]
    assert "tabular.column_duplicate" in make.names(read(twice))


def test_absurd_number_of_columns_is_one_finding() -> None:
    assert make.names(read(b"x;" * 100_000 + b"\n")) == ["tabular.column_refused"]


def test_other_delimiter_is_named_as_such() -> None:
    assert make.names(read(make.charges(2).replace(b";", b"\t"))) == ["tabular.delimiter"]


def test_key_that_comes_again_is_a_split_document() -> None:
    lines = [make.charge_row(visit, str(n)) for n, visit in enumerate(["V1", "V2", "V1"])]

    events = read(make.csv_file(make.CHARGE, lines))

    assert sorted(make.names(events)) == ["tabular.file_split", "tabular.group_split"]
    assert [m.verdict for m in make.messages(events)][-1] is Verdict.REJECTED


@pytest.mark.parametrize("policy", ["row", "document", "file"])
def test_split_document_refuses_the_file_as_half_of_it_was_judged_before(policy: str) -> None:
    visits = ["V1", "V2", "V1", "V2", "V1", "V3"]
    lines = [make.charge_row(visit, str(n)) for n, visit in enumerate(visits)]

    events = read(make.csv_file(make.CHARGE, lines), on_error=policy)

    (finding,) = [one.finding for one in events if isinstance(one, FileFinding)]
    assert (finding.rule, finding.severity, finding.place.position) == (
        "tabular.file_split",
        Severity.ERROR,
        4,
    )
    assert make.names(events).count("tabular.group_split") == 3
    group, interchange = events[-2:]
    assert isinstance(group, GroupEnd)
    assert isinstance(interchange, InterchangeEnd)
    assert {group.result.verdict, interchange.result.verdict} == {Verdict.REJECTED}
    assert {one.verdict for one in group.result.messages} == {Verdict.REJECTED}


def test_keys_whose_cells_only_join_to_the_same_text_are_two_documents() -> None:
    rows_ = [make.charge_row("V1", "1"), make.charge_row("V11", "2"), make.charge_row("V", "3")]
    for row, account in zip(rows_, ["12", "2", "112"], strict=True):
        row[make.CHARGE.index("account")] = account

    assert make.names(read(make.csv_file(make.CHARGE, rows_))) == []


def test_row_without_its_key_refuses_the_documents_on_both_sides() -> None:
    """It may be a part of either: half a document is never taken."""
    visits = ["V0", "V1", "", "V2", "V3"]
    lines = [make.charge_row(visit, str(n)) for n, visit in enumerate(visits)]

    events = read(make.csv_file(make.CHARGE, lines))

    assert make.names(events) == ["tabular.required_missing", "tabular.neighbour_lost"]
    accepted, rejected = Verdict.ACCEPTED, Verdict.REJECTED
    assert [m.verdict for m in make.messages(events)] == [accepted, rejected, rejected, accepted]


def test_row_without_its_key_inside_a_document_does_not_split_it() -> None:
    lines = [make.charge_row(visit, str(n)) for n, visit in enumerate(["V1", "", "V1", "V2"])]

    events = read(make.csv_file(make.CHARGE, lines), on_error="row")

    assert make.names(events) == ["tabular.required_missing"]
    partial, accepted = Verdict.PARTIALLY_ACCEPTED, Verdict.ACCEPTED
    assert [m.verdict for m in make.messages(events)] == [partial, accepted]


def test_unreadable_row_refuses_the_documents_on_both_sides() -> None:
    lines = [make.charge_row("V1", "1"), ["V2", "short"], make.charge_row("V2", "2")]

    events = read(make.csv_file(make.CHARGE, lines))

    assert make.names(events) == ["tabular.row_short", "tabular.neighbour_lost"]
    assert {m.verdict for m in make.messages(events)} == {Verdict.REJECTED}


def test_last_row_without_line_break_is_an_error_unless_the_layout_allows_it() -> None:
    body = make.charges(2)[:-2]
    text = (make.PARSERS / "tabular/charge-export.toml").read_text()
    lenient = text.replace('"charge-export"', '"lenient"').replace(
        'format = "csv"', 'format = "csv"\nfinal_newline = "optional"'
    )

    strict = read(body)
    loose = make.read(
        Tabular(make.Layouts({"lenient": lenient})).reader({"layout": "lenient"}), body
    )

    assert make.names(strict) == ["tabular.final_newline"]
    assert make.messages(strict)[0].verdict is Verdict.REJECTED
    assert make.names(loose) == ["tabular.final_newline"]
    assert make.messages(loose)[0].verdict is Verdict.ACCEPTED


def test_open_quote_names_its_line_and_does_not_swallow_the_file() -> None:
    lines = [make.charge_row("V1", str(n)) for n in range(200)]
    lines[3][5] = '"open'

    found = make.all_findings(read(make.csv_file(make.CHARGE, lines)))

    assert [f.rule for f in found] == ["tabular.quote_unbalanced"]
    assert (found[0].place.position, found[0].reference) == (5, "line 5")


def test_broken_quote_costs_one_row() -> None:
    lines = [make.charge_row("V1", str(n)) for n in range(3)]
    lines[1][5] = '"a"b'

    events = read(make.csv_file(make.CHARGE, lines), on_error="row")

    assert make.names(events) == ["tabular.quote"]
    assert len(rows(events)) == 2


def test_quoted_cell_may_hold_delimiter_quote_and_line_break() -> None:
    head = ["supplier_code", "valid_from", "price", "currency", "description"]
    body = make.csv_file(head, [["A", "2026-01-01", "1", "EUR", '"one; ""two""\r\nthree"']])

    row = rows(read(body, "supplier-catalogue"))[0]

    assert row.value("description") == 'one; "two"\r\nthree'


def test_byte_order_mark_and_separator_line_are_no_data() -> None:
    body = b"\xef\xbb\xbfsep=;\r\n" + make.charges(2)

    assert make.names(read(body)) == []


def test_fallback_encoding_is_used_when_the_file_is_no_utf8() -> None:
    body = make.charges(2).replace(b"RAD", "RÄD".encode("cp1252"))

    assert rows(read(body))[0].value("department") == "RÄD"


def test_mixture_of_encodings_is_refused() -> None:
    one, two = make.charge_row("V1", "1", department="Ä"), make.charge_row("V1", "2")
    body = make.csv_file(make.CHARGE, [one, two]).replace(b"RAD", b"R\xc4D")

    assert make.names(read(body)) == ["tabular.encoding"]


def test_utf16_is_refused() -> None:
    body = make.charges(2).decode().encode("utf-16")

    assert make.names(read(body)) == ["tabular.encoding"]


def test_empty_file_and_header_alone_are_told_apart() -> None:
    assert make.names(read(b"")) == ["tabular.empty"]
    assert make.names(read((";".join(make.CHARGE) + "\n").encode())) == ["tabular.no_rows"]


def test_row_cap_raises_and_error_cap_counts_on() -> None:
    bad = make.csv_file(make.CHARGE, [make.charge_row("V1", str(n), qty="x") for n in range(30)])

    with pytest.raises(TooLargeError):
        read(make.charges(10), max_rows=5)
    events = read(bad, max_errors=10)
    assert make.names(events).count("tabular.number") == 10
    assert "tabular.errors_capped" in make.names(events)
    assert make.messages(events)[0].findings_total == 30
    assert make.messages(events)[0].verdict is Verdict.REJECTED


def test_control_characters_survive_in_no_cell() -> None:
    events = read(make.charges(2).replace(b"RAD", b"R\x00D"))

    assert set(make.names(events)) == {"tabular.control_character"}
    assert rows(events) == []


def test_layout_is_found_by_its_header_when_none_is_named() -> None:
    reader = FORMAT.reader({})
    events = make.read(reader, make.invoices(), size=7)

    head = next(event.head for event in events if isinstance(event, MessageStart))
    assert head.type == "supplier-invoice"
    assert FORMAT.recognises(make.invoices()[:4096])
    assert FORMAT.recognises(make.fixed_charges())
    assert not FORMAT.recognises(b"UNA:+.? 'UNB+UNOC:3")
    with pytest.raises(GuideError):
        make.read(FORMAT.reader({}), b"a;b\n1;2\n")


@pytest.mark.parametrize("name", ["../secret", "x" * 100, "nowhere", "UPPER"])
def test_layout_name_cannot_leave_its_folder(name: str) -> None:
    with pytest.raises(GuideError):
        FORMAT.reader({"layout": name})


def test_message_end_holds_the_byte_span() -> None:
    body = make.charges(4)
    ends = [event.result for event in read(body) if isinstance(event, MessageEnd)]

    assert ends[0].offset == body.index(b"V0000")
    assert ends[1].offset == ends[0].offset + ends[0].length
    assert ends[1].offset + ends[1].length == len(body)
