"""810 from a document of kind invoice or credit_note; fields: docs/canonical.md, Invoices.

Spec: set 810 of 004010 and 005010.
"""

from collections.abc import Iterator

from acktrail.documents.kinds import Document, Trade
from acktrail.documents.parts import Line, Reference
from acktrail.formats.x12.write import Line as Segment
from acktrail.translate.outbound import order, trade
from acktrail.translate.outbound.codes import Codes, empty, refuse

CREDIT_NOTE, CREDIT = "credit_note", "CR"
CREDITS = frozenset({CREDIT, "CN"})  # BIG07, data element 640
DUE = "DUE"
ALL_TAXES = "TX"  # data element 963
INVOICED = ("INVOICED", "CREDITED")


def segments(document: Document, bill: Trade, codes: Codes) -> Iterator[Segment]:
    """Yield the segments between ST and SE.

    Raises:
        UnwritableError: If the document holds what an 810 has no place for.
    """
    terms = trade.known_terms(document, order.TERMS)
    ordered, others = trade.first_order(document.references)
    due = [one for one in document.dates if one.kind == DUE]
    empty(due[1:], "dates: a second day that it is due")
    yield _begin(document, ordered, codes)
    for note in document.notes:
        yield "NTE", "GEN", note
    yield from trade.currency(document, "SE")
    yield from trade.references(others, codes, "references")
    yield from trade.parties(document.parties, codes)
    yield from trade.payment_terms(terms, trade.day(due[0].on) if due else "")
    yield from trade.dates([one for one in document.dates if one.kind != DUE], codes, "dates")
    yield from trade.freight_terms(terms)
    for line in bill.lines:
        yield from _line(line, document, codes)
    yield from _summary(document, bill)
    yield "CTT", str(len(bill.lines))


def _begin(document: Document, ordered: Reference, codes: Codes) -> Segment:
    credit = document.kind == CREDIT_NOTE
    kind = document.type_code or (CREDIT if credit else "")
    if credit != (kind in CREDITS):
        refuse("type_code", "does not fit the kind of the document")
    purpose = "" if document.function == trade.ORIGINAL else trade.function(document, codes)
    return (
        *("BIG", trade.day(document.issued), document.id, trade.day(ordered.on), ordered.value),
        *(document.terms.get("release", ""), "", kind, purpose),
    )


def _line(line: Line, document: Document, codes: Codes) -> Iterator[Segment]:
    empty(line.notes, "lines.notes")
    role = next((one for one in INVOICED if one in (line.quantities or {})), INVOICED[0])
    yield "IT1", *trade.priced(line, document, role, codes)
    for one in line.taxes:
        yield trade.tax(one, document)
    yield from trade.description(line)
    yield from trade.references(line.references, codes, "lines.references")
    yield from trade.dates(line.dates, codes, "lines.dates")
    yield from trade.allowances(line.allowances, document)


def _summary(document: Document, bill: Trade) -> Iterator[Segment]:
    totals = bill.totals or trade.NOT_SENT
    empty(totals.prepaid, "totals.prepaid")
    if totals.total is None:
        refuse("totals.total", "is missing")
    yield "TDS", trade.cents(totals.total, document, "totals.total")
    if totals.tax is not None:
        yield "TXI", ALL_TAXES, trade.money(totals.tax, document, "totals.tax")
    yield from trade.changes_of_totals(totals, document)
