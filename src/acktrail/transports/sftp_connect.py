"""Opens an SFTP connection: own socket, strict algorithms, pinned host key, then the login.

The host key is compared by type and bytes before anything secret is sent. Text from the server
is never shown, logged or put into an error.
"""

import base64
import binascii
import hashlib
import io
import logging
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import paramiko  # type: ignore[import-untyped]

from acktrail.errors import HostKeyError, LoginError, SecretError, SetupError, UnavailableError

CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes256-ctr", "aes128-ctr")
DIGESTS = (
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
)
RSA = ("rsa-sha2-512", "rsa-sha2-256")  # ssh-rsa names the key; its SHA-1 signature is not offered
KEEPALIVE_SECONDS = 30
FINGERPRINT = "SHA256:"

# paramiko logs tracebacks of handshakes and the names of files.
_log = logging.getLogger("paramiko")
_log.addHandler(logging.NullHandler())
_log.propagate = False
_log.setLevel(logging.CRITICAL + 1)


class Timeouts(NamedTuple):
    """Seconds; ``reply`` is for one answer, a transfer gets ``start`` plus its size over ``pace``.

    Keep-alive never notices a dead peer by itself: ``reply`` does.
    """

    connect: float = 10
    handshake: float = 25
    banner: float = 15
    login: float = 20
    channel: float = 15
    reply: float = 60
    start: float = 60
    pace: float = 50_000  # bytes a second


PATIENCE = Timeouts()


@dataclass(frozen=True, slots=True)
class SftpSettings:
    """Where an endpoint is and whom we take for it."""

    host: str
    user: str
    current: str  # public key line, or "type SHA256:fingerprint"
    next: str = ""
    port: int = 22
    folder: str = ""  # relative to the login's own folder unless it starts with "/"
    verify: str = "stat"  # or "none": drop boxes that take a file away at once
    names: int = 200_000
    timeouts: Timeouts = PATIENCE


@dataclass(frozen=True, slots=True)
class SftpLogin:
    """The secrets of a login, resolved; never shown."""

    key: str = field(default="", repr=False)  # private key in OpenSSH's format
    passphrase: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


class Connection(NamedTuple):
    """A logged-in connection. ``sftp`` is a ``paramiko.SFTPClient``: one thread at a time."""

    transport: Any
    sftp: Any
    facts: Mapping[str, str]


class _Transport(paramiko.Transport):  # type: ignore[misc]
    """Logs nothing; notes the key exchange, which paramiko tells its log only."""

    agreed_kex = ""

    def _log(self, level: int, message: object, *_: object) -> None:  # noqa: ARG002
        if isinstance(message, str) and message.startswith("Kex: "):
            self.agreed_kex = message.removeprefix("Kex: ")


def connect(settings: SftpSettings, login: SftpLogin) -> Connection:
    """Connect, check the host key, log in and open the SFTP channel.

    Raises:
        HostKeyError: The server shows another key than the two pinned.
        LoginError: It refuses us.
        SecretError: Our private key cannot be read.
        SetupError: There is no algorithm that both sides accept.
        UnavailableError: It does not answer.
    """
    limits = settings.timeouts
    key = _private_key(login)
    transport = _handshake(settings)
    try:
        slot, fingerprint = check_host_key(transport, settings)
        method = _log_in(transport, settings.user, key, login.password)
        transport.set_keepalive(KEEPALIVE_SECONDS)
        sftp = paramiko.SFTPClient.from_transport(transport)
        sftp.get_channel().settimeout(limits.reply)
    except (paramiko.SSHException, OSError, EOFError):
        transport.close()
        msg = "the server broke off the connection"
        raise UnavailableError(msg) from None
    except SetupError:
        transport.close()
        raise
    facts = {
        "transport": "sftp",
        "host_key": fingerprint,
        "host_key_slot": slot,
        "kex": transport.agreed_kex,
        "cipher": transport.remote_cipher,
        "mac": "aead" if "gcm" in transport.remote_cipher else transport.remote_mac,
        "login": method,
    }
    if key is not None and method != "password":
        facts["login_key"] = fingerprint_of(key.asbytes())
    return Connection(transport, sftp, facts)


def fingerprint_of(blob: bytes) -> str:
    """Return the fingerprint of a public key as OpenSSH writes it."""
    digest = hashlib.sha256(blob).digest()
    return FINGERPRINT + base64.b64encode(digest).decode("ascii").rstrip("=")


def fingerprint_of_line(line: str) -> str:
    """Return the fingerprint of a public key line, or the one that stands in its place."""
    kind, _, rest = line.partition(" ")
    key = rest.partition(" ")[0]
    if key.startswith(FINGERPRINT):
        return f"{kind} {key}"
    return f"{kind} {fingerprint_of(base64.b64decode(key))}"


def public_line(login: SftpLogin) -> str:
    """Return the public half of a login key as one line for their ``authorized_keys``.

    Raises:
        SecretError: The key cannot be read.
    """
    key = _private_key(login)
    if key is None:
        msg = "the login has no key"
        raise SecretError(msg)
    return f"{key.get_name()} {key.get_base64()}"


def check_host_key(transport: Any, settings: SftpSettings) -> tuple[str, str]:  # noqa: ANN401
    """Return the slot and fingerprint of the host key that the server proved.

    Raises:
        HostKeyError: It is neither the current nor the next pinned key.
    """
    shown = transport.get_remote_server_key()
    blob = shown.asbytes()
    for slot, line in (("current", settings.current), ("next", settings.next)):
        if line and _is_pinned(line, shown.get_name(), blob):
            return slot, fingerprint_of(blob)
    msg = f"the server shows another host key: {shown.get_name()} {fingerprint_of(blob)}"
    raise HostKeyError(msg)


def _is_pinned(line: str, kind: str, blob: bytes) -> bool:
    pinned_kind, _, rest = line.partition(" ")
    pinned = rest.partition(" ")[0]
    if pinned_kind != kind:
        return False
    if pinned.startswith(FINGERPRINT):
        return pinned.rstrip("=") == fingerprint_of(blob)
    try:
        return base64.b64decode(pinned, validate=True) == blob
    except binascii.Error:
        return False


def _key_types(settings: SftpSettings) -> tuple[str, ...]:
    """Return the pinned types as algorithms, so that the server shows the key that we know."""
    kinds = [line.partition(" ")[0] for line in (settings.current, settings.next) if line]
    named = [name for kind in kinds for name in (RSA if kind == "ssh-rsa" else (kind,))]
    return tuple(dict.fromkeys(named))


def _handshake(settings: SftpSettings) -> Any:  # noqa: ANN401 - paramiko has no types
    limits = settings.timeouts
    try:
        sock = socket.create_connection((settings.host, settings.port), limits.connect)
    except OSError:
        msg = "no connection to the server"
        raise UnavailableError(msg) from None
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    transport = _Transport(sock)
    transport.banner_timeout = limits.banner
    transport.auth_timeout = limits.login
    transport.channel_timeout = limits.channel
    options = transport.get_security_options()
    options.ciphers, options.digests = CIPHERS, DIGESTS
    try:
        options.key_types = _key_types(settings)
        transport.start_client(timeout=limits.handshake)
    except (paramiko.SSHException, OSError, EOFError, ValueError) as error:
        transport.close()
        raise _refusal(error) from None
    return transport


def _refusal(error: Exception) -> SetupError | UnavailableError:
    """Return our error for a handshake that failed; paramiko's own words tell them apart."""
    if isinstance(error, ValueError):
        return HostKeyError("a host key is pinned of a type that we cannot check")
    if not isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
        return UnavailableError("the server did not complete the handshake")
    if "host key" in str(error):
        return HostKeyError("the server has no host key of a pinned type")
    return SetupError("the server offers no algorithm that we accept", code="setup.ssh_algorithms")


def _private_key(login: SftpLogin) -> Any:  # noqa: ANN401
    """Return the private key to log in with, None when there is only a password."""
    if not login.key:
        return None
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(login.key), login.passphrase or None)
        except (paramiko.SSHException, ValueError, IndexError, TypeError, binascii.Error):
            continue
    msg = "the login key cannot be read: OpenSSH's format and the right passphrase are needed"
    raise SecretError(msg)


def _log_in(transport: Any, user: str, key: Any, password: str) -> str:  # noqa: ANN401
    """Log in and return how; a server may ask for key and password one after the other."""
    used = []
    wanted = ["publickey"] if key is not None else ["password"]
    try:
        if key is not None:
            wanted = transport.auth_publickey(user, key)
            used.append("key")
        if password and (key is None or "password" in wanted):
            wanted = transport.auth_password(user, password, fallback=False)
            used.append("password")
    except paramiko.AuthenticationException as error:
        if "timeout" in str(error).lower() or not transport.is_active():
            msg = "the server did not answer the login"
            raise UnavailableError(msg) from None
        wanted = ["publickey"]
    if wanted or not transport.is_authenticated():
        msg = "the server refuses our login"
        raise LoginError(msg)
    return "+".join(used)
