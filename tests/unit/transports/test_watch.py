import shutil
from pathlib import Path
from threading import Event

import pytest

from acktrail.transports.watch import FolderWatch

PATIENCE = 10  # seconds, an upper bound only


def watch(folder: Path, *, polling: bool = False) -> FolderWatch:
    return FolderWatch([folder], polling=polling, wake=Event())


@pytest.mark.parametrize("how", ["events", "poll"])
def test_new_file_wakes(tmp_path: Path, how: str) -> None:
    watching = watch(tmp_path, polling=how == "poll")
    watching.start()
    watching.wake.clear()

    (tmp_path / "a.edi").write_bytes(b"x")

    assert watching.wake.wait(PATIENCE)
    watching.stop()


def test_file_moved_in_from_elsewhere_wakes(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "a").write_bytes(b"x")
    watching = watch(folder)
    watching.start()
    watching.wake.clear()

    (tmp_path / "a").rename(folder / "a")

    assert watching.wake.wait(PATIENCE)
    watching.stop()


def test_reading_the_folder_does_not_wake(tmp_path: Path) -> None:
    (tmp_path / "a.edi").write_bytes(b"x")
    watching = watch(tmp_path)
    watching.start()
    watching.wake.clear()

    list(tmp_path.iterdir())
    (tmp_path / "a.edi").read_bytes()

    assert not watching.wake.wait(0.2)
    watching.stop()


def test_folder_made_again_is_unhealthy_until_renewed(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    watching = watch(folder)
    watching.start()
    assert watching.healthy()
    shutil.rmtree(folder)
    assert not watching.healthy()
    folder.mkdir()
    assert not watching.healthy()
    watching.wake.clear()

    assert watching.renew()

    assert watching.wake.is_set(), "what came in between is to be looked for"
    watching.wake.clear()
    (folder / "a").write_bytes(b"x")
    assert watching.wake.wait(PATIENCE)
    watching.stop()


def test_missing_folder_is_watched_once_it_is_there(tmp_path: Path) -> None:
    watching = watch(tmp_path / "in")
    watching.start()
    assert not watching.healthy()

    (tmp_path / "in").mkdir()

    assert watching.renew()
    watching.stop()
