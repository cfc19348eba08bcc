import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run


@pytest.fixture
def profiles(run: Run, tmp_path: Path) -> Path:
    run("init", str(tmp_path / "home"))
    return tmp_path / "home" / "partners"


def test_new_partner_is_written_and_passes_lint(run: Run, profiles: Path) -> None:
    made = run("partner", "new", "acme", "--format", "x12", "--sender", "ZZ:ACME")
    linted = run("partner", "lint", "acme")

    assert made.exit_code == 0
    assert made.stdout == f"{profiles / 'acme' / '1.toml'}\n"
    assert linted.exit_code == 0
    assert "1 profiles, 0 errors" in linted.stderr


def test_new_partner_with_local_folders_gets_them(run: Run, profiles: Path) -> None:
    run("partner", "new", "acme")
    run("partner", "new", "afar", "--transport", "sftp")

    home = profiles.parent
    made = {
        str(path.relative_to(home))
        for name in ("inbound", "outbound")
        for path in (home / name).iterdir()
    }
    assert made == {"inbound/acme", "outbound/acme"}


def test_new_partner_that_exists_is_a_conflict_and_is_left_alone(run: Run, profiles: Path) -> None:
    run("partner", "new", "acme")
    before = (profiles / "acme" / "1.toml").read_bytes()

    result = run("partner", "new", "acme", "--format", "hl7")

    assert result.exit_code == 6
    assert (profiles / "acme" / "1.toml").read_bytes() == before


@pytest.mark.parametrize("name", ["Acme", "a b", "../x", "a/b", "-", "x" * 41, "é"])
def test_new_partner_of_a_bad_id_leaves_nothing_behind(run: Run, profiles: Path, name: str) -> None:
    before = sorted(profiles.parent.rglob("*"))

    result = run("partner", "new", "--", name)

    assert result.exit_code == 3
    assert sorted(profiles.parent.rglob("*")) == before


def test_lint_names_every_problem_with_its_key_and_fails(run: Run, profiles: Path) -> None:
    run("partner", "new", "acme")
    path = profiles / "acme" / "1.toml"
    path.write_text(path.read_text().replace("[inbound]\n", "[inbound]\npol = 1\nwatchh = 2\n"))

    result = run("partner", "lint", "--json")

    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 3
    assert {(row["partner"], row["severity"], row["where"]) for row in rows} >= {
        ("acme", "error", "inbound.pol"),
        ("acme", "error", "inbound.watchh"),
    }
    assert rows[0]["what"].startswith("no such key")


@pytest.mark.usefixtures("profiles")
def test_lint_of_one_partner_sees_the_others_sender_ids(run: Run) -> None:
    for name in ("acme", "other"):
        run("partner", "new", name, "--sender", "ZZ:SAME")

    result = run("partner", "lint", "acme")

    assert result.exit_code == 3
    assert "identity.senders" in result.stdout


@pytest.mark.usefixtures("profiles")
def test_lint_of_an_unknown_partner_is_not_found(run: Run) -> None:
    assert run("partner", "lint", "nobody").exit_code == 4


def test_lint_names_a_data_file_that_is_missing(run: Run, profiles: Path) -> None:
    run("partner", "new", "acme", "--format", "hl7", "--sender", "A^B")
    path = profiles / "acme" / "1.toml"
    text = path.read_text()
    path.write_text(text.replace("[hl7]\n", '[hl7]\nspecifications = ["theirs"]\n'))

    linted = run("partner", "lint", "acme", "--json")

    assert linted.exit_code == 3
    rows = [json.loads(line) for line in linted.stdout.splitlines()]
    (problem,) = [row for row in rows if row["severity"] == "error"]
    assert problem["where"] == "flow[0]"
    assert "hl7/specifications/theirs.toml" in problem["what"]
