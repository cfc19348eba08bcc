"""A partner's own cases: made from samples without a value of theirs, run before a submission."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from acktrail.app.home import Home, make_home
from acktrail.app.profile_tests import results_of, run_cases
from acktrail.app.wiring import open_tools
from acktrail.cli.main import cli
from tests.conftest import SAMPLES

CANARIES = re.compile(b"canaryname|testperson", re.IGNORECASE)


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(home), "partner", *words])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose partner was taken on from two files about persons."""
    root = tmp_path_factory.mktemp("cases") / "home"
    make_home(root)
    files = [
        *(SAMPLES / "x12-834-clean/inbound").iterdir(),
        *(SAMPLES / "hl7-adt-a01/inbound").iterdir(),
    ]
    result = run(root, "new", "fresh", *(word for one in files for word in ("--from", str(one))))
    assert result.exit_code == 0, result.output
    assert "2 test cases" in result.stderr
    return root


@pytest.fixture
def tests(made: Path, tmp_path: Path) -> Path:
    """The same home, to be changed."""
    shutil.copytree(made, tmp_path / "home")
    return tmp_path / "home"


def test_samples_become_cases_without_a_value_of_theirs(made: Path) -> None:
    folder = made / "partners/fresh/tests"
    files = [path for path in folder.rglob("*") if path.is_file()]

    assert sorted(path.name for path in folder.iterdir()) == ["01-x12", "02-hl7"]
    assert [path for path in files if CANARIES.search(path.read_bytes())] == []
    assert any(path.parent.name == "outbound" for path in files)
    assert any(path.parent.name == "documents" for path in files)


def test_cases_hold_as_they_were_made_and_again(made: Path) -> None:
    first, second = (run(made, "test", "fresh") for _ in range(2))

    assert first.exit_code == second.exit_code == 0, first.output
    assert "2 cases, 0 failed" in first.stderr


def test_profile_that_changes_an_outcome_fails_its_cases(tests: Path) -> None:
    path = tests / "partners/fresh/1.toml"
    text = path.read_text().replace('functional = "auto"', 'functional = "none"')
    path.write_text(text)

    failed = run(tests, "test", "fresh")
    accepted = run(tests, "test", "fresh", "--accept")
    again = run(tests, "test", "fresh")

    assert failed.exit_code == 3
    assert "01-x12\toutbound/999" in failed.stdout
    assert "\tmissing\t" in failed.stdout
    assert (accepted.exit_code, again.exit_code) == (0, 0)


def test_version_whose_cases_fail_is_not_submitted(tests: Path) -> None:
    (tests / "partners/fresh/tests/01-x12/expected/findings.tsv").write_text("other\n")

    result = run(tests, "submit", "fresh", "--reason", "first version")

    assert result.exit_code == 3
    assert "the case 01-x12 fails" in result.stderr


def test_submission_keeps_how_the_cases_went(tests: Path) -> None:
    result = run(tests, "submit", "fresh", "--reason", "first version")

    assert result.exit_code == 0, result.output
    tools = open_tools(Home(tests))
    (entry,) = tools.ledger.entries("profile:fresh")
    tools.close()
    results = results_of(list(run_cases(Home(tests), "fresh")))
    evidence = entry.body["evidence"]
    assert isinstance(evidence, Mapping)
    assert evidence["tests"] == results
    assert results["cases"] == 2


def test_partner_without_cases_has_none_that_fail(tests: Path) -> None:
    run(tests, "new", "bare")

    assert run(tests, "test", "bare").exit_code == 0
    assert run(tests, "test", "nobody").exit_code == 4
