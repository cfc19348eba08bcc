"""Operators' crosswalks: what is read, what is refused, what wins."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.documents.value import replace
from acktrail.errors import ProfileError
from acktrail.odoo.crosswalk import look, merged_into, read_rows
from acktrail.odoo.loads import Plan
from acktrail.odoo.maps import PartnerMap
from tests.unit.odoo import samples

HEAD = "code,odoo,valid_from,valid_to,note\n"


def said(text: str, table: str = "parties") -> list[tuple[int, str, str]]:
    return [(one.line, one.severity, one.text) for one in look(table, text.encode())[1]]


def test_rows_hold_on_their_days_and_an_empty_day_is_open() -> None:
    body = HEAD + "PAYER_ID:1,a.old,,2026-06-30,\nPAYER_ID:1,a.new,2026-07-01,,since the merger\n"

    rows = read_rows("parties", body.encode())

    assert [(one.odoo, one.holds(date(2026, 6, 30))) for one in rows] == [
        ("a.old", True),
        ("a.new", False),
    ]
    assert [one.odoo for one in rows if one.holds(date(2026, 7, 1))] == ["a.new"]
    assert [one for one in rows if one.holds(None)] == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("code,note\nA,b\n", (1, "error", "no column odoo")),
        ("code,odoo,code\nA,b,c\n", (1, "error", "a column stands twice")),
        (HEAD + "A,a.b,2026-13-01,,\n", (2, "error", "a day is not YYYY-MM-DD")),
        (HEAD + "A,a.b,2026-02-01,2026-01-01,\n", (2, "error", "valid_from comes after valid_to")),
        (HEAD + "A,,,,\n", (2, "error", "code or odoo is empty")),
        (HEAD + "A,a.b\n", (2, "error", "another number of cells than the first row")),
        (HEAD + "A,a.b,,,\nA,a.b,,,\n", (3, "error", "the same as line 2")),
        (HEAD + "A,a.b,,,\nA,a.c,2026-01-01,,\n", (3, "error", "its days overlap those of line 2")),
        (
            HEAD + "A,a.b,,2026-01-01,\nA,a.c,2026-01-03,,\n",
            (3, "warning", "there is a gap after line 2"),
        ),
        (HEAD + f"A,{'x' * 201},,,\n", (2, "error", "longer than 200 characters")),
    ],
)
def test_fault_of_a_file_is_named_by_its_line(text: str, problem: tuple[int, str, str]) -> None:
    assert said(text) == [problem]


def test_unknown_column_is_named_by_its_place_and_the_known_ones() -> None:
    found = said("code,odoo,valid_form\nA,a.b,\n")

    assert found == [
        (1, "error", "column 3 is unknown; known: code, odoo, valid_from, valid_to, note")
    ]


def test_file_that_is_no_table_of_ours_or_no_text_is_refused() -> None:
    assert said(HEAD, "payer")[0][1] == "error"
    assert look("parties", b"code,odoo\n\xff,a.b\n")[1][0].text == "not CSV in UTF-8"


def test_file_with_an_error_is_not_used_and_its_text_is_not_told() -> None:
    with pytest.raises(ProfileError) as caught:
        read_rows("parties", (HEAD + "SECRET,,,,\n").encode())

    assert caught.value.args == ("crosswalk/parties.csv line 2: code or odoo is empty",)


def test_days_that_follow_each_other_are_neither_gap_nor_overlap() -> None:
    assert said(HEAD + "A,a.b,,2026-01-01,\nA,a.c,2026-01-02,,\n") == []


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8))
def test_rows_without_an_error_lead_a_code_to_one_record_on_every_day(
    periods: list[tuple[int, int]],
) -> None:
    lines = [
        f"A,a.r{at},2026-01-{min(one) + 1:02},2026-01-{max(one) + 1:02},"
        for at, one in enumerate(periods)
    ]
    rows, problems = look("parties", (HEAD + "\n".join(lines)).encode())

    if not any(one.severity == "error" for one in problems):
        for day in range(1, 32):
            assert sum(one.holds(date(2026, 1, day)) for one in rows) <= 1


def test_row_of_a_crosswalk_wins_over_the_profiles_table() -> None:
    rows = read_rows("accounts", (HEAD + "CO-45,a.new,,,\n").encode())

    found = merged_into({"adjustment": {"CO-45": "a.old", "CO": "a.co"}}, rows)

    assert found["adjustment"] == {"CO-45": "a.new", "CO": "a.co"}


def test_document_is_planned_with_the_rows_of_its_day() -> None:
    body = HEAD + "PAYER_ID:1,a.old,,2026-10-31,\nPAYER_ID:1,a.new,2026-11-01,,\n"
    rows = read_rows("parties", body.encode())
    table = {**samples.TABLE, "products": "external_id", "create_products": True}
    maps = PartnerMap(samples.PARTNER, samples.MAPS, table, rows, samples.SECRET)
    document = samples.order()
    parties = (samples.buyer("PAYER_ID", "1"),)

    found = [
        maps.plan(replace(document, parties=parties, issued=day))
        for day in (date(2026, 10, 31), date(2026, 11, 1))
    ]

    kept = [one for one in found if isinstance(one, Plan)]
    assert [one.loads[-1].rows[0][1] for one in kept] == ["a.old", "a.new"]


def test_kind_table_of_a_profile_wins_over_its_general_one() -> None:
    maps = samples.maps(purchase_journal="a.all", kind={"invoice": {"purchase_journal": "a.inv"}})

    assert maps.options("invoice").purchase_journal == "a.inv"
    assert maps.options("credit_note").purchase_journal == "a.all"
