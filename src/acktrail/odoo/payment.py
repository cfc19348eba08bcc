"""Money that was received, as a draft payment with its trace."""

from collections.abc import Collection

from acktrail.documents.parts import Payment
from acktrail.model import Place
from acktrail.odoo import cells, loads
from acktrail.odoo.loads import Expected, Load, Plan, Planned
from acktrail.odoo.questions import Key, Question, Term
from acktrail.odoo.references import References, column

MODEL = "account.payment"


def received(
    refs: References, payment: Payment, roles: tuple[str, ...], memo: str, named: Collection[str]
) -> Planned:
    """Plan one payment; money that is taken back is for a person.

    Args:
        refs: Of the document.
        payment: What was paid.
        roles: Of the party that paid, first choice first.
        memo: What the payment's memo begins with; the trace follows.
        named: Numbers of invoices of ours that the payment is for.
    """
    options = refs.options
    if payment.amount.amount < 0:
        refs.findings.append(loads.NEGATIVE_TOTAL.at(Place("BPR", address="BPR02")))
    refs.require("bank_journal")
    refs.currency(payment.amount.currency)
    payer = refs.counterpart(roles)
    own, trace = refs.key(refs.document.kind, refs.document.key), cells.text(payment.trace, 120)
    head = {
        "id": own,
        "payment_type": "inbound",
        "partner_type": "customer",
        column("partner_id", payer): payer,
        "journal_id/id": options.bank_journal,
        "date": cells.day(payment.on),
        "amount": cells.number(payment.amount.amount),
        "memo": f"{memo} {trace}",
        "payment_reference": trace,
        "invoice_ids/.id": _invoice(refs, named),
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


def _invoice(refs: References, named: Collection[str]) -> str:
    """Return the posted invoice that the payment names, when it names one and Odoo has one."""
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
