from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.pipeline.receive import (
    EMPTY,
    INCOMPLETE,
    NO_REPEAT,
    TRAILER_INTERVAL,
    UNMARKED,
    UNSTABLE,
    GiveUp,
    Observation,
    Ready,
    Repeat,
    Wait,
    arrival,
    as_seen,
    candidates,
    interval,
    is_plain,
    is_temporary,
    marker_of,
    observe,
    readiness,
    repeat,
    same_file,
    wanted,
)
from acktrail.ports import Arrival, Seen
from acktrail.profiles import partner

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
STABLE = partner.Ready(checks=3, interval=10 * SECOND, min_age=60 * SECOND, max_wait=3600 * SECOND)
TRAILER = partner.Ready(mode="trailer", interval=10 * SECOND)


def looks(*sizes: int, rules: partner.Ready = STABLE, step: timedelta | None = None) -> Observation:
    """Return the observation after one look per size, ``step`` apart, the first at noon."""
    seen: Observation | None = None
    for n, size in enumerate(sizes):
        at = NOON + n * (step or interval(rules))
        seen = observe(seen, Seen(b"a", size, 7), at, interval(rules))
    assert seen is not None
    return seen


# ---------------------------------------------------------------- names


@pytest.mark.parametrize("name", [b"", b".", b"..", b"a/b", b"/a", b"a\0", b"x" * 256])
def test_name_that_is_more_than_a_name_is_not_plain(name: bytes) -> None:
    assert not is_plain(name)


@pytest.mark.parametrize(
    "name", [b"a.tmp", b"A.TMP", b"a.part", b"a.filepart", b"a.writing", b".a", b"~a"]
)
def test_temporary_name_is_never_wanted(name: bytes) -> None:
    assert is_temporary(name)
    assert not wanted(name, ["*"])


@pytest.mark.parametrize(
    ("glob", "yes", "no"),
    [
        ("*.edi", b"a.edi", b"a.EDI"),
        ("837P_*.edi", b"837P_1.edi", b"837I_1.edi"),
        ("a?c", b"abc", b"ac"),
        ("a?c", b"a\xffc", b"a\xc3\xa9c"),
        ("[0-9][0-9].x", b"42.x", b"4a.x"),
        ("[!0-9]*", b"a1", b"1a"),
        ("[]a]", b"]", b"b"),
        ("[abc", b"[abc", b"a"),
        ("a.b", b"a.b", b"axb"),
        ("*", b"\xff\n\x1b", b""),
        ("(a+)+$", b"(a+)+$", b"aaa"),
        ("a*b*c", b"a__b__c", b"a__c__b"),
        ("**x**", b"x", b"y"),
        ("é.edi", "é.edi".encode(), b"e.edi"),
    ],
)
def test_glob_matches_whole_names_case_sensitively(glob: str, yes: bytes, no: bytes) -> None:
    assert wanted(yes, [glob])
    assert not wanted(no, [glob])


@given(st.text("ab*?[]!-", max_size=12), st.text("ab-!", min_size=1, max_size=12))
def test_glob_agrees_with_the_standard_library(glob: str, name: str) -> None:
    # Two ranges differ on purpose or by oddity: a reversed one, and the library's own treatment
    # of hyphens beside each other.
    if "-" in glob:
        return
    assert wanted(name.encode(), [glob]) == fnmatchcase(name, glob)


def test_pattern_that_backtracks_elsewhere_is_matched_in_a_few_steps() -> None:
    assert not wanted(b"a" * 255, ["*a*a*a*a*a*a*a*b"])


def test_candidates_are_sorted_before_they_are_cut() -> None:
    listing = [Seen(b"c.x", 1, 1), Seen(b"a.x", 1, 1), Seen(b"b.y", 1, 1), Seen(b"b.x", 1, 1)]

    assert [seen.path for seen in candidates(listing, ["*.x"], 2)] == [b"a.x", b"b.x"]


def test_marker_is_named_after_its_file() -> None:
    assert marker_of(b"a.edi") == b"a.edi.done"


# ---------------------------------------------------------------- readiness


def test_renamed_file_is_ready_at_first_sight() -> None:
    assert readiness(looks(5), partner.Ready(mode="renamed"), NOON) == Ready()


def test_stable_file_is_ready_after_enough_equal_looks_and_age() -> None:
    seven = looks(5, 5, 5, 5, 5, 5, 5)

    assert readiness(looks(5), STABLE, NOON) == Wait(NOON + 10 * SECOND)
    assert readiness(looks(5, 5, 5), STABLE, NOON + 20 * SECOND) == Wait(NOON + 60 * SECOND)
    assert readiness(seven, STABLE, NOON + 59 * SECOND) == Wait(NOON + 60 * SECOND)
    assert readiness(seven, STABLE, NOON + 60 * SECOND) == Ready()


def test_change_starts_the_count_anew() -> None:
    changed = looks(5, 5, 5, 5, 5, 5, 5, 6)

    assert (changed.equal, changed.changed_at, changed.first_at) == (1, NOON + 70 * SECOND, NOON)
    assert readiness(changed, STABLE, NOON + 70 * SECOND) == Wait(NOON + 80 * SECOND)


def test_change_of_mtime_alone_counts_as_a_change() -> None:
    before = looks(5, 5)

    assert observe(before, Seen(b"a", 5, 8), NOON + 99 * SECOND, SECOND).equal == 1


def test_looks_closer_together_than_the_interval_count_once() -> None:
    assert looks(5, 5, 5, 5, step=SECOND).equal == 1


def test_mtime_of_the_other_side_is_never_compared_with_our_clock() -> None:
    for mtime in (0, 2**40, -5):
        seen = observe(None, Seen(b"a", 5, mtime), NOON, SECOND)
        assert readiness(seen, partner.Ready(mode="renamed"), NOON) == Ready()


@pytest.mark.parametrize(
    "table",
    [
        {"checks": 3, "interval": "10s", "max_wait": "19s"},
        {"mode": "trailer", "min_age": "60s", "max_wait": "59s"},
    ],
)
def test_patience_that_ends_before_a_file_can_be_complete_is_refused(
    table: dict[str, object],
) -> None:
    with pytest.raises(ValueError, match="max_wait ends before"):
        partner.Ready.model_validate(table)


def test_file_that_never_stands_still_is_given_up_after_max_wait() -> None:
    restless = looks(*range(1, 400))

    assert readiness(restless, STABLE, NOON + 3600 * SECOND) == GiveUp(UNSTABLE)


def test_marker_first_seen_with_or_after_the_last_change_makes_ready() -> None:
    rules = partner.Ready(mode="marker", max_wait=60 * SECOND)
    file = looks(5, 6)  # last changed 10 seconds after noon
    early = observe(None, Seen(b"a.done", 0, 0), NOON, SECOND)
    now = NOON + 10 * SECOND
    late = observe(None, Seen(b"a.done", 0, 0), now, SECOND)

    assert readiness(file, rules, now, marker=late) == Ready()
    assert isinstance(readiness(file, rules, now, marker=early), Wait)
    assert isinstance(readiness(file, rules, now), Wait)
    assert readiness(file, rules, NOON + 60 * SECOND) == GiveUp(UNMARKED)


def test_trailer_mode_needs_two_looks_and_the_trailer() -> None:
    two = looks(5, 5, rules=TRAILER)

    assert interval(TRAILER) == TRAILER_INTERVAL
    assert isinstance(readiness(looks(5, rules=TRAILER), TRAILER, NOON, complete=True), Wait)
    assert readiness(two, TRAILER, NOON + TRAILER_INTERVAL, complete=True) == Ready()


def test_trailer_that_cannot_be_read_leaves_the_general_rule() -> None:
    two = looks(5, 5, rules=TRAILER)

    assert isinstance(readiness(two, TRAILER, NOON + TRAILER_INTERVAL), Wait)
    assert readiness(two, TRAILER, NOON + 10 * SECOND) == Ready()


@pytest.mark.parametrize("mode", ["stable", "renamed", "marker", "trailer"])
def test_unfinished_file_is_never_ready_and_given_up_in_the_end(
    mode: Literal["stable", "renamed", "marker", "trailer"],
) -> None:
    rules = partner.Ready(mode=mode, max_wait=60 * SECOND)
    cut, empty = looks(5, 5, 5, 5), looks(0, 0, 0, 0)
    late = NOON + 60 * SECOND

    assert isinstance(readiness(cut, rules, NOON, marker=cut, complete=False), Wait)
    assert readiness(cut, rules, late, marker=cut, complete=False) == GiveUp(INCOMPLETE)
    assert isinstance(readiness(empty, rules, NOON, marker=cut), Wait)
    assert readiness(empty, rules, late, marker=cut) == GiveUp(EMPTY)


# ---------------------------------------------------------------- duplicates and identity


def test_new_file_is_accepted() -> None:
    assert repeat("", "", partner.Duplicates()) == NO_REPEAT


def test_same_content_is_answered_again_by_default() -> None:
    assert repeat("ex_1", "", partner.Duplicates()) == Repeat("content", "answer", "ex_1")


def test_same_number_with_other_content_is_rejected_by_default() -> None:
    assert repeat("", "ex_2", partner.Duplicates()) == Repeat("control", "reject", "ex_2")


def test_same_content_weighs_more_than_same_number() -> None:
    assert repeat("ex_1", "ex_2", partner.Duplicates(content="hold")).action == "hold"


def test_replay_is_no_repeat() -> None:
    assert repeat("ex_1", "ex_2", partner.Duplicates(), replay=True) == NO_REPEAT


def test_name_is_not_identity() -> None:
    seen = Seen(b"a", 5, 7)

    assert same_file(seen, Seen(b"a", 5, 7))
    assert not same_file(seen, Seen(b"a", 6, 7))
    assert not same_file(seen, Seen(b"b", 5, 7))


def test_arrival_is_what_was_seen() -> None:
    seen = Seen(b"a", 5, 7)
    claimed = arrival("acme", "acme/inbound/1", seen, 2)

    assert claimed == Arrival("acme", "acme/inbound/1", b"a", 5, 7, 2)
    assert as_seen(claimed) == seen
