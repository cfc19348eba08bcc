"""850 from a document of kind order; where each field goes: docs/canonical.md, Orders.

Spec: set 850 of 004010 and 005010.
"""

from collections.abc import Iterator

from acktrail.documents.kinds import Document, Trade
from acktrail.documents.parts import Line
from acktrail.formats.x12.write import Line as Segment
from acktrail.translate.outbound import trade
from acktrail.translate.outbound.codes import Codes, empty

TERMS = frozenset(
    {
        "release", "payment_code", "discount_percent", "discount_days", "net_days", "payment_text",
        "freight", "incoterm",
    }
)  # fmt: skip
STANDALONE = "SA"  # BEG02 where the document does not say its type


def segments(document: Document, order: Trade, codes: Codes, version: str) -> Iterator[Segment]:
    """Yield the segments between ST and SE.

    Raises:
        UnwritableError: If the document holds what an 850 has no place for.
    """
    terms = trade.known_terms(document, TERMS)
    totals = order.totals or trade.NOT_SENT
    yield (
        *("BEG", trade.function(document, codes), document.type_code or STANDALONE, document.id),
        *(terms.get("release", ""), trade.day(document.issued)),
    )
    yield from trade.currency(document, "BY")
    yield from trade.references(document.references, codes, "references")
    yield from trade.freight_terms(terms)
    yield from trade.changes_of_totals(totals, document)
    yield from trade.payment_terms(terms)
    yield from trade.dates(document.dates, codes, "dates")
    yield from trade.text_loop(document.notes, version)
    yield from trade.parties(document.parties, codes)
    for line in order.lines:
        yield from _line(line, document, codes, version)
    yield "CTT", str(len(order.lines))
    yield from total(document, order)


def total(document: Document, order: Trade) -> Iterator[Segment]:
    """Yield AMT of the order's total; others than it follow from the lines."""
    totals = order.totals or trade.NOT_SENT
    empty(totals.tax, "totals.tax")
    empty(totals.prepaid, "totals.prepaid")
    if totals.total is not None:
        yield "AMT", "TT", trade.money(totals.total, document, "totals.total")


def _line(line: Line, document: Document, codes: Codes, version: str) -> Iterator[Segment]:
    empty(line.taxes, "lines.taxes")
    yield "PO1", *trade.priced(line, document, "ORDERED", codes)
    yield from trade.description(line)
    yield from trade.references(line.references, codes, "lines.references")
    yield from trade.allowances(line.allowances, document)
    yield from trade.dates(line.dates, codes, "lines.dates")
    for note in line.notes:
        yield trade.message(note, version)
    if line.amount is not None:
        yield "AMT", "1", trade.money(line.amount, document, "lines.amount")
