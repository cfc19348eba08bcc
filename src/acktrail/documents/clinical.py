"""Payloads of clinical administration (HL7 v2): appointments, orders, accounts, master data.

No names of patients, no diagnoses, no results and no free text: ids, codes, times and amounts.
Field meanings and sources: docs/canonical.md.
"""

from datetime import datetime
from decimal import Decimal

from msgspec import field

from acktrail.documents.parts import Code, Identifier, Line, Money, Period
from acktrail.documents.value import Value


class Appointment(Value, frozen=True):
    """Payload of appointment: who is wanted where and when; a person is an id and nothing else."""

    status: str  # BOOKED MOVED CHANGED CANCELLED NO_SHOW
    start: datetime | None = None  # aware, UTC; None: not sent, a cancellation need not say it
    end: datetime | None = None
    services: tuple[Code, ...] = ()
    locations: tuple[Identifier, ...] = ()
    staff: tuple[Identifier, ...] = ()
    patient: Identifier | None = None
    visit: str = ""


class OrderedService(Value, frozen=True):
    """One service that is ordered, changed or taken back; placer and filler name the order."""

    control: str  # NEW CHANGE CANCEL
    placer: str
    filler: str = ""
    group: str = ""
    service: Code | None = None
    quantity: Decimal | None = None
    wanted_at: datetime | None = None  # aware, UTC
    priority: str = ""  # ROUTINE ASAP STAT ...


class ServiceOrder(Value, frozen=True):
    """Payload of service_order: what a facility wants done for a visit."""

    items: tuple[OrderedService, ...] = ()
    visit: str = ""
    account: str = ""


class RequestedSupply(Value, frozen=True):
    """One item that a department wants; the line holds item, quantity, unit, price and dates."""

    control: str  # NEW CHANGE CANCEL
    line: Line
    cost_centre: str = ""


class SupplyRequest(Value, frozen=True):
    """Payload of supply_request: stock or bought-in items for a department."""

    lines: tuple[RequestedSupply, ...] = ()


class Account(Value, frozen=True):
    """Payload of account: a billing account is opened, changed or closed; no charge in it."""

    action: str  # OPEN CHANGE CLOSE PURGE
    account: str
    visit: str = ""
    patient: Identifier | None = None
    guarantor: Identifier | None = None
    payers: tuple[Identifier, ...] = ()  # the first pays first
    period: Period | None = None  # admitted, discharged


class MasterEntry(Value, frozen=True):
    """One article, charge or member of staff, and what is to become of it."""

    action: str  # ADD UPDATE DEACTIVATE REACTIVATE DELETE
    key: str
    name: str = ""  # of an article, a charge or a member of staff
    ids: tuple[Identifier, ...] = ()
    prices: dict[str, Money] = field(default_factory=dict)  # by role: CHARGE PURCHASE
    active: bool | None = None  # None: not said
    effective: Period | None = None
    phone: str = ""  # at work


class MasterData(Value, frozen=True):
    """Payload of master_data: the entries of one master file (charges, items, staff)."""

    file: str  # CHARGE ITEM STAFF
    event: str  # UPDATE REPLACE
    entries: tuple[MasterEntry, ...] = ()
