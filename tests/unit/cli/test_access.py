"""``acktrail user``, ``roles`` and ``audit`` as people type them."""

import csv
import io
import json
import os
import pwd
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from acktrail.cli.actor import actor
from acktrail.cli.main import cli
from tests.conftest import SAMPLES
from tests.unit.cli.conftest import Run

ME = actor().removeprefix("user:")
WHY = ("--reason", "because")


@pytest.fixture
def home(run: Run, tmp_path: Path) -> Path:
    root = tmp_path / "home"
    assert run("init", str(root)).exit_code == 0
    return root


def test_person_is_the_one_the_kernel_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "somebody-else")
    monkeypatch.setenv("USER", "somebody-else")

    assert re.sub(r"[^A-Za-z0-9._@-]", "_", pwd.getpwuid(os.getuid()).pw_name) == ME
    assert actor() == f"user:{ME}"


def test_story_of_a_user(run: Run, home: Path) -> None:
    with (home / "acktrail.toml").open("a") as settings:
        settings.write("\n[access]\nenforce = true\n")

    assert run("user", "add", ME, *WHY).exit_code == 0
    assert run("user", "grant", ME, "administrator", *WHY).exit_code == 0
    assert run("user", "add", "ann", *WHY).exit_code == 0
    until = ("--until", "2999-01-01")
    assert run("user", "grant", "ann", "auditor", *until, *WHY).stdout == "granted\tann\tauditor\n"
    assert run("user", "grant", "ann", "operator", *WHY).exit_code == 5
    assert run("user", "password", "ann", *WHY).exit_code == 0
    assert run("user", "password", "nobody", *WHY).exit_code == 4
    assert run("user", "revoke", "ann", "auditor", *WHY).exit_code == 0
    assert run("user", "disable", "ann", *WHY).exit_code == 0
    assert run("partner", "new", "acme").exit_code == 5

    rows = [json.loads(one) for one in run("user", "list", "--json").stdout.splitlines()]
    assert [(one["user"], one["state"], one["role"]) for one in rows] == sorted(
        [(ME, "active", "administrator"), ("ann", "disabled", "")]
    )
    seen = run("audit", "access", "--user", ME, "--json").stdout
    assert json.loads(seen)["what"] == "profile.write acme"


def test_matrix_is_listed_and_exported(run: Run) -> None:
    assert "exchange.replay\toperator\n" in run("roles", "list").stdout
    exported = json.loads(run("roles", "export").stdout)
    assert exported["acts"]["profile.approve"] == ["approver"]
    rows = list(csv.reader(io.StringIO(run("roles", "export", "--csv").stdout)))
    assert rows[0] == ["act", "role", "allowed"]
    assert ["profile.approve", "integrator", "False"] in rows


def test_csv_is_no_formula(run: Run, home: Path) -> None:
    del home
    for name, reason in (("ann", "=1+1"), ("bob", "plain")):
        assert run("user", "add", name, *WHY).exit_code == 0
        assert run("user", "grant", name, "administrator", "--reason", reason).exit_code == 0

    rows = list(csv.DictReader(io.StringIO(run("user", "list", "--csv").stdout)))

    assert [one["reason"] for one in rows] == ["'=1+1", "plain"]


def test_payload_is_written_whole_and_the_look_is_listed(worked: Path) -> None:
    body = (SAMPLES / "edifact-orders-clean/inbound/orders-0120.edi").read_bytes()
    start = ["--home", str(worked), "exchange", "show", "orders-0120.edi", "--payload"]

    assert CliRunner().invoke(cli, start).exit_code == 5
    shown = CliRunner().invoke(cli, [*start, "--reason", "the supplier asks"])
    listed = CliRunner().invoke(cli, ["--home", str(worked), "audit", "access", "--json"])

    assert shown.stdout_bytes == body
    rows = [json.loads(one) for one in listed.stdout.splitlines()]
    assert [
        (one["user"], one["kind"], one["reason"]) for one in rows if one["kind"] == "viewed"
    ] == [(ME, "viewed", "the supplier asks")]


def test_unknown_kind_of_action_is_refused(run: Run, home: Path) -> None:
    del home
    assert run("audit", "actions", "--kind", "dance").exit_code == 2
    assert run("audit", "actions", "--kind", "replay").exit_code == 0


def test_serve_does_not_start_where_nobody_is_asked(run: Run, home: Path) -> None:
    result = run("serve")

    assert result.exit_code == 1
    assert "setup.access: serve needs [access] enforce = true" in result.stderr
    assert home.is_dir()
