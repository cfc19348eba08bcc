"""Questions that commands and the console ask. No locks, no changes.

A prefix is searched as a range: ``_`` of ``ex_`` is a wildcard to LIKE.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import sqlalchemy as sa

from acktrail.errors import NotFoundError
from acktrail.ledger.entry import EXCHANGE_PREFIX, decode, instant, microseconds
from acktrail.ledger.exchanges import COLUMNS, row_of
from acktrail.ledger.status import UNFINISHED
from acktrail.ledger.tables import (
    exchange,
    identifier,
    is_exception,
    ledger_anchor,
    ledger_checkpoint,
    ledger_entry,
    ledger_head,
    ledger_leaf,
    outbox,
    posting,
)
from acktrail.pipeline.states import SETTLED
from acktrail.ports import Entry, ExchangeRow, PostingRow

HITS: Final = 100
ON_THEIR_WAY: Final = ("queued", "sending", "stored")
TEXT_LIMIT: Final = 300
_LAST: Final = "\U0010ffff"
_SHORTEST_NAME: Final = 3  # characters from which a text may be the start of a file name
_SHOWN: Final = 10
_ID_DIGITS: Final = 18  # what fits a 64-bit integer


class Page(NamedTuple):
    """What part of the exchanges a list shows."""

    partner: str = ""
    status: str = ""
    since: datetime | None = None
    limit: int = 50
    before: str = ""
    first: str = ""  # no id below it; ids sort by time, see ledger.ids.first_id


def one_exchange(connection: sa.Connection, key: str) -> ExchangeRow:
    """Find one exchange by id, unique prefix of it, file name or sha256.

    Raises:
        NotFoundError: None, or more than one; then the message lists the newest ids.
    """
    if not _searchable(key):
        msg = "no such exchange"
        raise NotFoundError(msg)
    conditions = (
        exchange.c.id == key,
        _starts(exchange.c.id, key) if key.startswith(EXCHANGE_PREFIX) else sa.false(),
        exchange.c.name == key,
        (exchange.c.raw_sha256 == key) | (exchange.c.clear_sha256 == key),
    )
    for condition in conditions:
        query = sa.select(*COLUMNS).where(condition).order_by(exchange.c.id.desc())
        rows = connection.execute(query.limit(_SHOWN + 1)).all()
        if len(rows) == 1:
            return row_of(rows[0])
        if rows:
            more = ", ..." if len(rows) > _SHOWN else ""
            msg = "more than one exchange: " + ", ".join(row.id for row in rows[:_SHOWN]) + more
            raise NotFoundError(msg, code="not_found.ambiguous")
    msg = "no such exchange"
    raise NotFoundError(msg)


def page(connection: sa.Connection, wanted: Page) -> Sequence[ExchangeRow]:
    """List exchanges, newest first; ``before`` is the last id of the page before."""
    query = sa.select(*COLUMNS).order_by(exchange.c.id.desc()).limit(wanted.limit)
    if wanted.partner:
        query = query.where(exchange.c.partner == wanted.partner)
    if wanted.status:
        query = query.where(exchange.c.status == wanted.status)
    if wanted.since is not None:
        query = query.where(exchange.c.opened_at >= microseconds(wanted.since))
    if wanted.first:
        query = query.where(exchange.c.id >= wanted.first)
    if wanted.before:
        query = query.where(exchange.c.id < wanted.before)
    return [row_of(row) for row in connection.execute(query)]


def find(connection: sa.Connection, text: str) -> Sequence[tuple[ExchangeRow, str]]:
    """Search identifiers, names, hashes and Odoo records; newest first, 100 hits at most."""
    if not _searchable(text):
        return ()
    hits: dict[str, str] = {}
    for query in _searches(text):
        for key, matched in connection.execute(query.limit(HITS)):
            hits.setdefault(key, matched)
    newest = sorted(hits, reverse=True)[:HITS]
    found = sa.select(*COLUMNS).where(exchange.c.id.in_(newest)).order_by(exchange.c.id.desc())
    return [(row_of(row), hits[row.id]) for row in connection.execute(found)]


def unfinished(connection: sa.Connection, order_key: str, before: str) -> str:
    """Return the oldest exchange of the ordered key before ``before`` that may still post."""
    if not order_key:
        return ""
    query = sa.select(sa.func.min(exchange.c.id)).where(
        exchange.c.order_key == order_key,
        exchange.c.id < before,
        exchange.c.status.in_(sorted(UNFINISHED)),
    )
    return connection.scalar(query) or ""


def exceptions(
    connection: sa.Connection, limit: int, partner: str = "", before: int = 0
) -> Sequence[PostingRow]:
    """Return journal rows that a person has to decide about, newest first; before a number."""
    query = sa.select(*(posting.c[name] for name in PostingRow._fields))
    stuck = is_exception() & posting.c.error.not_in(sorted(SETTLED))
    if partner:
        stuck &= posting.c.partner == partner
    if before:
        stuck &= posting.c.id < before
    rows = connection.execute(query.where(stuck).order_by(posting.c.id.desc()).limit(limit))
    return [PostingRow(*row) for row in rows]


class Answer(NamedTuple):
    """An answer file, and the file that it answers."""

    exchange: str
    partner: str
    file: str
    kind: str
    control: str
    subject: str
    name: str
    delivered: bool
    received: datetime


class AnswerPage(NamedTuple):
    """What part of the answers a list shows."""

    waiting: bool = False  # only those that did not go out yet
    limit: int = 50
    before: tuple[str, str] = ("", "")  # exchange and name of the last one of the page before


def answers(connection: sa.Connection, wanted: AnswerPage) -> Sequence[Answer]:
    """Return answer files, those of the newest exchanges first."""
    place = (outbox.c.exchange, outbox.c.name)
    columns = (
        *(exchange.c.id, exchange.c.partner, exchange.c.name, outbox.c.kind, outbox.c.control),
        *(outbox.c.subject, outbox.c.name, outbox.c.delivered, exchange.c.opened_at),
    )
    query = sa.select(*columns).join_from(outbox, exchange)
    if wanted.waiting:
        query = query.where(outbox.c.delivered.is_(sa.false()))
    if wanted.before[0]:
        query = query.where(sa.tuple_(*place) < sa.tuple_(*map(sa.literal, wanted.before)))
    newest = query.order_by(*(column.desc() for column in place)).limit(wanted.limit)
    return [Answer(*row[:-1], instant(row[-1])) for row in connection.execute(newest)]


def few(connection: sa.Connection, status: str, most: int) -> int:
    """Count the exchanges of a status, up to ``most``."""
    some = sa.select(exchange.c.id).where(exchange.c.status == status).limit(most).subquery()
    return connection.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def one_posting(connection: sa.Connection, key: str) -> PostingRow:
    """Find one journal row by its number or external id; of an external id's the newest.

    Raises:
        NotFoundError: If there is none.
    """
    named = posting.c.id == int(key) if _is_number(key) else posting.c.external_id == key
    query = sa.select(*(posting.c[name] for name in PostingRow._fields)).where(named)
    row = connection.execute(query.order_by(posting.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        msg = "no such journal row"
        raise NotFoundError(msg)
    return PostingRow(*row)


def size(connection: sa.Connection) -> tuple[int, int]:
    """Return the number of entries and of streams."""
    streams = sa.func.count(ledger_entry.c.stream.distinct())
    entries, of = connection.execute(sa.select(sa.func.count(), streams)).one()
    return int(entries), int(of)


def counts(connection: sa.Connection) -> Mapping[str, int]:
    """Return ``exchange.<status>`` and ``posting.<state>`` with their numbers."""
    result: dict[str, int] = {}
    for column in (exchange.c.status, posting.c.state):
        query = sa.select(column, sa.func.count()).group_by(column).order_by(column)
        for word, count in connection.execute(query):
            result[f"{column.table.name}.{word}"] = count
    return result


class Backlog(NamedTuple):
    """Documents of one partner and model that are on their way to an Odoo in one lane."""

    target: str
    partner: str
    model: str
    lane: str
    documents: int
    oldest: datetime  # when the oldest one's file was taken


def backlog(connection: sa.Connection) -> Sequence[Backlog]:
    """Return what is on its way to each Odoo."""
    by = (posting.c.target, posting.c.partner, posting.c.model, posting.c.lane)
    oldest = sa.func.min(exchange.c.opened_at)
    query = sa.select(*by, sa.func.count(), oldest).join(exchange)
    waiting = query.where(posting.c.state.in_(ON_THEIR_WAY)).group_by(*by).order_by(*by)
    return [
        Backlog(target, partner, model, lane, documents, instant(at))
        for target, partner, model, lane, documents, at in connection.execute(waiting)
    ]


def _searches(text: str) -> Iterator[sa.Select[str, str]]:
    """Yield queries of (exchange id, what matched), each on an index."""
    if text.startswith(EXCHANGE_PREFIX):
        yield _hits(exchange.c.id, "id").where(_starts(exchange.c.id, text))
    yield sa.select(identifier.c.exchange, identifier.c.scheme).where(identifier.c.value == text)
    named = exchange.c.name == text
    if len(text) >= _SHORTEST_NAME:
        named = _starts(exchange.c.name, text)
    yield _hits(exchange.c.id, "name").where(named)
    yield _hits(exchange.c.id, "sha256").where(exchange.c.raw_sha256 == text)
    yield _hits(exchange.c.id, "clear_sha256").where(exchange.c.clear_sha256 == text)
    yield _hits(outbox.c.exchange, "answer.name").where(outbox.c.name == text)
    yield _hits(outbox.c.exchange, "answer.control").where(outbox.c.control == text)
    yield _hits(posting.c.exchange, "external_id").where(posting.c.external_id == text)
    model, _, number = text.rpartition(",")
    if _is_number(number):
        record = posting.c.odoo_id == int(number)
        if model:
            record &= posting.c.model == model
        yield sa.select(posting.c.exchange, posting.c.model).where(record)


def _hits(column: sa.ColumnElement[str], matched: str) -> sa.Select[str, str]:
    return sa.select(column, sa.literal(matched))


def _starts(column: sa.ColumnElement[str], prefix: str) -> sa.ColumnElement[bool]:
    return sa.and_(column >= prefix, column < prefix + _LAST)


def _searchable(text: str) -> bool:
    """Tell whether a text can be in the database: no NUL, no half of a surrogate pair."""
    return 0 < len(text) <= TEXT_LIMIT and text.isprintable()


def _is_number(text: str) -> bool:
    return 0 < len(text) <= _ID_DIGITS and text.isascii() and text.isdecimal()


def leaves(connection: sa.Connection, stream: str) -> Sequence[tuple[int, bytes]]:
    """Return leaf index and bytes of a stream's entries that have a place in the tree."""
    place = (ledger_leaf.c.stream == ledger_entry.c.stream) & (ledger_leaf.c.n == ledger_entry.c.n)
    query = (
        sa.select(ledger_leaf.c.leaf_index, ledger_entry.c.data)
        .select_from(ledger_entry.join(ledger_leaf, place))
        .where(ledger_entry.c.stream == stream)
        .order_by(ledger_entry.c.n)
    )
    return [(index, data) for index, data in connection.execute(query)]


def streams(connection: sa.Connection, prefix: str) -> Sequence[str]:
    """Return the names of the streams that start so, in order; none of exchanges."""
    query = sa.select(ledger_head.c.stream).where(_starts(ledger_head.c.stream, prefix))
    return sorted(connection.scalars(query))


def length(connection: sa.Connection, stream: str) -> int:
    """Return how many entries a stream that is no exchange has; 0 when there is none."""
    query = sa.select(ledger_head.c.entries).where(ledger_head.c.stream == stream)
    return connection.scalar(query) or 0


def entries_of(connection: sa.Connection, kinds: Sequence[str]) -> Iterator[Entry]:
    """Yield the entries of these kinds, of all streams, in no order.

    The kind stands in an entry's bytes only: the database looks through all of them for it.
    """
    find = sa.func.instr if connection.dialect.name == "sqlite" else _position
    needles = [len(one).to_bytes(2, "big") + one.encode() for one in kinds]
    holds = sa.or_(*(find(ledger_entry.c.data, one) > 0 for one in needles))
    for data in connection.scalars(sa.select(ledger_entry.c.data).where(holds)):
        entry = decode(data)
        if entry.kind in kinds:
            yield entry


def _position(column: sa.ColumnElement[bytes], needle: bytes) -> sa.ColumnElement[int]:
    return sa.func.position(sa.literal(needle, sa.LargeBinary).op("in")(column))


def note_at(connection: sa.Connection, size: int) -> str:
    """Return the checkpoint of that size; the newest one for 0.

    Raises:
        NotFoundError: None was signed at that size.
    """
    query = sa.select(ledger_checkpoint.c.note).order_by(ledger_checkpoint.c.size.desc()).limit(1)
    if size:
        query = query.where(ledger_checkpoint.c.size == size)
    note = connection.scalar(query)
    if note is None:
        msg = "no checkpoint was signed at that size"
        raise NotFoundError(msg)
    return str(note)


def anchored_sizes(connection: sa.Connection, below: int) -> Sequence[int]:
    """Return the sizes below ``below`` that a witness keeps, in order."""
    column = ledger_anchor.c.size
    query = sa.select(column).distinct().where(column < below).order_by(column)
    return list(connection.scalars(query))
