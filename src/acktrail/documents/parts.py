"""The building blocks of canonical documents, all immutable; leaves are arrays in JSON."""

from datetime import date, datetime
from decimal import Decimal

from acktrail.documents.value import Leaf, Value


class Identifier(Leaf, frozen=True):
    """An identifier as sent; leading zeros are data."""

    scheme: str  # GLN GTIN DUNS HIN NPI TIN VAT PAYER_ID MRN ACCOUNT VISIT NDC SELLER BUYER ...
    value: str
    agency: str = ""


class Code(Leaf, frozen=True):
    """A value of a code list: ("HCPCS", "99213"), ("CARC", "45")."""

    list: str
    value: str
    text: str = ""


class Quantity(Leaf, frozen=True):
    """A quantity in a UN/ECE Recommendation 20 unit; ``raw_unit`` is the sender's."""

    value: Decimal
    unit: str
    raw_unit: str = ""


class Money(Leaf, frozen=True):
    """An amount as sent, scale kept, with its ISO 4217 currency."""

    amount: Decimal
    currency: str


class Period(Leaf, frozen=True):
    """A range of days; either end may be open."""

    start: date | None = None
    end: date | None = None


class Reference(Leaf, frozen=True):
    """A pointer to another document or record."""

    kind: str  # ORDER DESPATCH INVOICE CONTRACT PAYMENT CLAIM PAYER_CLAIM AUTHORISATION VISIT ...
    value: str
    line: str = ""
    on: date | None = None


class DateRole(Leaf, frozen=True):
    """A date with its role; ``at`` when a time was sent; ``raw`` is the text as sent."""

    kind: str  # REQUESTED_DELIVERY PROMISED SHIPPED DUE VALID_FROM VALID_TO PAYMENT SERVICE ...
    on: date
    at: datetime | None = None  # aware, UTC
    raw: str = ""


class Clear(Value, frozen=True):
    """The sender asks to empty a field (HL7 ``""``); never the same as not sent."""

    clear: bool = True


CLEAR = Clear()


class Address(Value, frozen=True):
    """A postal address."""

    lines: tuple[str, ...] = ()
    city: str = ""
    postcode: str = ""
    region: str = ""
    country: str = ""  # ISO 3166-1 alpha-2


class Contact(Value, frozen=True):
    """How to reach someone."""

    role: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""


class Party(Value, frozen=True):
    """A party in its role; ``ids`` are unresolved, they are looked up at the Odoo edge."""

    role: str  # BUYER SELLER SHIP_TO BILL_TO PAYER PAYEE RENDERING FACILITY PATIENT GUARANTOR ...
    ids: tuple[Identifier, ...] = ()
    name: str = ""
    address: Address | None = None
    contacts: tuple[Contact, ...] = ()
    tax_id: str = ""
    account: str = ""


class Tax(Value, frozen=True):
    """A tax by category, with what it was computed from where that was sent."""

    type: str
    category: str
    rate: Decimal | None = None
    base: Money | None = None
    amount: Money | None = None


class Allowance(Value, frozen=True):
    """An allowance, or a charge when ``charge`` is true; amounts are positive."""

    charge: bool
    amount: Money | None = None
    percent: Decimal | None = None
    reason: Code | None = None


class Adjustment(Value, frozen=True):
    """An adjustment (CAS, PLB): a positive amount lowers the payment."""

    group: str  # CO PR OA PI; for PLB ""
    reason: Code
    amount: Money
    quantity: Decimal | None = None
    reference: str = ""


class Item(Value, frozen=True):
    """What is ordered, billed, priced or charged."""

    ids: tuple[Identifier, ...] = ()
    description: str = ""


NO_ITEM = Item()


class Line(Value, frozen=True):
    """A line of a trade document. ``price`` is for ``basis`` units (default 1)."""

    no: str
    item: Item = NO_ITEM
    quantities: dict[str, Quantity] | None = None  # by role: ORDERED INVOICED MINIMUM ...
    price: Money | None = None
    basis: Decimal = Decimal(1)
    amount: Money | None = None
    allowances: tuple[Allowance, ...] = ()
    taxes: tuple[Tax, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[DateRole, ...] = ()
    notes: tuple[str, ...] = ()


class Totals(Value, frozen=True):
    """Totals as sent; ``None`` where not sent."""

    lines: Money | None = None
    allowances: Money | None = None
    charges: Money | None = None
    taxable: Money | None = None
    tax: Money | None = None
    total: Money | None = None
    prepaid: Money | None = None
    rounding: Money | None = None  # added to what is payable; may be negative
    payable: Money | None = None


class Payment(Value, frozen=True):
    """How money moved; ``trace`` ties a remittance to its bank transfer."""

    method: str
    amount: Money
    on: date
    trace: str = ""
    payer: str = ""  # originating company id (TRN03)
