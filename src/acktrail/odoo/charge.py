"""Customer invoices and credit notes from charges (HL7 DFT, charge CSV). No names, no text."""

from collections.abc import Sequence
from decimal import Decimal

from acktrail.documents.kinds import Charge, ChargeLine
from acktrail.documents.parts import Identifier, Item
from acktrail.model import Place
from acktrail.odoo import cells, loads
from acktrail.odoo.loads import Expected, Load, Plan, Planned
from acktrail.odoo.references import References, column

MOVES = {"CHARGE": "out_invoice", "CREDIT": "out_refund"}
FIELDS = ("name", "quantity", "price_unit", "tax_ids/id")
ANALYTIC = "analytic_distribution"


def invoice(refs: References, charge: Charge) -> Planned:
    """Plan one customer invoice for the charges and one credit note for the credits.

    Adjustments and payments among the lines are for a person. The sender's descriptions stay out.
    """
    document, options = refs.document, refs.options
    refs.currency(document.currency or _currency(charge))
    for at, line in enumerate(charge.lines, 1):
        if line.type not in MOVES:
            refs.findings.append(loads.LINE_UNROUTED.at(Place("line", at)))
    partner = refs.payer(("PAYER", "GUARANTOR", "PATIENT"), charge.bill_to)
    booked = document.issued or max(
        (n.posted_on for n in charge.lines if n.posted_on), default=None
    )
    if booked is None:
        refs.findings.append(loads.DATE_MISSING.at())
    head = {
        column("partner_id", partner): partner,
        "journal_id/id": options.sale_journal,
        "invoice_date": cells.day(booked) if booked else "",
        "ref": cells.text(charge.account or charge.visit, 64),
        "invoice_origin": cells.text(charge.visit, 64),
    }
    moves = [
        _move(refs, kind, head, [line for line in charge.lines if line.type == kind])
        for kind in reversed(MOVES)
        if any(line.type == kind for line in charge.lines)
    ]
    if not moves:
        refs.findings.append(loads.LINES_MISSING.at())
        return refs.refusal()
    own, kind = moves[-1].external_id, moves[-1].rows[0][1]
    total = sum((_amount(n) for n in charge.lines if MOVES.get(n.type) == kind), start=Decimal(0))
    untaxed = not options.taxes.get("default")
    expected = Expected("ref", head["ref"], partner, "amount_total", total if untaxed else None)
    verb = "action_post" if options.post else ""
    minor = cells.minor_units(options.currency)
    plan = Plan(
        document.kind, own, options.company, tuple(moves), expected=expected, verb=verb, minor=minor
    )
    return refs.finish(plan)


def identity(refs: References, charge: Charge) -> str:
    """Return the external id of the posting: the invoice, or the credit note that comes alone."""
    billed = any(line.type == "CHARGE" for line in charge.lines)
    return refs.key("charge" if billed else "charge_credit", refs.document.key)


def _move(refs: References, kind: str, head: dict[str, str], lines: Sequence[ChargeLine]) -> Load:
    suffix = "" if kind == "CHARGE" else "_credit"
    own = refs.key(f"charge{suffix}", refs.document.key)
    parent = ("id", "move_type", *head)
    first = (own, MOVES[kind], *head.values())
    product = refs.options.products != ("none",)
    fields = (*FIELDS, *((ANALYTIC,) if refs.options.analytic else ()))
    fields = (*fields, f"product_id{refs.item_column}") if product else fields
    rows = []
    for at, line in enumerate(lines):
        item = Item((Identifier(line.code.list, line.code.value),))
        codes = () if not product else (refs.product(item, (line.code.list,), at + 1),)
        cell: tuple[str, ...] = _line(refs, line, at + 1)
        if refs.options.analytic:
            keys = (f"DEPARTMENT:{line.department}", f"{line.code.list}:{line.code.value}")
            cell = (*cell, refs.analytic(keys))
        rows.append((*(("",) * len(parent) if at else first), *cell, *codes))
    needs = (next(iter(head.values())), *(row[-1] for row in rows if product))
    known = tuple(one for one in dict.fromkeys(needs) if one.startswith("acktrail_"))
    columns = (*parent, *(f"invoice_line_ids/{name}" for name in fields))
    return Load("account.move", own, columns, tuple(rows), known)


def _line(refs: References, line: ChargeLine, at: int) -> tuple[str, str, str, str]:
    name = cells.text(line.code.value, 64) or f"line {at}"
    taxes = refs.taxes((), at)
    if line.unit_price is not None:
        price = cells.number(line.unit_price.amount)
        return name, cells.number(line.quantity), price, taxes
    if line.amount is None:
        refs.findings.append(loads.PRICE_MISSING.at(Place("line", at)))
        return name, "1", "0", taxes
    return name, "1", cells.number(line.amount.amount), taxes


def _amount(line: ChargeLine) -> Decimal:
    if line.amount is not None:
        return line.amount.amount
    return line.unit_price.amount * line.quantity if line.unit_price else Decimal(0)


def _currency(charge: Charge) -> str:
    amounts = [line.amount or line.unit_price for line in charge.lines]
    return next((one.currency for one in amounts if one), "")
