"""Field-level minimisation: what is not on the allow list of (kind, model) never leaves."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from acktrail.model import Place
from acktrail.odoo import loads
from acktrail.odoo.loads import NEEDED, Load, Plan, Refusal, Write, field_of

Allowed = Mapping[str, tuple[str, ...]]  # by model: fields, "line_ids/name" for lines


def minimised(plan: Plan, allowed: Allowed) -> Plan | Refusal:
    """Return the plan without what may not leave; refused where a needed field is withheld."""
    missing = [place for one in plan.loads for place in _missing(one, allowed)]
    if missing:
        return Refusal(tuple(loads.WITHHELD.at(Place(address=one)) for one in missing))
    writes = (_cut_write(one, allowed) for one in plan.writes)
    return replace(
        plan,
        loads=tuple(_cut(one, allowed) for one in plan.loads),
        writes=tuple(one for one in writes if one.values),
    )


def _cut_write(write: Write, allowed: Allowed) -> Write:
    sent = allowed.get(write.model, ())
    return write._replace(values=tuple(one for one in write.values if one[0] in sent))


def denied(plan: Plan, allowed: Allowed, models: Collection[str], company: int) -> Refusal | None:
    """Return why a plan may not go where it leads: deny by default, by model and company.

    Args:
        plan: As made.
        allowed: The kind's list, by model; a model that is not on it is denied.
        models: What the partner's route narrows it to; empty = all of the list.
        company: The one that the route names; 0 = that of the profile.
    """
    used = {one.model for one in plan.loads} | {one.model for one in plan.writes}
    wrong = sorted(used - ({*allowed} & {*(models or allowed)}))
    if company not in (0, plan.company):
        wrong.append("company")
    rule = loads.ROUTE_DENIED
    return Refusal(tuple(rule.at(Place(address=one)) for one in wrong)) if wrong else None


def _missing(load: Load, allowed: Allowed) -> list[str]:
    fields = {field_of(name) for name in load.fields}
    needed = fields & NEEDED.get(load.model, frozenset())
    return sorted(f"{load.model}.{name}" for name in needed - {*allowed.get(load.model, ())})


def _cut(load: Load, allowed: Allowed) -> Load:
    sent = {"id", *allowed.get(load.model, ())}
    kept = [at for at, name in enumerate(load.fields) if field_of(name) in sent]
    if len(kept) == len(load.fields):
        return load
    rows = tuple(tuple(row[at] for at in kept) for row in load.rows)
    return load._replace(fields=tuple(load.fields[at] for at in kept), rows=rows)
