"""The public sample files, where they are at hand, and the messages in them."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from acktrail.formats.hl7.message import Hl7Segment
from acktrail.model import MessageHead, MessageResult
from acktrail.ports import MessageEnd, MessageStart
from tests.generators.hl7 import events

CORPORA = Path(__file__).parents[4] / "shared" / "corpora" / "hl7"
FILES = sorted(path for path in CORPORA.rglob("*.hl7") if path.is_file())
needs_corpora = pytest.mark.skipif(not FILES, reason="../shared/corpora/hl7 is not here")


class Found(NamedTuple):
    """One message as we read it."""

    file: str
    head: MessageHead
    segments: list[Hl7Segment]
    result: MessageResult


def found_in(path: Path) -> Iterator[Found]:
    """Yield the messages of a file."""
    starts, segments = list[MessageHead](), list[Hl7Segment]()
    for event in events(path.read_bytes()):
        match event:
            case MessageStart(head):
                starts, segments = [head], []
            case Hl7Segment():
                segments.append(event)
            case MessageEnd(result):
                yield Found(path.name, starts[0], segments, result)
            case _:
                pass
