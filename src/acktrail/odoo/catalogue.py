"""Products and supplier prices from a price catalogue; a price is a record of its own.

A product that exists is left alone, so a new price has to come as a new ``product.supplierinfo``
with its own external id, not as a line of the product.
"""

from acktrail.documents.kinds import Document, Trade
from acktrail.documents.parts import Line
from acktrail.model import Place
from acktrail.odoo import cells, loads
from acktrail.odoo.loads import Load, Plan, Planned
from acktrail.odoo.references import References, column, quantity_of
from acktrail.odoo.trade import OUR_CODES, codes_of


def prices(refs: References, trade: Trade) -> Planned:
    """Plan one supplier price per line, and the product where the options allow it."""
    document, options = refs.document, refs.options
    if document.function != "ORIGINAL":
        refs.findings.append(loads.FUNCTION_UNROUTED.at())
    if not trade.lines:
        refs.findings.append(loads.LINES_MISSING.at())
    if options.products == ("none",):
        refs.findings.append(loads.OPTION_MISSING.at(Place(address="odoo.products")))
    refs.currency(document.currency)
    supplier = refs.counterpart(("SELLER", "SUPPLIER"))
    found = (_price(refs, trade, line, at, supplier) for at, line in enumerate(trade.lines, 1))
    rows = tuple({one.external_id: one for one in found if one}.values())
    plan = Plan(
        document.kind,
        refs.key(document.kind, document.key),
        options.company,
        rows,
        minor=cells.minor_units(options.currency),
    )
    return refs.finish(plan)


def _price(refs: References, trade: Trade, line: Line, at: int, supplier: str) -> Load | None:
    product = refs.product(line.item, codes_of(refs, OUR_CODES), at)
    if line.price is None:
        refs.findings.append(loads.PRICE_MISSING.at(Place("line", at)))
        return None
    minimum = quantity_of(line, "MINIMUM", "ORDERED")
    least = cells.number(minimum.value) if minimum else "1"
    code = next((n.value for s in ("SELLER", "GTIN") for n in line.item.ids if n.scheme == s), "")
    starts, ends = _valid(refs.document, trade, line)
    own = refs.key("price", (code or product, least, starts))
    head = {
        "id": own,
        column("partner_id", supplier): supplier,
        f"product_id{refs.item_column}": product,
        "product_code": cells.text(code, 64),
        "price": cells.number(cells.unit_price(line.price.amount, line.basis)),
        "min_qty": least,
        "date_start": starts,
        "date_end": ends,
    }
    kept = {name: cell for name, cell in head.items() if cell}
    needs = tuple(one for one in (supplier, product) if one.startswith("acktrail_"))
    return Load("product.supplierinfo", own, tuple(kept), (tuple(kept.values()),), needs)


def _valid(document: Document, trade: Trade, line: Line) -> tuple[str, str]:
    by_kind = {one.kind: cells.day(one.on) for one in (*document.dates, *line.dates)}
    starts, ends = by_kind.get("VALID_FROM", ""), by_kind.get("VALID_TO", "")
    if trade.valid:
        starts = starts or (cells.day(trade.valid.start) if trade.valid.start else "")
        ends = ends or (cells.day(trade.valid.end) if trade.valid.end else "")
    return starts or (cells.day(document.issued) if document.issued else ""), ends
