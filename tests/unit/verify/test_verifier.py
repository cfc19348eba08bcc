"""The offline verifier, run as an auditor runs it: alone, on tiles and on packs."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result

from acktrail.cli.main import cli
from acktrail_verify.__main__ import main
from tests.conftest import ROOT
from tests.unit.cli.conftest import home as home  # noqa: PLC0414 - the fixture
from tests.unit.cli.conftest import worked as worked  # noqa: PLC0414 - the fixture

PARTNER = "supplier-eurobandage"
PERIOD = ("--partner", PARTNER, "--from", "2020-01-01", "--to", "2040-01-01", "--reason", "audit")
Act = Callable[..., Result]


@pytest.fixture
def act(home: Path) -> Act:
    def act(*arguments: str) -> Result:
        return CliRunner().invoke(cli, ["--home", str(home), "ledger", *arguments])

    return act


@pytest.fixture
def key(act: Act, tmp_path: Path) -> Path:
    file = tmp_path / "key"
    file.write_text(act("key").stdout)
    return file


@pytest.fixture
def packed(act: Act, tmp_path: Path) -> Path:
    out = tmp_path / "pack.zip"
    made = act("pack", *PERIOD, "--out", str(out))
    assert made.exit_code == 0, made.stderr
    return out


def test_sound_ledger_verifies_from_its_tiles_and_its_database(
    act: Act, home: Path, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    act("checkpoint")
    anchor = shutil.copy(home / "var/tiles/checkpoint", home / "anchor")

    code = main(
        [
            *(str(home / "var/tiles"), "--key", str(key), "--anchors", str(anchor)),
            *("--database", str(home / "var/ledger.db")),
        ]
    )

    assert code == 0
    assert capsys.readouterr().out == "verified: 0 faults\n"


def test_without_an_anchor_it_says_what_that_means(
    act: Act, home: Path, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    act("checkpoint")

    assert main([str(home / "var/tiles"), "--key", str(key)]) == 0
    assert "with itself and its own signature" in capsys.readouterr().out


def test_pack_verifies_on_a_machine_without_acktrail(
    packed: Path, key: Path, home: Path, tmp_path: Path
) -> None:
    place = tmp_path / "auditor"
    with ZipFile(packed) as archive:
        archive.extractall(place)
    anchor = home / "var/tiles/checkpoint"
    words = ["verify", str(packed), "--key", str(key), "--anchors", str(anchor)]

    done = subprocess.run(
        [sys.executable, "-I", "-S", *words], cwd=place, capture_output=True, check=False
    )

    assert done.stdout == b"verified: 0 faults\n", done.stderr
    assert done.returncode == 0


def test_pack_at_the_same_checkpoint_is_the_same(act: Act, packed: Path, tmp_path: Path) -> None:
    with ZipFile(packed) as archive:
        size = archive.read("checkpoint").decode().split("\n")[1]
    again = tmp_path / "again.zip"

    act("pack", *PERIOD, "--out", str(again), "--at", size)

    assert again.read_bytes() == packed.read_bytes()


def test_pack_is_an_entry_with_actor_and_reason(act: Act, packed: Path) -> None:
    day = next(
        line.split("\t") for line in act("show", "access:" + _today(act)).stdout.splitlines()
    )

    assert day[2] == "exported"
    assert "reason=audit" in day[5]
    assert packed.exists()


def _today(act: Act) -> str:
    from datetime import UTC, datetime  # noqa: PLC0415

    del act
    return f"{datetime.now(UTC):%Y-%m-%d}"  # noqa: TID251 - the command took the real clock


def test_pack_holds_no_payload_unless_asked(act: Act, packed: Path, tmp_path: Path) -> None:
    full = tmp_path / "full.zip"
    act("pack", *PERIOD, "--out", str(full), "--payloads")

    with ZipFile(packed) as plain, ZipFile(full) as whole:
        assert not [one for one in plain.namelist() if one.startswith("payloads/")]
        assert [one for one in whole.namelist() if one.startswith("payloads/")]
        assert [one for one in plain.namelist() if one.startswith("acknowledgements/")]


def test_period_without_exchanges_is_exit_4(act: Act, tmp_path: Path) -> None:
    words = ("--partner", PARTNER, "--from", "2020-01-01", "--to", "2020-01-02", "--reason", "x")

    assert act("pack", *words, "--out", str(tmp_path / "p.zip")).exit_code == 4
    assert list(tmp_path.glob("*.part")) == []


def changed(packed: Path, name: str, change: Callable[[bytes], bytes], target: Path) -> Path:
    with ZipFile(packed) as old, ZipFile(target, "w") as new:
        for one in old.namelist():
            body = old.read(one)
            new.writestr(one, change(body) if one == name else body)
    return target


CHANGES = {
    "entries.jsonl": lambda body: body.replace(b'"leaf": 0', b'"leaf": 1'),
    "exchanges.csv": lambda body: body + b"x",
    "checkpoint": lambda body: body.replace(b"\n", b"1\n", 2),
    "consistency.jsonl": lambda body: body + b"\n{}",
}


@pytest.mark.parametrize("name", CHANGES)
def test_changed_pack_is_broken(packed: Path, key: Path, tmp_path: Path, name: str) -> None:
    forged = changed(packed, name, CHANGES[name], tmp_path / "forged.zip")

    assert main([str(forged), "--key", str(key)]) == 8


def test_pack_signed_by_another_key_is_broken(packed: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    CliRunner().invoke(cli, ["init", str(other)])
    key = tmp_path / "otherkey"
    key.write_text(CliRunner().invoke(cli, ["--home", str(other), "ledger", "key"]).stdout)

    assert main([str(packed), "--key", str(key)]) == 8


def test_entries_left_out_of_a_pack_show(packed: Path, key: Path, tmp_path: Path) -> None:
    def shorter(body: bytes) -> bytes:
        lines = body.splitlines(keepends=True)
        return b"".join(lines[:-2] + lines[-1:])

    def agreed(body: bytes) -> bytes:  # the forger mends the manifest too
        from hashlib import sha256  # noqa: PLC0415

        facts = json.loads(body)
        with ZipFile(packed) as archive:
            facts["files"]["entries.jsonl"] = sha256(
                shorter(archive.read("entries.jsonl"))
            ).hexdigest()
        return json.dumps(facts).encode()

    first = changed(packed, "entries.jsonl", shorter, tmp_path / "one.zip")
    forged = changed(first, "manifest.json", agreed, tmp_path / "two.zip")

    assert main([str(forged), "--key", str(key)]) == 8


def test_verifier_imports_nothing_but_the_standard_library() -> None:
    """It must not share the writer's mistakes, and must run anywhere."""
    import ast  # noqa: PLC0415

    modules = sorted((ROOT / "src/acktrail_verify").glob("*.py"))
    imported: set[str] = set()
    for path in modules:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])

    assert len(modules) > 4
    assert imported - sys.stdlib_module_names == {"acktrail_verify"}
