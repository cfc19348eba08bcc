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

Ids = tuple[Identifier, ...]
Day = date | None
Number = Decimal | None


class Scope:
    """A hierarchical level: what claims under it inherit."""

    __slots__ = ("ext", "filing", "ids", "parties", "patient", "relation", "sequence", "subscriber")

    def __init__(self, around: "Scope | None" = None) -> None:
        self.parties: list[Party] = [] if around is None else list(around.parties)
        self.ext: dict[str, str] = {} if around is None else dict(around.ext)
        self.ids: Ids = ()  # of the billing provider
        self.relation = ""
        self.sequence = ""
        self.filing = ""
        self.subscriber: Ids = ()
        self.patient: Ids = ()
        if around is not None:
            self.ids = around.ids
            self.sequence, self.filing = around.sequence, around.filing
            self.subscriber = around.subscriber


class OpenAdjudication:
    """What another payer did with a line (loop 2430)."""

    __slots__ = ("adjustments", "bundled", "on", "paid", "payer", "procedure", "remaining",
                 "revenue", "units")  # fmt: skip

    def __init__(self, payer: str, paid: Money) -> None:
        self.payer = payer
        self.paid = paid
        self.procedure: Procedure | None = None
        self.revenue = ""
        self.units: Number = None
        self.bundled = ""
        self.on: Day = None
        self.adjustments: list[Adjustment] = []
        self.remaining: Money | None = None

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


class OpenLine:
    """A service line (loop 2400)."""

    __slots__ = ("adjudications", "amounts", "charge", "control", "drug", "drug_quantity", "no",
                 "on", "parties", "place", "procedure", "references", "revenue", "unit",
                 "units")  # fmt: skip

    def __init__(self, no: str) -> None:
        self.no = no
        self.charge: Money | None = None
        self.procedure: Procedure | None = None
        self.revenue = ""
        self.units: Number = None
        self.unit = ""
        self.place = ""
        self.on: Period | None = None
        self.control = ""
        self.drug: Code | None = None
        self.drug_quantity: Quantity | None = None
        self.parties: list[Party] = []
        self.references: list[Reference] = []
        self.amounts: dict[str, Money] = {}
        self.adjudications: list[OpenAdjudication] = []

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
            tuple([one.close() for one in self.adjudications]),
        )


class OpenPayer:
    """Another payer (loops 2320 and 2330B)."""

    __slots__ = ("adjustments", "amounts", "filing", "ids", "on", "references", "relation",
                 "remarks", "sequence")  # fmt: skip

    def __init__(self, sequence: str, relation: str, filing: str) -> None:
        self.sequence = sequence
        self.relation = relation
        self.filing = filing
        self.ids: Ids = ()
        self.amounts: dict[str, Money] = {}
        self.on: Day = None
        self.adjustments: list[Adjustment] = []
        self.remarks: list[Code] = []
        self.references: list[Reference] = []

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


class OpenClaim:
    """A claim (loop 2300) under its scope."""

    __slots__ = ("amounts", "charge", "dates", "diagnoses", "ext", "facility", "facility_list",
                 "frequency", "lines", "number", "original", "parties", "payers", "references",
                 "scope", "statement")  # fmt: skip

    def __init__(self, number: str, charge: Money, scope: Scope) -> None:
        self.number = number
        self.charge = charge
        self.scope = scope
        self.facility = self.facility_list = self.frequency = ""
        self.original = ""  # REF*F8
        self.statement: Period | None = None
        self.diagnoses = 0
        self.amounts: dict[str, Money] = {}
        self.references: list[Reference] = []
        self.dates: list[DateRole] = []
        self.parties: list[Party] = []
        self.payers: list[OpenPayer] = []
        self.lines: list[ClaimLine] = []
        self.ext: dict[str, str] = {}
