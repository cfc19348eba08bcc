from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from acktrail.odoo.breaker import (
    CLOSED,
    LONGEST,
    SHORTEST,
    Cause,
    Circuit,
    State,
    answered,
    gives_up,
    opened,
    paused,
    permit,
)

NOW = datetime(2026, 11, 24, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def test_circuit_gives_up_after_five_unknown_over_twenty_seconds() -> None:
    since = NOW - timedelta(seconds=20)

    assert gives_up(5, since, NOW)
    assert not gives_up(4, since, NOW)
    assert not gives_up(5, since + timedelta(seconds=1), NOW)


def test_circuit_that_is_closed_lets_everybody_through() -> None:
    assert permit(CLOSED, NOW) == CLOSED


def test_circuit_that_opened_waits_then_lets_one_through() -> None:
    circuit = opened(CLOSED, Cause.UNKNOWN, "ConnectError", NOW)

    probing = permit(circuit, NOW + SHORTEST)

    assert permit(circuit, NOW + SHORTEST - timedelta(seconds=1)) is None
    assert probing is not None
    assert probing.state is State.HALF_OPEN
    assert permit(probing, NOW + SHORTEST) is None


def test_circuit_whose_probe_never_reports_lets_another_through() -> None:
    probing = permit(opened(CLOSED, Cause.REFUSED, "401", NOW), LATER)
    assert probing is not None

    assert permit(probing, LATER + timedelta(minutes=3)) is not None


def test_circuit_after_an_answer_is_closed_and_forgets() -> None:
    assert answered(opened(CLOSED, Cause.REFUSED, "401", NOW)) == CLOSED


def test_circuit_that_a_person_paused_is_not_closed_by_an_answer_of_another_worker() -> None:
    circuit = paused("stocktaking")

    assert answered(circuit) == circuit
    assert permit(circuit, LATER) is None


def test_circuit_that_a_person_paused_until_ends_by_itself() -> None:
    probing = permit(paused("stocktaking", until=LATER), LATER)

    assert probing is not None
    assert answered(probing) == CLOSED


@given(st.integers(1, 40), st.floats(0, 1))
def test_circuit_opens_twice_as_long_each_time_up_to_ten_minutes(times: int, jitter: float) -> None:
    circuit = Circuit()
    for _ in range(times):
        circuit = opened(circuit, Cause.UNKNOWN, "x", NOW, jitter)

    assert circuit.until is not None
    shortest = min(LONGEST, SHORTEST * 2 ** min(times - 1, 10))
    assert shortest <= circuit.until - NOW <= shortest * 1.25
