from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from acktrail.ledger.ids import ALPHABET, ExchangeIds, first_id, new_exchange_id


class StandingClock:
    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def test_id_is_the_text_form_of_a_ulid() -> None:
    # The reference implementation's page gives 01ARYZ6S41 for this millisecond.
    assert new_exchange_id(1469918176385, bytes(10)) == "ex_01ARYZ6S410000000000000000"
    assert new_exchange_id(2**48 - 1, b"\xff" * 10) == "ex_7ZZZZZZZZZZZZZZZZZZZZZZZZZ"
    assert not set("ILOU") & set(ALPHABET)


def test_first_id_of_an_instant_is_below_every_id_from_then_on() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    clock_ms = int(at.timestamp() * 1000)

    first = first_id(at)

    assert new_exchange_id(clock_ms - 1, b"\xff" * 10) < first
    assert first <= new_exchange_id(clock_ms, bytes(10))


def test_id_in_the_same_millisecond_is_one_more() -> None:
    first = new_exchange_id(5, b"\x00" * 9 + b"\x1f")

    assert new_exchange_id(5, b"\xff" * 10, first) == first[:-2] + "10"


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_id_is_greater_than_the_last_whatever_the_clock_does(
    before_ms: int, now_ms: int, random: bytes
) -> None:
    last = new_exchange_id(before_ms, b"\x0f" * 10)

    assert new_exchange_id(now_ms, random, last) > last


def test_ids_rise_while_the_clock_stands_and_falls() -> None:
    clock = StandingClock()
    ids = ExchangeIds(clock, lambda count: b"\x42" * count)

    given_out = [ids.next() for _ in range(40)]
    clock.at -= timedelta(seconds=3)
    given_out += [ids.next() for _ in range(40)]
    clock.at += timedelta(seconds=9)
    given_out.append(ids.next())

    assert given_out == sorted(set(given_out))
    assert {len(one) for one in given_out} == {29}
