"""What messages with like headers have in common, worked out once a file.

The headers that one sender sends of one type differ in time, security, control id and sequence
number only, and most of his messages are made of the same segments in the same order. What follows
from the rest of a header is an outline; what follows from the names of the segments is a plan.
"""

from acktrail.formats.hl7.agreement import Apart, is_amiss, look_alone
from acktrail.formats.hl7.delimiters import Delimiters
from acktrail.formats.hl7.functional import answer_type
from acktrail.formats.hl7.guides import Choice, Guide, Guides
from acktrail.formats.hl7.header import (
    ACKNOWLEDGEMENTS,
    ANSWER_VERSION,
    Header,
    answer_version,
    header_faults,
    is_agreed,
    is_subscribed,
    read_header,
)
from acktrail.formats.hl7.message import is_segment
from acktrail.formats.hl7.patterns import ANY_LINE, NO_LINE, LinePattern, Match
from acktrail.formats.hl7.settings import Settings
from acktrail.formats.hl7.structure import Walk
from acktrail.ports import Bind, Take

CHARGE = "FT1"
FRAGMENTS = frozenset({"ADD", "DSC"})
_ANSWERED = "MSA"  # the message answers one itself
_TEST = frozenset({"T", "D"})  # training, debugging: table 0103
_TIME, _SECURITY, _CONTROL, _SEQUENCE = 6, 7, 9, 12  # of MSH cut: MSH-1 is the separator itself
_LEAST = 12  # pieces of a header that reaches to MSH-12
_LONGEST = 400  # characters of a header that is remembered
_MOST_OUTLINES = 256
_MOST_SEGMENTS = 1 << 16  # in all plans that are remembered
_LONGEST_PLAN = 1024
_MOST_BINDS = 8  # of one plan

Tags = tuple[str, ...]


class Plan:
    """What the names of a message's segments tell of it."""

    __slots__ = (
        *("_takers", "apart", "charges", "cold", "facts", "guide"),
        *("matches", "paddings", "settled", "tags", "walk"),
    )

    def __init__(self, tags: Tags, walk: Walk, guide: str, facts: dict[str, str]) -> None:
        self.tags = tuple([tag if is_segment(tag) else "" for tag in tags])  # other text is data
        self.walk = walk
        self.guide = guide  # structure and version
        self.facts = facts  # one table for all messages: nobody writes into it
        self.settled = False  # nothing is to be said but of what single lines hold
        self.matches: list[Match] = []  # what tells each line, padded, without any fault
        self.paddings: list[str] = []
        self.cold: Tags = ()  # segments that have no pattern yet
        self.apart: list[tuple[int, Apart]] = []  # what is to be told of lines beside patterns
        self.charges = [index for index, tag in enumerate(tags) if tag == CHARGE]
        self._takers: dict[Bind, list[tuple[int, Take]]] = {}

    def arm(self, lines: list[LinePattern]) -> None:
        """Set the patterns of all lines."""
        self.matches = [line.match for line in lines]
        self.paddings = [line.padding for line in lines]

    def takers(self, bind: Bind) -> list[tuple[int, Take]]:
        """Return what takes the segments that anybody wants, with their numbers from 0."""
        known = self._takers.get(bind)
        if known is None:
            places = zip(self.walk.loops, self.tags, strict=True)
            asked = [(index, bind(*place)) for index, place in enumerate(places)]
            known = [(index, take) for index, take in asked if take is not None]
            if len(self._takers) < _MOST_BINDS:
                self._takers[bind] = known
        return known


class Outline:
    """What follows from a header without MSH-7, 8, 10 and 13."""

    def __init__(self, header: Header, codec: str, guide: Guide | None, settings: Settings) -> None:
        self.header = header
        self.type = header.type
        self.sender, self.receiver = header.party(3), header.party(5)
        self.test = header.processing in _TEST
        self.guide = guide
        self.agreed = settings.agreed_on(header.type, header.kind)
        self.used = settings.used_by(header.type, header.kind)
        self.subscribed = is_subscribed(header, settings) or not header.complete
        self.faults = tuple(header_faults(header, guide, settings))
        self.choice = self._choose(settings)
        self.plans: dict[Tags, Plan] = {}
        self._apart_rows = guide.patterns(self.agreed).apart if guide else {}
        self._apart = {tag: Apart(rows, header.marks) for tag, rows in self._apart_rows.items()}
        known = guide is not None and is_agreed(header.version, settings)
        self._answered_in = "" if known else answer_version(settings)
        self._codec = codec
        self.functional = settings.functional and known and answer_type(header) is not None

    def _choose(self, settings: Settings) -> Choice:
        """Return the structure of the event."""
        if self.guide is None:
            return Choice()
        agreed = settings.structure_for.get(self.type, "")
        return self.guide.choose(self.header.structure, self.type, agreed)

    def facts(self, tags: Tags) -> dict[str, str]:
        """Return what the answer needs; a message that answers one is never answered."""
        if not self.header.sent:
            return {}
        answers = self.header.kind in ACKNOWLEDGEMENTS or _ANSWERED in tags
        facts = self.header.facts(self._codec, answerable=not answers)
        return facts | {ANSWER_VERSION: self._answered_in} if self._answered_in else facts

    def planned(self, tags: Tags) -> Plan:
        """Make the plan of messages with these segments."""
        guide = self.guide.label(self.choice.name) if self.guide else ""
        plan = Plan(tags, self._walk(tags), guide, self.facts(tags))
        self.warm(plan)
        walk, choice = plan.walk, self.choice
        told = self.faults or walk.strays or walk.missing or not (choice.name and choice.by_message)
        plan.settled = not (told or self._wants_more(tags))
        plan.apart = [(at, self._apart[tag]) for at, tag in enumerate(tags) if tag in self._apart]
        return plan

    def unread(self, tags: Tags) -> Plan:
        """Make the plan of a message that is not looked into."""
        guide = self.guide.label("") if self.guide else ""
        return Plan(tags, Walk([""] * len(tags), [], []), guide, self.facts(tags))

    def warm(self, plan: Plan) -> None:
        """Give the lines of a plan the patterns that their segments have by now."""
        if self.guide is None:
            plan.arm([ANY_LINE] * len(plan.tags))
            return
        patterns = self.guide.patterns(self.agreed)
        found = [(tag, patterns.line(tag)) for tag in plan.tags]
        if self.header.marks.plain:
            plan.arm([line or NO_LINE for _, line in found])
            plan.cold = tuple([tag for tag, line in found if line is None])
        else:
            plan.arm([line if line is ANY_LINE else NO_LINE for _, line in found])

    def count(self, plan: Plan) -> None:
        """Count the lines that have no pattern: a segment that is seen often gets its own."""
        if self.guide and self.guide.patterns(self.agreed).count(plan.cold):
            self.warm(plan)

    def _walk(self, tags: Tags) -> Walk:
        if self.guide is None or not self.choice.name:
            return Walk([""] * len(tags), [(at, ()) for at in range(1, len(tags))], [])
        return self.guide.structure(self.choice.name).walk(tags)

    def _wants_more(self, tags: Tags) -> bool:
        """Tell whether more is to be judged than each line for itself."""
        apart = (rows for tag, rows in self._apart_rows.items() if tag in tags)
        whole = (row for _, rows in self.agreed for row in rows if not row.path.field)
        return (
            not FRAGMENTS.isdisjoint(tags)
            or not all(map(look_alone, apart))
            or any(is_amiss(row, tags.count(row.path.segment)) for row in whole)
        )


class Outlines:
    """The outlines and plans of one file; as many are remembered as fit."""

    def __init__(self, guides: Guides, settings: Settings) -> None:
        self._guides = guides
        self._settings = settings
        self._known: dict[tuple[str, str], Outline] = {}
        self._segments = 0  # of all plans

    def place(self, line: str, marks: Delimiters, codec: str) -> tuple[Outline, str, str] | None:
        """Return outline, MSH-7 and MSH-10 of a header; ``None`` if it ends before MSH-12."""
        parts = line.split(marks.field, _SEQUENCE + 1)
        if len(parts) < _LEAST:
            return None
        time, control = parts[_TIME], parts[_CONTROL]
        parts[_TIME] = parts[_SECURITY] = parts[_CONTROL] = ""
        if len(parts) > _SEQUENCE:
            parts[_SEQUENCE] = ""
        rest = marks.field.join(parts)
        outline = self._known.get((codec, rest))
        if outline is None:
            header = read_header(rest, marks)
            guide = self._guides.version(header.version)
            outline = Outline(header, codec, guide, self._settings)
            if len(rest) <= _LONGEST:
                self._make_room(len(self._known) >= _MOST_OUTLINES)
                self._known[codec, rest] = outline
        return outline, time, control

    def plan(self, outline: Outline, tags: Tags) -> Plan:
        """Return the plan of a message."""
        plan = outline.plans.get(tags)
        if plan is None:
            plan = outline.planned(tags)
            if len(tags) <= _LONGEST_PLAN and all(plan.tags):  # no text that is no segment's name
                self._make_room(self._segments + len(tags) > _MOST_SEGMENTS)
                self._segments += len(tags)
                outline.plans[tags] = plan
        if plan.cold:
            outline.count(plan)
        return plan

    def _make_room(self, full: bool) -> None:  # noqa: FBT001
        """Forget all outlines and plans when they are too many."""
        if full:
            self._known.clear()
            self._segments = 0
