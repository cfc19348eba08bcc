"""Services that a facility orders (HL7 ORM, OML) as one draft sale order.

Only new orders: what changes or takes back an order, or says anything else, is for a person.
No visit, account or patient leaves: the facility knows its order by its own number.
"""

from acktrail.documents.clinical import OrderedService, ServiceOrder
from acktrail.documents.parts import Identifier, Item
from acktrail.model import Place
from acktrail.odoo import cells, loads
from acktrail.odoo.loads import Expected, Load, Plan, Planned
from acktrail.odoo.references import References, column

MODEL = "sale.order"
NEW = "NEW"
FACILITY = "FACILITY"  # scheme of MSH-4 in the tables parties and items


def order(refs: References, services: ServiceOrder) -> Planned:
    """Plan one sale order; prices and taxes are those of Odoo's products and pricelist.

    Spec: HL7 v2.5.1, 4.5.1 ORC-1 to ORC-4; table 0119.
    """
    document, options = refs.document, refs.options
    if any(one.control != NEW for one in services.items):
        refs.findings.append(loads.FUNCTION_UNROUTED.at())
    if not services.items:
        refs.findings.append(loads.LINES_MISSING.at())
    if options.products == ("none",):
        refs.findings.append(loads.OPTION_MISSING.at(Place(address="odoo.products")))
    own = identity(refs, services)
    buyer = refs.payer((FACILITY,), Identifier(FACILITY, document.key[0]))
    wanted = min((one.wanted_at for one in services.items if one.wanted_at), default=None)
    head = {
        "id": own,
        column("partner_id", buyer): buyer,
        "client_order_ref": cells.text(" ".join(_numbers(services))),
        "origin": cells.text(next((one.group for one in services.items if one.group), "")),
        "date_order": cells.midnight(document.issued) if document.issued else "",
        "commitment_date": wanted.strftime("%Y-%m-%d %H:%M:%S") if wanted else "",
    }
    kept = {name: cell for name, cell in head.items() if cell}
    lines = [_line(refs, one, at) for at, one in enumerate(services.items, 1)]
    rows = tuple(
        (*(("",) * len(kept) if at else kept.values()), *cell) for at, cell in enumerate(lines)
    )
    fields = (*kept, f"order_line/product_id{refs.item_column}", "order_line/product_uom_qty")
    named = (buyer, *(product for product, _ in lines))
    needs = tuple(one for one in dict.fromkeys(named) if one.startswith("acktrail_"))
    plan = Plan(
        document.kind,
        own,
        options.company,
        (Load(MODEL, own, fields, rows, needs),),
        expected=Expected("client_order_ref", head["client_order_ref"], buyer),
        verb="action_confirm" if options.confirm else "",
        minor=cells.minor_units(options.currency),
    )
    return refs.finish(plan)


def identity(refs: References, services: ServiceOrder) -> str:
    """Return the external id: a new order's by its numbers, so that it is one however often sent.

    A message that says more of an order has an id of its own.
    """
    key, numbers = refs.document.key, _numbers(services)
    new = all(one.control == NEW for one in services.items) and bool(numbers)
    return refs.key(refs.document.kind, (key[0], *numbers) if new else key)


def _numbers(services: ServiceOrder) -> list[str]:
    return sorted({one.placer or one.filler for one in services.items} - {""})


def _line(refs: References, one: OrderedService, at: int) -> tuple[str, str]:
    code = one.service
    item = Item((Identifier(code.list, code.value),) if code else ())
    product = refs.product(item, (code.list,) if code else (), at)
    return product, "1" if one.quantity is None else cells.number(one.quantity)
