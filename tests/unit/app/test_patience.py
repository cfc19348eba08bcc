import pytest

from acktrail.app.patience import LONGEST_SECONDS, QUIET_SECONDS, Patience
from acktrail.odoo.attempts import GaveUpError


class Time:
    """A clock that goes on while somebody sleeps."""

    def __init__(self) -> None:
        self.at = 100.0

    def sleep(self, seconds: float) -> None:
        self.at += seconds

    def now(self) -> float:
        return self.at


def test_patience_when_trouble_lasts_ends_the_delivery() -> None:
    time = Time()
    pause = Patience(time.sleep, time.now)

    def go_on() -> None:
        for _ in range(100):
            pause(0.5)

    with pytest.raises(GaveUpError):
        go_on()

    assert time.at == 100.0 + LONGEST_SECONDS


def test_patience_when_trouble_was_over_for_a_while_begins_anew() -> None:
    time = Time()
    pause = Patience(time.sleep, time.now)
    pause(LONGEST_SECONDS)

    time.at += QUIET_SECONDS + 1
    pause(LONGEST_SECONDS)

    assert time.at == 100.0 + 2 * LONGEST_SECONDS + QUIET_SECONDS + 1


def test_patience_when_one_pause_is_too_long_does_not_begin_it() -> None:
    time = Time()

    with pytest.raises(GaveUpError):
        Patience(time.sleep, time.now)(LONGEST_SECONDS + 1)

    assert time.at == 100.0
