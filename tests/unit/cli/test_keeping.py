"""`acktrail store` and `acktrail retention`: what they print, refuse and leave."""

import json
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from acktrail.app.cases import SECRETS, cases
from acktrail.app.home import Home
from acktrail.app.retention import Order, Retention
from acktrail.app.trial import FrozenClock, open_trial
from acktrail.app.wiring import open_tools
from acktrail.cli.main import cli
from tests.conftest import ROOT

NEVER = "file:no-such"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that took in one file in the year 2018: its retention has ended."""
    root = tmp_path_factory.mktemp("keeping") / "home"
    trial = open_trial(root, ROOT / "partners", SECRETS)
    trial.clock.at -= timedelta(days=8 * 366)
    case = next(one for one in cases() if one.name == "edifact-orders-clean")
    trial.drop(case.partner, *case.files[0])
    trial.close()
    return root


@pytest.fixture
def home(kept: Path, tmp_path: Path) -> Path:
    shutil.copytree(kept, tmp_path / "home")
    return tmp_path / "home"


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(home), *words])


def rows(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_what_is_due_is_counted_by_kind(home: Path) -> None:
    due = run(home, "retention", "due", "--json")
    before = run(home, "retention", "due", "--json", "--before", "2020-01-01")

    assert {row["kind"] for row in rows(due)} == {"original", "answer", "derived"}
    assert rows(before) == []


def test_who_asked_for_a_disposal_does_not_approve_it(home: Path) -> None:
    asked = run(home, "retention", "request", "--reason", "six years are over", "--json")
    (request,) = rows(asked)
    approved = run(home, "retention", "approve", str(request["place"]), "--reason", "seen")

    assert approved.exit_code == 5
    assert run(home, "retention", "approve", "2026-01-01/7", "--reason", "x").exit_code == 4
    assert rows(run(home, "retention", "due", "--json")) != []


def test_disposal_that_another_person_asked_for_is_carried_out_and_finished(home: Path) -> None:
    tools = open_tools(Home(home))
    retention = Retention(tools.ledger, tools.store, tools.vault, tools.clock)
    asked = retention.request(Order("user:somebody-else", "six years are over"))
    (row,) = tools.ledger.exchanges()
    tools.close()

    done = run(home, "retention", "approve", asked.place, "--reason", "seen", "--json")
    finished = run(home, "retention", "finish", "--reason", "monthly", "--json")

    assert rows(done) == [{"request": asked.place, "files": asked.files, "bytes": asked.bytes}]
    assert rows(finished)[0]["keys"] == 1
    shown = run(home, "exchange", "show", row.id, "--payload", "--reason", "gone?")
    assert shown.exit_code == 4
    assert shown.stderr.startswith("store.disposed: ")
    kinds = [one["kind"] for one in rows(run(home, "retention", "log", "--json"))]
    assert kinds[:2] == ["disposal_requested", "disposal_approved"]
    assert "disposed" in kinds


def test_hold_stops_a_disposal_until_it_ends_and_ends_once(home: Path) -> None:
    tools = open_tools(Home(home))
    (row,) = tools.ledger.exchanges()
    tools.close()

    (held,) = rows(run(home, "retention", "hold", row.id, "--reason", "lawsuit", "--json"))

    assert rows(run(home, "retention", "due", "--json")) == []
    assert run(home, "retention", "request", "--reason", "x").exit_code == 4
    (shown,) = rows(run(home, "retention", "holds", "--json"))
    assert (shown["hold"], shown["subject"]) == (held["hold"], row.id)
    assert run(home, "retention", "unhold", str(held["hold"]), "--reason", "settled").exit_code == 0
    assert run(home, "retention", "unhold", str(held["hold"]), "--reason", "again").exit_code == 6
    assert rows(run(home, "retention", "due", "--json")) != []


@pytest.mark.parametrize("words", [("request",), ("finish",), ("hold", "ex_1")])
def test_every_act_wants_a_reason(home: Path, words: tuple[str, ...]) -> None:
    assert run(home, "retention", *words).exit_code == 2
    assert run(home, "retention", *words, "--reason", " ").exit_code == 5


def test_files_are_sealed_once_and_only_where_the_settings_say_so(home: Path) -> None:
    settings = home / "acktrail.toml"
    text = settings.read_text()
    settings.write_text(text.replace("store.encrypt = true", "store.encrypt = false"))
    refused = run(home, "store", "seal")
    trial_file(home)
    settings.write_text(text)

    first, second = (run(home, "store", "seal", "--json") for _ in range(2))

    assert refused.exit_code == 3
    assert rows(first)[0]["sealed"] != 0
    assert rows(first)[0]["damaged"] == 0
    assert rows(second) == [{"sealed": 0, "damaged": 0}]


def trial_file(home: Path) -> None:
    """Keep a file plain, as homes of before did."""
    tools = open_tools(Home(home), FrozenClock())
    tools.store.put(os.urandom(16))
    tools.close()


def test_keys_are_rotated_and_everything_opens_after_it(home: Path) -> None:
    tools = open_tools(Home(home))
    (row,) = tools.ledger.exchanges()
    tools.close()

    moved = rows(run(home, "store", "rotate", "--json"))

    assert moved
    assert all(one["old"] != one["new"] for one in moved)
    shown = run(home, "exchange", "show", row.id, "--payload", "--reason", "still there?")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("UN")
