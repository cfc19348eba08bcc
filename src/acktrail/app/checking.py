"""Looks at everything that a partner's profile leads to, live: servers, keys, clock, Odoo.

Nothing is changed at the other side unless a write probe is asked for; that one is removed again.
"""

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Final, NamedTuple

from acktrail.app.endpoints import local_folder, make_transport, sftp_access
from acktrail.app.keys import Key, keys_of, keys_of_flow
from acktrail.app.odoo_rights import rights
from acktrail.app.sender import Sender
from acktrail.app.tools import Tools
from acktrail.errors import AcktrailError, EnvelopeError, SetupError, UnavailableError
from acktrail.ports import SealRules, Seen, Transport
from acktrail.profiles.partner import Endpoint, Flow, PartnerProfile
from acktrail.transports.sftp_probe import DOWN, FAILED, OK, steps

WARNING, SKIPPED = "warning", "skipped"
MOST_SKEW: Final = timedelta(minutes=5)  # a partner's clock may differ; we go by ours
PROBE: Final = b"acktrail probe: may be deleted\n"


class Checked(NamedTuple):
    """One thing that was looked at."""

    where: str  # inbound, outbound, openpgp, odoo
    what: str
    state: str  # ok, warning, skipped, failed, down; of Odoo also those of `odoo check`
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Checking:
    """The checks of one partner."""

    tools: Tools
    profile: PartnerProfile
    write: bool = False

    def all(self) -> Iterator[Checked]:
        """Yield every check in the order a file goes; none stops the others."""
        yield from self._endpoint("inbound", self.profile.inbound)
        yield from self._endpoint("outbound", self.profile.outbound)
        for flow in self.profile.flow:
            if any(step.step == "pgp" for step in flow.envelope):
                yield self._round_trip(flow)
        for key in keys_of(self.tools, self.profile):
            if key.kind == "openpgp":
                yield _alive(key)
        try:
            found = rights(self.tools, Sender(self.tools), self.profile)
        except AcktrailError as error:
            found = []
            yield Checked("odoo", "server", _state(error), f"{error.code}: {error}")
        yield from (Checked("odoo", one.what, one.state, one.hint) for one in found)

    def _endpoint(self, where: str, endpoint: Endpoint) -> Iterator[Checked]:
        default = f"{where}/{self.profile.id}"
        if endpoint.transport == "folder":
            folder = local_folder(self.tools.home, endpoint, default)
            if not folder.is_dir():
                yield Checked(where, "folder", FAILED, "is not there")
                return
            if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
                yield Checked(where, "folder", FAILED, "cannot be read and written by this user")
                return
        else:
            try:
                access = sftp_access(self.tools.secrets, endpoint)
            except AcktrailError as error:
                yield Checked(where, "login", _state(error), f"{error.code}: {error}")
                return
            found = [Checked(where, *step) for step in steps(*access)]
            yield from found
            if found[-1].state != OK:
                return
        transport = make_transport(self.tools.home, self.tools.secrets, endpoint, default)
        try:
            yield from self._listed(where, transport)
        except AcktrailError as error:
            yield Checked(where, "list", _state(error), f"{error.code}: {error}")
        finally:
            transport.close()

    def _listed(self, where: str, transport: Transport) -> Iterator[Checked]:
        seen = list(transport.list())
        yield Checked(where, "list", OK, f"{len(seen)} files")
        if self.write:
            yield from self._written(where, transport)
            return
        newest = max((one.mtime for one in seen), default=None)
        if newest is not None:
            ahead = datetime.fromtimestamp(newest, UTC) - self.tools.clock.now()
            late = ahead > MOST_SKEW
            hint = "their newest file is from the future" if late else ""
            yield Checked(where, "clock", WARNING if late else OK, hint)
        yield Checked(where, "write", SKIPPED, "only with --write")

    def _written(self, where: str, transport: Transport) -> Iterator[Checked]:
        """Write a file, look at its time, remove it."""
        name = f"acktrail-probe-{secrets.token_hex(8)}.txt"
        before = self.tools.clock.now()
        transport.put(name, PROBE)
        found = next((one for one in transport.list() if one.path == name.encode()), None)
        if found is None:
            yield Checked(where, "write", WARNING, "written, and gone at once: a drop box?")
            return
        yield self._clock(where, found, before)
        how = transport.dispose(found, "delete", name)
        done = how in ("delete", "gone")
        left = "" if done else f"could not be removed: {name}"
        yield Checked(where, "write", OK if done else WARNING, left)

    def _clock(self, where: str, found: Seen, before: datetime) -> Checked:
        skew = datetime.fromtimestamp(found.mtime, UTC) - before
        state = OK if abs(skew) <= MOST_SKEW else WARNING
        return Checked(where, "clock", state, f"differs by {skew.total_seconds():.0f} s")

    def _round_trip(self, flow: Flow) -> Checked:
        """Seal a text for our own key and open it: the key, its passphrase and the engine."""
        where, what = "openpgp", f"round trip {flow.name}"
        try:
            rules = self.tools.seal_rules(self.profile.id, flow, 1 << 20)
            ours = own_fingerprints(self.tools, flow)
            if not ours:
                return Checked(where, what, FAILED, "no key of ours that encrypts and signs now")
            own = SealRules(ours, ours, ours, rules.keys, rules.passphrase, rules.limit)
            sealed, opened = self.tools.sealer.seal(PROBE, own), BytesIO()
            self.tools.sealer.open(BytesIO(sealed), opened, own)
        except (SetupError, EnvelopeError, UnavailableError) as error:
            return Checked(where, what, _state(error), f"{error.code}: {error}")
        state = OK if opened.getvalue() == PROBE else FAILED
        return Checked(where, what, state, self.tools.sealer.name)


def own_fingerprints(tools: Tools, flow: Flow) -> tuple[str, ...]:
    """Return the fingerprints of our keys in a flow that can seal now."""
    found = (key for key in keys_of_flow(tools, flow) if key.usable)
    return tuple(dict.fromkeys(key.fingerprint for key in found))


def _alive(key: Key) -> Checked:
    state = OK if key.state == "alive" else FAILED
    if key.state == "expiring":
        state = WARNING
    until = f" until {key.expires}" if key.expires else ""
    return Checked("openpgp", f"{key.whose} key", state, f"{key.fingerprint} {key.state}{until}")


def _state(error: AcktrailError) -> str:
    return DOWN if isinstance(error, UnavailableError) else FAILED
