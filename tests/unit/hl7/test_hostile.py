"""Hostile files cost no more than their size: counted in calls and bytes, never in seconds.

``python -m bench.hl7 --hostile`` measures the same files at full size.
"""

import sys
import tracemalloc
from collections.abc import Callable
from functools import partial
from types import FrameType

import pytest

from acktrail.errors import TooLargeError
from acktrail.formats.hl7 import reading
from acktrail.formats.hl7.reading import MOST_PLACED
from acktrail.model import ReadResult
from tests.generators.hl7 import acknowledge, dft, messages, read, written
from tests.generators.hl7_hostile import HOSTILE

SIZE = 30_000
DOUBLED = 2.2  # of the size: what is linear, and a little
OFTEN = 500  # lines of a segment after which it has a pattern of its own
MOST_FINDINGS = 51  # a message lists fifty, and says that there are more


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """Compile what is compiled once, so that it is not counted."""
    lines = [*dft(), "NTE|1", "OBX|1|CE|", "GT1|1|G1|A^B"]
    read(written(lines) * OFTEN)


def calls_of(work: Callable[[], object]) -> int:
    """Return how many functions, Python's and C's, a piece of work calls."""
    count = 0

    def see(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(see)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def peak_of(work: Callable[[], object]) -> int:
    """Return how many bytes a piece of work has allocated at its highest."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def answered(body: bytes) -> ReadResult:
    result = read(body, {}, 4096)
    acknowledge(result)
    return result


@pytest.mark.parametrize("name", HOSTILE)
def test_twice_the_file_takes_no_more_than_twice_the_calls_and_memory(name: str) -> None:
    small, large = HOSTILE[name](SIZE), HOSTILE[name](2 * SIZE)
    answered(small)  # what is worked out once is worked out now

    calls = [calls_of(partial(answered, body)) for body in (small, large)]
    peaks = [peak_of(partial(answered, body)) for body in (small, large)]

    assert calls[1] <= DOUBLED * calls[0]
    assert peaks[1] <= DOUBLED * peaks[0]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_gets_a_verdict_and_a_short_list_of_findings(name: str) -> None:
    result = answered(HOSTILE[name](SIZE))

    found = messages(result)
    assert found or result.findings
    assert all(len(one.findings) <= MOST_FINDINGS for one in found)
    assert len(result.findings) <= MOST_FINDINGS


@pytest.mark.parametrize(
    ("line", "least"),
    [("NTE|1||x\r", reading.MOST_SEGMENTS), ("|" * 100, reading.MOST_FIELDS // 100)],
)
def test_message_of_more_segments_or_fields_than_any_has_is_refused(line: str, least: int) -> None:
    most, beyond = written([*dft()[:1], line * (least - 10)]), written([*dft(), line * (least + 1)])

    assert read(most).usable
    with pytest.raises(TooLargeError, match="than the limit"):
        read(beyond)


def test_findings_of_very_many_messages_are_told_once_and_still_counted() -> None:
    found = messages(read(b"MSH|^~\\&|A\r" * (MOST_PLACED + 10)))

    first, last = found[0], found[-1]
    assert [one.rule for one in last.findings] == [one.rule for one in first.findings]
    assert last.findings_total == first.findings_total
    assert last.findings is found[-2].findings
    assert {one.place.offset for one in last.findings} == {0}
    assert last.offset > found[-2].offset > 0
