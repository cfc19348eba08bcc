"""What verify finds in a database whose guards were taken away."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from acktrail.ledger.sql_ledger import SqlLedger
from tests.service.ledger.samples import TickingClock, exchange_id, open_exchanges, opened_ledger

pytest_plugins = ["tests.service.postgres"]

ONE, TWO = exchange_id(1), exchange_id(2)


@pytest.fixture
def opened(database_url: str) -> Iterator[tuple[SqlLedger, sa.Engine]]:
    ledger, engine = opened_ledger(database_url, TickingClock())
    open_exchanges(ledger, 1, 2)
    with ledger.begin() as transaction:
        for kind in ("opened", "read", "posted", "closed"):
            transaction.append(ONE, kind, {"documents": 2}, "")
        transaction.append("profile:acme", "approved", {}, "user:lead")
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            for name in ("no_update", "no_delete", "guard"):
                connection.exec_driver_sql(f"DROP TRIGGER ledger_entry_{name}")
        else:
            connection.exec_driver_sql("ALTER TABLE ledger_entry DISABLE TRIGGER ALL")
    yield ledger, engine
    engine.dispose()


CHANGES = (
    ("DELETE FROM ledger_entry WHERE stream = '$ONE' AND n = 2", "$ONE 2: the entry is missing"),
    ("DELETE FROM ledger_entry WHERE stream = '$ONE' AND n = 0", "$ONE 0: the entry is missing"),
    ("DELETE FROM ledger_entry WHERE stream = '$ONE' AND n = 4", "$ONE 3: the stream has 4 entri"),
    ("DELETE FROM ledger_entry WHERE stream = '$ONE'", "$ONE 0: the stream has no entries"),
    ("DELETE FROM ledger_entry WHERE stream = '$TWO'", "$TWO 0: the stream has no entries"),
    ("DELETE FROM ledger_entry", "profile:acme 0: the stream has no entries"),
    (
        "UPDATE ledger_entry SET stream = 'ex_9' WHERE stream = '$TWO'",
        "ex_9 0: stream or number inside the data differ",
    ),
    ("DELETE FROM ledger_head", "profile:acme 0: entries of a stream that was never opened"),
    ("UPDATE exchange SET status = 'held' WHERE id = '$ONE'", "$ONE 4: the status differs"),
    ("UPDATE exchange SET entries = 4 WHERE id = '$ONE'", "$ONE 4: the stream has 5 entries"),
    (
        (
            "UPDATE exchange SET head = (SELECT hash FROM ledger_entry WHERE stream = '$TWO')"
            " WHERE id = '$ONE'"
        ),
        "$ONE 4: the head differs",
    ),
    (
        (
            "UPDATE ledger_entry SET hash = (SELECT hash FROM ledger_entry WHERE stream = '$TWO')"
            " WHERE stream = '$ONE' AND n = 1"
        ),
        "$ONE 1: the hash differs",
    ),
    (
        (
            "UPDATE ledger_entry SET data = (SELECT data FROM ledger_entry WHERE stream = '$TWO')"
            " WHERE stream = '$ONE' AND n = 1"
        ),
        "$ONE 1: stream or number inside the data differ",
    ),
)


def named(text: str) -> str:
    return text.replace("$ONE", ONE).replace("$TWO", TWO)


@pytest.mark.parametrize(("change", "fault"), CHANGES)
def test_verify_names_the_place_of_a_change(
    opened: tuple[SqlLedger, sa.Engine], change: str, fault: str
) -> None:
    ledger, engine = opened
    assert list(ledger.verify()) == []
    with engine.begin() as connection:
        connection.exec_driver_sql(named(change))

    faults = list(ledger.verify())

    assert any(one.startswith(named(fault)) for one in faults), faults
