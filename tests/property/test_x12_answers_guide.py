"""Every answer that we write passes our own guide for it, is the same twice and gets none back.

Asked of every X12 sample, and of files that are made of every guide, right and mutated, under
profiles that between them ask for every kind of answer in every release.
"""

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from acktrail.errors import PartnerError
from acktrail.model import Acknowledgement, Answering, ReadResult
from tests.conftest import SAMPLES
from tests.property.test_x12_cuts import KEYS, PIECES, file_of
from tests.unit.x12.reading import AT, FORMAT, findings_of, messages_of, result_of

SUMS = ("837.charge", "837.cob", "835.claim", "810.total", "count.810", "count.850", "count.856")
STRICT: dict[str, object] = {"checks": dict.fromkeys(SUMS, "reject"), "snip": {"7": "reject"}}
PROFILES: tuple[tuple[dict[str, object], dict[str, str]], ...] = (
    ({}, {}),
    (
        STRICT | {"by_claim": ("3", "5", "7")},
        {"claims": "277ca", "balance": "277ca", "advice": "824", "ta1": "always"},
    ),
    (STRICT, {"balance": "999", "accept_with_errors": "true"}),
    (STRICT, {"functional": "997", "balance": "999"}),
    ({}, {"functional_version": "005010X231", "repetition_separator": "!", "newline": "true"}),
)
GUIDES = {
    "999": {"999-005010X231A1", "999-005010X231"},
    "997": {"997-004010", "997-005010"},
    "824": {"824-004010", "824-005010"},
    "277CA": {"277-005010X214"},
    "TA1": set[str](),
}
MUTATIONS = 8  # of each guide's file


def read(data: bytes, options: dict[str, object]) -> ReadResult | None:
    """Return the result; None where not even an envelope can be read."""
    reader = FORMAT.reader(options)
    try:
        return result_of([*reader.feed(data), *reader.close()])
    except PartnerError:
        return None


def answered(data: bytes, result: ReadResult, options: dict[str, str]) -> list[Acknowledgement]:
    """Return all answers, numbered as many as are asked for."""

    def content(at: int, length: int) -> bytes:
        return data[at : at + length]

    needed = FORMAT.numbers_needed(result, Answering(AT, options=options))
    answering = Answering(AT, tuple(range(71, 71 + needed)), options, content=content)
    return list(FORMAT.acknowledge(result, answering))


def judged(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield kind and guide of every set of every answer to a file, each found to be right."""
    for reading, options in PROFILES:
        result = read(data, reading)
        if result is None:
            continue
        built = answered(data, result, options)
        assert built == answered(data, result, options)
        for one in built:
            back = read(one.body, {"checks": {"277ca.totals": "reject"}})
            assert back is not None
            assert findings_of(back) == [], (one.kind, one.body)
            guides = {message.guide for message in messages_of(back)}
            assert guides <= GUIDES[one.kind]
            assert (guides == set()) == (one.kind == "TA1")
            business = {"997"} if one.kind == "824" else {"999"} if one.kind == "277CA" else set()
            assert {again.kind for again in answered(one.body, back, {})} == business
            yield from ((one.kind, guide) for guide in guides or {""})


def has_claims(data: bytes) -> bool:
    """Tell whether a file holds an 837 that is judged claim by claim."""
    result = read(data, PROFILES[1][0])
    return result is not None and any("claims" in one.facts for one in messages_of(result))


def mutated(data: bytes, random: Random) -> bytes:
    at = random.randrange(106, len(data))
    return data[:at] + random.choice(PIECES) + data[at + random.randint(0, 3) :]


def inbound() -> list[bytes]:
    bodies = [path.read_bytes() for path in sorted(SAMPLES.glob("x12-*/inbound/*"))]
    return [body for body in bodies if FORMAT.recognises(body[:4096])]


def test_answers_to_every_sample_pass_their_guides() -> None:
    seen: Counter[tuple[str, str]] = Counter()
    for data in inbound():
        seen.update(judged(data))

    assert {kind for kind, _guide in seen} == GUIDES.keys()
    assert {guide for _kind, guide in seen} >= {"997-004010", "824-004010", "277-005010X214"}


@pytest.mark.parametrize("name", KEYS)
def test_answers_to_made_and_mutated_files_pass_their_guides(name: str) -> None:
    random = Random(f"answers to {name}")  # noqa: S311 - no secret
    seen: Counter[tuple[str, str]] = Counter()
    claims = False
    for full in (False, True):
        data = file_of(name, full=full)
        claims |= has_claims(data)
        seen.update(judged(data))
        for _ in range(MUTATIONS):
            seen.update(judged(mutated(data, random)))

    assert seen[("TA1", "")] > MUTATIONS or KEYS[name].gs01 == "FA"
    assert ("277CA" in {kind for kind, _guide in seen}) >= claims
