"""The lifecycle as a fold: who may move what, and what governs at an instant."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.errors import AcktrailError, ConflictError, PolicyError
from acktrail.ports import Entry
from acktrail.profiles import lifecycle
from acktrail.profiles.lifecycle import File, Standing, standing

START: Final = datetime(2026, 3, 1, tzinfo=UTC)
ANN, BOB, CAT = "user:ann", "user:bob", "user:cat"
ONE, TWO = File(1, "a" * 64), File(2, "b" * 64)


class Book:
    """A partner's stream, written by hand."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def add(self, kind: str, actor: str, version: int = 0, **body: object) -> "Book":
        n = len(self.entries)
        facts = {"version": version, "reason": "r", **body} if version else {"reason": "r", **body}
        self.entries.append(Entry("profile:acme", n, START, kind, actor, facts, b"", b""))
        return self

    def submitted(self, file: File, actor: str = ANN) -> "Book":
        return self.add("submitted", actor, file.number, sha256=file.sha256)

    def approved(self, file: File, actor: str = BOB, after: int = 0) -> "Book":
        at = START + timedelta(days=after)
        return self.add("approved", actor, file.number, effective=at.isoformat())

    def now(self, days: float = 0.5) -> Standing:
        return standing(self.entries, START + timedelta(days=days))


def test_nothing_submitted_is_a_draft_that_governs_nothing() -> None:
    assert Book().now().governing is None


def test_submitted_version_is_tested_and_may_not_post() -> None:
    now = Book().submitted(ONE).now()

    assert now.testing is not None
    assert now.governing == now.testing
    assert not now.may_post(ONE.sha256)


def test_approved_version_governs_from_its_time_on() -> None:
    book = Book().submitted(ONE).approved(ONE).submitted(TWO).approved(TWO, after=7)

    before, after = book.now(3), book.now(8)

    assert before.active is not None
    assert before.active.number == 1
    assert before.versions[2].state == "approved"
    assert after.active is not None
    assert after.active.number == 2
    assert after.versions[1].state == "replaced"


def test_one_version_is_tested_while_another_is_active() -> None:
    now = Book().submitted(ONE).approved(ONE).submitted(TWO).now()

    assert now.active is not None
    assert now.testing is not None
    assert (now.active.number, now.testing.number) == (1, 2)
    assert now.may_post(ONE.sha256)
    assert not now.may_post(TWO.sha256)


def test_rollback_is_a_new_activation_without_a_new_approval() -> None:
    book = Book().submitted(ONE).approved(ONE).submitted(TWO).approved(TWO)
    lifecycle.check_rollback(book.now(), ONE)
    book.add("rolled_back", CAT, 1, effective=START.isoformat())

    now = book.now()

    assert now.active is not None
    assert now.active.number == 1
    assert now.active.approved_by == BOB


@pytest.mark.parametrize("actor", [ANN, CAT])
def test_authors_cannot_approve(actor: str) -> None:
    book = Book().submitted(ONE, CAT).submitted(File(1, "c" * 64), ANN)

    with pytest.raises(PolicyError) as refused:
        lifecycle.check_approve(book.now(), File(1, "c" * 64), actor)

    assert refused.value.code == "policy.author"
    lifecycle.check_approve(book.now(), File(1, "c" * 64), BOB)


def test_author_of_a_withdrawn_try_is_no_author_of_the_next() -> None:
    book = Book().submitted(ONE, CAT).add("withdrawn", CAT, 1).submitted(TWO, ANN)

    lifecycle.check_approve(book.now(), TWO, CAT)


def test_author_of_an_approved_version_may_approve_the_next() -> None:
    book = Book().submitted(ONE, ANN).approved(ONE, BOB).submitted(TWO, BOB)

    lifecycle.check_approve(book.now(), TWO, ANN)
    with pytest.raises(PolicyError):
        lifecycle.check_approve(book.now(), TWO, BOB)


def test_bytes_changed_after_the_submission_void_it() -> None:
    with pytest.raises(ConflictError):
        lifecycle.check_approve(Book().submitted(ONE).now(), File(1, "d" * 64), BOB)


@pytest.mark.parametrize("file", [ONE, File(1, "d" * 64)])
def test_approved_version_is_never_submitted_again(file: File) -> None:
    with pytest.raises(ConflictError):
        lifecycle.check_submit(Book().submitted(ONE).approved(ONE).now(), file)


def test_what_was_never_submitted_cannot_be_approved() -> None:
    with pytest.raises(PolicyError) as refused:
        lifecycle.check_approve(Book().now(), ONE, BOB)

    assert refused.value.code == "policy.not_submitted"


def test_going_back_needs_a_version_that_was_approved_and_is_unchanged() -> None:
    book = Book().submitted(ONE).approved(ONE).submitted(TWO)

    with pytest.raises(PolicyError):
        lifecycle.check_rollback(book.now(), TWO)
    with pytest.raises(ConflictError):
        lifecycle.check_rollback(book.now(), ONE)
    with pytest.raises(ConflictError):
        lifecycle.check_rollback(book.approved(TWO).now(), File(1, "d" * 64))


def test_closing_takes_one_person_opening_two() -> None:
    book = Book().submitted(ONE).approved(ONE)
    lifecycle.check_suspend(book.now())
    book.add("suspended", ANN)

    with pytest.raises(PolicyError) as refused:
        lifecycle.check_resume(book.now(), ANN)
    lifecycle.check_resume(book.now(), BOB)
    with pytest.raises(ConflictError):
        lifecycle.check_suspend(book.now())

    assert refused.value.code == "policy.same_person"
    assert book.add("resumed", BOB).now().suspended_by == ""


def test_retired_partner_moves_no_more() -> None:
    book = Book().submitted(ONE).approved(ONE)
    with pytest.raises(PolicyError):
        lifecycle.check_retire(book.now(), BOB, 3)
    lifecycle.check_retire(book.now(), BOB, 0)
    now = book.add("retired", BOB).now()

    for move in ("submit", "approve", "rollback", "suspend", "resume"):
        with pytest.raises(PolicyError):
            act(book, move, CAT, TWO)
    with pytest.raises(ConflictError):
        lifecycle.check_retire(now, BOB, 0)


def test_author_cannot_approve_an_older_version_once_a_newer_one_was_approved() -> None:
    book = Book().submitted(ONE, BOB).submitted(TWO, BOB).approved(TWO, ANN)

    with pytest.raises(PolicyError):
        lifecycle.check_approve(book.now(), ONE, BOB)
    lifecycle.check_approve(book.now(), ONE, ANN)


FILES = {number: File(number, f"{number}" * 64) for number in (1, 2, 3)}
ACTS = st.tuples(
    st.sampled_from(["submit", "approve", "rollback", "withdraw", "suspend", "resume"]),
    st.sampled_from([ANN, BOB, CAT]),
    st.sampled_from([1, 2, 3]),
)


def act(book: Book, what: str, actor: str, file: File) -> None:
    now = book.now()
    match what:
        case "submit":
            lifecycle.check_submit(now, file)
            book.submitted(file, actor)
        case "approve":
            lifecycle.check_approve(now, file, actor)
            book.approved(file, actor)
        case "rollback":
            lifecycle.check_rollback(now, file)
            book.add("rolled_back", actor, file.number, effective=START.isoformat())
        case "withdraw":
            lifecycle.check_withdraw(now, file.number)
            book.add("withdrawn", actor, file.number)
        case "suspend":
            lifecycle.check_suspend(now)
            book.add("suspended", actor)
        case _:
            lifecycle.check_resume(now, actor)
            book.add("resumed", actor)


@given(st.lists(ACTS, max_size=14))
def test_no_order_of_moves_lets_a_version_post_that_two_people_did_not_see(
    acts: list[tuple[str, str, int]],
) -> None:
    book = Book()
    for what, actor, number in acts:
        try:
            act(book, what, actor, FILES[number])
        except AcktrailError:
            continue
    now = book.now()

    for file in FILES.values():
        if now.may_post(file.sha256):
            version = now.versions[file.number]
            assert version.approved_by
            assert version.approved_by not in version.submitted_by
    assert now.active is None or now.may_post(now.active.sha256)
