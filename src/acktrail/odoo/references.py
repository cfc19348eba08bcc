"""How a document's parties, items, taxes and units become references to records of Odoo.

The tables are the profile's. Nothing is guessed: what is in no table is a finding.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from acktrail.documents.kinds import Document
from acktrail.documents.parts import Identifier, Item, Line, Quantity, Tax
from acktrail.model import Finding, Place
from acktrail.odoo import loads
from acktrail.odoo.cells import text
from acktrail.odoo.keys import Space, external_id, pseudonym, slug_of
from acktrail.odoo.loads import Load, Lookup, Plan, Refusal
from acktrail.odoo.options import NewPartner, OdooOptions

PERSONS = frozenset({"MRN", "MEMBER_ID", "PATIENT", "PI"})
DEFAULT = "default"
ITEM_COLUMN = {"default_code": "", "barcode": "", "external_id": "/id"}


@dataclass(slots=True)
class References:
    """Collects, while one document is planned, what it refers to and what cannot be found."""

    document: Document
    options: OdooOptions
    partner: str  # id of the trading partner
    needed: dict[str, Load] = field(default_factory=dict)
    lookups: dict[Lookup, None] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def key(self, doctype: str, key: tuple[str, ...], secret: bytes = b"") -> str:
        """Return the external id of a record of ours."""
        slug = self.options.slug or slug_of(self.partner)
        return external_id(Space(slug, self.options.company, self.partner), doctype, key, secret)

    def require(self, *names: str) -> None:
        """Note each named option that is empty."""
        for name in names:
            if not getattr(self.options, name):
                self.findings.append(loads.OPTION_MISSING.at(Place(address=f"odoo.{name}")))

    def own_partner(self) -> str:
        """Return the external id of the trading partner's record, planned if absent."""
        wanted = self.options.partner
        if isinstance(wanted, str):
            self.require("partner")
            return wanted
        own = self.key("partner", ("self",))
        self.needed[own] = _partner_load(own, wanted)
        return own

    def counterpart(self, roles: tuple[str, ...]) -> str:
        """Return the external id of the party in one of ``roles``, else of the partner."""
        ids = self._ids(roles)
        known = self._known(ids)
        if known:
            return known
        if ids and self.options.parties:
            self.findings.append(loads.PARTY_UNKNOWN.at(Place(address=roles[0])))
            return ""
        return self.own_partner()

    def payer(self, roles: tuple[str, ...], named: Identifier | None) -> str:
        """Return the external id of who is billed, ``""`` with a finding when nobody knows.

        A payer is looked up and never made: a charge says a number and nothing to trust it by.
        """
        if self.options.bill_to_partner:
            return self.own_partner()
        ids = self._ids(roles, named)
        known = self._known(ids) if ids else self.options.parties.get(DEFAULT, "")
        if not known:
            self.findings.append(loads.PARTY_UNKNOWN.at(Place(address=roles[0])))
        return known

    def _ids(
        self, roles: tuple[str, ...], named: Identifier | None = None
    ) -> tuple[Identifier, ...]:
        party = self.document.party(*roles)
        return ((named,) if named else ()) + (party.ids if party else ())

    def _known(self, ids: tuple[Identifier, ...]) -> str:
        """Return the external id of a listed party or of a person, or ""."""
        person = next((one for one in ids if one.scheme in PERSONS), None)
        own = "" if person is None else self.person((person.agency, person.value))
        return self.listed(ids) or own

    def listed(self, ids: Iterable[Identifier]) -> str:
        """Return the first external id that the parties table has for one of ``ids``, or ""."""
        table = self.options.parties
        return next((table[k] for k in map(_crossing, ids) if k in table), "")

    def person(self, key: tuple[str, ...]) -> str:
        """Return the external id of a person by authority and number, without either."""
        pseudonym(key, self.options.pseudonym_key)  # refuses to go on without a secret
        return self.key("person", key, self.options.pseudonym_key)

    def product(self, item: Item, schemes: tuple[str, ...], at: int) -> str:
        """Return the cell of the product column; "" when the line stays text."""
        how = self.options.products
        if how == "none":
            return ""
        ids = sorted(
            (one for one in item.ids if one.scheme in schemes),
            key=lambda one: schemes.index(one.scheme),
        )
        crossed = (self.options.items.get(_crossing(one), "") for one in item.ids)
        value = next(filter(None, crossed), "") or next((one.value for one in ids), "")
        if not value:
            self.findings.append(loads.ITEM_UNKNOWN.at(Place("line", at)))
        elif how == "external_id":
            return value if self._crossed(item) else self.own_product(ids[0], item)
        else:
            self.lookups[Lookup("product.product", how, value)] = None
        return value

    def own_product(self, number: Identifier, item: Item) -> str:
        """Return the external id of a product of this partner, planned when that is allowed."""
        own = self.key("item", (number.scheme, number.value))
        if self.options.create_products:
            name = text(item.description) or text(number.value)
            cells = (own, name, text(number.value, 64), "consu")
            self.needed[own] = Load(
                "product.product",
                own,
                ("id", "name", "default_code", "type"),
                (cells,),
                shared=True,
            )
        return own

    def _crossed(self, item: Item) -> bool:
        return any(_crossing(one) in self.options.items for one in item.ids)

    def taxes(self, taxes: tuple[Tax, ...], at: int) -> str:
        """Return the cell of the tax column: external ids joined by commas, "" = no tax."""
        table = self.options.taxes
        if not taxes:
            return table.get(DEFAULT, "")
        found = []
        for tax in taxes:
            key = next((one for one in _tax_keys(tax) if one in table), None)
            if key is not None:
                found.append(table[key])
            elif tax.rate or (tax.rate is None and tax.amount and tax.amount.amount):
                self.findings.append(loads.TAX_UNKNOWN.at(Place("line", at)))
        return ",".join(filter(None, found))

    def unit(self, quantity: Quantity, at: int) -> str:
        """Return the external id of the unit; "" only when none was sent."""
        sent = quantity.unit or quantity.raw_unit
        found = self.options.units.get(sent, "")
        if sent and not found:
            self.findings.append(loads.UNIT_UNKNOWN.at(Place("line", at)))
        return found

    def currency(self, currency: str) -> None:
        """Note a currency other than the profile's."""
        if currency and currency != self.options.currency:
            self.findings.append(loads.CURRENCY.at())

    def finish(self, plan: Plan) -> Plan | Refusal:
        """Put the needed records first; refuse when anything was noted on the way."""
        if self.findings:
            return Refusal(tuple(dict.fromkeys(self.findings)))
        mine = tuple(self.needed.values())
        return Plan(
            plan.kind,
            plan.external_id,
            plan.company,
            (*mine, *plan.loads),
            tuple(self.lookups),
            plan.expected,
            plan.verb,
            plan.settles,
            plan.minor,
        )


def quantity_of(line: Line, *roles: str) -> Quantity | None:
    """Return the line's quantity in the first of the roles that was sent."""
    sent = line.quantities or {}
    return next((sent[role] for role in roles if role in sent), None)


def _partner_load(own: str, wanted: NewPartner) -> Load:
    fields: tuple[str, ...] = ("id", "name", "ref", "is_company")
    cells: tuple[str, ...] = (own, wanted.name, wanted.ref, "1" if wanted.is_company else "0")
    if wanted.country:
        fields, cells = (*fields, "country_id/id"), (*cells, wanted.country)
    return Load("res.partner", own, fields, (cells,), shared=True)


def _crossing(one: Identifier) -> str:
    return f"{one.scheme}:{one.value}"


def _tax_keys(tax: Tax) -> tuple[str, ...]:
    rate = "" if tax.rate is None else _rate(tax.rate)
    return (f"{tax.type}:{tax.category}:{rate}", f"{tax.category}:{rate}", tax.category)


def _rate(rate: Decimal) -> str:
    short = f"{rate:f}"
    return short.rstrip("0").rstrip(".") if "." in short else short
