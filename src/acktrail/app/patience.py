"""How long a durable step may wait for Odoo before it gives its place to others."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from acktrail.odoo.attempts import GaveUpError

LONGEST_SECONDS = 3.0  # of trouble in a row; then the exchange is parked and the lane goes on
QUIET_SECONDS = 10.0  # without a pause: the next one is new trouble


@dataclass(slots=True)
class Patience:
    """The pauses of one delivery: short ones are slept, trouble that lasts ends the delivery."""

    sleep: Callable[[float], object] = time.sleep
    now: Callable[[], float] = time.monotonic
    since: float = 0.0
    last: float = -QUIET_SECONDS

    def __call__(self, seconds: float) -> None:
        """Sleep.

        Raises:
            GaveUpError: If the trouble has lasted too long; the delivery ends, nothing is lost.
        """
        now = self.now()
        if now - self.last > QUIET_SECONDS:
            self.since = now
        if now + seconds - self.since > LONGEST_SECONDS:
            raise GaveUpError
        self.sleep(seconds)
        self.last = self.now()
