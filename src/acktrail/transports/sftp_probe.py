"""Looks at an SFTP endpoint step by step, so that people see which one fails. Changes nothing."""

import socket
from collections.abc import Iterator
from typing import NamedTuple

from acktrail.errors import AcktrailError, HostKeyError, LoginError, SecretError, UnavailableError
from acktrail.transports.sftp_connect import SftpLogin, SftpSettings, connect

OK, FAILED, DOWN = "ok", "failed", "down"


class Step(NamedTuple):
    """One step towards a listing: what was looked at, how it went, what to know or to do."""

    what: str
    state: str  # ok, failed, down
    hint: str = ""


def steps(settings: SftpSettings, login: SftpLogin) -> Iterator[Step]:
    """Yield name, connection, host key, algorithms and login; end behind the first that fails."""
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    except OSError:
        yield Step("dns", DOWN, "the name of the host is not known here")
        return
    yield Step("dns", OK, f"{len({one[4][0] for one in found})} addresses")
    try:
        limit = settings.timeouts.connect
        socket.create_connection((settings.host, settings.port), limit).close()
    except OSError:
        yield Step("tcp", DOWN, "no connection: firewall, port, or our address is not let in")
        return
    yield Step("tcp", OK, f"port {settings.port}")
    yield from _logged_in(settings, login)


def _logged_in(settings: SftpSettings, login: SftpLogin) -> Iterator[Step]:
    try:
        link = connect(settings, login)
    except AcktrailError as error:
        yield from _refused(error)
        return
    link.transport.close()
    facts = link.facts
    shown = f"{facts['host_key']} ({facts['host_key_slot']})"
    yield Step("host key", OK, shown)
    yield Step("algorithms", OK, f"{facts['kex']} {facts['cipher']} {facts['mac']}")
    yield Step("login", OK, " ".join([facts["login"], facts.get("login_key", "")]).strip())


def _refused(error: AcktrailError) -> Iterator[Step]:
    match error:
        case HostKeyError():
            yield Step("host key", FAILED, f"{error}; ask them by voice before you pin it")
        case LoginError():
            yield Step("host key", OK)
            yield Step("login", FAILED, f"{error}: do they have our public key?")
        case SecretError():
            yield Step("login", FAILED, f"{error}; convert it with ssh-keygen -p")
        case UnavailableError():
            yield Step("handshake", DOWN, str(error))
        case _:
            yield Step("algorithms", FAILED, f"{error}; see the waiver in their agreement")
