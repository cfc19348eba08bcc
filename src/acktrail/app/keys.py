"""The keys of a partnership: ours and theirs, in use and announced, and until when each lives."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from acktrail.app.endpoints import sftp_access
from acktrail.app.tools import Tools
from acktrail.errors import AcktrailError
from acktrail.profiles.partner import Endpoint, Flow, PartnerProfile
from acktrail.security.keys import KeyFacts, inspect, public_part
from acktrail.transports.sftp_connect import fingerprint_of_line, public_line

SOON: Final = timedelta(days=60)
ALIVE, EXPIRING, UNREADABLE = "alive", "expiring", "unreadable"


class Key(NamedTuple):
    """One key."""

    whose: str  # ours, theirs
    kind: str  # host, login, openpgp
    slot: str  # current, next
    where: str  # endpoint or flow, or the file
    fingerprint: str
    expires: str  # ISO 8601 day, "" = never
    state: str  # alive, expiring, expired, revoked, unproven, unreadable
    usable: bool = True  # can seal now


def keys_of(tools: Tools, profile: PartnerProfile, soon: timedelta = SOON) -> Iterator[Key]:
    """Yield every key that a profile names; one that cannot be read is ``unreadable``.

    Args:
        tools: Of the home.
        profile: The partner's.
        soon: A key that ends within this time counts as ``expiring``.
    """
    found: dict[tuple[str, ...], Key] = {}
    for name in ("inbound", "outbound"):
        endpoint: Endpoint = getattr(profile, name)
        if endpoint.transport == "sftp":
            for key in (*_host_keys(name, endpoint), _login_key(tools, name, endpoint)):
                found.setdefault((key.kind, key.slot, key.fingerprint, key.state), key)
    for flow in profile.flow:
        for key in (*keys_of_flow(tools, flow, soon), *_their_keys(tools, profile, flow, soon)):
            found.setdefault((key.whose, key.kind, key.fingerprint, key.state), key)
    yield from found.values()


def keys_of_flow(tools: Tools, flow: Flow, soon: timedelta = SOON) -> Iterator[Key]:
    """Yield our OpenPGP keys of a flow."""
    for step in flow.envelope:
        for reference in step.secret_keys:
            try:
                body = tools.secrets.get(reference).encode()
                yield from _openpgp("ours", flow.name, body, tools.clock.now(), soon)
            except AcktrailError:
                yield Key("ours", "openpgp", "current", flow.name, "", "", UNREADABLE, usable=False)


def public_texts(tools: Tools, profile: PartnerProfile) -> Iterator[str]:
    """Yield our public keys as text to send: the login keys' lines, the OpenPGP keys armoured."""
    endpoints = [one for one in (profile.inbound, profile.outbound) if one.transport == "sftp"]
    keyed = [one for one in endpoints if one.login and one.login.key]
    yield from dict.fromkeys(public_line(sftp_access(tools.secrets, one)[1]) for one in keyed)
    steps = [step for flow in profile.flow for step in flow.envelope]
    for reference in dict.fromkeys(one for step in steps for one in step.secret_keys):
        yield public_part(tools.secrets.get(reference).encode())


def _host_keys(name: str, endpoint: Endpoint) -> Iterator[Key]:
    pins = endpoint.host_key
    for slot, text in (("current", pins.current), ("next", pins.next)) if pins else ():
        if text:
            yield Key("theirs", "host", slot, name, fingerprint_of_line(text), "", ALIVE)


def _login_key(tools: Tools, name: str, endpoint: Endpoint) -> Key:
    login = endpoint.login
    if login is not None and login.key is None:
        return Key("ours", "password", "current", name, "", "", ALIVE)
    try:
        line = public_line(sftp_access(tools.secrets, endpoint)[1])
    except AcktrailError:
        return Key("ours", "login", "current", name, "", "", UNREADABLE)
    return Key("ours", "login", "current", name, fingerprint_of_line(line), "", ALIVE)


def _their_keys(
    tools: Tools, profile: PartnerProfile, flow: Flow, soon: timedelta
) -> Iterator[Key]:
    for step in flow.envelope:
        for name in step.keys:
            try:
                body = tools.home.key_file(profile.id, name)
                yield from _openpgp("theirs", name, body, tools.clock.now(), soon)
            except AcktrailError:
                yield Key("theirs", "openpgp", "current", name, "", "", UNREADABLE, usable=False)


def _openpgp(whose: str, where: str, body: bytes, now: datetime, soon: timedelta) -> Iterable[Key]:
    return [_of(whose, where, facts, now, soon) for facts in inspect(body, now)]


def _of(whose: str, where: str, facts: KeyFacts, now: datetime, soon: timedelta) -> Key:
    end = facts.expires_at
    ends_soon = end is not None and end - now <= soon
    state = EXPIRING if facts.life == ALIVE and ends_soon else facts.life
    until = end.date().isoformat() if end else ""
    usable = facts.signs and facts.encrypts
    return Key(whose, "openpgp", "current", where, facts.fingerprint, until, state, usable)
