"""The journal of postings: what is to be sent to Odoo, by whom just now, and what came of it.

A document has one live row per (target, external id). ``duplicate``, ``conflict`` and
``rejected`` rows are not live: they stay for the auditor, and a corrected document may take the
place of one that Odoo refused. ``sending`` and ``stored`` rows hold a lease; when it runs out the
row may be sent again (the same external id has the same effect).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from acktrail.errors import ConflictError, NotFoundError
from acktrail.ledger import circuits
from acktrail.ledger.dialects import insert as insert_or_skip
from acktrail.ledger.entry import microseconds
from acktrail.ledger.tables import REFUSED_STATES, posting
from acktrail.ports import PostingRow, Same, same_digest

COLUMNS: Final = tuple(posting.c[name] for name in PostingRow._fields)
LEASED: Final = frozenset({"sending", "stored"})
LEASE: Final = timedelta(minutes=5)  # of rows that get their state without `lease`
_CHUNK: Final = 200  # two bound values a key; SQLite takes 32766 in a statement
_LANE_ORDER: Final = sa.case((posting.c.lane == "realtime", 0), else_=1)

Key = tuple[str, str]


class Sender(NamedTuple):
    """Who writes, and when: leases belong to a node."""

    node: str
    at: datetime

    def lease(self, state: str, length: timedelta = LEASE) -> dict[str, object]:
        """Return the lease columns of a row in ``state``."""
        if state not in LEASED:
            return {"lease_owner": "", "lease_until": 0}
        return {"lease_owner": self.node, "lease_until": microseconds(self.at + length)}


class Change(NamedTuple):
    """A change of one journal row; with ``not_before`` a lease is given back, to be taken then."""

    row: int
    state: str
    odoo_id: int | None = None
    error: str = ""
    calls: str = ""
    not_before: datetime | None = None


def add(
    connection: sa.Connection,
    rows: Sequence[PostingRow],
    sender: Sender,
    same: Same = same_digest,
) -> tuple[PostingRow, ...]:
    """Insert journal rows and return them as they stand, in the order of the arguments.

    The row of the same exchange and message with the same content is returned as it is: a repeat
    has no effect. Any other row whose key is live is kept beside it as ``duplicate`` (same
    content) or ``conflict``.
    """
    first: dict[Key, PostingRow] = {}
    for row in rows:
        first.setdefault(_key(row), row)
    fresh, live = _settled(connection, first, sender)
    answered: set[Key] = set()
    result: list[PostingRow] = []
    for row in rows:
        key = _key(row)
        kept = live[key]
        if key not in answered and (key in fresh or _repeats(row, kept, same)):
            result.append(kept)
        else:
            state = "duplicate" if same(row, kept) else "conflict"
            result.append(_insert_refused(connection, row._replace(state=state), sender))
        answered.add(key)
    return tuple(result)


def of_exchange(connection: sa.Connection, exchange: str) -> tuple[PostingRow, ...]:
    """Return the journal rows of an exchange, oldest first."""
    query = sa.select(*COLUMNS).where(posting.c.exchange == exchange).order_by(posting.c.id)
    return tuple(PostingRow(*row) for row in connection.execute(query))


def journalled(connection: sa.Connection, target: str, external_ids: Sequence[str]) -> set[str]:
    """Return those of the external ids that a row of the journal has."""
    found: set[str] = set()
    for start in range(0, len(external_ids), _CHUNK):
        part = external_ids[start : start + _CHUNK]
        query = sa.select(posting.c.external_id).where(
            posting.c.target == target, posting.c.external_id.in_(part)
        )
        found.update(connection.scalars(query))
    return found


def change(connection: sa.Connection, wanted: Change, sender: Sender) -> None:
    """Change a journal row; ``sending`` counts an attempt and keeps the last refusal.

    Raises:
        NotFoundError: If there is no such row.
        ConflictError: If the row is ``posted`` (that is final), or if it is to become live while
            another row has its key.
    """
    query = sa.select(posting.c.state).where(posting.c.id == wanted.row).with_for_update()
    state = connection.scalar(query)
    if state is None:
        msg = "no such journal row"
        raise NotFoundError(msg)
    if state == "posted" != wanted.state:
        msg = "a posted document is never sent again"
        raise ConflictError(msg)
    statement = sa.update(posting).where(posting.c.id == wanted.row)
    try:
        connection.execute(statement.values(_values(wanted, sender)))
    except sa.exc.IntegrityError:
        msg = "another document with this external id is on its way"
        raise ConflictError(msg) from None


def due(connection: sa.Connection, target: str, limit: int, at: datetime) -> Sequence[PostingRow]:
    """Return rows that may be sent: queued and their time has come, or with a lease run out."""
    query = sa.select(*COLUMNS).where(posting.c.target == target, _may_be_sent(at))
    ordered = query.order_by(_LANE_ORDER, posting.c.id).limit(limit)
    return [PostingRow(*row) for row in connection.execute(ordered)]


class LeaseWish(NamedTuple):
    """What a sender asks for."""

    target: str
    limit: int
    length: timedelta
    model: str = ""  # "" = any


def lease(connection: sa.Connection, wish: LeaseWish, sender: Sender) -> tuple[PostingRow, ...]:
    """Take the next batch of one partner and model: its rows become ``sending`` (or stay stored).

    Nothing is taken of a partner and model that has a batch in flight. The row of the target's
    circuit is the lock: nodes lease one after the other.
    """
    circuits.lock(connection, wish.target)
    here = posting.c.target == wish.target
    if wish.model:
        here &= posting.c.model == wish.model
    flying = posting.alias()
    in_flight = sa.exists().where(
        flying.c.target == posting.c.target,
        flying.c.partner == posting.c.partner,
        flying.c.model == posting.c.model,
        flying.c.lease_until > microseconds(sender.at),
    )
    ready = here & _may_be_sent(sender.at)
    query = sa.select(posting.c.partner, posting.c.model, posting.c.lane).where(ready, ~in_flight)
    head = connection.execute(query.order_by(_LANE_ORDER, posting.c.id).limit(1)).one_or_none()
    if head is None:
        return ()
    batch = (
        sa.select(posting.c.id)
        .where(ready, posting.c.partner == head.partner, posting.c.model == head.model)
        .where(posting.c.lane == head.lane)
        .order_by(posting.c.id)
        .limit(wish.limit)
    )
    taken = sa.update(posting).where(posting.c.id.in_(batch.scalar_subquery()))
    values = {
        "state": sa.case((posting.c.state == "stored", "stored"), else_="sending"),
        "attempts": posting.c.attempts + 1,
        "changed_at": microseconds(sender.at),
    }
    values |= sender.lease("sending", wish.length)
    rows = connection.execute(taken.values(values).returning(*COLUMNS))
    return tuple(sorted(PostingRow(*row) for row in rows))


def _may_be_sent(at: datetime) -> sa.ColumnElement[bool]:
    now = microseconds(at)
    queued = (posting.c.state == "queued") & (posting.c.not_before <= now)
    return queued | (posting.c.state.in_(sorted(LEASED)) & (posting.c.lease_until <= now))


def _settled(
    connection: sa.Connection, wanted: dict[Key, PostingRow], sender: Sender
) -> tuple[dict[Key, PostingRow], dict[Key, PostingRow]]:
    """Return the rows inserted now, and the row that holds each key."""
    fresh: dict[Key, PostingRow] = {}
    live: dict[Key, PostingRow] = {}
    while waiting := {key: row for key, row in wanted.items() if key not in live}:
        # Once more for a key whose holder was refused between our two statements.
        fresh |= _insert_absent(connection, waiting.values(), sender)
        live |= fresh
        live |= _live(connection, [key for key in waiting if key not in fresh])
    return fresh, live


def _insert_absent(
    connection: sa.Connection, rows: Iterable[PostingRow], sender: Sender
) -> dict[Key, PostingRow]:
    """Insert the rows whose key is free, in one statement per chunk; return those."""
    values = [_insertable(row, sender) for row in rows]
    statement = insert_or_skip(connection, posting).on_conflict_do_nothing().returning(*COLUMNS)
    kept = (PostingRow(*row) for row in connection.execute(statement, values))
    return {_key(row): row for row in kept}


def _insert_refused(connection: sa.Connection, row: PostingRow, sender: Sender) -> PostingRow:
    statement = sa.insert(posting).values(_insertable(row, sender)).returning(*COLUMNS)
    return PostingRow(*connection.execute(statement).one())


def _live(connection: sa.Connection, keys: Sequence[Key]) -> dict[Key, PostingRow]:
    found: dict[Key, PostingRow] = {}
    place = sa.tuple_(posting.c.target, posting.c.external_id)
    for start in range(0, len(keys), _CHUNK):
        query = sa.select(*COLUMNS).where(
            place.in_(keys[start : start + _CHUNK]), posting.c.state.not_in(REFUSED_STATES)
        )
        rows = (PostingRow(*row) for row in connection.execute(query))
        found |= {_key(row): row for row in rows}
    return found


def _insertable(row: PostingRow, sender: Sender) -> dict[str, Any]:
    values = row._asdict()
    del values["id"]
    times = {"not_before": 0, "changed_at": microseconds(sender.at)}
    return values | times | sender.lease(row.state)


def _values(wanted: Change, sender: Sender) -> dict[str, Any]:
    values: dict[str, Any] = {"state": wanted.state, "changed_at": microseconds(sender.at)}
    values |= sender.lease(wanted.state)
    if wanted.state == "sending":
        values["attempts"] = posting.c.attempts + 1
    else:
        values["error"] = wanted.error
    if wanted.odoo_id is not None:
        values["odoo_id"] = wanted.odoo_id
    if wanted.calls:
        values["calls"] = wanted.calls
    if wanted.not_before is not None:
        values["not_before"] = microseconds(wanted.not_before)
        if wanted.state in LEASED:
            values["lease_until"] = values["not_before"]
    return values


def _repeats(row: PostingRow, kept: PostingRow, same: Same) -> bool:
    mine, theirs = ((one.exchange, one.message, one.doctype) for one in (row, kept))
    return mine == theirs and same(row, kept)


def _key(row: PostingRow) -> Key:
    return row.target, row.external_id
