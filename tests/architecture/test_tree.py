"""What may lie in the repository."""

import re

from tests.architecture.source import kept_files
from tests.conftest import ROOT

MACHINE = re.compile(rb"(?<![A-Za-z0-9_.-])/(?:work|farm|srv|home/[a-z]+)/")
PARTNERS_OWN = ("inbound", "outbound", "var", "secrets")


def test_no_file_of_a_partner_is_tracked() -> None:
    found = [str(path.relative_to(ROOT)) for path in kept_files()]
    kept = {name for name in found if name.split("/")[0] in PARTNERS_OWN}

    assert kept <= {"inbound/README.md", "outbound/README.md"}


def test_no_path_of_a_developers_machine_is_tracked() -> None:
    own = ROOT / "tests/architecture/test_tree.py"
    found = {
        str(path.relative_to(ROOT))
        for path in kept_files()
        if path != own and MACHINE.search(path.read_bytes())
    }

    assert sorted(found) == []


def test_folders_of_data_hold_no_python() -> None:
    """What a data folder imports runs whatever its writer likes; makers of samples are tools."""
    found = [path.relative_to(ROOT) for path in kept_files() if path.suffix == ".py"]

    assert [
        str(p) for p in found if p.parts[0] in ("inbound", "outbound", "parsers", "partners")
    ] == []
