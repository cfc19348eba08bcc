"""Bills and refunds from invoices, ours or the partner's; sale orders from orders."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple

from acktrail.documents.kinds import Document, Trade
from acktrail.documents.parts import Line, Money, Quantity, Totals
from acktrail.model import Place
from acktrail.odoo import cells, loads
from acktrail.odoo.loads import Expected, Load, Plan, Planned
from acktrail.odoo.ordering import billed_lines, many2one, supplier_of
from acktrail.odoo.questions import Key, Question, Record, Term
from acktrail.odoo.references import References, column, quantity_of

OUR_CODES = ("BUYER",)  # whose number our product codes are when we buy, and when we sell
THEIR_CODES = ("SELLER",)
INVOICE_RULES = ("ref.invoice_unknown", "ref.invoice_ambiguous")
NO_ORDER: Mapping[int, Record] = {}
CATALOGUE_CODES = ("SELLER", "GTIN", "UPC", "NDC", "BUYER", "MANUFACTURER")


class Row(NamedTuple):
    """One line of a move or an order, as cells."""

    name: str
    product: str
    quantity: str
    unit: str
    price: str
    taxes: str
    order: str = ""  # line of our purchase order
    analytic: str = ""


class Side(NamedTuple):
    """What an invoice is to us, by the profile's ``side``."""

    moves: Mapping[str, str]  # by kind of document
    journal: str  # name of the option
    roles: tuple[str, ...]  # of the other side
    codes: tuple[str, ...]  # whose item numbers are ours


SIDES = {
    "purchase": Side(
        {"invoice": "in_invoice", "credit_note": "in_refund"},
        "purchase_journal",
        ("PAYEE", "SELLER"),
        OUR_CODES,
    ),
    "sale": Side(
        {"invoice": "out_invoice", "credit_note": "out_refund"},
        "sale_journal",
        ("PAYER", "BILL_TO", "BUYER"),
        THEIR_CODES,
    ),
}


def bill(refs: References, trade: Trade) -> Planned:
    """Plan a bill, or a refund from a credit note: a supplier's, or one that we gave.

    The stated total is compared with Odoo's after storing: a difference stays a draft.
    """
    document, options, side = refs.document, refs.options, SIDES[refs.options.side]
    _check(refs, trade)
    if document.issued is None:
        refs.findings.append(loads.DATE_MISSING.at())
    if _stated(trade.totals) < 0:
        refs.findings.append(loads.NEGATIVE_TOTAL.at())
    own = refs.key(document.kind, document.key)
    partner = refs.counterpart(side.roles)
    head = {
        "id": own,
        "move_type": side.moves[document.kind],
        column("partner_id", partner): partner,
        "journal_id/id": getattr(options, side.journal),
        "invoice_date": cells.day(document.issued) if document.issued else "",
        "invoice_date_due": _date(document, "DUE", cells.day),
        "ref": cells.text(document.id),
        "invoice_origin": cells.text(_origin(document)),
        "narration": cells.html_text(document.notes) if options.notes else "",
        "reversed_entry_id/.id": _reversed(refs, side),
    }
    matched = options.orders and options.side == "purchase"
    ordered = billed_lines(refs, trade.lines) if matched else {}
    if refs.asked:
        return refs.stopped(own, "account.move")
    rows = _rows(refs, trade, ("INVOICED", "ORDERED"), side.codes, ordered)
    column_of_item = "/.id" if ordered else refs.item_column
    record = _load("account.move", "invoice_line_ids", head, rows, column_of_item)
    total = trade.totals and (trade.totals.total or trade.totals.payable)
    expected = Expected(
        "ref", head["ref"], partner, "amount_total", total.amount if total else None
    )
    verb = "action_post" if options.post else ""
    return refs.finish(_plan(refs, own, record, expected, verb))


def _reversed(refs: References, side: Side) -> str:
    """Return the posted invoice that a credit note names, where the profile says how to find it."""
    declared = refs.options.match.get("invoice", ())
    named = (one.value for one in refs.document.references if one.kind == "INVOICE" and one.value)
    number = next(named, "")
    if refs.document.kind != "credit_note" or not declared or not number:
        return ""
    partner = supplier_of(refs, side.roles)
    if not partner:
        return ""
    scope = (
        Term("move_type", "=", side.moves["invoice"]),
        Term("state", "=", "posted"),
        Term("company_id", "=", refs.options.company),
        Term("partner_id", "=", partner),
    )
    keys = tuple(Key(name, number) for name in declared)
    found = refs.one(Question("invoice", "account.move", keys, scope, (), INVOICE_RULES))
    return str(found["id"]) if found else ""


def order(refs: References, trade: Trade) -> Planned:
    """Plan a sale order; without prices Odoo takes those of the customer's pricelist."""
    document, options = refs.document, refs.options
    _check(refs, trade)
    if options.products == ("none",):
        refs.findings.append(loads.OPTION_MISSING.at(Place(address="odoo.products")))
    own = refs.key("order", document.key)
    buyer = refs.counterpart(("BUYER",))
    head = {
        "id": own,
        column("partner_id", buyer): buyer,
        "partner_shipping_id/id": _place(refs, "SHIP_TO"),
        "partner_invoice_id/id": _place(refs, "BILL_TO"),
        "client_order_ref": cells.text(document.id),
        "date_order": cells.midnight(document.issued) if document.issued else "",
        "commitment_date": _date(document, "REQUESTED_DELIVERY", cells.midnight),
        "note": cells.html_text(document.notes) if options.notes else "",
    }
    rows = _rows(refs, trade, ("ORDERED",), THEIR_CODES)
    record = _load("sale.order", "order_line", head, rows, refs.item_column)
    lines = trade.totals and trade.totals.lines
    expected = Expected(
        "client_order_ref",
        head["client_order_ref"],
        buyer,
        "amount_untaxed",
        lines.amount if lines else None,
    )
    verb = "action_confirm" if options.confirm else ""
    return refs.finish(_plan(refs, own, record, expected, verb))


def _plan(refs: References, own: str, record: Load, expected: Expected, verb: str) -> Plan:
    minor = cells.minor_units(refs.options.currency)
    kind, company = refs.document.kind, refs.options.company
    return Plan(kind, own, company, (record,), expected=expected, verb=verb, minor=minor)


def _check(refs: References, trade: Trade) -> None:
    if refs.document.function != "ORIGINAL":
        refs.findings.append(loads.FUNCTION_UNROUTED.at())
    if not trade.lines:
        refs.findings.append(loads.LINES_MISSING.at())
    refs.currency(refs.document.currency)


def _rows(
    refs: References,
    trade: Trade,
    roles: tuple[str, ...],
    codes: tuple[str, ...],
    ordered: Mapping[int, Record] = NO_ORDER,
) -> list[Row]:
    rows: list[Row] = []
    schemes = codes_of(refs, codes)
    for at, line in enumerate(trade.lines, 1):
        rows += _line(refs, line, at, roles, schemes, ordered.get(at))
    if refs.document.kind != "order":
        return rows + _header_amounts(trade)
    if len({bool(row.price) for row in rows}) > 1:  # an empty price cell would be taken for 0
        refs.findings.append(loads.PRICE_MISSING.at())
    if len({bool(row.unit) for row in rows}) > 1:
        refs.findings.append(loads.UNIT_UNKNOWN.at())
    return rows


def codes_of(refs: References, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return whose item numbers lead to a product: those given, or any of a catalogue of ours."""
    return CATALOGUE_CODES if refs.options.products == ("external_id",) else codes


def _line(  # noqa: PLR0913, PLR0917 - what one line is made from
    refs: References,
    line: Line,
    at: int,
    roles: tuple[str, ...],
    schemes: tuple[str, ...],
    ordered: Record | None,
) -> list[Row]:
    quantity = quantity_of(line, *roles)
    if quantity is None:
        refs.findings.append(loads.QUANTITY_MISSING.at(Place("line", at)))
        return []
    price = _price(line, quantity)
    if price is None and (refs.document.kind != "order" or line.amount is not None):
        refs.findings.append(loads.PRICE_MISSING.at(Place("line", at)))
    product = str(many2one(ordered, "product_id")) if ordered else ""
    row = Row(
        cells.text(line.item.description) or f"line {at}",
        product or refs.product(line.item, schemes, at),
        cells.number(quantity.value),
        refs.unit(quantity, at),
        "" if price is None else cells.number(price),
        refs.taxes(line.taxes, at),
        str(ordered["id"]) if ordered else "",
        refs.analytic(f"{one.scheme}:{one.value}" for one in line.item.ids),
    )
    if refs.document.kind == "order":
        return [row]
    return [row, *_allowances(line, quantity, price or Decimal(0), row)]


def _price(line: Line, quantity: Quantity) -> Decimal | None:
    if line.price is not None:
        return cells.unit_price(line.price.amount, line.basis)
    if line.amount is None or not quantity.value:
        return None
    each = line.amount.amount / quantity.value
    return each if each * quantity.value == line.amount.amount else None


def _allowances(line: Line, quantity: Quantity, price: Decimal, row: Row) -> list[Row]:
    """Allowances and charges as lines of their own, taxed as the line that they belong to."""
    found = []
    for one in line.allowances:
        percent = quantity.value * price * (one.percent or Decimal(0)) / 100
        amount = one.amount.amount if one.amount else percent.quantize(Decimal("0.01"))
        signed = amount if one.charge else -amount
        name = "charge" if one.charge else "allowance"
        found.append(Row(name, "", "1", "", cells.number(signed), row.taxes))
    return found


def _header_amounts(trade: Trade) -> list[Row]:
    """Amounts that the document states once, as lines, so that the total is the stated one."""
    totals = trade.totals or Totals()
    taxed = any(line.taxes for line in trade.lines)
    found: list[tuple[str, Money | None, int]] = [
        ("allowances", totals.allowances, -1),
        ("charges", totals.charges, 1),
        ("tax", None if taxed else totals.tax, 1),
    ]
    return [
        Row(name, "", "1", "", cells.number(amount.amount * sign), "")
        for name, amount, sign in found
        if amount is not None and amount.amount
    ]


def _load(model: str, lines: str, head: dict[str, str], rows: list[Row], product: str) -> Load:
    """Lay out the record: optional columns only where filled, the tax column always."""
    kept = {name: cell for name, cell in head.items() if cell or name in ("id", "partner_id/id")}
    partner = next((cell for name, cell in kept.items() if name.startswith("partner_id/")), "")
    names = {
        "name": "name",
        "product": f"product_id{product}",
        "quantity": "product_uom_qty" if model == "sale.order" else "quantity",
        "unit": "product_uom_id/id",
        "price": "price_unit",
        "taxes": "tax_ids/id",
        "order": "purchase_line_id/.id",
        "analytic": "analytic_distribution",
    }
    if model == "sale.order":
        del names["name"]  # the product's own
    shown = {
        key: name
        for key, name in names.items()
        if key in ("name", "quantity", "taxes") or any(getattr(row, key) for row in rows)
    }
    fields = (*kept, *(f"{lines}/{name}" for name in shown.values()))
    blank = ("",) * len(kept)
    body = tuple(
        (*(blank if at else kept.values()), *(getattr(row, key) for key in shown))
        for at, row in enumerate(rows)
    )
    needs = tuple(
        one
        for one in dict.fromkeys((partner, *(row.product for row in rows)))
        if one.startswith("acktrail_")
    )
    return Load(model, kept["id"], fields, body, needs)


def _place(refs: References, role: str) -> str:
    party = refs.document.party(role)
    return refs.listed(party.ids) if party else ""


def _date(document: Document, kind: str, show: Callable[..., str]) -> str:
    return next((show(one.on) for one in document.dates if one.kind == kind), "")


def _origin(document: Document) -> str:
    wanted = ("ORDER", "INVOICE", "DESPATCH")
    return " ".join(one.value for one in document.references if one.kind in wanted)


def _stated(totals: Totals | None) -> Decimal:
    stated = totals and (totals.total or totals.payable)
    return stated.amount if stated else Decimal(0)
