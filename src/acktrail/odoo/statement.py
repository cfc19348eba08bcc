"""Bank statement lines: proposals for a person to reconcile."""

from acktrail.documents.kinds import BankEntry, BankStatement
from acktrail.model import Place
from acktrail.odoo import cells, loads
from acktrail.odoo.loads import Load, Plan, Refusal
from acktrail.odoo.references import References

FIELDS = ("id", "journal_id/id", "date", "payment_ref", "amount")


def lines(refs: References, statement: BankStatement) -> Plan | Refusal:
    """Plan one statement line per booked entry; without a bank journal they are not routed."""
    document, options = refs.document, refs.options
    if not options.bank_journal:
        return Refusal((loads.KIND_UNROUTED.at(Place(address="odoo.bank_journal")),))
    refs.currency(statement.opening.currency)
    if not statement.entries:
        return Refusal((loads.NOTHING.at(),))
    rows = tuple(_line(refs, one, at) for at, one in enumerate(statement.entries, 1))
    own = refs.key(document.kind, document.key)
    return refs.finish(Plan(document.kind, own, options.company, rows))


def _line(refs: References, one: BankEntry, at: int) -> Load:
    own = refs.key("bank_line", (*refs.document.key, str(at)))
    label = " ".join(filter(None, (one.remittance, *one.structured, one.end_to_end, one.bank_ref)))
    cell = (
        own,
        refs.options.bank_journal,
        cells.day(one.booked_on),
        cells.text(label) or "-",
        cells.number(one.amount.amount),
    )
    return Load("account.bank.statement.line", own, FIELDS, (cell,))
