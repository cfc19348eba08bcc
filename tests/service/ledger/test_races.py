"""Several writers at once, and a writer that is killed: nothing twice, no gap, no bad chain."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import TypeVar

import pytest

from acktrail.ledger.sql_ledger import SqlLedger
from tests.service.ledger.samples import (
    TickingClock,
    arrival,
    exchange_id,
    new_exchange,
    open_exchanges,
    opened_ledger,
    posting_row,
)

pytest_plugins = ["tests.service.postgres"]

WRITERS = 4
ONE = exchange_id(1)
Result = TypeVar("Result")


@pytest.fixture
def ledger(database_url: str) -> Iterator[SqlLedger]:
    ledger, engine = opened_ledger(database_url, TickingClock())
    yield ledger
    engine.dispose()


def at_once(work: Callable[[int], Result]) -> list[Result]:
    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(work, range(WRITERS)))


def test_claims_of_the_same_files_by_four_threads_give_one_exchange_each(
    ledger: SqlLedger,
) -> None:
    def lister(thread: int) -> int:
        taken = 0
        for file in range(100):
            number = 100 * thread + file
            with ledger.begin() as transaction:
                if transaction.claim(arrival(file), exchange_id(number)):
                    transaction.open_exchange(new_exchange(number), {}, "")
                    taken += 1
        return taken

    taken = at_once(lister)

    assert sum(taken) == 100
    assert len(ledger.undisposed("acme/inbound/0")) == 100
    assert ledger.counts() == {"exchange.received": 100}
    assert list(ledger.verify()) == []


def test_four_writers_on_one_stream_leave_no_gap(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1)

    def writer(thread: int) -> None:
        for turn in range(25):
            with ledger.begin() as transaction:
                transaction.append(ONE, "read", {"thread": thread, "turn": turn}, "")

    at_once(writer)

    assert [entry.n for entry in ledger.entries(ONE)] == list(range(101))
    assert list(ledger.verify()) == []


def test_four_writers_start_the_same_new_stream(ledger: SqlLedger) -> None:
    def writer(thread: int) -> None:
        with ledger.begin() as transaction:
            transaction.append("profile:acme", "approved", {"thread": thread}, "")

    at_once(writer)

    assert len(ledger.entries("profile:acme")) == WRITERS
    assert list(ledger.verify()) == []


def test_numbers_taken_by_four_threads_are_never_equal(ledger: SqlLedger) -> None:
    def taker(_: int) -> list[int]:
        numbers = []
        for _turn in range(25):
            with ledger.begin() as transaction:
                numbers.append(transaction.next_number("acme/isa"))
        return numbers

    taken = at_once(taker)

    assert sorted(chain(*taken)) == list(range(1, 101))
    assert all(numbers == sorted(numbers) for numbers in taken)


def test_step_that_four_threads_look_for_is_done_once(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1)

    def worker(thread: int) -> bytes:
        with ledger.begin() as transaction:
            found = transaction.step(ONE, "intake#0")
            return (found or transaction.append(ONE, "read", {"t": thread}, "", "intake#0")).hash

    assert len(set(at_once(worker))) == 1
    assert len(ledger.entries(ONE)) == 2


def test_same_document_from_four_threads_is_live_once(ledger: SqlLedger) -> None:
    open_exchanges(ledger, *range(WRITERS))

    def poster(thread: int) -> list[str]:
        rows = [posting_row(thread, f"inv.{number}", f"d{number}") for number in range(20)]
        with ledger.begin() as transaction:
            return [row.state for row in transaction.add_postings(rows)]

    states = list(chain(*at_once(poster)))

    assert states.count("queued") == 20
    assert states.count("duplicate") == 60


def test_leases_of_four_threads_never_share_a_partner_and_model(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1)
    with ledger.begin() as transaction:
        transaction.add_postings([posting_row(1, f"inv.{number}") for number in range(20)])

    batches = at_once(lambda _: ledger.lease("main", 5, 60))

    assert sorted(len(batch) for batch in batches) == [0, 0, 0, 5]


WRITER = """
import sys
from tests.service.ledger.samples import *
ledger, _ = opened_ledger(sys.argv[1], TickingClock())
open_exchanges(ledger, *range(5))
print("ready", flush=True)
while True:
    for number in range(5):
        with ledger.begin() as transaction:
            for kind in ("opened", "read", "planned"):
                transaction.append(exchange_id(number), kind, {}, "")
"""


@pytest.mark.parametrize("pause", [0.05, 0.17, 0.31])
def test_ledger_of_a_killed_writer_verifies(tmp_path: Path, pause: float) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    command = [sys.executable, "-c", WRITER, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(pause)
        process.send_signal(signal.SIGKILL)

    ledger, engine = opened_ledger(url, TickingClock())

    assert list(ledger.verify()) == []
    lengths = [row.entries for row in ledger.exchanges()]
    assert len(lengths) == 5
    assert all(length % 3 == 1 for length in lengths)  # whole transactions only
    engine.dispose()
