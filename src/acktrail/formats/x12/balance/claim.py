"""837: lines make up the claim, and what each other payer paid and adjusted makes up both.

Spec: 005010X222 section 1.4.4 as quoted in X12 RFI 1294, 1115 and 1555. Of the AMT segments only
AMT*D takes part.
"""

from acktrail.formats.x12 import rules
from acktrail.formats.x12.amounts import Hundredths, in_cents, total_cents
from acktrail.formats.x12.balance.remittance import CAS_AMOUNTS
from acktrail.formats.x12.balance.watch import Balance
from acktrail.formats.x12.segment import SetSegment
from acktrail.model import Place, Rule

CHARGE_PLACES = {"SV1": 2, "SV2": 3, "SV3": 2}
PAYER_LOOP, PAYER_NAME_LOOP, LINE_LOOP = "2320", "2330B", "2430"
PAID = "D"
NM109 = 9


class OtherPayer:
    """What one other payer did, at the claim and in its lines."""

    __slots__ = ("adjusted", "id", "line_adjusted", "line_paid", "lines", "paid")

    def __init__(self) -> None:
        self.id = ""
        self.paid: SetSegment | None = None  # AMT*D
        self.adjusted: Hundredths = 0
        self.lines = 0
        self.line_paid: Hundredths = 0
        self.line_adjusted: Hundredths = 0


class ClaimBalance(Balance):
    """Line within claim; other payers beside."""

    def __init__(self) -> None:
        super().__init__()
        self.watches = {
            "CLM": self._claim,
            "SBR": self._payer,
            "NM1": self._name,
            "AMT": self._amount,
            "CAS": self._adjustment,
            "SV1": self._line,
            "SV2": self._line,
            "SV3": self._line,
            "SVD": self._adjudication,
        }
        self._clm: SetSegment | None = None
        self._sum: Hundredths = 0
        self._charged: Hundredths = 0  # by the open line
        self._payers: list[OtherPayer] = []
        # of the open line by payer: its last SVD, what was paid and adjusted
        self._judged: dict[str, tuple[SetSegment, Hundredths]] = {}
        self._svd = ""

    def finish(self) -> list[tuple[Rule, Place]]:
        """Judge the last claim."""
        self._close_claim()
        return self.found

    def _claim(self, segment: SetSegment) -> None:
        self._close_claim()
        self._clm = segment
        self._sum = 0
        self._payers = []

    def _payer(self, segment: SetSegment) -> None:
        if segment.loop == PAYER_LOOP:
            self._payers.append(OtherPayer())
        else:
            self._close_claim()

    def _name(self, segment: SetSegment) -> None:
        elements = segment.elements
        if segment.loop == PAYER_NAME_LOOP and self._payers and len(elements) > NM109:
            self._payers[-1].id = elements[NM109]

    def _amount(self, segment: SetSegment) -> None:
        if segment.loop == PAYER_LOOP and segment.elements[1] == PAID and self._payers:
            self._payers[-1].paid = segment

    def _adjustment(self, segment: SetSegment) -> None:
        lowered = total_cents(segment.elements, CAS_AMOUNTS)
        if segment.loop == PAYER_LOOP and self._payers:
            self._payers[-1].adjusted = self._payers[-1].adjusted + lowered
        elif segment.loop == LINE_LOOP and self._svd in self._judged:
            svd, whole = self._judged[self._svd]
            self._judged[self._svd] = (svd, whole + lowered)
            for payer in self._of(self._svd):
                payer.line_adjusted = payer.line_adjusted + lowered

    def _line(self, segment: SetSegment) -> None:
        self._close_line()
        self._charged = in_cents(segment.elements, CHARGE_PLACES[segment.elements[0]])
        self._sum = self._sum + self._charged

    def _adjudication(self, segment: SetSegment) -> None:
        """Several SVD of one payer in a line are a line that it unbundled: they are summed."""
        self._svd = segment.elements[1]
        paid = in_cents(segment.elements, 2)
        before = self._judged.get(self._svd)
        self._judged[self._svd] = (segment, paid if before is None else before[1] + paid)
        for payer in self._of(self._svd):
            payer.lines += 1
            payer.line_paid = payer.line_paid + paid

    def _of(self, number: str) -> list[OtherPayer]:
        return [payer for payer in self._payers if payer.id == number][:1]

    def _close_line(self) -> None:
        for svd, whole in self._judged.values():
            if whole != self._charged:
                self.note(rules.CLAIM_COB_LINE, svd, 2)
        if self._judged:
            self._judged = {}
        self._svd = ""

    def _close_claim(self) -> None:
        self._close_line()
        claim, self._clm = self._clm, None
        if claim is None:
            return
        charge = in_cents(claim.elements, 2)
        if charge != self._sum:
            self.note(rules.CLAIM_CHARGE, claim, 2)
        for payer in self._payers:
            if payer.paid is not None:
                self._judge(payer, payer.paid, charge)

    def _judge(self, payer: OtherPayer, segment: SetSegment, charge: Hundredths) -> None:
        paid = in_cents(segment.elements, 2)
        explained = paid + payer.adjusted + payer.line_adjusted
        if explained != charge:
            self.note(rules.CLAIM_COB, segment, 2)
        if payer.lines and paid != payer.line_paid - payer.adjusted:
            self.note(rules.CLAIM_COB_PAID, segment, 2)
