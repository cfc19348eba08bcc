"""Reads one unit that starts with MSH into a judged message."""

from dataclasses import replace
from typing import NamedTuple

from acktrail.formats.hl7 import rules
from acktrail.formats.hl7.charset import Decoded, decode
from acktrail.formats.hl7.check import Check
from acktrail.formats.hl7.delimiters import Delimiters, read_delimiters
from acktrail.formats.hl7.functional import functional_facts
from acktrail.formats.hl7.guides import Guides
from acktrail.formats.hl7.header import (
    ACKNOWLEDGEMENTS,
    ANSWER_VERSION,
    Header,
    answer_version,
    is_agreed,
    is_subscribed,
    read_header,
)
from acktrail.formats.hl7.message import Hl7Segment, Message, is_segment
from acktrail.formats.hl7.settings import Settings
from acktrail.formats.hl7.units import Unit
from acktrail.model import MessageHead, MessageResult, Severity, Verdict
from acktrail.ports import Event, MessageEnd, MessageStart

_NAMELESS = Header([""] * 26, Delimiters("|", "^", "~", "\\", "&"), 0)
_TEST = frozenset({"T", "D"})  # training, debugging: table 0103


class Frame(NamedTuple):
    """Where a message stands in its file."""

    interchange: str
    group: str
    outside: bool  # after or between batches of a file that has batches


class Opened(NamedTuple):
    """A message whose header was read."""

    message: Message
    header: Header
    decoded: Decoded
    usable: bool  # delimiters and header are there

    @property
    def control(self) -> str:
        """MSH-10 as sent."""
        return self.header.fields[10]


def open_message(unit: Unit, offset: int, body: bytes, settings: Settings) -> Opened:
    """Decode a unit, read its delimiters and header."""
    decoded = decode(unit, body, settings.charset, settings.charset_fallback)
    text = decoded.text
    marks = read_delimiters(text[3], text[4:10].partition(text[3])[0])
    if marks is None:
        bare = Delimiters(text[3], "", "", "", "")
        return Opened(
            Message(text, decoded.codec, bare, offset, body), _NAMELESS, decoded, usable=False
        )
    message = Message(text, decoded.codec, marks, offset, body)
    if settings.continuation_lines:
        message.join_continuations()
    header = read_header(message.lines[0], marks)
    return Opened(message, header, decoded, header.complete)


def read_message(opened: Opened, guides: Guides, settings: Settings, frame: Frame) -> "Reading":
    """Judge a message."""
    message, header, decoded, usable = opened
    guide = guides.version(header.version) if usable else None
    check = Check(message, header, guide, settings)
    if decoded.remark:
        severity = Severity.ERROR if decoded.remark is rules.UNDECODABLE else None
        check.findings.add(rules.found(decoded.remark, message.place(0), severity=severity))
    if usable and decoded.remark is not rules.UNDECODABLE:
        check.run()
    else:
        if not usable:
            named = header is not _NAMELESS
            check.note(rules.MSH_TOO_SHORT if named else rules.BAD_DELIMITERS)
        message.loops = [""] * len(message.tags)
        message.tags = [tag if is_segment(tag) else "" for tag in message.tags]
    if frame.outside:
        check.note(rules.OUTSIDE_BATCH)
    if guide is None or not is_agreed(header.version, settings):
        answered_in = answer_version(settings)
    else:
        answered_in = ""
    name = guide.label(check.structure) if guide else ""
    kept = {ANSWER_VERSION: answered_in} if answered_in else {}
    if settings.functional and guide and not answered_in:
        kept = functional_facts(message, header, guide)
    reading = _judged(opened, check, name, frame, kept)
    if usable and not is_subscribed(header, settings):
        return reading._replace(head=replace(reading.head, subscribed=False))
    return reading


def _judged(
    opened: Opened, check: Check, guide: str, frame: Frame, kept: dict[str, str]
) -> "Reading":
    message, header, decoded, _ = opened
    answers = header.kind in ACKNOWLEDGEMENTS or "MSA" in message.tags
    facts = {} if header is _NAMELESS else header.facts(decoded.codec, answerable=not answers)
    facts = {**facts, **kept} if facts and kept else facts
    verdict = Verdict.REJECTED if check.findings.errors else Verdict.ACCEPTED
    head = MessageHead(
        "hl7",
        header.type,
        header.version,
        opened.control,
        guide,
        header.party(3),
        header.party(5),
        frame.interchange,
        frame.group,
        header.processing in _TEST,
        facts,
    )
    result = MessageResult(
        opened.control,
        head.type,
        guide,
        verdict,
        len(message.lines),
        check.findings.listed(),
        0,
        facts,
        message.offset,
        len(message.body),
        check.findings.total,
    )
    return Reading(message, head, result)


class Reading(NamedTuple):
    """A judged message."""

    message: Message
    head: MessageHead
    result: MessageResult

    def events(self) -> list[Event]:
        """Return its start, its segments and its end."""
        message = self.message
        segments = [Hl7Segment(message, index, tag) for index, tag in enumerate(message.tags)]
        return [MessageStart(self.head), *segments, MessageEnd(self.result)]
