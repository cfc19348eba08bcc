"""Makes transports out of what a profile says of an endpoint."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from acktrail.app.home import Home
from acktrail.errors import ProfileError
from acktrail.ports import Secrets, Transport
from acktrail.profiles.partner import Endpoint, PartnerProfile
from acktrail.transports.folder import FolderTransport
from acktrail.transports.sftp import SftpTransport
from acktrail.transports.sftp_connect import SftpLogin, SftpSettings

MOST_NAMES = 200_000  # in one folder


def make_transport(
    home: Home, secrets: Secrets, endpoint: Endpoint, default: str, names: int = MOST_NAMES
) -> Transport:
    """Return the transport of an endpoint; a local folder is made when it is missing."""
    if endpoint.transport == "sftp":
        return SftpTransport(_settings(endpoint, names), _login(secrets, endpoint))
    folder = local_folder(home, endpoint, default)
    folder.mkdir(parents=True, exist_ok=True)
    return FolderTransport(folder)


def local_folder(home: Home, endpoint: Endpoint, default: str) -> Path:
    """Return a local endpoint's folder: absolute, or below the home."""
    folder = home.root / (endpoint.folder or default)
    if ".." in folder.parts:
        msg = "folder: must not contain .."
        raise ProfileError(msg)
    return folder


def sftp_access(secrets: Secrets, endpoint: Endpoint) -> tuple[SftpSettings, SftpLogin]:
    """Return where an SFTP endpoint is and our login there, its secrets resolved."""
    return _settings(endpoint, MOST_NAMES), _login(secrets, endpoint)


def _settings(endpoint: Endpoint, names: int) -> SftpSettings:
    login, pins = endpoint.login, endpoint.host_key
    if login is None or pins is None:
        msg = "an sftp endpoint names host, login and host_key"
        raise ProfileError(msg)
    return SftpSettings(
        host=endpoint.host,
        user=login.user,
        current=pins.current,
        next=pins.next,
        port=endpoint.port,
        folder=endpoint.folder,
        names=names,
        verify=getattr(endpoint, "verify", "stat"),
    )


def _login(secrets: Secrets, endpoint: Endpoint) -> SftpLogin:
    login = endpoint.login
    if login is None:
        return SftpLogin()
    return SftpLogin(
        key=secrets.get(login.key) if login.key else "",
        passphrase=secrets.get(login.passphrase) if login.passphrase else "",
        password=secrets.get(login.password) if login.password else "",
    )


@contextmanager
def outbound_transport(
    home: Home, secrets: Secrets, profile: PartnerProfile
) -> Iterator[Transport]:
    """Open the partner's pick-up place for one delivery."""
    transport = make_transport(home, secrets, profile.outbound, f"outbound/{profile.id}")
    try:
        yield transport
    finally:
        transport.close()
