"""Ids of exchanges: ``ex_`` and a ULID, sorted by time and never falling within a process.

48 bits of milliseconds and 80 random bits in Crockford's base 32. Sortable ids keep the order of
a partner's files where a database's clock is too coarse.
"""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final

from acktrail.ledger.entry import EXCHANGE_PREFIX, microseconds
from acktrail.ports import Clock

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_BYTES: Final = 10
_RANDOM_BITS: Final = 8 * RANDOM_BYTES
_DIGITS: Final = 26


def new_exchange_id(clock_ms: int, random_bytes: bytes, last: str = "") -> str:
    """Return an id greater than ``last``.

    Args:
        clock_ms: Milliseconds since 1970, UTC.
        random_bytes: Ten of them.
        last: The id given out before, or ``""``. In the same millisecond, and when the clock went
            back, the new id is the last one plus one.
    """
    value = clock_ms << _RANDOM_BITS | int.from_bytes(random_bytes[:RANDOM_BYTES], "big")
    if last:
        before = _number(last)
        if clock_ms <= before >> _RANDOM_BITS:
            value = before + 1
    return EXCHANGE_PREFIX + _text(value)


def first_id(at: datetime) -> str:
    """Return the smallest id that can be given out at an instant or later."""
    return EXCHANGE_PREFIX + _text(microseconds(at) // 1000 << _RANDOM_BITS)


class ExchangeIds:
    """Gives out ids in rising order; safe to share between threads."""

    def __init__(self, clock: Clock, random: Callable[[int], bytes]) -> None:
        self._clock = clock
        self._random = random
        self._last = ""
        self._lock = threading.Lock()

    def next(self) -> str:
        """Return an id greater than every id that this object gave before."""
        with self._lock:
            now_ms = microseconds(self._clock.now()) // 1000
            self._last = new_exchange_id(now_ms, self._random(RANDOM_BYTES), self._last)
            return self._last


def _number(identifier: str) -> int:
    value = 0
    for digit in identifier.removeprefix(EXCHANGE_PREFIX):
        value = value << 5 | ALPHABET.index(digit)
    return value


def _text(value: int) -> str:
    return "".join(ALPHABET[value >> 5 * place & 31] for place in range(_DIGITS - 1, -1, -1))
