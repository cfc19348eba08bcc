"""Numbers for whoever watches: how many, how old, how far sealed. Each is one query."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from acktrail.ledger.entry import instant
from acktrail.ledger.tables import (
    exchange,
    ledger_anchor,
    ledger_checkpoint,
    ledger_pending,
    number_series,
)


class Counted(NamedTuple):
    """Exchanges of one partner in one status."""

    partner: str
    direction: str
    status: str
    exchanges: int


class Sealed(NamedTuple):
    """How far the tree over all entries is signed and kept outside."""

    entries: int  # of the newest checkpoint
    signed_at: datetime | None
    waiting: int  # entries that have no place in the tree yet
    anchored: Sequence[tuple[str, datetime]]  # witness and when it last took a checkpoint


def counted(connection: sa.Connection) -> Sequence[Counted]:
    """Count exchanges by partner, direction and status."""
    by = (exchange.c.partner, exchange.c.direction, exchange.c.status)
    query = sa.select(*by, sa.func.count()).group_by(*by).order_by(*by)
    return [Counted._make(row) for row in connection.execute(query)]


def sealed(connection: sa.Connection) -> Sealed:
    """Return how far the tree is signed."""
    newest = sa.select(ledger_checkpoint.c.size, ledger_checkpoint.c.signed_at)
    row = connection.execute(newest.order_by(ledger_checkpoint.c.size.desc()).limit(1)).first()
    waiting = connection.scalar(sa.select(sa.func.count()).select_from(ledger_pending)) or 0
    last = sa.select(ledger_anchor.c.witness, sa.func.max(ledger_anchor.c.anchored_at))
    anchors = connection.execute(last.group_by(ledger_anchor.c.witness)).all()
    return Sealed(
        row.size if row else 0,
        instant(row.signed_at) if row else None,
        waiting,
        sorted((witness, instant(at)) for witness, at in anchors),
    )


def probe(connection: sa.Connection) -> None:
    """Write nothing, in a way that a database that cannot be written refuses."""
    connection.execute(sa.update(number_series).where(sa.false()).values(last=0))
