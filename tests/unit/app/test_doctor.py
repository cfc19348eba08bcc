"""`acktrail doctor` names what is wrong with a home, and mends nothing."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from acktrail.app.cases import SECRETS, cases
from acktrail.app.doctor import free_space, synchronised
from acktrail.app.trial import open_trial
from acktrail.cli.main import cli
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that took in a file and signed its ledger."""
    root = tmp_path_factory.mktemp("doctor") / "home"
    trial = open_trial(root, ROOT / "partners", SECRETS)
    case = next(one for one in cases() if one.name == "edifact-orders-clean")
    trial.drop(case.partner, *case.files[0])
    trial.close()
    (root / "var/keys/naming.key").chmod(0o400)
    for path in (root / "secrets").iterdir():
        path.chmod(0o600)
    assert CliRunner().invoke(cli, ["--home", str(root), "ledger", "checkpoint"]).exit_code == 0
    return root


@pytest.fixture
def home(healthy: Path, tmp_path: Path) -> Path:
    shutil.copytree(healthy, tmp_path / "home")
    return tmp_path / "home"


def doctor(home: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(home), "doctor", "--offline", *words])


def lines(result: Result) -> list[str]:
    return [line for line in result.stdout.splitlines() if "\tfailed\t" in line or "broken" in line]


def test_healthy_home_has_only_advice_and_keys_that_ended(home: Path) -> None:
    result = doctor(home, "--all")

    assert {line.split("\t")[0] for line in lines(result)} <= {"keys"}, result.stdout
    for area in ("profiles\tall\tok", "rights\tall\tok", "ledger\tall\tok"):
        assert area in result.stdout
    assert "payer-northwind theirs openpgp" in result.stdout
    assert result.exit_code == 3  # of a sample partner the key of 2024 has ended


def secret_in_settings(home: Path) -> None:
    with (home / "acktrail.toml").open("a") as file:
        file.write("# postgresql://edi:hunter2@db/edi\n")


def profile_with_errors(home: Path) -> None:
    path = home / "partners/supplier-csvmart/1.toml"
    path.write_text(path.read_text().replace('layout  = "', 'layout  = "no-such-'))


def open_secret(home: Path) -> None:
    next((home / "secrets").iterdir()).chmod(0o644)


def open_folder(home: Path) -> None:
    (home / "var/keys").chmod(0o755)


def lost_key(home: Path) -> None:
    (home / "secrets/openpgp-ours.asc").unlink()


def foreign_entry(home: Path) -> None:
    database = sqlite3.connect(home / "var/ledger.db")
    kept = list(database.execute("select name, sql from sqlite_master where type = 'trigger'"))
    for name, _ in kept:
        database.execute(f"drop trigger {name}")
    changed = [
        (data.replace(b"received", b"rcceived"), stream, n)
        for data, stream, n in database.execute("select data, stream, n from ledger_entry")
    ]
    database.executemany("update ledger_entry set data = ? where stream = ? and n = ?", changed)
    for _, text in kept:
        database.execute(text)
    database.commit()
    database.close()


def changed_bytes(home: Path) -> None:
    for path in (home / "var/store/blobs").rglob("*.sealed"):
        path.chmod(0o600)
        body = path.read_bytes()
        path.write_bytes(body[:-1] + bytes([body[-1] ^ 1]))


def changed_checkpoint(home: Path) -> None:
    shutil.rmtree(home / "var/tiles")


@pytest.mark.parametrize(
    ("harm", "area", "code"),
    [
        (secret_in_settings, "settings", 3),
        (profile_with_errors, "profiles", 3),
        (open_secret, "rights", 3),
        (open_folder, "rights", 3),
        (lost_key, "keys", 3),
        (foreign_entry, "ledger", 8),
        (changed_bytes, "ledger", 8),
        (changed_checkpoint, "ledger", 8),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_harm_is_named_in_its_area(
    home: Path, harm: Callable[[Path], None], area: str, code: int
) -> None:
    harm(home)

    result = doctor(home)

    assert result.exit_code == code, result.output
    assert [line for line in lines(result) if line.startswith(f"{area}\t")], result.output
    assert "hunter2" not in result.output


@pytest.mark.parametrize(
    ("free", "total", "state"),
    [(50, 100, "ok"), (15, 100, "warning"), (9, 100, "failed"), (0, 0, "failed")],
)
def test_disk_is_told_before_it_is_full(free: int, total: int, state: str) -> None:
    assert free_space("var", free, total).state == state


def test_clock_of_the_kernel_can_be_asked() -> None:
    assert synchronised() in (True, False)
