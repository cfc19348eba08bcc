"""How the lines and levels of supply chain documents are made of the values that were found."""

from dataclasses import dataclass
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
from acktrail.translate.shapes import ONE, Values, line, many

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


@dataclass(frozen=True, slots=True)
class Price:
    """One price of a catalogue line, from ``minimum`` on."""

    price: Money
    basis: Decimal
    minimum: Quantity | None
    dates: tuple[DateRole, ...]


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
    """A line with the answers to it."""
    return AnsweredLine(line(values), many(values, "answers"))


def hierarchy(values: Values) -> Level:
    """A level, whatever it is of: what it may hold depends on the partner, not on the standard."""
    plain, lots, serials = lots_of(line(values))
    return Level(
        values.get("level", ""),
        values.get("number", ""),
        values.get("parent", ""),
        plain,
        many(values, "marks"),
        lots,
        serials,
    )


def price(values: Values) -> Price | None:
    """A price; None when its amount was not sent."""
    if "price" not in values:
        return None
    return Price(
        values["price"], values.get("basis", ONE), values.get("minimum"), many(values, "dates")
    )


def catalogue_line(values: Values) -> tuple[Line, ...]:
    """As many lines as the item has prices, each with the quantity that it begins at."""
    plain = line(values)
    prices: tuple[Price, ...] = many(values, "prices")
    return tuple(_priced(plain, one) for one in prices) or (plain,)


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
    plain, lots, serials = lots_of(line(values))
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
