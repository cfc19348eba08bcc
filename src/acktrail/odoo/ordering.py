"""Our purchase orders as documents name them: found by number, their lines by product or place.

Nothing is guessed. An order of another supplier is never touched, whatever number is sent.
"""

from decimal import Decimal
from typing import NamedTuple

from acktrail.documents.kinds import Document
from acktrail.documents.parts import Identifier, Line, Quantity
from acktrail.model import Place
from acktrail.odoo import cells, loads
from acktrail.odoo.questions import Key, Question, Record, Term, Unmatched
from acktrail.odoo.references import BY_SCHEME, References, quantity_of

ORDER_FIELDS = ("partner_id", "state", "partner_ref", "acknowledged", "name")
LINE_FIELDS = (
    *("product_id", "product_qty", "price_unit", "date_planned", "product_uom_id"),
    *("qty_invoiced", "qty_received", "sequence"),
)
OPEN = frozenset({"purchase", "sent", "done"})
ORDER_RULES = ("ref.order_unknown", "ref.order_ambiguous")
SUPPLIER_CODES = ("SELLER",)


class Order(NamedTuple):
    """A purchase order with its lines in their order."""

    head: Record
    lines: tuple[Record, ...]
    supplier: int


def order_number(document: Document, line: Line | None = None) -> str:
    """Return the number of our order that a line or else the document names."""
    references = (*(line.references if line else ()), *document.references)
    return next((one.value for one in references if one.kind == "ORDER" and one.value), "")


def find_order(refs: References, number: str, supplier: int) -> Order | None:
    """Return the supplier's open order of that number; None with findings, or while it is asked."""
    if not number:
        refs.findings.append(loads.ORDER_UNKNOWN.at(Place(address="order")))
        return None
    declared = refs.options.match.get("order", ("name", "partner_ref"))
    keys = tuple(Key(name, number) for name in declared)
    scope = (Term("company_id", "=", refs.options.company),)
    name = f"order {cells.text(number, 40)}" if number != order_number(refs.document) else "order"
    question = Question(name, "purchase.order", keys, scope, ORDER_FIELDS, ORDER_RULES)
    head = refs.one(question)
    if head is None or not supplier:
        return None
    if many2one(head, "partner_id") != supplier:
        refs.findings.append(loads.ORDER_FOREIGN.at(Place(address="order")))
        return None
    if head["state"] not in OPEN:
        refs.findings.append(loads.ORDER_CLOSED.at(Place(address="order")))
        return None
    lines = refs.all(
        Question(
            f"{name} lines",
            "purchase.order.line",
            (Key("order_id", head["id"]),),
            (Term("product_qty", ">", 0),),
            LINE_FIELDS,
            many=True,
        )
    )
    ordered = sorted(lines, key=lambda one: (one["sequence"], one["id"]))
    return Order(head, tuple(ordered), supplier)


def find_line(refs: References, order: Order, line: Line, at: int) -> Record | None:
    """Return the order's line that a line of the document is about, by the declared keys."""
    declared = refs.options.match.get("order_line", ("product", "line"))
    fitting = list(order.lines)
    found: list[Record] = []
    for key in declared:
        hits = _by_product(refs, order, line, at) if key == "product" else _by_place(order, line)
        if hits is None:
            continue
        found = [one for one in fitting if one["id"] in hits]
        if len(found) == 1 or refs.asked:
            break
        fitting = found or fitting
    if len(found) == 1 or refs.asked:
        return found[0] if len(found) == 1 and not refs.asked else None
    rule = loads.LINE_AMBIGUOUS if found else loads.LINE_UNKNOWN
    refs.findings.append(rule.at(Place("line", at, address=f"line {at}")))
    refs.missed.append(Unmatched(rule.name, f"line {at}", (), len(found)))
    return None


def _by_place(order: Order, line: Line) -> set[int] | None:
    """Return the line at the place that the reference to the order, or the line, names."""
    named = next((one.line for one in line.references if one.kind == "ORDER" and one.line), line.no)
    if not named.isdecimal() or not 0 < int(named) <= len(order.lines):
        return None
    return {order.lines[int(named) - 1]["id"]}


def _by_product(refs: References, order: Order, line: Line, at: int) -> set[int] | None:
    """Return the lines of the product: by our keys, or by the supplier's code in its price list."""
    keys = [Key(how, one.value) for how in ("barcode",) for one in _ids(line, BY_SCHEME[how])]
    keys += [Key("default_code", one.value) for one in _ids(line, ("BUYER",))]
    products: set[int] = set()
    if keys:
        question = Question(f"line {at} product", "product.product", tuple(keys), many=True)
        products |= {one["id"] for one in refs.all(question)}
    codes = _ids(line, SUPPLIER_CODES)
    if codes and not products:
        question = Question(
            f"line {at} supplier code",
            "product.supplierinfo",
            tuple(Key("product_code", one.value) for one in codes),
            (Term("partner_id", "=", order.supplier),),
            ("product_id", "product_tmpl_id"),
            many=True,
        )
        products |= {many2one(one, "product_id") for one in refs.all(question)}
    hits = {one["id"] for one in order.lines if many2one(one, "product_id") in products - {0}}
    return hits or None


def _ids(line: Line, schemes: tuple[str, ...]) -> list[Identifier]:
    return [one for scheme in schemes for one in line.item.ids if one.scheme == scheme]


def compare_price(refs: References, line: Line, ordered: Record, at: int) -> None:
    """Note a price that is further from the order's than the profile tolerates."""
    if line.price is None:
        return
    price, ours = cells.unit_price(line.price.amount, line.basis), Decimal(ordered["price_unit"])
    most = abs(ours) * Decimal(refs.options.price_tolerance) / 100
    if abs(price - ours) > most:
        refs.differs(loads.PRICE_DIFFERS, f"line {at}")


def compare_unit(refs: References, quantity: Quantity, ordered: Record, at: int) -> None:
    """Note a line in another unit than the order's; one whose unit we do not know too."""
    external = refs.unit(quantity, at)
    if external:
        unit = refs.by_reference(f"line {at} unit", external)
        if unit and unit != many2one(ordered, "product_uom_id"):
            refs.differs(loads.UNIT_DIFFERS, f"line {at}")


def many2one(record: Record, name: str) -> int:
    """Return the id of a many2one field; 0 when it is empty."""
    value = record.get(name)
    return int(value[0]) if isinstance(value, list) and value else 0


def supplier_of(refs: References, roles: tuple[str, ...]) -> int:
    """Return the database id of the supplier that a document is from; 0 while it is asked."""
    cell = refs.counterpart(roles)
    if not cell or cell.isdecimal():
        return int(cell or 0)
    return refs.by_reference("supplier", cell)


def billed_lines(refs: References, lines: tuple[Line, ...]) -> dict[int, Record]:
    """Return the order's line of each line of a bill, by ordinal, prices and quantities compared.

    A bill for more than was ordered and not billed yet, or at another price, is for a person.
    """
    supplier = supplier_of(refs, ("PAYEE", "SELLER"))
    found: dict[int, Record] = {}
    for at, line in enumerate(lines, 1):
        order = find_order(refs, order_number(refs.document, line), supplier)
        ordered = find_line(refs, order, line, at) if order else None
        if ordered is None:
            continue
        found[at] = ordered
        compare_price(refs, line, ordered, at)
        quantity = quantity_of(line, "INVOICED", "ORDERED")
        if quantity is None:
            continue
        compare_unit(refs, quantity, ordered, at)
        left = Decimal(ordered["product_qty"]) - Decimal(ordered["qty_invoiced"])
        if refs.document.kind == "invoice" and quantity.value > left:
            refs.differs(loads.QUANTITY_DIFFERS, f"line {at}")
    return found
