"""What a supplier sends us: the order's open receipt is prepared and left to people at the dock.

Quantities and lots are proposals on the receipt; it is validated only where the profile says so.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from acktrail.documents.parts import Quantity
from acktrail.documents.supply import DespatchAdvice, DespatchLine
from acktrail.model import Place
from acktrail.odoo import cells, loads
from acktrail.odoo.answered import owned
from acktrail.odoo.loads import Expected, Load, Plan, Planned, Write
from acktrail.odoo.ordering import (
    Order,
    compare_unit,
    find_line,
    find_order,
    many2one,
    order_number,
    supplier_of,
)
from acktrail.odoo.questions import Key, Question, Record, Term
from acktrail.odoo.references import References, quantity_of

MODEL, MOVES, LOTS = "stock.picking", "stock.move", "stock.move.line"
RULES = ("ref.receipt_unknown", "ref.receipt_ambiguous")
WAITING = ("assigned", "confirmed", "waiting")
PLACES = ("location_id", "location_dest_id")
MOVE_FIELDS = (
    *("purchase_line_id", "product_uom_qty", "product_uom", "quantity", "product_id"),
    *PLACES,
)


class Receipt(NamedTuple):
    """An order's one open receipt."""

    head: Record
    moves: tuple[Record, ...]
    order: Order


def despatch_advice(refs: References, advice: DespatchAdvice) -> Planned:
    """Plan what is prepared on the receipts of the orders that the lines name."""
    document, options = refs.document, refs.options
    own = refs.key(document.kind, document.key)
    supplier = supplier_of(refs, ("SELLER", "SUPPLIER", "SHIP_FROM"))
    numbers = dict.fromkeys(order_number(document, one.line) for one in advice.lines)
    before = refs.record if len(numbers) == 1 else 0
    receipts = {number: _receipt(refs, number, supplier, before) for number in numbers}
    if not advice.lines:
        refs.findings.append(loads.LINES_MISSING.at())
    kept = [one for one in receipts.values() if one]
    if refs.findings or refs.asked or not kept:
        return refs.stopped(own, MODEL)
    writes = [_head(refs, advice, one) for one in kept]
    records: list[Load] = []
    shipped: dict[int, Decimal] = {}
    for at, line in enumerate(advice.lines, 1):
        receipt = receipts[order_number(document, line.line)]
        move = _move(refs, receipt, line, at) if receipt else None
        if move is not None and receipt is not None:
            records += _lots(refs, receipt, move, line, at)
            amount = quantity_of(line.line, "SHIPPED")
            shipped[move["id"]] = shipped.get(move["id"], Decimal(0)) + (
                amount.value if amount else 0
            )
    moves = {one["id"]: one for receipt in kept for one in receipt.moves}
    lotted = {record.rows[0][record.fields.index("move_id/.id")] for record in records}
    writes += _quantities(refs, moves, shipped, lotted)
    plan = Plan(
        document.kind,
        own,
        options.company,
        tuple(records),
        expected=Expected("origin", str(kept[0].order.head["name"])),
        verb="button_validate" if options.validate and len(kept) == 1 else "",
        writes=tuple(one for one in writes if one.values),
        target=(MODEL, kept[0].head["id"]),
    )
    return refs.finish(plan)


def _receipt(refs: References, number: str, supplier: int, before: int) -> Receipt | None:
    """Return the order's open receipt; ``before``: the one that was prepared, open or not."""
    order = find_order(refs, number, supplier)
    if order is None:
        return None
    ours = Term("company_id", "=", refs.options.company)
    incoming, waiting = Term("picking_type_code", "=", "incoming"), Term("state", "in", WAITING)
    scope = (incoming, ours) if before else (incoming, waiting, ours)
    keys = (Key("id", before),) if before else (Key("origin", order.head["name"]),)
    fields = ("state", "scheduled_date", "note")
    name = f"receipt of {order.head['name']}"
    head = refs.one(Question(name, MODEL, keys, scope, fields, RULES))
    if head is None:
        return None
    moves = refs.all(
        Question(
            f"{name} moves",
            MOVES,
            (Key("picking_id", head["id"]),),
            (Term("state", "!=", "cancel"),),
            MOVE_FIELDS,
            many=True,
        )
    )
    return Receipt(head, moves, order)


def _head(refs: References, advice: DespatchAdvice, receipt: Receipt) -> Write:
    """The day of arrival, and what the driver's papers say: packages and tracking."""
    wanted: dict[str, str] = {}
    arrival = next((d.on for d in refs.document.dates if d.kind == "EST_ARRIVAL"), None)
    if arrival:
        time = str(receipt.head["scheduled_date"] or "").partition(" ")[2] or "00:00:00"
        wanted["scheduled_date"] = f"{arrival.isoformat()} {time}"
    codes = [f"SSCC {n.value}" for one in advice.packages for n in one.ids if n.scheme == "SSCC"]
    papers = ("TRACKING", "BILL_OF_LADING")
    codes += [f"{n.kind} {n.value}" for n in refs.document.references if n.kind in papers]
    if codes:
        wanted["note"] = cells.html_text((refs.document.id, *codes))
    values = owned(refs, MODEL, receipt.head, wanted, "receipt")
    return Write(MODEL, receipt.head["id"], values)


def _move(refs: References, receipt: Receipt, line: DespatchLine, at: int) -> Record | None:
    ordered = find_line(refs, receipt.order, line.line, at)
    if ordered is None:
        return None
    quantity = quantity_of(line.line, "SHIPPED")
    if quantity is None:
        refs.findings.append(loads.QUANTITY_MISSING.at(Place("line", at)))
        return None
    compare_unit(refs, quantity, ordered, at)
    fitting = [n for n in receipt.moves if many2one(n, "purchase_line_id") == ordered["id"]]
    if len(fitting) != 1:
        rule = loads.LINE_AMBIGUOUS if fitting else loads.LINE_UNKNOWN
        refs.findings.append(rule.at(Place("line", at, address=f"line {at}")))
        return None
    return fitting[0]


def _quantities(
    refs: References, moves: dict[int, Record], shipped: dict[int, Decimal], lotted: set[str]
) -> Iterator[Write]:
    """What arrives; a line with lots gets its quantity from them."""
    for number, amount in shipped.items():
        if amount > Decimal(moves[number]["product_uom_qty"]):
            refs.differs(loads.QUANTITY_DIFFERS, f"receipt move {number}")
        value = 0.0 if str(number) in lotted else float(amount)
        yield Write(MOVES, number, (("quantity", value),))


def _lots(
    refs: References, receipt: Receipt, move: Record, line: DespatchLine, at: int
) -> Iterator[Load]:
    """Yield a proposal per lot or serial number; Odoo makes the lot when that is validated."""
    whole = quantity_of(line.line, "SHIPPED") or Quantity(Decimal(0), "")
    found = [(lot.number, lot.quantity or whole, lot.expiry) for lot in line.lots]
    found += [(serial, Quantity(Decimal(1), ""), None) for serial in line.serials]
    for number, quantity, expiry in found:
        own = refs.key("lot", (*refs.document.key, str(at), number))
        cell = {
            "id": own,
            "picking_id/.id": str(receipt.head["id"]),
            "move_id/.id": str(move["id"]),
            "product_id/.id": str(many2one(move, "product_id")),
            "product_uom_id/.id": str(many2one(move, "product_uom")),
            "lot_name": cells.text(number, 64),
            "quantity": cells.number(quantity.value),
        }
        sent = refs.options.send.get(LOTS, ())
        cell |= {f"{name}/.id": str(many2one(move, name)) for name in PLACES if name in sent}
        if expiry and "expiration_date" in sent:
            cell["expiration_date"] = cells.midnight(expiry)
        yield Load(LOTS, own, tuple(cell), (tuple(cell.values()),))
