"""A claim payment of an 835 and its services while their segments come in."""

from datetime import date
from decimal import Decimal

from acktrail.documents.kinds import ClaimPayment, Service
from acktrail.documents.parts import Adjustment, Code, Money, Period, Reference

Day = date | None
Number = Decimal | None


class OpenPart:
    """What a claim and a service have in common: adjustments, remarks, two days."""

    __slots__ = ("adjustments", "end", "remarks", "start")

    def __init__(self) -> None:
        self.adjustments: list[Adjustment] = []
        self.remarks: list[Code] = []
        self.start: Day = None
        self.end: Day = None

    def period(self) -> Period | None:
        """Return the days as a period, None when neither was sent."""
        return Period(self.start, self.end) if self.start or self.end else None


class OpenService(OpenPart):
    """A service line (loop 2110)."""

    __slots__ = ("charge", "line_control", "modifiers", "paid", "procedure", "revenue", "units")

    def __init__(self, procedure: Code, charge: Money, paid: Money) -> None:
        super().__init__()
        self.procedure = procedure
        self.charge = charge
        self.paid = paid
        self.units: Number = None
        self.modifiers: tuple[str, ...] = ()
        self.revenue = ""
        self.line_control = ""

    def close(self) -> Service:
        """Return the service."""
        return Service(
            self.procedure,
            self.charge,
            self.paid,
            self.units,
            self.modifiers,
            self.revenue,
            self.period(),
            self.line_control,
            tuple(self.adjustments),
            tuple(self.remarks),
        )


class OpenClaim(OpenPart):
    """A claim (loop 2100); ``elements`` are those of CLP, padded."""

    __slots__ = ("charge", "elements", "paid", "references", "services", "share", "supplemental")

    def __init__(self, elements: list[str], charge: Money, paid: Money) -> None:
        super().__init__()
        self.elements = elements
        self.charge = charge
        self.paid = paid
        self.share: Money | None = None
        self.references: list[Reference] = []
        self.services: list[Service] = []
        self.supplemental: dict[str, Money] = {}

    def close(self) -> ClaimPayment:
        """Return the claim."""
        elements = self.elements
        return ClaimPayment(
            elements[1].strip(),
            elements[2].strip(),
            self.charge,
            self.paid,
            self.share,
            elements[7].strip(),
            elements[6].strip(),
            elements[8].strip(),
            elements[9].strip(),
            self.period(),
            tuple(self.adjustments),
            tuple(self.remarks),
            self.supplemental,
            tuple(self.services),
            tuple(self.references),
        )
