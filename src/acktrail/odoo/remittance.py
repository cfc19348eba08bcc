"""The balanced journal entry of a payment for claims (835) or for invoices of ours.

One entry per payment: the money received, per claim or invoice what was paid and what was written
off, and the adjustments of the payment as a whole. A patient's share (PR) moves to the patients'
receivable where the profile names one, in the same entry, so that no half of it can be missing;
else it stays open on the payer's invoice. A reversal takes an earlier payment back: its amounts
are negative, and its lines are named so that they are settled with that payment and not with the
invoice.

A payment that says nothing of what it is for is a draft payment.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from acktrail.documents.kinds import ClaimPayment, Remittance
from acktrail.documents.parts import Adjustment
from acktrail.model import Place
from acktrail.odoo import cells, invoices_paid, loads
from acktrail.odoo import payment as payments
from acktrail.odoo.booking import Booking, account_of
from acktrail.odoo.loads import Expected, Load, Plan, Planned, Refusal, Settlement
from acktrail.odoo.questions import Key, Question, Term
from acktrail.odoo.references import References, column

HEAD = ("id", "move_type", "journal_id/id", "date", "ref")
CLAIM_RULES = ("ref.claim_unknown", "ref.claim_ambiguous")
PRENOTIFICATION = "P"  # BPR01: no money moves yet; I only says that the money comes by itself
PREDETERMINATION = "25"  # CLP02: no money, whatever its adjustments say
REVERSAL = "22"  # CLP02
PATIENT = "PR"
PAYERS = ("PAYER", "BUYER")
CLAIMS, INVOICES = ADVICES = ("835 TRN", "Remittance")  # what the entry's reference begins with


def entry(refs: References, remittance: Remittance) -> Planned:
    """Plan the entry, after the payment and every claim were found to balance.

    Spec: X12 005010X221A1, 1.10.2.1 balancing: BPR02 = sum(CLP04) - sum(PLB amounts), and
    CLP03 - sum(CAS amounts of the claim and its services) = CLP04.
    """
    options = refs.options
    if remittance.handling == PRENOTIFICATION:
        return Refusal((loads.NOTHING.at(Place(address="BPR01")),))
    if not (remittance.claims or remittance.invoices or remittance.provider_adjustments):
        return _on_account(refs, remittance)
    refs.require("receivable", "outstanding")
    if options.patient_receivable:
        refs.require("patient")
    refs.currency(remittance.payment.amount.currency)
    _check(refs, remittance)
    payer = refs.counterpart(PAYERS)
    if options.patient_receivable and payer.isdecimal():  # one column names both by external id
        refs.findings.append(loads.OPTION_MISSING.at(Place(address="odoo.parties")))
    bookings = [one for one in _bookings(refs, remittance, payer) if one.amount]
    if refs.findings:
        return refs.refusal()
    if not bookings:
        return Refusal((loads.NOTHING.at(),))
    return refs.finish(_plan(refs, remittance, payer, bookings))


def _plan(refs: References, remittance: Remittance, payer: str, bookings: list[Booking]) -> Plan:
    document, options, payment = refs.document, refs.options, remittance.payment
    own = refs.key(document.kind, document.key)
    advice = INVOICES if remittance.invoices else CLAIMS
    reference = cells.text(f"{advice} {payment.trace}", 120)
    first = (own, "entry", options.general_journal, cells.day(payment.on), reference)
    rows = tuple(
        (*(("",) * len(first) if at else first), *one.cells()) for at, one in enumerate(bookings)
    )
    needs = (payer,) if payer.startswith("acktrail_") else ()
    names = ("name", "account_id/id", column("partner_id", payer), "debit", "credit", "tax_ids/id")
    fields = (*HEAD, *(f"line_ids/{name}" for name in names))
    record = Load("account.move", own, fields, rows, needs)
    debit = sum((max(one.amount, Decimal(0)) for one in bookings), start=Decimal(0))
    settles = _settled(refs, remittance) if options.post and options.reconcile else ()
    return Plan(
        document.kind,
        own,
        options.company,
        (record,),
        tuple(one.invoice for one in settles) if options.unmatched == "hold" else (),
        expected=Expected("ref", reference, "", "amount_total", debit),
        verb="action_post" if options.post else "",
        settles=settles,
        traces=(cells.text(payment.trace, 120),) if settles else (),
        minor=cells.minor_units(options.currency),
    )


def _on_account(refs: References, remittance: Remittance) -> Planned:
    if not remittance.payment.amount.amount:
        return Refusal((loads.NOTHING.at(),))
    return payments.received(refs, remittance.payment, PAYERS, INVOICES, ())


def _check(refs: References, remittance: Remittance) -> None:
    paid = sum((one.paid.amount for one in remittance.claims), start=Decimal(0))
    paid += sum((one.paid.amount for one in remittance.invoices), start=Decimal(0))
    kept = sum((one.amount.amount for one in remittance.provider_adjustments), start=Decimal(0))
    if remittance.payment.amount.amount != paid - kept:
        refs.findings.append(loads.UNBALANCED.at(Place("BPR", address="BPR02")))
    for at, claim in enumerate(remittance.claims, 1):
        lowered = sum((one.amount.amount for one in _adjustments(claim)), start=Decimal(0))
        if claim.charge.amount - lowered != claim.paid.amount:
            refs.findings.append(loads.CLAIM_UNBALANCED.at(Place("CLP", at, address="CLP04")))
    invoices_paid.check(refs, remittance)


def _bookings(refs: References, remittance: Remittance, payer: str) -> Iterator[Booking]:
    options, payment = refs.options, remittance.payment
    name = cells.text(f"EFT {payment.trace}", 120)
    yield Booking(name, options.outstanding, "", payment.amount.amount)
    for claim in remittance.claims:
        yield from _claim(refs, claim, payer)
    yield from invoices_paid.bookings(refs, remittance, payer)
    for one in remittance.provider_adjustments:
        account = account_of(refs, "PLB", one.reason.value)
        yield Booking(f"PLB {cells.text(one.reason.value, 8)}", account, payer, one.amount.amount)


def _claim(refs: References, claim: ClaimPayment, payer: str) -> Iterator[Booking]:
    label, receivable = _label(claim), refs.options.receivable
    yield Booking(f"{label} paid", receivable, payer, -claim.paid.amount)
    if claim.status == PREDETERMINATION:
        return
    booked: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in _adjustments(claim):
        if one.group != PATIENT or refs.options.patient_receivable:
            booked[one.group, one.reason.value] += one.amount.amount
    for (group, reason), amount in booked.items():
        name = f"{label} {cells.text(group, 4)}-{cells.text(reason, 8)}"
        if group == PATIENT:
            yield Booking(name, refs.options.patient_receivable, refs.options.patient, amount)
        else:
            yield Booking(name, account_of(refs, group, reason), payer, amount)
        yield Booking(name, receivable, payer, -amount)


def _label(claim: ClaimPayment) -> str:
    """Return what the names of a claim's lines begin with; the settling finds them by it."""
    number = cells.text(claim.patient_control_no, 64)
    return f"{number} reversal" if claim.status == REVERSAL else number


def _adjustments(claim: ClaimPayment) -> tuple[Adjustment, ...]:
    below = tuple(one for service in claim.services for one in service.adjustments)
    return claim.adjustments + below


def _settled(refs: References, remittance: Remittance) -> tuple[Settlement, ...]:
    """Return which lines pay which invoice; reversals first, for they open it again."""
    scope = (
        Term("move_type", "=", "out_invoice"),
        Term("state", "=", "posted"),
        Term("company_id", "=", refs.options.company),
    )
    declared = refs.options.match.get("claim", ("payment_reference", "name", "ref"))
    found: dict[str, Settlement] = {}
    for at, claim in enumerate(remittance.claims, 1):
        number = cells.text(claim.patient_control_no, 64)
        keys = tuple(Key(name, number) for name in declared)
        invoice = Question(f"claim {at}", "account.move", keys, scope, (), CLAIM_RULES)
        label = _label(claim)
        if number and claim.status != PREDETERMINATION and label not in found:
            reversal = claim.status == REVERSAL
            found[label] = Settlement(label, refs.chosen(invoice), reversal)
    claims = sorted(found.values(), key=lambda one: not one.reversal)
    return (*claims, *invoices_paid.settlements(refs, remittance))
