"""997 and 999: what AK9 says of the group is what AK2 to IK5 say of its sets.

A 997 need not name the sets that were accepted, and no answer can name a set whose ST is unusable
(RFI 1339): where fewer sets are named than AK903 counts, AK904 has to lie between those named as
accepted and those not named as refused. A group that is refused as a whole accepts no set.
Spec: elements 715, 97, 123 and 2 of AK9; 005010X231A1 and set 997 of 004010.
"""

from acktrail.formats.x12 import rules
from acktrail.formats.x12.amounts import amount
from acktrail.formats.x12.balance.watch import Balance
from acktrail.formats.x12.segment import SetSegment
from acktrail.model import Place, Rule

ACCEPTED = frozenset({"A", "E"})  # elements 715 and 717
REFUSED = "R"


class ReceiptBalance(Balance):
    """AK9 against the sets above it."""

    def __init__(self) -> None:
        super().__init__()
        self.watches = {
            "AK2": self._named,
            "AK5": self._judged,
            "IK5": self._judged,
            "AK9": self._closing,
        }
        self._sets = 0
        self._accepted = 0
        self._refused = 0

    def finish(self) -> list[tuple[Rule, Place]]:
        """Everything was judged at AK9, the last segment."""
        return self.found

    def _named(self, _segment: SetSegment) -> None:
        self._sets += 1

    def _judged(self, segment: SetSegment) -> None:
        accepted = segment.get(1) in ACCEPTED
        self._accepted += accepted
        self._refused += not accepted

    def _closing(self, segment: SetSegment) -> None:
        said = segment.get(1)
        declared, received, accepted = (amount(segment.elements, n) for n in (2, 3, 4))
        if received < self._sets:
            self.note(rules.RECEIPT_NAMED, segment, 3)
        least = 0 if said == REFUSED else self._accepted
        most = 0 if said == REFUSED else received - self._refused
        if not least <= accepted <= most:
            self.note(rules.RECEIPT_ACCEPTED, segment, 4)
        if said in ACCEPTED and declared != received:
            self.note(rules.RECEIPT_DECLARED, segment, 2)
        if said in ACCEPTED and self._refused:
            self.note(rules.RECEIPT_VERDICT, segment, 1)
