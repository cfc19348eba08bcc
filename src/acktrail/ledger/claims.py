"""Who takes a remote file: one row under a unique key, whatever the listings say."""

import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from acktrail.errors import NotFoundError
from acktrail.ledger.dialects import insert_if_absent
from acktrail.ledger.entry import microseconds
from acktrail.ledger.tables import claim
from acktrail.ports import Arrival, Seen

KEPT: Final = "keep"  # the remote file stays for good: never claimed again


def seen_key(naming_key: bytes, endpoint: str, seen: Seen) -> bytes:
    """Return the keyed hash of a listed file: endpoint, path, size and time."""
    parts = (endpoint.encode(), seen.path, str(seen.size).encode(), str(seen.mtime).encode())
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hmac.digest(naming_key, framed, "sha256")


def insert(
    connection: sa.Connection, naming_key: bytes, arrival: Arrival, exchange: str, at: datetime
) -> bool:
    """Insert the claim; False when somebody has it already."""
    row = {
        **arrival._asdict(),
        "seen": _key(naming_key, arrival),
        "exchange": exchange,
        "claimed_at": microseconds(at),
        "how": "",
    }
    return insert_if_absent(connection, claim, row)


def dispose(
    connection: sa.Connection, naming_key: bytes, arrival: Arrival, how: str, at: datetime
) -> None:
    """Note that the remote file was dealt with.

    Raises:
        NotFoundError: If it was never claimed.
    """
    change = sa.update(claim).where(
        claim.c.seen == _key(naming_key, arrival), claim.c.generation == arrival.generation
    )
    changed = connection.execute(change.values(how=how, disposed_at=microseconds(at)))
    if not changed.rowcount:
        msg = "no claim of this file"
        raise NotFoundError(msg)


def next_generation(
    connection: sa.Connection, naming_key: bytes, endpoint: str, seen: Seen
) -> int | None:
    """Return the generation to claim next.

    0 when the file was never seen, one more when the last claim of it was disposed of, None while
    that is still to come and when the file is kept at the other side for good.
    """
    query = (
        sa.select(claim.c.generation, claim.c.how)
        .where(claim.c.seen == seen_key(naming_key, endpoint, seen))
        .order_by(claim.c.generation.desc())
        .limit(1)
    )
    last = connection.execute(query).one_or_none()
    if last is None:
        return 0
    return None if last.how in {"", KEPT} else int(last.generation) + 1


def undisposed(connection: sa.Connection, endpoint: str) -> Sequence[tuple[Arrival, str]]:
    """Return claims with their exchange whose remote file may still lie there, oldest first."""
    columns = [claim.c[name] for name in Arrival._fields]
    query = (
        sa.select(*columns, claim.c.exchange)
        .where(claim.c.endpoint == endpoint, claim.c.how == "")
        .order_by(claim.c.exchange)
    )
    return [(Arrival(*row[:-1]), row[-1]) for row in connection.execute(query)]


def _key(naming_key: bytes, arrival: Arrival) -> bytes:
    return seen_key(naming_key, arrival.endpoint, Seen(arrival.path, arrival.size, arrival.mtime))
