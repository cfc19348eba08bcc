"""Secrets in a real server that speaks Vault's API: HashiCorp Vault, or OpenBao, its open fork.

The stand-in of ``tests/unit/security/test_vault.py`` is held against it: the same questions, the
same answers. Skips where neither program is installed.
"""

import os
import shutil
import socket
import subprocess
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any, NamedTuple

import hvac  # type: ignore[import-untyped]
import pytest

from acktrail.errors import SecretError, UnavailableError
from acktrail.security.secrets import SecretResolver
from acktrail.security.vault import VaultLogin

PROGRAM = shutil.which("vault") or shutil.which("bao")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="needs vault or bao (OpenBao)")
CANARY, ROOT_TOKEN = "canary-secret", "root-of-the-tests"
REFERENCE = "vault:edi/partners/acme#password"
WRONG = "00000000-aaaa-bbbb-cccc-000000000000"
SECONDS = 60


class Server(NamedTuple):
    """What a test needs of a server: the root's client, and our way in."""

    client: Any  # hvac has no types
    login: VaultLogin
    secret: str


@contextmanager
def running(home: Path) -> Iterator[Server]:
    """Run a server in development mode with one secret and our way in by AppRole."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    dev = (f"-dev-root-token-id={ROOT_TOKEN}", f"-dev-listen-address=127.0.0.1:{port}")
    process = subprocess.Popen(
        [str(PROGRAM), "server", "-dev", *dev],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ.get("PATH", ""), "HOME": str(home)},
    )
    try:
        _wait(port)
        url = f"http://127.0.0.1:{port}"
        client = hvac.Client(url=url, token=ROOT_TOKEN)
        yield Server(client, *_prepared(client, url))
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("vault")) as server:
        yield server


def _wait(port: int) -> None:
    end = monotonic() + SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert monotonic() < end
            sleep(0.05)
        else:
            return


def _prepared(client: Any, url: str) -> tuple[VaultLogin, str]:  # noqa: ANN401 - hvac has no types
    client.sys.enable_secrets_engine("kv", path="edi", options={"version": "2"})
    policy = 'path "edi/data/partners/*" { capabilities = ["read"] }'
    client.sys.create_or_update_policy("edi", policy)
    client.sys.enable_auth_method("approle")
    client.auth.approle.create_or_update_approle("acktrail", token_policies=["edi"])
    role = client.auth.approle.read_role_id("acktrail")["data"]["role_id"]
    secret = client.auth.approle.generate_secret_id("acktrail")["data"]["secret_id"]
    write(client, CANARY)
    return VaultLogin(url, role, "env:SECRET_ID"), secret


def write(client: Any, password: str, path: str = "partners/acme") -> None:  # noqa: ANN401
    client.secrets.kv.v2.create_or_update_secret(
        path, secret={"password": password}, mount_point="edi"
    )


class Seconds:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def secrets(server: Server, seconds: Seconds, tmp_path: Path) -> SecretResolver:
    _, login, secret = server
    return SecretResolver(tmp_path, {"SECRET_ID": secret}, login, seconds)


def test_field_and_version_are_read_and_a_change_needs_no_restart(
    server: Server, secrets: SecretResolver, seconds: Seconds
) -> None:
    client, _, _ = server
    write(client, "first", "partners/fresh")
    reference = "vault:edi/partners/fresh#password"
    before = secrets.get(reference)
    write(client, "second", "partners/fresh")
    kept = secrets.get(reference)
    seconds.now += 61

    assert (before, kept, secrets.get(reference)) == ("first", "first", "second")
    assert secrets.get(f"{reference}@1") == "first"
    assert secrets.get(REFERENCE) == CANARY


@pytest.mark.parametrize(
    "reference",
    [
        "vault:edi/partners/no-such#password",
        "vault:edi/partners/acme#no-such",
        "vault:edi/others/acme#password",
        "vault:edi/partners/acme#password@99",
    ],
)
def test_what_is_not_there_or_not_for_us_is_refused(
    secrets: SecretResolver, reference: str
) -> None:
    with pytest.raises(SecretError) as caught:
        secrets.get(reference)
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_deleted_version_is_refused(server: Server, secrets: SecretResolver) -> None:
    client, _, _ = server
    write(client, "gone", "partners/deleted")
    client.secrets.kv.v2.delete_latest_version_of_secret("partners/deleted", mount_point="edi")

    with pytest.raises(SecretError):
        secrets.get("vault:edi/partners/deleted#password")


def test_wrong_secret_id_is_refused(server: Server, tmp_path: Path) -> None:
    _, login, _ = server

    with pytest.raises(SecretError) as caught:
        SecretResolver(tmp_path, {"SECRET_ID": WRONG}, login).get(REFERENCE)
    assert WRONG not in "".join(traceback.format_exception(caught.value))


def test_sealed_server_is_tried_again_later(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        server.client.sys.seal()

        with pytest.raises(UnavailableError):
            SecretResolver(tmp_path, {"SECRET_ID": server.secret}, server.login).get(REFERENCE)
