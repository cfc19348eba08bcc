"""Deliberate errors as lines for people and as exit codes for scripts."""

import click

from acktrail.errors import (
    AcktrailError,
    CaptureError,
    ConflictError,
    LedgerError,
    NodeLockedError,
    NotFoundError,
    PolicyError,
    ProfileError,
    UnavailableError,
)

FAILED, CHECKS_FAILED, NOT_FOUND, FORBIDDEN, CONFLICT, DOWN, BROKEN = 1, 3, 4, 5, 6, 7, 8
AGAIN, INTERRUPTED = 75, 130
CODES: tuple[tuple[type[AcktrailError], int], ...] = (
    (NodeLockedError, AGAIN),
    (NotFoundError, NOT_FOUND),
    (PolicyError, FORBIDDEN),
    (ConflictError, CONFLICT),
    (LedgerError, BROKEN),
    (UnavailableError, DOWN),
    (ProfileError, CHECKS_FAILED),
    (CaptureError, CHECKS_FAILED),
    (AcktrailError, FAILED),
)


def explain(error: AcktrailError) -> int:
    """Say what is wrong, one line a problem; return the exit code."""
    for message in error.args or ("",):
        click.echo(f"{error.code}: {message}".rstrip(": "), err=True)
    return next(code for kind, code in CODES if isinstance(error, kind))
