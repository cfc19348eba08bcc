"""A claim of an 837, its lines and its other payers while their segments come in."""

from datetime import date
from decimal import Decimal

from acktrail.documents.health import Adjudication, ClaimLine, OtherPayer, Procedure
from acktrail.documents.parts import (
    Adjustment,
    Code,
    DateRole,
    Identifier,
    Money,
    Party,
    Period,
    Quantity,
    Reference,
)
from acktrail.documents.value import Draft, field

Ids = tuple[Identifier, ...]
Day = date | None
Number = Decimal | None


class Scope(Draft):
    """A hierarchical level: what claims under it inherit."""

    parties: list[Party] = field(default_factory=list)
    ext: dict[str, str] = field(default_factory=dict)
    ids: Ids = ()  # of the billing provider
    sequence: str = ""
    filing: str = ""
    subscriber: Ids = ()
    relation: str = ""
    patient: Ids = ()
    payer: Ids | None = None  # of the first one

    def inner(self) -> "Scope":
        """Return a level that opens under this one."""
        return Scope(
            list(self.parties),
            dict(self.ext),
            self.ids,
            self.sequence,
            self.filing,
            self.subscriber,
            payer=self.payer,
        )


class OpenAdjudication(Draft):
    """What another payer did with a line (loop 2430)."""

    payer: str
    paid: Money
    procedure: Procedure | None = None
    revenue: str = ""
    units: Number = None
    bundled: str = ""
    on: Day = None
    adjustments: list[Adjustment] = field(default_factory=list)
    remaining: Money | None = None

    def close(self) -> Adjudication:
        """Return it as a value."""
        return Adjudication(
            self.payer,
            self.paid,
            self.procedure,
            self.revenue,
            self.units,
            self.bundled,
            self.on,
            tuple(self.adjustments),
            self.remaining,
        )


class OpenLine(Draft):
    """A service line (loop 2400)."""

    no: str
    charge: Money | None = None
    procedure: Procedure | None = None
    revenue: str = ""
    units: Number = None
    unit: str = ""
    place: str = ""
    on: Period | None = None
    control: str = ""
    drug: Code | None = None
    drug_quantity: Quantity | None = None
    parties: list[Party] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    amounts: dict[str, Money] = field(default_factory=dict)
    adjudications: list[OpenAdjudication] = field(default_factory=list)

    def close(self, charge: Money) -> ClaimLine:
        """Return the line as a value."""
        return ClaimLine(
            self.no,
            charge,
            self.procedure,
            self.revenue,
            self.units,
            self.unit,
            self.place,
            self.on,
            self.control,
            self.drug,
            self.drug_quantity,
            tuple(self.parties),
            tuple(self.references),
            self.amounts,
            tuple([one.close() for one in self.adjudications]) if self.adjudications else (),
        )


class OpenPayer(Draft):
    """Another payer (loops 2320 and 2330B)."""

    sequence: str
    relation: str
    filing: str
    ids: Ids = ()
    amounts: dict[str, Money] = field(default_factory=dict)
    on: Day = None
    adjustments: list[Adjustment] = field(default_factory=list)
    remarks: list[Code] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)

    def close(self) -> OtherPayer:
        """Return the payer as a value."""
        return OtherPayer(
            self.sequence,
            self.ids,
            self.relation,
            self.filing,
            self.amounts.get("D"),
            self.amounts.get("A8"),
            self.amounts.get("EAF"),
            self.on,
            tuple(self.adjustments),
            tuple(self.remarks),
            tuple(self.references),
        )


class OpenClaim(Draft):
    """A claim (loop 2300) under its scope."""

    number: str
    charge: Money
    scope: Scope
    facility: str = ""
    facility_list: str = ""
    frequency: str = ""
    original: str = ""  # REF*F8
    statement: Period | None = None
    diagnoses: int = 0
    amounts: dict[str, Money] = field(default_factory=dict)
    references: list[Reference] = field(default_factory=list)
    dates: list[DateRole] = field(default_factory=list)
    parties: list[Party] = field(default_factory=list)
    payers: list[OpenPayer] = field(default_factory=list)
    lines: list[ClaimLine] = field(default_factory=list)
    ext: dict[str, str] = field(default_factory=dict)
