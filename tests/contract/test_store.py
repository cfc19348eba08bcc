"""What every store does, in memory and on disk."""

from io import BytesIO
from pathlib import Path

import pytest

from acktrail.errors import NotFoundError
from acktrail.ports import Store
from acktrail.store.local import CHUNK_BYTES, LocalStore
from tests.fakes.store import MemoryStore


@pytest.fixture(params=["memory", "local"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "memory":
        return MemoryStore()
    return LocalStore(tmp_path / "store", b"naming key of the tests")


@pytest.mark.parametrize(
    "body", [b"", b"\x00", b"ISA*00*", b"x" * CHUNK_BYTES, b"y" * (2 * CHUNK_BYTES + 1)], ids=len
)
def test_content_comes_back_byte_for_byte(store: Store, body: bytes) -> None:
    name = store.put(body)

    assert store.get(name) == body
    with store.open(name) as kept:
        assert kept.read() == body


def test_same_content_has_the_same_name_however_it_is_put(store: Store) -> None:
    assert store.put(b"content") == store.put(b"content") == store.put_stream(BytesIO(b"content"))
    assert store.put(b"content") != store.put(b"content ")


def test_name_is_safe_to_show_and_to_use_as_a_file_name(store: Store) -> None:
    name = store.put(b"content")

    assert len(name) == 64
    assert set(name) <= set("0123456789abcdef")


@pytest.mark.parametrize("name", ["0" * 64, "", "..", "../../etc/passwd", "0" * 63 + "G", "new"])
def test_unknown_name_is_not_found(store: Store, name: str) -> None:
    store.put(b"content")

    with pytest.raises(NotFoundError):
        store.get(name)
    with pytest.raises(NotFoundError):
        store.open(name)
