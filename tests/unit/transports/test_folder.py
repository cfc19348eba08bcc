import io
import os
from pathlib import Path

import pytest

from acktrail.errors import ChangedError, SetupError, UnavailableError
from acktrail.ports import Seen
from acktrail.transports.folder import FolderTransport
from acktrail.transports.names import archive_names, safe_name


def test_hard_link_is_ignored_and_never_read(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    (folder / "a.edi").hardlink_to(secret)
    transport = FolderTransport(folder)

    assert list(transport.list()) == []
    with pytest.raises(ChangedError):
        transport.fetch(Seen(b"a.edi", 6, int(secret.stat().st_mtime)), io.BytesIO(), 10)


def test_fifo_is_refused_without_blocking(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.edi")

    with pytest.raises(ChangedError):
        FolderTransport(tmp_path).fetch(Seen(b"a.edi", 0, 0), io.BytesIO(), 10)


def test_missing_folder_is_unavailable_and_its_path_is_not_told(tmp_path: Path) -> None:
    transport = FolderTransport(tmp_path / "canaryname")

    with pytest.raises(UnavailableError) as caught:
        transport.list()

    assert "canaryname" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_archive_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    folder, other = tmp_path / "in", tmp_path / "other"
    folder.mkdir()
    other.mkdir()
    (folder / ".archive").symlink_to(other)
    (folder / "a.edi").write_bytes(b"x")
    [seen] = FolderTransport(folder).list()

    with pytest.raises(UnavailableError):
        FolderTransport(folder).dispose(seen, "archive", "a.edi")

    assert list(other.iterdir()) == []
    assert (folder / "a.edi").exists()


def test_put_after_a_crash_between_link_and_unlink_leaves_one_file(tmp_path: Path) -> None:
    (tmp_path / ".a.edi.part").write_bytes(b"body")
    (tmp_path / "a.edi").hardlink_to(tmp_path / ".a.edi.part")

    FolderTransport(tmp_path).put("a.edi", b"body")

    assert (tmp_path / "a.edi").read_bytes() == b"body"
    assert [path.name for path in tmp_path.iterdir()] == ["a.edi"]


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "/a", "a\0", ".a", "~a", "a.tmp", "x" * 201]
)
def test_name_that_cannot_be_written_is_a_setup_error(name: str) -> None:
    with pytest.raises(SetupError):
        safe_name(name)


def test_archive_offers_the_name_then_numbered_ones() -> None:
    offered = list(archive_names("a.edi"))

    assert offered[:3] == [b"a.edi", b"a.edi.1", b"a.edi.2"]
    assert len(set(offered)) == 100
