"""From a canonical document to exact calls of Odoo. Pure: nothing here talks to anybody."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from acktrail.documents.kinds import (
    BankStatement,
    Charge,
    Document,
    PartyUpdate,
    Remittance,
    Trade,
)
from acktrail.odoo import catalogue, charge, loads, party, remittance, statement, trade
from acktrail.odoo.loads import Load, Plan, Refusal
from acktrail.odoo.options import OdooOptions
from acktrail.odoo.references import References


class Call(NamedTuple):
    """One request of JSON-2, as it is sent."""

    model: str
    method: str
    body: Mapping[str, object]

    @property
    def path(self) -> str:
        """The path below the server's address."""
        return f"/json/2/{self.model}/{self.method}"


def plan(document: Document, options: OdooOptions, partner: str) -> Plan | Refusal:
    """Answer what to ask of Odoo for one document, or why nothing may be asked.

    Args:
        document: Canonical, as translated.
        options: The ``[odoo]`` table of the profile.
        partner: The trading partner's id; part of every external id.

    Raises:
        SetupError: If the slug is not usable, or a document about a person needs the pseudonym key.
    """
    refs = References(document, options, partner)
    match document.payload:
        case Trade() as goods:
            return _trade(refs, goods)
        case Remittance() as paid:
            return remittance.entry(refs, paid)
        case Charge() as billed:
            return charge.invoice(refs, billed)
        case PartyUpdate() as update:
            return party.contact(refs, update)
        case BankStatement() as booked:
            return statement.lines(refs, booked)
        case _:
            return Refusal((loads.KIND_UNROUTED.at(),))


def _trade(refs: References, goods: Trade) -> Plan | Refusal:
    match refs.document.kind:
        case "invoice" | "credit_note":
            return trade.bill(refs, goods)
        case "order":
            return trade.order(refs, goods)
        case "price_catalogue":
            return catalogue.prices(refs, goods)
        case _:
            return Refusal((loads.KIND_UNROUTED.at(),))


def context(company: int, *, overwrite: bool = False) -> dict[str, object]:
    """Return the context of every call: one company, English messages, insert if absent.

    Without ``noupdate`` Odoo writes a record again that it knows; that is only for owned fields.
    """
    base: dict[str, object] = {
        "lang": "en_US",
        "allowed_company_ids": [company],
        "tracking_disable": True,
        "mail_create_nosubscribe": True,
    }
    return base if overwrite else {**base, "mode": "update", "noupdate": True}


def load_body(company: int, batch: tuple[Load, ...]) -> dict[str, object]:
    """Return the body of one ``load`` for records with the same fields."""
    first = batch[0]
    return {
        "fields": list(first.fields),
        "data": [list(row) for load in batch for row in load.rows],
        "context": context(company, overwrite=first.overwrite),
    }


def calls(planned: Plan) -> tuple[Call, ...]:
    """Return the loads of a plan, one record a call, in the order they depend on each other.

    Delivery puts records of several plans into one call; the rows are the same. A follow-up verb
    is last; its ids are known only after storing, so the external id stands in their place.
    """
    sent = [Call(load.model, "load", load_body(planned.company, (load,))) for load in planned.loads]
    if planned.verb:
        body = {"ids": [planned.loads[-1].external_id], "context": context(planned.company)}
        sent.append(Call(planned.model, planned.verb, body))
    return tuple(sent)


def encode_calls(planned: Plan) -> bytes:
    """Return the calls as stable JSON, for the store (journal mode) and golden files."""
    shown = [{"POST": call.path, "body": call.body} for call in calls(planned)]
    return json.dumps(shown, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
