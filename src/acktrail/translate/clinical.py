"""Documents of clinical administration (HL7 v2) from what a map filled: parts, payloads, keys."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from acktrail.documents.clinical import (
    Account,
    Appointment,
    MasterData,
    MasterEntry,
    OrderedService,
    RequestedSupply,
    ServiceOrder,
    SupplyRequest,
)
from acktrail.documents.kinds import Document, Opaque, Payload
from acktrail.documents.parts import Period
from acktrail.model import Place
from acktrail.translate import rules
from acktrail.translate.building import Building
from acktrail.translate.shapes import Values, line, many, under

LONGEST = Decimal(366 * 24 * 60)  # minutes of an appointment
Key = tuple[str, ...]


# ---------------------------------------------------------------- parts


def ordered_service(values: Values) -> OrderedService:
    """One ordered service."""
    return OrderedService(
        values.get("control", ""),
        values.get("placer", ""),
        values.get("filler", ""),
        values.get("group", ""),
        values.get("service"),
        values.get("quantity"),
        values.get("wanted_at"),
        values.get("priority", ""),
    )


def requested_supply(values: Values) -> RequestedSupply:
    """One requested item."""
    return RequestedSupply(values.get("control", ""), line(values), values.get("cost_centre", ""))


def master_entry(values: Values) -> MasterEntry:
    """One entry of a master file."""
    return MasterEntry(
        values.get("action", ""),
        values.get("key", ""),
        values.get("name", ""),
        many(values, "ids"),
        under(values, "prices"),
        values.get("active"),
        _period(values),
        values.get("phone", ""),
    )


def _period(values: Values) -> Period | None:
    days = under(values, "period")
    return Period(days.get("start"), days.get("end")) if days else None


# ---------------------------------------------------------------- payloads


def _appointment(values: Values) -> Appointment:
    start: datetime | None = values.get("start")
    end: datetime | None = values.get("end")
    minutes = values.get("duration", Decimal(0)) * Decimal(values.get("minutes", "1"))
    if start is not None and end is None and 0 < minutes <= LONGEST:
        end = start + timedelta(minutes=float(minutes))
    return Appointment(
        values.get("status", ""),
        start,
        end,
        many(values, "services"),
        many(values, "locations"),
        many(values, "staff"),
        values.get("patient"),
        values.get("visit", ""),
    )


def _service_order(values: Values) -> ServiceOrder:
    return ServiceOrder(many(values, "items"), values.get("visit", ""), values.get("account", ""))


def _supply_request(values: Values) -> SupplyRequest:
    return SupplyRequest(many(values, "lines"))


def _account(values: Values) -> Account:
    return Account(
        values.get("action", ""),
        values.get("account", ""),
        values.get("visit", ""),
        values.get("patient"),
        values.get("guarantor"),
        many(values, "payers"),
        _period(values),
    )


def _master_data(values: Values) -> MasterData:
    return MasterData(values.get("file", ""), values.get("event", ""), many(values, "entries"))


def _opaque(values: Values) -> Opaque:
    return Opaque(values.get("type", ""))


PAYLOADS: dict[str, Callable[[Values], Payload]] = {
    "account": _account,
    "appointment": _appointment,
    "master_data": _master_data,
    "opaque": _opaque,
    "service_order": _service_order,
    "supply_request": _supply_request,
}


def document(kind: str, values: Values, building: Building) -> Document | None:
    """Return the document of a message; None when nothing tells it from others."""
    key = _key(kind, values)
    if not any(key[1:]):
        building.found_at(rules.REQUIRED_MISSING, Place(segment="MSH", address="MSH-10"))
        return None
    return Document(
        kind=kind,
        id=next(filter(None, key[1:])),
        key=key,
        payload=PAYLOADS[kind](values),
        function=values.get("function", "ORIGINAL"),
        issued=values.get("issued"),
        currency=building.currency,
        parties=many(values, "parties"),
        references=many(values, "references"),
        ext=building.ext,
    )


def _key(kind: str, values: Values) -> Key:
    """Return facility and subject; what has no subject of its own is told by its message."""
    facility, control = values.get("facility", ""), values.get("id", "")
    match kind:
        case "appointment":
            return (facility, values.get("filler") or values.get("placer", ""))
        case "account":
            return (facility, values.get("account") or values.get("visit", ""))
        case "service_order":
            items = many(values, "items")
            numbers = sorted({one.placer or one.filler for one in items} - {""})
            return (facility, *numbers, control)
        case _:
            return (facility, control)
