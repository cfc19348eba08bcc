"""An appointment as an event of the calendar: when and where, and a token instead of a person."""

from acktrail.documents.clinical import Appointment
from acktrail.model import Place
from acktrail.odoo import cells, loads
from acktrail.odoo.keys import pseudonym
from acktrail.odoo.loads import Load, Plan, Planned
from acktrail.odoo.references import References

MODEL = "calendar.event"
ENDED = frozenset({"CANCELLED", "NO_SHOW"})
TOKEN_CHARACTERS = 8


def event(refs: References, appointment: Appointment) -> Planned:
    """Plan one event; what comes later about the same appointment moves or archives it.

    No patient, no staff and no reason: any internal user reads a calendar.
    """
    start, end = appointment.start, appointment.end or appointment.start
    own = refs.key("appointment", refs.document.key, refs.options.pseudonym_key)
    token = pseudonym(("appointment", *refs.document.key), refs.options.pseudonym_key)
    head = {
        "id": own,
        "name": f"Appointment {token[:TOKEN_CHARACTERS]}",
        "start": start.strftime("%Y-%m-%d %H:%M:%S") if start else "",
        "stop": end.strftime("%Y-%m-%d %H:%M:%S") if end else "",
        "location": cells.text(next((one.value for one in appointment.locations), ""), 64),
        "privacy": "private",
        "show_as": "busy",
    }
    ended = appointment.status in ENDED
    if ended:
        head["active"] = "0"
    elif start is None:
        refs.findings.append(loads.DATE_MISSING.at(Place(address="start")))
    kept = {name: cell for name, cell in head.items() if cell}
    again = ended or appointment.status != "BOOKED"
    record = Load(MODEL, own, tuple(kept), (tuple(kept.values()),), overwrite=again)
    posting = identity(refs, appointment)
    return refs.finish(Plan(refs.document.kind, posting, refs.options.company, (record,)))


def identity(refs: References, appointment: Appointment) -> str:
    """Return the external id of the posting: the appointment and what is said of it."""
    times = (appointment.start, appointment.end)
    said = (appointment.status, *(one.isoformat() if one else "" for one in times))
    key = (*refs.document.key, *said)
    return refs.key("appointment_event", key, refs.options.pseudonym_key)
