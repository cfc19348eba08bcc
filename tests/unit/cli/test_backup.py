"""Backups of a home and what is made of them again; each way in which a copy can be wrong."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from acktrail.app.home import Home
from acktrail.app.wiring import open_tools
from acktrail.cli.main import cli

REASON = ("--reason", "drill")
Act = Callable[..., Result]


@pytest.fixture
def act(home: Path) -> Act:
    def act(*words: object) -> Result:
        return CliRunner().invoke(cli, ["--home", str(home), *map(str, words)])

    return act


@pytest.fixture
def backup(act: Act, tmp_path: Path) -> Path:
    """A whole backup; its keys are in ``tmp_path / "keys"``."""
    made = act("backup", tmp_path / "copies", "--keys", tmp_path / "keys", "--json")
    assert made.exit_code == 0, made.output
    return Path(json.loads(made.stdout)["backup"])


@pytest.fixture
def restore(act: Act, backup: Path, tmp_path: Path) -> Act:
    def restore(*words: object) -> Result:
        keys = ("--keys", tmp_path / "keys")
        return act("restore", backup, *keys, "--to", tmp_path / "again", *REASON, *words)

    return restore


def edit(path: Path, body: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(body)


def test_home_that_is_restored_has_every_exchange_every_byte_and_a_sound_ledger(
    restore: Act, home: Path, tmp_path: Path
) -> None:
    done = restore()

    assert done.exit_code == 0, done.output
    before, after = open_tools(Home(home)), open_tools(Home(tmp_path / "again"))
    rows = after.ledger.exchanges()
    assert rows == before.ledger.exchanges()
    assert rows
    for row in rows:
        assert after.store.get(row.raw) == before.store.get(row.raw)
    assert list(after.ledger.verify()) == []
    before.close()
    after.close()


def test_restore_is_an_entry_that_names_who_why_and_the_numbers_left_out(
    restore: Act, tmp_path: Path
) -> None:
    restore("--skip-numbers", "7")

    tools = open_tools(Home(tmp_path / "again"))
    (entry,) = tools.ledger.entries_of(["restored"])
    tools.close()
    assert entry.actor.startswith("user:")
    assert {"reason": "drill", "numbers": 7}.items() <= entry.body.items()


def test_control_numbers_go_on_behind_those_that_may_be_on_their_way(
    act: Act, home: Path, tmp_path: Path
) -> None:
    tools = open_tools(Home(home))
    with tools.ledger.begin() as tx:
        last = tx.next_number("isa:a:b", 3) + 2
    tools.close()
    keys = ("--keys", tmp_path / "keys")
    copy = Path(json.loads(act("backup", tmp_path / "copies", *keys, "--json").stdout)["backup"])

    act("restore", copy, *keys, "--to", tmp_path / "again", *REASON, "--skip-numbers", "1000")

    again = open_tools(Home(tmp_path / "again"))
    with again.ledger.begin() as tx:
        assert tx.next_number("isa:a:b", 1) == last + 1001
    again.close()


def test_second_backup_copies_only_what_is_new(
    act: Act, home: Path, backup: Path, tmp_path: Path
) -> None:
    backup.rename(backup.with_name("2000-01-01T000000Z"))  # as if it were older
    tools = open_tools(Home(home))
    tools.store.put(b"new content")
    tools.close()

    made = json.loads(act("backup", tmp_path / "copies", "--json").stdout)

    assert made["copied"] == 1
    assert made["files"] > 1
    assert act("backup", tmp_path / "copies", "--verify").exit_code == 0


def test_keys_and_secrets_are_only_in_the_folder_of_keys(
    backup: Path, home: Path, tmp_path: Path
) -> None:
    names = {path.name for path in backup.parent.rglob("*")}
    assert not names & {"naming.key", "ledger.key", "retention", "secrets"}
    key = tmp_path / "keys" / "var" / "keys" / "naming.key"
    assert key.read_bytes() == (home / "var" / "keys" / "naming.key").read_bytes()
    assert key.stat().st_mode & 0o077 == 0


DAMAGES: dict[str, Callable[[Path], None]] = {
    "ledger changed": lambda copy: edit(copy / "ledger", (copy / "ledger").read_bytes() + b"\0"),
    "ledger missing": lambda copy: (copy / "ledger").unlink(),
    "profile changed": lambda copy: edit(next((copy / "home/partners").rglob("1.toml")), b""),
    "profile added": lambda copy: edit_new(copy / "home/partners/other/1.toml"),
    "list cut": lambda copy: edit(copy / "blobs.tsv", b""),
    "content changed": lambda copy: edit(content(copy), b"other"),
    "content missing": lambda copy: content(copy).unlink(),
}


def content(copy: Path) -> Path:
    return next(path for path in (copy.parent / "blobs").rglob("*") if path.is_file())


def edit_new(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_backup_is_told_and_nothing_is_made_of_it(
    damage: str, act: Act, backup: Path, restore: Act, tmp_path: Path
) -> None:
    DAMAGES[damage](backup)

    assert act("backup", tmp_path / "copies", "--verify").exit_code == 8
    assert restore().exit_code == 8
    assert not (tmp_path / "again").exists()


def test_nothing_is_restored_over_a_home_without_its_keys_or_without_a_reason(
    act: Act, home: Path, backup: Path, tmp_path: Path
) -> None:
    keys, to = ("--keys", tmp_path / "keys"), ("--to", tmp_path / "again")

    assert act("restore", backup, *keys, "--to", home, *REASON).exit_code == 6
    assert act("restore", backup, "--keys", tmp_path / "none", *to, *REASON).exit_code == 4
    assert act("restore", backup, *keys, *to, "--reason", " ").exit_code == 5
    assert act("restore", backup.parent, *keys, *to, *REASON).exit_code == 4
    assert not (tmp_path / "again").exists()


def test_content_that_is_lost_is_told_instead_of_a_backup_without_it(
    act: Act, home: Path, tmp_path: Path
) -> None:
    next(path for path in (home / "var/store/blobs").rglob("*") if path.is_file()).unlink()

    assert act("backup", tmp_path / "copies").exit_code == 6
    assert act("backup", tmp_path / "copies", "--verify").exit_code == 4
