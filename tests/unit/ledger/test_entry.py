"""The bytes of an entry: the format, its limits, and what a changed byte does."""

import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.errors import LedgerError
from acktrail.ledger.entry import (
    BODY_LIMIT,
    GENESIS,
    canonical,
    decode,
    encode,
    instant,
    leaf_hash,
    microseconds,
    split,
)
from acktrail.ledger.status import KINDS
from acktrail.ports import Entry

AT: Final = datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)
ENTRY: Final = Entry("ex_01J", 1, AT, "read", "svc:n1", {"b": 2, "a": "é"}, b"", b"\x11" * 32)

KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=10,
)
BODIES = st.dictionaries(KEYS, VALUES, max_size=4)
ENTRIES = st.builds(
    Entry,
    stream=st.from_regex(r"ex_[0-9A-Z]{1,26}", fullmatch=True),
    n=st.integers(0, 2**32 - 1),
    at=st.datetimes(datetime(1970, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    kind=st.sampled_from(sorted(KINDS)),
    actor=st.from_regex(r"(svc|user):[a-z0-9._@-]{1,20}", fullmatch=True),
    body=BODIES,
    hash=st.just(b""),
    prev=st.binary(min_size=32, max_size=32),
)


def test_encode_writes_the_agreed_bytes() -> None:
    body = '{"a":"é","b":2}'.encode()

    assert encode(ENTRY) == (
        b"\x00\x10acktrail/entry/1"
        b"\x00\x06ex_01J"
        b"\x00\x00\x00\x01" + (1772355600123456).to_bytes(8, "big") + b"\x00\x04read"
        b"\x00\x06svc:n1" + b"\x11" * 32 + len(body).to_bytes(2, "big") + body
    )


def test_hash_is_the_leaf_hash_of_rfc_6962() -> None:
    # RFC 6962 section 2.1: MTH({d(0)}) = SHA-256(0x00 || d(0)); the hash of an empty leaf is
    # published in the test data of certificate transparency logs.
    assert leaf_hash(b"").hex() == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    assert decode(encode(ENTRY)).hash == sha256(b"\x00" + encode(ENTRY)).digest()


@given(ENTRIES)
def test_decode_returns_what_was_encoded(entry: Entry) -> None:
    data = encode(entry)

    assert decode(data) == entry._replace(hash=leaf_hash(data))


@given(ENTRIES, st.data())
def test_changed_byte_changes_the_hash_and_never_gives_the_same_entry(
    entry: Entry, draw: st.DataObject
) -> None:
    data = bytearray(encode(entry))
    place = draw.draw(st.integers(0, len(data) - 1))
    data[place] ^= draw.draw(st.integers(1, 255))

    assert leaf_hash(bytes(data)) != leaf_hash(encode(entry))
    try:
        changed = decode(bytes(data))
    except LedgerError:
        return
    assert changed._replace(hash=b"") != entry


@given(st.binary(max_size=200))
def test_decode_of_any_bytes_gives_an_entry_or_a_ledger_error(data: bytes) -> None:
    with pytest.raises(LedgerError):
        decode(data)


@given(ENTRIES, st.data())
def test_entry_cut_anywhere_is_refused(entry: Entry, draw: st.DataObject) -> None:
    data = encode(entry)
    end = draw.draw(st.integers(0, len(data) - 1))

    with pytest.raises(LedgerError):
        split(data[:end])


def test_bytes_behind_the_body_are_refused() -> None:
    with pytest.raises(LedgerError, match="after its body"):
        split(encode(ENTRY) + b"\x00")


@pytest.mark.parametrize("body", [b'{"b":2,"a":1}', b'{"a": 1}', b'{"a":1.0}', b"[]", b"{", b'"a"'])
def test_decode_refuses_a_body_that_is_not_canonical(body: bytes) -> None:
    data = encode(ENTRY)
    start = data[: data.index(b"\x11" * 32) + 32]

    with pytest.raises(LedgerError):
        decode(start + len(body).to_bytes(2, "big") + body)


def test_decode_refuses_a_deeply_nested_body() -> None:
    data = encode(ENTRY)
    start = data[: data.index(b"\x11" * 32) + 32]
    body = b"[" * 60_000

    with pytest.raises(LedgerError):
        decode(start + len(body).to_bytes(2, "big") + body)


def rfc_8785(value: object) -> str:
    """Write canonical JSON by the rules of RFC 8785 section 3.2, a second time."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return '"' + "".join(_escaped(one) for one in value) + '"'
        case list():
            return "[" + ",".join(rfc_8785(item) for item in value) + "]"
        case dict():
            keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
            return "{" + ",".join(f"{rfc_8785(key)}:{rfc_8785(value[key])}" for key in keys) + "}"
        case _:
            raise TypeError


def _escaped(one: str) -> str:
    short = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
    if one in '"\\':
        return "\\" + one
    return short.get(one) or (f"\\u{ord(one):04x}" if one < " " else one)


@given(BODIES)
def test_body_is_canonical_by_rfc_8785(body: dict[str, object]) -> None:
    assert canonical(body) == rfc_8785(body).encode()
    assert json.loads(canonical(body)) == body


@pytest.mark.parametrize(
    "body",
    [
        {"amount": 1.5},
        {"deep": [{"x": float("nan")}]},
        {"größe": 1},
        {"n": 2**53},
        {"n": -(2**53)},
        {"raw": b"bytes"},
        {"half": "\ud800"},
        {1: "x"},
    ],
)
def test_body_that_json_cannot_carry_exactly_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(LedgerError) as caught:
        canonical(body)

    assert caught.value.code == "ledger.entry"


def test_body_nested_without_end_is_refused() -> None:
    body: dict[str, object] = {}
    body["self"] = body

    with pytest.raises(LedgerError):
        canonical(body)


def test_body_is_limited_to_16_kib() -> None:
    room = BODY_LIMIT - len('{"a":""}')
    assert len(canonical({"a": "x" * room})) == BODY_LIMIT

    with pytest.raises(LedgerError, match="16 KiB"):
        canonical({"a": "x" * (room + 1)})


@pytest.mark.parametrize(
    "fields",
    [
        {"stream": "ex 1"},
        {"stream": ""},
        {"stream": "ex_" + "1" * 201},
        {"kind": "finished"},
        {"kind": ""},
        {"actor": "n1"},
        {"actor": "svc:"},
        {"actor": "user:Testperson Canaryname"},
        {"n": -1},
        {"n": 2**32},
        {"prev": b"short"},
        {"at": datetime(2026, 3, 1)},  # noqa: DTZ001
        {"at": datetime(1969, 12, 31, tzinfo=UTC)},
    ],
)
def test_field_that_breaks_the_format_is_refused_without_its_value(
    fields: dict[str, object],
) -> None:
    with pytest.raises(LedgerError) as caught:
        encode(Entry._make((ENTRY._asdict() | fields).values()))

    assert "Canaryname" not in str(caught.value)


def test_other_streams_name_their_own_kinds() -> None:
    entry = ENTRY._replace(stream="profile:acme", kind="approved", prev=GENESIS)

    assert decode(encode(entry)).kind == "approved"


def test_instants_are_exact_whatever_their_zone() -> None:
    east = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))

    assert microseconds(east) == microseconds(AT) == 1772355600123456
    assert instant(microseconds(east)) == AT
