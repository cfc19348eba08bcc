"""How the canonical parts that a map can fill are made of the values that were found."""

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
    found = values.get(name)
    return tuple(found) if found else ()


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
    get = values.get
    ids, description = tuple(get("ids", ())), get("description", "")
    return Line(
        get("no", ""),
        Item(ids, description) if ids or description else NO_ITEM,
        under(values, "quantities") or None,
        get("price"),
        get("basis", ONE),
        get("amount"),
        tuple(get("allowances", ())),
        tuple(get("taxes", ())),
        tuple(get("references", ())),
        tuple(get("dates", ())),
        tuple(get("notes", ())),
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
