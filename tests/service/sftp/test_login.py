"""Logins by password, and by key and password, against paramiko's own server in this process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import paramiko  # type: ignore[import-untyped]
import pytest

from acktrail.errors import LoginError
from acktrail.transports.sftp_connect import SftpLogin, SftpSettings, connect
from tests.service.sshd import QUICK, Sshd

PASSWORD = "correct"  # noqa: S105


class Server(paramiko.ServerInterface):  # type: ignore[misc]
    """Lets in with a password, after a key where ``both`` are asked for."""

    def __init__(self, *, both: bool) -> None:
        self.both = both
        self.methods: list[str] = []

    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002
        return "publickey,password"

    def check_auth_publickey(self, username: str, key: Any) -> int:  # noqa: ANN401, ARG002
        self.methods.append("publickey")
        return int(paramiko.AUTH_PARTIALLY_SUCCESSFUL if self.both else paramiko.AUTH_FAILED)

    def check_auth_password(self, username: str, password: str) -> int:  # noqa: ARG002
        self.methods.append("password")
        known = password == PASSWORD and (not self.both or "publickey" in self.methods)
        return int(paramiko.AUTH_SUCCESSFUL if known else paramiko.AUTH_FAILED)

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002
        return int(paramiko.OPEN_SUCCEEDED)


@contextmanager
def serving(server: Server, key_text: str) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            sock, _ = listener.accept()
            transport = paramiko.Transport(sock)
            transport.add_server_key(paramiko.Ed25519Key.from_private_key(StringIO(key_text)))
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer)
            transport.start_server(event=threading.Event(), server=server)
            ended.wait(20)
            transport.close()

        ended = threading.Event()
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            ended.set()
            thread.join(10)


def settings(sshd: Sshd, port: int) -> SftpSettings:
    line = " ".join((sshd.folder / "login.pub").read_text().split()[:2])
    return SftpSettings("127.0.0.1", "testperson", line, port=port, timeouts=QUICK)


def test_password_lets_us_in(sshd: Sshd) -> None:
    server = Server(both=False)
    with serving(server, sshd.login().key) as port:
        link = connect(settings(sshd, port), SftpLogin(password=PASSWORD))
        link.transport.close()

    assert link.facts["login"] == "password"
    assert "login_key" not in link.facts
    assert server.methods == ["password"]


def test_server_may_ask_for_key_and_password(sshd: Sshd) -> None:
    server = Server(both=True)
    login = SftpLogin(key=sshd.login().key, password=PASSWORD)
    with serving(server, sshd.login().key) as port:
        link = connect(settings(sshd, port), login)
        link.transport.close()

    assert link.facts["login"] == "key+password"
    assert server.methods[-1] == "password"


@pytest.mark.parametrize("password", ["", "wrong"])
def test_half_of_a_login_is_refused(sshd: Sshd, password: str) -> None:
    login = SftpLogin(key=sshd.login().key, password=password)
    with serving(Server(both=True), sshd.login().key) as port, pytest.raises(LoginError):
        connect(settings(sshd, port), login)
