"""What a database's refusal means to us. Its own text never leaves: it may quote a row."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from acktrail.errors import ConflictError, LedgerError, UnavailableError


@contextmanager
def translated() -> Iterator[None]:
    """Turn the database's exceptions into ours.

    Raises:
        UnavailableError: With code ``unavailable.database``: away, locked, full or in a deadlock.
            The transaction is rolled back and may be tried again.
        LedgerError: With code ``ledger.refused``: a trigger that guards the entries said no.
        ConflictError: The row exists, or what it refers to does not.
        RuntimeError: Anything else is a defect of ours; only the classes are named.
    """
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError):
        msg = "the database does not answer or is locked"
        raise UnavailableError(msg, code="unavailable.database") from None
    except sa.exc.IntegrityError as error:
        if is_guard(error):
            msg = "the database refused to change an entry"
            raise LedgerError(msg, code="ledger.refused") from None
        msg = "the row exists already, or what it refers to does not"
        raise ConflictError(msg) from None
    except sa.exc.DBAPIError as error:
        if error.connection_invalidated:
            msg = "the connection to the database was lost"
            raise UnavailableError(msg, code="unavailable.database") from None
        state = getattr(error.orig, "sqlstate", "") or ""
        msg = f"database error {type(error.orig).__name__} {state}".rstrip()
        raise RuntimeError(msg) from None


def is_guard(error: sa.exc.IntegrityError) -> bool:
    """Tell the refusal of a trigger from that of a key."""
    name = getattr(error.orig, "sqlite_errorname", "")
    return name == "SQLITE_CONSTRAINT_TRIGGER" or getattr(error.orig, "sqlstate", "") == "23001"
