"""HL7 DFT by its map, with the lines straight from the fields of FT1: equal fields are read once.

A batch bills the same services at the same prices on the same days, so all fields of a line but its
key have nearly always been there before. The map alone says what a field means: one that is new is
read by the map's own step, and what came of it is remembered unless a finding did. So both ways
give the same (a property test says so).
"""

from typing import Any, NamedTuple, Protocol, cast

from acktrail.model import MessageHead
from acktrail.ports import CutSegment, Segment, Take
from acktrail.translate.building import MAX_FINDINGS, Frame
from acktrail.translate.dispatch import Fill, Handler, Step
from acktrail.translate.engine import MapTranslator, dropped
from acktrail.translate.maps import DOCUMENT, Map
from acktrail.translate.rest import keep_rest

CHARGE = "FT1"
MOST_KNOWN = 1024  # texts of one field that are remembered
LONGEST = 100  # characters of such a text
LEVELS = 2  # of a map that has lines only
MOST_WIDTHS = 32  # numbers of fields sent that columns are arranged for
NEW: Any = object()

Text = str | tuple[str, ...]
Known = dict[Text, object]  # by the text as sent; None: it fills nothing


class Marked(CutSegment, Protocol):
    """A segment that tells what its fields are taken apart with."""

    @property
    def marks(self) -> object:
        """The delimiters of its message."""
        ...

    @property
    def codec(self) -> str:
        """The character set of its message: escapes are read with it."""
        ...


class Column(NamedTuple):
    """A value of a line: the field that it is read from, and what is known of it."""

    name: str
    element: int
    more: tuple[int, ...]  # other fields that were sent and may take its place
    known: Known
    step: Step


class ChargeTranslator(MapTranslator):
    """Translates DFT by a map; one document a message."""

    def __init__(self, map_: Map, **more: Any) -> None:  # noqa: ANN401 - those of any map
        """Make a translator; where the map says more of a line, all goes the map's own way."""
        super().__init__(map_, **more)
        self._rule = line_rule(map_)
        self._level = map_.levels[self._rule.opens] if self._rule else None
        if self._level and len(map_.levels) == LEVELS:
            self._ignored = dropped(map_)  # no line stays open that they might close
        self._fresh = True  # no line of the message was read yet
        self._marked: tuple[object, str] | None = None  # what the known texts were read with
        self._columns: dict[int, tuple[Column, ...]] = {}  # by the number of elements sent
        self._known: dict[tuple[str, ...], Known] = {}  # by name and elements

    def start(self, head: MessageHead) -> None:
        """Begin a message."""
        self._fresh = True
        super().start(head)

    def taker(self, loop: str, tag: str) -> Take | None:
        """Return what takes the segments of one tag; None for those that change nothing."""
        return self._charge if tag == CHARGE else super().taker(loop, tag)

    def segment(self, segment: Segment) -> None:
        """Take the next segment."""
        if segment.tag == CHARGE:
            self._charge(segment)
        else:
            super().segment(segment)

    def _charge(self, segment: Segment) -> None:
        """Make a line; no later segment can add to it."""
        rule, level = self._rule, self._level
        if rule is None or level is None or self.sources is not None:
            super().segment(segment)
            return
        while len(self._frames) > 1:
            self._close()
        if self._fresh:
            self._begin(cast("Marked", segment))
        frame, cut = Frame(level, segment), cast("CutSegment", segment)
        sent = self._fill(rule, frame, cut)
        plan = rule.plans[sent]
        if plan.left or plan.left_parts:
            keep_rest(self._building, cut, plan.left, plan.left_parts)
        self._build(frame)

    def _begin(self, segment: Marked) -> None:
        """Forget what is known if it was taken apart with other delimiters."""
        self._fresh = False
        marked = (segment.marks, segment.codec)
        if marked != self._marked:
            self._marked = marked
            self._columns.clear()
            self._known.clear()

    def _fill(self, rule: Handler, frame: Frame, segment: CutSegment) -> int:
        """Fill a line with what is known of its fields; return how many elements were sent."""
        elements, values = segment.elements, frame.values
        sent = len(elements)
        for column in self._columns.get(sent) or self._arranged(rule, sent):
            name, element, more, known, _ = column
            text: Text = elements[element]
            if more:
                text = (elements[element], *[elements[one] for one in more])
            value = known.get(text, NEW)
            if value is NEW:
                self._read(column, text, frame, segment)
            elif value is not None:
                values[name] = value
        return sent

    def _arranged(self, rule: Handler, sent: int) -> tuple[Column, ...]:
        """Return the columns of a line of which so many elements were sent, its tag counted."""
        columns = tuple(self._column(one, sent) for one in rule.fills if one.least < sent)
        if len(self._columns) < MOST_WIDTHS:
            self._columns[sent] = columns
        return columns

    def _column(self, fill: Fill, sent: int) -> Column:
        read = sorted({path.element for path in fill.paths if path.element < sent})
        element, *more = read or [0]  # none of them was sent: it is what the map says of that
        known = self._known.setdefault((fill.name, *map(str, (element, *more))), {})
        return Column(fill.name, element, tuple(more), known, fill.step)

    def _read(self, column: Column, text: Text, frame: Frame, segment: CutSegment) -> None:
        """Have the map read a field that is new; remember what came of it."""
        building, known = self._building, column.known
        found = len(building.findings)
        column.step(building, frame, segment)
        if found < len(building.findings) or found >= MAX_FINDINGS:
            return
        if len(known) < MOST_KNOWN and sum(map(len, text)) <= LONGEST:
            known[text] = frame.values.get(column.name)


def line_rule(map_: Map) -> Handler | None:
    """Return the rule for FT1 of a map in which it is the only one, and says all of a line."""
    dispatch = map_.rules.get(DOCUMENT, {}).get(CHARGE)
    if dispatch is None or dispatch.read is not None or len(dispatch.others) != 1:
        return None
    rule = dispatch.others[0]
    level = map_.levels.get(rule.opens)
    alone = all(CHARGE not in (one.holds or ()) for one in map_.levels.values())
    plain = not rule.tests and all(one.put is not None for one in rule.fills)
    if level is None or level.shape is None or map_.rules.get(rule.opens) or not (alone and plain):
        return None
    return rule
