"""What independent readers make of the same messages, and of our answers.

Peers: hl7kit (Rust), hl7types (models made from the HL7 schemas). Where we differ, the reason
stands beside it.
"""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import hl7kit
import pytest
from hl7types import decode_er7

from acktrail.formats.hl7.message import Hl7Segment
from acktrail.formats.hl7.tables import VERSIONS
from tests.generators.hl7 import adt, answers, dft, events, messages, oru, read, written

CORPORA = Path(__file__).parents[4] / "shared" / "corpora" / "hl7"
FILES = sorted(path for path in CORPORA.rglob("*.hl7") if path.is_file())
needs_corpora = pytest.mark.skipif(not FILES, reason="../shared/corpora/hl7 is not here")

# hl7kit cuts the blanks at a segment's end, which are data to us; and it reads escape sequences in
# its own way (\.br\ is CR, unknown ones vanish): segments that hold one are left out here
ESCAPE = re.compile(r"\\[^\\|^~&\r\n]*\\")


def single(body: bytes) -> bool:
    """Tell whether hl7kit can read a file: one message, no MLLP bytes, usual delimiters."""
    text = body.lstrip(b"\xef\xbb\xbf\r\n ")
    heads = re.findall(rb"(?:^|[\r\n\x0b])(MSH|[FB]HS)[^A-Za-z0-9\s]", text)
    plain = text.startswith((b"MSH|^~\\&|", b"MSH|^~\\&#|"))
    return heads == [b"MSH"] and plain and b"\x0b" not in text and b"\x1c" not in text


def ours(body: bytes) -> Iterator[Hl7Segment]:
    return (event for event in events(body) if isinstance(event, Hl7Segment))


def compared(body: bytes) -> tuple[int, list[str]]:
    """Compare the first leaf of every field; return how many were, and where we differ."""
    message = hl7kit.parse(body)
    seen: dict[str, int] = {}
    count, different = 0, []
    for segment in ours(body):
        tag = segment.tag
        if not re.fullmatch("[A-Z][A-Z0-9]{2}", tag):
            continue
        seen[tag] = seen.get(tag, 0) + 1
        for number in range(3 if tag == "MSH" else 1, segment.raw.count("|") + 1):
            value = segment.get(number)
            if ESCAPE.search(segment.raw):
                continue
            theirs = message.get(f"{tag}[{seen[tag]}]-{number}.1.1") or ""
            count += 1
            if value != theirs and value.rstrip(" ") != theirs:
                different.append(f"{tag}[{seen[tag]}]-{number}")
    return count, different


@pytest.mark.parametrize("lines", [adt(), dft(lines=5), oru(lines=20)], ids=["ADT", "DFT", "ORU"])
def test_hl7kit_reads_the_same_values(lines: list[str]) -> None:
    count, different = compared(written(lines))

    assert count > 20
    assert different == []


@needs_corpora
def test_hl7kit_reads_the_same_values_of_public_samples() -> None:
    total, differing = 0, {}
    for path in FILES:
        body = path.read_bytes()
        if single(body):
            count, different = compared(body)
            total += count
            if different:
                differing[path.name] = different

    assert total > 10_000
    assert differing == {}


@needs_corpora
def test_every_answer_to_a_public_sample_names_the_message_to_another_reader() -> None:
    compared_answers = 0
    for path in FILES:
        body = path.read_bytes()
        result = read(body)
        controls = [one.control for one in messages(result) if "answer" not in one.facts]
        for text in answers(body):
            found = [part for part in re.split(r"(?=MSH\|)", text) if part.startswith("MSH|")]
            theirs = [hl7kit.parse(part.encode("latin-1")).get("MSA-2") or "" for part in found]
            assert set(theirs) <= set(controls)
            compared_answers += len(theirs)

    assert compared_answers > 200


@needs_corpora
def test_no_segment_of_a_public_sample_is_lost() -> None:
    """Written again from what was read, every message is the same to the byte."""
    for path in FILES:
        body = path.read_bytes()
        lines = [one.raw for one in ours(body)]
        codecs = {one.facts.get("charset", "latin-1") for one in messages(read(body))}
        sent = body.translate(None, b"\x0b\x1c").replace(b"\xef\xbb\xbf", b"")
        wanted = [line.strip() for line in re.split(rb"[\r\n]+", sent) if line.strip()]
        envelope = (b"FHS", b"BHS", b"BTS", b"FTS")
        wanted = [line for line in wanted if not line.startswith(envelope)]
        if len(codecs) == 1:
            again = [part.strip() for line in lines for part in line.encode(*codecs).split(b"\n")]
            assert again == wanted, path.name


@pytest.mark.parametrize("version", [one for one in VERSIONS if one >= "2.3"])
@pytest.mark.parametrize("good", [True, False])
def test_hl7types_takes_every_answer_in_its_version(version: str, good: bool) -> None:  # noqa: FBT001
    lines = dft(version=version)
    if not good:
        lines[2] = lines[2].replace("PID|1", "PID|x")
        lines = [line for line in lines if not line.startswith("FT1")]
    (text,) = answers(written(lines))

    module = import_module(f"hl7types.hl7.v{version.replace('.', '_')}.messages.ACK")
    decoded = decode_er7(text, module.ACK, strict=True)  # two-part MSH-9 names no structure

    assert type(decoded) is module.ACK
    assert hl7kit.parse(text.encode()).get("MSA-2") == "DFT000001"
    assert ("AA" if good else "AE") == hl7kit.parse(text.encode()).get("MSA-1")
