"""A read file as a tree of lines for people: interchange, group, message, loops, segments, faults.

Two passes: the results of the first say where the faults are, the events of the second bring the
segments. Memory does not grow with the file. How a line looks is the skins' business.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import NamedTuple

from acktrail.app.advice import Advice
from acktrail.model import (
    Finding,
    GroupResult,
    InterchangeResult,
    MessageHead,
    MessageResult,
    ReadResult,
)
from acktrail.ports import (
    Event,
    FileFinding,
    GroupEnd,
    InterchangeEnd,
    Legend,
    MessageEnd,
    MessageStart,
    Piece,
    PieceKind,
    Segment,
)

SMALL = 200  # segments of a file that is shown whole
CONTEXT = 2  # segments shown before and after a fault
MOST_FAULTS = 200  # places shown without ``full``
MOST_PIECES = 400  # of one segment
FILE, INTERCHANGE, GROUP, MESSAGE, SEGMENT = range(5)  # depths


class Fault(NamedTuple):
    """A finding as people get it."""

    finding: Finding
    advice: str  # what to do; "" when the same rule was explained above


class Heading(NamedTuple):
    """The file, an interchange, a group or a message."""

    depth: int
    kind: str  # file | interchange | group | message
    facts: tuple[tuple[str, str], ...]  # name and text; the texts may be anything
    verdict: str
    faults: tuple[Fault, ...] = ()


class LoopLine(NamedTuple):
    """A loop, segment group or group of the structure begins."""

    depth: int
    name: str


class SegmentLine(NamedTuple):
    """A segment, record or row; without pieces it is a place where none was read."""

    depth: int
    position: int
    pieces: tuple[Piece, ...]
    faults: tuple[Fault, ...] = ()
    offset: int = -1  # of its first byte in the file; -1 where none was read


class GapLine(NamedTuple):
    """What is left out."""

    depth: int
    what: str


Line = Heading | LoopLine | SegmentLine | GapLine
LegendOf = Callable[[MessageHead], Legend | None]
Stop = tuple[InterchangeResult, GroupResult | None, MessageResult | None]


class NoLegend:
    """Of a format that cannot show its segments."""

    def pieces(self, segment: Segment) -> Iterator[Piece]:
        """Return the tag, masked: deny by default."""
        yield Piece(segment.tag, PieceKind.VALUE)

    def above(self, loop: str) -> frozenset[str]:
        """No loop is known."""
        del loop
        return frozenset()


@dataclass(slots=True)
class Tree:
    """Turns the results and events of one file into lines."""

    result: ReadResult
    advice: Advice
    legend_of: LegendOf
    full: bool = False
    explained: set[str] = field(default_factory=set)
    shown: int = 0  # places with faults
    unshown: int = 0  # findings that are not
    last: tuple[InterchangeResult | None, GroupResult | None] = (None, None)

    @property
    def whole(self) -> bool:
        """Tell whether every segment is shown."""
        return self.full or _segments(self.result) <= SMALL

    def lines(self, name: str, events: Iterable[Event]) -> Iterator[Line]:
        """Return the lines of the file; ``events`` are those of a second reading."""
        result = self.result
        usable = "yes" if result.usable else "no"
        facts = (("name", name), ("format", result.format or "unknown"), ("usable", usable))
        yield Heading(FILE, "file", facts, str(result.verdict), self.faults(result.findings))
        stops = list(_stops(result))
        at = 0
        quiet: list[MessageResult] = []  # messages without a fault that are only counted
        for head, segments in _messages(events):
            while at < len(stops) and stops[at][2] is None:
                yield from self._enter(stops[at], quiet)
                at += 1
            stop = stops[at] if at < len(stops) else None
            at += 1
            message = stop[2] if stop else None
            if stop and message and not self.whole and not message.findings:
                yield from self._enter(stop, quiet)
                quiet.append(message)
                continue
            yield from _counted(quiet)
            if stop:
                yield from self._enter(stop, quiet)
            yield from self._message(head, message, segments)
        yield from _counted(quiet)
        for stop in stops[at:]:
            yield from self._enter(stop, quiet)
        if self.unshown:
            yield GapLine(FILE, f"{_many(self.unshown, 'finding')} more: --full shows them")

    def faults(self, findings: Iterable[Finding]) -> tuple[Fault, ...]:
        """Return findings with what to do about them, each rule explained once."""
        return tuple(self._fault(finding) for finding in findings)

    def _fault(self, finding: Finding) -> Fault:
        advice = ""
        if finding.rule not in self.explained:
            self.explained.add(finding.rule)
            advice = self.advice.for_finding(finding.rule, finding.owner)
        return Fault(finding, advice)

    def _enter(self, stop: Stop, quiet: list[MessageResult]) -> Iterator[Line]:
        """Yield the headings of an interchange and a group that begin."""
        interchange, group, _message = stop
        if interchange is not self.last[0]:
            yield from _counted(quiet)
            facts = (
                ("control", interchange.control),
                ("from", interchange.sender),
                ("to", interchange.receiver),
                ("usage", "test" if interchange.test else "production"),
            )
            faults = self.faults(interchange.findings)
            yield Heading(INTERCHANGE, "interchange", facts, str(interchange.verdict), faults)
        if group is not None and group is not self.last[1]:
            yield from _counted(quiet)
            named = (("control", group.control), ("kind", group.kind), ("version", group.version))
            faults = self.faults(group.findings)
            if any(text for _, text in named) or faults:
                yield Heading(GROUP, "group", named, str(group.verdict), faults)
        self.last = (interchange, group)

    def _message(
        self, head: MessageHead, message: MessageResult | None, segments: Iterator[Segment]
    ) -> Iterator[Line]:
        facts = (("type", head.type), ("control", head.control), ("guide", head.guide))
        if message is None:
            yield Heading(MESSAGE, "message", facts, "not read to its end")
            return
        counts = (("segments", str(message.segments)), ("documents", str(message.documents)))
        above = self.faults(one for one in message.findings if not one.place.position)
        yield Heading(MESSAGE, "message", facts + counts, str(message.verdict), above)
        placed = sorted(
            (one for one in message.findings if one.place.position),
            key=lambda one: one.place.position,
        )
        places = deque(
            (position, list(found))
            for position, found in groupby(placed, key=lambda one: one.place.position)
        )
        branch = _Branch(self, self.legend_of(head) or NoLegend(), places)
        yield from branch.lines(segments)
        beyond = message.findings_total - len(message.findings)
        if beyond > 0:
            yield GapLine(SEGMENT, f"{_many(beyond, 'finding')} more than are kept")


class _Branch:
    """The lines of one message."""

    def __init__(
        self, tree: Tree, legend: Legend, places: deque[tuple[int, list[Finding]]]
    ) -> None:
        self._tree = tree
        self._legend = legend
        self._places = places
        self._path: list[tuple[str, str]] = []  # loop and the tag that began it
        self._told: list[int] = []  # number of each loop instance that has its line
        self._numbers: list[int] = []
        self._entered = 0
        self._held: deque[tuple[Segment, list[tuple[str, str]], list[int]]] = deque()
        self._left_out = 0
        self._after = 0  # segments still to show behind a fault

    def lines(self, segments: Iterable[Segment]) -> Iterator[Line]:
        """Return the lines; every place of a fault once, with or without a segment."""
        for segment in segments:
            position = segment.place.position
            if segment.loop:
                self._go_to(segment.loop, segment.tag)
            while self._places and self._places[0][0] < position:
                yield from self._lost()
            found: list[Finding] = []
            if self._places and self._places[0][0] == position:
                found = self._places.popleft()[1]
            if found and not self._within():
                found = self._uncounted(found)
            if found or self._tree.whole or self._after:
                yield from self._shown(segment, found)
            else:
                self._hold(segment)
        while self._places:
            yield from self._lost()
        yield from self._gap(len(self._held))

    def _uncounted(self, found: list[Finding]) -> list[Finding]:
        self._tree.unshown += len(found)
        return []

    def _within(self) -> bool:
        self._tree.shown += 1
        return self._tree.full or self._tree.shown <= MOST_FAULTS

    def _lost(self) -> Iterator[Line]:
        """Yield a place of which no segment was read: a row that was refused, a missing end."""
        position, found = self._places.popleft()
        if self._within():
            yield from self._gap(len(self._held))
            yield SegmentLine(SEGMENT, position, (), self._tree.faults(found))
        else:
            self._uncounted(found)

    def _shown(self, segment: Segment, found: list[Finding]) -> Iterator[Line]:
        yield from self._gap(0)
        self._keep(segment)
        for held, path, numbers in self._held:
            yield from self._loops(path, numbers)
            faults = self._tree.faults(found) if held is segment else ()
            pieces = tuple(islice(self._legend.pieces(held), MOST_PIECES))
            place = held.place
            yield SegmentLine(SEGMENT + len(path), place.position, pieces, faults, place.offset)
        self._held.clear()
        self._after = CONTEXT if found else max(self._after - 1, 0)

    def _hold(self, segment: Segment) -> None:
        self._keep(segment)
        if len(self._held) > CONTEXT:
            self._held.popleft()
            self._left_out += 1

    def _keep(self, segment: Segment) -> None:
        inside = bool(segment.loop)
        path, numbers = (self._path, self._numbers) if inside else ([], [])
        self._held.append((segment, list(path), list(numbers)))

    def _gap(self, more: int) -> Iterator[Line]:
        """Yield how many segments were left out."""
        if more:
            self._left_out += more
            self._held.clear()
        if self._left_out:
            yield GapLine(SEGMENT, f"{_many(self._left_out, 'segment')} without a fault")
        self._left_out = 0

    def _go_to(self, loop: str, tag: str) -> None:
        """Follow the loops: leave those that the next one cannot stand in."""
        if self._path and self._path[-1][0] == loop and self._path[-1][1] != tag:
            return
        names = [name for name, _ in self._path]
        above = self._legend.above(loop)
        if loop in names and names.index(loop) < len(names) - 1:
            keep = names.index(loop)
            if self._path[keep][1] != tag:
                self._path, self._numbers = self._path[: keep + 1], self._numbers[: keep + 1]
                return  # back in an outer loop
        else:
            keep = len(names)
            while keep and names[keep - 1] not in above:
                keep -= 1
        self._entered += 1
        self._path = [*self._path[:keep], (loop, tag)]
        self._numbers = [*self._numbers[:keep], self._entered]

    def _loops(self, path: list[tuple[str, str]], numbers: list[int]) -> Iterator[Line]:
        """Yield the line of every loop on the way that has none yet."""
        for depth, (loop, number) in enumerate(zip(path, numbers, strict=True)):
            if depth >= len(self._told) or self._told[depth] != number:
                self._told = [*numbers[:depth], number]
                yield LoopLine(SEGMENT + depth, loop[0])
        if path:
            self._told = list(numbers)


def _messages(events: Iterable[Event]) -> Iterator[tuple[MessageHead, Iterator[Segment]]]:
    """Group the events by message; what a consumer leaves of one is skipped."""
    stream = iter(events)

    def rest() -> Iterator[Segment]:
        for event in stream:
            if isinstance(event, MessageEnd):
                return
            if not isinstance(event, MessageStart | GroupEnd | InterchangeEnd | FileFinding):
                yield event

    for event in stream:
        if isinstance(event, MessageStart):
            segments = rest()
            yield event.head, segments
            for _ in segments:
                pass


def _stops(result: ReadResult) -> Iterator[Stop]:
    for interchange in result.interchanges:
        if not interchange.groups:
            yield interchange, None, None
        for group in interchange.groups:
            if not group.messages:
                yield interchange, group, None
            for message in group.messages:
                yield interchange, group, message


def _counted(quiet: list[MessageResult]) -> Iterator[Line]:
    if quiet:
        segments = sum(one.segments for one in quiet)
        said = f"{_many(len(quiet), 'message')} without a fault, {_many(segments, 'segment')}"
        yield GapLine(MESSAGE, said)
        quiet.clear()


def _segments(result: ReadResult) -> int:
    return sum(
        message.segments
        for interchange in result.interchanges
        for group in interchange.groups
        for message in group.messages
    )


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
