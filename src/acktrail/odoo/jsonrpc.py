"""``/jsonrpc``, the API of Odoo 14 to 18: one address, a user's number, arguments in a list.

The status is always 200; what went wrong is in ``error.data``. A method that answers nothing has
no ``result`` at all.

Spec: Odoo 14 developer documentation, External API; odoo/service/model.py of 14.0.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from acktrail.odoo.client import Answer, Barred, Done, Doubt, Fault, Lost, fault_of, is_transient
from acktrail.odoo.dialect import Dialect, Dialects
from acktrail.odoo.wire import CONFIRM, Confirmation, Connected, Wire

POSITIONAL: Final = {
    "create": "vals_list",
    "write": "vals",
}  # Odoo looks at the first argument before the method
NO_METHOD: Final = "builtins.AttributeError"
NO_MODEL: Final = ("Object ", " doesn't exist")
ACCESS: Final = ("has_access", "check_access_rights")  # the old name answers on every version


@dataclass(slots=True)
class JsonRpc(Connected):
    """A client of one database, for one thread."""

    url: str
    database: str
    login: str
    key: str = field(repr=False)
    dialects: Dialects = field(repr=False)
    timeout: float = 90.0
    confirm: tuple[float, ...] = CONFIRM
    pause: Callable[[float], object] = time.sleep
    wire: Wire = field(init=False, repr=False)
    user: int = 0
    dialect: Dialect | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Connect nothing yet."""
        self.wire = Wire(self.url, self.timeout)

    def call(self, model: str, method: str, body: Mapping[str, object]) -> Answer:
        """Call a method; see :class:`acktrail.odoo.client.Client`."""
        confirmation = Confirmation(self.confirm, self.pause)
        return confirmation.settle(lambda: self._known() or self._once(model, method, body))

    def _known(self) -> Lost | Doubt | Barred | None:
        """Learn the version and the user's number, once; return what stands in the way."""
        if self.dialect is None:
            answer = self._ask("common", "version", [])
            if not isinstance(answer, Done):
                return answer
            self.dialect = self.dialects.of(version_of(answer.value)[0])
        if not self.user:
            answer = self._ask("common", "login", [self.database, self.login, self.key])
            if not isinstance(answer, Done):
                return answer
            if not isinstance(answer.value, int) or not answer.value:
                return Barred("login")
            self.user = answer.value
        return None

    def _once(self, model: str, method: str, body: Mapping[str, object]) -> Answer | Barred:
        dialect = self.dialect or Dialect()
        if method == "load" and model in dialect.lacks:  # it would be taken, and do something else
            return Doubt(Fault("odoo.version"))
        arguments = dialect.asked(model, body)
        listed = [arguments.pop("ids")] if "ids" in arguments else []
        if method in POSITIONAL:
            listed.append(arguments.pop(POSITIONAL[method]))
        if method == ACCESS[0]:
            method, arguments["raise_exception"] = ACCESS[1], False
        place = [self.database, self.user, self.key, model, method, listed, arguments]
        answer = self._ask("object", "execute_kw", place)
        return Done(dialect.said(model, answer.value)) if isinstance(answer, Done) else answer

    def _ask(self, service: str, method: str, listed: list[object]) -> Answer | Barred:
        params = {"service": service, "method": method, "args": listed}
        body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        reply = self.wire.post("/jsonrpc", body)
        if isinstance(reply, Lost):
            return reply
        if reply.busy or not isinstance(reply.data, dict) or "jsonrpc" not in reply.data:
            return Lost(f"{reply.status}", reply.wait)
        error = reply.data.get("error")
        return Done(reply.data.get("result")) if error is None else _refusal(error)


def _refusal(error: object) -> Lost | Doubt | Barred:
    data = error.get("data") if isinstance(error, dict) else None
    said = data if isinstance(data, dict) else {}
    name, text = str(said.get("name", "")), str(said.get("message", ""))
    if not name or is_transient(name, text):
        return Lost(name or "no name")
    if name.endswith(".AccessDenied") or name.startswith("werkzeug."):
        return Barred(name)
    no_model = text.startswith(NO_MODEL[0]) and text.endswith(NO_MODEL[1])
    if name.endswith(".AccessError") or name == NO_METHOD or no_model:
        return Barred(name, model=True)
    return Doubt(fault_of(text, name))


def version_of(answer: object) -> tuple[int, int]:
    """Return major and minor of a version answer of either API; (0, 0) when it says none."""
    said = answer if isinstance(answer, dict) else {}
    info = said.get("server_version_info") or said.get("version_info") or []
    numbers = [one for one in info[:2] if isinstance(one, int)]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (0, 0)  # noqa: PLR2004 - a pair
