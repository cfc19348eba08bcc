"""The supply chain: line and level counts, and the total of an invoice.

Spec: sets 810, 850, 855 and 856: CTT01; TDS01 has two implied decimals (type N2).
"""

from decimal import ROUND_HALF_UP

from acktrail.formats.x12 import rules
from acktrail.formats.x12.amounts import CENT, EXACT, ZERO, add, amount, implied, multiply, subtract
from acktrail.formats.x12.balance.watch import Balance
from acktrail.formats.x12.segment import SetSegment
from acktrail.model import Place, Rule

ALLOWANCE = "A"
CHARGE = "C"
# IT105: tenfold steps of the number of units that the price is for; other bases are not judged
STEPS = {"": 0, "PE": 0, "EA": 0, "UM": 0, "HP": 2, "HF": 2, "TP": 3, "TF": 3}


class Count(Balance):
    """CTT01 counts the segments of one id."""

    def __init__(self, tag: str, rule: Rule) -> None:
        super().__init__()
        self.watches = {tag: self._line, "CTT": self._count}
        self._rule = rule
        self._lines = 0
        self._ctt: SetSegment | None = None

    def finish(self) -> list[tuple[Rule, Place]]:
        """Compare the count."""
        if self._ctt is not None and amount(self._ctt.elements, 1) != self._lines:
            self.note(self._rule, self._ctt, 1)
        return self.found

    def _line(self, _segment: SetSegment) -> None:
        self._lines += 1

    def _count(self, segment: SetSegment) -> None:
        self._ctt = segment


class InvoiceBalance(Balance):
    """TDS01 of an 810 is the sum of lines, charges less allowances, and taxes."""

    def __init__(self) -> None:
        super().__init__()
        self.watches = {
            "IT1": self._line,
            "SAC": self._charge,
            "TXI": self._tax,
            "TDS": self._total,
            "CTT": self._count,
        }
        self._lines = 0
        self._sum = ZERO
        self._judged = True
        self._tds: SetSegment | None = None
        self._ctt: SetSegment | None = None

    def finish(self) -> list[tuple[Rule, Place]]:
        """Compare total and count."""
        if self._ctt is not None and amount(self._ctt.elements, 1) != self._lines:
            self.note(rules.INVOICE_COUNT, self._ctt, 1)
        if self._tds is not None and self._judged and implied(self._tds.elements, 1) != self._sum:
            self.note(rules.INVOICE_TOTAL, self._tds, 1)
        return self.found

    def _line(self, segment: SetSegment) -> None:
        elements = segment.elements
        self._lines += 1
        steps = STEPS.get(segment.get(5))
        self._judged &= steps is not None
        whole = multiply(amount(elements, 2), amount(elements, 4)).scaleb(-(steps or 0), EXACT)
        self._sum = add(self._sum, whole.quantize(CENT, ROUND_HALF_UP, EXACT))

    def _charge(self, segment: SetSegment) -> None:
        elements = segment.elements
        if elements[1] == CHARGE:
            self._sum = add(self._sum, implied(elements, 5))
        elif elements[1] == ALLOWANCE:
            self._sum = subtract(self._sum, implied(elements, 5))

    def _tax(self, segment: SetSegment) -> None:
        self._sum = add(self._sum, amount(segment.elements, 2))

    def _total(self, segment: SetSegment) -> None:
        self._tds = segment

    def _count(self, segment: SetSegment) -> None:
        self._ctt = segment
