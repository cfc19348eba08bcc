"""A claim payment of an 835 and its services while their segments come in."""

from datetime import date
from decimal import Decimal

from acktrail.documents.kinds import ClaimPayment, Service
from acktrail.documents.parts import Adjustment, Code, Money, Period, Reference
from acktrail.documents.value import Draft
from acktrail.ports import Segment

Day = date | None
WIDTH = 26  # of MIA, with room
PADDING = [""] * WIDTH


class OpenPart(Draft):
    """What a claim and a service have in common: two amounts, adjustments, remarks, two days."""

    charge: Money
    paid: Money
    adjustments: list[Adjustment]
    remarks: list[Code]


class OpenService(OpenPart):
    """A service line (loop 2110)."""

    procedure: Code
    modifiers: tuple[str, ...]
    revenue: str
    units: Decimal | None
    line_control: str = ""
    start: Day = None
    end: Day = None

    def close(self) -> Service:
        """Return the service."""
        return Service(
            self.procedure,
            self.charge,
            self.paid,
            self.units,
            self.modifiers,
            self.revenue,
            _period(self.start, self.end),
            self.line_control,
            tuple(self.adjustments),
            tuple(self.remarks),
        )


class OpenClaim(OpenPart):
    """A claim (loop 2100); ``elements`` are those of CLP, padded."""

    elements: list[str]
    references: list[Reference]
    services: list[Service]
    supplemental: dict[str, Money]
    share: Money | None = None
    start: Day = None
    end: Day = None

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
            _period(self.start, self.end),
            tuple(self.adjustments),
            tuple(self.remarks),
            self.supplemental,
            tuple(self.services),
            tuple(self.references),
        )


def _period(start: Day, end: Day) -> Period | None:
    """Return the days as a period, None when neither was sent."""
    return Period(start, end) if start or end else None


def padded(segment: Segment) -> list[str]:
    """Return tag and elements, with blanks behind them.

    A segment that shows its raw ``elements`` is taken at its word: of this message only names may
    be other than ASCII, and asking for each element would double the time.
    """
    raw = getattr(segment, "elements", None)
    if raw is not None:
        sent: list[str] = raw + PADDING
        return sent
    return [segment.tag, *(segment.get(one) for one in range(1, WIDTH))]
