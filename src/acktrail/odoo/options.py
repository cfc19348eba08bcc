"""The profile's ``[odoo]`` table as one frozen value. Not here: how it is used."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from acktrail.errors import ProfileError
from acktrail.odoo.keys import SLUG
from acktrail.odoo.record_map import RecordMap, read_record_map

PRODUCTS = ("none", "external_id", "default_code", "barcode")
COMBINED = frozenset({"default_code", "barcode"})  # products may be found by several of these
UPDATES = ("append", "overwrite")


@dataclass(frozen=True, slots=True)
class NewPartner:
    """The partner's own record in Odoo, made from the profile if it is absent."""

    name: str
    ref: str = ""
    is_company: bool = True
    country: str = ""  # external id: base.us


@dataclass(frozen=True, slots=True)
class OdooOptions:
    """The keys of ``[odoo]`` in a partner profile. References are external ids, ``module.name``.

    ========================  ====================================================================
    target                    name of the Odoo in acktrail.toml; "journal" keeps calls, sends none
    company                   database id of the company (1)
    slug                      part of every external id, ``[a-z0-9_]{1,40}``, frozen once used;
                              default: the partner's id with other characters as ``_``
    currency                  ISO code of the company ("USD"); other documents are refused
    sale_journal              customer invoices and credit notes (``account.<company>_sale``)
    purchase_journal          vendor bills and refunds (``account.<company>_purchase``)
    general_journal           entries of remittances (``account.<company>_general``)
    bank_journal              bank statement lines and premium payments; "" = they are refused
    receivable, outstanding   accounts of a remittance: the claims' and the money received
    patient_receivable        account that a patient's share (PR) moves to; "" = it stays open on
                              the payer's invoice
    patient                   external id of the contact that patients' shares are kept under
    adjustment                account by ``"CO-45"``, ``"CO"``, ``"PLB-WO"``, ``"PLB"``,
                              ``"INVOICE-52"``, ``"INVOICE"``, ``"default"``, looked up in this
                              order; PR needs none (it stays open)
    partner                   external id of the partner's record, or a table name, ref, is_company,
                              country: then it is created if absent
    parties                   ``"SCHEME:VALUE"`` -> external id; with it an unlisted party refuses
                              the document, without it every document is the partner's; a charge
                              is always looked up, ``"default"`` is for charges without a payer
    analytic                  ``"SCHEME:VALUE"`` of an item, code or cost centre, of a charge also
                              ``"DEPARTMENT:..."``, ``"default"`` -> external id of an analytic
                              account, or several with percents: ``"a.ward:60,a.lab:40"``
    side                      invoices and credit notes are "purchase": the partner's, to us; or
                              "sale": ours, from a billing system of ours
    places                    ``"SCHEME:VALUE"`` of a ward, cost centre, ... -> external id of what
                              a record map wants there: a location, a department
    bill_to_partner           charges are billed to the partner itself, whatever payer they name
    taxes                     ``"TYPE:CATEGORY:RATE"``, ``"CATEGORY:RATE"`` or ``"CATEGORY"`` ->
                              external id, "" = no tax; ``"default"`` for lines without a tax
    units                     UN/ECE Rec 20 code -> external id, added to parsers/odoo/defaults.toml
    products                  how lines find a product: "none" (lines are text), "external_id"
                              (ours, from a catalogue), "default_code", "barcode", or a list of
                              the last two, tried in that order
    items                     ``"SCHEME:VALUE"`` -> what to look for instead, in terms of products
    create_products           create an unknown product (products = "external_id" only)
    party_fields              res.partner fields that the sender owns; [] = pseudonym only
    party_updates             "append": a known person is left alone; "overwrite": owned fields are
                              written again
    notes                     send a trade document's notes (escaped) as terms
    post                      post moves and payments after they were stored and compared
    confirm                   confirm sale orders likewise
    reconcile                 settle a posted remittance's claims with their open invoices, and the
                              payment with the bank's line of the same trace
    unmatched                 a remittance of which a claim or invoice is not in Odoo once: "hold"
                              it, or post it and leave that part "open"
    orders                    bills are matched with the lines of the order that they name
    price_tolerance           by how many percent a price may differ from the order's ("0")
    validate                  validate a receipt as the despatch advice announces it
    owner                     ``"model.field"`` of a record of Odoo's own -> who wins: "partner" (it
                              is written), "odoo" (written only where empty), "ask" (a person)
    match                     what is looked up in Odoo, by which fields in which order: claim,
                              invoice, order, order_line, sale_order, party (parsers/odoo/*.toml)
    record                    maps of documents to records, for kinds that no code is for
    send                      by model: the fields that documents of this kind may fill
    ========================  ====================================================================
    """

    target: str = "journal"
    company: int = 1
    slug: str = ""
    currency: str = "USD"
    sale_journal: str = ""
    purchase_journal: str = ""
    general_journal: str = ""
    bank_journal: str = ""
    receivable: str = ""
    outstanding: str = ""
    patient_receivable: str = ""
    patient: str = ""
    adjustment: Mapping[str, str] = field(default_factory=dict)
    partner: str | NewPartner = ""
    parties: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    analytic: Mapping[str, str] = field(default_factory=dict)
    side: str = "purchase"
    bill_to_partner: bool = False
    taxes: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    products: tuple[str, ...] = ("none",)
    items: Mapping[str, str] = field(default_factory=dict)
    create_products: bool = False
    party_fields: tuple[str, ...] = ()
    party_updates: str = "append"
    notes: bool = False
    post: bool = False
    confirm: bool = False
    reconcile: bool = False
    unmatched: str = "hold"
    orders: bool = False
    price_tolerance: str = "0"
    validate: bool = False
    owner: Mapping[str, str] = field(default_factory=dict)
    match: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    send: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    record: tuple[RecordMap, ...] = ()
    pseudonym_key: bytes = field(default=b"", repr=False)

    @classmethod
    def from_table(
        cls,
        table: Mapping[str, object],
        defaults: Mapping[str, object] | None = None,
        pseudonym_key: bytes = b"",
    ) -> "OdooOptions":
        """Return the options of a validated ``[odoo]`` table.

        Args:
            table: Plain values as TOML gives them.
            defaults: Of ``parsers/odoo``; tables are merged key by key.
            pseudonym_key: The deployment's secret for documents about persons.

        Raises:
            ProfileError: One argument per problem, ``odoo.key: what is wrong``.
        """
        merged = merge(defaults or {}, table)
        problems = _problems(merged)
        if problems:
            raise ProfileError(*problems)
        partner = merged.get("partner", "")
        values: dict[str, object] = dict(merged)
        if isinstance(partner, Mapping):
            values["partner"] = NewPartner(**partner)
        values["products"] = _product_keys(merged.get("products", ("none",)))
        for name in ("match", "send"):
            table_ = _table(merged.get(name))
            values[name] = {key: _listed(one) for key, one in table_.items()}
        values["record"] = tuple(map(read_record_map, _tables(merged.get("record", ()))))
        values["party_fields"] = tuple(_listed(merged.get("party_fields", ())))
        company = merged.get("company", 1)
        for name in ("sale", "purchase", "general"):
            values.setdefault(f"{name}_journal", f"account.{company}_{name}")
        return cls(**values, pseudonym_key=pseudonym_key)  # type: ignore[arg-type]


TYPES = {one.name: one.type for one in fields(OdooOptions) if one.name != "pseudonym_key"}
OWNERS = ("partner", "odoo", "ask")
SHARES = re.compile(r"\w+\.\w+(:\d{1,3}(\.\d{1,2})?)?(,\w+\.\w+:\d{1,3}(\.\d{1,2})?)*")
CHOICES = {"side": ("purchase", "sale"), "party_updates": UPDATES, "unmatched": ("hold", "open")}
MATCHES = {
    "claim": ("payment_reference", "name", "ref"),
    "invoice": ("payment_reference", "name", "ref"),
    "order": ("name", "partner_ref", "origin"),
    "order_line": ("line", "product"),
    "sale_order": ("client_order_ref", "name", "origin"),
    "party": ("vat", "ref", "company_registry", "barcode", "global_location_number"),
}
OWNED = ("name", "street", "street2", "city", "zip", "country_id", "phone", "email", "lang")


def merge(defaults: Mapping[str, object], table: Mapping[str, object]) -> dict[str, object]:
    """Return ``table`` over ``defaults``; tables in both are merged key by key."""
    merged = dict(defaults)
    for key, value in table.items():
        ours = defaults.get(key)
        both = isinstance(ours, Mapping) and isinstance(value, Mapping)
        merged[key] = {**ours, **value} if both else value  # type: ignore[dict-item]
    return merged


def _problems(table: Mapping[str, object]) -> list[str]:
    found = [f"odoo.{key}: unknown key" for key in sorted(set(table) - set(TYPES))]
    found += [
        f"odoo.{key}: {_wanted(key)}"
        for key, value in sorted(table.items())
        if key in TYPES and not _fits(key, value)
    ]
    return found


def _fits(key: str, value: object) -> bool:
    special = {
        "slug": lambda: isinstance(value, str) and (not value or bool(SLUG.match(value))),
        "party_fields": lambda: isinstance(value, list | tuple) and set(value) <= set(OWNED),
        "partner": lambda: isinstance(value, str) or _names_partner(value),
        "company": lambda: type(value) is int and value > 0,
        "products": lambda: _finds_products(value),
        "match": lambda: _matches(value),
        "owner": lambda: isinstance(value, Mapping) and set(value.values()) <= set(OWNERS),
        "analytic": lambda: _distributes(value),
        "record": lambda: isinstance(value, list | tuple) and all(map(_table, value)),
        "price_tolerance": lambda: isinstance(value, str) and value.replace(".", "", 1).isdigit(),
        "send": lambda: isinstance(value, Mapping) and all(map(_listed, value.values())),
    }
    if key in CHOICES:
        return value in CHOICES[key]
    if key in special:
        return special[key]()
    if TYPES[key] in (str, bool):
        return type(value) is TYPES[key]
    return isinstance(value, Mapping) and all(isinstance(one, str) for one in value.values())


def _distributes(value: object) -> bool:
    shares = value.values() if isinstance(value, Mapping) else (None,)
    return all(isinstance(one, str) and SHARES.fullmatch(one) for one in shares)


def _finds_products(value: object) -> bool:
    if isinstance(value, str):
        return value in PRODUCTS
    return bool(_listed(value)) and set(_listed(value)) <= COMBINED


def _matches(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        set(_listed(keys)) <= set(MATCHES.get(name, ())) and _listed(keys)
        for name, keys in value.items()
    )


def _names_partner(value: object) -> bool:
    known = {one.name for one in fields(NewPartner)}
    return isinstance(value, Mapping) and "name" in value and set(value) <= known


def _wanted(key: str) -> str:
    if key in CHOICES:
        return "one of " + ", ".join(CHOICES[key])
    return {
        "slug": "up to 40 of a-z, 0-9 and _",
        "party_fields": "a list of " + ", ".join(OWNED),
        "owner": "one of " + ", ".join(OWNERS) + " by model.field",
        "record": "a list of tables",
        "analytic": "an external id, or several with percents: a.ward:60,a.lab:40",
        "price_tolerance": "a number of percent, as text",
        "products": "one of " + ", ".join(PRODUCTS) + ", or a list of default_code, barcode",
        "match": "; ".join(
            f"{name}: a list of {', '.join(keys)}" for name, keys in MATCHES.items()
        ),
        "partner": "an external id, or a table with name, ref, is_company, country",
    }.get(key, "not of the right type")


def _product_keys(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else _listed(value)


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _tables(value: object) -> tuple[Mapping[str, object], ...]:
    return tuple(map(_table, value)) if isinstance(value, list | tuple) else ()


def _listed(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()
