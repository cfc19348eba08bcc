"""A premium payment (820 X218) as a draft payment that was received.

What it is for stays in the document: Odoo gets the trace, and the invoice where the payment names
one that is there exactly once. Members are pseudonyms and never leave.
"""

from acktrail.documents.health import PremiumPayment
from acktrail.model import Place
from acktrail.odoo import cells, loads
from acktrail.odoo.loads import Expected, Load, Plan, Planned, Refusal
from acktrail.odoo.questions import Key, Question, Term
from acktrail.odoo.references import References, column

MODEL = "account.payment"
PRENOTIFICATION = "P"  # BPR01: no money moves yet
INVOICE = "INVOICE"  # RMR01 IK
ORGANISATION = "ORGANISATION"


def received(refs: References, premium: PremiumPayment) -> Planned:
    """Plan one payment; money that is taken back (BPR03 D) is for a person.

    Spec: X12 005010X218, BPR01 to BPR03, BPR16, TRN02.
    """
    payment, options = premium.payment, refs.options
    if premium.handling == PRENOTIFICATION or not payment.amount.amount:
        return Refusal((loads.NOTHING.at(Place(address="BPR01")),))
    if payment.amount.amount < 0:
        refs.findings.append(loads.NEGATIVE_TOTAL.at(Place("BPR", address="BPR02")))
    refs.require("bank_journal")
    refs.currency(payment.amount.currency)
    payer = refs.counterpart(("PAYER",))
    own, trace = refs.key(refs.document.kind, refs.document.key), cells.text(payment.trace, 120)
    head = {
        "id": own,
        "payment_type": "inbound",
        "partner_type": "customer",
        column("partner_id", payer): payer,
        "journal_id/id": options.bank_journal,
        "date": cells.day(payment.on),
        "amount": cells.number(payment.amount.amount),
        "memo": f"820 TRN {trace}",
        "payment_reference": trace,
        "invoice_ids/.id": _invoice(refs, premium),
    }
    kept = {name: cell for name, cell in head.items() if cell}
    needs = (payer,) if payer.startswith("acktrail_") else ()
    plan = Plan(
        refs.document.kind,
        own,
        options.company,
        (Load(MODEL, own, tuple(kept), (tuple(kept.values()),), needs),),
        expected=Expected("payment_reference", trace, payer, "amount", payment.amount.amount),
        verb="action_post" if options.post else "",
        minor=cells.minor_units(options.currency),
    )
    return refs.finish(plan)


def _invoice(refs: References, premium: PremiumPayment) -> str:
    """Return the posted invoice that the payment names, when it names one and Odoo has one."""
    named = {
        one.reference.value
        for one in premium.allocations
        if one.level == ORGANISATION and one.reference and one.reference.kind == INVOICE
    }
    if len(named) != 1:
        return ""
    declared = refs.options.match.get("invoice", ())
    keys = tuple(Key(name, number) for name in declared for number in named)
    scope = (
        Term("move_type", "=", "out_invoice"),
        Term("state", "=", "posted"),
        Term("company_id", "=", refs.options.company),
    )
    found = refs.all(Question("invoice", "account.move", keys, scope, many=True))
    return str(found[0]["id"]) if len(found) == 1 else ""
