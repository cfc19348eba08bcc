"""Files that x12sdk writes: a second opinion on the guides, 5010 and its eight HIPAA sets."""

from collections.abc import Callable

import pytest
from x12sdk import generate

from acktrail.model import Verdict
from tests.unit.x12.reading import codes_of, messages_of, read

SEEDS = range(1, 6)
WRITERS: dict[str, Callable[..., str]] = {
    "837-005010X222A1": generate.generate_837p,
    "270-005010X279A1": generate.generate_270,
    "271-005010X279A1": generate.generate_271,
    "276-005010X212": generate.generate_276,
    "277-005010X212": generate.generate_277,
}
# What x12sdk leaves out or adds against the guide (its models are looser than X12's guides).
FAULTS_OF_X12SDK: dict[str, tuple[Callable[..., str], set[tuple[str, str]]]] = {
    "834-005010X220A1": (generate.generate_834, {("IK403 I10", "DSB02")}),
    "835-005010X221A1": (generate.generate_835, {("IK403 1", "BPR16"), ("IK304 3", "PER")}),
    "837-005010X223A2": (
        generate.generate_837i,
        {("IK403 I10", "CLM06"), ("IK403 7", "DTP02"), ("IK403 I12", "N403")},
    ),
}


@pytest.mark.parametrize("guide", sorted(WRITERS))
@pytest.mark.parametrize("seed", SEEDS)
def test_file_of_x12sdk_is_accepted(guide: str, seed: int) -> None:
    result = read(WRITERS[guide](seed=seed).encode())

    assert codes_of(result) == []
    assert {message.guide for message in messages_of(result)} == {guide}
    assert {message.verdict for message in messages_of(result)} == {Verdict.ACCEPTED}


@pytest.mark.parametrize("guide", sorted(FAULTS_OF_X12SDK))
@pytest.mark.parametrize("seed", SEEDS)
def test_file_of_x12sdk_has_no_other_faults_than_the_known_ones(guide: str, seed: int) -> None:
    write, known = FAULTS_OF_X12SDK[guide]
    result = read(write(seed=seed).encode())

    assert set(codes_of(result)) <= known
    assert {message.guide for message in messages_of(result)} == {guide}
