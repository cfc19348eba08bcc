"""From a canonical document to exact calls of Odoo. Pure: nothing here talks to anybody."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from acktrail.documents.clinical import Appointment, ServiceOrder
from acktrail.documents.health import ClaimAcknowledgement, ClaimStatus, PremiumPayment
from acktrail.documents.kinds import (
    BankStatement,
    Charge,
    Document,
    PartyUpdate,
    Payload,
    Remittance,
)
from acktrail.documents.supply import DespatchAdvice, OrderAnswer, OrderChange
from acktrail.odoo import (
    answered,
    appointment,
    catalogue,
    charge,
    claims,
    despatched,
    loads,
    order_change,
    ordered_services,
    party,
    premium,
    records,
    remittance,
    statement,
    trade,
)
from acktrail.odoo.loads import Asks, Load, Plan, Planned, Refusal, Write
from acktrail.odoo.minimising import minimised
from acktrail.odoo.options import OdooOptions
from acktrail.odoo.questions import Answers, Question, fields_of
from acktrail.odoo.references import References

Body = dict[str, object]


class Call(NamedTuple):
    """One request of JSON-2, as it is sent."""

    model: str
    method: str
    body: Mapping[str, object]

    @property
    def path(self) -> str:
        """The path below the server's address."""
        return f"/json/2/{self.model}/{self.method}"


class Known(NamedTuple):
    """What is known beside the document."""

    answers: Answers = {}  # noqa: RUF012 - a mapping that nobody changes
    decided: Mapping[str, int] = {}
    accepted: frozenset[str] = frozenset()  # rules of differences that are taken as they are
    record: int = 0  # what was stored for the document before, in Odoo's own numbers


NOTHING_KNOWN = Known()


def plan(
    document: Document, options: OdooOptions, partner: str, known: Known = NOTHING_KNOWN
) -> Planned:
    """Answer what to ask of Odoo for one document, or why nothing may be asked.

    What cannot be planned before Odoo was asked comes back as the questions; with their answers
    the same call goes further. Only fields on the allow list of (kind, model) are in a plan.

    Args:
        document: Canonical, as translated.
        options: How documents of this kind are posted for the partner.
        partner: The trading partner's id; part of every external id.
        known: Answers of Odoo and decisions of a person.

    Raises:
        SetupError: If the slug is not usable, or a document about a person needs the pseudonym key.
    """
    refs = References(document, options, partner, *known)
    made = _planned(refs)
    return minimised(made, options.send) if isinstance(made, Plan) else made


def identity(document: Document, options: OdooOptions, partner: str) -> str:
    """Return the posting's external id, which is the same whether it can be planned or not."""
    refs = References(document, options, partner)
    if options.record:
        return records.identity(refs, document.payload)
    match document.payload:
        case Charge() as billed:
            return charge.identity(refs, billed)
        case PartyUpdate() as update:
            return party.identity(refs, update)
        case Appointment() as wanted:
            return appointment.identity(refs, wanted)
        case ServiceOrder() as services:
            return ordered_services.identity(refs, services)
        case _:
            return refs.key(document.kind, document.key)


def _planned(refs: References) -> Planned:
    payload = refs.document.payload
    if refs.options.record:
        return records.records(refs, payload)
    maker = BY_KIND.get(refs.document.kind) or BY_PAYLOAD.get(type(payload))
    return maker(refs, payload) if maker else Refusal((loads.KIND_UNROUTED.at(),))


def kept_only(_: References, __: Payload) -> Planned:
    """Return that documents of this kind are kept, unless a profile maps them to records."""
    return Refusal((loads.NOTHING.at(),))


BY_KIND: dict[str, Callable[[References, Any], Planned]] = {
    "invoice": trade.bill,
    "credit_note": trade.bill,
    "order": trade.order,
    "price_catalogue": catalogue.prices,
    "enrolment": kept_only,
    "eligibility_inquiry": kept_only,
    "eligibility_response": kept_only,
    "inventory_report": kept_only,  # a supplier's stock is not ours
    "product_activity": kept_only,
    "receiving_advice": kept_only,  # what a customer says of our goods is for a person
}
BY_PAYLOAD: dict[type[Payload], Callable[[References, Any], Planned]] = {
    Remittance: remittance.entry,
    Charge: charge.invoice,
    PartyUpdate: party.contact,
    BankStatement: statement.lines,
    Appointment: appointment.event,
    ClaimAcknowledgement: claims.activities,
    ClaimStatus: claims.activities,
    PremiumPayment: premium.received,
    ServiceOrder: ordered_services.order,
    OrderAnswer: answered.order_answer,
    OrderChange: order_change.activity,
    DespatchAdvice: despatched.despatch_advice,
}


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


def write_body(company: int, write: Write) -> Body:
    """Return the body of one ``write``."""
    values = dict(write.values)
    return {"ids": [write.record], "vals": values, "context": context(company, overwrite=True)}


def search_body(company: int, question: Question, values: Sequence[str | int], at: int) -> Body:
    """Return the body of the search for the key number ``at`` of questions that are alike."""
    wanted = [question.keys[at].field, "in", list(values)]
    return {
        "domain": [*(term.plain() for term in question.scope), wanted],
        "fields": list(fields_of(question)),
        "context": context(company, overwrite=True),
    }


def calls(planned: Plan | Asks) -> tuple[Call, ...]:
    """Return the loads of a plan, one record a call, in the order they depend on each other.

    Delivery puts records of several plans into one call; the rows are the same. A follow-up verb
    is last; its ids are known only after storing, so the external id stands in their place. Where
    Odoo has to be asked first, the searches are all that can be said.
    """
    if isinstance(planned, Asks):
        return tuple(
            Call(one.model, "search_read", search_body(planned.company, one, [key.value], at))
            for one in planned.questions
            for at, key in enumerate(one.keys)
        )
    sent = [Call(one.model, "write", write_body(planned.company, one)) for one in planned.writes]
    sent += [
        Call(load.model, "load", load_body(planned.company, (load,))) for load in planned.loads
    ]
    if planned.verb:
        own = planned.target[1] or planned.loads[-1].external_id
        body = {"ids": [own], "context": context(planned.company)}
        sent.append(Call(planned.model, planned.verb, body))
    return tuple(sent)


def encode_calls(planned: Plan | Asks) -> bytes:
    """Return the calls as stable JSON, for the store (journal mode) and golden files."""
    shown = [{"POST": call.path, "body": call.body} for call in calls(planned)]
    return json.dumps(shown, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
