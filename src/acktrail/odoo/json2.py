"""JSON-2, the API of Odoo 19 and later: one address a method, arguments by name.

Spec: Odoo 19 developer documentation, External JSON-2 API.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from acktrail.odoo.client import Answer, Barred, Done, Doubt, Lost, fault_of, is_transient
from acktrail.odoo.wire import CONFIRM, Confirmation, Connected, Wire

FORBIDDEN: Final = frozenset({403, 404})
UNAUTHORIZED: Final = 401
SUCCESS: Final = range(200, 300)


@dataclass(slots=True)
class Json2(Connected):
    """A client of one database, for one thread."""

    url: str
    database: str
    key: str = field(repr=False)
    timeout: float = 90.0  # seconds; below Odoo's limit_time_real
    confirm: tuple[float, ...] = CONFIRM
    pause: Callable[[float], object] = time.sleep
    wire: Wire = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Connect nothing yet."""
        headers = {"Authorization": f"bearer {self.key}", "X-Odoo-Database": self.database}
        self.wire = Wire(self.url, self.timeout, headers)

    def call(self, model: str, method: str, body: Mapping[str, object]) -> Answer:
        """Call a method; see :class:`acktrail.odoo.client.Client`."""
        path = f"/json/2/{model}/{method}"
        return Confirmation(self.confirm, self.pause).settle(lambda: self._once(path, body))

    def _once(self, path: str, body: Mapping[str, object]) -> Answer | Barred:
        reply = self.wire.post(path, body)
        if isinstance(reply, Lost):
            return reply
        if reply.status in SUCCESS:
            return Done(reply.data)
        said = reply.data if isinstance(reply.data, dict) else {}
        name, text = str(said.get("name", "")), str(said.get("message", ""))
        reason = f"{reply.status} {name}".strip()
        if not name or reply.busy or is_transient(name, text):
            return Lost(reason, reply.wait)
        if reply.status == UNAUTHORIZED or name.endswith(".AccessDenied"):
            return Barred(reason)
        if reply.status in FORBIDDEN:
            return Barred(reason, model=True)
        return Doubt(fault_of(text, name))
