"""A contact from a person or organisation: a pseudonym, and the fields that the sender owns."""

from acktrail.documents.kinds import PartyUpdate
from acktrail.documents.parts import Clear
from acktrail.odoo import cells, loads
from acktrail.odoo.keys import pseudonym
from acktrail.odoo.loads import Expected, Load, Plan, Planned, Refusal
from acktrail.odoo.references import References

_BY_PERSON = {"MERGE": loads.MERGE, "REMOVE": loads.REMOVAL}
SOURCE = {"zip": "postcode", "country_id": "country", "lang": "language"}


def contact(refs: References, update: PartyUpdate) -> Planned:
    """Plan one contact. Without owned fields it is a number and nothing else.

    The posting's identity holds the event's time, so that a later event about the same person is
    a new posting; the record's identity is the person.
    """
    document, options = refs.document, refs.options
    if update.action in _BY_PERSON:
        return Refusal((_BY_PERSON[update.action].at(),))
    own = refs.person(document.key)
    alias = pseudonym(document.key, options.pseudonym_key)
    title = cells.text(update.role, 20).capitalize() or "Person"
    head = {"id": own, "name": f"{title} {alias}", "ref": alias, "is_company": "0"}
    for name in options.party_fields:
        cell = _cell(name, getattr(update, SOURCE.get(name, name)))
        if cell is not None and (cell or name != "name"):
            head["country_id/id" if name == "country_id" else name] = cell
    overwrite = options.party_updates == "overwrite"
    if not overwrite:
        head = {name: cell for name, cell in head.items() if cell}
    row = (tuple(head.values()),)
    record = Load("res.partner", own, tuple(head), row, shared=not overwrite, overwrite=overwrite)
    posting = identity(refs, update)
    expected = Expected("ref", alias)
    return refs.finish(Plan(document.kind, posting, options.company, (record,), expected=expected))


def identity(refs: References, update: PartyUpdate) -> str:
    """Return the external id of the posting: the person and the event."""
    event = update.event_at.isoformat() if update.event_at else ""
    key = (*refs.document.key, event, update.action)
    return refs.key("party", key, refs.options.pseudonym_key)


def _cell(name: str, value: str | Clear | None) -> str | None:
    """``None`` = not sent, left alone; "" = to be emptied."""
    if value is None:
        return None
    if isinstance(value, Clear):
        return ""
    if name == "country_id":
        return f"base.{value.lower()}" if len(value) == 2 and value.isalpha() else None  # noqa: PLR2004
    return cells.text(value)
