"""What machines ask of a running home: alive, ready, numbers; and the rules that watch them."""

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from acktrail.app.circuits import Circuits
from acktrail.app.circuits import Order as Stop
from acktrail.app.measures import measures
from acktrail.app.tokens import Order, Tokens
from acktrail.app.trial import Trial
from acktrail.cli.main import cli
from acktrail.errors import UnavailableError
from acktrail.store.local import LocalStore
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
NAME = re.compile(r"\backtrail_[a-z_]+\b")
Scrape = Callable[..., dict[str, dict[tuple[str, ...], float]]]


@pytest.fixture
def scrape(trial: Trial, stranger: TestClient) -> Scrape:
    """Return what scrapes as Prometheus does, read by its own parser."""
    until = trial.clock.now() + timedelta(days=1)
    order = Order("user:viewer", "scraper", frozenset({"read"}), until)
    header = {"authorization": f"Bearer {Tokens(trial.wired.tools).issue(order)}"}

    def scrape() -> dict[str, dict[tuple[str, ...], float]]:
        answer = stranger.get("/metrics", headers=header)
        assert answer.status_code == 200
        return {
            family.name: {
                tuple(one.labels[name] for name in sorted(one.labels)): one.value
                for one in family.samples
            }
            for family in text_string_to_metric_families(answer.text)
        }

    return scrape


def test_numbers_are_those_of_the_ledger(trial: Trial, scrape: Scrape) -> None:
    found = scrape()

    rows = trial.wired.tools.ledger.exchanges()
    expected = Counter((one.direction, one.partner, one.status) for one in rows)
    assert len(rows) == 3
    assert found["acktrail_exchanges"] == expected
    entries, _ = trial.wired.tools.ledger.size()
    signed = found["acktrail_ledger_checkpoint_entries"][()]
    assert signed + found["acktrail_ledger_waiting_entries"][()] == entries
    assert found["acktrail_disk_free_bytes"][()] > 0


def test_every_measure_is_there_also_when_it_has_nothing_to_say(
    trial: Trial, scrape: Scrape
) -> None:
    assert set(scrape()) == {one.name for one in measures(trial.wired.tools)}


def test_lane_that_a_person_paused_shows_as_open_and_leaves_the_service_ready(
    trial: Trial, scrape: Scrape, stranger: TestClient
) -> None:
    tools = trial.wired.tools
    Circuits(tools.ledger, tools.clock, tools.actor).pause(Stop("main", "user:ann", "maintenance"))

    assert scrape()["acktrail_breaker_state"]["main",] == 2
    ready = stranger.get("/readyz")
    assert (ready.status_code, ready.json()["state"]) == (200, "degraded")


def test_numbers_need_a_token_that_may_read(trial: Trial, stranger: TestClient) -> None:
    until = trial.clock.now() + timedelta(days=1)
    order = Order("user:operator", "other", frozenset({"lane.pause"}), until)
    other = Tokens(trial.wired.tools).issue(order)

    assert stranger.get("/metrics").status_code == 401
    headers = {"authorization": f"Bearer {other}"}
    assert stranger.get("/metrics", headers=headers).status_code == 403
    headers = {"authorization": "Bearer nonsense"}
    assert stranger.get("/metrics", headers=headers).status_code == 403


def test_home_that_can_take_a_file_is_ready(stranger: TestClient) -> None:
    assert stranger.get("/livez").text == stranger.get("/healthz").text == "ok"
    ready = stranger.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"state": "ready", "checks": {"database": "ready", "store": "ready"}}


def test_store_that_takes_no_file_makes_the_home_unready(
    stranger: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: LocalStore) -> None:
        msg = "the disk of the store is full"
        raise UnavailableError(msg, code="unavailable.store_full")

    monkeypatch.setattr(LocalStore, "check_writable", full)

    ready = stranger.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["checks"]["store"] == "unavailable.store_full"
    assert stranger.get("/livez").status_code == 200


def test_rules_and_dashboard_ask_only_for_numbers_that_are_served(trial: Trial) -> None:
    served = {one.name for one in measures(trial.wired.tools)}

    for name in ("prometheus/rules.yml", "grafana/acktrail.json"):
        asked = set(NAME.findall((DEPLOY / name).read_text()))
        assert asked
        assert asked <= served, name


def test_rules_are_right_for_promtool() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    rules = DEPLOY / "prometheus"
    for act, file in (("check", "rules.yml"), ("test", "tests.yml")):
        call = [promtool, act, "rules", str(rules / file)]
        done = subprocess.run(call, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_each_alarm_has_a_page_that_says_what_to_do() -> None:
    rules = (DEPLOY / "prometheus/rules.yml").read_text()
    pages = re.findall("runbook: (docs/runbooks/[a-z-]+.md)", rules)

    assert len(pages) == rules.count("- alert:") > 0
    for page in pages:
        assert (ROOT / page).is_file(), page


COMMAND = re.compile(r"`(acktrail [^`]+)`")


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs/runbooks").glob("*.md")), ids=lambda p: p.stem
)
def test_commands_of_a_runbook_are_there(page: Path) -> None:
    lines = [one for one in page.read_text().splitlines() if one.startswith("       acktrail")]
    commands = [*COMMAND.findall(page.read_text()), *map(str.strip, lines)]

    assert commands
    for command in commands:
        words = [one for one in command.split()[1:] if re.fullmatch("[a-z]+", one)][:2]
        there: click.Command = cli
        with click.Context(cli) as context:
            for word in words:
                if isinstance(there, click.Group):
                    found = there.get_command(context, word)
                    assert found is not None, command
                    there = found
        known = {name for one in there.params for name in one.opts}
        assert set(re.findall("--[a-z-]+", command)) <= known | {"--home"}, command


def test_dashboard_is_json_whose_panels_have_a_title_and_a_question() -> None:
    board = json.loads((DEPLOY / "grafana/acktrail.json").read_text())

    assert board["title"] == "acktrail"
    for panel in board["panels"]:
        assert panel["title"]
        assert panel["targets"][0]["expr"]
