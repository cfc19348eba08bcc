"""Control numbers: monotonic per series, never given twice, a gap only by a rollback."""

import sqlalchemy as sa

from acktrail.ledger.dialects import insert
from acktrail.ledger.tables import number_series


def allocate(connection: sa.Connection, series: str, count: int) -> int:
    """Allocate ``count`` consecutive numbers and return the first; a series starts at 1.

    The row stays locked until the end of the transaction.
    """
    if count < 1:
        msg = "at least one number has to be allocated"
        raise ValueError(msg)
    statement = insert(connection, number_series).values(series=series, last=count)
    raised = statement.on_conflict_do_update(
        index_elements=[number_series.c.series], set_={"last": number_series.c.last + count}
    )
    last = connection.execute(raised.returning(number_series.c.last)).scalar_one()
    return int(last) - count + 1


def skip(connection: sa.Connection, count: int) -> int:
    """Move every series on; return how many there are.

    After a restore: numbers that were given since the backup may be on their way, and are never
    given twice.
    """
    moved = sa.update(number_series).values(last=number_series.c.last + count)
    return connection.execute(moved).rowcount
