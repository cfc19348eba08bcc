"""What a supplier answers to our order: references and dates are written, the rest is for people.

A quantity, a price or a substitute is never taken over: lowering the quantity of a confirmed order
makes a return in Odoo.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from acktrail.documents.supply import AnsweredLine, OrderAnswer
from acktrail.odoo import cells, loads
from acktrail.odoo.loads import Expected, Plan, Planned, Write
from acktrail.odoo.ordering import (
    Order,
    compare_price,
    compare_unit,
    find_line,
    find_order,
    order_number,
    supplier_of,
)
from acktrail.odoo.questions import Record
from acktrail.odoo.references import References, quantity_of

MODEL, LINES = "purchase.order", "purchase.order.line"
TAKEN = frozenset(
    {"ACCEPTED", "ACCEPTED_AMENDED"}
)  # an amended date is written, an amount compared
AS_ORDERED = frozenset({"ACCEPTED", "ACCEPTED_AMENDED", "RECEIVED"})


def order_answer(refs: References, answer: OrderAnswer) -> Planned:
    """Plan what is written on the order: the supplier's number, that it answered, promised days."""
    document = refs.document
    supplier = supplier_of(refs, ("SELLER",))
    order = find_order(refs, order_number(document), supplier)
    if order is None or refs.asked:
        return refs.stopped(_own(refs), MODEL)
    if answer.disposition not in AS_ORDERED:
        refs.differs(loads.NOT_ACCEPTED, "order")
    writes = [_head(refs, order)]
    for at, line in enumerate(answer.lines, 1):
        ordered = find_line(refs, order, line.line, at)
        if ordered is not None:
            writes += _line(refs, line, ordered, at)
    reference = dict(writes[0].values).get("partner_ref", order.head["partner_ref"]) or ""
    plan = Plan(
        document.kind,
        _own(refs),
        refs.options.company,
        (),
        expected=Expected("partner_ref", str(reference)) if reference else None,
        writes=tuple(one for one in writes if one.values),
        target=(MODEL, order.head["id"]),
    )
    return refs.finish(plan)


def _own(refs: References) -> str:
    return refs.key(refs.document.kind, refs.document.key)


def _head(refs: References, order: Order) -> Write:
    wanted: dict[str, str | bool] = {
        "partner_ref": cells.text(refs.document.id),
        "acknowledged": True,
    }
    return Write(MODEL, order.head["id"], owned(refs, MODEL, order.head, wanted, "order"))


def _line(refs: References, line: AnsweredLine, ordered: Record, at: int) -> Iterator[Write]:
    compare_price(refs, line.line, ordered, at)
    first = quantity_of(line.line, "CONFIRMED", "ORDERED")
    for answer in line.answers:
        first = answer.quantity or first
        if answer.status not in TAKEN:
            refs.differs(loads.NOT_ACCEPTED, f"line {at}")
    if first is not None:
        compare_unit(refs, first, ordered, at)
    taken = [one for one in line.answers if one.status in TAKEN]
    amounts = [one.quantity.value for one in taken if one.quantity]
    if amounts and sum(amounts, start=Decimal(0)) != Decimal(ordered["product_qty"]):
        refs.differs(loads.QUANTITY_DIFFERS, f"line {at}")
    days = [one.on for answer in taken for one in answer.dates if one.kind == "PROMISED"]
    if days:
        wanted = {"date_planned": _planned(max(days), ordered)}
        place = f"line {at}"
        yield Write(LINES, ordered["id"], owned(refs, LINES, ordered, wanted, place))


def _planned(day: date, ordered: Record) -> str:
    """Return the day with the time that the order has; a day alone says nothing of the hour."""
    kept = str(ordered["date_planned"] or "")
    time = kept.partition(" ")[2] or "00:00:00"
    return f"{day.isoformat()} {time}"


def owned(
    refs: References,
    model: str,
    kept: Record,
    wanted: dict[str, str] | dict[str, str | bool],
    place: str,
) -> tuple[tuple[str, str | float | bool], ...]:
    """Return which fields are written, by who owns them (profile: owner).

    A value that is there already is not written again.
    """
    found: list[tuple[str, str | float | bool]] = []
    for name, value in wanted.items():
        before = kept.get(name)
        owner = refs.options.owner.get(f"{model}.{name}", "partner")
        if before == value or (owner == "odoo" and before):
            continue
        if owner == "ask" and before:
            refs.differs(loads.FIELD_ASKS, f"{place} {model}.{name}")
        found.append((name, value))
    return tuple(found)
