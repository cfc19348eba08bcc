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
LINE_LOOP = "2430"
OTHER_PAYER = ("2320SBR", "2320CAS", "2320AMT", "2330BNM1", "2430SVD", "2430CAS")
PLACES = ("CLM", *CHARGE_PLACES, *OTHER_PAYER)
TAGS = frozenset({"CLM", *CHARGE_PLACES, *(place[-3:] for place in OTHER_PAYER)})
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
    """Line within claim; other payers beside. What is watched is held and summed block by block."""

    def __init__(self) -> None:
        super().__init__()
        self._held: list[SetSegment] = []
        self.watches = dict.fromkeys(PLACES, self._held.append)
        self._clm: SetSegment | None = None
        self._sum: Hundredths = 0
        self._charged: Hundredths = 0  # by the open line
        self._payers: list[OtherPayer] = []
        # of the open line by payer: its last SVD, what was paid and adjusted
        self._judged: dict[str, tuple[SetSegment, Hundredths]] = {}
        self._svd = ""

    def sums(self, tag: str) -> bool:
        """Tell whether segments of this id take part, whatever their loop."""
        return tag in TAGS

    def settle(self) -> None:
        """Sum up what is held."""
        for segment in self._held:
            elements = segment.elements
            tag = elements[0]
            if tag in CHARGE_PLACES:
                self._close_line()
                self._charged = in_cents(elements, CHARGE_PLACES[tag])
                self._sum += self._charged
            elif tag == "CLM":
                self._close_claim()
                self._clm = segment
            else:
                self._other_payer(tag, segment)
        self._held.clear()

    def finish(self) -> list[tuple[Rule, Place]]:
        """Judge the last claim."""
        self.settle()
        self._close_claim()
        return self.found

    def _other_payer(self, tag: str, segment: SetSegment) -> None:
        """Take what another payer did: SBR, NM1, AMT and CAS of a claim, SVD and CAS of a line."""
        elements = segment.elements
        match tag:
            case "SBR":
                self._payers.append(OtherPayer())
            case "SVD":
                self._adjudication(segment)
            case "CAS" if segment.loop == LINE_LOOP:
                self._line_adjustment(total_cents(elements, CAS_AMOUNTS))
            case _ if not self._payers:
                pass
            case "CAS":
                self._payers[-1].adjusted += total_cents(elements, CAS_AMOUNTS)
            case "NM1" if len(elements) > NM109:
                self._payers[-1].id = elements[NM109]
            case "AMT" if elements[1] == PAID:
                self._payers[-1].paid = segment

    def _line_adjustment(self, lowered: Hundredths) -> None:
        if self._svd in self._judged:
            svd, whole = self._judged[self._svd]
            self._judged[self._svd] = (svd, whole + lowered)
            for payer in self._of(self._svd):
                payer.line_adjusted += lowered

    def _adjudication(self, segment: SetSegment) -> None:
        """Several SVD of one payer in a line are a line that it unbundled: they are summed."""
        self._svd = segment.elements[1]
        paid = in_cents(segment.elements, 2)
        before = self._judged.get(self._svd)
        self._judged[self._svd] = (segment, paid if before is None else before[1] + paid)
        for payer in self._of(self._svd):
            payer.lines += 1
            payer.line_paid += paid

    def _of(self, number: str) -> list[OtherPayer]:
        return [payer for payer in self._payers if payer.id == number][:1]

    def _close_line(self) -> None:
        if self._judged:
            for svd, whole in self._judged.values():
                if whole != self._charged:
                    self.note(rules.CLAIM_COB_LINE, svd, 2)
            self._judged = {}

    def _close_claim(self) -> None:
        """Judge the open claim, if there is one, and forget it."""
        self._close_line()
        claim, self._clm = self._clm, None
        if claim is not None:
            charge = in_cents(claim.elements, 2)
            if charge != self._sum:
                self.note(rules.CLAIM_CHARGE, claim, 2)
            for payer in self._payers:
                if payer.paid is not None:
                    self._judge(payer, payer.paid, charge)
        self._sum, self._payers = 0, []

    def _judge(self, payer: OtherPayer, segment: SetSegment, charge: Hundredths) -> None:
        paid = in_cents(segment.elements, 2)
        explained = paid + payer.adjusted + payer.line_adjusted
        if explained != charge:
            self.note(rules.CLAIM_COB, segment, 2)
        if payer.lines and paid != payer.line_paid - payer.adjusted:
            self.note(rules.CLAIM_COB_PAID, segment, 2)
