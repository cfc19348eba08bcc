"""`partner check`, `keys` and `card` against a real sshd and keys that the real gpg made."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import tomlkit
from click.testing import CliRunner

from acktrail.app.home import Home, make_home
from acktrail.cli.main import cli
from tests.conftest import ROOT
from tests.service.gpg.workshop import Workshop, gpg_workshop
from tests.service.sshd import Sshd, running_sshd

PARTNER = "payer-northwind"
OTHER = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKJzgXGMCJ1fLNHWTw1c2tY9CYB9jyzA0fgmYFsWX1mD"
Rows = dict[tuple[str, str], tuple[str, str]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running_sshd(tmp_path_factory.mktemp("sshd")) as server:
        for place in ("outgoing", "incoming"):
            (server.home / place).mkdir()
        yield server


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    with gpg_workshop() as workshop:
        yield workshop


@pytest.fixture
def home(tmp_path: Path, server: Sshd, workshop: Workshop) -> Path:
    """A home whose one partner is the server, and whose keys are those of the workshop."""
    root = tmp_path / "home"
    made = make_home(root)
    table = tomlkit.parse((ROOT / "partners" / PARTNER / "1.toml").read_text())
    for name, place in (("inbound", "outgoing"), ("outbound", "incoming")):
        endpoint = table[name]
        endpoint["host"], endpoint["port"] = "127.0.0.1", server.port
        endpoint["folder"] = str(server.home / place)
        endpoint["login"]["user"] = server.user
        endpoint["host_key"]["current"] = server.host_key()
    step = table["flow"][0]["envelope"][0]
    step["signers"], step["keys"] = [workshop.fingerprints["payer"]], ["keys/payer.asc"]
    folder = root / "partners" / PARTNER
    (folder / "keys").mkdir(parents=True)
    (folder / "1.toml").write_text(tomlkit.dumps(table))
    (folder / "keys" / "payer.asc").write_bytes(workshop.public("payer"))
    secret(made, "northwind-sftp", (server.folder / "login").read_bytes())
    secret(made, "openpgp-ours.asc", workshop.secret("ours"))
    return root


def secret(home: Home, name: str, body: bytes) -> None:
    path = home.root / "secrets" / name
    path.touch(0o600)
    path.write_bytes(body)


def check(home: Path, *words: str) -> tuple[int, Rows]:
    call = ["--home", str(home), "partner", "check", PARTNER, "--json", *words]
    result = CliRunner().invoke(cli, call)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    return result.exit_code, {(r["where"], r["what"]): (r["state"], r["hint"]) for r in rows}


def test_everything_is_looked_at_and_nothing_is_written(home: Path, server: Sshd) -> None:
    code, rows = check(home)

    assert code == 0, rows
    looked = ["dns", "tcp", "host key", "algorithms", "login", "list"]
    assert [what for where, what in rows if where == "inbound"] == [*looked, "write"]
    assert {rows["outbound", what][0] for what in looked} == {"ok"}
    assert rows["inbound", "write"] == ("skipped", "only with --write")
    assert rows["openpgp", "round trip remittances"][0] == "ok"
    assert rows["odoo", "server"][0] == "journal"
    assert list((server.home / "incoming").iterdir()) == []


def test_write_probe_leaves_nothing_and_tells_the_clock(home: Path, server: Sshd) -> None:
    code, rows = check(home, "--write")

    assert code == 0, rows
    assert rows["inbound", "write"] == rows["outbound", "write"] == ("ok", "")
    assert rows["outbound", "clock"][0] == "ok"
    assert [*(server.home / "incoming").iterdir(), *(server.home / "outgoing").iterdir()] == []


def test_host_key_that_is_not_pinned_ends_the_way_before_the_login(home: Path) -> None:
    path = home / "partners" / PARTNER / "1.toml"
    table = tomlkit.parse(path.read_text())
    table["inbound"]["host_key"]["current"] = OTHER
    path.write_text(tomlkit.dumps(table))

    code, rows = check(home)

    assert code == 3
    assert rows["inbound", "host key"][0] == "failed"
    assert ("inbound", "login") not in rows


class Fault(NamedTuple):
    """What is changed in the outbound endpoint, and what `check` says then."""

    key: str
    becomes: object
    what: str
    state: str
    code: int


@pytest.mark.parametrize(
    "fault",
    [
        Fault("host", "sftp.nowhere.invalid", "dns", "down", 7),
        Fault("port", 1, "tcp", "down", 7),
        Fault("login", {"user": "nobody-else", "key": "file:northwind-sftp"}, "login", "failed", 3),
        Fault("folder", "not-there", "list", "down", 7),
    ],
    ids=lambda fault: fault.what,
)
def test_step_that_fails_is_named(home: Path, fault: Fault) -> None:
    path = home / "partners" / PARTNER / "1.toml"
    table = tomlkit.parse(path.read_text())
    table["outbound"][fault.key] = fault.becomes
    path.write_text(tomlkit.dumps(table))

    code, rows = check(home)

    assert code == fault.code, rows
    assert rows["outbound", fault.what][0] == fault.state


def test_key_of_ours_that_is_not_there_fails_its_round_trip(home: Path) -> None:
    (home / "secrets" / "openpgp-ours.asc").unlink()

    code, rows = check(home)

    assert code == 3
    assert rows["openpgp", "round trip remittances"][0] == "failed"


def test_keys_of_both_sides_are_listed(home: Path, workshop: Workshop) -> None:
    result = CliRunner().invoke(cli, ["--home", str(home), "partner", "keys", "--json"])

    rows = [json.loads(line) for line in result.stdout.splitlines()]
    found = {(row["whose"], row["kind"]): row for row in rows}
    assert result.exit_code == 0, result.output
    assert set(found) == {
        *(("theirs", "host"), ("ours", "login")),
        *(("ours", "openpgp"), ("theirs", "openpgp")),
    }
    assert found["ours", "openpgp"]["fingerprint"] == workshop.fingerprints["ours"]
    assert found["theirs", "openpgp"]["fingerprint"] == workshop.fingerprints["payer"]


def test_key_that_ends_soon_is_told(home: Path, workshop: Workshop) -> None:
    folder = home / "partners" / PARTNER / "keys"
    (folder / "payer.asc").write_bytes(workshop.public("shortlived"))

    result = CliRunner().invoke(cli, ["--home", str(home), "partner", "keys", PARTNER])

    assert result.exit_code == 3
    assert "\texpired" in result.stdout


def test_our_public_keys_are_a_text_to_send(home: Path, server: Sshd) -> None:
    result = CliRunner().invoke(cli, ["--home", str(home), "partner", "keys", PARTNER, "--public"])

    line = (server.folder / "login.pub").read_text().split()
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{line[0]} {line[1]}\n")
    assert "BEGIN PGP PUBLIC KEY BLOCK" in result.stdout
    assert "PRIVATE" not in result.stdout


def test_card_says_what_was_agreed_and_no_secret(home: Path, workshop: Workshop) -> None:
    result = CliRunner().invoke(cli, ["--home", str(home), "partner", "card", PARTNER])

    page = result.stdout
    assert result.exit_code == 0, result.output
    assert page.startswith("<!doctype html>")
    for said in ("Northwind Health Plan", "ZZ:NORTHWIND", "*.edi.pgp", "835:005010X221A1"):
        assert said in page
    assert workshop.fingerprints["ours"] in page
    assert "PRIVATE" not in page
    assert "<script" not in page
    assert "file:northwind-sftp" not in page
