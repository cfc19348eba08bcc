"""From what was filled to the document: totals, natural keys (docs/canonical.md, section Keys)."""

from decimal import Decimal

from acktrail.documents.kinds import (
    Charge,
    Document,
    PartyUpdate,
    Trade,
)
from acktrail.documents.parts import (
    Allowance,
    Identifier,
    Line,
    Money,
    Party,
    Tax,
    Totals,
)
from acktrail.documents.value import replace
from acktrail.model import Place
from acktrail.translate import clinical, paid, rules, supply
from acktrail.translate.building import Building, Origins
from acktrail.translate.shapes import Values, many, under

OWNED = (
    "street", "street2", "city", "postcode", "region", "country", "phone", "email", "language",
)  # fmt: skip
COUNTED = {"amount": "tax", "base": "taxable"}  # field of a tax -> the total that it adds to
CHANGED = frozenset({"amount", "charge"})  # what a total says of an allowance or charge
NONE: frozenset[str] = frozenset()


def assemble(kinds: tuple[str, ...], values: Values, building: Building) -> Document | None:
    """Return the document of a message; None when it cannot be made, with a finding."""
    if kinds[0] == "charge":
        return _charge(values, building)
    if kinds[0] == "remittance":
        return paid.document(values, building)
    if kinds[0] == "party":
        return _person(values, building)
    if kinds[0] in clinical.PAYLOADS:
        return clinical.document(kinds[0], values, building)
    return _trade(kinds, values, building)


def party_id(document: Document, *roles: str) -> str:
    """Return the first identifier of the first party in one of the roles, ``""`` for none."""
    party = document.party(*roles)
    return party.ids[0].value if party and party.ids else ""


def trade_key(document: Document) -> tuple[str, ...]:
    """Return the natural key of an order, invoice, credit note or price catalogue."""
    if document.kind == "order":
        return (party_id(document, "BUYER", "BILL_TO"), document.id, document.function)
    issuer = party_id(document, "SELLER", "PAYEE")
    if document.kind == "price_catalogue":
        valid = document.payload.valid if isinstance(document.payload, Trade) else None
        start = valid.start.isoformat() if valid and valid.start else ""
        return (issuer, document.id, document.terms.get("version", ""), start)
    year = str(document.issued.year) if document.issued else ""
    return (issuer, document.kind, document.id, year)


def _trade(kinds: tuple[str, ...], values: Values, building: Building) -> Document:
    kind = values.get("kind", kinds[0])
    lines: tuple[Line, ...] = many(values, "lines")
    totals = _totals(values, building)
    if totals is not None and totals.total is not None and totals.total.amount < 0:
        if kind == "invoice":
            building.found_at(rules.NEGATIVE_TOTAL, Place(address="totals.total"))
        elif kind == "credit_note":
            lines, totals = tuple(_negated_line(one) for one in lines), _negated_totals(totals)
    make = supply.PAYLOADS.get(kind)
    document = Document(
        kind=kind,
        id=values.get("id", ""),
        key=(),
        payload=Trade(lines, totals) if make is None else make(values, totals),
        function=values.get("function", "ORIGINAL"),
        issued=values.get("issued"),
        type_code=values.get("type_code", ""),
        currency=building.currency,
        parties=many(values, "parties"),
        references=(*many(values, "references"), *supply.loose_references(values)),
        dates=many(values, "dates"),
        terms=under(values, "terms"),
        notes=many(values, "notes"),
        ext=building.ext,
    )
    return replace(document, key=supply.key(document) or trade_key(document))


def _totals(values: Values, building: Building) -> Totals | None:
    """Return the totals as sent; what was only itemised is added up.

    A total that was sent stands for its items, never beside them: those go to ``ext``.
    """
    sent = under(values, "totals")
    changes: tuple[Allowance, ...] = many(values, "allowances")
    taxes: tuple[Tax, ...] = many(values, "taxes")
    amounts = {
        "allowances": [one.amount for one in changes if not one.charge],
        "charges": [one.amount for one in changes if one.charge],
        "tax": [one.amount for one in taxes],
        "taxable": [one.base for one in taxes],
    }
    sums = {name: _sum(items) for name, items in amounts.items() if name not in sent}
    made = {name: total for name, total in sums.items() if total is not None}
    changed = building.itemised.get("allowances", ())
    for change, origins in zip(changes, changed, strict=False):  # parts are capped
        name = "charges" if change.charge else "allowances"
        _keep_items(origins, CHANGED if name in made else NONE, building)
    for origins in building.itemised.get("taxes", ()):
        counted = frozenset(field for field, name in COUNTED.items() if name in made)
        _keep_items(origins, counted, building)
    return Totals(**sent, **made) if sent or made else None


def _keep_items(origins: Origins, counted: frozenset[str], building: Building) -> None:
    """Keep what was sent of an item and is in no total."""
    for field, (address, text) in origins.items():
        if address and field not in counted:
            building.keep(address, text)


def _sum(amounts: list[Money | None]) -> Money | None:
    """Return the sum, None when there is none, or one is missing or in another currency."""
    known = [one for one in amounts if one is not None]
    if not known or len(known) < len(amounts) or len({one.currency for one in known}) != 1:
        return None
    return Money(sum((one.amount for one in known), Decimal(0)), known[0].currency)


def _minus(money: Money | None) -> Money | None:
    return None if money is None else replace(money, amount=-money.amount)


def _negated_line(line: Line) -> Line:
    """Return the line without its sign: the kind of the document is the sign."""
    quantities = line.quantities and {
        role: replace(one, value=-one.value) if one.value < 0 else one
        for role, one in line.quantities.items()
    }
    amount = line.amount if line.amount is None or line.amount.amount > 0 else _minus(line.amount)
    return replace(line, quantities=quantities, amount=amount)


def _negated_totals(totals: Totals) -> Totals:
    names = ("lines", "taxable", "tax", "total", "prepaid", "rounding", "payable")
    return replace(totals, **{name: _minus(getattr(totals, name)) for name in names})


def _charge(values: Values, building: Building) -> Document | None:
    visit, account = values.get("visit", ""), values.get("account", "")
    if not (visit or account):
        building.found_at(rules.REQUIRED_MISSING, Place(segment="PV1", address="PV1-19"))
        return None
    payload = Charge(visit, account, values.get("bill_to"), many(values, "lines"))
    keys = [line.key for line in payload.lines]
    control = values.get("id", "")
    lines = tuple(sorted(keys)) if keys and all(keys) else (control,)
    sent = (money for one in payload.lines for money in (one.unit_price, one.amount) if money)
    currencies = {money.currency for money in sent}
    return Document(
        kind="charge",
        id=control,
        key=(values.get("facility", ""), visit or account, *lines),
        payload=payload,
        currency=currencies.pop() if len(currencies) == 1 else building.currency,
        ext=building.ext,
    )


def _person(values: Values, building: Building) -> Document | None:
    number, authority = values.get("id", ""), values.get("authority", "")
    if not number:
        return None  # the map requires it: the finding is there
    payload = PartyUpdate(
        action=values.get("action", "UPDATE"),
        role=values.get("role", ""),
        event_at=values.get("event_at"),
        name=values.get("name"),
        merged_from=many(values, "merged_from"),
        **{name: values[name] for name in OWNED if name in values},
    )
    ids = (Identifier("MRN", number, authority),)
    return Document(
        kind="party",
        id=number,
        key=(authority, number),
        payload=payload,
        parties=(Party(payload.role, ids),),
        ext=building.ext,
    )
