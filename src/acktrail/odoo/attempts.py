"""Calling again while the outcome is unknown, and giving up when Odoo answers nobody."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from acktrail.odoo import breaker
from acktrail.odoo.client import Client, Done, Doubt, Lost
from acktrail.ports import Clock


class GaveUpError(Exception):
    """Odoo does not answer: the rest is not sent now."""


@dataclass(slots=True)
class Attempts:
    """One worker's run of calls: counts the unknown outcomes in a row."""

    client: Client
    clock: Clock
    pause: Callable[[float], object] = time.sleep
    jitter: Callable[[float, float], float] = random.uniform
    unknown: int = 0
    since: datetime | None = None

    def call(self, model: str, method: str, body: Mapping[str, object]) -> Done | Doubt:
        """Call until the answer is understood; only for calls that may be repeated.

        Raises:
            GaveUpError: If Odoo answers nobody.
            HaltedError: If it refuses us.
        """
        before = 0
        while True:
            answer = self.client.call(model, method, body)
            if not isinstance(answer, Lost):
                self.answered()
                return answer
            self.lost(answer, before)
            before += 1

    def answered(self) -> None:
        """Note an answer that was understood, whatever it said."""
        self.unknown, self.since = 0, None

    def lost(self, answer: Lost, before: int) -> None:
        """Note an unknown outcome and wait, longer each time.

        Raises:
            GaveUpError: After 5 in a row over 20 s, unless Odoo answers a probe: then it is this
                call that gets no answer.
        """
        self.unknown += 1
        self.since = self.since or self.clock.now()
        if breaker.gives_up(self.unknown, self.since, self.clock.now()):
            if not answers(self.client):
                raise GaveUpError
            self.answered()
        self.pause(max(answer.wait, min(10.0, 0.2 * 2.0 ** min(before, 6)) * self.jitter(0.5, 1.0)))


def answers(client: Client) -> bool:
    """Tell whether Odoo lets us in: the probe of a half-open circuit.

    Raises:
        HaltedError: If it refuses us.
    """
    return isinstance(client.call("res.users", "context_get", {}), Done)
