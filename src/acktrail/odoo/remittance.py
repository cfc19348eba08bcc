"""The balanced journal entry of a claim payment (835).

One entry per payment: the money received, per claim what was paid and what was written off, and
the provider adjustments. A patient's share (PR) moves nothing: it stays open on the invoice.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from acktrail.documents.kinds import ClaimPayment, Remittance
from acktrail.documents.parts import Adjustment
from acktrail.model import Place
from acktrail.odoo import cells, loads
from acktrail.odoo.loads import Expected, Load, Plan, Refusal
from acktrail.odoo.references import References

HEAD = ("id", "move_type", "journal_id/id", "date", "ref")
LINE = ("name", "account_id/id", "partner_id/id", "debit", "credit", "tax_ids/id")
PRENOTIFICATION = "P"  # BPR01: no money moves yet; I only says that the money comes by itself
PREDETERMINATION = "25"  # CLP02: no money, whatever its adjustments say
PATIENT = "PR"


class Booking(NamedTuple):
    """One line of the entry; a positive amount is a debit."""

    name: str
    account: str
    partner: str
    amount: Decimal


def entry(refs: References, remittance: Remittance) -> Plan | Refusal:
    """Plan the entry, after the payment and every claim were found to balance.

    Spec: X12 005010X221A1, 1.10.2.1 balancing: BPR02 = sum(CLP04) - sum(PLB amounts), and
    CLP03 - sum(CAS amounts of the claim and its services) = CLP04.
    """
    document, options = refs.document, refs.options
    payment = remittance.payment
    if remittance.handling == PRENOTIFICATION:
        return Refusal((loads.NOTHING.at(Place(address="BPR01")),))
    refs.require("receivable", "outstanding")
    refs.currency(payment.amount.currency)
    _check(refs, remittance)
    payer = refs.counterpart(("PAYER",))
    bookings = [one for one in _bookings(refs, remittance, payer) if one.amount]
    if refs.findings:
        return Refusal(tuple(dict.fromkeys(refs.findings)))
    if not bookings:
        return Refusal((loads.NOTHING.at(),))
    own = refs.key(document.kind, document.key)
    reference = cells.text(f"835 TRN {payment.trace}", 120)
    first = (own, "entry", options.general_journal, cells.day(payment.on), reference)
    rows = tuple(
        (*(("",) * len(first) if at else first), *_cells(one)) for at, one in enumerate(bookings)
    )
    needs = (payer,) if payer.startswith("acktrail_") else ()
    fields = (*HEAD, *(f"line_ids/{name}" for name in LINE))
    record = Load("account.move", own, fields, rows, needs)
    debit = sum((max(one.amount, Decimal(0)) for one in bookings), start=Decimal(0))
    plan = Plan(
        document.kind,
        own,
        options.company,
        (record,),
        expected=Expected("ref", reference, "", "amount_total", debit),
        verb="action_post" if options.post else "",
        settles=_settled(remittance) if options.post and options.reconcile else (),
        minor=cells.minor_units(options.currency),
    )
    return refs.finish(plan)


def _check(refs: References, remittance: Remittance) -> None:
    claims = sum((claim.paid.amount for claim in remittance.claims), start=Decimal(0))
    provider = sum((one.amount.amount for one in remittance.provider_adjustments), start=Decimal(0))
    if remittance.payment.amount.amount != claims - provider:
        refs.findings.append(loads.UNBALANCED.at(Place("BPR", address="BPR02")))
    for at, claim in enumerate(remittance.claims, 1):
        lowered = sum((one.amount.amount for one in _adjustments(claim)), start=Decimal(0))
        if claim.charge.amount - lowered != claim.paid.amount:
            refs.findings.append(loads.CLAIM_UNBALANCED.at(Place("CLP", at, address="CLP04")))


def _bookings(refs: References, remittance: Remittance, payer: str) -> Iterator[Booking]:
    options, payment = refs.options, remittance.payment
    name = cells.text(f"EFT {payment.trace}", 120)
    yield Booking(name, options.outstanding, "", payment.amount.amount)
    for claim in remittance.claims:
        yield from _claim(refs, claim, payer)
    for one in remittance.provider_adjustments:
        account = _account(refs, "PLB", one.reason.value)
        yield Booking(f"PLB {cells.text(one.reason.value, 8)}", account, payer, one.amount.amount)


def _claim(refs: References, claim: ClaimPayment, payer: str) -> Iterator[Booking]:
    number, receivable = cells.text(claim.patient_control_no, 64), refs.options.receivable
    yield Booking(f"{number} paid", receivable, payer, -claim.paid.amount)
    if claim.status == PREDETERMINATION:
        return
    written_off: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in _adjustments(claim):
        if one.group != PATIENT:
            written_off[one.group, one.reason.value] += one.amount.amount
    for (group, reason), amount in written_off.items():
        name = f"{number} {cells.text(group, 4)}-{cells.text(reason, 8)}"
        yield Booking(name, _account(refs, group, reason), payer, amount)
        yield Booking(name, receivable, payer, -amount)


def _adjustments(claim: ClaimPayment) -> tuple[Adjustment, ...]:
    below = tuple(one for service in claim.services for one in service.adjustments)
    return claim.adjustments + below


def _account(refs: References, group: str, reason: str) -> str:
    table = refs.options.adjustment
    keys = (f"{group}-{reason}", group, "default")
    found = next((table[key] for key in keys if key in table), "")
    if not found:
        address = "PLB03" if group == "PLB" else "CAS02"
        refs.findings.append(loads.ACCOUNT_UNKNOWN.at(Place(address=address)))
    return found


def _cells(one: Booking) -> tuple[str, ...]:
    """A negative amount changes sides; a cell is never negative."""
    debit, credit = max(one.amount, Decimal(0)), max(-one.amount, Decimal(0))
    return one.name, one.account, one.partner, cells.number(debit), cells.number(credit), ""


def _settled(remittance: Remittance) -> tuple[str, ...]:
    numbers = (cells.text(claim.patient_control_no, 64) for claim in remittance.claims)
    return tuple(dict.fromkeys(number for number in numbers if number))
