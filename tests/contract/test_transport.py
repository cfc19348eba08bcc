"""What every Transport does, run on a local folder and on a real OpenSSH server."""

import hashlib
import io
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from acktrail.errors import ChangedError, ConflictError, SetupError, TooLargeError, UnavailableError
from acktrail.ports import Seen, Transport
from acktrail.transports.folder import FolderTransport
from acktrail.transports.sftp import SftpTransport
from tests.service.sshd import Sshd, running_sshd

LIMIT = 10_000_000
BODY = b"ISA*00*          *00*          *ZZ*TESTPERSON" * 5000  # several blocks of any transport


class Endpoint(NamedTuple):
    transport: Transport
    folder: Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running_sshd(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(params=["folder", "sftp"])
def endpoint(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Endpoint]:
    folder = tmp_path / "partner"
    folder.mkdir()
    transport: Transport = FolderTransport(folder, names=100)
    if request.param == "sftp":
        server: Sshd = request.getfixturevalue("server")
        settings = server.settings(names=100, folder=str(folder))
        transport = SftpTransport(settings, server.login())
    yield Endpoint(transport, folder)
    transport.close()


def drop(endpoint: Endpoint, name: str | bytes, body: bytes = BODY) -> Seen:
    path = os.fsencode(endpoint.folder) + b"/" + (name.encode() if isinstance(name, str) else name)
    with open(path, "wb") as file:  # noqa: PTH123 - a bytes path
        file.write(body)
    status = os.stat(path)  # noqa: PTH116
    return Seen(os.path.basename(path), status.st_size, int(status.st_mtime))  # noqa: PTH119


def names(endpoint: Endpoint) -> set[bytes]:
    return {seen.path for seen in endpoint.transport.list()}


def test_listing_shows_name_size_and_whole_seconds(endpoint: Endpoint) -> None:
    seen = drop(endpoint, "a.edi")

    assert list(endpoint.transport.list()) == [seen]


def test_special_file_is_ignored(endpoint: Endpoint) -> None:
    drop(endpoint, "real.edi")
    (endpoint.folder / "link.edi").symlink_to("real.edi")
    (endpoint.folder / "folder.edi").mkdir()
    os.mkfifo(endpoint.folder / "fifo.edi")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(endpoint.folder / "s"))

        assert names(endpoint) == {b"real.edi"}


@pytest.mark.parametrize("name", ["a.tmp", "a.PART", "a.filepart", "a.writing", ".a", "~a"])
def test_upload_under_way_is_ignored(endpoint: Endpoint, name: str) -> None:
    drop(endpoint, name)

    assert names(endpoint) == set()


@pytest.mark.parametrize("name", [b"\xff\xfe.edi", b"a\nb.edi", b"\x1b[31m.edi", b"C:\\x.edi"])
def test_hostile_name_is_listed_and_fetched_as_bytes(endpoint: Endpoint, name: bytes) -> None:
    seen = drop(endpoint, name)
    drop(endpoint, "plain.edi")
    sink = io.BytesIO()

    assert names(endpoint) == {name, b"plain.edi"}
    endpoint.transport.fetch(seen, sink, LIMIT)
    assert sink.getvalue() == BODY


def test_names_that_differ_in_case_are_two_files(endpoint: Endpoint) -> None:
    drop(endpoint, "A.EDI")
    drop(endpoint, "a.edi")

    assert names(endpoint) == {b"A.EDI", b"a.edi"}


@pytest.mark.parametrize("path", [b"../x", b"/etc/passwd", b"..", b"a/b", b"a\0b", b""])
def test_path_that_leaves_the_folder_is_never_opened(endpoint: Endpoint, path: bytes) -> None:
    (endpoint.folder.parent / "x").write_bytes(b"secret")

    with pytest.raises(ChangedError):
        endpoint.transport.fetch(Seen(path, 6, 0), io.BytesIO(), LIMIT)
    with pytest.raises(ChangedError):
        endpoint.transport.peek(Seen(path, 6, 0), 10)


@pytest.mark.parametrize("size", [0, 1, 32767, 32768, 32769, 1_500_000])
def test_fetch_gives_the_bytes_and_their_hash(endpoint: Endpoint, size: int) -> None:
    body = os.urandom(size)
    seen = drop(endpoint, "a.edi", body)
    sink = io.BytesIO()

    evidence = endpoint.transport.fetch(seen, sink, LIMIT)

    assert sink.getvalue() == body
    assert (evidence.size, evidence.sha256) == (size, hashlib.sha256(body).hexdigest())
    assert evidence.facts["transport"] in {"folder", "sftp"}


def test_fetch_of_a_file_over_the_limit_reads_nothing(endpoint: Endpoint) -> None:
    seen = drop(endpoint, "a.edi")
    sink = io.BytesIO()

    with pytest.raises(TooLargeError):
        endpoint.transport.fetch(seen, sink, seen.size - 1)

    assert sink.getvalue() == b""


@pytest.mark.parametrize("change", ["longer", "shorter", "touched", "gone", "link"])
def test_fetch_of_a_file_that_changed_since_is_refused(endpoint: Endpoint, change: str) -> None:
    seen = drop(endpoint, "a.edi")
    path = endpoint.folder / "a.edi"
    match change:
        case "longer":
            path.write_bytes(BODY + b"x")
        case "shorter":
            path.write_bytes(BODY[:-1])
        case "touched":
            os.utime(path, (1, 1))
        case _:
            path.unlink()
    if change == "link":
        path.symlink_to("/etc/hostname")

    with pytest.raises(ChangedError):
        endpoint.transport.fetch(seen, io.BytesIO(), LIMIT)


class Meddler(io.BytesIO):
    """A sink that lets the partner write to the file while we read it."""

    def __init__(self, path: Path, body: bytes) -> None:
        super().__init__()
        self.path, self.body = path, body

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        self.path.write_bytes(self.body)
        return super().write(data)


@pytest.mark.parametrize("body", [b"", BODY * 30])
def test_file_that_changes_while_it_is_read_is_refused(endpoint: Endpoint, body: bytes) -> None:
    seen = drop(endpoint, "a.edi", BODY * 20)

    with pytest.raises(ChangedError):
        endpoint.transport.fetch(seen, Meddler(endpoint.folder / "a.edi", body), 100 * LIMIT)


def test_peek_gives_head_and_tail(endpoint: Endpoint) -> None:
    long, short = drop(endpoint, "long", b"HEAD" + BODY + b"TAIL"), drop(endpoint, "short", b"abc")

    assert endpoint.transport.peek(long, 4) == (b"HEAD", b"TAIL")
    assert endpoint.transport.peek(short, 100) == (b"abc", b"abc")


def test_archived_file_is_moved_and_keeps_its_bytes(endpoint: Endpoint) -> None:
    seen = drop(endpoint, b"\xff.edi")

    assert endpoint.transport.dispose(seen, "archive", "ex_1_a.edi") == "archive"

    assert names(endpoint) == set()
    assert (endpoint.folder / ".archive" / "ex_1_a.edi").read_bytes() == BODY


def test_archive_never_overwrites_a_namesake(endpoint: Endpoint) -> None:
    first = drop(endpoint, "a.edi", b"first")
    endpoint.transport.dispose(first, "archive", "a.edi")
    second = drop(endpoint, "a.edi", b"second!")

    assert endpoint.transport.dispose(second, "archive", "a.edi") == "archive"

    archive = endpoint.folder / ".archive"
    assert {path.read_bytes() for path in archive.iterdir()} == {b"first", b"second!"}


def test_disposal_deletes_keeps_and_counts_a_missing_file_as_done(endpoint: Endpoint) -> None:
    seen = drop(endpoint, "a.edi")

    assert endpoint.transport.dispose(seen, "keep", "") == "keep"
    assert names(endpoint) == {b"a.edi"}
    assert endpoint.transport.dispose(seen, "delete", "") == "delete"
    assert names(endpoint) == set()
    assert endpoint.transport.dispose(seen, "delete", "") == "gone"
    assert endpoint.transport.dispose(seen, "archive", "a.edi") == "gone"


@pytest.mark.parametrize("how", ["archive", "delete"])
def test_disposal_leaves_a_file_that_has_changed(endpoint: Endpoint, how: str) -> None:
    seen = drop(endpoint, "a.edi")
    drop(endpoint, "a.edi", b"new content")

    assert endpoint.transport.dispose(seen, how, "a.edi") == "changed"

    assert names(endpoint) == {b"a.edi"}


@pytest.mark.parametrize("size", [0, 5, 3_000_000])
def test_put_leaves_exactly_one_file(endpoint: Endpoint, size: int) -> None:
    body = os.urandom(size)

    evidence = endpoint.transport.put("999_1.edi", body)

    assert [path.name for path in endpoint.folder.iterdir()] == ["999_1.edi"]
    assert (endpoint.folder / "999_1.edi").read_bytes() == body
    assert (evidence.size, evidence.sha256) == (size, hashlib.sha256(body).hexdigest())


def test_put_of_the_same_bytes_again_counts_as_done(endpoint: Endpoint) -> None:
    endpoint.transport.put("a.edi", BODY)
    before = (endpoint.folder / "a.edi").stat()

    endpoint.transport.put("a.edi", BODY)

    assert (endpoint.folder / "a.edi").stat().st_ino == before.st_ino


@pytest.mark.parametrize("other", [b"other", BODY[:-1] + b"!"])
def test_put_never_overwrites_other_content(endpoint: Endpoint, other: bytes) -> None:
    drop(endpoint, "a.edi", other)

    with pytest.raises(ConflictError):
        endpoint.transport.put("a.edi", BODY)

    assert (endpoint.folder / "a.edi").read_bytes() == other


def test_put_onto_something_that_is_no_file_is_refused(endpoint: Endpoint) -> None:
    (endpoint.folder / "a.edi").symlink_to("/etc/hostname")
    os.mkfifo(endpoint.folder / "b.edi")

    for name in ("a.edi", "b.edi"):
        with pytest.raises(ConflictError):
            endpoint.transport.put(name, b"x")


def test_crash_before_rename_leaves_one_file(endpoint: Endpoint) -> None:
    drop(endpoint, ".a.edi.part", b"half of an earlier att")

    endpoint.transport.put("a.edi", BODY)

    assert [path.name for path in endpoint.folder.iterdir()] == ["a.edi"]


@pytest.mark.parametrize("name", ["../a.edi", "a/b", "", ".hidden", "a\0b", "x" * 300])
def test_put_under_a_hostile_name_is_refused(endpoint: Endpoint, name: str) -> None:
    with pytest.raises(SetupError):
        endpoint.transport.put(name, b"x")

    assert list(endpoint.folder.iterdir()) == []


def test_folder_with_too_many_names_fails_the_poll(endpoint: Endpoint) -> None:
    for number in range(101):
        drop(endpoint, f"{number}.edi", b"")

    with pytest.raises(UnavailableError) as caught:
        list(endpoint.transport.list())

    assert caught.value.code == "unavailable.too_many_names"
