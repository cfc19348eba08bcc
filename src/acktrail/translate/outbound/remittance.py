"""835 (005010X221A1) from a document of kind remittance; fields: docs/canonical.md, Remittance.

Who pays and is paid by which accounts, where they live and what patients are called comes as an
argument. That the sums agree is not asked here but by the reader, on what was written (SNIP 3).
Spec: 005010X221A1.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from acktrail.documents.kinds import ClaimPayment, Document, Remittance, Service
from acktrail.documents.parts import Address, Code, Contact, Identifier, Party, Period
from acktrail.formats.x12.write import Composite, SetDraft
from acktrail.formats.x12.write import Line as Segment
from acktrail.translate.outbound import source, trade
from acktrail.translate.outbound.codes import empty, plain, refuse
from acktrail.translate.outbound.source import Name, Names
from acktrail.translate.remittance_codes import (
    CLAIM_REFERENCES,
    DOLLARS,
    MIA_REMARKS,
    MOA_REMARKS,
    PARTY_IDS,
    PARTY_REFERENCES,
    REMARK_LISTS,
)

GUIDE = "005010X221A1"
REFERENCES = source.backwards(CLAIM_REFERENCES)
IDS, MORE_IDS = source.backwards(PARTY_IDS), source.backwards(PARTY_REFERENCES)
LISTS = source.backwards(REMARK_LISTS)
RENDERING = "RENDERING"
PAIRS = 6  # of a PLB
NO_NAMES: Names = MappingProxyType({})


class Account(NamedTuple):
    """An account as BPR has it."""

    bank_qualifier: str  # BPR06, BPR12: 01 routing number
    bank: str
    kind: str  # BPR08, BPR14: DA, SG
    number: str


class Accounts(NamedTuple):
    """Between which accounts a payment that is no cheque moves."""

    format: str  # BPR05: CCP, CTX
    sender: Account
    company: str  # BPR10
    receiver: Account


class Patient(NamedTuple):
    """Whose claim was paid."""

    name: Name
    number: str = ""  # member number
    covered_days: Decimal | None = None  # MIA01 of a stay; it moves the remarks from MOA to MIA


class Facts(NamedTuple):
    """What an 835 says and the document does not."""

    payer_address: Address
    contact: Contact  # of the payer, technical
    payee: str  # name
    patients: Mapping[str, Patient]  # by patient control number
    names: Names = NO_NAMES
    accounts: Accounts | None = None
    provider: str = ""  # PLB01
    fiscal_end: str = ""  # PLB02, CCYYMMDD


def remittance(document: Document, facts: Facts) -> SetDraft:
    """Return an 835.

    Raises:
        UnwritableError: If the document is no remittance, or holds what an 835 has no place for.
            Fields are named, never values.
    """
    paid = document.payload
    if not isinstance(paid, Remittance):
        return refuse("payload", "is no remittance")
    source.only(document)
    return SetDraft("835", tuple(_segments(document, paid, facts)))


def _segments(document: Document, paid: Remittance, facts: Facts) -> Iterator[Segment]:
    payment = paid.payment
    if document.id != payment.trace:
        refuse("id", "is not the trace of the payment")
    if paid.invoices:
        refuse("invoices", "have no place in an 835")
    yield _bpr(document, paid, facts)
    yield "TRN", "1", payment.trace, payment.payer
    if document.currency != DOLLARS:
        yield "CUR", "PR", document.currency
    yield "DTM", "405" if paid.production_on else "", trade.day(paid.production_on)
    yield from _parties(document, facts)
    if paid.claims:
        yield "LX", "1"
    for one in paid.claims:
        yield from _claim(one, document, facts)
    yield from _provider_adjustments(document, paid, facts)


def _bpr(document: Document, paid: Remittance, facts: Facts) -> Segment:
    payment = paid.payment
    amount = trade.money(payment.amount, document, "payment.amount")
    if payment.amount.amount < 0:  # RFI 222: it is carried forward by PLB with FB
        refuse("payment.amount", "is negative")
    moved: tuple[str, ...] = ("",) * 11
    if facts.accounts is not None:
        form, sender, company, receiver = facts.accounts
        moved = (form, *sender, company, "", *receiver)
    return ("BPR", paid.handling, amount, "C", payment.method, *moved, trade.day(payment.on))


def _parties(document: Document, facts: Facts) -> Iterator[Segment]:
    payer = document.party("PAYER") or refuse("parties", "has no PAYER")
    payee = document.party("PAYEE") or refuse("parties", "has no PAYEE")
    if document.parties != (payer, payee):
        refuse("parties", "are others than PAYER and PAYEE")
    numbers = list(_numbers(payer))
    yield "N1", "PR", payer.name, *_first(payer)
    yield from source.address(facts.payer_address, "payer_address")
    yield from numbers
    who = facts.contact
    phone = ("TE", who.phone) if who.phone else ()
    yield "PER", who.role or "BL", who.name, *phone, *(("EM", who.email) if who.email else ())
    yield "N1", "PE", facts.payee, *_first(payee)
    yield from _numbers(payee)


def _first(party: Party) -> tuple[str, str]:
    """Return N103 and N104: the first number, if N1 takes its scheme."""
    first = party.ids[0] if party.ids else Identifier("", "")
    return (IDS[first.scheme], first.value) if first.scheme in IDS else ("", "")


def _numbers(party: Party) -> Iterator[Segment]:
    for field in ("address", "contacts", "tax_id", "account"):
        empty(getattr(party, field), f"parties.{field}")
    for one in party.ids[1 if _first(party)[0] else 0 :]:
        empty(one.agency, "parties.ids.agency")
        code = MORE_IDS.get(one.scheme) or refuse("parties.ids.scheme", "has no X12 code")
        yield "REF", code, one.value


def _claim(one: ClaimPayment, document: Document, facts: Facts) -> Iterator[Segment]:
    field = "claims"
    number = one.patient_control_no
    patient = facts.patients.get(number) or refuse(field, "has no patient in the record")
    yield (
        *("CLP", number, one.status),
        *(trade.money(sum_, document, field) for sum_ in (one.charge, one.paid, one.patient_share)),
        *(one.filing, one.payer_control_no, one.facility, one.frequency),
    )
    yield from source.adjustments(one.adjustments, document, f"{field}.adjustments")
    yield source.named("QC", patient.name, "MI", patient.number)
    for known in one.references:
        if known.kind == RENDERING:
            who = source.name_of(Identifier("NPI", known.value), facts.names, f"{field}.references")
            yield source.named("82", who, "XX", known.value)
    yield _remarks(one.remarks, patient)
    for known in one.references:
        if known.kind != RENDERING:
            yield source.reference(known, REFERENCES, f"{field}.references")
    yield from _days(one.service, ("232", "233"))
    for qualifier, amount in one.supplemental.items():
        yield "AMT", qualifier, trade.money(amount, document, f"{field}.supplemental")
    for service in one.services:
        yield from _service(service, document)


def _remarks(remarks: tuple[Code, ...], patient: Patient) -> Segment:
    """Return MOA, or MIA of a stay."""
    stay = patient.covered_days is not None
    places = MIA_REMARKS if stay else MOA_REMARKS
    empty(remarks[len(places) :], "claims.remarks after the fifth")
    elements = [""] * places[-1]
    if patient.covered_days is not None:
        elements[0] = plain(patient.covered_days)
    for place, one in zip(places, remarks, strict=False):
        elements[place - 1] = source.listed(one, "RARC", "claims.remarks")
    return ("MIA" if stay else "MOA", *elements)


def _service(one: Service, document: Document) -> Iterator[Segment]:
    field = "claims.services"
    code: Composite = source.procedure(one.procedure, one.modifiers)
    charge, paid = (trade.money(sum_, document, field) for sum_ in (one.charge, one.paid))
    yield "SVC", code, charge, paid, one.revenue, "" if one.units is None else plain(one.units)
    on = one.on
    if on is not None and on.start == on.end:
        yield "DTM", "472", trade.day(on.start)
    else:
        yield from _days(on, ("150", "151"))
    yield from source.adjustments(one.adjustments, document, f"{field}.adjustments")
    if one.line_control:
        yield "REF", "6R", one.line_control
    for remark in one.remarks:
        empty(remark.text, f"{field}.remarks.text")
        qualifier = LISTS.get(remark.list) or refuse(f"{field}.remarks", "is of no list of an 835")
        yield "LQ", qualifier, remark.value


def _days(period: Period | None, codes: tuple[str, str]) -> Iterator[Segment]:
    if period is not None:
        for code, on in zip(codes, (period.start, period.end), strict=True):
            if on is not None:
                yield "DTM", code, trade.day(on)


def _provider_adjustments(document: Document, paid: Remittance, facts: Facts) -> Iterator[Segment]:
    field = "provider_adjustments"
    them = paid.provider_adjustments
    for at in range(0, len(them), PAIRS):
        pairs: list[str | Composite] = []
        for one in them[at : at + PAIRS]:
            empty(one.group, f"{field}.group")
            empty(one.quantity, f"{field}.quantity")
            reason = source.listed(one.reason, "PLB", field)
            pairs += [(reason, one.reference), trade.money(one.amount, document, field)]
        yield "PLB", facts.provider, facts.fiscal_end, *pairs
