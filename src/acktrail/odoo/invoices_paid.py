"""What a customer pays of our invoices: the lines of a trade remittance's entry, one by one.

What is deducted goes to the account of its reason; what is neither paid nor deducted stays open.
"""

from collections.abc import Iterator
from decimal import Decimal

from acktrail.documents.kinds import InvoicePayment, Remittance
from acktrail.model import Place
from acktrail.odoo import cells, loads
from acktrail.odoo.booking import Booking, account_of
from acktrail.odoo.loads import Settlement
from acktrail.odoo.questions import Key, Question, Term
from acktrail.odoo.references import References

GROUP = "INVOICE"  # of the profile's table: INVOICE-<reason>, INVOICE, default
MOVES = {"INVOICE": "out_invoice", "CREDIT_NOTE": "out_refund"}
RULES = ("ref.invoice_unknown", "ref.invoice_ambiguous")


def check(refs: References, remittance: Remittance) -> None:
    """Note an invoice of which more is paid and deducted than was billed."""
    for at, one in enumerate(remittance.invoices, 1):
        if one.billed is None:
            continue
        lowered = sum((n.amount.amount for n in one.adjustments), start=Decimal(0))
        if abs(one.paid.amount + lowered) > abs(one.billed.amount):
            refs.findings.append(loads.INVOICE_OVERPAID.at(Place("invoice", at)))


def bookings(refs: References, remittance: Remittance, payer: str) -> Iterator[Booking]:
    """Yield what is paid of each invoice, and what is kept of it for good."""
    receivable = refs.options.receivable
    for one in remittance.invoices:
        label = _label(one)
        yield Booking(f"{label} paid", receivable, payer, -one.paid.amount)
        for kept in one.adjustments:
            reason = cells.text(kept.reason.value, 8)
            name = f"{label} {GROUP}-{reason}"
            account = account_of(refs, GROUP, kept.reason.value)
            yield Booking(name, account, payer, kept.amount.amount)
            yield Booking(name, receivable, payer, -kept.amount.amount)


def settlements(refs: References, remittance: Remittance) -> tuple[Settlement, ...]:
    """Return which lines pay which invoice or use up which credit note."""
    declared = refs.options.match.get("invoice", ("payment_reference", "name", "ref"))
    found: dict[str, Settlement] = {}
    for at, one in enumerate(remittance.invoices, 1):
        label, kind = _label(one), MOVES.get(one.invoice.kind)
        if not kind or label in found:
            continue
        keys = tuple(Key(name, label) for name in declared)
        scope = (
            Term("move_type", "=", kind),
            Term("state", "=", "posted"),
            Term("company_id", "=", refs.options.company),
        )
        asked = Question(f"invoice {at}", "account.move", keys, scope, (), RULES)
        found[label] = Settlement(label, refs.chosen(asked))
    return tuple(found.values())


def _label(one: InvoicePayment) -> str:
    return cells.text(one.invoice.value, 64)
