"""HTTP to one Odoo: what comes back, and the confirming of refusals. The door to httpx."""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import TracebackType
from typing import Any, NamedTuple, Self

import httpx

from acktrail.errors import DeniedError, HaltedError
from acktrail.odoo.client import Answer, Barred, Lost

CONNECT = 5.0
CONFIRM = (10.0, 25.0)  # seconds between three times of asking
BUSY = frozenset({408, 429, 502, 503, 504})


class Reply(NamedTuple):
    """A JSON answer; ``null`` is one."""

    status: int
    data: Any
    wait: float = 0.0  # seconds that the other side asks for

    @property
    def busy(self) -> bool:
        """Tell whether a proxy says that it cannot ask Odoo now."""
        return self.status in BUSY


@dataclass(slots=True)
class Wire:
    """Requests to one address, for one thread. Odoo closes each connection by itself."""

    url: str
    timeout: float = 90.0  # seconds; below Odoo's limit_time_real
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    http: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Connect nothing yet."""
        limits = httpx.Timeout(self.timeout, connect=min(CONNECT, self.timeout))
        self.http = httpx.Client(base_url=self.url, headers=self.headers, timeout=limits)

    def post(self, path: str, body: object) -> Reply | Lost:
        """Send JSON and return the JSON answer, or that nothing is known."""
        return self._ask("POST", path, body)

    def get(self, path: str) -> Reply | Lost:
        """Ask for a JSON page."""
        return self._ask("GET", path)

    def close(self) -> None:
        """Give the connections back."""
        self.http.close()

    def _ask(self, method: str, path: str, body: object = None) -> Reply | Lost:
        try:
            response = self.http.request(method, path, json=body)
        except httpx.RequestError as error:
            return Lost(type(error).__name__)
        asked = response.headers.get("Retry-After", "")
        wait = min(60.0, float(asked)) if re.fullmatch(r"[0-9]{1,5}", asked) else 0.0
        try:
            data = json.loads(response.content, parse_float=Decimal)
        except ValueError:  # HTML of any status: no database now, or a proxy
            return Lost("no JSON", wait)
        return Reply(response.status_code, data, wait)


class Connected:
    """What ends with its connections."""

    __slots__ = ()
    wire: Wire

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
        self.wire.close()


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Asks again before a refusal is believed: a restarting database refuses good keys too."""

    waits: tuple[float, ...] = CONFIRM
    pause: Callable[[float], object] = time.sleep

    def settle(self, once: Callable[[], Answer | Barred]) -> Answer:
        """Return the first answer that is no refusal.

        Raises:
            HaltedError: If Odoo refuses us each time.
            DeniedError: If it refuses the model or method.
        """
        refused = Barred("")
        for wait in (*self.waits, 0.0):
            answer = once()
            if not isinstance(answer, Barred):
                return answer
            refused = answer
            self.pause(wait)
        msg = f"Odoo refuses us: {refused.reason}"
        raise (DeniedError if refused.model else HaltedError)(msg)
