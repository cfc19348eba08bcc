"""The bytes of one ledger entry and their hash. Pure; the format is version 1 and never changes.

``data = lp("acktrail/entry/1") lp(stream) u32(n) u64(time) lp(kind) lp(actor) prev[32] lp(body)``

``lp(x)`` is a 16-bit big-endian length and the bytes; the time is UTC microseconds since 1970.
``hash = SHA-256(0x00 || data)``, which is also the leaf hash of ``data`` in a transparency tree.
``prev`` is the hash of the entry before in the same stream, 32 zero bytes for the first.

Spec: RFC 6962 section 2.1 (leaf hash); RFC 8785 (body).
"""

import json
import re
import struct
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple, Never

from acktrail.errors import LedgerError
from acktrail.ledger.status import KINDS
from acktrail.ports import Entry

CODE: Final = "ledger.entry"
MAGIC: Final = b"acktrail/entry/1"
GENESIS: Final = bytes(32)
DATA_LIMIT: Final = 65_535  # bundles of a transparency log have 16-bit lengths
BODY_LIMIT: Final = 16 * 1024
DEPTH_LIMIT: Final = 16
INTEGER_LIMIT: Final = 1 << 53  # RFC 8785: beyond it a JSON number is not exact everywhere
EXCHANGE_PREFIX: Final = "ex_"

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_STREAM: Final = re.compile(r"[a-z]+[_:][A-Za-z0-9._:/@-]{1,200}")
_KIND: Final = re.compile(r"[a-z][a-z_]{0,31}")
_ACTOR: Final = re.compile(r"(?:svc|user):[A-Za-z0-9._:@-]{1,120}")
_COUNTERS: Final = struct.Struct(">IQ")


class Frame(NamedTuple):
    """The fields of an entry as they lie in its bytes; the body is not parsed."""

    stream: bytes
    n: int
    microseconds: int
    kind: bytes
    actor: bytes
    prev: bytes
    body: bytes


def microseconds(at: datetime) -> int:
    """Return an aware instant as microseconds since 1970, UTC; exact."""
    return (at - _EPOCH) // _MICROSECOND


def instant(value: int) -> datetime:
    """Return the aware UTC instant of ``value`` microseconds since 1970."""
    return _EPOCH + value * _MICROSECOND


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of an entry's bytes.

    Spec: RFC 6962 section 2.1, MTH of a list with one element.
    """
    return sha256(b"\x00" + data).digest()


def encode(entry: Entry) -> bytes:
    """Return the bytes of an entry; its ``hash`` is not looked at.

    Raises:
        LedgerError: With code ``ledger.entry`` if a field breaks the format. The message names
            the rule, never a value.
    """
    _check_names(entry)
    if len(entry.prev) != len(GENESIS):
        _refuse("prev is not a hash of 32 bytes")
    if not 0 <= entry.n < 1 << 32:
        _refuse("n is not an unsigned 32-bit number")
    if entry.at.tzinfo is None or entry.at < _EPOCH:
        _refuse("the time is not an aware instant after 1970")
    data = b"".join(
        (
            _prefixed(MAGIC),
            _prefixed(entry.stream.encode()),
            _COUNTERS.pack(entry.n, microseconds(entry.at)),
            _prefixed(entry.kind.encode()),
            _prefixed(entry.actor.encode()),
            entry.prev,
            _prefixed(canonical(entry.body)),
        )
    )
    if len(data) > DATA_LIMIT:
        _refuse("an entry is longer than 65535 bytes")
    return data


def split(data: bytes) -> Frame:
    """Cut an entry's bytes into fields.

    Raises:
        LedgerError: If the bytes are cut, too long or not an entry of version 1.
    """
    magic, at = _field(data, 0)
    if magic != MAGIC:
        _refuse("not an entry of version 1")
    stream, at = _field(data, at)
    if at + _COUNTERS.size > len(data):
        _refuse("the bytes of an entry are cut")
    n, time = _COUNTERS.unpack_from(data, at)
    kind, at = _field(data, at + _COUNTERS.size)
    actor, at = _field(data, at)
    prev = data[at : at + len(GENESIS)]
    body, end = _field(data, at + len(GENESIS))
    if end != len(data):
        _refuse("the bytes of an entry go on after its body")
    return Frame(stream, n, time, kind, actor, prev, body)


def lead(stream: str) -> bytes:
    """Return the bytes with which every entry of a stream starts; its number follows."""
    return _prefixed(MAGIC) + _prefixed(stream.encode())


def middle(data: bytes, at: int) -> tuple[bytes, bytes, bool]:
    """Return kind, prev and whether the bytes end with the body; for walks over many entries.

    Args:
        data: An entry's bytes.
        at: Where the kind starts: behind the time.
    """
    size = len(data)
    try:
        actor = at + 2 + (data[at] << 8 | data[at + 1])
        prev = actor + 2 + (data[actor] << 8 | data[actor + 1])
        body = prev + len(GENESIS)
        end = body + 2 + (data[body] << 8 | data[body + 1])
    except IndexError:
        return b"", b"", False
    return data[at + 2 : actor], data[prev:body], end == size


def decode(data: bytes) -> Entry:
    """Return the entry that lies in ``data``, with its hash.

    Raises:
        LedgerError: If the bytes are not exactly what :func:`encode` writes.
    """
    frame = split(data)
    try:
        entry = Entry(
            frame.stream.decode("ascii"),
            frame.n,
            instant(frame.microseconds),
            frame.kind.decode("ascii"),
            frame.actor.decode("ascii"),
            body_of(frame),
            leaf_hash(data),
            frame.prev,
        )
    except (UnicodeDecodeError, OverflowError):
        msg = "a field of an entry cannot be read"
        raise LedgerError(msg, code=CODE) from None
    if encode(entry) != data:
        _refuse("an entry is not in its canonical form")
    return entry


def body_of(frame: Frame) -> Mapping[str, object]:
    """Parse the body of a frame.

    Raises:
        LedgerError: If it is not a JSON object.
    """
    try:
        body = json.loads(frame.body)
    except (ValueError, RecursionError):
        msg = "the body of an entry is not JSON"
        raise LedgerError(msg, code=CODE) from None
    if not isinstance(body, dict):
        _refuse("the body of an entry is not an object")
    return body


def canonical(body: Mapping[str, object]) -> bytes:
    """Return a body as canonical JSON.

    With ASCII keys, no floats and integers below 2^53 the standard library's writer gives exactly
    the canonical form: sorting by code point and by UTF-16 unit differs beyond U+FFFF only.

    Raises:
        LedgerError: If the body holds anything else, or is longer than 16 KiB.

    Spec: RFC 8785 section 3.2.
    """
    _check(dict(body), DEPTH_LIMIT)
    try:
        text = json.dumps(
            dict(body),
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
            allow_nan=False,
            default=_plain,
        ).encode()
    except UnicodeEncodeError:
        msg = "a text in the body is not Unicode"
        raise LedgerError(msg, code=CODE) from None
    if len(text) > BODY_LIMIT:
        _refuse("the body is longer than 16 KiB")
    return text


def _check(value: object, depth: int) -> None:
    """Refuse what canonical JSON cannot carry without loss."""
    match value:
        case None | bool() | str():
            return
        case int() if abs(value) < INTEGER_LIMIT:
            return
        case Mapping() if depth:
            if not all(isinstance(key, str) and key.isascii() for key in value):
                _refuse("a key in the body is not ASCII text")
            for item in value.values():
                _check(item, depth - 1)
        case list() | tuple() if depth:
            for item in value:
                _check(item, depth - 1)
        case _:
            _refuse("the body holds a float, a large integer, bytes or is too deep")


def _plain(value: object) -> dict[str, object]:
    """Give the JSON writer a dict for any other mapping; nothing else gets here."""
    if not isinstance(value, Mapping):
        _refuse("the body holds a value that JSON does not know")
    return dict(value)


def _check_names(entry: Entry) -> None:
    if not _STREAM.fullmatch(entry.stream):
        _refuse("the stream's name is not of the agreed form")
    known = entry.kind in KINDS or not entry.stream.startswith(EXCHANGE_PREFIX)
    if not known or not _KIND.fullmatch(entry.kind):
        _refuse("the kind of the entry is not in the closed list")
    if not _ACTOR.fullmatch(entry.actor):
        _refuse("the actor is neither svc:<node> nor user:<id>")


def _prefixed(value: bytes) -> bytes:
    return len(value).to_bytes(2, "big") + value


def _field(data: bytes, at: int) -> tuple[bytes, int]:
    start = at + 2
    end = start + int.from_bytes(data[at:start], "big")
    if start > len(data) or end > len(data):
        _refuse("the bytes of an entry are cut")
    return data[start:end], end


def _refuse(rule: str) -> Never:
    raise LedgerError(rule, code=CODE)
