import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from acktrail.app.cases import SECRETS
from acktrail.app.trial import open_trial
from acktrail.cli.main import cli
from tests.conftest import ROOT, SAMPLES

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command on the home ``tmp_path / "home"``."""

    def run(*arguments: str) -> Result:
        home = str(tmp_path / "home")
        return CliRunner().invoke(cli, ["--home", home, *arguments], prog_name="acktrail")

    return run


@pytest.fixture(scope="session")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home that took in one good and one faulty file; tests only look at it."""
    folder = tmp_path_factory.mktemp("worked") / "home"
    trial = open_trial(folder, ROOT / "partners", SECRETS)
    for sample in ("edifact-orders-clean", "edifact-unknown-segment", "edifact-unknown-sender"):
        for path in sorted((SAMPLES / sample / "inbound").iterdir()):
            trial.drop("supplier-eurobandage", path.name, path.read_bytes())
    trial.close()
    return folder


@pytest.fixture
def home(worked: Path, tmp_path: Path) -> Path:
    """Return a copy of the home that worked: a test may change it."""
    copy = tmp_path / "home"
    shutil.copytree(worked, copy)
    return copy


@pytest.fixture
def look(worked: Path) -> Run:
    """Run a command on the home that worked."""

    def look(*arguments: str) -> Result:
        return CliRunner().invoke(cli, ["--home", str(worked), *arguments], prog_name="acktrail")

    return look
