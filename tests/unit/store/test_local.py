"""The disk's side of the store: order of syncs, drafts, damage, a full disk."""

import errno
import hashlib
import hmac
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from acktrail.errors import LedgerError, UnavailableError
from acktrail.store.local import LocalStore

KEY = b"naming key of the tests"
BODY = b"ISA*00*synthetic~"


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store", KEY)


def path_of(tmp_path: Path, name: str) -> Path:
    return tmp_path / "store" / "blobs" / name[:2] / name


def drafts(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "store" / "blobs" / "new").iterdir())


class FailingSource(RawIOBase):
    """Yields some bytes, then the disk's or network's error."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._left = [BODY]

    def read(self, _size: int = -1) -> bytes:
        if self._left:
            return self._left.pop()
        raise OSError(self._number, "a path that must not be shown")


def test_name_is_the_keyed_hash_of_the_content(store: LocalStore, tmp_path: Path) -> None:
    name = store.put(BODY)

    assert name == hmac.new(KEY, BODY, hashlib.sha256).hexdigest()
    assert path_of(tmp_path, name).read_bytes() == BODY
    assert LocalStore(tmp_path / "other", b"another key").put(BODY) != name


def test_kept_file_is_read_only_and_no_draft_is_left(store: LocalStore, tmp_path: Path) -> None:
    name = store.put(BODY)
    store.put(BODY)

    assert path_of(tmp_path, name).stat().st_mode & 0o777 in {0o440, 0o400}
    assert drafts(tmp_path) == []
    assert list(store.names()) == [name]


def test_file_is_synced_before_the_rename_and_its_folder_after(tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    code = (
        "import sys; from pathlib import Path; from acktrail.store.local import LocalStore;"
        "store = LocalStore(Path(sys.argv[1]), b'key'); print('START', flush=True);"
        "store.put(b'content')"
    )
    calls = "trace=fsync,fdatasync,rename,renameat,renameat2,write"
    command = ["strace", "-f", "-y", "-e", calls, "-o", str(tmp_path / "log")]
    done = subprocess.run(
        [*command, sys.executable, "-c", code, str(tmp_path / "store")],
        check=False,
        capture_output=True,
    )
    if done.returncode:
        pytest.skip("strace is not allowed to trace here")

    lines = (tmp_path / "log").read_text().split("START", 1)[1].splitlines()
    steps = [line for line in lines if "/blobs/" in line]
    order = [re.sub(r"^[0-9]+ +", "", line).split("(")[0] for line in steps]
    assert order == ["write", "fsync", "rename", "fsync"]
    assert "/blobs/new/" in steps[1]
    assert re.search(r"/blobs/[0-9a-f]{2}>", steps[3])


def test_changed_content_is_damaged(store: LocalStore, tmp_path: Path) -> None:
    name = store.put(BODY)
    path = path_of(tmp_path, name)
    path.chmod(0o600)
    path.write_bytes(BODY.replace(b"00", b"01"))

    with pytest.raises(LedgerError) as caught:
        store.get(name)
    assert caught.value.code == "store.damaged"


def test_content_of_another_size_under_the_name_is_damaged(
    store: LocalStore, tmp_path: Path
) -> None:
    name = store.put(BODY)
    path = path_of(tmp_path, name)
    path.chmod(0o600)
    path.write_bytes(BODY[:-1])

    with pytest.raises(LedgerError) as caught:
        store.put(BODY)
    assert caught.value.code == "store.damaged"
    assert drafts(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "unavailable.store_full"),
        (errno.EDQUOT, "unavailable.store_full"),
        (errno.EIO, "unavailable.store"),
    ],
)
def test_failed_put_leaves_nothing_and_can_be_tried_again(
    store: LocalStore, tmp_path: Path, number: int, code: str
) -> None:
    with pytest.raises(UnavailableError) as caught:
        store.put_stream(cast("BinaryIO", FailingSource(number)))

    assert caught.value.code == code
    assert "path" not in str(caught.value)
    assert drafts(tmp_path) == []
    assert store.get(store.put(BODY)) == BODY


def test_file_that_the_system_refuses_to_grow_is_unavailable(tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys; from pathlib import Path;"
        "from acktrail.errors import UnavailableError;"
        "from acktrail.store.local import LocalStore;"
        "store = LocalStore(Path(sys.argv[1]), b'key');"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: store.put(bytes(100_000))\n"
        "except UnavailableError as error: print(error.code)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "store")],
        check=True,
        capture_output=True,
        text=True,
    )

    assert done.stdout == "unavailable.store\n"
    assert drafts(tmp_path) == []


def test_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "store").write_bytes(b"a file stands in the way")

    with pytest.raises(UnavailableError):
        LocalStore(tmp_path / "store", KEY)


def test_draft_of_a_killed_writer_is_an_orphan(store: LocalStore, tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path;"
        "from acktrail.store.local import IN_MEMORY_BYTES, LocalStore;"
        "store = LocalStore(Path(sys.argv[1]), b'key')\n"
        "class Source:\n"
        "    left = IN_MEMORY_BYTES + 1\n"
        "    def read(self, size):\n"
        "        if self.left <= 0: os.kill(os.getpid(), signal.SIGKILL)\n"
        "        self.left -= size\n"
        "        return bytes(size)\n"
        "store.put_stream(Source())"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "store")], check=False)

    (orphan,) = store.orphans()
    assert orphan.parent.name == "new"
    assert list(store.names()) == []
    assert store.orphans(before=datetime(2020, 1, 1, tzinfo=UTC)) == []
    assert store.orphans(before=datetime(2099, 1, 1, tzinfo=UTC)) == [orphan]


def test_writers_of_the_same_content_keep_it_once(store: LocalStore, tmp_path: Path) -> None:
    def put(number: int) -> str:
        return store.put(b"content %d" % (number % 3))

    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(put, range(60)))

    assert len(set(names)) == 3
    assert sorted(set(names)) == list(store.names())
    assert drafts(tmp_path) == []


def test_stream_is_read_in_pieces(store: LocalStore) -> None:
    sizes: list[int] = []

    class Source(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            sizes.append(size or 0)
            return super().read(size)

    store.put_stream(Source(bytes(3_000_000)))

    assert min(sizes) > 0
    assert max(sizes) <= 1 << 20
