"""837P (005010X222A1) from a document of kind claim; fields: docs/canonical.md, Claim.

One set a claim. Persons, names, addresses, diagnoses and the provider's statements come as an
argument (``claim_source.Facts``). Sums are not judged here but by the reader, on what was written.
Spec: 005010X222A1, loops 1000A to 2330B.
"""

from collections.abc import Iterator
from datetime import datetime

from acktrail.documents.health import Claim, OtherPayer
from acktrail.documents.kinds import Document
from acktrail.documents.parts import DateRole, Party
from acktrail.formats.x12.write import Composite, SetDraft
from acktrail.formats.x12.write import Line as Segment
from acktrail.translate.claim_codes import (
    ADJUDICATED,
    DATES,
    FUNCTIONS,
    PAYER_IDS,
    PAYER_REFERENCES,
    REFERENCES,
    REISSUED,
    SELF,
)
from acktrail.translate.health import DOLLARS
from acktrail.translate.outbound import source, trade
from acktrail.translate.outbound.claim_lines import amounts, line
from acktrail.translate.outbound.claim_source import (
    Cover,
    Facts,
    Person,
    address_of,
    bare,
    described,
    numbered,
    provider,
    qualified,
)
from acktrail.translate.outbound.codes import empty, refuse
from acktrail.translate.remittance_codes import MOA_REMARKS

GUIDE = "005010X222A1"
BATCH, ORIGINAL, DUPLICATE, TIN = "BATCH", "ORIGINAL", "DUPLICATE", "TIN"
LEVELS = ("SUBMITTER", "RECEIVER", "BILLING_PROVIDER", "PAYER")  # in the order of the set
CODES = source.backwards(REFERENCES)
DAYS = source.backwards(DATES)
PAYER_CODES, PAYER_SCHEMES = source.backwards(PAYER_REFERENCES), source.backwards(PAYER_IDS)


def professional_claim(document: Document, facts: Facts, at: datetime) -> SetDraft:
    """Return an 837P; ``at`` is when the batch was made (BHT05).

    Raises:
        UnwritableError: If the document is no professional claim, holds what an 837P has no place
            for, or the record lacks what it needs. Fields are named, never values.
    """
    asked = document.payload
    if not isinstance(asked, Claim) or asked.type != "PROFESSIONAL":
        return refuse("payload", "is no professional claim")
    source.only(document, "references", "dates", "type_code")
    return SetDraft("837", tuple(_segments(document, asked, facts, at)), GUIDE)


def _segments(document: Document, asked: Claim, facts: Facts, at: datetime) -> Iterator[Segment]:
    if document.id != asked.patient_control_no:
        refuse("id", "is not the claim's number")
    batch, *_ = document.references or (refuse("references", "names no batch"),)
    if batch.kind != BATCH:
        refuse("references", "does not name the batch first")
    purpose = _purpose(document, asked)
    yield "BHT", "0019", purpose, batch.value, *_made(document, at), document.type_code
    yield from _levels(document, asked, facts)
    yield from _claim(document, asked, facts)
    for one in asked.lines:
        yield from line(one, document, facts)


def _made(document: Document, at: datetime) -> tuple[str, str]:
    return trade.day(document.issued), f"{at:%H%M}"


def _purpose(document: Document, asked: Claim) -> str:
    """Return BHT02; what a claim replaces or cancels is told by its frequency."""
    function = FUNCTIONS.get(asked.frequency, ORIGINAL)
    if document.function == DUPLICATE and function == ORIGINAL:
        return REISSUED
    return "00" if document.function == function else refuse("function", "is not the frequency's")


def _levels(document: Document, asked: Claim, facts: Facts) -> Iterator[Segment]:
    """Yield what stands above the claim: loops 1000 to 2010."""
    field = "parties"
    if tuple(one.role for one in document.parties[: len(LEVELS)]) != LEVELS:
        refuse(field, "do not begin with submitter, receiver, billing provider and payer")
    submitter, receiver, billing, payer = document.parties[: len(LEVELS)]
    for one in (submitter, receiver, billing):
        empty(one.name, f"{field}.name")
    who = facts.contact
    yield numbered("41", submitter, facts, field)
    phone = ("TE", who.phone) if who.phone else ()
    yield "PER", who.role or "IC", who.name, *phone, *(("EM", who.email) if who.email else ())
    yield numbered("40", receiver, facts, field)
    yield "HL", "1", "", "20", "1"
    if document.currency != DOLLARS:
        yield "CUR", "85", document.currency
    yield from _billing(billing, facts)
    own = asked.relation == SELF
    yield "HL", "2", "1", "22", "0" if own else "1"
    yield "SBR", asked.sequence, SELF if own else "", "", "", "", "", "", "", asked.filing
    yield source.named("IL", facts.subscriber.name, "MI", facts.subscriber.number)
    if own:
        yield from described(facts.subscriber)
    bare(payer, field)
    empty(payer.ids[1:], f"{field}.ids after the first")
    yield ("NM1", "PR", "2", payer.name, "", "", "", "", *qualified(payer, field))
    yield from _dependent(asked, facts.patient)


def _billing(billing: Party, facts: Facts) -> Iterator[Segment]:
    """Yield loop 2010AA: the tax number stands in REF, any other in NM1."""
    field = "parties"
    bare(billing, field)
    known = billing.ids[0] if billing.ids else refuse(f"{field}.ids", "is empty")
    others = billing.ids[0 if known.scheme == TIN else 1 :]
    number = ("", "") if known.scheme == TIN else qualified(billing, field)
    yield source.named("85", source.name_of(known, facts.names, field), *number)
    yield from address_of(known, facts, field)
    for one in others:
        yield "REF", "EI" if one.scheme == TIN else refuse(f"{field}.ids", "is no TIN"), one.value


def _dependent(asked: Claim, patient: Person | None) -> Iterator[Segment]:
    """Yield loop 2000C; who is the subscriber has none."""
    if asked.relation == SELF:
        empty(patient, "the record's patient")
        return
    one = patient or refuse("patient", "is not in the record")
    yield "HL", "3", "2", "23", "0"
    yield "PAT", asked.relation
    yield source.named("QC", one.name, "", "")
    yield from described(one)
    yield "REF", "1W" if one.number else "", one.number


def _claim(document: Document, asked: Claim, facts: Facts) -> Iterator[Segment]:
    empty(asked.statement, "statement")
    place: Composite = (asked.facility, asked.facility_list, asked.frequency)
    charge = trade.money(asked.charge, document, "charge")
    said = facts.signature, facts.assignment, facts.benefits, facts.release
    yield "CLM", asked.patient_control_no, charge, "", "", place, *said
    for one in document.dates:
        yield _dated(one)
    yield from amounts(asked.amounts, document, "amounts")
    for known in document.references[1:]:
        yield source.reference(known, CODES, "references")
    if len(facts.diagnoses) != asked.diagnoses:
        refuse("diagnoses", "is not the number of those in the record")
    yield ("HI", *facts.diagnoses)
    for party in document.parties[len(LEVELS) :]:
        yield from provider(party, facts, "parties")
    if len(facts.covers) != len(asked.other_payers):
        refuse("other_payers", "are not those of the record")
    for payer, cover in zip(asked.other_payers, facts.covers, strict=True):
        yield from _other(payer, cover, document)


def _dated(one: DateRole) -> Segment:
    empty(one.at, "dates.at")
    empty(one.raw, "dates.raw")
    return (
        "DTP",
        DAYS.get(one.kind) or refuse("dates.kind", "has no X12 code"),
        "D8",
        trade.day(one.on),
    )


def _other(payer: OtherPayer, cover: Cover, document: Document) -> Iterator[Segment]:
    """Yield loops 2320 and 2330."""
    field = "other_payers"
    yield "SBR", payer.sequence, payer.relation, "", "", "", "", "", "", payer.filing
    yield from source.adjustments(payer.adjustments, document, f"{field}.adjustments")
    sums = {"D": payer.paid, "A8": payer.not_covered, "EAF": payer.remaining}
    sent = {code: amount for code, amount in sums.items() if amount is not None}
    yield from amounts(sent, document, field)
    yield "OI", "", "", cover.benefits, cover.signature, "", cover.release
    empty(payer.remarks[len(MOA_REMARKS) :], f"{field}.remarks after the fifth")
    remarks = [source.listed(one, "RARC", f"{field}.remarks") for one in payer.remarks]
    yield ("MOA", "", "", *remarks)
    yield source.named("IL", cover.subscriber, "MI", cover.number)
    yield from _other_payer(payer, cover)


def _other_payer(payer: OtherPayer, cover: Cover) -> Iterator[Segment]:
    field = "other_payers"
    first, *others = payer.ids or (refuse(f"{field}.ids", "is empty"),)
    code = {"PAYER_ID": "PI", "HPID": "XV"}.get(first.scheme) or refuse(
        f"{field}.ids", "has no X12 code"
    )
    yield "NM1", "PR", "2", cover.payer, "", "", "", "", code, first.value
    day = trade.day(payer.on)
    yield "DTP", ADJUDICATED if day else "", "D8" if day else "", day
    for one in others:
        qualifier = PAYER_SCHEMES.get(one.scheme) or refuse(f"{field}.ids", "has no X12 code")
        yield "REF", qualifier, one.value
    for known in payer.references:
        yield source.reference(known, PAYER_CODES, f"{field}.references")
