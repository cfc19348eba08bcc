"""Payloads of the healthcare sets beside the remittance: claims, their answers, cover, premiums.

Field meanings and sources: docs/canonical.md. None holds a name of a person, a birth date, an
address or a diagnosis. Persons are told apart by ``Identifier("PSEUDONYM", ...)``, a keyed hash of
the number that they were sent under; it is missing where no key is at hand.
"""

from datetime import date
from decimal import Decimal

from msgspec import field

from acktrail.documents.parts import (
    Adjustment,
    Code,
    DateRole,
    Identifier,
    Money,
    Party,
    Payment,
    Period,
    Quantity,
    Reference,
)
from acktrail.documents.value import Leaf, Value

Ids = tuple[Identifier, ...]


class Procedure(Leaf, frozen=True):
    """What was done: code and modifiers (SV101, SV202, SV301, SVC01, SVD03)."""

    code: Code
    modifiers: tuple[str, ...] = ()


# ------------------------------------------------------------------------------ 837
class Adjudication(Value, frozen=True):
    """What another payer did with a service line (837 loop 2430)."""

    payer: str  # SVD01: the id of one of ``other_payers``
    paid: Money
    procedure: Procedure | None = None
    revenue: str = ""
    units: Decimal | None = None
    bundled_into: str = ""  # SVD06: number of the line that this one was paid with
    on: date | None = None
    adjustments: tuple[Adjustment, ...] = ()
    remaining: Money | None = None  # AMT*EAF


class ClaimLine(Value, frozen=True):
    """A service line (837 loop 2400)."""

    no: str  # LX01
    charge: Money
    procedure: Procedure | None = None
    revenue: str = ""  # SV201
    units: Decimal | None = None
    unit: str = ""  # as sent: UN, MJ, DA
    place: str = ""  # SV105, SV303
    on: Period | None = None
    line_control: str = ""  # REF*6R
    drug: Code | None = None  # LIN03
    drug_quantity: Quantity | None = None  # CTP04, CTP05
    parties: tuple[Party, ...] = ()  # where they differ from those of the claim
    references: tuple[Reference, ...] = ()
    amounts: dict[str, Money] = field(default_factory=dict)  # AMT by qualifier: T tax, F4 postage
    adjudications: tuple[Adjudication, ...] = ()


class OtherPayer(Value, frozen=True):
    """Another payer of a claim, and what it paid (837 loops 2320, 2330B)."""

    sequence: str  # SBR01: P, S, T
    ids: Ids = ()
    relation: str = ""  # SBR02: of the patient to its subscriber
    filing: str = ""  # SBR09
    paid: Money | None = None  # AMT*D
    not_covered: Money | None = None  # AMT*A8
    remaining: Money | None = None  # AMT*EAF
    on: date | None = None  # DTP*573
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[Code, ...] = ()
    references: tuple[Reference, ...] = ()


class Claim(Value, frozen=True):
    """Payload of claim: what a provider asks a payer to pay (837 loop 2300)."""

    type: str  # PROFESSIONAL INSTITUTIONAL DENTAL
    patient_control_no: str  # CLM01
    charge: Money
    frequency: str  # CLM05-3: 1 original, 7 replacement, 8 void, ...
    facility: str = ""  # CLM05-1: place of service, or type of bill
    facility_list: str = ""  # CLM05-2: B, A
    sequence: str = ""  # SBR01: P when the payer is asked first
    filing: str = ""  # SBR09
    relation: str = ""  # of the patient to the subscriber: 18 self, else PAT01
    subscriber: Ids = ()
    patient: Ids = ()
    statement: Period | None = None  # DTP*434
    diagnoses: int = 0  # how many codes; the codes themselves never enter
    amounts: dict[str, Money] = field(default_factory=dict)  # F5 patient paid, F3 estimated due
    lines: tuple[ClaimLine, ...] = ()
    other_payers: tuple[OtherPayer, ...] = ()


# ------------------------------------------------------------------------------ 277CA, 276, 277
class StatusCode(Leaf, frozen=True):
    """A status: category, code and whom it is about (STC01, STC10, STC11)."""

    category: str
    code: str
    entity: str = ""


class StatusEntry(Value, frozen=True):
    """One statement about a claim or batch (STC)."""

    codes: tuple[StatusCode, ...]
    on: date | None = None
    action: str = ""  # ACCEPTED (STC03 WQ), REJECTED (U)
    charge: Money | None = None
    paid: Money | None = None
    paid_on: date | None = None
    trace: str = ""  # STC09: cheque or transfer


class Tally(Value, frozen=True):
    """How much of what was sent was accepted (QTY and AMT of a 277CA); ``None``: not sent."""

    accepted: int | None = None
    rejected: int | None = None
    accepted_amount: Money | None = None
    rejected_amount: Money | None = None


class ServiceStatus(Value, frozen=True):
    """Statements about a service line (loop 2220)."""

    procedure: Procedure | None = None
    revenue: str = ""
    charge: Money | None = None
    paid: Money | None = None
    units: Decimal | None = None
    on: Period | None = None
    references: tuple[Reference, ...] = ()  # LINE REF*FJ, PRESCRIPTION XZ
    statuses: tuple[StatusEntry, ...] = ()


class ClaimAnswer(Value, frozen=True):
    """Statements about a claim (277CA loop 2200D)."""

    trace: str  # TRN02: the CLM01 that was sent
    patient: Ids = ()
    references: tuple[Reference, ...] = ()  # PAYER_CLAIM 1K, CLEARING_HOUSE D9, BILL_TYPE BLT
    on: Period | None = None
    statuses: tuple[StatusEntry, ...] = ()
    services: tuple[ServiceStatus, ...] = ()


class ProviderAnswer(Value, frozen=True):
    """Statements about the claims of one billing provider (277CA loop 2000C)."""

    ids: Ids = ()
    trace: str = ""
    references: tuple[Reference, ...] = ()
    statuses: tuple[StatusEntry, ...] = ()
    tally: Tally | None = None
    claims: tuple[ClaimAnswer, ...] = ()


class BatchAnswer(Value, frozen=True):
    """Statements about one batch that a submitter sent (277CA loop 2000B)."""

    ids: Ids = ()
    trace: str = ""  # TRN02: the BHT03 that was sent
    statuses: tuple[StatusEntry, ...] = ()
    tally: Tally | None = None
    providers: tuple[ProviderAnswer, ...] = ()


class ClaimAcknowledgement(Value, frozen=True):
    """Payload of claim_acknowledgement: who answers, and the batches that are answered."""

    source: Ids = ()
    trace: str = ""  # 2200A TRN02
    received_on: date | None = None  # DTP*050
    processed_on: date | None = None  # DTP*009
    batches: tuple[BatchAnswer, ...] = ()


class ClaimStatus(Value, frozen=True):
    """Payload of claim_status: a question about a claim (276), or the answer to it (277)."""

    purpose: str  # INQUIRY ANSWER
    trace: str  # TRN02
    relation: str = ""  # SELF DEPENDENT
    subscriber: Ids = ()
    patient: Ids = ()
    charge: Money | None = None  # AMT*T3 of a 276
    on: Period | None = None  # DTP*472
    statuses: tuple[StatusEntry, ...] = ()
    services: tuple[ServiceStatus, ...] = ()


# ------------------------------------------------------------------------------ 270, 271
class Question(Value, frozen=True):
    """What is asked about cover (270 loop 2110)."""

    service_types: tuple[str, ...] = ()  # EQ01
    procedure: Procedure | None = None
    level: str = ""  # EQ03
    insurance_type: str = ""  # EQ04
    on: Period | None = None
    references: tuple[Reference, ...] = ()


class EligibilityInquiry(Value, frozen=True):
    """Payload of eligibility_inquiry; source and receiver are its parties."""

    traces: tuple[str, ...] = ()
    relation: str = ""  # SELF DEPENDENT
    subscriber: Ids = ()
    patient: Ids = ()
    on: Period | None = None  # DTP*291
    questions: tuple[Question, ...] = ()


class Benefit(Value, frozen=True):
    """One statement about cover (271 loop 2110)."""

    information: str  # EB01: 1 active, 6 inactive, A co-insurance, B co-payment, C deductible, ...
    level: str = ""  # EB02
    service_types: tuple[str, ...] = ()  # EB03
    insurance_type: str = ""  # EB04
    plan: str = ""  # EB05
    period: str = ""  # EB06
    amount: Money | None = None  # EB07
    percent: Decimal | None = None  # EB08, a fraction of 1
    quantity: Decimal | None = None  # EB10
    quantity_of: str = ""  # EB09
    authorisation: str = ""  # EB11: Y N U
    in_network: str = ""  # EB12: Y N W U
    procedure: Procedure | None = None
    dates: tuple[DateRole, ...] = ()
    references: tuple[Reference, ...] = ()
    parties: tuple[Party, ...] = ()  # whom to ask or go to, by number


class Rejection(Leaf, frozen=True):
    """Why a question was not answered (AAA)."""

    level: str  # SOURCE RECEIVER SUBSCRIBER DEPENDENT BENEFIT
    reason: str  # AAA03
    follow_up: str = ""  # AAA04
    valid: str = ""  # AAA01: N when the request itself was wrong


class EligibilityAnswer(Value, frozen=True):
    """Payload of eligibility_response; source and receiver are its parties."""

    traces: tuple[str, ...] = ()
    relation: str = ""  # SELF DEPENDENT
    subscriber: Ids = ()
    patient: Ids = ()
    active: bool | None = None  # health benefit plan cover (service type 30); None: not said
    benefits: tuple[Benefit, ...] = ()
    rejections: tuple[Rejection, ...] = ()


# ------------------------------------------------------------------------------ 834
class Coverage(Value, frozen=True):
    """Cover of a member (834 loop 2300)."""

    action: str  # as Member
    line: str  # HD03
    plan: str = ""  # HD04
    level: str = ""  # HD05
    dates: tuple[DateRole, ...] = ()
    amounts: dict[str, Money] = field(default_factory=dict)  # AMT by qualifier: P3 premium
    references: tuple[Reference, ...] = ()


class ReportingCategory(Value, frozen=True):
    """What a sponsor reports beside (834 loop 2750, between LS and LE)."""

    name: str  # N102
    references: tuple[Reference, ...] = ()
    on: Period | None = None


class Member(Value, frozen=True):
    """A subscriber or dependent (834 loop 2000)."""

    subscriber: bool
    relation: str  # INS02: 18 self
    action: str  # ADDED CHANGED CANCELLED REINSTATED AUDIT
    reason: str = ""  # INS04
    status: str = ""  # INS05: A active, C COBRA, S surviving insured, T TEFRA
    subscriber_ids: Ids = ()  # of REF*0F
    ids: Ids = ()
    references: tuple[Reference, ...] = ()  # GROUP_POLICY 1L, DEPARTMENT DX, ...
    dates: tuple[DateRole, ...] = ()
    amounts: dict[str, Money] = field(default_factory=dict)
    coverages: tuple[Coverage, ...] = ()
    categories: tuple[ReportingCategory, ...] = ()


class Enrolment(Value, frozen=True):
    """Payload of enrolment; sponsor, payer and administrators are its parties."""

    action: str  # CHANGE VERIFY REPLACE (BGN08)
    effective: date | None = None  # DTP*007
    counts: dict[str, int] = field(default_factory=dict)  # QTY: TO total, DT dependents, ET
    members: tuple[Member, ...] = ()


# ------------------------------------------------------------------------------ 820 X218
class PremiumAllocation(Value, frozen=True):
    """What a part of a premium payment is for (820 loops 2000, 2300)."""

    level: str  # ORGANISATION INDIVIDUAL
    entity: Ids = ()
    reference: Reference | None = None  # RMR01, RMR02; of a person a pseudonym
    paid: Money | None = None  # RMR04
    billed: Money | None = None  # RMR05
    period: Period | None = None  # DTM*582
    heads: tuple[tuple[str, Decimal], ...] = ()  # SLN05-1, SLN04: of what, how many
    adjustments: tuple[Adjustment, ...] = ()  # 2320 ADX: signed, added to what is paid
    references: tuple[Reference, ...] = ()


class PremiumPayment(Value, frozen=True):
    """Payload of premium_payment: one payment and what it is for."""

    payment: Payment
    handling: str = ""  # BPR01
    period: Period | None = None
    allocations: tuple[PremiumAllocation, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()  # 2200 ADX: of earlier payments


Health = (
    Claim
    | ClaimAcknowledgement
    | ClaimStatus
    | EligibilityInquiry
    | EligibilityAnswer
    | Enrolment
    | PremiumPayment
)
