"""JSON-2 of Odoo 19: one call, and what its answer means. The door to httpx.

Errors are classified by content, not by status code: permanent ones come as 500 and 200, transient
ones as 404 and 200. Odoo's ``debug`` is never looked at and its ``message``, which can quote data,
never leaves this module: what is kept is a class, a field and a digest.
"""

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

import httpx

from acktrail.errors import HaltedError

RACES = (
    "could not serialize access",
    "deadlock detected",
    "could not obtain lock",
    "terminating connection",
    "server closed the connection",
)
DATABASE_GONE = ("psycopg2.", "odoo.exceptions.ConcurrencyError", "odoo.sql_db.PoolError")
DENIALS = ("You are not allowed to", "You don't have the access")  # needs lang en_US
BUSY = frozenset({408, 429, 502, 503, 504})
REFUSING = frozenset({401, 403, 404})
MODEL = re.compile(r"\(([a-z][a-z0-9_.]{1,63})\) records")
# Odoo's words for a refusal, and ours; checked in this order.
CLASSES = (
    ("No matching record found", "odoo.reference"),
    ("not found in selection", "odoo.selection"),
    ("does not seem to be a valid date", "odoo.date"),
    ("does not seem to be", "odoo.number"),
    ("The entry is not balanced", "odoo.unbalanced"),
    ("found record of different model", "odoo.other_model"),
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
    """Refused, perhaps not for good: once more, then alone."""

    fault: Fault
    rows: Mapping[int, Fault] = field(
        default_factory=dict
    )  # by record of the batch, where Odoo named them


@dataclass(frozen=True, slots=True)
class Faults:
    """Refused for good, for the named records of the batch."""

    rows: Mapping[int, Fault]


Answer = Done | Lost | Doubt
LoadAnswer = Done | Lost | Doubt | Faults


class Client(Protocol):
    """One Odoo database; JSON-RPC (Odoo 14 to 18) would differ in ``call`` only."""

    def call(self, model: str, method: str, body: Mapping[str, object]) -> Answer:
        """Call a method by argument names; ``context`` and ``ids`` are among them.

        Raises:
            HaltedError: If Odoo refuses us, three times over ``confirm`` seconds.
        """
        ...


@dataclass(slots=True)
class Json2:
    """A client of one database, for one thread."""

    url: str
    database: str
    key: str = field(repr=False)
    timeout: float = 90.0  # seconds; below Odoo's limit_time_real
    confirm: tuple[float, ...] = (10.0, 25.0)  # a restarting database refuses good keys too
    pause: Callable[[float], object] = time.sleep
    http: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Connect nothing yet; Odoo closes each connection anyway."""
        headers = {"Authorization": f"bearer {self.key}", "X-Odoo-Database": self.database}
        limits = httpx.Timeout(self.timeout, connect=min(5.0, self.timeout))
        self.http = httpx.Client(base_url=self.url, headers=headers, timeout=limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self.http.close()

    def call(self, model: str, method: str, body: Mapping[str, object]) -> Answer:
        """Call a method; see :class:`Client`."""
        refusal = ""
        for wait in (*self.confirm, 0.0):
            answer = self._once(f"/json/2/{model}/{method}", body)
            if not isinstance(answer, str):
                return answer
            refusal = answer
            self.pause(wait)
        msg = f"Odoo refuses us: {refusal}"
        raise HaltedError(msg)

    def _once(self, path: str, body: Mapping[str, object]) -> Answer | str:
        """Return the answer, or the class of a refusal that has to be confirmed."""
        try:
            response = self.http.post(path, json=body)
        except httpx.RequestError as error:
            return Lost(type(error).__name__)
        try:
            data = json.loads(response.content, parse_float=Decimal)
        except ValueError:  # HTML of any status: no database now, or a proxy
            return Lost("no JSON", _retry_after(response))
        if response.is_success:
            return Done(data)
        name, text = _named(data)
        transient = name.startswith(DATABASE_GONE) or any(race in text for race in RACES)
        if not name or transient or response.status_code in BUSY:
            return Lost(f"{response.status_code} {name}".strip(), _retry_after(response))
        if response.status_code in REFUSING:
            return f"{response.status_code} {name}"
        return Doubt(_fault(text, name))


def load(client: Client, model: str, body: Mapping[str, object], count: int) -> LoadAnswer:
    """Call Odoo's ``load`` for ``count`` records: all are stored, or none.

    A missing right comes as a message like any other; it is confirmed by asking for it, so that
    no text of a document can stop the poster.

    Raises:
        HaltedError: If our user may not create such records, or is refused altogether.
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
    denied = next((text for text in general if text.startswith(DENIALS)), "")
    if denied:
        _confirm_denial(client, model, denied)
    rows = {one["record"]: _row_fault(one) for one in errors if isinstance(one.get("record"), int)}
    if errors and not general and rows:  # conversion errors need no second try
        return Faults(rows)
    return Doubt(next(iter(rows.values()), Fault("odoo.refused")), rows)


def _confirm_denial(client: Client, model: str, text: str) -> None:
    named = MODEL.search(text)
    accused = named.group(1) if named else model
    answer = client.call(accused, "has_access", {"operation": "create"})
    if isinstance(answer, Done) and answer.value is False:
        msg = f"our user may not create {accused}"
        raise HaltedError(msg)


def _row_fault(message: Mapping[str, Any]) -> Fault:
    """Return the fault of one row message; Odoo names the model of a missing reference."""
    more = message.get("moreinfo")
    domain = more.get("domain") if isinstance(more, dict) else None
    target = domain[0][2] if isinstance(domain, list) and domain else ""
    fault = _fault(str(message.get("message", "")), "odoo.refused")
    return fault._replace(field=str(message.get("field", "")), target=str(target))


def _fault(text: str, name: str) -> Fault:
    found = next((ours for theirs, ours in CLASSES if theirs in text), "")
    if not found:
        found = "odoo.mapping" if name.startswith("builtins.") else "odoo.refused"
    return Fault(found, digest=hashlib.sha256(text.encode()).digest())


def _named(data: object) -> tuple[str, str]:
    if not isinstance(data, dict):
        return "", ""
    return str(data.get("name", "")), str(data.get("message", ""))


def _retry_after(response: httpx.Response) -> float:
    asked = response.headers.get("Retry-After", "")
    return min(60.0, float(asked)) if re.fullmatch(r"[0-9]{1,5}", asked) else 0.0
