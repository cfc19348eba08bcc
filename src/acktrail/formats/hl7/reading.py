"""Reads one unit that starts with MSH into a judged message."""

from dataclasses import replace
from operator import add, call
from typing import NamedTuple

from acktrail.errors import TooLargeError
from acktrail.formats.hl7 import rules
from acktrail.formats.hl7.amounts import Amounts
from acktrail.formats.hl7.charset import decode
from acktrail.formats.hl7.check import Check
from acktrail.formats.hl7.delimiters import Delimiters, read_delimiters
from acktrail.formats.hl7.functional import functional_facts
from acktrail.formats.hl7.guides import Guides
from acktrail.formats.hl7.header import Header, read_header
from acktrail.formats.hl7.message import Hl7Segment, Message
from acktrail.formats.hl7.outline import Outline, Outlines, Plan
from acktrail.formats.hl7.patterns import FITS
from acktrail.formats.hl7.rules import Collector
from acktrail.formats.hl7.settings import Settings
from acktrail.formats.hl7.units import Unit
from acktrail.model import Finding, MessageHead, MessageResult, Rule, Severity, Verdict
from acktrail.ports import Bind

_NAMELESS = Header([""] * 26, Delimiters("|", "^", "~", "\\", "&"), 0)
MOST_SEGMENTS, MOST_FIELDS = 100_000, 1_000_000  # of one message
MOST_PLACED = 20_000  # findings of a file that tell their byte offset
MOST_ALIKE = 1000
_fits_time = FITS["TS"]


class Frame(NamedTuple):
    """Where a message stands in its file."""

    interchange: str
    group: str
    outside: bool  # after or between batches of a file that has batches


class Opened(NamedTuple):
    """A message whose header was read."""

    message: Message
    remark: Rule | None  # on its character set
    outline: Outline
    time: str  # MSH-7
    control: str  # MSH-10
    usable: bool = True  # delimiters and header are there


class Reading(NamedTuple):
    """A judged message."""

    message: Message
    plan: Plan
    head: MessageHead
    result: MessageResult

    def segments(self) -> list[Hl7Segment]:
        """Return all segments."""
        message = self.message
        return [Hl7Segment(message, index, tag) for index, tag in enumerate(message.tags)]

    def tell(self, bind: Bind) -> None:
        """Hand the segments to what takes them."""
        message = self.message
        for index, take in self.plan.takers(bind):
            take(Hl7Segment(message, index, message.tags[index]))


class MessageReader:
    """Reads the messages of one file."""

    def __init__(self, guides: Guides, settings: Settings) -> None:
        self._settings = settings
        self._outlines = Outlines(guides, settings)
        self._amounts = Amounts()
        self._told = 0  # findings of the file
        self._alike: dict[tuple[Finding, ...], tuple[Finding, ...]] = {}

    def open(self, unit: Unit, offset: int, body: bytes) -> Opened:
        """Decode a unit, read its delimiters and header.

        Raises:
            TooLargeError: If it has more segments or fields than any message has.
        """
        settings = self._settings
        text, codec, remark = decode(unit, body, settings.charset, settings.charset_fallback)
        field = text[3]
        marks = read_delimiters(field, text[4:10].partition(field)[0])
        if marks is None:
            message = Message(text, codec, Delimiters(field, "", "", "", ""), offset, body)
            return self._unusable(message, remark, _NAMELESS)
        message = Message(text, codec, marks, offset, body)
        if len(text) > MOST_SEGMENTS:
            _measure(message, text)
        if settings.continuation_lines:
            message.join_continuations()
        header = message.lines[0]
        placed = self._outlines.place(header, marks, codec)
        if placed is None:
            return self._unusable(message, remark, read_header(header, marks))
        return Opened(message, remark, *placed)

    def _unusable(self, message: Message, remark: Rule | None, header: Header) -> Opened:
        outline = Outline(header, message.codec, None, self._settings)
        return Opened(message, remark, outline, header.fields[7], header.fields[10], usable=False)

    def read(self, opened: Opened, frame: Frame) -> Reading:
        """Judge a message."""
        message, remark, outline, _, _, _ = opened
        if opened.usable and remark is not rules.UNDECODABLE:
            plan = self._outlines.plan(outline, message.tags)
            message.tags, message.loops = plan.tags, plan.walk.loops
            found = self._judged(opened, plan, frame)
        else:
            plan = outline.unread(message.tags)
            message.tags, message.loops = plan.tags, plan.walk.loops
            found = self._unread(opened, frame)
        return _reading(opened, plan, frame, found, self._listed(found) if found else ())

    def _listed(self, found: Collector) -> tuple[Finding, ...]:
        """Return what is told of a message; in a file of very many findings, alike ones are one.

        These have no byte offset: the message's own is known. A header of ten bytes would take
        sixty times its size otherwise.
        """
        listed = found.listed()
        self._told += len(listed)
        if self._told <= MOST_PLACED:
            return listed
        alike = tuple([replace(one, place=one.place._replace(offset=0)) for one in listed])
        known = self._alike.get(alike)
        if known is None and len(self._alike) < MOST_ALIKE:
            known = self._alike[alike] = alike
        return known or alike

    def _judged(self, opened: Opened, plan: Plan, frame: Frame) -> Collector | None:
        """Return what is found in a message; ``None`` where it is seen at once to be right."""
        message, remark, outline, time, control, _ = opened
        lines = message.lines
        fits = list(map(call, plan.matches, map(add, lines, plan.paddings)))
        if (
            plan.settled
            and not (remark or frame.outside or message.escaped)
            and control.strip()
            and _fits_time(time)
            and all(fits)
            and all(rows.hold(message.fields(at)) for at, rows in plan.apart)
            and all(self._amounts.agree(message.fields(at), message.marks) for at in plan.charges)
        ):
            return None
        refused = [at for at, fit in enumerate(fits) if not fit]
        check = Check(message, outline, self._settings, self._amounts)
        if remark:
            check.note(remark)
        check.run(plan, time, control, refused)
        if frame.outside:
            check.note(rules.OUTSIDE_BATCH)
        return check.findings

    def _unread(self, opened: Opened, frame: Frame) -> Collector:
        """Return what is to be said of a message that is not looked into."""
        check = Check(opened.message, opened.outline, self._settings, self._amounts)
        if opened.remark:
            severity = Severity.ERROR if opened.remark is rules.UNDECODABLE else None
            place = opened.message.place(0)
            check.findings.add(rules.found(opened.remark, place, severity=severity))
        if not opened.usable:
            named = opened.outline.header is not _NAMELESS
            check.note(rules.MSH_TOO_SHORT if named else rules.BAD_DELIMITERS)
        if frame.outside:
            check.note(rules.OUTSIDE_BATCH)
        return check.findings


def _reading(
    opened: Opened,
    plan: Plan,
    frame: Frame,
    found: Collector | None,
    listed: tuple[Finding, ...],
) -> Reading:
    message, _, outline, _, control, _ = opened
    facts = plan.facts
    if outline.functional and outline.guide:
        facts = facts | functional_facts(message, outline.header, outline.guide)
    head = MessageHead(
        "hl7",
        outline.type,
        outline.header.version,
        control,
        plan.guide,
        outline.sender,
        outline.receiver,
        frame.interchange,
        frame.group,
        outline.test,
        facts,
        outline.subscribed,
    )
    result = MessageResult(
        control,
        outline.type,
        plan.guide,
        Verdict.REJECTED if found and found.errors else Verdict.ACCEPTED,
        len(message.lines),
        listed,
        0,
        facts,
        message.offset,
        len(message.body),
        found.total if found else 0,
    )
    return Reading(message, plan, head, result)


def _measure(message: Message, text: str) -> None:
    """Refuse what would take many times its size: each segment and field is a text of its own."""
    if len(message.lines) > MOST_SEGMENTS or text.count(message.marks.field) > MOST_FIELDS:
        msg = "a message has more segments or fields than the limit"
        raise TooLargeError(msg, code="hl7.unit_too_large")
