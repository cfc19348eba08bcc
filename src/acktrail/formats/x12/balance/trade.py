"""850 and 810: line counts, and the total of an invoice."""

from decimal import ROUND_HALF_UP

from acktrail.formats.x12 import rules
from acktrail.formats.x12.amounts import CENT, EXACT, ZERO, add, amount, implied, multiply, subtract
from acktrail.formats.x12.balance.watch import Balance
from acktrail.formats.x12.segment import SetSegment
from acktrail.model import Place, Rule

ALLOWANCE = "A"
CHARGE = "C"
PER_UNIT = ("", "PE")  # other bases of price (per hundred, per thousand) are not judged


class OrderCount(Balance):
    """CTT01 of an 850 counts its PO1 segments."""

    def __init__(self) -> None:
        super().__init__()
        self.watches = {"PO1": self._line, "CTT": self._count}
        self._lines = 0
        self._ctt: SetSegment | None = None

    def finish(self) -> list[tuple[Rule, Place]]:
        """Compare the count."""
        if self._ctt is not None and amount(self._ctt.elements, 1) != self._lines:
            self.note(rules.ORDER_COUNT, self._ctt, 1)
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
        self._judged &= segment.get(5) in PER_UNIT
        whole = multiply(amount(elements, 2), amount(elements, 4))
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
