"""One call of Odoo and what its answer means, whichever of the two APIs carried it.

Errors are classified by content, not by status code: permanent ones come as 500 and 200, transient
ones as 404 and 200. Odoo's ``debug`` is never looked at and its ``message``, which can quote data,
never leaves this module: what is kept is a class, a field and a digest.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from acktrail.errors import DeniedError

RACES = (
    "could not serialize access",
    "deadlock detected",
    "could not obtain lock",
    "terminating connection",
    "server closed the connection",
)
# What Odoo 14 says of a record that it tries once more after a race: the race it keeps to itself.
ECHO = "violates check constraint"
DATABASE_GONE = ("psycopg2.", "odoo.exceptions.ConcurrencyError", "odoo.sql_db.PoolError")
DENIALS = ("You are not allowed to", "You don't have the access")  # needs lang en_US
DENIED = re.compile(r"to (access|create|modify|delete) .{1,200}\(([a-z][a-z0-9_.]{1,63})\) records")
OPERATIONS = {"access": "read", "create": "create", "modify": "write", "delete": "unlink"}
# Odoo's words for a refusal, and ours; checked in this order.
CLASSES = (
    ("No matching record found", "odoo.reference"),
    ("not found in selection", "odoo.selection"),
    ("does not seem to be a valid date", "odoo.date"),
    ("does not seem to be", "odoo.number"),
    ("The entry is not balanced", "odoo.unbalanced"),
    ("Cannot create unbalanced journal entry", "odoo.unbalanced"),  # before 17
    ("found record of different model", "odoo.other_model"),
    ("acktrail: the key was taken with other content", "odoo.conflict"),  # the bridge's verdicts
    ("acktrail: the record was taken and is gone", "odoo.gone"),
    ("already exists", "odoo.unique"),
    ("duplicate key", "odoo.unique"),
    ("Missing required", "odoo.required"),
    ("null value in column", "odoo.required"),
)


class Fault(NamedTuple):
    """Why Odoo refused; holds nothing of the document."""

    error_class: str  # odoo.reference, odoo.unbalanced, ...; odoo.refused = any other
    field: str = ""
    target: str = ""  # model of a missing reference
    digest: bytes = b""  # of the message: equal texts have equal digests


@dataclass(frozen=True, slots=True)
class Done:
    """Odoo did it; ``None`` is a valid value."""

    value: Any


@dataclass(frozen=True, slots=True)
class Lost:
    """Unknown: perhaps committed, perhaps not. Only the same call again can tell."""

    reason: str
    wait: float = 0.0  # seconds that the other side asks for


@dataclass(frozen=True, slots=True)
class Doubt:
    """Refused, perhaps not for good: once more, then alone, an echo several times."""

    fault: Fault
    rows: Mapping[int, Fault] = field(
        default_factory=dict
    )  # by record of the batch, where Odoo named them
    echo: bool = False  # perhaps what is left of a race: to be asked more often


@dataclass(frozen=True, slots=True)
class Faults:
    """Refused for good, for the named records of the batch."""

    rows: Mapping[int, Fault]


@dataclass(frozen=True, slots=True)
class Barred:
    """We are not let in: a refusal that has to be confirmed, for a restarting Odoo says it too."""

    reason: str
    model: bool = False  # only this model or method; else key or database


Answer = Done | Lost | Doubt
LoadAnswer = Done | Lost | Doubt | Faults


class Client(Protocol):
    """One Odoo database, by JSON-2 or by JSON-RPC; names are Odoo 19's on both."""

    def call(self, model: str, method: str, body: Mapping[str, object]) -> Answer:
        """Call a method by argument names; ``context`` and ``ids`` are among them.

        Raises:
            HaltedError: If Odoo refuses us, three times over ``confirm`` seconds.
            DeniedError: If it refuses this model or method likewise.
        """
        ...


def load(client: Client, model: str, body: Mapping[str, object], count: int) -> LoadAnswer:
    """Call Odoo's ``load`` for ``count`` records: all are stored, or none.

    A missing right comes as a message like any other; it is confirmed by asking for it, so that
    no text of a document can stop the poster.

    Raises:
        DeniedError: If our user may not create such records.
        HaltedError: If it is refused altogether.
    """
    answer = client.call(model, "load", body)
    if not isinstance(answer, Done):
        return answer
    value = answer.value if isinstance(answer.value, dict) else {}
    ids, messages = value.get("ids"), value.get("messages") or []
    if isinstance(ids, list) and ids:
        return Done(ids) if len(ids) == count else Doubt(Fault("odoo.id_count"))
    errors = [one for one in messages if one.get("type") == "error"]
    general = [str(one.get("message", "")) for one in errors if "field" not in one]
    if any(race in text for race in RACES for text in general):
        return Lost("race")
    denied = next((text for text in general if _denies(text)), "")
    if denied:
        _confirm_denial(client, model, denied)
    unread = _row_faults(one for one in errors if "field" in one)
    if unread:  # conversion errors need no second try, whatever became of the other records
        return Faults(unread)
    rows = _row_faults(errors)
    echo = any(ECHO in text for text in general)
    return Doubt(next(iter(rows.values()), Fault("odoo.refused")), rows, echo)


def _confirm_denial(client: Client, model: str, text: str) -> None:
    named = DENIED.search(text)
    accused = named.group(2) if named else model
    operation = OPERATIONS[named.group(1)] if named else "create"
    answer = client.call(accused, "has_access", {"operation": operation})
    if isinstance(answer, Done) and answer.value is False:
        msg = f"our user may not {operation} {accused}"
        raise DeniedError(msg)


def _denies(text: str) -> bool:
    """Odoo 14 names the exception before the words."""
    return any(denial in text.partition("\n")[0] for denial in DENIALS)


def _row_faults(messages: Iterable[Mapping[str, Any]]) -> dict[int, Fault]:
    """Return the fault of each named record: the first, for later ones may follow from it."""
    rows: dict[int, Fault] = {}
    for one in messages:
        if isinstance(one.get("record"), int):
            rows.setdefault(one["record"], _row_fault(one))
    return rows


def _row_fault(message: Mapping[str, Any]) -> Fault:
    """Return the fault of one row message; Odoo names the model of a missing reference."""
    more = message.get("moreinfo")
    domain = more.get("domain") if isinstance(more, dict) else None
    target = domain[0][2] if isinstance(domain, list) and domain else ""
    fault = fault_of(str(message.get("message", "")), "odoo.refused")
    return fault._replace(field=str(message.get("field", "")), target=str(target))


def is_transient(name: str, text: str) -> bool:
    """Tell whether an error of this class and text passes by itself."""
    return name.startswith(DATABASE_GONE) or any(race in text for race in RACES)


def fault_of(text: str, name: str) -> Fault:
    """Return why Odoo refused, from its message and the class of its exception."""
    found = next((ours for theirs, ours in CLASSES if theirs in text), "")
    if not found:
        found = "odoo.mapping" if name.startswith("builtins.") else "odoo.refused"
    return Fault(found, digest=hashlib.sha256(text.encode()).digest())
