"""Synthetic rows and a clock for the ledger's tests."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from acktrail.ledger.database import open_engine, upgrade
from acktrail.ledger.sql_ledger import SqlLedger
from acktrail.ports import Arrival, NewExchange, PostingRow

START: Final = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
NAMING_KEY: Final = b"naming key of the tests"
DIGEST: Final = "5" * 64


class TickingClock:
    """Goes on by a millisecond at each look, and by hand."""

    def __init__(self) -> None:
        self._now = START

    def now(self) -> datetime:
        self._now += timedelta(milliseconds=1)
        return self._now

    def advance(self, step: timedelta) -> None:
        self._now += step


def exchange_id(number: int) -> str:
    return f"ex_01J{number:023d}"


def new_exchange(number: int, *, partner: str = "acme", order_key: str = "") -> NewExchange:
    return NewExchange(
        id=exchange_id(number),
        partner=partner,
        profile=f"{partner}@1",
        profile_sha256=DIGEST,
        direction="in",
        lane="batch",
        order_key=order_key,
        name=f"remit-{number:04d}.edi",
        raw=f"{number:064x}",
        raw_sha256=f"{number + 1000:064x}",
        size=100 + number,
    )


def arrival(number: int, generation: int = 0) -> Arrival:
    path = b"remit-%04d.edi" % number
    return Arrival("acme", "acme/inbound/0", path, 100 + number, 1_700_000_000, generation)


def posting_row(exchange: int, external_id: str, digest: str = "d1", **fields: Any) -> PostingRow:  # noqa: ANN401
    row = PostingRow(
        id=0,
        exchange=exchange_id(exchange),
        partner="acme",
        target="main",
        model="account.move",
        doctype="remittance",
        external_id=external_id,
        message="0001",
        document="doc",
        digest=digest,
        state="queued",
        attempts=0,
        odoo_id=None,
        error="",
        lane="batch",
        calls="",
    )
    return row._replace(**fields)


def opened_ledger(url: str, clock: TickingClock, node: str = "n1") -> tuple[SqlLedger, sa.Engine]:
    engine = open_engine(url, durable=True)
    upgrade(engine)
    return SqlLedger(engine, clock, node, NAMING_KEY), engine


def open_exchanges(ledger: SqlLedger, *numbers: int) -> None:
    with ledger.begin() as transaction:
        for number in numbers:
            transaction.open_exchange(new_exchange(number), {"size": 100 + number}, "")
