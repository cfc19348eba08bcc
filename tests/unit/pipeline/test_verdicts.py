import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.model import Verdict, fold_verdicts

A, E, P, R = (
    Verdict.ACCEPTED,
    Verdict.ACCEPTED_WITH_ERRORS,
    Verdict.PARTIALLY_ACCEPTED,
    Verdict.REJECTED,
)


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ((), A),
        ((A, A), A),
        ((A, E), E),
        ((E, E), E),
        ((R, R), R),
        ((A, R), P),
        ((E, R), P),
        ((A, P), P),
        ((P, R), P),
    ],
)
def test_verdict_of_the_whole_follows_from_its_parts(
    parts: tuple[Verdict, ...], whole: Verdict
) -> None:
    """AK9-01 (X12.6, 005010X231A1): A, E, P, R; UCI 0083 by analogy."""
    assert fold_verdicts(parts) is whole


@given(st.lists(st.sampled_from(Verdict), min_size=1, max_size=8))
def test_verdict_of_the_whole_does_not_depend_on_the_order(parts: list[Verdict]) -> None:
    assert fold_verdicts(tuple(parts)) is fold_verdicts(tuple(reversed(parts)))


@given(st.lists(st.sampled_from(Verdict), min_size=1, max_size=8))
def test_whole_is_rejected_only_if_every_part_is(parts: list[Verdict]) -> None:
    assert (fold_verdicts(tuple(parts)) is R) == all(one is R for one in parts)
