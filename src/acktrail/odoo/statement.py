"""Bank statement lines: proposals for a person to reconcile.

A line that tells the trace of a payment whose remittance is posted is settled with it.
"""

from collections import Counter
from collections.abc import Iterator

from acktrail.documents.kinds import BankEntry, BankStatement
from acktrail.model import Place
from acktrail.odoo import cells, loads
from acktrail.odoo.loads import Load, Plan, Planned, Refusal
from acktrail.odoo.references import References

TRACES = 500  # words that may be a trace, of one statement
SHORTEST = 4
FIELDS = ("id", "journal_id/id", "date", "payment_ref", "amount")


def lines(refs: References, statement: BankStatement) -> Planned:
    """Plan one statement line per booked entry; without a bank journal they are not routed."""
    document, options = refs.document, refs.options
    if not options.bank_journal:
        return Refusal((loads.KIND_UNROUTED.at(Place(address="odoo.bank_journal")),))
    refs.currency(statement.opening.currency)
    if not statement.entries:
        return Refusal((loads.NOTHING.at(),))
    keys = _keys(statement, document.key)
    rows = tuple(_line(refs, *pair) for pair in zip(statement.entries, keys, strict=True))
    own = refs.key(document.kind, document.key)
    traces = _traces(statement) if options.reconcile else ()
    return refs.finish(Plan(document.kind, own, options.company, rows, traces=traces))


def _keys(statement: BankStatement, of_statement: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield what each entry is known by.

    The bank's unique reference makes it the same entry in whatever statement it comes again; day,
    amount and a number are added because banks repeat it. Without one it is a place in a statement.
    """
    alike: Counter[tuple[str, ...]] = Counter()
    for at, one in enumerate(statement.entries, 1):
        if not one.unique_ref:
            yield (*of_statement, str(at))
            continue
        amount = cells.number(one.amount.amount.normalize())
        known = (statement.account, one.unique_ref, cells.day(one.booked_on), amount)
        alike[known] += 1
        yield (*known, str(alike[known]))


def _traces(statement: BankStatement) -> tuple[str, ...]:
    """Return the words of money received that may be the trace of a payment (TRN02)."""
    received = [one for one in statement.entries if one.amount.amount > 0]
    told = (one.trace for one in received if one.trace)  # first: these are sure
    texts = (f"{' '.join(n.structured)} {n.end_to_end} {n.remittance}" for n in received)
    found = (word for text in texts for word in sorted(cells.words(text)))
    likely = (w for w in found if len(w) >= SHORTEST and any(c.isdigit() for c in w))
    return tuple(dict.fromkeys((*told, *likely)))[:TRACES]


def _line(refs: References, one: BankEntry, known: tuple[str, ...]) -> Load:
    own = refs.key("bank_line", known)
    parts = (one.remittance, *one.structured, one.end_to_end, one.bank_ref)
    label = cells.text(" ".join(filter(None, parts)))
    if one.trace and one.trace not in cells.words(label):  # a remittance is settled by this word
        label = cells.text(f"{one.trace} {label}")
    cell = (
        own,
        refs.options.bank_journal,
        cells.day(one.booked_on),
        label or "-",
        cells.number(one.amount.amount),
    )
    return Load("account.bank.statement.line", own, FIELDS, (cell,))
