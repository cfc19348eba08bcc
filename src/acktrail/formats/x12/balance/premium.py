"""820: the payment is what is paid for each invoice or person, with its adjustments.

834: the counts of the heading are those of the members.
Spec: 005010X218, BPR02, RMR04 and ADX01; 005010X220, QTY of the heading.
"""

from acktrail.formats.x12 import rules
from acktrail.formats.x12.amounts import ZERO, add, amount
from acktrail.formats.x12.balance.watch import Balance
from acktrail.formats.x12.segment import SetSegment
from acktrail.model import Place, Rule

SUBSCRIBER = "Y"  # INS01


class PremiumBalance(Balance):
    """BPR02 of an 820 is the sum of RMR04 and, signed as they are, of ADX01."""

    def __init__(self) -> None:
        super().__init__()
        self.watches = {"BPR": self._payment, "RMR": self._paid, "ADX": self._adjusted}
        self._bpr: SetSegment | None = None
        self._sum = ZERO

    def finish(self) -> list[tuple[Rule, Place]]:
        """Compare the payment."""
        if self._bpr is not None and amount(self._bpr.elements, 2) != self._sum:
            self.note(rules.PREMIUM_PAYMENT, self._bpr, 2)
        return self.found

    def _payment(self, segment: SetSegment) -> None:
        self._bpr = segment

    def _paid(self, segment: SetSegment) -> None:
        self._sum = add(self._sum, amount(segment.elements, 4))

    def _adjusted(self, segment: SetSegment) -> None:
        self._sum = add(self._sum, amount(segment.elements, 1))


class MemberCount(Balance):
    """QTY of an 834 counts members: TO all, ET subscribers, DT dependents."""

    def __init__(self) -> None:
        super().__init__()
        self.watches = {"QTY": self._said, "INS": self._member}
        self._counts = {"TO": 0, "ET": 0, "DT": 0}
        self._told: list[SetSegment] = []

    def finish(self) -> list[tuple[Rule, Place]]:
        """Compare the counts that were sent."""
        for segment in self._told:
            if amount(segment.elements, 2) != self._counts[segment.elements[1]]:
                self.note(rules.MEMBER_COUNT, segment, 2)
        return self.found

    def _said(self, segment: SetSegment) -> None:
        if segment.elements[1] in self._counts:
            self._told.append(segment)

    def _member(self, segment: SetSegment) -> None:
        self._counts["TO"] += 1
        self._counts["ET" if segment.elements[1] == SUBSCRIBER else "DT"] += 1
