"""Hostile files, of a size that suits a test: what is kept and held does not grow with the file.

The same files at full size, with time and memory, are those of ``python -m bench.x12 --hostile``.
"""

import sys
import tracemalloc
from collections.abc import Iterable

import pytest

from acktrail.documents.supply import DespatchAdvice
from acktrail.model import ReadResult, Verdict
from acktrail.ports import Event, FileFinding, InterchangeEnd
from tests.generators.x12 import Envelope, interchange, payments, remittance
from tests.generators.x12_hostile import HOSTILE, attached, deep, endless, swarming
from tests.unit.translate.health import documents_of
from tests.unit.x12.reading import FORMAT, findings_of, messages_of, read, result_of, rules_of

SMALL, LARGE = 1_500, 6_000
SLACK_BYTES = 400_000  # what is held may differ by, whatever the size
BYTES = 2_000  # times as many, where the count is one of bytes
BY_NAME = {one.what: one for one in HOSTILE}
# what is one document, or the list of sets that the answer names, has to be held
STREAMED = [name for name, one in BY_NAME.items() if one.make not in (deep, swarming)]


def passed(chunks: Iterable[bytes], **options: object) -> tuple[ReadResult, int]:
    """Read a file as the service does, keeping no segment; return its result and peak memory."""
    reader = FORMAT.reader(options)
    kept: list[Event] = []
    tracemalloc.start()
    for chunk in chunks:
        kept += [e for e in reader.feed(chunk) if isinstance(e, FileFinding | InterchangeEnd)]
    kept += [e for e in reader.close() if isinstance(e, FileFinding | InterchangeEnd)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return result_of(kept), peak


@pytest.mark.parametrize("name", BY_NAME)
def test_hostile_file_has_a_clear_finding_or_none_is_due(name: str) -> None:
    one = BY_NAME[name]
    count = 2_000_000 if one.make is endless else LARGE
    result, _ = passed(one.make(count))

    assert one.rule in rules_of(result) if one.rule else not findings_of(result)
    assert result.verdict is (Verdict.REJECTED if one.rule else Verdict.ACCEPTED)


@pytest.mark.parametrize("name", STREAMED)
def test_memory_does_not_grow_with_a_hostile_file(name: str) -> None:
    one = BY_NAME[name]
    times = BYTES if one.make in (endless, attached) else 1
    passed(one.make(10))  # guides are compiled once
    _, small = passed(one.make(SMALL * times))
    _, large = passed(one.make(LARGE * times))

    assert large < small + SLACK_BYTES


def test_findings_kept_of_a_file_do_not_grow_with_its_sets() -> None:
    """Each set may keep its share; all together fill no more than the file's cap."""
    wrong = [text.replace("*20260301", "*20261301") for text in remittance()]
    sets = [[text.replace("0001", f"{n:04}") for text in wrong] for n in range(1, 101)]

    result = read(interchange(payments(*sets)), max_findings=3, max_file_findings=50)

    assert all(message.verdict is Verdict.REJECTED for message in messages_of(result))
    assert all(1 <= len(message.findings) <= 3 for message in messages_of(result))
    assert len(findings_of(result)) < 50 + len(sets)
    assert {message.findings_total for message in messages_of(result)} == {5}


def test_sets_of_a_file_are_capped_over_all_its_groups_and_interchanges() -> None:
    two = payments(remittance(), control="1"), payments(remittance(), control="2")
    data = interchange(*two) + interchange(*two, envelope=Envelope(control="000000906"))

    result = read(data, max_file_sets=3)

    assert [one.message.split(": ")[1] for one in result.findings] == ["max_file_sets"]
    assert len(messages_of(result)) == 3
    assert not result.usable


def test_levels_may_be_deeper_than_any_stack() -> None:
    """HL02 names the level above: a chain of them costs no recursion, here or in the document."""
    levels = 3 * sys.getrecursionlimit()

    (document,) = documents_of(b"".join(deep(levels)), max_levels=levels)

    assert isinstance(document.payload, DespatchAdvice)
    assert len(document.payload.lines) == levels - 1
