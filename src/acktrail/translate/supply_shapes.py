"""How the lines and levels of supply chain documents are made of the values that were found."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from acktrail.documents.parts import (
    NO_ITEM,
    DateRole,
    Identifier,
    Item,
    Line,
    Money,
    Quantity,
)
from acktrail.documents.supply import AnsweredLine, ChangedLine, LineAnswer, Lot, ReportedLine
from acktrail.documents.value import replace
from acktrail.translate.shapes import ONE, OTHER, Values, line, many

LOT, SERIAL, EXPIRY = "LOT", "SERIAL", "EXPIRY"


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a despatch (HL loop) before the tree is put together."""

    kind: str  # ORDER PALLET CARTON ITEM; OTHER
    number: str
    parent: str
    line: Line
    marks: tuple[Identifier, ...]
    lots: tuple[Lot, ...]
    serials: tuple[str, ...]
    inner: tuple["Level", ...] = ()  # lines that stand in it without a number of their own


@dataclass(frozen=True, slots=True)
class Marking:
    """Lots and serial numbers of a line with what is said of them alone (PCI and QTY groups)."""

    role: str  # of the quantity, where the quantity is the line's too: ON_HAND SOLD ...
    quantity: Quantity | None
    expiry: date | None
    lots: tuple[str, ...]
    serials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Price:
    """One price of a catalogue line, from ``minimum`` on."""

    price: Money
    basis: Decimal
    minimum: Quantity | None
    dates: tuple[DateRole, ...]
    currency: str  # said beside it


def changed_line(values: Values) -> ChangedLine:
    """A line and what becomes of it."""
    return ChangedLine(values.get("action", ""), line(values))


def line_answer(values: Values) -> LineAnswer:
    """What the seller does with a line."""
    ids = many(values, "ids")
    return LineAnswer(
        values.get("status", ""),
        values.get("code", ""),
        values.get("quantity"),
        many(values, "dates"),
        Item(ids) if ids else NO_ITEM,
    )


def answered_line(values: Values) -> AnsweredLine:
    """A line with the answers to it; what is said beside the line itself is one more answer."""
    plain = line(values)
    answers: tuple[LineAnswer, ...] = many(values, "answers")
    promised: tuple[DateRole, ...] = many(values, "promised")
    if promised or values.keys() & {"status", "confirmed"}:
        status = values.get("status") or _status(plain, values.get("confirmed"))
        own = LineAnswer(status, values.get("code", ""), values.get("confirmed"), promised)
        answers = (own, *answers)
    return AnsweredLine(plain, answers)


def _status(plain: Line, confirmed: Quantity | None) -> str:
    """Return what a confirmed quantity alone says: all that was ordered, or another quantity."""
    if confirmed is None:
        return OTHER
    ordered = (plain.quantities or {}).get("ORDERED")
    return "ACCEPTED" if ordered == confirmed else "ACCEPTED_AMENDED"


def hierarchy(values: Values) -> Level:
    """A level, whatever it is of: what it may hold depends on the partner, not on the standard."""
    plain, lots, serials = _marked(values)
    return Level(
        values.get("level", ""),
        values.get("number", ""),
        values.get("parent", ""),
        plain,
        many(values, "marks"),
        lots,
        serials,
        many(values, "levels"),
    )


def price(values: Values) -> Price | None:
    """A price; None when its amount was not sent."""
    if "price" not in values:
        return None
    return Price(
        values["price"],
        values.get("basis", ONE),
        values.get("minimum"),
        many(values, "dates"),
        values.get("own_currency", ""),
    )


def catalogue_line(values: Values) -> tuple[Line, ...]:
    """As many lines as the item has prices, each with the quantity that it begins at."""
    own = values.get("own_currency", "")
    plain = _in_currency(line(values), own)
    prices: tuple[Price, ...] = many(values, "prices")
    lines = tuple(_in_currency(_priced(plain, one), one.currency or own) for one in prices)
    return lines or (plain,)


def _in_currency(plain: Line, currency: str) -> Line:
    """Return the line with its price in the currency that is said beside it, where one is."""
    if not currency or plain.price is None:
        return plain
    return replace(plain, price=Money(plain.price.amount, currency))


def _priced(plain: Line, one: Price) -> Line:
    quantities = dict(plain.quantities or {})
    if one.minimum is not None:
        quantities["MINIMUM"] = one.minimum
    return replace(
        plain,
        price=one.price,
        basis=one.basis,
        quantities=quantities or None,
        dates=(*plain.dates, *one.dates),
    )


def reported_line(values: Values) -> ReportedLine:
    """A line of a report, with the lots and places that it speaks of."""
    plain, lots, serials = _marked(values)
    plain = _in_currency(plain, values.get("own_currency", ""))
    return ReportedLine(plain, "", many(values, "parties"), lots, serials)


def moved(values: Values) -> tuple[ReportedLine, ...]:
    """The lines of one transfer: what is said of it as a whole is said of each of them."""
    parties, references = many(values, "parties"), many(values, "references")
    dates = many(values, "dates")
    return tuple(
        replace(
            one,
            activity=values.get("activity", ""),
            parties=(*one.parties, *parties),
            line=replace(
                one.line,
                references=(*one.line.references, *references),
                dates=(*one.line.dates, *dates),
            ),
        )
        for one in many(values, "lines")
    )


def marking(values: Values) -> Marking | None:
    """What a group says of lots or of a quantity; None when it says neither."""
    lots, serials = many(values, "lots"), many(values, "serials")
    role, quantity = values.get("role", ""), values.get("quantity")
    if not (lots or serials or (role and quantity)):
        return None
    return Marking(role, quantity, values.get("expiry"), lots, serials)


def _marked(values: Values) -> tuple[Line, tuple[Lot, ...], tuple[str, ...]]:
    """Return the line, its lots and serial numbers, with those that its groups say."""
    plain, lots, serials = lots_of(line(values))
    found: tuple[Marking, ...] = many(values, "markings")
    if not found:
        return plain, lots, serials
    quantities = dict(plain.quantities or {})
    for role, quantity in _summed(found):
        quantities.setdefault(role, quantity)
    lots += tuple(
        Lot(number, one.expiry, one.quantity if len(one.lots) == 1 else None)
        for one in found
        for number in one.lots
    )
    serials += tuple(number for one in found for number in one.serials)
    return replace(plain, quantities=quantities or None), lots, serials


def _summed(found: Iterable[Marking]) -> Iterable[tuple[str, Quantity]]:
    """Return what the groups say of the line: the sum by role, apart where units differ."""
    sums: dict[tuple[str, str], Quantity] = {}
    for one in found:
        if one.role and one.quantity is not None:
            key = (one.role, one.quantity.unit)
            before = sums.get(key)
            value = one.quantity.value + (before.value if before else 0)
            sums[key] = replace(one.quantity, value=value)
    roles: set[str] = set()
    for (role, unit), quantity in sums.items():
        yield f"{role}_{unit}" if role in roles else role, quantity
        roles.add(role)


def lots_of(sent: Line) -> tuple[Line, tuple[Lot, ...], tuple[str, ...]]:
    """Return the line without its lots and serial numbers, and these.

    A date of expiry is that of all its lots; without a lot it stays with the line.
    """
    ids = sent.item.ids
    numbers = [one.value for one in ids if one.scheme == LOT]
    numbers += [one.value for one in sent.references if one.kind == LOT]
    serials = tuple(one.value for one in ids if one.scheme == SERIAL)
    serials += tuple(one.value for one in sent.references if one.kind == SERIAL)
    if not numbers and not serials:
        return sent, (), ()
    expiry = next((one.on for one in sent.dates if one.kind == EXPIRY), None)
    plain = replace(
        sent,
        item=replace(sent.item, ids=tuple(one for one in ids if one.scheme not in (LOT, SERIAL))),
        references=tuple(one for one in sent.references if one.kind not in (LOT, SERIAL)),
        dates=tuple(one for one in sent.dates if one.kind != EXPIRY or not numbers),
    )
    return plain, tuple(Lot(number, expiry) for number in dict.fromkeys(numbers)), serials
