"""The standing properties of readers, held by the tabular, bank and XML formats."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.errors import PartnerError
from acktrail.formats.bank import Bank
from acktrail.formats.tabular import Tabular
from acktrail.formats.tabular.columns import Columns
from acktrail.formats.tabular.layout import Field, Layout, RecordType
from acktrail.formats.tabular.rows import Row
from acktrail.formats.xml import Xml
from acktrail.model import Verdict
from acktrail.ports import Event, Reader
from tests.generators import bank as make_bank
from tests.generators import tabular as make
from tests.generators import ubl as make_ubl

FILES = make.Layouts()
TABULAR = Tabular(FILES)
READERS: dict[str, Callable[[], Reader]] = {
    "csv": lambda: TABULAR.reader({"layout": "charge-export"}),
    "rows": lambda: TABULAR.reader({"layout": "supplier-catalogue"}),
    "fixed": lambda: TABULAR.reader({"layout": "charge-export-fixed"}),
    "bank": lambda: Bank(FILES).reader({}),
    "bai2": lambda: Bank(FILES).reader({}),
    "xml": lambda: Xml(FILES).reader({}),
    "ubl": lambda: Xml(FILES).reader({}),
}
SEEDS = {
    "csv": make.charges(6),
    "rows": make.csv_file(
        ["supplier_code", "valid_from", "price", "currency", "description"],
        [
            ["A", "2026-01-01", "1.50", "EUR", '"a; ""b""\r\nc"'],
            ["B", "2026-01-01", "2", "EUR", "d"],
        ],
    ),
    "fixed": make.fixed_charges((100, 200, -300)),
    "bank": make_bank.mt940() + make_bank.mt940(number=2),
    "bai2": make_bank.bai2(((12345, -2300), (1,))),
    "xml": make_bank.camt053(statements=2),
    "ubl": make_ubl.invoice(),
}
ALPHABET = st.sampled_from(
    [
        b";",
        b'"',
        b"\n",
        b"\r\n",
        b"a",
        b"1",
        b".",
        b" ",
        b"\xff",
        b"\xc3\xa4",
        b"\x00",
        b":20:",
        b":61:",
        b"\n16,165,1,V,260302,,",
        b"\n88,",
        b"\n49,1,2/",
        b"</Ntry>",
        b"<TxDtls/>",
        b"<a>",
        b"</a>",
        b"V1",
        b"EUR",
        b"2026-03-01",
        b"D",
        b"T",
        b"\t",
        b"=",
    ]
)


def events(name: str, body: bytes, size: int = 1 << 18) -> list[Event] | str:
    """Return every event, or the code of the refusal."""
    try:
        return make.read(READERS[name](), body, size)
    except PartnerError as error:
        return error.code


def shown(read: list[Event] | str) -> object:
    """Return what can be compared: rows without their compiled columns."""
    if isinstance(read, str):
        return read
    return [
        (one.tag, list(one.cells), one.number, one.offset) if isinstance(one, Row) else one
        for one in read
    ]


@pytest.mark.parametrize("name", READERS)
@given(st.lists(ALPHABET, max_size=60), st.binary(max_size=200))
def test_any_bytes_give_events_or_a_partner_error(
    name: str, parts: list[bytes], noise: bytes
) -> None:
    for body in (b"".join(parts), noise, SEEDS[name] + noise, SEEDS[name][:90] + b"".join(parts)):
        events(name, body)


@pytest.mark.parametrize("name", READERS)
@given(st.data())
def test_chunked_equals_whole(name: str, data: st.DataObject) -> None:
    seed = SEEDS[name]
    at = data.draw(st.integers(0, len(seed) - 1))
    noise = b"".join(data.draw(st.lists(ALPHABET, max_size=8)))
    body = data.draw(st.sampled_from([seed, seed[:at] + noise + seed[at:], seed[:at]]))
    size = data.draw(st.integers(1, 97))

    assert shown(events(name, body, size)) == shown(events(name, body))


@pytest.mark.parametrize("name", READERS)
@given(st.integers(0, 400))
def test_findings_hold_no_substring_of_the_data(name: str, at: int) -> None:
    canary = b"CANARYNAME"
    seed = SEEDS[name]
    body = seed[: at % len(seed)] + canary + seed[at % len(seed) :]

    read = events(name, body)

    if isinstance(read, str):
        assert "CANARY" not in read
    else:
        assert all("CANARY" not in repr(finding) for finding in make.all_findings(read))


@given(
    st.lists(
        st.lists(st.sampled_from(["V1", "", "x", "1", "2026-03-02", "CG", "EUR"]), max_size=16)
    )
)
def test_every_row_is_handed_on_or_has_a_finding(rows: list[list[str]]) -> None:
    rows = [row for row in rows if len(row) > 1]
    body = make.csv_file(make.CHARGE, rows)

    read = events("csv", body)

    assert not isinstance(read, str)
    kept = {one.number for one in read if isinstance(one, Row)}
    found = {finding.place.position for finding in make.all_findings(read)}
    assert set(range(2, len(rows) + 2)) <= kept | found
    assert sum(one.segments for one in make.messages(read)) == len(rows)


@given(st.integers(0, len(SEEDS["csv"]) - 1))
def test_cut_inside_a_row_refuses_its_document(length: int) -> None:
    body = SEEDS["csv"][:length]
    if body.endswith(b"\n"):
        return  # without a trailer, a cut between rows cannot be seen

    result = make.result_of("tabular", list(events("csv", body)))  # type: ignore[arg-type]

    last = result.interchanges[-1].groups[-1].messages[-1:]
    assert not result.usable or last[0].verdict is Verdict.REJECTED


TEXTS = st.text(st.sampled_from("0123456789.,-+ abE\xa6\x1f\u0665\u00a0\t"), max_size=12)
FIELDS = st.builds(
    Field,
    name=st.just("x"),
    type=st.sampled_from(["string", "integer", "number", "date"]),
    required=st.booleans(),
    pattern=st.sampled_from(["", "[0-9a]{1,3}", "[^b]{1,2}", ".{1,3}"]),
    least_length=st.integers(0, 2),
    most_length=st.integers(2, 9),
    minimum=st.sampled_from([None, 0, 5]),
    choices=st.sampled_from([(), ("a", "ab", "1")]),
    decimal_mark=st.sampled_from(".,"),
    group_mark=st.sampled_from(["", " "]),
    date_format=st.sampled_from(["%Y-%m-%d", "%d.%m.%y"]),
    implied_decimals=st.integers(0, 2),
    sign=st.sampled_from(["leading", "trailing"]),
)


SOUND = st.one_of(
    st.dates().map(str),
    st.integers(0, 12_000).map(str),
    st.decimals(0, 999, places=2).map(str),
    st.text("0123456789a", min_size=1, max_size=5),
)
CELLS = st.one_of(SOUND, TEXTS)


@given(
    fields=st.lists(FIELDS, min_size=1, max_size=3),
    missing=st.sampled_from([("",), ("", "b")]),
    width=st.sampled_from([0, 14]),
    data=st.data(),
)
def test_many_rows_are_judged_as_each_of_them_alone(
    fields: list[Field], missing: tuple[str, ...], width: int, data: st.DataObject
) -> None:
    fields = [replace(one, start=int(bool(width)), length=width) for one in fields]
    record = RecordType("", tuple(fields))
    form = "fixed" if width else "csv"
    columns = Columns(record, Layout("t", "1", "charge", form, record, missing=missing))
    texts = data.draw(st.sampled_from([SOUND, CELLS]))
    drawn = st.lists(st.lists(texts, min_size=len(fields), max_size=len(fields)), min_size=1)
    rows = [[cell.ljust(width) for cell in row] for row in data.draw(drawn)]

    for _ in ("new texts", "known texts"):
        canonical, doubtful, changed = columns.accept(list(zip(*rows, strict=True)))

        for at, (row, done) in enumerate(zip(rows, zip(*canonical, strict=True), strict=True)):
            slow, faults = columns.explain([cell.strip(" ") for cell in row] if width else row)
            assert (at in doubtful) is bool(faults)
            assert faults or list(done) == slow
            assert changed or at in doubtful or slow == row
