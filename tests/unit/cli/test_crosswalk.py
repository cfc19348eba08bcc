from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run


@pytest.fixture
def folder(run: Run, tmp_path: Path) -> Path:
    home = tmp_path / "home"
    run("init", str(home))
    run("partner", "new", "acme")
    made = home / "partners" / "acme" / "crosswalk"
    made.mkdir()
    return made


def test_crosswalk_without_a_fault_checks_clean(run: Run, folder: Path) -> None:
    (folder / "parties.csv").write_text("code,odoo\nPAYER_ID:1,a.b\n")

    result = run("crosswalk", "check")

    assert (result.exit_code, result.stdout) == (0, "file\tline\tseverity\ttext\n")


def test_crosswalk_fault_is_named_by_file_and_line_and_exits_3(run: Run, folder: Path) -> None:
    (folder / "parties.csv").write_text("code,odoo\nSECRET,a.b\nSECRET,a.c\n")

    result = run("crosswalk", "check", "acme")

    said = "partners/acme/crosswalk/parties.csv\t3\terror\tits days overlap those of line 2\n"
    assert result.exit_code == 3
    assert result.stdout.endswith(said)
    assert "SECRET" not in result.output


def test_crosswalk_gap_is_a_warning(run: Run, folder: Path) -> None:
    rows = "A,a.b,,2026-01-01\nA,a.c,2026-03-01,\n"
    (folder / "units.csv").write_text("code,odoo,valid_from,valid_to\n" + rows)

    result = run("crosswalk", "check")

    assert result.exit_code == 0
    assert "warning\tthere is a gap after line 2" in result.stdout


def test_crosswalk_of_all_partners_lies_in_parsers(run: Run, folder: Path) -> None:
    shared = folder.parents[2] / "parsers" / "crosswalk"
    shared.mkdir()
    (shared / "payer.csv").write_text("code,odoo\n")

    result = run("crosswalk", "check")

    assert result.exit_code == 3
    assert "parsers/crosswalk/payer.csv\t0\terror\tno such table" in result.stdout
