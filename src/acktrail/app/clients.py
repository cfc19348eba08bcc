"""Clients of each Odoo, kept between runs: one is used by one thread at a time.

A server before 19 is asked for its version and for our user's number before the first call; a new
client for every run would ask both again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

from acktrail.odoo.client import Client
from acktrail.odoo.connect import Address
from acktrail.ports import Clock

KEPT = timedelta(minutes=5)  # then the server's version is asked again: it may have been upgraded


class _Idle(NamedTuple):
    address: Address
    opened: datetime
    client: Client


class Clients:
    """Lends clients; one that is back is lent again while its address and key are the same."""

    def __init__(
        self, connect: Callable[[str], Client], address: Callable[[str], Address], clock: Clock
    ) -> None:
        self._connect, self._address, self._clock = connect, address, clock
        self._idle: list[_Idle] = []
        self._lock = Lock()

    @contextmanager
    def lend(self, target: str) -> Iterator[Client]:
        """Yield a client of a target for one thread."""
        address, now = self._address(target), self._clock.now()
        lent, back = self._take(address, now) or _Idle(address, now, self._connect(target)), False
        try:
            yield lent.client
            back = True
        finally:
            if back:
                with self._lock:
                    self._idle.append(lent)
            else:  # something unforeseen: who knows in what state it is
                _close(lent.client)

    def forget(self, target: str = "") -> None:
        """Close the idle clients of a target that gave no answer; without a target all."""
        address = self._address(target) if target else None
        with self._lock:
            gone = [one for one in self._idle if address in (None, one.address)]
            self._idle = [one for one in self._idle if one not in gone]
        for one in gone:
            _close(one.client)

    def _take(self, address: Address, now: datetime) -> _Idle | None:
        with self._lock:
            old = [one for one in self._idle if now - one.opened > KEPT]
            self._idle = [one for one in self._idle if one not in old]
            fitting = next((one for one in self._idle if one.address == address), None)
            if fitting:
                self._idle.remove(fitting)
        for one in old:
            _close(one.client)
        return fitting


def _close(client: Client) -> None:
    """Give the connections back; a client that has none has no ``close``."""
    close = getattr(client, "close", None)
    if close:
        close()
