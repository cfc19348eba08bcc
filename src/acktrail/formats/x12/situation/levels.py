"""HL: a level stands under one that is open, and says whether others stand under it.

Spec: X12.22, HL02 and HL04 (elements 734 and 736).
"""

from acktrail.formats.x12.segment import SetSegment
from acktrail.formats.x12.situation import checks
from acktrail.formats.x12.situation.watch import Emit, Situation

HAS_CHILDREN, NO_CHILDREN = "1", "0"
DEPENDENT = "23"
SUBSCRIBER_CLAIMS = "2200D"


class LevelRules(Situation):
    """HL02 and HL04 against the levels that are there.

    HL01 counts through the set and levels come depth first, so a parent that is known and not open
    belongs to another branch: the file itself says two things of whose data this is.
    """

    def __init__(self, emit: Emit) -> None:
        super().__init__(emit)
        self.watches = {"HL": self._level}
        self._open: list[str] = []  # numbers, outermost first; as deep as levels are
        self._last: SetSegment | None = None

    def finish(self) -> None:
        """Judge the last level: nothing stands under it."""
        self._judge_children("")

    def _level(self, segment: SetSegment) -> None:
        parent = segment.sent(2)
        self._judge_children(parent)
        if not parent:
            self._open = []
        elif parent in self._open:
            del self._open[self._open.index(parent) + 1 :]
        elif parent.isascii() and parent.isdigit() and int(parent) < segment.position:
            self.note(checks.OPEN_PARENT, segment, 2)
        self._open.append(segment.sent(1))
        self._last = segment

    def _judge_children(self, parent: str) -> None:
        if self._last is None:
            return
        follows = parent != "" and parent == self._last.sent(1)
        if self._last.sent(4) == (NO_CHILDREN if follows else HAS_CHILDREN):
            self.note(checks.CHILDREN, self._last, 4)


class TrackingRules(Situation):
    """276 and 277: claims are asked for at the patient's level only."""

    def __init__(self, emit: Emit) -> None:
        super().__init__(emit)
        self.watches = {"HL": self._level, "TRN": self._trace}
        self._trn: SetSegment | None = None

    def _level(self, segment: SetSegment) -> None:
        if segment.sent(3) == DEPENDENT and self._trn is not None:
            self.note(checks.TRACKING, self._trn)
        self._trn = None

    def _trace(self, segment: SetSegment) -> None:
        if segment.loop == SUBSCRIBER_CLAIMS:
            self._trn = segment
