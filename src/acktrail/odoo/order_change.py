"""What a buyer changes of an order (860): an activity on our sale order, line by line.

Nothing of the order is written: stock may be reserved, goods on their way. A person decides.
"""

from collections import Counter

from acktrail.documents.supply import ChangedLine, OrderChange
from acktrail.model import Place
from acktrail.odoo import cells, loads
from acktrail.odoo.loads import Load, Plan, Planned
from acktrail.odoo.ordering import many2one, order_number, supplier_of
from acktrail.odoo.questions import Key, Question, Term
from acktrail.odoo.references import References, quantity_of

MODEL, ORDERS = "mail.activity", "sale.order"
RULES = ("ref.order_unknown", "ref.order_ambiguous")
DECLARED = ("client_order_ref", "name")
SHOWN = 19  # lines of a note; the others are counted


def activity(refs: References, change: OrderChange) -> Planned:
    """Plan one activity on the buyer's order.

    Spec: X12 004010 860, BCH01 to BCH03 and POC02.
    """
    document, own = refs.document, refs.key(refs.document.kind, refs.document.key)
    order = _order(refs)
    if not order:
        return refs.stopped(own, MODEL)
    counted = Counter(one.action for one in change.lines if one.action != "UNCHANGED")
    said = ", ".join(f"{amount} {action.lower()}" for action, amount in sorted(counted.items()))
    cell = {
        "id": own,
        "res_model_id/id": "sale.model_sale_order",
        "res_id": str(order),
        "activity_type_id/id": "mail.mail_activity_data_todo",
        "summary": cells.text(f"Order {_kind(document.function)}: {said or 'see the file'}", 120),
        "note": cells.html_text(tuple(_told(change))),
    }
    kept = {name: text for name, text in cell.items() if text}
    record = Load(MODEL, own, tuple(kept), (tuple(kept.values()),))
    return refs.finish(Plan(document.kind, own, refs.options.company, (record,)))


def _order(refs: References) -> int:
    """Return the buyer's order that the change names; 0 with findings, or while it is asked."""
    number, buyer = order_number(refs.document), supplier_of(refs, ("BUYER",))
    if not number:
        refs.findings.append(loads.ORDER_UNKNOWN.at(Place(address="order")))
        return 0
    declared = refs.options.match.get("sale_order", DECLARED)
    keys = tuple(Key(name, cells.text(number)) for name in declared)
    scope = (Term("company_id", "=", refs.options.company),)
    found = refs.one(Question("order", ORDERS, keys, scope, ("partner_id",), RULES))
    if found is None or not buyer:
        return 0
    if many2one(found, "partner_id") != buyer:
        refs.findings.append(loads.ORDER_FOREIGN.at(Place(address="order")))
        return 0
    return int(found["id"])


def _kind(function: str) -> str:
    return "cancellation" if function == "CANCEL" else "change"


def _told(change: OrderChange) -> list[str]:
    """Return a sentence for each line that is not as it was."""
    lines = [one for one in change.lines if one.action != "UNCHANGED"]
    more = [f"and {len(lines) - SHOWN} more lines"] if len(lines) > SHOWN else []
    return [_line(one) for one in lines[:SHOWN]] + more


def _line(one: ChangedLine) -> str:
    amount = quantity_of(one.line, "ORDERED")
    number = next((n.value for n in one.line.item.ids), "")
    parts = [
        f"line {one.line.no} {one.action}",
        number,
        f"{cells.number(amount.value)} {amount.raw_unit or amount.unit}" if amount else "",
        f"at {cells.number(one.line.price.amount)}" if one.line.price else "",
    ]
    return " ".join(filter(None, parts))
