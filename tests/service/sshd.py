"""A real OpenSSH server on a loopback port, for the tests that need one.

It runs as the current user, serves any path this user can reach, and takes one key. Lend it with
``with running_sshd(folder) as server`` or take the fixture ``sshd`` into a conftest.
"""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from acktrail.transports.sftp_connect import SftpLogin, SftpSettings, Timeouts

QUICK = Timeouts(connect=5, handshake=10, banner=5, login=10, channel=5, reply=10, start=30)
PRIVILEGE_FOLDER = Path("/run/sshd")  # OpenSSH wants it to be there when root runs it
START_SECONDS = 10
CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_{kind}
{others}
AuthorizedKeysFile {folder}/authorized_keys
PasswordAuthentication yes
KbdInteractiveAuthentication no
PubkeyAuthentication yes
PermitRootLogin yes
StrictModes no
UsePAM no
PidFile none
LogLevel ERROR
Subsystem sftp internal-sftp
"""


class Sshd:
    """One server. ``folder`` holds its keys, ``home`` is what tests put files into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "sshd"
        self.home = folder / "partner"
        self.port = _free_port()
        self.user = getpass.getuser()
        self._process: subprocess.Popen[bytes] | None = None
        self._kinds = ["ed25519", "rsa"]
        self.folder.mkdir(parents=True)
        self.home.mkdir()
        for name, kind in (("host_ed25519", "ed25519"), ("host_rsa", "rsa"), ("login", "ed25519")):
            for suffix, text in _key(name, kind).items():
                (self.folder / f"{name}{suffix}").touch(0o600)
                (self.folder / f"{name}{suffix}").write_text(text)
        shutil.copy(self.folder / "login.pub", self.folder / "authorized_keys")

    def start(self) -> None:
        """Start, and wait until the port answers."""
        config = self.folder / "sshd_config"
        first, *others = self._kinds
        more = "\n".join(f"HostKey {self.folder}/host_{kind}" for kind in others)
        config.write_text(
            CONFIG.format(port=self.port, folder=self.folder, kind=first, others=more)
        )
        sshd = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))
        self._process = subprocess.Popen(
            [str(sshd), "-D", "-e", "-f", str(config)],
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert self._process.poll() is None, "sshd did not start"
                time.sleep(0.02)
            else:
                return
        pytest.fail("sshd does not answer")

    def stop(self) -> None:
        """Stop the server and every session of it."""
        if self._process is not None:
            for child in _descendants(self._process.pid):
                with suppress(ProcessLookupError):  # it may have ended by itself
                    os.kill(child, signal.SIGKILL)
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Stop every session in its tracks, as a dead peer or a hung disk would."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let frozen sessions go on."""
        self._signal(signal.SIGCONT)

    def swap_host_key(self, kind: str = "ed25519") -> None:
        """Give the server a new host key of that type; it is restarted."""
        self.stop()
        for suffix in ("", ".pub"):
            (self.folder / f"host_{kind}{suffix}").unlink()
        _make_key(self.folder / f"host_{kind}", kind)
        self.start()

    def offer(self, *kinds: str) -> None:
        """Offer host keys of these types only; the server is restarted."""
        self.stop()
        self._kinds = list(kinds)
        self.start()

    def host_key(self, kind: str = "ed25519") -> str:
        """Return the public host key line: type and key."""
        return " ".join((self.folder / f"host_{kind}.pub").read_text().split()[:2])

    def settings(self, **changes: object) -> SftpSettings:
        """Return settings that reach ``home``."""
        known = {
            "host": "127.0.0.1",
            "port": self.port,
            "user": self.user,
            "current": self.host_key(),
            "folder": str(self.home),
            "timeouts": QUICK,
        }
        return SftpSettings(**(known | changes))  # type: ignore[arg-type]

    def login(self) -> SftpLogin:
        """Return the login that the server takes."""
        return SftpLogin(key=(self.folder / "login").read_text())

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        for child in _descendants(self._process.pid):
            os.kill(child, number)


@contextmanager
def running_sshd(folder: Path) -> Iterator[Sshd]:
    """Lend a running server; skips the test where OpenSSH's server is not installed."""
    found = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))
    if found is None or shutil.which("ssh-keygen") is None:
        pytest.skip("openssh-server is not installed")
    if os.geteuid() == 0 and not PRIVILEGE_FOLDER.is_dir():
        PRIVILEGE_FOLDER.mkdir(mode=0o755)
    server = Sshd(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(name="sshd")
def sshd_server(tmp_path: Path) -> Iterator[Sshd]:
    """Lend a running server with a folder of its own."""
    with running_sshd(tmp_path) as server:
        yield server


def _make_key(path: Path, kind: str) -> None:
    call = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "test", "-f", str(path)]
    subprocess.run(call, check=True)


@cache
def _key(name: str, kind: str) -> dict[str, str]:
    """Return a private and a public key, made once a run: an RSA key takes a second."""
    with TemporaryDirectory() as folder:
        _make_key(Path(folder) / name, kind)
        return {end: (Path(folder) / f"{name}{end}").read_text() for end in ("", ".pub")}


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _descendants(pid: int) -> list[int]:
    """Return the children of a process and theirs."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:  # it ended meanwhile, and its children with it
        return []
    found = [int(child) for child in children]
    return [*found, *(late for child in found for late in _descendants(child))]
