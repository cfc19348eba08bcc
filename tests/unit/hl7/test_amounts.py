"""What was seen to agree is remembered, and never hides what does not (chapter 6, FT1-10 to 12)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.formats.hl7.agreement import Apart, disagreements, look_alone
from acktrail.formats.hl7.amounts import Amounts
from acktrail.formats.hl7.delimiters import PLAIN, Delimiters
from acktrail.formats.hl7.settings import Agreed, Condition, Path

OTHER = Delimiters("|", "*", "~", "\\", "&")


def line(quantity: str, extended: str, unit: str) -> list[str]:
    return ["FT1", *[""] * 9, quantity, extended, unit]


@pytest.mark.parametrize(
    ("sent", "agrees"),
    [
        (("2", "3.00&USD", "1.50&USD"), True),
        (("2", "3.00^USD", "1.50"), True),
        (("2", "3.02", "1.50"), False),
        (("2", "3.01", "1.50"), True),  # within the last place
        (("", "3.00", "1.50"), True),
        (("2", "many", "1.50"), True),  # told as no number
        (("9" * 40, "3.00", "1.50"), True),
    ],
)
def test_quantity_times_unit_price_is_the_extended_amount(
    sent: tuple[str, str, str],
    agrees: bool,  # noqa: FBT001 - pytest passes it
) -> None:
    amounts = Amounts()

    assert [amounts.agree(line(*sent), PLAIN) for _ in range(3)] == [agrees] * 3


def test_amounts_are_judged_anew_under_other_delimiters() -> None:
    amounts, sent = Amounts(), line("2", "9*USD", "1.50")

    assert amounts.agree(sent, PLAIN)  # no number there
    assert not amounts.agree(sent, OTHER)
    assert amounts.agree(sent, PLAIN)


ROWS = (
    Agreed(Path("FT1", 5), usage="R", when=(Condition(Path("FT1", 3, 1), codes=frozenset("A")),)),
    Agreed(Path("FT1", 7), pattern="[0-9]{1,3}"),
    Agreed(Path("FT1", 2), usage="X", when=(Condition(Path("FT1", 6), sent=False),)),
)
VALUES = st.sampled_from(["", "A", "A^x", "B~A", "1", "x", '""', "y" * 300])


@given(st.lists(st.lists(VALUES, max_size=8), min_size=1, max_size=30))
def test_rows_hold_for_remembered_texts_as_for_new_ones(lines: list[list[str]]) -> None:
    apart = Apart(ROWS, PLAIN)

    for fields in [["FT1", *one] for one in lines * 2]:
        assert apart.hold(fields) is not any(disagreements(fields, ROWS, PLAIN, lambda _: ()))


def test_row_with_a_condition_on_another_segment_is_not_judged_by_its_own_alone() -> None:
    elsewhere = Agreed(Path("FT1", 5), usage="R", when=(Condition(Path("PV1", 2)),))

    assert look_alone(ROWS)
    assert not look_alone([*ROWS, elsewhere])
