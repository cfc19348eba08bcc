import pytest

from acktrail.errors import GuideError
from acktrail.formats.tabular import Tabular
from acktrail.formats.tabular.rows import Row
from acktrail.model import Verdict
from acktrail.ports import Event
from tests.generators import tabular as make

TAGGED = """
schema = "acktrail/layout/1"
id = "tagged"
version = "1"
kind = "charge"
[layout]
dialect = { delimiter = ",", header = false }
on_error = "document"
[layout.schema]
x-record-type = { column = 1 }
x-record = "D"
x-trailer = { match = "T", count = "rows", total = { column = "total", field = "amount" } }
x-group-by = ["visit"]
fields = [
  { name = "tag" },
  { name = "visit", constraints = { required = true } },
  { name = "amount", type = "number", constraints = { required = true } },
]
[[layout.schema.x-records]]
match = "N"
fields = [ { name = "tag" }, { name = "visit" }, { name = "note" } ]
[[layout.schema.x-records]]
match = "T"
fields = [
  { name = "tag" },
  { name = "rows", type = "integer" },
  { name = "total", type = "number" },
]
"""
HEADED = (
    TAGGED.replace("header = false", "header = true")
    .replace('x-record = "D"\n', "")
    .replace('"tagged"', '"headed"')
)
FORMAT = Tabular(make.Layouts({"tagged": TAGGED, "headed": HEADED}))


def read(text: str, layout: str = "tagged") -> list[Event]:
    return make.read(FORMAT.reader({"layout": layout}), text.encode())


def test_rows_of_several_types_share_a_message_and_the_trailer_counts_them() -> None:
    events = read("D,V1,1.50\nN,V1,hello\nD,V2,2.50\nT,3,4.00\n")

    assert make.names(events) == []
    assert [row.tag for row in events if isinstance(row, Row)] == ["D", "N", "D"]
    assert [one.segments for one in make.messages(events)] == [2, 1]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("D,V1,1\nT,2,1\n", "tabular.trailer_count"),
        ("D,V1,1\nT,1,2\n", "tabular.trailer_total"),
        ("D,V1,1\n", "tabular.trailer_missing"),
        ("D,V1,1\nT,1,1", "tabular.trailer_value"),
        ("D,V1,1\nT,1,1,junk\n", "tabular.trailer_value"),
        ("D,V1,1\nX,V1,1\nT,2,1\n", "tabular.record_unknown"),
        ("D,V1,1,2\nT,1,1\n", "tabular.row_long"),
        ("D,V1,1\nT,1,1\nD,V1,1\n", "tabular.after_trailer"),
    ],
)
def test_fault_of_the_frame_gives_its_finding(text: str, rule: str) -> None:
    events = read(text)

    assert rule in make.names(events)
    assert make.result_of("tabular", events).verdict is not Verdict.ACCEPTED


def test_main_rows_need_no_tag_where_the_others_have_one() -> None:
    events = read("tag,visit,amount\nA,V1,1.00\nB,V1,2.00\nT,2,3.00\n", "headed")

    assert make.names(events) == []
    assert [row.value("tag") for row in events if isinstance(row, Row)] == ["A", "B"]


def test_trailing_empty_cells_of_a_tagged_record_may_be_left_out_or_added() -> None:
    assert make.names(read("D,V1,1\nN,V1\nN,V1,x,,\nT,3,1\n")) == []


def test_total_is_not_judged_when_a_row_was_refused() -> None:
    assert make.names(read("D,V1,x\nT,1,9\n")) == ["tabular.number"]


@pytest.mark.parametrize(
    ("body", "complete"), [(b"T,1,1\n", True), (b"T,1,1", False), (b"D,V1,1\n", False)]
)
def test_complete_knows_the_trailer_of_a_layout_with_header(body: bytes, *, complete: bool) -> None:
    head = b"tag,visit,amount\nA,V1,1\n"

    assert FORMAT.complete(head + body, head + body) is complete
    assert FORMAT.complete(make.charges(1), make.charges(1)) is None


@pytest.mark.parametrize(
    "options",
    [{"on_error": "never"}, {"encoding": "utf-16"}, {"encoding_fallback": "none-such"}],
)
def test_option_that_no_layout_may_have_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(GuideError):
        FORMAT.reader({"layout": "tagged", **options})


def test_profile_may_name_another_encoding() -> None:
    body = "N,V1,h\u0144\nT,1,0\n".encode("iso8859_2")

    events = make.read(FORMAT.reader({"layout": "tagged", "encoding": "iso8859_2"}), body)

    assert [row.value("note") for row in events if isinstance(row, Row)] == ["h\u0144"]


def test_layout_id_must_be_its_file_name() -> None:
    with pytest.raises(GuideError):
        Tabular(make.Layouts({"other": TAGGED})).layout("other")
