"""835: service, claim and payment agree; a positive adjustment lowers the payment.

Spec: 005010X221 section 1.10.2 as quoted in X12 RFI 2601, 2548, 222 and 264.
"""

from acktrail.formats.x12 import rules
from acktrail.formats.x12.amounts import ZERO, add, amount, number, subtract, total
from acktrail.formats.x12.balance.watch import Balance
from acktrail.formats.x12.segment import SetSegment
from acktrail.model import Place, Rule

CAS_AMOUNTS = (3, 6, 9, 12, 15, 18)
PLB_AMOUNTS = (4, 6, 8, 10, 12, 14)
ONE_CAS = 5  # tag and one adjustment with its quantity
REVERSAL = "22"
PATIENT = "PR"
PROCEDURE = "HC"


class RemittanceBalance(Balance):
    """Service within claim within payment."""

    def __init__(self) -> None:
        super().__init__()
        self.watches = {
            "BPR": self._payment,
            "CLP": self._claim,
            "CAS": self._adjustment,
            "MIA": self._inpatient,
            "SVC": self._service,
            "PLB": self._provider_adjustment,
        }
        self._bpr: SetSegment | None = None
        self._clp: SetSegment | None = None
        self._svc: SetSegment | None = None
        self._paid = ZERO  # of all claims
        self._held = ZERO  # of all PLB
        self._adjusted = ZERO  # of the claim with its services
        self._patient = ZERO
        self._lines = ZERO
        self._charged = ZERO  # by the open service
        self._service_adjusted = ZERO
        self._professional = True

    def finish(self) -> list[tuple[Rule, Place]]:
        """Judge the last claim and the payment."""
        self._close_claim()
        if self._bpr is not None:
            payment = amount(self._bpr.elements, 2)
            if payment != subtract(self._paid, self._held):
                self.note(rules.REMIT_PAYMENT, self._bpr, 2)
            if payment < ZERO:
                self.note(rules.REMIT_NEGATIVE, self._bpr, 2)
        return self.found

    def _payment(self, segment: SetSegment) -> None:
        self._bpr = segment

    def _claim(self, segment: SetSegment) -> None:
        self._close_claim()
        self._clp = segment
        self._adjusted = self._patient = self._lines = ZERO
        self._professional = True
        self._paid = add(self._paid, amount(segment.elements, 4))

    def _inpatient(self, _segment: SetSegment) -> None:
        self._professional = False

    def _service(self, segment: SetSegment) -> None:
        self._close_service()
        self._svc = segment
        self._service_adjusted = ZERO
        elements = segment.elements
        self._charged = number(elements[2])
        self._lines = add(self._lines, self._charged)
        self._professional &= elements[1].startswith(PROCEDURE)

    def _adjustment(self, segment: SetSegment) -> None:
        elements = segment.elements
        # most CAS hold one adjustment
        lowered = total(elements, CAS_AMOUNTS) if len(elements) > ONE_CAS else number(elements[3])
        if self._svc is None:
            self._adjusted = add(self._adjusted, lowered)
        else:
            self._service_adjusted = add(self._service_adjusted, lowered)
        if elements[1] == PATIENT:
            self._patient = add(self._patient, lowered)

    def _provider_adjustment(self, segment: SetSegment) -> None:
        self._close_claim()
        elements = segment.elements
        self._held = add(self._held, total(elements, PLB_AMOUNTS))
        for place in PLB_AMOUNTS:
            if place < len(elements) and elements[place] and not amount(elements, place):
                self.note(rules.REMIT_PLB_ZERO, segment, place)

    def _close_service(self) -> None:
        if self._svc is None:
            return
        self._adjusted = add(self._adjusted, self._service_adjusted)
        if subtract(self._charged, self._service_adjusted) != number(self._svc.elements[3]):
            self.note(rules.REMIT_SERVICE, self._svc, 3)

    def _close_claim(self) -> None:
        claim, self._clp = self._clp, None
        self._close_service()
        serviced, self._svc = self._svc is not None, None
        if claim is None:
            return
        elements = claim.elements
        charge = amount(elements, 3)
        if subtract(charge, self._adjusted) != amount(elements, 4):
            self.note(rules.REMIT_CLAIM, claim, 4)
        if serviced and self._professional and self._lines != charge:
            self.note(rules.REMIT_LINES, claim, 3)
        # RFI 2548: CLP05 is no part of balancing, and a reversal need not repeat it
        if elements[2] != REVERSAL and amount(elements, 5) != self._patient:
            self.note(rules.REMIT_PATIENT, claim, 5)
