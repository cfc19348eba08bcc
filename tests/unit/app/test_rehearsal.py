"""Kept files under another version: same, better, worse; nothing is written, nothing is shown."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from acktrail.app.home import Home
from acktrail.app.rehearsal import rehearse
from acktrail.app.wiring import open_tools
from acktrail.cli.main import cli
from tests.unit.cli.conftest import home as home  # noqa: PLC0414 - the fixture
from tests.unit.cli.conftest import worked as worked  # noqa: PLC0414 - the fixture

MED = "supplier-eurobandage"
Act = Callable[..., Result]


@pytest.fixture
def act(home: Path) -> Act:
    def act(*words: str) -> Result:
        return CliRunner().invoke(cli, ["--home", str(home), "partner", *words])

    return act


def write(home: Path, number: int, *changes: tuple[str, str]) -> None:
    folder = home / "partners" / MED
    text = (folder / "1.toml").read_text("utf-8")
    for old, new in (("version = 1", f"version = {number}"), *changes):
        assert old in text, old
        text = text.replace(old, new, 1)
    (folder / f"{number}.toml").write_text(text, "utf-8")


def judgements(home: Path, version: int) -> dict[str, str]:
    tools = open_tools(Home(home))
    found = rehearse(tools, None, tools.home.profile(MED, version), 10)
    result = {tools.ledger.exchange(one.exchange).name: one.judgement for one in found}
    tools.close()
    return result


def test_unchanged_rules_leave_every_file_the_same(home: Path, act: Act) -> None:
    write(home, 2)

    assert set(judgements(home, 2).values()) == {"same"}
    assert act("try", f"{MED}@2").exit_code == 0
    assert act("diff", f"{MED}@1", f"{MED}@2", "--replay", "9").exit_code == 0


def test_version_that_refuses_its_sender_makes_files_worse(home: Path, act: Act) -> None:
    write(home, 2, ("senders", 'senders   = ["NOBODY:14"]\n#'))

    tried = act("try", f"{MED}@2")

    assert tried.exit_code == 3
    assert "held - -> setup.identity.sender" in tried.stdout
    assert "worse" in tried.stderr


def test_version_that_knows_a_stranger_makes_its_file_better(home: Path) -> None:
    write(home, 2, ("senders", "senders   = []\n#"))

    assert "better" in judgements(home, 2).values()
    assert "worse" not in judgements(home, 2).values()


def test_version_without_a_flow_for_a_file_is_worse(home: Path) -> None:
    write(home, 2, ('include = ["', 'include = ["never-'))

    assert "worse" in judgements(home, 2).values()


def test_nothing_is_written(home: Path, act: Act) -> None:
    write(home, 2)
    tools = open_tools(Home(home))
    before = tools.ledger.size()
    tools.close()

    act("try", f"{MED}@2", "--last", "5")

    tools = open_tools(Home(home))
    assert tools.ledger.size() == before
    tools.close()


def test_difference_names_the_keys(home: Path, act: Act) -> None:
    write(home, 2, ("senders", 'senders   = ["4000001000099:14"]\n#'))

    shown = act("diff", f"{MED}@1", f"{MED}@2")

    assert shown.exit_code == 0
    assert "identity.senders\t" in shown.stdout
    assert "4000001000099:14" in shown.stdout
