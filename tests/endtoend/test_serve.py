"""``acktrail serve`` as a process: it answers, and ends in order when it is told to."""

import http.client
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from acktrail.app.home import make_home

PATIENCE_SECONDS = 120


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    home, port = make_home(tmp_path / "home"), free_port()
    with (home.root / "acktrail.toml").open("a") as settings:
        settings.write(f"\n[access]\nenforce = true\n\n[console]\nport = {port}\n")
    command = shutil.which("acktrail", path=str(Path(sys.executable).parent)) or "acktrail"
    with (tmp_path / "talk").open("wb") as talk:
        process = subprocess.Popen([command, "--home", str(home.root), "serve"], stderr=talk)
        yield process, port
    process.kill()
    process.wait()


def answer(port: int, path: str) -> tuple[int, dict[str, str]]:
    """Return status and headers."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        found = connection.getresponse()
        return found.status, {name.lower(): value for name, value in found.getheaders()}


def wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            answer(port, "/livez")
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("serve did not answer")


def test_serve_answers_and_ends_well_when_told_to(
    served: tuple[subprocess.Popen[bytes], int], tmp_path: Path
) -> None:
    process, port = served
    wait_for(process, port)

    status, headers = answer(port, "/")
    described, _ = answer(port, "/api/v1/openapi.json")
    process.send_signal(signal.SIGTERM)

    assert (status, headers["location"]) == (303, "/sign-in")
    assert "server" not in headers
    assert described == 200
    assert process.wait(PATIENCE_SECONDS) == 0
    talk = (tmp_path / "talk").read_text()
    assert talk == f"http://127.0.0.1:{port}; stop with SIGTERM\n"
