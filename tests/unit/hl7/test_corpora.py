"""Public sample messages, where they are at hand: what becomes of every file, message and byte."""

import re
from collections import Counter
from pathlib import Path

import hl7kit
import pytest

from tests.generators.hl7 import acknowledge, messages, read
from tests.unit.hl7.corpora import FILES, Found, found_in, needs_corpora

pytestmark = needs_corpora

ENVELOPE = re.compile(rb"(?:FHS|BHS|BTS|FTS)[^A-Za-z0-9\s][^\r\n]*")
FRAMING = re.compile(rb"[\r\n\t \x0b\x1c]|\xef\xbb\xbf")
ACCOUNT = {
    "files": 291,
    "files that are usable": 291,
    "messages": 336,
    "accepted": 326,
    "rejected": 10,
    "segments": 5367,
    "bytes in no segment": 0,
    "answers": 336,
    "answers whose MSA-2 another reader finds to be the MSH-10": 336,
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_public_sample_is_read_to_its_end(path: Path) -> None:
    body = path.read_bytes()

    result = read(body)

    assert result.usable
    found = messages(result)
    assert len(found) == body.replace(b"\n", b"\r").replace(b"\x0b", b"\r").count(b"\rMSH|") + (
        body.lstrip(b"\xef\xbb\xbf").startswith(b"MSH|")
    )
    assert all(one.segments for one in found)
    for answer in acknowledge(result):
        assert answer.body.endswith(b"\r")


def test_every_file_message_segment_byte_and_answer_is_accounted_for() -> None:
    account = Counter[str]({"bytes in no segment": 0})
    for path in FILES:
        body = path.read_bytes()
        result, found = read(body), list(found_in(path))
        account["files"] += 1
        account["files that are usable"] += result.usable
        account["messages"] += len(found)
        account.update(message.result.verdict.value for message in found)
        account["segments"] += sum(len(message.segments) for message in found)
        account["bytes in no segment"] += len(outside(body, found))
        due = [one.control for one in messages(result) if one.control and "answer" not in one.facts]
        told = [
            hl7kit.parse(part).get("MSA-2")
            for answer in acknowledge(result, {"mode": "original"})  # one to every message
            for part in re.split(rb"(?=MSH\|)", answer.body)
            if part.startswith(b"MSH|")
        ]
        account["answers"] += len(told)
        account["answers whose MSA-2 another reader finds to be the MSH-10"] += sum(
            control == another for control, another in zip(due, told, strict=True)
        )

    assert account == ACCOUNT


def outside(body: bytes, found: list[Found]) -> bytes:
    """Return what is left of a file when every segment is taken from its place, byte for byte.

    Envelope segments are kept in the envelope, and what frames segments is none of them.
    """
    left, end = [], 0
    for segment in (one for message in found for one in message.segments):
        sent = segment.raw.encode(segment.codec)
        start = segment.place.offset
        assert body[start : start + len(sent)] == sent, segment.place.address
        left.append(body[end:start])
        end = start + len(sent)
    rest = b"\r".join([*left, body[end:]])
    return FRAMING.sub(b"", ENVELOPE.sub(b"", rest))
