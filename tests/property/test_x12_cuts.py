"""Files of every guide, cut, mutated and in pieces: never accepted by mistake, nothing lost."""

import re
from collections import Counter
from random import Random

import pytest

from acktrail.errors import PartnerError
from acktrail.formats.x12.guide.catalogue import Catalogue
from acktrail.formats.x12.guide.pyx12_maps import read_wheel_map
from acktrail.formats.x12.segment import SetSegment
from acktrail.model import ReadResult, Severity
from tests.generators.guides import Filler, sets_of
from tests.generators.x12 import Envelope, group, interchange
from tests.unit.x12.reading import Folder, events_of, findings_of, messages_of, read

CATALOGUE = Catalogue(Folder(), read_wheel_map)
KEYS = {key.id: key for key in CATALOGUE.guide_keys()}
IN_PIECES = ("834-005010X220A1", "835-005010X221A1", "837-005010X222A1", "850-004010", "856-004010")
MUTATIONS = 100  # of each guide's file
PIECES = [
    b"",
    b"*",
    b":",
    b"^",
    b"~",
    b"~~",
    b"\r\n",
    b"9",
    b"Q",
    b"ISA*",
    b"~SE*1*",
    b"\xff",
    b"IEA",
]


def file_of(name: str, *, full: bool = False) -> bytes:
    """Return an interchange with one set that is made from a guide's own nodes."""
    key = KEYS[name]
    version = key.gs08[0].rstrip("*")
    release = "00401" if version.startswith("004010") else "00501"
    filler = Filler(Random(7), share=1.0 if full else 0.0)  # noqa: S311 - no secret
    segments = sets_of(CATALOGUE.guide(name), filler, full=full)
    if key.bht02:
        segments = [
            re.sub(r"^(BHT\*[^*]*\*)[^*]*", rf"\g<1>{key.bht02[0]}", one) for one in segments
        ]
    return interchange(group(key.gs01, version, [segments]), envelope=Envelope(release=release))


def outcome(data: bytes) -> ReadResult | None:
    """Return the result, None where the file was refused as a whole."""
    try:
        return read(data)
    except PartnerError:
        return None


def is_accepted(data: bytes) -> bool:
    result = outcome(data)
    return result is not None and result.usable


@pytest.mark.parametrize("name", KEYS)
def test_generated_set_is_checked_by_its_guide(name: str) -> None:
    (message,) = messages_of(read(file_of(name)))

    assert message.guide == name


@pytest.mark.parametrize("name", KEYS)
def test_file_cut_at_a_segment_boundary_is_never_accepted(name: str) -> None:
    data = file_of(name)
    bounds = [at + 1 for at, byte in enumerate(data) if byte == ord("~")][:-1]

    assert len(bounds) > 4
    assert [at for at in bounds if is_accepted(data[:at])] == []


@pytest.mark.parametrize("name", KEYS)
def test_file_cut_within_its_last_kilobyte_is_never_accepted(name: str) -> None:
    data = file_of(name)
    start = max(len(data) - 1024, 0)
    whole = len(data) - 1  # an IEA counts without its terminator

    assert is_accepted(data)
    assert [at for at in range(start, whole) if is_accepted(data[:at])] == []


@pytest.mark.parametrize("name", IN_PIECES)
def test_file_in_pieces_of_1_to_64_bytes_gives_the_same_events(name: str) -> None:
    data = file_of(name)
    events = events_of(data)

    assert [size for size in range(1, 65) if events_of(data, size) != events] == []


@pytest.mark.parametrize("name", KEYS)
def test_bytes_of_segments_add_up_to_the_file(name: str) -> None:
    data = file_of(name, full=True)
    segments = [one for one in events_of(data) if isinstance(one, SetSegment)]
    (message,) = messages_of(read(data))

    inside = sum(len("*".join(one.elements)) + 1 for one in segments)
    around = [
        one for one in data.split(b"~") if one[:3].rstrip(b"*") in (b"ISA", b"GS", b"GE", b"IEA")
    ]
    assert message.length == inside
    assert sum(len(one) + 1 for one in around) + inside == len(data)
    assert data[message.offset :][:2] == b"ST"
    assert data[message.offset + message.length - 1] == ord("~")


def test_mutated_file_gives_a_verdict_and_what_is_lost_is_found(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Runs and faults are counted and printed."""
    random = Random(11)  # noqa: S311 - no secret
    counts: Counter[str] = Counter()
    for name in KEYS:
        data = file_of(name)
        for _ in range(MUTATIONS):
            at = random.randrange(106, len(data))
            mutated = data[:at] + random.choice(PIECES) + data[at + random.randrange(4) :]
            counts["runs"] += 1
            counts["unchanged"] += mutated == data
            result = outcome(mutated)
            findings = findings_of(result) if result else []
            counts["refused as a whole"] += result is None or not result.usable
            counts["findings"] += len(findings)
            counts["with a finding"] += bool(findings)
            shorter = mutated.count(b"~") < data.count(b"~")
            if shorter and result is not None:  # a segment was lost
                assert any(one.severity is not Severity.INFO for one in findings)
    with capsys.disabled():
        print(f"\nmutations: {dict(counts)}")  # noqa: T201 - the report
    assert counts["with a finding"] + counts["refused as a whole"] > counts["runs"] // 2
