"""Loops 2400 to 2430 of an 837P: service lines, and what other payers did with them.

Spec: 005010X222A1, loops 2400 to 2430.
"""

from collections.abc import Iterator, Mapping

from acktrail.documents.health import Adjudication, ClaimLine, Procedure
from acktrail.documents.kinds import Document
from acktrail.documents.parts import Money, Period
from acktrail.formats.x12.write import Composite
from acktrail.formats.x12.write import Line as Segment
from acktrail.translate.claim_codes import LINE_CONTROL, REFERENCES
from acktrail.translate.outbound import source, trade
from acktrail.translate.outbound.claim_source import Facts, provider
from acktrail.translate.outbound.codes import empty, plain, refuse

NDC = "NDC"
# 9B and 9D are of lines what 9A and 9C are of claims
CODES = source.backwards(REFERENCES) | {"REPRICED": "9B", "REPRICED_ADJUSTED": "9D"}


def line(one: ClaimLine, document: Document, facts: Facts) -> Iterator[Segment]:
    """Yield a service line.

    Raises:
        UnwritableError: If it holds what an 837P has no place for.
    """
    empty(one.revenue, "lines.revenue")
    pointers = facts.pointers.get(one.no) or refuse("lines", "has no pointers in the record")
    units = "" if one.units is None else plain(one.units)
    charge = trade.money(one.charge, document, "lines.charge")
    yield "LX", one.no
    yield "SV1", _procedure(one.procedure), charge, one.unit, units, one.place, "", tuple(pointers)
    yield from _served(one.on)
    yield "REF", LINE_CONTROL if one.line_control else "", one.line_control
    for known in one.references:
        yield source.reference(known, CODES, "lines.references")
    yield from amounts(one.amounts, document, "lines.amounts")
    yield from _drug(one)
    for party in one.parties:
        yield from provider(party, facts, "lines.parties")
    for adjudication in one.adjudications:
        yield from _adjudication(adjudication, document)


def amounts(them: Mapping[str, Money], document: Document, field: str) -> Iterator[Segment]:
    """Yield AMT by qualifier."""
    for qualifier, amount in them.items():
        yield "AMT", qualifier, trade.money(amount, document, field)


def _served(on: Period | None) -> Iterator[Segment]:
    if on is None:
        return
    if on.start == on.end:
        yield "DTP", "472", "D8", trade.day(on.start)
    else:
        yield "DTP", "472", "RD8", f"{trade.day(on.start)}-{trade.day(on.end)}"


def _drug(one: ClaimLine) -> Iterator[Segment]:
    if one.drug is not None:
        yield "LIN", "", "N4", source.listed(one.drug, NDC, "lines.drug")
    elif one.drug_quantity is not None:
        refuse("lines.drug_quantity", "needs lines.drug")
    if one.drug_quantity is not None:
        yield "CTP", "", "", "", plain(one.drug_quantity.value), one.drug_quantity.raw_unit


def _adjudication(one: Adjudication, document: Document) -> Iterator[Segment]:
    field = "lines.adjudications"
    empty(one.revenue, f"{field}.revenue")
    units = "" if one.units is None else plain(one.units)
    paid = trade.money(one.paid, document, field)
    yield "SVD", one.payer, paid, _procedure(one.procedure), "", units, one.bundled_into
    yield from source.adjustments(one.adjustments, document, f"{field}.adjustments")
    yield "DTP", "573" if one.on else "", "D8" if one.on else "", trade.day(one.on)
    if one.remaining is not None:
        yield "AMT", "EAF", trade.money(one.remaining, document, f"{field}.remaining")


def _procedure(one: Procedure | None) -> str | Composite:
    return "" if one is None else source.procedure(one.code, one.modifiers)
