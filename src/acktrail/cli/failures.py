"""Deliberate errors as lines for people and as exit codes for scripts."""

import click

from acktrail.errors import (
    AcktrailError,
    ConflictError,
    LedgerError,
    NodeLockedError,
    NotFoundError,
    ProfileError,
    UnavailableError,
)

FAILED, CHECKS_FAILED, NOT_FOUND, CONFLICT, DOWN, BROKEN, AGAIN = 1, 3, 4, 6, 7, 8, 75
CODES: tuple[tuple[type[AcktrailError], int], ...] = (
    (NodeLockedError, AGAIN),
    (NotFoundError, NOT_FOUND),
    (ConflictError, CONFLICT),
    (LedgerError, BROKEN),
    (UnavailableError, DOWN),
    (ProfileError, CHECKS_FAILED),
    (AcktrailError, FAILED),
)


def exit_code(error: Exception) -> int | None:
    """Say what is wrong and return the exit code; None for what is not ours to explain."""
    for kind, code in CODES:
        if isinstance(error, kind):
            for message in error.args or (error.code,):
                click.echo(f"{error.code}: {message}", err=True)
            return code
    return None
