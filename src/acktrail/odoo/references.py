"""How a document's parties, items, taxes and units become references to records of Odoo.

The tables are the profile's. Nothing is guessed: what is in no table is a finding.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from acktrail.documents.kinds import Document
from acktrail.documents.parts import Identifier, Item, Line, Quantity, Tax
from acktrail.model import Finding, Place, Rule
from acktrail.odoo import loads
from acktrail.odoo.cells import text
from acktrail.odoo.keys import Space, external_id, pseudonym, slug_of
from acktrail.odoo.loads import Asks, Load, Plan, Planned, Refusal
from acktrail.odoo.options import NewPartner, OdooOptions
from acktrail.odoo.questions import (
    REFERENCE,
    Answers,
    Key,
    Question,
    Record,
    Unmatched,
    unmatched,
)

PERSONS = frozenset({"MRN", "MEMBER_ID", "PATIENT", "PI"})
DEFAULT = "default"
PARTY_RULES = ("ref.party_unknown", "ref.party_ambiguous")
ANALYTIC_RULES = ("ref.analytic_unknown", "ref.analytic_unknown")  # an external id is one
PARTY_SCHEMES = {"vat": ("VAT", "TIN"), "global_location_number": ("GLN",)}  # else any number
BY_SCHEME = {"barcode": ("GTIN", "UPC")}  # whoever sends it


@dataclass(slots=True)
class References:
    """Collects, while one document is planned, what it refers to and what cannot be found."""

    document: Document
    options: OdooOptions
    partner: str  # id of the trading partner
    answers: Answers = field(default_factory=dict)
    decided: Mapping[str, int] = field(default_factory=dict)  # by question: what a person chose
    accepted: frozenset[str] = frozenset()  # rules of differences that a person took as they are
    record: int = 0  # what was stored for the document before
    needed: dict[str, Load] = field(default_factory=dict)
    asked: dict[Question, None] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    missed: list[Unmatched] = field(default_factory=list)

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
        known = self._known(ids) or self._matched(ids, roles[0])
        if known or self.asked:
            return known
        if ids and (self.options.parties or self.options.match.get("party")):
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
        if ids:
            known = self._known(ids) or self._matched(ids, roles[0])
        else:
            known = self.options.parties.get(DEFAULT, "")
        if not known and not self.asked:
            self.findings.append(loads.PARTY_UNKNOWN.at(Place(address=roles[0])))
        return known

    def _matched(self, ids: tuple[Identifier, ...], role: str) -> str:
        """Return the id of the contact that Odoo has under one of the declared keys, or ""."""
        declared = self.options.match.get("party", ())
        keys = tuple(key for name in declared for key in _party_keys(name, ids))
        if not keys:
            return ""
        found = self.one(Question(role, "res.partner", keys, rules=PARTY_RULES))
        return str(found["id"]) if found else ""

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

    def chosen(self, question: Question) -> Question:
        """Return the question, narrowed to the record that a person chose for it."""
        choice = self.decided.get(question.name)
        return question if choice is None else question._replace(keys=(Key("id", choice),))

    def all(self, question: Question) -> tuple[Record, ...]:
        """Return the records that answer a question; none, and it is asked, until it was."""
        question = self.chosen(question)
        if question not in self.answers:
            self.asked[question] = None
        return self.answers.get(question, ())

    def one(self, question: Question) -> Record | None:
        """Return the one record that answers a question; any other number is a finding."""
        records = self.all(question)
        if self.chosen(question) in self.asked:
            return None
        missed = unmatched(question, records)
        if missed is None:
            return records[0]
        self.missed.append(missed)
        self.findings.append(loads.BY_NAME[missed.rule].at(Place(address=question.name)))
        return None

    @property
    def item_column(self) -> str:
        """The suffix of the product column: by our external ids, or by ids that Odoo told."""
        return "/id" if self.options.products == ("external_id",) else "/.id"

    def product(self, item: Item, schemes: tuple[str, ...], at: int) -> str:
        """Return the cell of the product column; "" when the line stays text.

        Args:
            item: As sent; every number of it may be in the profile's items table.
            schemes: Whose numbers are our codes, or name the catalogue's record, in order.
            at: Ordinal of the line, for findings.
        """
        how = self.options.products
        if how == ("none",):
            return ""
        crossed = next(
            filter(None, (self.options.items.get(_crossing(n), "") for n in item.ids)), ""
        )
        if how == ("external_id",):
            ours = crossed or self._own_item(item, schemes)
            if not ours:
                self.findings.append(loads.ITEM_UNKNOWN.at(Place("line", at)))
            return ours
        keys = tuple(key for name in how for key in _item_keys(name, item, schemes, crossed))
        if not keys:
            self.findings.append(loads.ITEM_UNKNOWN.at(Place("line", at)))
            return ""
        found = self.one(Question(f"line {at}", "product.product", keys))
        return str(found["id"]) if found else ""

    def _own_item(self, item: Item, schemes: tuple[str, ...]) -> str:
        numbers = (one for scheme in schemes for one in item.ids if one.scheme == scheme)
        number = next(numbers, None)
        return "" if number is None else self.own_product(number, item)

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

    def analytic(self, keys: Iterable[str]) -> str:
        """Return the cell of the analytic distribution, by the first key that has one, or ""."""
        table = self.options.analytic
        named = next((table[one] for one in (*keys, DEFAULT) if one in table), "")
        shares = {}
        for part in filter(None, named.split(",")):
            external, _, percent = part.strip().partition(":")
            account = self.by_reference(f"analytic {external}", external, ANALYTIC_RULES)
            shares[str(account)] = float(percent or 100)
        return "" if "0" in shares or not shares else json.dumps(shares)

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

    def differs(self, rule: Rule, place: str) -> None:
        """Note a difference between document and order, unless it was accepted."""
        if rule.name not in self.accepted:
            self.findings.append(rule.at(Place(address=place)))

    def by_reference(self, name: str, external: str, rules: tuple[str, str] = PARTY_RULES) -> int:
        """Return the database id of a record by its external id; 0 while it is asked."""
        question = Question(name, REFERENCE, (Key("id", external),), rules=rules)
        found = self.one(question)
        return int(found["id"]) if found else 0

    def refusal(self) -> Refusal:
        """Return everything that was noted on the way."""
        return Refusal(tuple(dict.fromkeys(self.findings)), tuple(self.missed))

    def stopped(self, external_id: str, model: str) -> Asks | Refusal:
        """Return what has to be asked first, else why the document cannot be planned."""
        if not self.asked:
            return self.refusal()
        kind, company = self.document.kind, self.options.company
        return Asks(kind, external_id, model, company, tuple(self.asked))

    def finish(self, plan: Plan) -> Planned:
        """Put the needed records first; ask what is open, then refuse for all that was noted."""
        if self.asked or self.findings:
            return self.stopped(plan.external_id, plan.model if plan.loads else "")
        return replace(plan, loads=(*self.needed.values(), *plan.loads))


def _party_keys(name: str, ids: tuple[Identifier, ...]) -> tuple[Key, ...]:
    """Persons are never looked up by a number as sent: Odoo knows them by a pseudonym."""
    wanted = PARTY_SCHEMES.get(name)
    return tuple(
        Key(name, one.value)
        for one in ids
        if (one.scheme in wanted if wanted else one.scheme not in PERSONS)
    )


def _item_keys(how: str, item: Item, schemes: tuple[str, ...], crossed: str) -> tuple[Key, ...]:
    if crossed:
        return (Key(how, crossed),)
    wanted = BY_SCHEME.get(how, schemes)
    return tuple(Key(how, one.value) for s in wanted for one in item.ids if one.scheme == s)


def column(name: str, cell: str) -> str:
    """Return the column of a many2one: by external id, or by the id that Odoo told just now."""
    return f"{name}/.id" if cell.isdecimal() else f"{name}/id"


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
