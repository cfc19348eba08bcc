"""The sealed store on both databases: nothing plain on disk, changes refused, keys that move."""

import hmac
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest

from acktrail.errors import AcktrailError, LedgerError, NotFoundError, SecretError
from acktrail.security.chunked import FRAME_BYTES, sealed_size
from acktrail.security.retention_keys import RetentionKeys, read_master_key
from acktrail.store.local import CHUNK_BYTES, IN_MEMORY_BYTES
from tests.service.ledger.samples import NAMING_KEY
from tests.service.store.vaults import Kept, kept

pytest_plugins = ["tests.service.postgres"]

BODY = b"ISA*00*synthetic~" * 3000
TELLING = 16  # fewer bytes may stand in sealed ones by chance
SIZES = [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, CHUNK_BYTES, IN_MEMORY_BYTES - 1]
SIZES += [IN_MEMORY_BYTES, IN_MEMORY_BYTES + 1, 2 * IN_MEMORY_BYTES + 7]


@pytest.fixture
def sealed(database_url: str, tmp_path: Path) -> Iterator[Kept]:
    found = kept(database_url, tmp_path)
    yield found
    found.engine.dispose()


@pytest.fixture
def plain(database_url: str, tmp_path: Path) -> Iterator[Kept]:
    found = kept(database_url, tmp_path, encrypt=False)
    yield found
    found.engine.dispose()


def code_of(error: pytest.ExceptionInfo[AcktrailError]) -> str:
    return error.value.code


@pytest.mark.parametrize("size", SIZES)
def test_content_comes_back_and_the_file_is_sealed(sealed: Kept, size: int) -> None:
    body = (BODY * (size // len(BODY) + 1))[:size]

    name = sealed.store.put_stream(BytesIO(body))

    assert name == hmac.new(NAMING_KEY, body, sha256).hexdigest()
    assert sealed.store.get(name) == body
    path = sealed.sealed(name)
    assert path.stat().st_size == sealed_size(size)
    assert size < TELLING or body[:100] not in path.read_bytes()
    assert list((sealed.folder / "store" / "blobs" / "new").iterdir()) == []
    assert list(sealed.store.names()) == [name]


def test_open_seeks_as_in_a_plain_file(sealed: Kept) -> None:
    with sealed.store.open(sealed.store.put(BODY)) as source:
        source.seek(20_000)
        assert source.read(50) == BODY[20_000:20_050]
        assert source.seek(-5, 2) == len(BODY) - 5
        assert source.read() == BODY[-5:]


def test_same_content_is_kept_once(sealed: Kept) -> None:
    first = sealed.store.put(BODY)
    before = sealed.sealed(first).read_bytes()

    assert sealed.store.put(BODY) == first
    assert sealed.sealed(first).read_bytes() == before


def test_writers_of_the_same_content_seal_it_under_one_key(sealed: Kept) -> None:
    with ThreadPoolExecutor(4) as pool:
        names = list(pool.map(lambda _: sealed.store.put(BODY), range(12)))

    assert len(set(names)) == 1
    assert sealed.store.get(names[0]) == BODY


def test_file_under_another_name_is_damaged(sealed: Kept) -> None:
    one, other = sealed.store.put(b"one" * 100), sealed.store.put(b"two" * 100)
    first, second = sealed.sealed(one), sealed.sealed(other)
    body = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(body)

    for name in (one, other):
        with pytest.raises(LedgerError) as caught:
            sealed.store.open(name)
        assert code_of(caught) == "store.damaged"


def test_rows_that_change_places_are_damaged(sealed: Kept) -> None:
    one, other = sealed.store.put(b"one"), sealed.store.put(b"two")
    with sealed.ledger.begin() as tx:
        first, second = tx.blob(one), tx.blob(other)
        assert first is not None
        assert second is not None
        tx.set_blob(first._replace(wrapped=second.wrapped))

    with pytest.raises(LedgerError) as caught:
        sealed.store.get(one)
    assert code_of(caught) == "store.damaged"


def test_flipped_byte_and_cut_are_damaged(sealed: Kept) -> None:
    name = sealed.store.put(BODY)
    path = sealed.sealed(name)
    whole = path.read_bytes()

    for changed in (whole[:-1], whole[: 56 + 16400], whole[:100] + b"\x00" + whole[101:]):
        path.write_bytes(changed)
        with pytest.raises(LedgerError) as caught:
            sealed.store.get(name)
        assert code_of(caught) == "store.damaged"


def test_file_of_another_size_is_noticed_by_a_put(sealed: Kept) -> None:
    name = sealed.store.put(BODY)
    path = sealed.sealed(name)
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(LedgerError) as caught:
        sealed.store.put(BODY)
    assert code_of(caught) == "store.damaged"


def test_put_that_was_cut_short_after_its_row_is_completed_by_the_next(sealed: Kept) -> None:
    name = sealed.store.put(BODY)
    sealed.sealed(name).unlink()

    with pytest.raises(NotFoundError):
        sealed.store.open(name)
    assert sealed.store.put(BODY) == name
    assert sealed.store.get(name) == BODY


def test_plain_content_of_before_stays_readable_and_a_put_seals_it(
    plain: Kept, database_url: str
) -> None:
    name = plain.store.put(BODY)
    assert [path.suffix for path in plain.files(name)] == [""]

    sealed = kept(database_url, plain.folder)
    assert sealed.store.get(name) == BODY
    assert list(sealed.store.plain()) == [name]
    sealed.store.put(BODY)

    assert list(sealed.store.plain()) == []
    assert sealed.sealed(name).stat().st_size == sealed_size(len(BODY))
    assert sealed.store.get(name) == BODY
    assert plain.store.get(name) == BODY  # its row says how, whatever the settings say now
    sealed.engine.dispose()


def test_plain_files_are_sealed_one_by_one_and_a_damaged_one_stays(
    plain: Kept, database_url: str
) -> None:
    good, bad = plain.store.put(b"good"), plain.store.put(b"bad")
    (path,) = plain.files(bad)
    path.chmod(0o600)
    path.write_bytes(b"BAD")

    sealed = kept(database_url, plain.folder)
    assert sealed.store.seal(good, "original")
    assert not sealed.store.seal(bad, "original")

    assert sealed.store.get(good) == b"good"
    assert list(sealed.store.plain()) == [bad]
    sealed.engine.dispose()


def test_plain_file_that_should_be_sealed_is_compared_with_its_name(sealed: Kept) -> None:
    """A killed ``store seal`` leaves one; so does somebody who puts one there."""
    name = sealed.store.put(BODY)
    path = sealed.sealed(name)
    path.with_suffix("").write_bytes(BODY)
    path.unlink()
    with sealed.store.open(name) as source:
        assert source.read() == BODY

    path.with_suffix("").write_bytes(BODY.replace(b"00", b"01"))
    with pytest.raises(LedgerError) as caught:
        sealed.store.open(name)
    assert code_of(caught) == "store.damaged"


def test_rotation_wraps_rows_anew_and_writes_no_file(sealed: Kept) -> None:
    names = [
        sealed.store.put(bytes([n]) * 50, kind) for n, kind in enumerate(["derived", "answer"])
    ]
    files = {name: sealed.sealed(name).read_bytes() for name in names}
    old = sealed.keys.ids()
    copy = sealed.folder / "copy"
    shutil.copytree(sealed.folder / "keys", copy)
    rows = {name: sealed.ledger.blob(name) for name in names}

    moved = list(sealed.vault.rotate())

    assert [(one[0], one[2]) for one in moved] == [(key, 1) for key in old]
    assert len(old) == len(names)
    assert not set(old) & set(sealed.keys.ids())
    for name, body in files.items():
        assert sealed.sealed(name).read_bytes() == body
        assert sealed.store.get(name)
        before = rows[name]
        assert before is not None
        assert RetentionKeys(copy).unwrap(before.key, before.wrapped)
        with pytest.raises(LedgerError) as caught:
            sealed.keys.unwrap(before.key, before.wrapped)
        assert code_of(caught) == "store.key_missing"


def test_content_put_again_stays_longer_and_moves_to_the_key_of_that_month(sealed: Kept) -> None:
    name = sealed.store.put(BODY, "derived")
    before = sealed.ledger.blob(name)
    sealed.clock.advance(timedelta(days=40))
    sealed.store.put(BODY, "original")
    after = sealed.ledger.blob(name)
    sealed.store.put(BODY, "derived")

    assert before is not None
    assert after is not None
    assert before.key.startswith("2026-04.")  # 1 March and 30 days: to the end of March
    assert after.key.startswith("2032-04.")
    assert after.retain_until > before.retain_until
    assert sealed.ledger.blob(name) == after  # never shortened
    assert sealed.store.get(name) == BODY


def test_key_files_are_wrapped_under_the_master_key(database_url: str, tmp_path: Path) -> None:
    sealed = kept(database_url, tmp_path, master=read_master_key("ab" * 32))
    name = sealed.store.put(BODY)
    assert sealed.store.get(name) == BODY
    sealed.engine.dispose()

    for master, error in ((b"", SecretError), (bytes(32), LedgerError)):
        other = kept(database_url, tmp_path, master=master)
        with pytest.raises(error):
            other.store.get(name)
        other.engine.dispose()


@pytest.mark.parametrize("text", ["", "ab", "zz" * 32, "ab" * 33])
def test_master_key_of_another_form_is_refused_without_a_word_of_it(text: str) -> None:
    with pytest.raises(SecretError) as caught:
        read_master_key(text)
    assert not text or text not in str(caught.value)


def test_canary_is_nowhere_on_disk(sealed: Kept) -> None:
    canary = b"CANARY-7f3a" * 3
    sealed.store.put(canary)
    sealed.store.put(canary * (IN_MEMORY_BYTES // 16))
    sealed.engine.dispose()

    files = [path for path in sealed.folder.rglob("*") if path.is_file()]
    assert len(files) > len(sealed.keys.ids())
    assert [path for path in files if b"CANARY-7f3a" in path.read_bytes()] == []
