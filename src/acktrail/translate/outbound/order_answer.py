"""855 from a document of kind order_response; fields: docs/canonical.md, Order changes.

Spec: set 855 of 004010 and 005010.
"""

from collections.abc import Iterator

from acktrail.documents.kinds import Document
from acktrail.documents.supply import AnsweredLine, LineAnswer, OrderAnswer
from acktrail.formats.x12.write import Line as Segment
from acktrail.translate.outbound import order, trade
from acktrail.translate.outbound.codes import Codes, empty, refuse

DISPOSITIONS = {  # data element 587
    "ACCEPTED": "AD",
    "ACCEPTED_AMENDED": "AC",
    "HOLD": "AH",
    "REJECTED": "RD",
    "RECEIVED": "NA",
}
STATUSES = {  # data element 668
    "ACCEPTED": "IA",
    "ACCEPTED_AMENDED": "IC",
    "BACKORDERED": "IB",
    "SUBSTITUTED": "IS",
    "HOLD": "IH",
    "REJECTED": "IR",
    "DELETED": "ID",
}
MOST_DATES = 2  # of an answer: ACK04/05 and one DTM


def segments(
    document: Document, answer: OrderAnswer, codes: Codes, version: str
) -> Iterator[Segment]:
    """Yield the segments between ST and SE.

    Raises:
        UnwritableError: If the document holds what an 855 has no place for.
    """
    terms = trade.known_terms(document, order.TERMS)
    ordered, others = trade.first_order(document.references)
    totals = answer.totals or trade.NOT_SENT
    disposition = DISPOSITIONS.get(answer.disposition) or refuse("disposition", "has no X12 code")
    yield (
        *("BAK", trade.function(document, codes), document.type_code or disposition),
        *(ordered.value, trade.day(ordered.on), terms.get("release", ""), "", ""),
        *(document.id, trade.day(document.issued)),
    )
    yield from trade.currency(document, "SE")
    yield from trade.references(others, codes, "references")
    yield from trade.freight_terms(terms)
    yield from trade.changes_of_totals(totals, document)
    yield from trade.payment_terms(terms)
    yield from trade.dates(document.dates, codes, "dates")
    yield from trade.text_loop(document.notes, version)
    yield from trade.parties(document.parties, codes)
    for line in answer.lines:
        yield from _line(line, document, codes, version)
    yield "CTT", str(len(answer.lines))
    empty(totals.tax, "totals.tax")
    if totals.total is not None:
        yield "AMT", "TT", trade.money(totals.total, document, "totals.total")


def _line(
    answered: AnsweredLine, document: Document, codes: Codes, version: str
) -> Iterator[Segment]:
    line = answered.line
    empty(line.taxes, "lines.taxes")
    yield "PO1", *trade.priced(line, document, "ORDERED", codes)
    yield from trade.description(line)
    yield from trade.references(line.references, codes, "lines.references")
    yield from trade.allowances(line.allowances, document)
    yield from trade.dates(line.dates, codes, "lines.dates")
    for one in answered.answers:
        yield from _answer(one, codes)
    if line.amount is not None:
        yield "AMT", "1", trade.money(line.amount, document, "lines.amount")
    yield from trade.text_loop(line.notes, version)


def _answer(one: LineAnswer, codes: Codes) -> Iterator[Segment]:
    field = "lines.answers"
    status = one.code or STATUSES.get(one.status) or refuse(f"{field}.status", "has no X12 code")
    empty(one.substitute.description, f"{field}.substitute.description")
    empty(one.dates[MOST_DATES:], f"{field}.dates after the second")
    promised = [segment[1:] for segment in trade.dates(one.dates[:1], codes, f"{field}.dates")]
    yield (
        *("ACK", status, *trade.quantity(one.quantity, codes, f"{field}.quantity")),
        *(promised[0] if promised else ("", "")),
        *("", *trade.items(one.substitute.ids, codes, 10, f"{field}.substitute")),
    )
    yield from trade.dates(one.dates[1:], codes, f"{field}.dates")
