import gzip
import io
import stat
import warnings
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.errors import EnvelopeError
from acktrail.security.inflate import Limits
from acktrail.security.unzip import new_meter, open_zip

BODY = b"UNB+UNOC:3+TESTPERSON'" * 5000


def archive(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # duplicate names
        for name, body in members:
            file.writestr(name, body)
    return packed.getvalue()


def special(mode: int) -> bytes:
    packed = io.BytesIO()
    info = zipfile.ZipInfo("a")
    info.create_system = 3
    info.external_attr = mode << 16
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(info, b"/etc/passwd")
    return packed.getvalue()


def unpacked(data: bytes, limits: Limits | None = None) -> dict[bytes, bytes]:
    source, limits = io.BytesIO(data), limits or Limits()
    members = open_zip(source, limits, new_meter(source, limits))
    return {member.name: b"".join(member.pieces) for member in members}


def refusal(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(EnvelopeError) as caught:
        unpacked(data, limits)
    return caught.value.code


def patched(data: bytes, old: bytes, new: bytes, count: int = -1) -> bytes:
    assert old in data
    return data.replace(old, new, count)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("body", [b"", b"x", BODY])
def test_zip_with_one_member_is_read(method: int, body: bytes) -> None:
    assert unpacked(archive(("out/a.edi", body), method=method)) == {b"out/a.edi": body}


def test_zip_with_a_folder_entry_is_read() -> None:
    assert unpacked(archive(("out/", b""), ("out/a.edi", BODY))) == {b"out/a.edi": BODY}


def test_zip_with_several_members_is_read_where_agreed() -> None:
    data = archive(("a", b"1"), ("b", b"2"))

    assert unpacked(data, Limits(members=2)) == {b"a": b"1", b"b": b"2"}


def test_zip_written_as_a_stream_is_read() -> None:
    """APPNOTE 4.4.4, bit 3: sizes stand behind the content, the directory has them."""

    class Stream(io.RawIOBase):
        def __init__(self) -> None:
            super().__init__()
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes, /) -> int:  # type: ignore[override]
            self.data += data
            return len(data)

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a", BODY)

    assert unpacked(bytes(stream.data)) == {b"a": BODY}


DEFECTS = {
    "members": archive(("a", b"1"), ("b", b"2")),
    "duplicate": archive(("a", b"1"), ("A", b"2")),
    "symlink": special(stat.S_IFLNK | 0o777),
    "special": special(stat.S_IFIFO | 0o600),
    "nested": archive(("a", archive(("b", b"x")))),
    "method": archive(("a", BODY), method=zipfile.ZIP_LZMA),
    "crc": patched(archive(("a", b"content"), method=0), b"content", b"CONTENT", 1),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_zip_with_a_defect_is_refused(defect: str) -> None:
    limits = Limits(members=1 if defect == "members" else 5)

    assert refusal(DEFECTS[defect], limits) == f"zip.{defect}"


def test_zip_without_a_member_is_refused() -> None:
    assert refusal(archive()) == "zip.members"
    assert refusal(archive(("folder/", b""))) == "zip.members"


def test_zip_with_a_gzip_file_inside_is_refused() -> None:
    assert refusal(archive(("a", gzip.compress(b"x")))) == "zip.nested"


def test_zip_with_encryption_is_refused() -> None:
    """APPNOTE 4.4.4, bit 0, in the directory or in the local header alone."""
    data = bytearray(archive(("a", b"x"), method=0))
    local, entry = bytearray(data), bytearray(data)
    local[6] |= 1
    entry[entry.index(b"PK\x01\x02") + 8] |= 1

    assert refusal(bytes(local)) == refusal(bytes(entry)) == "zip.encrypted"


@pytest.mark.parametrize(
    "name", ["../a", "a/../../b", "/etc/passwd", "C:x", "a\\b", "..", "a\nb", "a\x1bb", "a\x7f"]
)
def test_path_in_name_never_reaches_the_disk(name: str) -> None:
    assert refusal(archive((name, b"x"))) == "zip.name"


def test_nul_in_name_is_refused() -> None:
    data = patched(archive(("aXb.edi", b"x")), b"aXb.edi", b"a\0b.edi")

    assert refusal(data) == "zip.name"


@pytest.mark.parametrize("declared", [0, 1, len(BODY) - 1, len(BODY) + 1])
def test_zip_with_wrong_sizes_is_refused(declared: int) -> None:
    data = archive(("a", BODY))
    size = len(BODY).to_bytes(4, "little")

    assert refusal(patched(data, size, declared.to_bytes(4, "little"))) == "zip.size"


def test_zip_whose_name_differs_in_both_places_is_refused() -> None:
    data = archive(("name-one", b"x"))

    assert refusal(patched(data, b"name-one", b"name-two", 1)) == "zip.damaged"


def test_zip_whose_entries_share_bytes_is_refused() -> None:
    """Overlapping entries multiply the content without any nesting."""
    data = archive(("a", BODY), ("b", BODY), method=0)
    at = data.rindex(b"PK\x01\x02")
    entry = bytearray(data)
    entry[at + 42 : at + 46] = (10).to_bytes(4, "little")

    assert refusal(bytes(entry), Limits(members=2)) == "zip.overlap"


@pytest.mark.parametrize("cut", [1, 22, 30, 100])
def test_zip_with_a_cut_end_is_incomplete(cut: int) -> None:
    assert refusal(archive(("a", BODY))[:-cut]) == "envelope.incomplete"


@pytest.mark.parametrize("around", ["before", "behind"])
def test_zip_with_bytes_around_it_is_refused(around: str) -> None:
    data = archive(("a", BODY))

    assert refusal(b"xxxx" + data if around == "before" else data + b"xxxx") == "zip.damaged"


def test_zip_of_64_bits_is_refused() -> None:
    data = bytearray(archive(("a", b"x")))
    data[-14:-12] = data[-12:-10] = b"\xff\xff"

    assert refusal(bytes(data)) == "zip.zip64"


def test_bomb_stops_at_the_limit() -> None:
    bomb = archive(("a", bytes(50_000_000)))

    assert refusal(bomb, Limits(opened=1_000_000)) == "envelope.bomb"
    assert refusal(bomb, Limits(ratio=5)) == "envelope.bomb"
    both = archive(("a", bytes(600_000)), ("b", bytes(600_000)))
    assert refusal(both, Limits(opened=1_000_000, members=2)) == "envelope.bomb"


def test_directory_that_claims_many_entries_is_refused_unread() -> None:
    data = bytearray(archive(("a", b"x")))
    data[-14:-12] = data[-12:-10] = (50_000).to_bytes(2, "little")

    assert refusal(bytes(data)) == "zip.members"


@given(st.integers(0, 200), st.integers(0, 255))
def test_changed_byte_gives_a_refusal_or_the_same_content(at: int, value: int) -> None:
    data = bytearray(archive(("a.edi", b"content of the file")))
    data[at % len(data)] = value
    with suppress(EnvelopeError):
        assert list(unpacked(bytes(data)).values()) == [b"content of the file"]
