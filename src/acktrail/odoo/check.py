"""What stands between a profile and its Odoo, found before any document is sent."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from acktrail.errors import HaltedError
from acktrail.odoo.bridge import INBOX
from acktrail.odoo.client import Client, Done, Lost
from acktrail.odoo.options import OdooOptions
from acktrail.odoo.privileges import POSTING, beyond, in_group, may

PRODUCT = "product.product"  # made only where the profile says so
GROUPS = {
    "account.move": "own group with read, write, create on account.move and account.move.line",
    "account.payment": "account.group_account_invoice",
    "sale.order": "sales_team.group_sale_salesman",
    "res.partner": "own group with read, write, create on res.partner",
    "product.product": "product.group_product_manager",
    "product.supplierinfo": "product.group_product_manager",
    "account.bank.statement.line": "account.group_account_basic",
    "purchase.order": "purchase.group_purchase_user",
    "purchase.order.line": "purchase.group_purchase_user",
    "stock.picking": "stock.group_stock_user",
    "stock.quant": "stock.group_stock_user",
    "stock.move": "stock.group_stock_user",
    "stock.move.line": "stock.group_stock_user",
    "calendar.event": "base.group_user",
    "mail.activity": "base.group_user",
}


# What a verb of the options takes, where a profile says that it is done.
VERBS = {
    "post": (("account.move", "account.payment"), "account.group_account_invoice"),
    "confirm": (("sale.order",), "sales_team.group_sale_salesman_all_leads"),
    "validate": (("stock.picking",), "stock.group_stock_user"),
}

# What a reference of the options has to be.
MODELS = {
    "sale_journal": "account.journal",
    "purchase_journal": "account.journal",
    "general_journal": "account.journal",
    "bank_journal": "account.journal",
    "receivable": "account.account",
    "outstanding": "account.account",
    "patient_receivable": "account.account",
    "patient": "res.partner",
    "items": "product.product",
    "adjustment": "account.account",
    "taxes": "account.tax",
    "units": "uom.uom",
    "analytic": "account.analytic.account",
    "parties": "res.partner",
    "partner": "res.partner",
    "partner.country": "res.country",
}


class Row(NamedTuple):
    """One thing that was checked."""

    what: str
    state: str  # ok | missing | denied | beyond | unreachable
    hint: str = ""


class Known(NamedTuple):
    """What is known of a server before it is asked for anything."""

    version: tuple[int, int] = (0, 0)
    lacks: Mapping[str, str] = {}  # models that cannot be posted to on this version, with why
    bridge: bool = False  # documents go through the bridge module
    without: frozenset[str] = frozenset()  # fields, model.field, that this version is not sent


UNKNOWN = Known()


def check(
    client: Client,
    options: OdooOptions,
    models: Mapping[str, Iterable[str]],
    known: Known = UNKNOWN,
) -> list[Row]:
    """Check reachability, key, models, fields, rights and every external id of the options.

    Args:
        client: With ``confirm=()``, else a wrong key takes half a minute to be reported.
        options: Of one profile.
        models: Those that the profile's kinds are posted to, with the fields that they may fill.
        known: The server's version and what follows from it.
    """
    try:
        first = client.call("res.users", "context_get", {})
    except HaltedError:
        return [Row("key", "denied", "make a new API key, and look at its expiry and the database")]
    if not isinstance(first, Done):
        hint = first.reason if isinstance(first, Lost) else first.fault.error_class
        return [Row("server", "unreachable", hint)]
    version = "Odoo {}.{}".format(*known.version) if any(known.version) else ""
    rows = [Row("server", "ok", version), Row("key", "ok"), _administrator(client)]
    if known.bridge:
        rows.append(_bridge(client))
    posted = {one: models[one] for one in models if one != PRODUCT or options.create_products}
    for model, fields in posted.items():
        if model in known.lacks:
            rows.append(Row(model, "missing", known.lacks[model]))
        else:
            sent = (name for name in fields if f"{model}.{name}" not in known.without)
            rows += _model(client, model, sent)
    rows += _verbs(client, options, posted)
    named = ((key, one) for key, names in _references(options) for one in names.split(","))
    rows += [_reference(client, key, name) for key, name in named if name]
    for model, operations in beyond(client, posted):
        hint = f"may {operations}, and no document of this profile needs it"
        rows.append(Row(f"right {model}", "beyond", hint))
    return rows


def _verbs(client: Client, options: OdooOptions, posted: Collection[str]) -> Iterator[Row]:
    """Check the group of each verb that the profile asks for."""
    for name, (models, group) in VERBS.items():
        if getattr(options, name) and set(models) & set(posted):
            ok = in_group(client, group)
            hint = "" if ok else f"{name} = true needs it: documents are stored and wait"
            yield Row(f"group {group}", "ok" if ok else "denied", hint)


def _administrator(client: Client) -> Row:
    """An administrator's key would let a defect do anything."""
    if _ask(client, "res.users", "has_access", {"operation": "create"}) is True:
        hint = "the key is an administrator's: use a bot of its own"
        return Row("segregation", "denied", hint)
    return Row("segregation", "ok")


def _bridge(client: Client) -> Row:
    if _fields(client, INBOX, ["key"]) is None:
        hint = "install acktrail_bridge and give the bot its group: see addons/README.md"
        return Row("bridge", "missing", hint)
    return Row("bridge", "ok")


def _model(client: Client, model: str, sent: Iterable[str]) -> Iterator[Row]:
    """Check a model, the fields that are sent, those of its lines, and the rights to it."""
    paths = [name.split("/") for name in sent]
    names = sorted({path[0] for path in paths} - {"id"})
    known = _fields(client, model, names)
    if known is None:
        yield Row(model, "missing", "the module is not installed, or the user may not see it")
        return
    missing = [name for name in names if name not in known]
    for parent in sorted({path[0] for path in paths if len(path) > 1} & known.keys()):
        below = {path[1] for path in paths if path[0] == parent and len(path) > 1}
        lines = sorted(below - {"id", ".id"})
        found = _fields(client, str(known[parent].get("relation", "")), lines) if lines else {}
        missing += [f"{parent}/{name}" for name in lines if name not in (found or {})]
    for name in missing:
        yield Row(f"{model}.{name}", "missing", "this Odoo has no such field for this user")
    denied = [one for one in POSTING if not may(client, model, one)]
    if denied:
        hint = f"may not {' '.join(denied)}; give {GROUPS.get(model, 'a group that may')}"
        yield Row(model, "denied", hint)
    else:
        yield Row(model, "ok", GROUPS.get(model, ""))


def _fields(client: Client, model: str, names: list[str]) -> dict[str, dict[str, object]] | None:
    body = {"allfields": names, "attributes": ["type", "relation"]}
    found = _ask(client, model, "fields_get", body)
    return found if isinstance(found, dict) else None


def _references(options: OdooOptions) -> Iterator[tuple[str, str]]:
    """Yield every external id of the options with its key; our own records are made later."""
    single = ("sale_journal", "purchase_journal", "general_journal", "bank_journal")
    for key in (*single, "receivable", "outstanding", "patient_receivable", "patient"):
        yield key, getattr(options, key)
    tables: dict[str, Mapping[str, str]] = {
        "adjustment": options.adjustment,
        "taxes": options.taxes,
        "units": options.units,
        "parties": options.parties,
        "places": options.places,
        "analytic": {key: _accounts(one) for key, one in options.analytic.items()},
    }
    if options.products == ("external_id",):
        tables["items"] = options.items
    for table, entries in tables.items():
        for key, name in entries.items():
            yield f"{table}.{key}", name
    for record in options.record:
        yield from record.references()
    if isinstance(options.partner, str):
        yield "partner", options.partner
    else:
        yield "partner.country", options.partner.country


def _accounts(shares: str) -> str:
    """Return the accounts of an analytic distribution without their percents."""
    return ",".join(one.partition(":")[0] for one in shares.split(","))


def _reference(client: Client, key: str, name: str) -> Row:
    what = f"odoo.{key}"
    module, _, xml_id = name.partition(".")
    body = {"module": module, "xml_id": xml_id, "context": {"active_test": False}}
    found = _ask(client, "ir.model.data", "check_object_reference", body)
    if not isinstance(found, list) or not found[1]:
        return Row(what, "missing", f"{name}: no such record, or the user may not read it")
    wanted = MODELS.get(key) or MODELS.get(key.partition(".")[0], found[0])
    if found[0] != wanted:
        return Row(what, "missing", f"{name} is no {wanted} but a record of {found[0]}")
    return Row(what, "ok", str(found[0]))


def _ask(client: Client, model: str, method: str, body: Mapping[str, object]) -> object:
    """Return the answer's value; None when refused, whatever the reason."""
    try:
        answer = client.call(model, method, body)
    except HaltedError:
        return None
    return answer.value if isinstance(answer, Done) else None
