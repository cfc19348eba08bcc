"""Who is at the console: passwords, sessions, failures to sign in; requests that were answered.

Rows that come and go; none of them is evidence. A *session* is what a cookie stands for.
"""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from acktrail.ledger.dialects import insert, insert_if_absent
from acktrail.ledger.entry import instant, microseconds
from acktrail.ledger.tables import answered_request, credential, session, sign_in_failure


class Credential(NamedTuple):
    """How a user signs in."""

    name: str
    password: str  # see security.passwords.kept
    once: bool = False  # good for one sign-in, to choose another
    until: datetime | None = None  # of a one-time password


class Session(NamedTuple):
    """Somebody who signed in and did not leave."""

    token: str  # sha256 of what the cookie holds
    name: str
    once: bool  # signed in by a one-time password: may only choose another
    began_at: datetime
    seen_at: datetime


class Failures(NamedTuple):
    """Failed sign-ins in a row."""

    subject: str
    failures: int
    until: datetime  # nothing is tried before


class Answered(NamedTuple):
    """A request that named an idempotency key."""

    key: str
    digest: str  # of what was asked
    code: int  # HTTP's; 0 while it runs
    body: str
    asked_at: datetime


def find_credential(connection: sa.Connection, name: str) -> Credential | None:
    """Return how a user signs in."""
    row = connection.execute(sa.select(credential).where(credential.c.name == name)).one_or_none()
    return Credential(row.name, row.password, row.once, _at(row.until)) if row else None


def set_credential(connection: sa.Connection, value: Credential) -> None:
    """Keep a user's password in place of the one before."""
    row = value._asdict() | {"until": microseconds(value.until) if value.until else None}
    statement = insert(connection, credential).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=row))


def forget(connection: sa.Connection, name: str) -> None:
    """End a user's password and every session of his."""
    connection.execute(sa.delete(credential).where(credential.c.name == name))
    connection.execute(sa.delete(session).where(session.c.name == name))


def begin(connection: sa.Connection, value: Session, keep_since: datetime) -> None:
    """Open a session; those that nobody was seen in since ``keep_since`` are swept."""
    connection.execute(sa.delete(session).where(session.c.seen_at < microseconds(keep_since)))
    times = {"began_at": microseconds(value.began_at), "seen_at": microseconds(value.seen_at)}
    connection.execute(sa.insert(session).values(value._asdict() | times))


def find_session(connection: sa.Connection, token: str) -> Session | None:
    """Return a session by the hash of its token."""
    row = connection.execute(sa.select(session).where(session.c.token == token)).one_or_none()
    if row is None:
        return None
    return Session(row.token, row.name, row.once, instant(row.began_at), instant(row.seen_at))


def see(connection: sa.Connection, token: str, at: datetime) -> None:
    """Note that somebody was seen."""
    change = sa.update(session).where(session.c.token == token)
    connection.execute(change.values(seen_at=microseconds(at)))


def end(connection: sa.Connection, token: str) -> None:
    """End one session."""
    connection.execute(sa.delete(session).where(session.c.token == token))


def end_of(connection: sa.Connection, name: str) -> None:
    """End every session of a user."""
    connection.execute(sa.delete(session).where(session.c.name == name))


def failures(connection: sa.Connection, subject: str) -> Failures | None:
    """Return how often a subject failed in a row."""
    query = sa.select(sign_in_failure).where(sign_in_failure.c.subject == subject)
    row = connection.execute(query).one_or_none()
    return Failures(subject, row.failures, instant(row.until)) if row else None


def set_failures(connection: sa.Connection, value: Failures, keep_since: datetime) -> None:
    """Keep how often a subject failed; what ended before ``keep_since`` is swept."""
    old = sign_in_failure.c.until < microseconds(keep_since)
    connection.execute(sa.delete(sign_in_failure).where(old))
    row = value._asdict() | {"until": microseconds(value.until)}
    statement = insert(connection, sign_in_failure).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["subject"], set_=row))


def clear_failures(connection: sa.Connection, subject: str) -> None:
    """Begin to count anew."""
    connection.execute(sa.delete(sign_in_failure).where(sign_in_failure.c.subject == subject))


def ask(
    connection: sa.Connection, value: Answered, keep_since: datetime, run_since: datetime
) -> Answered | None:
    """Note a request; return the one that has its key already.

    What was asked before ``keep_since`` is swept, and what began before ``run_since`` and never
    ended: its process is gone.
    """
    asked_at = answered_request.c.asked_at
    lost = (answered_request.c.code == 0) & (asked_at < microseconds(run_since))
    swept = sa.delete(answered_request).where((asked_at < microseconds(keep_since)) | lost)
    connection.execute(swept)
    row: dict[str, Any] = value._asdict() | {"asked_at": microseconds(value.asked_at)}
    if insert_if_absent(connection, answered_request, row):
        return None
    query = sa.select(answered_request).where(answered_request.c.key == value.key)
    kept = connection.execute(query).one()
    return Answered(kept.key, kept.digest, kept.code, kept.body, instant(kept.asked_at))


def answer(connection: sa.Connection, key: str, code: int, body: str) -> None:
    """Keep what was answered; without a code the request is forgotten and may be made again."""
    mine = answered_request.c.key == key
    if code:
        connection.execute(sa.update(answered_request).where(mine).values(code=code, body=body))
    else:
        connection.execute(sa.delete(answered_request).where(mine))


def _at(value: int | None) -> datetime | None:
    return None if value is None else instant(value)
