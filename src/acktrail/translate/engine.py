"""Follows a compiled map over the segments of a message: one pass, no look back.

The open levels are a stack. A segment closes every level that does not hold it, then the first
rule of the innermost level whose tests hold fills that level, or opens one. Ids of loops and
groups are not used: they differ from directory to directory, what a level holds does not.
"""

from collections.abc import Mapping
from datetime import tzinfo
from functools import partial
from typing import cast

from acktrail.documents.kinds import HEALTH_KINDS, Document
from acktrail.model import Finding, MessageHead, Severity
from acktrail.ports import CutSegment, Segment, Take
from acktrail.translate import rules, sums
from acktrail.translate.assemble import assemble
from acktrail.translate.building import Building, Frame, Placed
from acktrail.translate.dispatch import Plan
from acktrail.translate.maps import DOCUMENT, Map
from acktrail.translate.paths import HEAD_TAG, HeadSegment
from acktrail.translate.rest import keep_rest, keep_segment
from acktrail.translate.sources import ValueSource, follow, path_of

ITEMISED = frozenset({"allowances", "taxes"})  # of a document as a whole: added up to its totals
FRAMING = frozenset({"ST", "SE", "UNH", "UNT"})  # nothing is open before, or left open behind
EVERY = "*"  # among the segments that a map drops: all that it has no rule for
NET_CHECKS = ("inv_taxable", "inv_total", "ord_total")  # need the amount of every allowance


class MapTranslator:
    """Translates messages by a map; one document each."""

    def __init__(
        self,
        map_: Map,
        *,
        units: dict[str, str] | None = None,
        zone: tzinfo | None = None,
        currency: str = "",
        checks: Mapping[str, str] | None = None,
    ) -> None:
        self._map = map_
        self._rules = {level: map_.rules.get(level, {}) for level in map_.levels}
        self._ignored = _ignored(map_)
        self._currency = currency or map_.currency
        self._checks = checks or {}
        health = map_.kinds[0] in HEALTH_KINDS
        self._building = Building(map_.format, health=health, units=units or {}, zone=zone)
        self._frames = [Frame(map_.levels[DOCUMENT])]
        self._lines: list[Placed] = []  # what opened the document's lines
        self.sources: list[ValueSource] | None = None  # a list: it takes where values come from

    def start(self, head: MessageHead) -> None:
        """Begin a message."""
        self._building.begin(self._currency)
        self._frames = [Frame(self._map.levels[DOCUMENT])]
        self._lines = []
        if HEAD_TAG in self._rules[DOCUMENT]:
            self.segment(HeadSegment(head))

    def taker(self, _loop: str, tag: str) -> Take | None:
        """Return what takes the segments of one tag; None for those that change nothing.

        A segment that is dropped may still close levels, unless all of them hold it.
        """
        return None if tag in self._ignored else cast("Take", partial(self._follow, tag))

    def segment(self, segment: Segment) -> None:
        """Take the next segment."""
        self._follow(segment.tag, cast("CutSegment", segment))  # maps are for such formats only

    def _follow(self, tag: str, segment: CutSegment) -> None:
        """Do what the map says with a segment."""
        frames, building = self._frames, self._building
        holds = frames[-1].level.holds
        while holds is not None and tag not in holds:
            self._close()
            holds = frames[-1].level.holds
        frame = frames[-1]
        dispatch = self._rules[frame.level.name].get(tag)
        handler = None if dispatch is None else dispatch.only or dispatch.find(segment)
        if handler is None:
            if tag not in self._map.drop and EVERY not in self._map.drop:
                keep_segment(building, segment)
            return
        if handler.opens:
            frame = self._open(handler.opens, frame, segment)
        plan = handler.plans[len(segment.elements)]
        if self.sources is None:
            _fill(plan, building, frame, segment)
        else:
            follow(handler, building, frame, segment, self.sources)
        if plan.left or plan.left_parts:
            keep_rest(building, segment, plan.left, plan.left_parts)

    def finish(self) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
        """End the message: one document, or none when there is a finding of severity error."""
        while len(self._frames) > 1:
            self._close()
        building, frame = self._building, self._frames[0]
        self._check_required(frame)
        document = assemble(self._map.kinds, frame.values, building)
        findings = building.findings
        if document is not None:
            findings += self._sums(document, self._switches(frame))
        refused = any(one.severity in (Severity.ERROR, Severity.FATAL) for one in findings)
        documents = () if document is None or refused else (document,)
        return documents, tuple(findings)

    def _sums(self, document: Document, switches: Mapping[str, str]) -> tuple[Finding, ...]:
        """Return what does not add up; places take time and nearly all documents need none."""
        if not sums.check(document, switches):
            return ()
        return sums.check(document, switches, [line.place for line in self._lines])

    def _switches(self, frame: Frame) -> Mapping[str, str]:
        """Return the profile's checks; those off that lack a term, the amount of an allowance."""
        if all(one.amount for one in frame.values.get("allowances", ())):
            return self._checks
        return {**self._checks, **dict.fromkeys(NET_CHECKS, "off")}

    def _open(self, name: str, around: Frame, segment: Segment) -> Frame:
        level = self._map.levels[name]
        frame = Frame(level, segment, around if level.shape is None else None)
        if self.sources is not None:
            frame.path = path_of(level, around)
        if level.shape is not None and around.values is self._frames[0].values:
            frame.origins = {} if level.shape.into in ITEMISED else None
        self._frames.append(frame)
        return frame

    def _close(self) -> None:
        self._build(self._frames.pop())

    def _build(self, frame: Frame) -> None:
        """Put what a level built into the one around it."""
        shape = frame.level.shape
        if shape is None:
            return
        if frame.level.required:
            self._check_required(frame)
        part = shape.build(frame.values)
        if part is None and frame.values:
            self._building.keep(f"{frame.level.name}@{frame.place.position}", "")
        if part is None:
            return
        self._building.collect(self._frames[-1], shape.into, part, frame)
        if frame.origins is not None:
            self._building.itemised.setdefault(shape.into, []).append(frame.origins)
        if shape.into == "lines" and frame.opener is not None:
            self._lines.append(frame.opener)

    def _check_required(self, frame: Frame) -> None:
        for name, tag, address in frame.level.required:
            if name not in frame.values and not self._found_at(address):
                place = frame.place._replace(segment=tag, address=address)
                self._building.found_at(rules.REQUIRED_MISSING, place)

    def _found_at(self, address: str) -> bool:
        """Tell whether the value was there and wrong: then it is not missing as well."""
        return any(one.place.address == address for one in self._building.findings)


def _fill(plan: Plan, building: Building, frame: Frame, segment: CutSegment) -> None:
    """Fill what a rule fills; a field that is still empty takes its value without more ado."""
    values, free = frame.values, frame.origins is None
    for name, step, _paths, _least, read, put in plan.fills:
        if read is None or put is None:
            step(building, frame, segment)
            continue
        value = read(building, segment)
        if value is None:
            continue
        if free and name not in values:
            values[name] = value
        else:
            put(building, frame, segment, value)


def _ignored(map_: Map) -> frozenset[str]:
    """Return the tags that are dropped, whatever the level, and close none."""
    held = [level.holds for level in map_.levels.values() if level.holds is not None]
    return frozenset(
        tag for tag in dropped(map_) if tag in FRAMING or all(tag in one for one in held)
    )


def dropped(map_: Map) -> frozenset[str]:
    """Return the tags that nothing is taken from."""
    return map_.drop - {tag for rules_ in map_.rules.values() for tag in rules_}
