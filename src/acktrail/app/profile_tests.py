"""A partner's own test cases, ``partners/<id>/tests/<case>/``: run offline, compared byte for byte.

Each case goes the whole line in a throw-away home with frozen clock and counters, as the samples
do; what it leaves is compared with ``expected/``. A case whose ``case.toml`` says ``opened = true``
holds files as they are once their envelope is undone.
"""

import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import tomlkit

from acktrail.app.cases import Case, read_case
from acktrail.app.home import Home
from acktrail.app.trial import Trial, open_trial, outcome_files

SAME, DIFFERS, MISSING, UNEXPECTED, WRITTEN = "same", "differs", "missing", "unexpected", "written"


class Compared(NamedTuple):
    """One file that a case left, or should have."""

    case: str
    file: str
    state: str  # same, differs, missing, unexpected, written
    sha256: str  # of what it left; "" where it left none

    @property
    def failed(self) -> bool:
        """Tell whether the case does not hold."""
        return self.state in (DIFFERS, MISSING, UNEXPECTED)


def cases_of(home: Home, partner: str) -> list[Case]:
    """Return a partner's cases in the order of their names."""
    folder = home.root / "partners" / partner / "tests"
    return [read_case(path) for path in sorted(folder.glob("*/case.toml"))]


def run_cases(
    home: Home, partner: str, version: int = 0, *, accept: bool = False
) -> Iterator[Compared]:
    """Run every case of a partner under one version; 0 = the newest.

    Args:
        home: Where profile, cases, parsers and secrets are; only ``expected/`` is ever written.
        partner: Whose.
        version: Under which the cases run.
        accept: Write what the cases leave as what is expected.
    """
    number = home.profile(partner, version).profile.version
    for case in cases_of(home, partner):
        left = _left(home, partner, number, case)
        yield from _compared(case, left, accept=accept)


def results_of(rows: Sequence[Compared]) -> dict[str, object]:
    """Return what an approval request says of the cases: how many, how many fail, a digest."""
    lines = "".join(f"{one.case}\t{one.file}\t{one.state}\t{one.sha256}\n" for one in rows)
    return {
        "cases": len({one.case for one in rows}),
        "failed": len({one.case for one in rows if one.failed}),
        "sha256": sha256(lines.encode()).hexdigest(),
    }


def _left(home: Home, partner: str, number: int, case: Case) -> dict[str, bytes]:
    with TemporaryDirectory() as folder:
        root = Path(folder) / "home"
        partners = Path(folder) / "partners"
        _copy_profile(home, partners / partner, partner, number)
        if case.opened:
            _without_envelopes(partners / partner / f"{number}.toml")
        (root / "parsers").mkdir(parents=True)
        if (home.root / "parsers").is_dir():
            shutil.copytree(home.root / "parsers", root / "parsers", dirs_exist_ok=True)
        trial = open_trial(root, partners, home.root / "secrets")
        try:
            return _outcome(trial, case)
        finally:
            trial.close()


def _outcome(trial: Trial, case: Case) -> dict[str, bytes]:
    rows = [row for name, body in case.files for row in trial.drop(case.partner, name, body)]
    if case.hours:
        rows += trial.wait(timedelta(hours=case.hours), case.partner)
    return outcome_files(trial, rows)


def _copy_profile(home: Home, target: Path, partner: str, number: int) -> None:
    """Copy a partner's folder with one version of its profile, which is the newest there."""
    source = home.root / "partners" / partner

    def others(folder: str, names: list[str]) -> list[str]:
        mine = [one for one in names if Path(one).stem.isdigit() and one != f"{number}.toml"]
        return [*mine, "tests"] if Path(folder) == source else []

    shutil.copytree(source, target, ignore=others)


def _without_envelopes(path: Path) -> None:
    table = tomlkit.parse(path.read_text("utf-8"))
    for flow in table["flow"]:
        flow.pop("envelope", None)
    path.write_text(tomlkit.dumps(table), "utf-8")


def _compared(case: Case, left: dict[str, bytes], *, accept: bool) -> Iterator[Compared]:
    folder = case.folder / "expected"
    kept = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    if accept and kept != left:
        shutil.rmtree(folder, ignore_errors=True)
        for name, body in left.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
    for name in sorted({*kept, *left}):
        state = _state(kept.get(name), left.get(name))
        digest = sha256(left[name]).hexdigest() if name in left else ""
        yield Compared(case.name, name, WRITTEN if accept and state != SAME else state, digest)


def _state(kept: bytes | None, left: bytes | None) -> str:
    if kept == left:
        return SAME
    if left is None:
        return MISSING
    return UNEXPECTED if kept is None else DIFFERS
