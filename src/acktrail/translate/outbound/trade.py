"""The segments that the sets of the supply chain share: parties, references, dates, lines."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from acktrail.documents.kinds import Document
from acktrail.documents.parts import (
    Allowance,
    Contact,
    DateRole,
    Identifier,
    Line,
    Money,
    Party,
    Quantity,
    Reference,
    Tax,
    Totals,
)
from acktrail.formats.x12.write import Line as Segment
from acktrail.translate.outbound.codes import Codes, empty, implied, plain, refuse

ORIGINAL, ORDER = "ORIGINAL", "ORDER"
NOT_NAMED = "ZZZZ"  # data element 1300, mutually defined: the totals do not say what they are for
NOT_SENT = Totals()
NAME_LINES = 2  # of an N3
MOST_NAME_LINES = 4


def day(on: date | None) -> str:
    """Return a day as CCYYMMDD."""
    return "" if on is None else f"{on:%Y%m%d}"


def money(amount: Money | None, document: Document, field: str) -> str:
    """Return an amount as type R; it has to be in the document's currency.

    Raises:
        UnwritableError: If it is not.
    """
    if amount is None:
        return ""
    if amount.currency != document.currency:
        refuse(field, "is not in the document's currency")
    return plain(amount.amount)


def cents(amount: Money | None, document: Document, field: str) -> str:
    """Return an amount as type N2, as ``money``."""
    return implied(amount.amount, field) if money(amount, document, field) and amount else ""


def function(document: Document, codes: Codes) -> str:
    """Return the purpose of the set (data element 353)."""
    return codes.code("functions", document.function, "function")


def first_order(references: Iterable[Reference]) -> tuple[Reference, list[Reference]]:
    """Return the reference to the order, and the others; an empty one where there is none."""
    order, others = Reference(ORDER, ""), []
    for one in references:
        if one.kind == ORDER and not order.value:
            order = one
        else:
            others.append(one)
    return order, others


def references(
    them: Iterable[Reference], codes: Codes, field: str, name: str = "references"
) -> Iterator[Segment]:
    """Yield REF of references that say no more than what they point to."""
    for one in them:
        empty(one.line, f"{field}.line")
        empty(one.on, f"{field}.on")
        yield "REF", codes.code(name, one.kind, field), one.value


def dates(them: Iterable[DateRole], codes: Codes, field: str) -> Iterator[Segment]:
    """Yield DTM."""
    for one in them:
        empty(one.at, f"{field}.at")
        yield "DTM", codes.code("dates", one.kind, field), day(one.on)


def currency(document: Document, entity: str) -> Iterator[Segment]:
    """Yield CUR; ``entity`` is whose currency it is (data element 98)."""
    if document.currency:
        yield "CUR", entity, document.currency


def payment_terms(terms: Mapping[str, str], due: str = "") -> Iterator[Segment]:
    """Yield ITD."""
    get = terms.get
    yield (
        *("ITD", get("payment_code", ""), "", get("discount_percent", ""), ""),
        *(get("discount_days", ""), due, get("net_days", ""), "", "", "", ""),
        get("payment_text", ""),
    )


def freight_terms(terms: Mapping[str, str]) -> Iterator[Segment]:
    """Yield FOB.

    Raises:
        UnwritableError: If a delivery term stands without who pays the freight (FOB01).
    """
    freight, incoterm = terms.get("freight", ""), terms.get("incoterm", "")
    if incoterm and not freight:
        refuse("terms.incoterm", "needs terms.freight")
    yield "FOB", freight, "", "", "01" if incoterm else "", incoterm


def known_terms(document: Document, names: frozenset[str]) -> Mapping[str, str]:
    """Return the terms of a document.

    Raises:
        UnwritableError: If it has others than these.
    """
    for name in sorted(document.terms.keys() - names):
        empty(document.terms[name], f"terms.{name}")
    return document.terms


def parties(them: Iterable[Party], codes: Codes) -> Iterator[Segment]:
    """Yield an N1 loop for each party; of its identifiers the first."""
    for party in them:
        yield from _party(party, codes)


def _party(party: Party, codes: Codes) -> Iterator[Segment]:
    field = "parties"
    empty(party.account, f"{field}.account")
    empty(party.ids[1:], f"{field}.ids after the first")
    qualified = codes.qualified("party_ids", party.ids[0], field) if party.ids else ("", "")
    yield "N1", codes.code("roles", party.role, field), party.name, *qualified
    if party.address is not None:
        lines, address = party.address.lines, party.address
        empty(lines[MOST_NAME_LINES:], f"{field}.address.lines after the fourth")
        for at in range(0, len(lines), NAME_LINES):
            yield "N3", *lines[at : at + NAME_LINES]
        yield "N4", address.city, address.region, address.postcode, address.country
    if party.tax_id:
        yield "REF", "TJ", party.tax_id
    for contact in party.contacts:
        yield _contact(contact)


def _contact(contact: Contact) -> Segment:
    numbers = [*_number("TE", contact.phone), *_number("EM", contact.email)]
    return ("PER", contact.role or "IC", contact.name, *numbers)


def _number(qualifier: str, number: str) -> tuple[str, ...]:
    return (qualifier, number) if number else ()


def text_loop(notes: Iterable[str], version: str) -> Iterator[Segment]:
    """Yield an N9 loop with the notes; 5010 has MTX where 4010 has MSG."""
    written = list(notes)
    if written:
        yield "N9", "ZZ", "NOTE"
    for note in written:
        yield message(note, version)


def message(note: str, version: str) -> Segment:
    """Return the segment of a note."""
    return ("MTX", "", note) if version.startswith("005") else ("MSG", note)


def items(ids: Iterable[Identifier], codes: Codes, most: int, field: str) -> tuple[str, ...]:
    """Return pairs of qualifier and value.

    Raises:
        UnwritableError: If there are more than the segment has room for.
    """
    pairs = [codes.qualified("item_ids", one, field) for one in ids]
    empty(pairs[most:], f"{field} after the {most}th")
    return tuple(part for pair in pairs for part in pair)


def quantity(one: Quantity | None, codes: Codes, field: str) -> tuple[str, str]:
    """Return value and unit, both empty where there is none."""
    return ("", "") if one is None else (plain(one.value), codes.unit(one, field))


def only_quantities(line: Line, *roles: str) -> None:
    """Refuse quantities that the set has no place for.

    Raises:
        UnwritableError: If there is one.
    """
    for role in sorted((line.quantities or {}).keys() - set(roles)):
        empty(role, f"lines.quantities.{role}")


def priced(line: Line, document: Document, role: str, codes: Codes) -> tuple[str, ...]:
    """Return what PO1 and IT1 begin with: number, quantity, unit, price, basis, items."""
    only_quantities(line, role)
    return (
        line.no,
        *quantity((line.quantities or {}).get(role), codes, f"lines.quantities.{role}"),
        money(line.price, document, "lines.price"),
        codes.basis(line.basis, "lines.basis"),
        *items(line.item.ids, codes, 10, "lines.item.ids"),
    )


def description(line: Line) -> Iterator[Segment]:
    """Yield PID of a description in words."""
    if line.item.description:
        yield "PID", "F", "", "", "", line.item.description


def allowances(them: Iterable[Allowance], document: Document) -> Iterator[Segment]:
    """Yield SAC of a line."""
    for one in them:
        field = "lines.allowances"
        percent = "" if one.percent is None else plain(one.percent)
        reason = one.reason.value if one.reason else NOT_NAMED
        amount = cents(one.amount, document, field)
        yield (
            "SAC",
            "C" if one.charge else "A",
            reason,
            "",
            "",
            amount,
            "3" * bool(percent),
            percent,
        )


def changes_of_totals(totals: Totals, document: Document) -> Iterator[Segment]:
    """Yield SAC of the document as a whole."""
    for code, amount in (("A", totals.allowances), ("C", totals.charges)):
        if amount is not None:
            yield "SAC", code, NOT_NAMED, "", "", cents(amount, document, "totals")


def tax(one: Tax, document: Document) -> Segment:
    """Return TXI."""
    empty(one.base, "taxes.base")
    rate = "" if one.rate is None else plain(one.rate)
    return ("TXI", one.type, money(one.amount, document, "taxes"), rate, "", "", one.category)
