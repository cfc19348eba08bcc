"""`partner new --from` on public corpora: how many drafts lint clean and take their own samples.

A sender is who the envelope names; all files of one sender make one profile, as they would in life.
Nobody edits a draft here. Files that are broken on purpose stay refused, and so do their senders.
"""

from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest

from acktrail.app.home import Home, make_home
from acktrail.app.inspection import Inspector, make_inspector
from acktrail.app.linting import problems_of
from acktrail.app.onboarding import read_under
from acktrail.profiles.draft import Wish, draft_from
from acktrail.profiles.infer import Sample, infer
from tests.conftest import CORPORA


class Counts(NamedTuple):
    """Of one format."""

    senders: int
    clean: int  # drafts without an error of lint
    taken: int  # of which every sample of the sender goes through as it is
    files: int
    files_taken: int


EXPECTED = {
    "edifact": Counts(senders=9, clean=9, taken=1, files=13, files_taken=2),
    "hl7": Counts(senders=28, clean=28, taken=25, files=48, files_taken=44),
    "x12": Counts(senders=6, clean=6, taken=2, files=75, files_taken=41),
}
MOST_BYTES = 50_000  # of a file
EVERY = {"hl7": 6}  # of nearly 300 files every sixth: a run of all takes minutes
NO_LAYOUT = 0  # of the CSV files: what nobody described is not guessed


@pytest.mark.parametrize("format_name", sorted(EXPECTED))
def test_senders_of_a_corpus_become_partners(format_name: str, tmp_path: Path) -> None:
    folder = CORPORA / format_name
    if not folder.is_dir():
        pytest.skip("the sample files of others are not here")
    home = make_home(tmp_path / "home")

    found = counts(home, folder, format_name)

    assert found == EXPECTED[format_name]


def test_csv_of_an_unknown_layout_becomes_no_partner() -> None:
    folder = CORPORA / "csv"
    if not folder.is_dir():
        pytest.skip("the sample files of others are not here")
    inspector = make_inspector(None, "", "", keep_documents=False)

    known = [path for path in sorted(folder.rglob("*.csv")) if inspector.inspect(path).format]

    assert len(known) == NO_LAYOUT


def counts(home: Home, folder: Path, format_name: str) -> Counts:
    groups = by_sender(make_inspector(None, "", "", keep_documents=False), folder, format_name)
    clean = taken = files_taken = 0
    for number, samples in enumerate(groups, 1):
        partner = f"sender-{number}"
        wish = Wish(partner, partner, format_name)
        path = home.root / "partners" / partner / "1.toml"
        path.parent.mkdir()
        path.write_text(draft_from(wish, infer([one for one, _ in samples])), "utf-8")
        problems = problems_of(home, home.profile(partner).profile)
        refused = [one for one in read_under(home, partner, [p for _, p in samples]) if one.refused]
        lints = not any(one.severity == "error" for one in problems)
        path.unlink()  # each is a partner of its own home: senders differ in a qualifier only
        clean += lints
        taken += lints and not refused
        files_taken += len(samples) - len(refused)
    files = sum(map(len, groups))
    return Counts(len(groups), clean, taken, files, files_taken)


def by_sender(
    inspector: Inspector, folder: Path, format_name: str
) -> list[list[tuple[Sample, Path]]]:
    """Group the files that are of the format by the first sender that they name."""
    groups: dict[str, list[tuple[Sample, Path]]] = defaultdict(list)
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    small = [path for path in found if path.stat().st_size <= MOST_BYTES]
    for path in small[:: EVERY.get(format_name, 1)]:
        result = inspector.inspect(path).result
        if result.format == format_name and result.interchanges:
            groups[result.interchanges[0].sender].append((Sample(path.name, result), path))
    return [groups[name] for name in sorted(groups)]
