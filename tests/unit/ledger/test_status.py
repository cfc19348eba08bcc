import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.ledger.status import KINDS, STATUSES, UNFINISHED, fold, next_status, outcome

STRAIGHT = ["received", "opened", "read", "translated", "planned", "posting", "posted"]
ANSWERED = [*STRAIGHT, "acknowledged", "delivered", "disposed", "closed"]


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        ("", ""),
        ("received", "received"),
        ("received opened", "reading"),
        ("received opened read", "read"),
        ("received opened read translated planned", "read"),
        ("received disposed", "received"),
        ("received duplicate", "duplicate"),
        ("received opened rejected", "rejected"),
        ("received opened rejected acknowledged", "acknowledged"),
        ("received held", "held"),
        ("received held released", "received"),
        ("received planned parked", "parked"),
        ("received planned parked acknowledged delivered", "parked"),
        ("received planned parked unparked", "received"),
        ("received planned posting", "posting"),
        ("received planned posting acknowledged", "posting"),
        ("received planned posting post_failed", "dead"),
        ("received planned posting post_failed acknowledged", "dead"),
        ("received failed", "dead"),
        ("received failed replayed", "received"),
        ("received translated delivered ack_in closed", "closed"),
        ("received closed ack_in", "closed"),
        ("received closed disposed", "closed"),
        ("received closed replayed opened", "reading"),
    ],
)
def test_status_is_the_fold_of_the_kinds(kinds: str, status: str) -> None:
    assert fold(kinds.split()) == status


def test_status_follows_the_straight_line() -> None:
    statuses = [fold(ANSWERED[: end + 1]) for end in range(len(ANSWERED))]

    assert statuses == [
        *("received", "reading", "read", "read", "read", "posting", "posted"),
        *("acknowledged", "acknowledged", "acknowledged", "closed"),
    ]


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (ANSWERED, "accepted"),
        (STRAIGHT[:3], "open"),
        (["received", "read", "closed"], "accepted"),
        (["received", "rejected", "acknowledged", "closed"], "rejected"),
        (["received", "duplicate", "closed"], "duplicate"),
        (["received", "held"], "held"),
        (["received", "parked", "acknowledged"], "parked"),
        (["received", "posting", "post_failed", "closed"], "failed"),
        (["received", "rejected", "closed", "replayed"], "open"),
        (["received", "rejected", "closed", "replayed", "posted", "closed"], "accepted"),
    ],
)
def test_outcome_stays_visible_when_the_exchange_is_closed(kinds: list[str], expected: str) -> None:
    assert outcome(kinds) == expected


@given(st.lists(st.sampled_from(sorted(KINDS)), max_size=30))
def test_fold_is_the_same_step_by_step_and_stays_in_the_closed_list(kinds: list[str]) -> None:
    status = ""
    for kind in ["received", *kinds]:
        status = next_status(status, kind)

    assert status == fold(["received", *kinds])
    assert status in STATUSES


def test_statuses_are_the_closed_list() -> None:
    intake = {"received", "reading", "read", "duplicate", "rejected", "held"}
    assert intake | {"parked", "posting", "posted", "acknowledged", "closed", "dead"} == STATUSES
    assert UNFINISHED < STATUSES


def test_unknown_kind_has_no_status() -> None:
    with pytest.raises(KeyError):
        next_status("received", "finished")
