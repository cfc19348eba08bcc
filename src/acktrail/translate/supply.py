"""Documents of the supply chain from what a map filled: payloads, the tree of a despatch, keys."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace as changed
from itertools import chain

from acktrail.documents.kinds import Document, Payload, Trade
from acktrail.documents.parts import Identifier, Line, Period, Reference, Totals
from acktrail.documents.supply import (
    DespatchAdvice,
    DespatchLine,
    InventoryReport,
    OrderAnswer,
    OrderChange,
    Package,
    ProductActivity,
    ReceivingAdvice,
)
from acktrail.documents.value import replace
from acktrail.translate.shapes import Values, many, under
from acktrail.translate.supply_shapes import Level

PACKAGES = frozenset({"PALLET", "CARTON"})
ITEM, ORDER, SSCC = "ITEM", "ORDER", "SSCC"
WRITER = {DespatchAdvice: ("SHIP_FROM", "SELLER"), ReceivingAdvice: ("SHIP_TO", "BUYER")}
APPLICATION_IDENTIFIER = "00"  # GS1: in front of an SSCC on a label
SSCC_WITH_IDENTIFIER = 20  # digits
DEEPEST = 100  # levels of a despatch above a line


def order_change(values: Values, totals: Totals | None = None) -> OrderChange:
    """What is to be changed of an order."""
    return OrderChange(many(values, "lines"), totals)


def order_answer(values: Values, totals: Totals | None = None) -> OrderAnswer:
    """What the seller says of an order."""
    return OrderAnswer(values.get("disposition", ""), many(values, "lines"), totals)


def price_catalogue(values: Values, _totals: Totals | None = None) -> Trade:
    """Prices, one line for each."""
    return Trade(tuple(chain.from_iterable(many(values, "lines"))), valid=_period(values))


def inventory_report(values: Values, _totals: Totals | None = None) -> InventoryReport:
    """What is in stock on a day."""
    return InventoryReport(values.get("as_of", values.get("issued")), many(values, "lines"))


def product_activity(values: Values, _totals: Totals | None = None) -> ProductActivity:
    """What was sold, returned or moved in a period."""
    lines = tuple(chain.from_iterable(many(values, "transfers")))
    return ProductActivity(_period(values), lines)


def despatch_advice(values: Values, _totals: Totals | None = None) -> DespatchAdvice:
    """Put the tree of a despatch together: packages in packages, lines in packages and orders."""
    levels, known = _levels(values)
    lines = tuple(_despatched(one, known) for one in levels if _is_line(one))
    packages = tuple(_package(one, known) for one in levels if one.kind in PACKAGES)
    return DespatchAdvice(lines, packages)


def receiving_advice(values: Values, _totals: Totals | None = None) -> ReceivingAdvice:
    """What was received, by the same tree as a despatch."""
    told = despatch_advice(values)
    return ReceivingAdvice(told.lines, told.packages)


PAYLOADS: dict[str, Callable[[Values, Totals | None], Payload]] = {
    "order_change": order_change,
    "order_response": order_answer,
    "price_catalogue": price_catalogue,
    "inventory_report": inventory_report,
    "product_activity": product_activity,
    "despatch_advice": despatch_advice,
    "receiving_advice": receiving_advice,
}


def loose_references(values: Values) -> tuple[Reference, ...]:
    """Return the references of levels of a despatch that no line stands under."""
    levels, known = _levels(values)
    held = {above.number for one in levels if _is_line(one) for above in (one, *_above(one, known))}
    return tuple(
        reference for one in levels if one.number not in held for reference in one.line.references
    )


def key(document: Document) -> tuple[str, ...] | None:
    """Return the natural key of a supply chain document, None for another kind."""
    match document.payload:
        case OrderChange():
            buyer = _id(document, "BUYER", "BILL_TO")
            return (buyer, document.id, document.terms.get("sequence", ""))
        case OrderAnswer():
            order = next((one.value for one in document.references if one.kind == ORDER), "")
            return (_id(document, "SELLER"), order, document.id)
        case DespatchAdvice() | ReceivingAdvice() as goods:
            return (_id(document, *WRITER[type(goods)]), document.id)
        case InventoryReport() as report:
            day = report.as_of.isoformat() if report.as_of else ""
            return (_reporter(document), document.id, day)
        case ProductActivity() as activity:
            start = activity.period.start if activity.period else None
            return (_reporter(document), document.id, start.isoformat() if start else "")
        case _:
            return None


def _levels(values: Values) -> tuple[tuple[Level, ...], dict[str, Level]]:
    """Return the levels, a line without a number behind the one it stands in; and by number."""
    levels: list[Level] = []
    for one in many(values, "levels"):
        levels += [one, *(changed(line, parent=one.number) for line in one.inner)]
    return tuple(levels), {one.number: one for one in levels if one.number}


def _period(values: Values) -> Period | None:
    days = under(values, "valid")
    return Period(days.get("start"), days.get("end")) if days else None


def _id(document: Document, *roles: str) -> str:
    party = document.party(*roles)
    return party.ids[0].value if party and party.ids else ""


def _reporter(document: Document) -> str:
    """Return the id of who reports: the seller's, else the first that was sent."""
    return _id(document, "SELLER") or next(
        (party.ids[0].value for party in document.parties if party.ids), ""
    )


def _is_line(level: Level) -> bool:
    return level.kind == ITEM or bool(level.line.quantities)


def _above(level: Level, known: Mapping[str, Level]) -> Iterator[Level]:
    """Yield the levels that a level stands under, the nearest first."""
    for _step in range(DEEPEST):
        parent = known.get(level.parent)
        if parent is None or parent is level:
            return
        yield parent
        level = parent


def _package(level: Level, known: Mapping[str, Level]) -> Package:
    around = next((one.number for one in _above(level, known) if one.kind in PACKAGES), "")
    marks = sorted(map(_mark, level.marks), key=lambda one: one.scheme != SSCC)
    return Package(level.number, level.kind, tuple(marks), around)


def _mark(mark: Identifier) -> Identifier:
    """Return an SSCC without its application identifier, which belongs to the label."""
    if mark.scheme == SSCC and len(mark.value) == SSCC_WITH_IDENTIFIER:
        return replace(mark, value=mark.value.removeprefix(APPLICATION_IDENTIFIER))
    return mark


def _despatched(level: Level, known: Mapping[str, Level]) -> DespatchLine:
    around = (level, *_above(level, known))
    package = next((one.number for one in around if one.kind in PACKAGES), "")
    return DespatchLine(_within(level, around[1:]), package, level.lots, level.serials)


def _within(level: Level, above: tuple[Level, ...]) -> Line:
    """Return the line with what is said of the levels that it stands under; its order by line."""
    line = level.line
    references = [*line.references, *(one for up in above for one in up.line.references)]
    return replace(
        line,
        references=tuple(
            replace(one, line=line.no) if one.kind == ORDER and not one.line else one
            for one in references
        ),
        dates=(*line.dates, *(one for up in above for one in up.line.dates)),
        notes=(*line.notes, *(one for up in above for one in up.line.notes)),
    )
