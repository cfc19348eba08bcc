"""CONTRL and APERAK of the samples, read again: by our own guide, and by another reader (pydifact).

Each is what an exchange of a sample answers, byte for byte; the samples' READMEs name the error.
"""

import warnings
from pathlib import Path

import pytest
from pydifact.parser import Parser

from acktrail.documents.kinds import AnswerReceived
from acktrail.formats.edifact.rules import RULES
from acktrail.formats.edifact.segment import Segment
from acktrail.model import Severity
from acktrail.ports import MessageStart
from acktrail.translate.answers import EDIFACT_CODES, AnswerTranslator
from tests.conftest import SAMPLES
from tests.unit.edifact.reading import events_of, read, told

ANSWERS = sorted(SAMPLES.glob("*/expected/outbound/CONTRL*.edi"))
APERAKS = sorted(SAMPLES.glob("*/expected/outbound/APERAK*.edi"))
CODE = {"UCI": 4, "UCF": 4, "UCM": 3, "UCS": 1, "UCD": 0}  # where 0085 stands, from the tag on
every_answer = pytest.mark.parametrize(
    "path", ANSWERS, ids=lambda path: f"{path.parts[-4]}-{path.stem}"
)


def theirs(data: bytes) -> list[tuple[str, list[str | list[str]]]]:
    """Return tag and elements as pydifact reads them; without a UNA it would look for one."""
    text = data.decode("latin-1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed = Parser().parse(text if text.startswith("UNA") else f"UNA:+.? '{text}")
        return [(one.tag, list(one.elements)) for one in parsed]


@every_answer
def test_contrl_is_right_by_our_own_guide(path: Path) -> None:
    """CONTRL D.3, and 4.1 for syntax 4."""
    assert told(read(path.read_bytes())) == []


@every_answer
def test_contrl_is_read_alike_by_pydifact(path: Path) -> None:
    data = path.read_bytes()
    ours = [one for one in events_of(data) if isinstance(one, Segment)]

    body = [one for one in theirs(data) if one[0] in CODE]

    assert [tag for tag, _ in body] == [one.tag for one in ours if one.tag in CODE]
    for (_, elements), segment in zip(body, (one for one in ours if one.tag in CODE), strict=True):
        for number, element in enumerate(elements, 1):
            parts = [element] if isinstance(element, str) else element
            assert [segment.get(number, at) for at in range(1, len(parts) + 1)] == parts


@every_answer
def test_contrl_says_to_our_translator_what_its_uci_says(path: Path) -> None:
    """UNSM CONTRL 0083."""
    translator, data = AnswerTranslator(), path.read_bytes()
    for event in events_of(data):
        if isinstance(event, MessageStart):
            translator.start(event.head)
        elif isinstance(event, Segment):
            translator.segment(event)
    documents, findings = translator.finish()
    action = next(elements[3] for tag, elements in theirs(data) if tag == "UCI")

    assert findings == ()
    assert isinstance(documents[0].payload, AnswerReceived)
    assert isinstance(action, str)
    assert documents[0].payload.disposition == EDIFACT_CODES[action]


def test_every_error_class_has_a_contrl_among_the_samples() -> None:
    """List 0085. 20, a UNA that is of no use, leaves no UNB that an answer could copy."""
    wanted = {one.code for one in RULES if one.severity in (Severity.ERROR, Severity.FATAL)}
    shown: set[str] = set()
    for path in ANSWERS:
        for tag, elements in theirs(path.read_bytes()):
            if tag in CODE and len(elements) > CODE[tag]:
                code = elements[CODE[tag]]
                assert isinstance(code, str)
                shown.add(code)

    assert wanted - shown == {"20"}


@pytest.mark.parametrize("path", APERAKS, ids=lambda path: path.stem)
def test_aperak_is_right_by_our_own_guide_and_read_alike_by_pydifact(path: Path) -> None:
    """UNSM APERAK D.96A and D.01B."""
    data = path.read_bytes()
    ours = [one for one in events_of(data) if isinstance(one, Segment)]
    body = [one for one in theirs(data) if one[0] not in ("UNA", "UNB", "UNH", "UNT", "UNZ")]

    assert told(read(data)) == []
    assert [tag for tag, _ in body] == [one.tag for one in ours]
    for (_, elements), segment in zip(body, ours, strict=True):
        for number, element in enumerate(elements, 1):
            parts = [element] if isinstance(element, str) else element
            assert [segment.get(number, at) for at in range(1, len(parts) + 1)] == parts


def test_aperak_of_both_directories_is_among_the_samples() -> None:
    text = b"".join(path.read_bytes() for path in APERAKS)

    for type_ in (b"APERAK:D:96A:UN'", b"APERAK:D:01B:UN'"):
        assert type_ in text
    for code in (b"AT0103", b"AT0201", b"AT0401", b"AT0402", b"+27'", b"+29'"):
        assert code in text
