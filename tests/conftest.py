import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples"
CORPORA = ROOT.parent / "shared" / "corpora"
CI = "CI" in os.environ

for profile, examples in {"dev": 50, "ci": 100, "nightly": 20_000}.items():
    settings.register_profile(
        profile,
        max_examples=examples,
        deadline=None,
        derandomize=profile == "ci",  # a red build can be made red again
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if CI else "dev"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="rewrite samples/*/expected")


class Golden:
    """Compares bytes with the kept files of one sample, or keeps them when --accept is given."""

    def __init__(self, folder: Path, *, accept: bool) -> None:
        self.folder, self.accept, self.seen = folder, accept, set[Path]()

    def check(self, name: str, got: bytes) -> None:
        kept = self.folder / name
        self.seen.add(kept)
        if self.accept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(got)
        assert kept.exists(), f"{kept} is missing: run `make samples-accept`, then read the diff"
        assert got.decode("latin-1") == kept.read_bytes().decode("latin-1"), kept

    def settle(self) -> None:
        there = {path for path in self.folder.rglob("*") if path.is_file()}
        for left_over in there - self.seen:
            assert self.accept, f"{left_over} is left over: nothing produces it any more"
            left_over.unlink()


@pytest.fixture
def golden(request: pytest.FixtureRequest, sample: str) -> Iterator[Golden]:
    accept = request.config.getoption("--accept")
    assert not (accept and CI), "--accept never runs in CI"
    keeper = Golden(SAMPLES / sample / "expected", accept=accept)
    yield keeper
    keeper.settle()
