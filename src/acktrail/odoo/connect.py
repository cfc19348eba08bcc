"""Which API an Odoo is spoken to by: the setting's, or the one that its version has."""

from dataclasses import dataclass, field
from typing import Final, Literal

from acktrail.odoo.bridge import Bridge
from acktrail.odoo.client import Lost
from acktrail.odoo.dialect import Dialects
from acktrail.odoo.json2 import Json2
from acktrail.odoo.jsonrpc import JsonRpc, version_of
from acktrail.odoo.wire import CONFIRM, Wire

Adapter = Literal["load", "bridge"]
Api = Literal["auto", "json2", "jsonrpc"]
FIRST_WITH_JSON2: Final = 19


@dataclass(frozen=True, slots=True)
class Address:
    """One Odoo database and our user there."""

    url: str
    database: str
    key: str = field(repr=False)
    login: str = ""  # JSON-RPC needs it; without one it is never chosen
    api: Api = "json2"
    timeout: float = 90.0  # seconds; below Odoo's limit_time_real
    adapter: Adapter = "load"  # bridge: the module acktrail_bridge is installed there


def connect(
    address: Address, dialects: Dialects, confirm: tuple[float, ...] = CONFIRM
) -> Json2 | JsonRpc | Bridge:
    """Return a client, for one thread. Only ``auto`` with a login asks the server now."""
    client = _api(address, dialects, confirm)
    return Bridge(client, client.wire) if address.adapter == "bridge" else client


def _api(address: Address, dialects: Dialects, confirm: tuple[float, ...]) -> Json2 | JsonRpc:
    old = address.api == "jsonrpc"
    if address.api == "auto" and address.login:
        known = version(address)
        old = known != (0, 0) and known[0] < FIRST_WITH_JSON2
    url, database, key, timeout = address.url, address.database, address.key, address.timeout
    if old:
        return JsonRpc(url, database, address.login, key, dialects, timeout, confirm)
    return Json2(url, database, key, timeout, confirm)


def version(address: Address) -> tuple[int, int]:
    """Return major and minor of the server; (0, 0) while it does not answer.

    19 and later say it on a page of their own; before, the old API says it.
    """
    wire = Wire(address.url, address.timeout)
    params = {"service": "common", "method": "version", "args": []}
    asked = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
    try:
        page = wire.get("/web/version")
        if not isinstance(page, Lost):
            return version_of(page.data)
        answer = wire.post("/jsonrpc", asked)
    finally:
        wire.close()
    if isinstance(answer, Lost) or not isinstance(answer.data, dict):
        return 0, 0
    return version_of(answer.data.get("result"))
