"""277CA: what a level says was accepted and rejected is what the claims below it say.

Only what was sent is compared, and only where there are claims below: a batch that is refused as
a whole lists none.
Spec: 005010X214, QTY and AMT of loops 2200B and 2200C.
"""

from decimal import Decimal

from acktrail.formats.x12 import rules
from acktrail.formats.x12.amounts import ZERO, add, amount
from acktrail.formats.x12.balance.watch import Balance
from acktrail.formats.x12.segment import SetSegment
from acktrail.model import Place, Rule

BATCH, PROVIDER, CLAIM = "2200B", "2200C", "2200D"
ACTIONS = {"WQ": 0, "U": 1}  # STC03: accepted, rejected
COUNTS = {"90": 0, "AA": 1, "QA": 0, "QC": 1}  # QTY01
AMOUNTS = {"YU": 0, "YY": 1}  # AMT01
STC03 = 3


class Level:
    """A batch or provider: what it says, and what its claims add up to."""

    __slots__ = ("amounts", "counts", "said")

    def __init__(self) -> None:
        self.counts = [Decimal(0), Decimal(0)]  # accepted, rejected
        self.amounts = [ZERO, ZERO]
        self.said: list[SetSegment] = []

    def wrong(self) -> list[SetSegment]:
        """Return the totals that do not agree."""
        if not any(self.counts):
            return []
        return [one for one in self.said if amount(one.elements, 2) != self._right(one)]

    def _right(self, segment: SetSegment) -> Decimal:
        code = segment.elements[1]
        return self.counts[COUNTS[code]] if code in COUNTS else self.amounts[AMOUNTS[code]]


class AnswerBalance(Balance):
    """Claims within provider within batch."""

    def __init__(self) -> None:
        super().__init__()
        self.watches = {
            "TRN": self._open,
            "STC": self._statement,
            "QTY": self._said,
            "AMT": self._said,
        }
        self._levels: dict[str, Level] = {}  # by loop
        self._claim_open = False  # and its first STC not seen yet

    def finish(self) -> list[tuple[Rule, Place]]:
        """Judge the levels that are open."""
        self._close(PROVIDER)
        self._close(BATCH)
        return self.found

    def _open(self, segment: SetSegment) -> None:
        loop = segment.loop
        self._claim_open = loop == CLAIM
        if loop in (BATCH, PROVIDER):
            self._close(PROVIDER)
            self._close(loop)
            self._levels[loop] = Level()

    def _statement(self, segment: SetSegment) -> None:
        """The first STC of a claim says what became of it and how much it is."""
        elements = segment.elements
        if not self._claim_open or segment.loop != CLAIM or len(elements) <= STC03:
            return
        self._claim_open = False
        action = ACTIONS.get(elements[STC03])
        if action is None:
            return
        for level in self._levels.values():
            level.counts[action] += 1
            level.amounts[action] = add(level.amounts[action], amount(elements, 4))

    def _said(self, segment: SetSegment) -> None:
        code = segment.elements[1]
        if segment.loop in self._levels and (code in COUNTS or code in AMOUNTS):
            self._levels[segment.loop].said.append(segment)

    def _close(self, loop: str) -> None:
        level = self._levels.pop(loop, None)
        if level is not None:
            for segment in level.wrong():
                self.note(rules.ANSWER_TOTALS, segment, 2)
