"""The walk over all streams, on rows in memory: whatever is changed is found, with its place."""

from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.ledger.entry import GENESIS, encode, leaf_hash
from acktrail.ledger.status import fold
from acktrail.ledger.verification import EntryRow, Kept, faults
from acktrail.ports import Entry

AT: Final = datetime(2026, 3, 1, tzinfo=UTC)
KINDS: Final = ("received", "opened", "read", "posted", "acknowledged", "closed")


def chain(stream: str, kinds: tuple[str, ...], entries: int = 0) -> tuple[list[EntryRow], Kept]:
    rows: list[EntryRow] = []
    head = GENESIS
    for n, kind in enumerate(kinds):
        body = {"entries": entries or n + 1} if kind == "closed" else {"documents": n}
        data = encode(Entry(stream, n, AT, kind, "svc:n1", body, b"", head))
        head = leaf_hash(data)
        rows.append((stream, n, data, head))
    status = fold(kinds) if stream.startswith("ex_") else ""
    return rows, Kept(stream, len(rows), head, status)


ONE, ONE_KEPT = chain("ex_1", KINDS)
TWO, TWO_KEPT = chain("ex_2", KINDS[:3])
PROFILE, PROFILE_KEPT = chain("profile:acme", ("approved", "activated"))
ROWS = [*ONE, *TWO, *PROFILE]
HEADS = [ONE_KEPT, TWO_KEPT, PROFILE_KEPT]


def test_sound_ledger_has_no_faults() -> None:
    assert list(faults(ROWS, HEADS)) == []
    assert list(faults([], [])) == []


@given(st.integers(0, len(ROWS) - 1), st.data())
def test_any_changed_byte_is_found_in_its_stream(index: int, draw: st.DataObject) -> None:
    stream, n, data, kept_hash = ROWS[index]
    stored = bytearray(data + kept_hash)
    place = draw.draw(st.integers(0, len(stored) - 1))
    stored[place] ^= draw.draw(st.integers(1, 255))
    changed = (stream, n, bytes(stored[: len(data)]), bytes(stored[len(data) :]))

    found = list(faults([*ROWS[:index], changed, *ROWS[index + 1 :]], HEADS))

    assert any(one.startswith(f"{stream} {n}: ") for one in found)
    assert all(one.startswith(f"{stream} ") for one in found)


@given(st.integers(0, len(ROWS) - 1), st.data())
def test_changed_byte_with_its_own_hash_breaks_the_chain_or_the_head(
    index: int, draw: st.DataObject
) -> None:
    stream, n, data, _ = ROWS[index]
    stored = bytearray(data)
    stored[draw.draw(st.integers(0, len(data) - 1))] ^= draw.draw(st.integers(1, 255))
    changed = (stream, n, bytes(stored), leaf_hash(bytes(stored)))

    found = list(faults([*ROWS[:index], changed, *ROWS[index + 1 :]], HEADS))

    assert found
    assert all(one.startswith(f"{stream} ") for one in found)


@given(st.sets(st.integers(0, len(ROWS) - 1), min_size=1))
def test_dropped_entries_are_found(dropped: set[int]) -> None:
    left = [row for index, row in enumerate(ROWS) if index not in dropped]

    found = list(faults(left, HEADS))

    assert {one.split()[0] for one in found} == {ROWS[index][0] for index in dropped}


@given(st.integers(0, len(ROWS) - 2))
def test_swapped_entries_are_found(index: int) -> None:
    first, second = ROWS[index], ROWS[index + 1]
    swapped = [(*first[:2], *second[2:]), (*second[:2], *first[2:])]

    assert list(faults([*ROWS[:index], *swapped, *ROWS[index + 2 :]], HEADS))


def test_closed_that_states_another_count_is_found() -> None:
    rows, kept = chain("ex_1", KINDS, entries=9)

    assert list(faults(rows, [kept])) == ["ex_1 5: closed states another number of entries"]


def test_kind_outside_the_closed_list_is_found() -> None:
    data = encode(Entry("ex_1", 0, AT, "received", "svc:n1", {}, b"", GENESIS))
    data = data.replace(b"received", b"receiver")

    found = list(
        faults([("ex_1", 0, data, leaf_hash(data))], [Kept("ex_1", 1, leaf_hash(data), "")])
    )

    assert found == ["ex_1 0: the kind is not in the closed list"]


@pytest.mark.parametrize(
    ("kept", "fault"),
    [
        (ONE_KEPT._replace(entries=5), "ex_1 5: the stream has 6 entries, not 5"),
        (ONE_KEPT._replace(head=GENESIS), "ex_1 5: the head differs from the last hash"),
        (
            ONE_KEPT._replace(status="read"),
            "ex_1 5: the status differs from the fold of the entries",
        ),
        (
            ONE_KEPT._replace(stream="ex_0"),
            "ex_0 0: the stream has no entries",
        ),
    ],
)
def test_cache_that_differs_is_found(kept: Kept, fault: str) -> None:
    assert next(faults(ROWS, [kept, *HEADS[1:]])) == fault


def test_stream_without_a_head_is_found() -> None:
    assert list(faults(ROWS, HEADS[:2])) == [
        "profile:acme 1: entries of a stream that was never opened"
    ]
