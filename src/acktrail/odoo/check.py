"""What stands between a profile and its Odoo, found before any document is sent."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from acktrail.errors import HaltedError
from acktrail.odoo.client import Client, Done, Lost
from acktrail.odoo.options import OdooOptions

GROUPS = {
    "account.move": "own group with read, write, create on account.move and account.move.line",
    "sale.order": "sales_team.group_sale_salesman",
    "res.partner": "own group with read, write, create on res.partner",
    "product.product": "product.group_product_manager",
    "product.supplierinfo": "product.group_product_manager",
    "account.bank.statement.line": "account.group_account_basic",
}


class Row(NamedTuple):
    """One thing that was checked."""

    what: str
    state: str  # ok | missing | denied | unreachable
    hint: str = ""


def check(client: Client, options: OdooOptions, models: Mapping[str, Iterable[str]]) -> list[Row]:
    """Check reachability, key, models, fields, rights and every external id of the options.

    Args:
        client: With ``confirm=()``, else a wrong key takes half a minute to be reported.
        options: Of one profile.
        models: Those that the profile's kinds are posted to, with the fields that they may fill.
    """
    try:
        first = client.call("res.users", "context_get", {})
    except HaltedError:
        return [Row("key", "denied", "make a new API key, and look at its expiry and the database")]
    if not isinstance(first, Done):
        hint = first.reason if isinstance(first, Lost) else first.fault.error_class
        return [Row("server", "unreachable", hint)]
    rows = [Row("server", "ok"), Row("key", "ok"), _administrator(client)]
    for model, fields in models.items():
        rows += _model(client, model, fields)
    named = ((key, one) for key, names in _references(options) for one in names.split(","))
    rows += [_reference(client, key, name) for key, name in named if name]
    return rows


def _administrator(client: Client) -> Row:
    """An administrator's key would let a defect do anything."""
    if _ask(client, "res.users", "has_access", {"operation": "create"}) is True:
        hint = "the key is an administrator's: use a bot of its own"
        return Row("segregation", "denied", hint)
    return Row("segregation", "ok")


def _model(client: Client, model: str, sent: Iterable[str]) -> Iterator[Row]:
    fields = sorted({name.split("/")[0] for name in sent})
    body = {"allfields": fields, "attributes": ["type"]}
    known = _ask(client, model, "fields_get", body)
    if not isinstance(known, dict):
        yield Row(model, "missing", "the module is not installed, or the user may not see it")
        return
    for name in fields:
        if name not in known:
            yield Row(f"{model}.{name}", "missing", "this Odoo names the field otherwise")
    if _ask(client, model, "has_access", {"operation": "create"}) is True:
        yield Row(model, "ok")
    else:
        yield Row(model, "denied", GROUPS.get(model, ""))


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
    }
    if options.products == ("external_id",):
        tables["items"] = options.items
    for table, entries in tables.items():
        for key, name in entries.items():
            yield f"{table}.{key}", name
    if isinstance(options.partner, str):
        yield "partner", options.partner
    else:
        yield "partner.country", options.partner.country


def _reference(client: Client, key: str, name: str) -> Row:
    what = f"odoo.{key}"
    module, _, xml_id = name.partition(".")
    found = _ask(
        client, "ir.model.data", "check_object_reference", {"module": module, "xml_id": xml_id}
    )
    if isinstance(found, list):
        return Row(what, "ok", str(found[0]))
    return Row(what, "missing", f"{name}: no such record, or the user may not read it")


def _ask(client: Client, model: str, method: str, body: Mapping[str, object]) -> object:
    """Return the answer's value; None when refused, whatever the reason."""
    try:
        answer = client.call(model, method, body)
    except HaltedError:
        return None
    return answer.value if isinstance(answer, Done) else None
