"""The row of an exchange, its identifiers, and the questions asked before it goes on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from acktrail.errors import NotFoundError
from acktrail.ledger.dialects import insert_if_absent
from acktrail.ledger.entry import GENESIS, instant, microseconds
from acktrail.ledger.tables import exchange, identifier
from acktrail.ports import ExchangeRow, NewExchange

COLUMNS: Final = tuple(exchange.c[name] for name in ExchangeRow._fields)
_AT_ONCE: Final = 200  # identifiers in one question
_INSTANTS: Final = 2  # opened_at and changed_at are the last fields


def row_of(row: sa.Row[Any]) -> ExchangeRow:
    """Return a selected row of :data:`COLUMNS` in the port's words."""
    values = list(row)
    times = [instant(value) for value in values[-_INSTANTS:]]
    return ExchangeRow._make(values[:-_INSTANTS] + times)


def insert(connection: sa.Connection, row: NewExchange, at: datetime) -> None:
    """Insert the exchange; its stream is still empty."""
    now = microseconds(at)
    start = {"clear": "", "clear_sha256": "", "status": "", "generation": 0, "entries": 0}
    times = {"head": GENESIS, "opened_at": now, "changed_at": now}
    connection.execute(sa.insert(exchange).values(row._asdict() | start | times))


def lock(connection: sa.Connection, key: str) -> ExchangeRow:
    """Lock the exchange for this transaction and return its row.

    Raises:
        NotFoundError: If there is none.
    """
    query = sa.select(*COLUMNS).where(exchange.c.id == key).with_for_update(key_share=True)
    row = connection.execute(query).one_or_none()
    if row is None:
        msg = "no such exchange"
        raise NotFoundError(msg)
    return row_of(row)


def set_clear(connection: sa.Connection, key: str, blob: str, sha256: str) -> None:
    """Note where the opened bytes are.

    Raises:
        NotFoundError: If there is no such exchange.
    """
    change = sa.update(exchange).where(exchange.c.id == key)
    if not connection.execute(change.values(clear=blob, clear_sha256=sha256)).rowcount:
        msg = "no such exchange"
        raise NotFoundError(msg)


def set_profile(connection: sa.Connection, key: str, profile: str, sha256: str) -> None:
    """Put the exchange under another version of its partner's profile."""
    change = sa.update(exchange).where(exchange.c.id == key)
    connection.execute(change.values(profile=profile, profile_sha256=sha256))


def rise(connection: sa.Connection, key: str) -> int:
    """Raise the generation by one and return it.

    Raises:
        NotFoundError: If there is no such exchange.
    """
    change = sa.update(exchange).where(exchange.c.id == key)
    raised = change.values(generation=exchange.c.generation + 1).returning(exchange.c.generation)
    generation: int | None = connection.scalar(raised)
    if generation is None:
        msg = "no such exchange"
        raise NotFoundError(msg)
    return generation


def identify(connection: sa.Connection, key: str, scheme: str, value: str) -> None:
    """Index an identifier; the same one again has no effect."""
    row = {"exchange": key, "scheme": scheme, "value": value}
    insert_if_absent(connection, identifier, row)


def identified(
    connection: sa.Connection,
    partner: str,
    direction: str,
    places: Sequence[tuple[str, str]],
    but: str,
) -> dict[tuple[str, str], str]:
    """Return the oldest exchange of the partner that each identifier was indexed for, if any."""
    found: dict[tuple[str, str], str] = {}
    for start in range(0, len(places), _AT_ONCE):
        part = places[start : start + _AT_ONCE]
        query = (
            sa.select(identifier.c.scheme, identifier.c.value, sa.func.min(exchange.c.id))
            .join(exchange, identifier.c.exchange == exchange.c.id)
            .where(
                identifier.c.scheme.in_({scheme for scheme, _ in part}),
                identifier.c.value.in_({value for _, value in part}),
                exchange.c.partner == partner,
                exchange.c.direction == direction,
                exchange.c.id != but,
            )
            .group_by(identifier.c.scheme, identifier.c.value)
        )
        found |= {(scheme, value): key for scheme, value, key in connection.execute(query)}
    return found


def has_sent(connection: sa.Connection, partner: str) -> bool:
    """Tell whether a file ever went out to the partner that was no answer."""
    out = sa.select(exchange.c.id).where(
        exchange.c.partner == partner, exchange.c.direction == "out"
    )
    return connection.scalar(out.limit(1)) is not None


def same_content(connection: sa.Connection, partner: str, clear: str, before: str) -> str:
    """Return the oldest other exchange of the partner with equal opened bytes.

    Two copies may be read at the same time: the lock makes the second wait for the first's commit.
    """
    _one_at_a_time(connection, f"content|{partner}|{clear}")
    query = sa.select(sa.func.min(exchange.c.id)).where(
        exchange.c.clear == clear, exchange.c.partner == partner, exchange.c.id != before
    )
    return connection.scalar(query) or ""


def _one_at_a_time(connection: sa.Connection, what: str) -> None:
    """Hold a lock until the transaction ends; SQLite's write lock is one already."""
    if connection.dialect.name != "sqlite":
        key = sa.func.hashtextextended(what, 0)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def same_control(connection: sa.Connection, partner: str, identity: str, before: str) -> str:
    """Return the oldest other exchange with the interchange identity.

    The identity is what was given to :func:`identify` under the scheme ``control``.
    """
    _one_at_a_time(connection, f"control|{partner}|{identity}")
    query = (
        sa.select(sa.func.min(exchange.c.id))
        .join(identifier, identifier.c.exchange == exchange.c.id)
        .where(
            identifier.c.scheme == "control",
            identifier.c.value == identity,
            exchange.c.partner == partner,
            exchange.c.id != before,
        )
    )
    return connection.scalar(query) or ""
