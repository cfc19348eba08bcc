"""856 from a document of kind despatch_advice: the tree of HL loops, in its order.

Shipment, then orders, then packages, then items. A package that holds lines of several orders
stands above them instead. Packages keep their number as HL01.
Spec: set 856 of 004010 and 005010.
"""

from collections.abc import Iterator
from typing import NamedTuple

from acktrail.documents.kinds import Document
from acktrail.documents.parts import Party, Reference
from acktrail.documents.supply import DespatchAdvice, DespatchLine, Package
from acktrail.formats.x12.write import Line as Segment
from acktrail.translate.outbound import trade
from acktrail.translate.outbound.codes import Codes, empty, refuse

TERMS = frozenset({"packages", "weight", "weight_unit", "freight", "incoterm"})
LEVELS = {"PALLET": "T", "CARTON": "P"}
MARKS = {"SSCC": "AA", "GTIN": "UC"}  # data element 88
CARRIER, SCAC, EXPIRY, LOT, SERIAL = "CARRIER", "SCAC", "EXPIRY", "LOT", "SERIAL"
MOST_ITEMS = 15  # pairs of an LIN
MARK_QUALIFIER = 2  # characters at most
NO_ORDER = Reference(trade.ORDER, "")
Children = dict[str, list[Package]]


def segments(
    document: Document, advice: DespatchAdvice, codes: Codes, time: str
) -> Iterator[Segment]:
    """Yield the segments between ST and SE; ``time`` is BSN04, HHMM.

    Raises:
        UnwritableError: If the document holds what an 856 has no place for.
    """
    empty(document.notes, "notes")
    yield (
        *("BSN", trade.function(document, codes), document.id, trade.day(document.issued), time),
        document.type_code,
    )
    tree = _Tree(advice, codes)
    yield tree.level("", "S")
    yield from _shipment(document, codes)
    yield from tree.orders()
    for one in document.references:
        if one.kind == trade.ORDER:
            yield tree.level(tree.top, "O")
            yield _order(one)
    yield "CTT", str(tree.count)


def _shipment(document: Document, codes: Codes) -> Iterator[Segment]:
    terms = trade.known_terms(document, TERMS)
    others = [one for one in document.references if one.kind != trade.ORDER]
    carriers = [one for one in document.parties if one.role == CARRIER]
    gross = "G" if terms.get("weight") else ""
    weight = terms.get("weight", ""), terms.get("weight_unit", "")
    yield "TD1", "", terms.get("packages", ""), "", "", "", gross, *weight
    for one in carriers:
        yield _carrier(one)
    yield from trade.references(others, codes, "references", "shipment_references")
    yield from trade.dates(document.dates, codes, "dates")
    yield from trade.freight_terms(terms)
    yield from trade.parties([one for one in document.parties if one.role != CARRIER], codes)


def _carrier(party: Party) -> Segment:
    codes = [one.value for one in party.ids if one.scheme == SCAC]
    if len(codes) != len(party.ids) or len(codes) != 1:
        refuse("parties: a carrier", "is written by its SCAC alone")
    empty(party.address, "parties.address of a carrier")
    empty(party.contacts, "parties.contacts of a carrier")
    return ("TD5", "", "2", codes[0], "", party.name)


def _order(one: Reference) -> Segment:
    return ("PRF", one.value, "", "", trade.day(one.on))


class _Group(NamedTuple):
    """What is sent for one order."""

    packages: list[Package]  # the outermost ones
    loose: list[DespatchLine]


class _Tree:
    """Numbers the levels while they are written."""

    def __init__(self, advice: DespatchAdvice, codes: Codes) -> None:
        self.count = 0
        self.top = ""
        self._codes = codes
        self._taken = {one.no for one in advice.packages}
        if len(self._taken) != len(advice.packages):
            refuse("packages.no", "is not unique")
        self._number = 0
        self._inside: Children = {}
        for package in advice.packages:
            self._inside.setdefault(package.parent, []).append(package)
        known = self._taken | {""}
        if not {one.parent for one in advice.packages} <= known:
            refuse("packages.parent", "names no package")
        if not {one.package for one in advice.lines} <= known:
            refuse("lines.package", "names no package")
        self._lines: dict[str, list[DespatchLine]] = {}  # by package
        for one in advice.lines:
            self._lines.setdefault(one.package, []).append(one)
        self._groups, self._others = _grouped(advice)

    def level(self, parent: str, code: str, number: str = "") -> Segment:
        """Return the HL of a new level."""
        while not number:
            self._number += 1
            number = "" if str(self._number) in self._taken else str(self._number)
        self.count += 1
        self.top = self.top or number
        self._last = number
        return ("HL", number, parent, code)

    def orders(self) -> Iterator[Segment]:
        """Yield the levels of each order, then packages of several orders or of none."""
        for order, group in self._groups.items():
            parent = self.top
            if order.value:
                yield self.level(self.top, "O")
                yield _order(order)
                parent = self._last
            for root in group.packages:
                yield from self._package(root, parent, grouped=True)
            yield from self._items(group.loose, parent)
        for root in self._others:
            yield from self._package(root, self.top, grouped=False)

    def _package(self, package: Package, parent: str, *, grouped: bool) -> Iterator[Segment]:
        code = LEVELS.get(package.type) or refuse("packages.type", "has no X12 code")
        yield self.level(parent, code, package.no)
        for one in package.ids:
            qualifier = MARKS.get(one.scheme, one.agency)
            if not 0 < len(qualifier) <= MARK_QUALIFIER:
                refuse("packages.ids", "has no X12 qualifier")
            yield "MAN", qualifier, one.value
        inside = self._lines.get(package.no, [])
        if grouped:
            yield from self._items(inside, package.no)
        else:
            yield from self._by_order(inside, package.no)
        for inner in self._inside.get(package.no, ()):
            yield from self._package(inner, package.no, grouped=grouped)

    def _by_order(self, lines: list[DespatchLine], package: str) -> Iterator[Segment]:
        of_order: dict[Reference, list[DespatchLine]] = {}
        for one in lines:
            of_order.setdefault(order_of(one), []).append(one)
        for order, ordered in of_order.items():
            parent = package
            if order.value:
                yield self.level(package, "O")
                yield _order(order)
                parent = self._last
            yield from self._items(ordered, parent)

    def _items(self, lines: list[DespatchLine], parent: str) -> Iterator[Segment]:
        for one in lines:
            yield self.level(parent, "I")
            yield from _item(one, self._codes)


def _grouped(advice: DespatchAdvice) -> tuple[dict[Reference, "_Group"], list[Package]]:
    """Return packages and lines by their order, and the packages of several orders or of none."""
    roots = _roots(advice.packages)
    of_root: dict[str, set[Reference]] = {}
    for one in advice.lines:
        if one.package:
            of_root.setdefault(roots[one.package], set()).add(order_of(one))
    single = {one.no: one for one in advice.packages if len(of_root.get(one.no, ())) == 1}
    groups: dict[Reference, _Group] = {}
    for one in advice.lines:
        if not one.package:
            groups.setdefault(order_of(one), _Group([], [])).loose.append(one)
        elif (root := roots[one.package]) in single:
            group = groups.setdefault(order_of(one), _Group([], []))
            group.packages.append(single.pop(root))
    grouped = {one.no for group in groups.values() for one in group.packages}
    others = [one for one in advice.packages if not one.parent and one.no not in grouped]
    return groups, others


def order_of(despatched: DespatchLine) -> Reference:
    """Return the order of a line without its number there, which LIN01 says."""
    order, _others = trade.first_order(despatched.line.references)
    if order.value and order.line != despatched.line.no:
        refuse("lines.references", "names another line of the order than lines.no")
    return Reference(order.kind, order.value, "", order.on) if order.value else NO_ORDER


def _roots(packages: tuple[Package, ...]) -> dict[str, str]:
    """Return for each package the outermost one that it stands in."""
    parents = {one.no: one.parent for one in packages}
    roots: dict[str, str] = {}
    for number in parents:
        passed = [number]
        while passed[-1] not in roots and parents[passed[-1]]:
            passed.append(parents[passed[-1]])
            if len(passed) > len(packages):
                refuse("packages.parent", "leads back to the package itself")
        root = roots.get(passed[-1], passed[-1])
        roots.update(dict.fromkeys(passed, root))
    return roots


def _item(despatched: DespatchLine, codes: Codes) -> Iterator[Segment]:
    line = despatched.line
    for name in ("price", "amount", "allowances", "taxes", "notes"):
        empty(getattr(line, name), f"lines.{name}")
    trade.only_quantities(line, "SHIPPED", "ORDERED")
    shipped, ordered = (
        trade.quantity((line.quantities or {}).get(role), codes, f"lines.quantities.{role}")
        for role in ("SHIPPED", "ORDERED")
    )
    if not shipped[0]:
        refuse("lines.quantities.SHIPPED", "is missing")
    pairs = _pairs(despatched, codes)
    if pairs:
        yield "LIN", line.no, *pairs
    yield "SN1", "" if pairs else line.no, *shipped, "", *ordered
    yield from trade.description(line)
    _order_reference, others = trade.first_order(line.references)
    yield from trade.references(others, codes, "lines.references", "shipment_references")
    yield from trade.dates(line.dates, codes, "lines.dates")
    yield from _expiry(despatched)


def _pairs(despatched: DespatchLine, codes: Codes) -> tuple[str, ...]:
    for lot in despatched.lots:
        empty(lot.quantity, "lines.lots.quantity")
    room = MOST_ITEMS - len(despatched.lots) - len(despatched.serials)
    if room < 0:
        refuse("lines.serials", "are more than an LIN has room for")
    return (
        *trade.items(despatched.line.item.ids, codes, room, "lines.item.ids"),
        *(part for lot in despatched.lots for part in ("LT", lot.number)),
        *(part for serial in despatched.serials for part in ("SN", serial)),
    )


def _expiry(despatched: DespatchLine) -> Iterator[Segment]:
    days = {lot.expiry for lot in despatched.lots}
    if len(days) > 1:
        refuse("lines.lots.expiry", "differs within a line")
    for on in days - {None}:
        yield "DTM", "036", trade.day(on)
