"""Claims: what nearly all lines hold is read apart from the rules, and must come to the same."""

from collections.abc import Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from acktrail.documents.encoding import encode_compact
from acktrail.documents.value import replace
from acktrail.formats.x12.segment import SetSegment
from acktrail.model import Finding, MessageHead
from acktrail.translate.claims import ClaimTranslator
from tests.generators.x12_health import claim_set, claims, health_file
from tests.unit.x12.reading import FORMAT

ODD = ("", " ", "X", "-5", "12.345", "20260230", "20260301-20260302", "RD8", "A:B", "é")


def segments_of(data: bytes) -> list[SetSegment]:
    reader = FORMAT.reader({})
    events = [*reader.feed(data), *reader.close()]
    return [one for one in events if isinstance(one, SetSegment)]


def read(segments: Sequence[SetSegment]) -> tuple[list[bytes], tuple[Finding, ...]]:
    translator = ClaimTranslator(None)
    translator.start(MessageHead("x12", "837", "", "0001"))
    for segment in segments:
        translator.segment(segment)
    documents, findings = translator.finish()
    return [encode_compact(one) for one in documents], findings


@settings(max_examples=60, deadline=None)
@given(st.sampled_from("PID"), st.integers(0, 1 << 16), st.integers(0, 6))
def test_elements_that_are_sent_empty_at_the_end_change_nothing(
    kind: str, seed: int, faults: int
) -> None:
    random = Random(seed)  # noqa: S311 - test data
    segments = segments_of(health_file(f"837{kind}", claim_set(claims(seed, 5, kind), kind)))
    for _ in range(faults):
        at = random.randrange(len(segments))
        elements = list(segments[at].elements)
        elements[random.randrange(len(elements))] = random.choice(ODD)
        segments[at] = replace(segments[at], elements=elements)
    padded = [replace(one, elements=[*one.elements, "", ""]) for one in segments]

    assert read(padded) == read(segments)
