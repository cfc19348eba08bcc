"""What the profiles need of their Odoo, and what the key's user may do beyond it."""

from typing import NamedTuple

from acktrail.app.journal import partner_map
from acktrail.app.sender import Sender
from acktrail.app.tools import Tools
from acktrail.odoo.check import check as check_server
from acktrail.profiles.partner import PartnerProfile


class Right(NamedTuple):
    """One thing that a profile needs of an Odoo."""

    target: str
    what: str
    state: str  # ok, journal, missing, denied, unreachable, beyond
    hint: str


def rights(tools: Tools, sender: Sender, profile: PartnerProfile) -> list[Right]:
    """Return what stands between a profile and its Odoo; nothing is written there."""
    target = profile.odoo.target
    if not sender.configured(target):
        return [Right(target, "server", "journal", "not in acktrail.toml: calls are kept")]
    maps = partner_map(tools, profile)
    kinds = [route.document for route in profile.route if route.to == "odoo"]
    client = sender.client_for(target, confirm=False)
    found = check_server(client, maps.options(""), maps.sent(kinds), sender.known(target))
    return [Right(target, one.what, one.state, one.hint) for one in found]
