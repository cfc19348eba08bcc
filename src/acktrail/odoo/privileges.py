"""What the key's user may do beyond what its documents need: an answer for whoever set it up."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from acktrail.errors import HaltedError
from acktrail.odoo.client import Client, Done

OPERATIONS: Final = ("read", "write", "create", "unlink")
POSTING: Final = ("read", "write", "create")

# What a document's model takes along.
TAKES: Final[Mapping[str, tuple[str, ...]]] = {
    "account.move": ("account.move.line",),
    "account.payment": ("account.move", "account.move.line"),
    "sale.order": ("sale.order.line",),
    "purchase.order": ("purchase.order.line",),
    "stock.picking": ("stock.move",),
}

# What a defect or a stolen key could do harm with, and which operations do it.
WATCHED: Final[Mapping[str, tuple[str, ...]]] = {
    "account.account": ("write", "create"),
    "account.bank.statement.line": ("create", "unlink"),
    "account.journal": ("write", "create"),
    "account.move": OPERATIONS,
    "account.move.line": OPERATIONS,
    "account.payment": ("create",),
    "account.tax": ("write", "create"),
    "hr.employee": ("read",),
    "ir.actions.server": ("create",),
    "ir.config_parameter": ("read", "write"),
    "ir.cron": ("create",),
    "ir.model.access": ("write", "create"),
    "ir.rule": ("write", "create"),
    "product.product": ("write", "create", "unlink"),
    "product.supplierinfo": ("write", "create", "unlink"),
    "purchase.order": ("write", "create", "unlink"),
    "res.company": ("write",),
    "res.groups": ("write", "create"),
    "res.partner": ("write", "create", "unlink"),
    "res.partner.bank": ("write", "create"),
    "res.users": ("write", "create"),
    "sale.order": ("write", "create", "unlink"),
    "stock.picking": ("write", "create", "unlink"),
    "stock.quant": ("write", "create"),
}


def beyond(client: Client, posted: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield model and operations that this user may do and that posting to ``posted`` needs not.

    A model that this Odoo does not have, or that the user may not even name, yields nothing.
    """
    needed = set(posted)
    needed |= {line for model in posted for line in TAKES.get(model, ())}
    for model, operations in WATCHED.items():
        allowed = POSTING if model in needed else ()
        found = [one for one in operations if one not in allowed and may(client, model, one)]
        if found:
            yield model, " ".join(found)


def may(client: Client, model: str, operation: str) -> bool:
    """Tell whether the user may do this to records of the model, by its groups."""
    try:
        answer = client.call(model, "has_access", {"operation": operation})
    except HaltedError:
        return False
    return isinstance(answer, Done) and answer.value is True


def in_group(client: Client, group: str) -> bool:
    """Tell whether our user is in a group of Odoo's, by its external id.

    Until some version between 14 and 19 the question is asked of the model, later of the user.
    """
    asked: dict[str, object] = {"group_ext_id": group}
    answer = client.call("res.users", "has_group", asked)
    if not isinstance(answer, Done):
        said = client.call("res.users", "context_get", {})
        ids = [said.value.get("uid")] if isinstance(said, Done) else []
        answer = client.call("res.users", "has_group", {"ids": ids, **asked})
    return isinstance(answer, Done) and answer.value is True
