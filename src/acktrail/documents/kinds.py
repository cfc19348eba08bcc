"""The canonical documents: one envelope, one payload type per kind.

Field meanings, sources and Odoo targets: docs/canonical.md. Kinds of health data never hold names
(except ``party``), birth dates, diagnosis codes or free text.
"""

from datetime import date, datetime
from decimal import Decimal

from msgspec import field

from acktrail.documents.clinical import (
    Account,
    Appointment,
    MasterData,
    ServiceOrder,
    SupplyRequest,
)
from acktrail.documents.health import (
    Claim,
    ClaimAcknowledgement,
    ClaimStatus,
    EligibilityAnswer,
    EligibilityInquiry,
    Enrolment,
    Health,
    PremiumPayment,
)
from acktrail.documents.parts import (
    Adjustment,
    Clear,
    Code,
    DateRole,
    Identifier,
    Line,
    Money,
    Party,
    Payment,
    Period,
    Reference,
    Totals,
)
from acktrail.documents.supply import (
    DespatchAdvice,
    InventoryReport,
    OrderAnswer,
    OrderChange,
    ProductActivity,
    ReceivingAdvice,
)
from acktrail.documents.value import Value


class Trade(Value, frozen=True):
    """Payload of order, invoice, credit_note and price_catalogue."""

    lines: tuple[Line, ...] = ()
    totals: Totals | None = None
    valid: Period | None = None  # price_catalogue


class Service(Value, frozen=True):
    """A service line of a claim payment (835 loop 2110)."""

    procedure: Code
    charge: Money
    paid: Money
    units: Decimal | None = None
    modifiers: tuple[str, ...] = ()
    revenue: str = ""
    on: Period | None = None
    line_control: str = ""  # REF*6R
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[Code, ...] = ()


class ClaimPayment(Value, frozen=True):
    """What a payer did with one claim (835 loop 2100)."""

    patient_control_no: str  # CLP01
    status: str  # CLP02
    charge: Money
    paid: Money
    patient_share: Money | None = None
    payer_control_no: str = ""
    filing: str = ""
    facility: str = ""
    frequency: str = ""
    service: Period | None = None
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[Code, ...] = ()
    supplemental: dict[str, Money] = field(default_factory=dict)
    services: tuple[Service, ...] = ()
    references: tuple[Reference, ...] = ()


class InvoicePayment(Value, frozen=True):
    """What a customer pays of one invoice of ours, or takes for a credit note of ours."""

    invoice: Reference  # INVOICE CREDIT_NOTE, by the number that we gave it
    paid: Money  # negative for a credit note
    billed: Money | None = None
    adjustments: tuple[Adjustment, ...] = ()  # what is kept for good; the rest stays open


class Remittance(Value, frozen=True):
    """Payload of remittance: one payment and what it is for; neither claim nor invoice: no word."""

    payment: Payment
    handling: str = ""  # BPR01; I: the payment comes apart from the advice; P: prenotification
    production_on: date | None = None
    claims: tuple[ClaimPayment, ...] = ()
    provider_adjustments: tuple[Adjustment, ...] = ()  # of the payment as a whole
    invoices: tuple[InvoicePayment, ...] = ()  # of trade


class ChargeLine(Value, frozen=True):
    """One charge, credit, adjustment or payment (FT1)."""

    key: str  # FT1-2
    type: str  # CHARGE CREDIT ADJUSTMENT PAYMENT
    code: Code
    service_on: date | None
    posted_on: date | None
    quantity: Decimal
    unit_price: Money | None = None
    amount: Money | None = None
    department: str = ""
    plan: str = ""


class Charge(Value, frozen=True):
    """Payload of charge: what a visit or account is to be billed."""

    visit: str
    account: str
    bill_to: Identifier | None
    lines: tuple[ChargeLine, ...]


class PartyUpdate(Value, frozen=True):
    """Payload of party: the fields of one person or organisation that the sender owns.

    ``None`` = not sent, ``CLEAR`` = to be emptied.
    """

    action: str  # ADD UPDATE MERGE REMOVE; the last two are a person's to decide
    role: str  # PATIENT GUARANTOR SUPPLIER ...
    event_at: datetime | None = None  # EVN-2: an older event never wins
    name: str | None = None
    street: str | Clear | None = None
    street2: str | Clear | None = None
    city: str | Clear | None = None
    postcode: str | Clear | None = None
    region: str | Clear | None = None
    country: str | Clear | None = None
    phone: str | Clear | None = None
    email: str | Clear | None = None
    language: str | Clear | None = None
    merged_from: tuple[Identifier, ...] = ()


class BankDetail(Value, frozen=True):
    """One transaction of an entry that is a batch; the details add up to the entry."""

    amount: Money
    end_to_end: str = ""
    counterparty: str = ""
    counterparty_account: str = ""
    remittance: str = ""
    structured: tuple[str, ...] = ()
    mandate: str = ""
    uetr: str = ""
    transaction_id: str = ""
    trace: str = ""


class BankEntry(Value, frozen=True):
    """One booked entry of an account; the amount is signed, credit is positive."""

    amount: Money
    booked_on: date
    value_on: date | None = None
    bank_ref: str = ""
    end_to_end: str = ""
    counterparty: str = ""
    counterparty_account: str = ""
    remittance: str = ""
    structured: tuple[str, ...] = ()
    type: str = ""
    reversal: bool = False
    mandate: str = ""  # of a direct debit
    uetr: str = ""  # unique end-to-end transaction reference
    transaction_id: str = ""
    trace: str = ""  # TRN02 of the 835 that this money is for, where the bank repeats it
    unique_ref: str = ""  # the bank's reference that no other entry of the account has
    details: tuple[BankDetail, ...] = ()  # of a batch that is booked as one entry


class BankStatement(Value, frozen=True):
    """Payload of bank_statement: opening + sum(entries) = closing."""

    account: str
    sequence: str
    opening: Money
    closing: Money
    entries: tuple[BankEntry, ...] = ()


class AnswerReceived(Value, frozen=True):
    """Payload of acknowledgement: what a partner says of something that we sent."""

    standard: str  # TA1 999 997 CONTRL ACK
    disposition: str  # ACCEPTED ACCEPTED_WITH_ERRORS PARTIAL REJECTED RECEIVED
    subjects: tuple[Reference, ...] = ()
    codes: tuple[Code, ...] = ()


class Opaque(Value, frozen=True):
    """Payload of opaque: content that is kept and never interpreted."""

    type: str
    sha256: str = ""


Supply = (
    OrderChange | OrderAnswer | DespatchAdvice | ReceivingAdvice | InventoryReport | ProductActivity
)
Clinical = Appointment | ServiceOrder | SupplyRequest | Account | MasterData
Payload = (
    Trade
    | Supply
    | Clinical
    | Remittance
    | Health
    | Charge
    | PartyUpdate
    | BankStatement
    | AnswerReceived
    | Opaque
)

PAYLOADS: dict[str, type[Payload]] = {
    "order": Trade,
    "invoice": Trade,
    "credit_note": Trade,
    "price_catalogue": Trade,
    "order_change": OrderChange,
    "order_response": OrderAnswer,
    "despatch_advice": DespatchAdvice,
    "receiving_advice": ReceivingAdvice,
    "inventory_report": InventoryReport,
    "product_activity": ProductActivity,
    "remittance": Remittance,
    "claim": Claim,
    "claim_acknowledgement": ClaimAcknowledgement,
    "claim_status": ClaimStatus,
    "eligibility_inquiry": EligibilityInquiry,
    "eligibility_response": EligibilityAnswer,
    "enrolment": Enrolment,
    "premium_payment": PremiumPayment,
    "charge": Charge,
    "party": PartyUpdate,
    "account": Account,
    "appointment": Appointment,
    "service_order": ServiceOrder,
    "supply_request": SupplyRequest,
    "master_data": MasterData,
    "bank_statement": BankStatement,
    "acknowledgement": AnswerReceived,
    "opaque": Opaque,
}
HEALTH_KINDS = frozenset(
    {
        *("remittance", "claim", "claim_acknowledgement", "claim_status"),
        *("eligibility_inquiry", "eligibility_response", "enrolment", "premium_payment"),
        *("charge", "party", "account", "appointment", "service_order", "supply_request"),
        "opaque",
    }
)


class Document(Value, frozen=True):
    """One canonical document: typed, immutable, without a trace of the format it came in."""

    kind: str
    id: str
    key: tuple[str, ...]  # natural key without partner and kind (docs/canonical.md, section Keys)
    payload: Payload
    function: str = "ORIGINAL"  # CHANGE REPLACE CANCEL CONFIRM DUPLICATE COPY STATUS
    issued: date | None = None
    type_code: str = ""
    currency: str = ""
    parties: tuple[Party, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[DateRole, ...] = ()
    terms: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    ext: dict[str, str] = field(default_factory=dict)  # unmapped data by its address
    schema: str = "acktrail/1"

    def party(self, *roles: str) -> Party | None:
        """Return the first party in one of the roles, in the order the roles are asked for."""
        for role in roles:
            for party in self.parties:
                if party.role == role:
                    return party
        return None
