"""What the kinds of a stream's entries add up to: status and outcome as pure folds.

The cached ``exchange.status`` is always ``fold(kinds)``; nothing else sets it.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, Literal

Outcome = Literal["open", "accepted", "rejected", "duplicate", "held", "parked", "failed"]

# None: the entry is evidence, the status stays as it was.
MOVES: Final[Mapping[str, str | None]] = MappingProxyType(
    {
        "received": "received",
        "disposed": None,
        "opened": "reading",
        "read": "read",
        "translated": "read",
        "planned": "read",
        "duplicate": "duplicate",
        "rejected": "rejected",
        "held": "held",
        "parked": "parked",
        "unparked": "received",
        "released": "received",
        "replayed": "received",
        "posting": "posting",
        "posted": "posted",
        "excepted": None,
        "resolved": None,
        "post_failed": "dead",
        "acknowledged": "acknowledged",
        "delivered": "acknowledged",
        "ack_in": "acknowledged",
        "closed": "closed",
        "failed": "dead",
    }
)
KINDS: Final = frozenset(MOVES)
STATUSES: Final = frozenset(status for status in MOVES.values() if status)

# A technical answer may go out while the content still waits, and a partner's answer may come
# late: neither says that the wait, the posting or the end is over.
ANSWERS: Final = frozenset({"acknowledged", "delivered", "ack_in"})
UNMOVED_BY_ANSWERS: Final = frozenset({"held", "parked", "posting", "dead", "closed"})

# Statuses from which documents will still be posted: later exchanges of an ordered key wait. One
# that is held waits for a person, perhaps for days: it must not stop the partner's others.
UNFINISHED: Final = frozenset({"received", "reading", "read", "parked", "posting"})

_DECISIVE: Final[Mapping[str, Outcome]] = MappingProxyType(
    {
        "received": "open",
        "unparked": "open",
        "released": "open",
        "replayed": "open",
        "duplicate": "duplicate",
        "rejected": "rejected",
        "held": "held",
        "parked": "parked",
        "posted": "accepted",
        "post_failed": "failed",
        "failed": "failed",
    }
)


def next_status(status: str, kind: str) -> str:
    """Return the status after an entry of ``kind``; ``""`` is the status before the first entry.

    Raises:
        KeyError: If ``kind`` is not in the closed list.
    """
    if kind in ANSWERS and status in UNMOVED_BY_ANSWERS:
        return status
    return MOVES[kind] or status


def fold(kinds: Iterable[str]) -> str:
    """Return the status that the kinds, in order, lead to."""
    status = ""
    for kind in kinds:
        status = next_status(status, kind)
    return status


def outcome(kinds: Iterable[str]) -> Outcome:
    """Return what became of the content; it stays visible when the status is ``closed``.

    A replay, a release or the end of a wait opens the question again. ``closed`` without a word
    against it is ``accepted``: a file may hold nothing that has to be posted.
    """
    result: Outcome = "open"
    for kind in kinds:
        if kind == "closed" and result == "open":
            result = "accepted"
        result = _DECISIVE.get(kind, result)
    return result
