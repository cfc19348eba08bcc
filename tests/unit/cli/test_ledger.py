"""``acktrail ledger`` on a home that took in files: checkpoints, witnesses, anchors."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from acktrail.app.home import Home
from acktrail.app.wiring import open_tools
from acktrail.cli.main import cli
from acktrail.ledger.note import public_key, read, verified
from acktrail.security.signing import signature_holds
from tests.fakes.witness import witness

Look = Callable[..., Result]


@pytest.fixture
def act(home: Path) -> Look:
    def act(*arguments: str) -> Result:
        return CliRunner().invoke(cli, ["--home", str(home), "ledger", *arguments])

    return act


def witnesses(home: Path, *tables: str) -> None:
    file = home / "acktrail.toml"
    lines = (f"[[ledger.witness]]\n{table}" for table in tables)
    file.write_text(file.read_text() + "\n" + "\n".join(lines) + "\n")


def test_checkpoint_is_signed_by_the_printed_key(act: Look) -> None:
    made = act("checkpoint")
    key = public_key(act("key").stdout)

    one = verified(made.stdout, [key], signature_holds)

    assert made.exit_code == 0
    assert one.origin == key.name
    assert one.size == json.loads(act("verify", "--json").stdout)["entries"]


def test_checkpoint_twice_is_the_same(act: Look) -> None:
    assert act("checkpoint").stdout == act("checkpoint").stdout


def test_witness_folder_keeps_each_checkpoint_and_serves_as_anchors(
    act: Look, home: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "auditor"
    witnesses(home, f'name = "auditor"\nfolder = "{kept}"')

    made = act("checkpoint", "--json")
    checked = act("verify", "--anchors", str(kept), "--json")

    (file,) = kept.iterdir()
    assert read(file.read_text()).size == json.loads(made.stdout)["size"]
    assert json.loads(checked.stdout)["anchors"] == 1
    assert checked.exit_code == 0


def test_anchor_of_a_larger_ledger_is_an_integrity_failure(act: Look, home: Path) -> None:
    act("checkpoint")
    shutil.copy(home / "var/tiles/checkpoint", home / "anchor")
    (home / "var/ledger.db").unlink()
    shutil.rmtree(home / "var/tiles")

    checked = act("verify", "--anchors", str(home / "anchor"))

    assert checked.exit_code == 8
    assert "the rest is gone" in checked.stderr


def test_older_copy_of_the_database_is_refused(act: Look, home: Path) -> None:
    act("checkpoint")
    (home / "var/ledger.db").unlink()

    refused = act("checkpoint")

    assert refused.exit_code == 8
    assert "ledger.forked" in refused.stderr


def test_https_witness_signs_what_follows_c2sp_tlog_witness(act: Look, home: Path) -> None:
    key = public_key(act("key").stdout)
    with witness(key) as (url, seen):
        witnesses(home, f'name = "w"\nurl = "{url}"')
        made = act("checkpoint")
        again = act("checkpoint")

    assert (made.exit_code, again.exit_code) == (0, 0)
    assert [one.size for one in seen] == [read(made.stdout).size]


def test_https_witness_that_saw_more_means_an_older_copy_c2sp_tlog_witness(
    act: Look, home: Path
) -> None:
    key = public_key(act("key").stdout)
    with witness(key) as (url, seen):
        witnesses(home, f'name = "w"\nurl = "{url}"')
        act("checkpoint")
        seen.append(seen[-1]._replace(size=seen[-1].size + 100))
        grow(home)
        refused = act("checkpoint")

    assert refused.exit_code == 8
    assert "an older copy runs" in refused.stderr


def test_https_witness_that_saw_other_entries_means_another_history_c2sp_tlog_witness(
    act: Look, home: Path
) -> None:
    key = public_key(act("key").stdout)
    with witness(key) as (url, seen):
        witnesses(home, f'name = "w"\nurl = "{url}"')
        act("checkpoint")
        seen.append(seen[-1]._replace(root=bytes(32)))
        grow(home)
        refused = act("checkpoint")

    assert refused.exit_code == 8
    assert "the witness saw another history" in refused.stderr


def grow(home: Path) -> None:
    """Add an entry that has no place in the tree yet."""
    tools = open_tools(Home(home))
    with tools.ledger.begin() as tx:
        tx.append("admin:2026-03-01", "noted", {}, "user:auditor")
    tools.close()


def test_witness_that_is_away_is_exit_7_and_the_checkpoint_stays(act: Look, home: Path) -> None:
    witnesses(home, 'name = "w"\nurl = "http://127.0.0.1:9"')

    made = act("checkpoint")

    assert made.exit_code == 7
    assert "unavailable.witness" in made.stderr
    assert read(made.stdout).size > 0


def test_witness_that_does_not_know_us_is_setup(act: Look, home: Path, tmp_path: Path) -> None:
    other = public_key(
        CliRunner().invoke(cli, ["--home", str(fresh(tmp_path)), "ledger", "key"]).stdout
    )
    with witness(other) as (url, _):
        witnesses(home, f'name = "w"\nurl = "{url}"')
        made = act("checkpoint")

    assert made.exit_code == 7
    assert "setup.witness" in made.stderr


def fresh(tmp_path: Path) -> Path:
    CliRunner().invoke(cli, ["init", str(tmp_path / "other")])
    return tmp_path / "other"


@pytest.mark.parametrize("table", ["ledger_leaf", "ledger_entry"])
def test_file_editor_is_found(act: Look, home: Path, table: str) -> None:
    import sqlite3  # noqa: PLC0415 - as somebody who edits the file

    act("checkpoint")
    with sqlite3.connect(home / "var/ledger.db") as edited:
        edited.execute(f"DROP TRIGGER {table}_no_delete")
        edited.execute(f"DELETE FROM {table} WHERE n = 1")  # noqa: S608
        statement = "BEGIN SELECT RAISE(ABORT, 'no'); END"
        edited.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {statement}")
    edited.close()

    assert act("verify").exit_code == 8


CLEAN = "orders-0120.edi"


def test_one_exchange_is_proved_with_its_bytes(act: Look) -> None:
    act("checkpoint")

    done = act("verify", CLEAN, "--payload")

    assert done.exit_code == 0
    assert "bytes sha256" in done.stdout


def test_bytes_that_are_not_those_that_came_are_found(act: Look, home: Path) -> None:
    act("checkpoint")
    for path in (home / "var/store/blobs").rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            path.write_bytes(path.read_bytes()[:-1] + b"~")

    done = act("verify", CLEAN, "--payload", "--json")

    assert done.exit_code == 8
    assert json.loads(done.stdout)["ok"] is False
    assert "bytes are not those that came" in done.stderr
    assert act("verify", CLEAN).exit_code == 0  # the chain and the tree know nothing of bytes


def test_exchange_that_is_not_there_is_exit_4(act: Look) -> None:
    act("checkpoint")

    assert act("verify", "no-such-file").exit_code == 4
