"""835: service, claim and payment agree; a positive adjustment lowers the payment.

Spec: 005010X221 section 1.10.2 as quoted in X12 RFI 2601, 2548, 222 and 264.
"""

from acktrail.formats.x12 import rules
from acktrail.formats.x12.amounts import Hundredths, cents, in_cents, total_cents
from acktrail.formats.x12.balance.watch import Balance
from acktrail.formats.x12.segment import SetSegment
from acktrail.model import Place, Rule

CAS_AMOUNTS = (3, 6, 9, 12, 15, 18)
PLB_AMOUNTS = (4, 6, 8, 10, 12, 14)
ONE_CAS = (4, 5)  # tag and one adjustment, with its quantity
PAID = 3  # SVC03
REVERSAL = "22"
PATIENT = "PR"
PROCEDURE = "HC"


class RemittanceBalance(Balance):
    """Service within claim within payment; a claim is judged once it is whole."""

    def __init__(self) -> None:
        super().__init__()
        self._held: list[SetSegment] = []  # of the open claim, CLP first
        hold = self._held.append
        self.watches = {
            "BPR": self._payment,
            "CLP": self._claim,
            "CAS": hold,
            "MIA": hold,
            "SVC": hold,
            "PLB": self._provider_adjustment,
        }
        self._bpr: SetSegment | None = None
        self._paid: Hundredths = 0  # of all claims less all PLB

    def finish(self) -> list[tuple[Rule, Place]]:
        """Judge the last claim and the payment."""
        self._close_claim()
        if self._bpr is not None:
            payment = in_cents(self._bpr.elements, 2)
            if payment != self._paid:
                self.note(rules.REMIT_PAYMENT, self._bpr, 2)
            if payment < 0:
                self.note(rules.REMIT_NEGATIVE, self._bpr, 2)
        return self.found

    def _payment(self, segment: SetSegment) -> None:
        self._bpr = segment

    def _claim(self, segment: SetSegment) -> None:
        self._close_claim()
        self._held.append(segment)

    def _provider_adjustment(self, segment: SetSegment) -> None:
        self._close_claim()
        elements = segment.elements
        self._paid -= total_cents(elements, PLB_AMOUNTS)
        for place in PLB_AMOUNTS:
            if place < len(elements) and elements[place] and not cents[elements[place]]:
                self.note(rules.REMIT_PLB_ZERO, segment, place)

    def _close_claim(self) -> None:
        if self._held:
            claim, *parts = self._held
            self._held.clear()
            self._judge(claim, parts)

    def _judge(self, claim: SetSegment, parts: list[SetSegment]) -> None:
        """Compare a claim with its services, and each service with its adjustments."""
        amounts = cents
        adjusted: Hundredths = 0  # of the claim with its services
        patient: Hundredths = 0
        lines: Hundredths = 0
        left: Hundredths = 0  # of the open service's charge less what is paid and adjusted
        service, professional = None, True
        for segment in parts:
            elements = segment.elements
            tag = elements[0]
            if tag == "CAS":
                # most hold one adjustment
                one = len(elements) in ONE_CAS
                lowered = amounts[elements[3]] if one else total_cents(elements, CAS_AMOUNTS)
                adjusted += lowered
                left -= lowered
                if elements[1] == PATIENT:
                    patient += lowered
            elif tag == "SVC":
                if left and service is not None:
                    self.note(rules.REMIT_SERVICE, service, 3)
                service, charged = segment, amounts[elements[2]]
                left = charged - (amounts[elements[3]] if len(elements) > PAID else 0)
                lines += charged
                professional = professional and elements[1].startswith(PROCEDURE)
            else:
                professional = False  # MIA: inpatient
        if left and service is not None:
            self.note(rules.REMIT_SERVICE, service, 3)
        if not (professional and service is not None):
            lines = in_cents(claim.elements, 3)
        self._judge_claim(claim, adjusted, patient, lines)

    def _judge_claim(
        self, claim: SetSegment, adjusted: Hundredths, patient: Hundredths, lines: Hundredths
    ) -> None:
        elements = claim.elements
        charge, paid = in_cents(elements, 3), in_cents(elements, 4)
        self._paid += paid
        if charge - adjusted != paid:
            self.note(rules.REMIT_CLAIM, claim, 4)
        if lines != charge:
            self.note(rules.REMIT_LINES, claim, 3)
        # RFI 2548: CLP05 is no part of balancing, and a reversal need not repeat it
        if elements[2] != REVERSAL and in_cents(elements, 5) != patient:
            self.note(rules.REMIT_PATIENT, claim, 5)
