"""Payloads of the supply chain beside ``Trade``: what happened to an order, and where goods are.

Each line holds the plain ``Line`` and beside it what only its kind says. Field meanings and
sources: docs/canonical.md.
"""

from datetime import date

from acktrail.documents.parts import (
    NO_ITEM,
    DateRole,
    Identifier,
    Item,
    Line,
    Party,
    Period,
    Quantity,
    Totals,
)
from acktrail.documents.value import Value


class ChangedLine(Value, frozen=True):
    """A line of an order change: the line as it is to be, and what becomes of it."""

    action: str  # ADDED CHANGED DELETED UNCHANGED REPLACED
    line: Line


class OrderChange(Value, frozen=True):
    """Payload of order_change; the order is the reference of kind ORDER."""

    lines: tuple[ChangedLine, ...] = ()
    totals: Totals | None = None


class LineAnswer(Value, frozen=True):
    """What the seller does with a line, or with the part of it that ``quantity`` names."""

    status: str  # ACCEPTED ACCEPTED_AMENDED BACKORDERED SUBSTITUTED HOLD REJECTED DELETED
    code: str = ""  # as sent
    quantity: Quantity | None = None
    dates: tuple[DateRole, ...] = ()
    substitute: Item = NO_ITEM  # the item as the answer names it; SUBSTITUTED: sent instead


class AnsweredLine(Value, frozen=True):
    """A line of an order response: the line as the seller repeats it, and the answers to it."""

    line: Line
    answers: tuple[LineAnswer, ...] = ()


class OrderAnswer(Value, frozen=True):
    """Payload of order_response; the order is the reference of kind ORDER."""

    disposition: str  # ACCEPTED ACCEPTED_AMENDED HOLD REJECTED RECEIVED
    lines: tuple[AnsweredLine, ...] = ()  # none: the answer is to the order as a whole
    totals: Totals | None = None


class Lot(Value, frozen=True):
    """A lot or batch of an item."""

    number: str
    expiry: date | None = None
    quantity: Quantity | None = None  # None: all of the line


class Package(Value, frozen=True):
    """A pallet, carton or other package of a shipment."""

    no: str  # within the document
    type: str  # PALLET CARTON
    ids: tuple[Identifier, ...] = ()  # SSCC first where one was sent
    parent: str = ""  # ``no`` of the package that it stands in


class DespatchLine(Value, frozen=True):
    """A line of a despatch advice; the order is a reference of the line."""

    line: Line
    package: str = ""  # ``no`` of the package that it is in
    lots: tuple[Lot, ...] = ()
    serials: tuple[str, ...] = ()


class DespatchAdvice(Value, frozen=True):
    """Payload of despatch_advice: packages before those that stand in them."""

    lines: tuple[DespatchLine, ...] = ()
    packages: tuple[Package, ...] = ()


class ReceivingAdvice(Value, frozen=True):
    """Payload of receiving_advice: quantities SHIPPED, RECEIVED, ACCEPTED, RETURNED by line."""

    lines: tuple[DespatchLine, ...] = ()
    packages: tuple[Package, ...] = ()


class ReportedLine(Value, frozen=True):
    """A line of a report about goods: what of an item is, or went, where."""

    line: Line
    activity: str = ""  # product_activity: type of the transfer as sent (X12 data element 521)
    parties: tuple[Party, ...] = ()  # where they differ from those of the document
    lots: tuple[Lot, ...] = ()
    serials: tuple[str, ...] = ()


class InventoryReport(Value, frozen=True):
    """Payload of inventory_report: quantities ON_HAND, AVAILABLE, IN_TRANSIT, ... by line."""

    as_of: date | None = None
    lines: tuple[ReportedLine, ...] = ()


class ProductActivity(Value, frozen=True):
    """Payload of product_activity: what was sold, returned or moved in a period."""

    period: Period | None = None
    lines: tuple[ReportedLine, ...] = ()
