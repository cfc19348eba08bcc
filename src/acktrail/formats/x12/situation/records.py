"""835 and 834: elements of one segment whose values depend on each other.

Spec: 005010X221 BPR04 to BPR15, 005010X220 INS01 and INS02, as payers' public guides repeat them.
"""

from acktrail.formats.x12.segment import SetSegment
from acktrail.formats.x12.situation import checks
from acktrail.formats.x12.situation.watch import Emit, Situation

ELECTRONIC = frozenset({"ACH", "BOP", "FWT"})
ACCOUNTS = (6, 7, 8, 9, 10, 12, 13, 14, 15)
NO_PAYMENT = "NON"
YES = "Y"
SELF = "18"


class PaymentRules(Situation):
    """How an 835 pays."""

    def __init__(self, emit: Emit) -> None:
        super().__init__(emit)
        self.watches = {"BPR": self._payment}

    def _payment(self, segment: SetSegment) -> None:
        method = segment.sent(4)
        lacking = [n for n in ACCOUNTS if not segment.get(n)]
        if method in ELECTRONIC and lacking:
            self.note(checks.BANK_ACCOUNT, segment, lacking[0])
        if method == NO_PAYMENT and segment.sent(2).strip("0."):
            self.note(checks.NO_PAYMENT, segment, 4)


class MemberRules(Situation):
    """Who a member of an 834 is."""

    def __init__(self, emit: Emit) -> None:
        super().__init__(emit)
        self.watches = {"INS": self._member}

    def _member(self, segment: SetSegment) -> None:
        if (segment.sent(1) == YES) != (segment.sent(2) == SELF):
            self.note(checks.RELATIONSHIP, segment, 2)
