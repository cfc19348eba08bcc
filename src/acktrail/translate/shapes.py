"""What a map can fill: the fields of each canonical part, their types, and how a part is made.

Types of fields: ``text``, ``texts`` (collected), ``date``, ``instant``, ``zone``, ``decimal``,
``money``, ``unit``, ``owned`` (text or CLEAR), ``flag``; ``one:X`` and ``many:X`` for a part of
shape X; ``by:T`` for values under names of the map's choice (``quantities.ORDERED``).
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from acktrail.documents.kinds import ChargeLine
from acktrail.documents.parts import (
    NO_ITEM,
    Address,
    Allowance,
    Code,
    Contact,
    DateRole,
    Identifier,
    Item,
    Line,
    Party,
    Quantity,
    Reference,
    Tax,
)

Values = dict[str, Any]
ONE = Decimal(1)
OTHER = "OTHER"


class Shape(NamedTuple):
    """One canonical part: its fields, how it is made, and where the part around it keeps it."""

    fields: Mapping[str, str]
    build: Callable[[Values], object]
    into: str = ""


def under(values: Values, name: str) -> dict[str, Any]:
    """Return what was filled under ``name.``, by the rest of the name."""
    start = name + "."
    return {key[len(start) :]: one for key, one in values.items() if key.startswith(start)}


def many(values: Values, name: str) -> tuple[Any, ...]:
    """Return what was collected under a name."""
    return tuple(values.get(name, ()))


def identifier(values: Values) -> Identifier | None:
    """An identifier of an unknown scheme keeps the sender's qualifier as its agency."""
    if not values.get("value"):
        return None
    scheme, agency = values.get("scheme", ""), values.get("agency", "")
    if scheme == OTHER and not agency:
        agency = values.get("scheme_raw", "")
    return Identifier(scheme or OTHER, values["value"], agency)


def code(values: Values) -> Code | None:
    """A code without a value is none."""
    value = values.get("value")
    return Code(values.get("list", ""), value) if value else None


def quantity(values: Values) -> Quantity | None:
    """A quantity needs its number and a known unit."""
    number, unit = values.get("value"), values.get("unit")
    return None if number is None or unit is None else Quantity(number, unit[0], unit[1])


def reference(values: Values) -> Reference | None:
    """A reference without a number is none."""
    if not values.get("value"):
        return None
    return Reference(
        values.get("kind", ""), values["value"], values.get("line", ""), values.get("on")
    )


def date_role(values: Values) -> DateRole | None:
    """A date in a role, with the text as sent."""
    if values.get("on") is None:
        return None
    return DateRole(values.get("kind", ""), values["on"], None, values.get("on_raw", ""))


def tax(values: Values) -> Tax | None:
    """A tax says its rate, amount, base or category."""
    if not values.keys() & {"rate", "amount", "base", "category"}:
        return None
    return Tax(
        values.get("type", ""),
        values.get("category", ""),
        values.get("rate"),
        values.get("base"),
        values.get("amount"),
    )


def allowance(values: Values) -> Allowance | None:
    """An allowance or a charge says its amount or its percentage."""
    if "amount" not in values and "percent" not in values:
        return None
    return Allowance(
        values.get("charge", False),
        values.get("amount"),
        values.get("percent"),
        values.get("reason"),
    )


def contact(values: Values) -> Contact | None:
    """A contact without a name, number or address is none."""
    if not values.keys() & {"name", "phone", "email"}:
        return None
    return Contact(
        values.get("role", ""),
        values.get("name", ""),
        values.get("phone", ""),
        values.get("email", ""),
    )


def party(values: Values) -> Party:
    """A party in its role, with its address where any part of one was sent."""
    address = None
    if values.keys() & {"lines", "city", "postcode", "region", "country"}:
        address = Address(
            many(values, "lines"),
            values.get("city", ""),
            values.get("postcode", ""),
            values.get("region", ""),
            values.get("country", ""),
        )
    return Party(
        values.get("role", ""),
        many(values, "ids"),
        values.get("name", ""),
        address,
        many(values, "contacts"),
        values.get("tax_id", ""),
        values.get("account", ""),
    )


def line(values: Values) -> Line:
    """A line of a trade document."""
    ids, description = many(values, "ids"), values.get("description", "")
    return Line(
        values.get("no", ""),
        Item(ids, description) if ids or description else NO_ITEM,
        under(values, "quantities") or None,
        values.get("price"),
        values.get("basis", ONE),
        values.get("amount"),
        many(values, "allowances"),
        many(values, "taxes"),
        many(values, "references"),
        many(values, "dates"),
        many(values, "notes"),
    )


def charge_line(values: Values) -> ChargeLine:
    """A charge, credit, adjustment or payment; what is missing was found when it was checked."""
    return ChargeLine(
        values.get("key", ""),
        values.get("type", ""),
        values.get("code", Code("", "")),
        values.get("service_on"),
        values.get("posted_on"),
        values.get("quantity", ONE),
        values.get("unit_price"),
        values.get("amount"),
        values.get("department", ""),
        values.get("plan", ""),
    )


def nothing(_values: Values) -> None:
    """A document is not made from its values alone: see ``assemble``."""


SHAPES: dict[str, Shape] = {
    "identifier": Shape({"scheme": "text", "value": "text", "agency": "text"}, identifier, "ids"),
    "code": Shape({"list": "text", "value": "text"}, code),
    "quantity": Shape({"value": "decimal", "unit": "unit"}, quantity),
    "reference": Shape(
        {"kind": "text", "value": "text", "line": "text", "on": "date"}, reference, "references"
    ),
    "date_role": Shape({"kind": "text", "on": "date"}, date_role, "dates"),
    "tax": Shape(
        {"type": "text", "category": "text", "rate": "decimal", "base": "money", "amount": "money"},
        tax,
        "taxes",
    ),
    "allowance": Shape(
        {"charge": "flag", "amount": "money", "percent": "decimal", "reason": "one:code"},
        allowance,
        "allowances",
    ),
    "contact": Shape(
        {"role": "text", "name": "text", "phone": "text", "email": "text"}, contact, "contacts"
    ),
    "party": Shape(
        {
            "role": "text",
            "ids": "many:identifier",
            "name": "text",
            "lines": "texts",
            "city": "text",
            "postcode": "text",
            "region": "text",
            "country": "text",
            "contacts": "many:contact",
            "tax_id": "text",
            "account": "text",
        },
        party,
        "parties",
    ),
    "line": Shape(
        {
            "no": "text",
            "ids": "many:identifier",
            "description": "text",
            "quantities": "by:one:quantity",
            "price": "money",
            "basis": "decimal",
            "amount": "money",
            "allowances": "many:allowance",
            "taxes": "many:tax",
            "references": "many:reference",
            "dates": "many:date_role",
            "notes": "texts",
        },
        line,
        "lines",
    ),
    "charge_line": Shape(
        {
            "key": "text",
            "type": "text",
            "code": "one:code",
            "service_on": "date",
            "posted_on": "date",
            "quantity": "decimal",
            "unit_price": "money",
            "amount": "money",
            "department": "text",
            "plan": "text",
        },
        charge_line,
        "lines",
    ),
    "trade": Shape(
        {
            "kind": "text",
            "id": "text",
            "function": "text",
            "type_code": "text",
            "issued": "date",
            "currency": "text",
            "terms": "by:text",
            "notes": "texts",
            "dates": "many:date_role",
            "references": "many:reference",
            "parties": "many:party",
            "lines": "many:line",
            "totals": "by:money",
            "allowances": "many:allowance",
            "taxes": "many:tax",
        },
        nothing,
    ),
    "charge": Shape(
        {
            "id": "text",
            "visit": "text",
            "account": "text",
            "facility": "text",
            "bill_to": "one:identifier",
            "lines": "many:charge_line",
        },
        nothing,
    ),
    "person": Shape(
        {
            "id": "text",
            "authority": "text",
            "action": "text",
            "role": "text",
            "event_at": "instant",
            "zone": "zone",
            "name": "text",
            "street": "owned",
            "street2": "owned",
            "city": "owned",
            "postcode": "owned",
            "region": "owned",
            "country": "owned",
            "phone": "owned",
            "email": "owned",
            "language": "owned",
            "merged_from": "many:identifier",
        },
        nothing,
    ),
}
# The shape of the document as a whole, by kind.
DOCUMENTS = {
    "order": "trade",
    "invoice": "trade",
    "credit_note": "trade",
    "price_catalogue": "trade",
    "charge": "charge",
    "party": "person",
}
TOTALS = frozenset(
    {"lines", "allowances", "charges", "taxable", "tax", "total", "prepaid", "payable"}
)
