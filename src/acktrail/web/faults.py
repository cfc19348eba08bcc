"""Deliberate errors as HTTP knows them; of what nobody foresaw only the class is told."""

import logging
from http import HTTPStatus
from typing import Final, NamedTuple

from acktrail.errors import (
    AcktrailError,
    ConflictError,
    LedgerError,
    NotFoundError,
    PolicyError,
    ProfileError,
    UnavailableError,
)

log = logging.getLogger("acktrail.web")
CODES: Final[tuple[tuple[type[AcktrailError], HTTPStatus], ...]] = (
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (PolicyError, HTTPStatus.FORBIDDEN),
    (ConflictError, HTTPStatus.CONFLICT),
    (UnavailableError, HTTPStatus.SERVICE_UNAVAILABLE),
    (ProfileError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (LedgerError, HTTPStatus.INTERNAL_SERVER_ERROR),
    (AcktrailError, HTTPStatus.INTERNAL_SERVER_ERROR),
)
# Of the policies' codes those that are no question of who asks.
ASKED_WRONGLY: Final = frozenset(
    {
        *("policy.reason", "policy.name", "policy.past", "policy.password", "policy.until"),
        *("policy.day", "policy.decision", "policy.accept", "policy.candidate"),
    }
)
SOON: Final = frozenset({"policy.throttled"})


class Fault(NamedTuple):
    """What went wrong, in words that may be shown to anybody."""

    status: HTTPStatus
    code: str
    texts: tuple[str, ...]


def fault_of(error: AcktrailError) -> Fault:
    """Return what a deliberate error is to whoever asked."""
    status = next(status for kind, status in CODES if isinstance(error, kind))
    if error.code in ASKED_WRONGLY:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    if error.code in SOON:
        status = HTTPStatus.TOO_MANY_REQUESTS
    return Fault(status, error.code, tuple(map(str, error.args)) or (status.phrase,))


def unforeseen(error: Exception, route: str) -> Fault:
    """Note a defect of ours by its class and the route's pattern."""
    log.error("request failed: route=%s error=%s", route, type(error).__name__)
    text = "a defect of ours; it was noted. Try again, or tell whoever runs this service"
    return Fault(HTTPStatus.INTERNAL_SERVER_ERROR, "unexpected", (text,))
