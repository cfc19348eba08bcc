"""Retention, legal hold, disposal by two people and shredding, on both databases."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa

from acktrail.app.retention import Asked, Order, Retention
from acktrail.errors import AcktrailError, ConflictError, LedgerError, NotFoundError, PolicyError
from acktrail.ledger.disposals import Cut
from acktrail.ledger.entry import microseconds
from tests.service.ledger.samples import exchange_id, new_exchange
from tests.service.store.vaults import Kept, kept

pytest_plugins = ["tests.service.postgres"]

ANN, BOB = Order("user:ann", "six years are over"), Order("user:bob", "checked")
YEARS = timedelta(days=2193)
BODY = b"ISA*00*synthetic~" * 100


def retention(of: Kept) -> Retention:
    return Retention(of.ledger, of.store, of.vault, of.clock)


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[Kept]:
    found = kept(database_url, tmp_path)
    yield found
    found.engine.dispose()


def received(house: Kept, number: int, body: bytes, partner: str = "acme") -> str:
    """Open an exchange over content and return the content's name."""
    name = house.store.put(body, "original")
    row = new_exchange(number, partner=partner)._replace(raw=name)
    with house.ledger.begin() as tx:
        tx.open_exchange(row, {"flow": "any"}, "")
    return name


def asked(house: Kept) -> Asked:
    return retention(house).request(ANN)


def disposed_code(house: Kept, name: str) -> str:
    with pytest.raises(AcktrailError) as caught:
        house.store.get(name)
    return caught.value.code


def test_two_people_dispose_and_the_tombstone_keeps_the_name(house: Kept) -> None:
    name = received(house, 1, BODY)
    house.clock.advance(YEARS)
    young = received(house, 2, b"young")
    assert [(one.kind, one.files, one.bytes) for one in retention(house).due()] == [
        ("original", 1, len(BODY))
    ]

    wish = asked(house)
    done = retention(house).approve(wish.place, BOB)

    assert (done.files, done.bytes) == (1, len(BODY))
    assert house.files(name) == []
    assert disposed_code(house, name) == "store.disposed"
    with pytest.raises(NotFoundError):
        house.store.open(name)
    assert house.store.get(young) == b"young"
    row = house.ledger.blob(name)
    assert row is not None
    assert (row.wrapped, row.key, row.disposal, row.gone) == (b"", "", wish.place, True)
    entries = list(retention(house).log())
    kinds = ["disposal_requested", "disposal_approved", "disposed"]
    assert [one.kind for one in entries] == kinds
    assert [one.actor for one in entries] == [ANN.actor, BOB.actor, BOB.actor]
    assert entries[2].body["names"] == [name]
    assert entries[2].body["rule"] == "retention"
    assert list(house.ledger.verify()) == []


def test_who_asked_cannot_approve(house: Kept) -> None:
    name = received(house, 1, BODY)
    house.clock.advance(YEARS)
    wish = asked(house)

    with pytest.raises(PolicyError) as caught:
        retention(house).approve(wish.place, ANN)

    assert caught.value.code == "policy.same_person"
    assert house.store.get(name) == BODY


def test_nothing_is_due_before_its_time(house: Kept) -> None:
    received(house, 1, BODY)
    house.clock.advance(timedelta(days=2190))

    assert retention(house).due() == []
    with pytest.raises(NotFoundError):
        asked(house)
    with pytest.raises(PolicyError) as caught:
        retention(house).request(ANN, house.clock.now() + timedelta(days=30))
    assert caught.value.code == "policy.future"


@pytest.mark.parametrize("reason", ["", "  "])
def test_reason_is_needed(house: Kept, reason: str) -> None:
    with pytest.raises(PolicyError) as caught:
        retention(house).request(Order("user:ann", reason))
    assert caught.value.code == "policy.reason"


def test_shared_content_stays_until_its_last_reference_is_old(house: Kept) -> None:
    name = received(house, 1, BODY)
    house.clock.advance(YEARS - timedelta(days=100))
    assert received(house, 2, BODY, "other") == name
    house.clock.advance(timedelta(days=200))

    assert retention(house).due() == []
    assert house.store.get(name) == BODY
    house.clock.advance(YEARS)
    assert retention(house).approve(asked(house).place, BOB).files == 1


def test_hold_beats_retention_until_it_ends(house: Kept) -> None:
    name = received(house, 1, BODY)
    other = received(house, 2, b"other")
    place, files = retention(house).hold(exchange_id(1), ANN)
    assert files == 1
    house.clock.advance(YEARS)

    retention(house).approve(asked(house).place, BOB)
    assert house.store.get(name) == BODY
    assert disposed_code(house, other) == "store.disposed"
    assert [(one.hold, one.files) for one in retention(house).holds()] == [(place, 1)]

    assert retention(house).unhold(place, BOB) == 1
    with pytest.raises(ConflictError):
        retention(house).unhold(place, BOB)
    retention(house).approve(asked(house).place, BOB)
    assert disposed_code(house, name) == "store.disposed"


def test_hold_between_request_and_approval_stops_it(house: Kept) -> None:
    name = received(house, 1, BODY)
    house.clock.advance(YEARS)
    wish = asked(house)
    retention(house).hold("partner:acme", ANN)

    with pytest.raises(PolicyError) as caught:
        retention(house).approve(wish.place, BOB)

    assert caught.value.code == "policy.changed"
    assert house.store.get(name) == BODY


def test_held_row_is_refused_inside_the_transaction_of_the_disposal(house: Kept) -> None:
    """Whatever was looked up before: rows are locked, then holds are looked for."""
    held, free = received(house, 1, BODY), received(house, 2, b"free")
    retention(house).hold(exchange_id(1), ANN)
    house.clock.advance(YEARS)
    with house.ledger.begin() as tx:
        rows = tx.dispose_content([held, free], Cut(microseconds(house.clock.now()), "d/0"))

    assert [row.name for row in rows] == [free]
    assert house.store.get(held) == BODY


def test_what_comes_to_a_held_exchange_later_is_held_too(house: Kept) -> None:
    received(house, 1, BODY)
    retention(house).hold("partner:acme", ANN)
    late = house.store.put(b"result", "derived")
    with house.ledger.begin() as tx:
        tx.append(exchange_id(1), "read", {"result": late}, "")
    more = received(house, 2, b"second file")
    house.clock.advance(YEARS)

    with pytest.raises(NotFoundError):
        asked(house)
    assert house.store.get(late) == b"result"
    assert house.store.get(more) == b"second file"


def test_hold_of_nobody_is_not_found(house: Kept) -> None:
    for subject in ("partner:nobody", exchange_id(9)):
        with pytest.raises(NotFoundError):
            retention(house).hold(subject, ANN)
    for place in ("", "2026-03-01/0", "../x", "2026-03-01/99999"):
        with pytest.raises(NotFoundError):
            retention(house).approve(place, BOB)


def test_disposed_content_that_comes_again_is_kept_again(house: Kept) -> None:
    name = received(house, 1, BODY)
    house.clock.advance(YEARS)
    retention(house).approve(asked(house).place, BOB)

    assert received(house, 2, BODY) == name
    assert house.store.get(name) == BODY


def test_put_of_content_whose_file_a_killed_disposal_left_writes_it_anew(house: Kept) -> None:
    name = received(house, 1, BODY)
    row = house.ledger.blob(name)
    assert row is not None
    with house.ledger.begin() as tx:
        tx.set_blob(row._replace(disposal="d/0", wrapped=b"", key=""))
    assert disposed_code(house, name) == "store.disposed"

    assert house.store.put(BODY, "original") == name

    assert retention(house).finish(BOB) == (0, 0)
    assert house.store.get(name) == BODY


def test_more_names_than_one_entry_holds(house: Kept) -> None:
    names = [house.store.put(b"%d" % number, "derived") for number in range(170)]
    house.clock.advance(YEARS)

    assert retention(house).approve(asked(house).place, BOB).files == len(names)

    said = [one for one in retention(house).log() if one.kind == "disposed"]
    assert [one.body["files"] for one in said] == [150, 20]
    assert sorted(str(name) for one in said for name in cast("list[str]", one.body["names"])) == (
        sorted(names)
    )
    assert list(house.store.names()) == []


def test_destroyed_key_ends_every_copy(house: Kept, tmp_path: Path) -> None:
    """A backup of files and rows is put back after the key of its month was destroyed."""
    name = received(house, 1, BODY)
    later = house.store.put(b"stays")
    row = house.ledger.blob(name)
    assert row is not None
    shutil.copytree(house.folder / "store", tmp_path / "backup")
    house.clock.advance(YEARS)
    house.store.put(b"stays", "original")
    retention(house).approve(asked(house).place, BOB)
    assert row.key in house.keys.ids()  # its month is not over yet
    house.clock.advance(timedelta(days=40))

    assert retention(house).finish(BOB)[0] == 0

    assert row.key not in house.keys.ids()
    shutil.rmtree(house.folder / "store")
    shutil.copytree(tmp_path / "backup", house.folder / "store")
    with house.ledger.begin() as tx:
        tx.set_blob(row)
    with pytest.raises(LedgerError) as caught:
        house.store.get(name)
    assert caught.value.code == "store.key_missing"
    assert house.store.get(later) == b"stays"
    destroyed = [one.body["key"] for one in retention(house).log() if one.kind == "key_destroyed"]
    assert row.key in destroyed


KILLED = """
import os, signal, sys
from datetime import timedelta
from pathlib import Path
from acktrail.store.local import LocalStore
from tests.service.store.test_retention import BOB, retention
from tests.service.store.vaults import kept

after = int(sys.argv[4])
house = kept(sys.argv[1], Path(sys.argv[2]))
house.clock.advance(timedelta(days=2194))
remove = LocalStore.remove

def dying(self, name):
    global after
    if after == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    after -= 1
    remove(self, name)

LocalStore.remove = dying
retention(house).approve(sys.argv[3], BOB)
"""


@pytest.mark.parametrize("after", [0, 3])
def test_killed_disposal_is_finished_by_the_next(
    house: Kept, database_url: str, after: int
) -> None:
    names = [received(house, number, b"file %d" % number) for number in range(1, 6)]
    house.clock.advance(YEARS)
    wish = asked(house)
    command = [sys.executable, "-c", KILLED, database_url, str(house.folder), wish.place]

    done = subprocess.run([*command, str(after)], check=False)

    assert done.returncode == -signal.SIGKILL
    assert {disposed_code(house, name) for name in names} == {"store.disposed"}
    assert sum(bool(house.files(name)) for name in names) == len(names) - after
    retention(house).approve(wish.place, BOB)
    assert not any(house.files(name) for name in names)
    kinds = [one.kind for one in retention(house).log()]
    assert kinds == ["disposal_requested", "disposal_approved", "disposed"]
    with house.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM blob WHERE NOT gone")) == 0
    assert list(house.ledger.verify()) == []
