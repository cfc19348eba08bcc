from pathlib import Path

from tests.unit.cli.conftest import Run


def test_init_makes_a_home_and_says_what_comes_next(run: Run, tmp_path: Path) -> None:
    result = run("init", str(tmp_path / "home"))

    assert result.exit_code == 0
    assert result.stdout == f"{tmp_path / 'home'}\n"
    assert "partner new" in result.stderr
    assert run("status").exit_code == 0


def test_init_of_a_home_that_exists_is_a_conflict(run: Run, tmp_path: Path) -> None:
    run("init", str(tmp_path / "home"))

    result = run("init", str(tmp_path / "home"))

    assert result.exit_code == 6


def test_command_without_a_home_is_not_found_and_makes_nothing(run: Run, tmp_path: Path) -> None:
    result = run("status")

    assert result.exit_code == 4
    assert "acktrail init" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_command_in_a_home_that_was_never_completed_is_not_found(run: Run, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "acktrail.toml").write_text('schema = "acktrail/settings/1"\n')

    result = run("status")

    assert result.exit_code == 4
    assert not (tmp_path / "home" / "var").exists()
