import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from acktrail.app.circuits import Circuits, Trouble, circuit_stream
from acktrail.app.home import Home
from acktrail.app.wiring import open_tools
from acktrail.odoo.breaker import CLOSED, Cause
from tests.unit.cli.conftest import Run

ODOO = '[odoo.main]\nurl = "http://127.0.0.1:1"\ndatabase = "none"\nkey = "file:odoo-main"\n'
NAME = "main/acme/account.move"


@pytest.fixture
def home(run: Run, tmp_path: Path) -> Path:
    """A home that names an Odoo which nobody asks, and one partner."""
    root = tmp_path / "home"
    assert run("init", str(root)).exit_code == 0
    assert run("partner", "new", "acme").exit_code == 0
    with (root / "acktrail.toml").open("a") as settings:
        settings.write(ODOO)
    return root


def listed(run: Run) -> Sequence[dict[str, object]]:
    result = run("lane", "list", "--json")
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def entries(home: Path, name: str = "main") -> list[tuple[str, str, object]]:
    tools = open_tools(Home(home))
    found = [
        (n.kind, n.actor, n.body["reason"]) for n in tools.ledger.entries(circuit_stream(name))
    ]
    faults = list(tools.ledger.verify())
    tools.close()
    assert faults == []
    return found


@pytest.mark.usefixtures("home")
def test_lane_that_sends_is_closed_and_has_no_reason(run: Run) -> None:
    [row] = listed(run)

    assert (row["name"], row["state"], row["reason"]) == ("main", "closed", "")
    assert (row["realtime"], row["batch"], row["oldest"]) == (0, 0, "")


def test_pause_and_resume_are_kept_with_who_and_why(run: Run, home: Path) -> None:
    paused = run("lane", "pause", "main", "--reason", "maintenance")
    [row] = listed(run)
    resumed = run("lane", "resume", "main", "--reason", "done")

    assert (paused.exit_code, paused.stdout) == (0, "paused\tmain\n")
    assert (row["state"], row["cause"], row["reason"]) == ("open", "person", "maintenance")
    assert (resumed.exit_code, resumed.stdout) == (0, "resumed\tmain\n")
    assert listed(run)[0]["state"] == "closed"
    kept = entries(home)
    assert [(kind, why) for kind, _, why in kept] == [
        ("paused", "maintenance"),
        ("resumed", "done"),
    ]
    assert all(who.startswith("user:") for _, who, _ in kept)


@pytest.mark.usefixtures("home")
def test_pause_until_a_time_of_day_ends_at_the_next_such_time(run: Run) -> None:
    soon = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=1)  # noqa: TID251 - the command's own clock

    result = run("lane", "pause", "main", "--until", f"{soon:%H:%M}", "--reason", "backup")

    assert result.exit_code == 0
    assert listed(run)[0]["until"] == (soon + timedelta(days=1)).isoformat(timespec="seconds")


@pytest.mark.usefixtures("home")
def test_pause_until_an_instant_that_is_over_is_wrong_usage(run: Run) -> None:
    result = run("lane", "pause", "main", "--until", "2001-01-01T06:00", "--reason", "late")

    assert result.exit_code == 2
    assert listed(run)[0]["state"] == "closed"


@pytest.mark.usefixtures("home")
def test_status_names_the_lane_that_does_not_send(run: Run) -> None:
    run("lane", "pause", NAME, "--reason", "asked by the partner")

    found = json.loads(run("status", "--json").stdout)["lanes that do not send"]

    assert list(found) == [NAME]
    assert found[NAME].startswith("open, person: asked by the partner")
    assert [row["name"] for row in listed(run)] == ["main", NAME]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("pause", "nowhere", "--reason", "x"), 4),
        (("pause", "main/nobody/account.move", "--reason", "x"), 4),
        (("pause", "main/acme", "--reason", "x"), 4),
        (("pause", "main", "--reason", " "), 5),
        (("pause", "main"), 2),
        (("resume", "main", "--reason", "x"), 6),
    ],
    ids=["no-odoo", "no-partner", "no-model", "no-reason", "no-option", "not-stopped"],
)
@pytest.mark.usefixtures("home")
def test_what_cannot_be_paused_or_resumed(run: Run, words: tuple[str, ...], code: int) -> None:
    result = run("lane", *words)

    assert result.exit_code == code
    assert listed(run)[0]["state"] == "closed"


def test_circuit_that_opened_by_itself_is_noted_once_and_resume_lets_it_be_tried(
    run: Run, home: Path
) -> None:
    tools = open_tools(Home(home))
    circuits = Circuits(tools.ledger, tools.clock, tools.actor)
    for _ in range(3):
        circuits.report("main", Trouble(Cause.REFUSED, "refused"))
    assert circuits.waits_until("main") is not None

    assert run("lane", "resume", "main", "--reason", "new key").exit_code == 0

    assert circuits.waits_until("main") is None
    assert circuits.probing("main")
    circuits.report("main", Trouble(Cause.REFUSED, "refused"))  # the probe: still refused
    assert circuits.waits_until("main") is not None
    run("lane", "resume", "main", "--reason", "again")
    circuits.waits_until("main")
    circuits.report("main", Trouble())
    assert circuits.state("main") == CLOSED
    tools.close()
    assert [kind for kind, _, _ in entries(home)] == ["stopped", "resumed", "resumed", "resumed"]


def test_answer_that_comes_in_after_a_pause_does_not_end_it(run: Run, home: Path) -> None:
    run("lane", "pause", "main", "--reason", "maintenance")
    tools = open_tools(Home(home))
    circuits = Circuits(tools.ledger, tools.clock, tools.actor)

    circuits.report("main", Trouble())
    circuits.report("main", Trouble(Cause.UNKNOWN, "unanswered"))

    assert circuits.state("main").cause is Cause.PERSON
    assert circuits.waits_until("main") is not None
    assert circuits.closed_until("main") is not None
    tools.close()
