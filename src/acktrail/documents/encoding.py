"""The one JSON form of our frozen values, for store and golden files (not ledger entries)."""

from typing import Any, get_type_hints

import msgspec

from acktrail.documents.kinds import PAYLOADS, Document
from acktrail.errors import SetupError
from acktrail.model import ReadResult

HINTS = get_type_hints(Document)


def encode(value: object) -> bytes:
    """Write ``value`` as stable JSON: sorted keys, two-space indent, decimals as strings."""
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=2) + b"\n"


def encode_compact(value: object) -> bytes:
    """Write ``value`` as stable JSON on one line."""
    return msgspec.json.encode(value, order="sorted")


def decode_result(body: bytes) -> ReadResult:
    """Read back a kept read result.

    Raises:
        SetupError: If it was written by another version (the value is never shown).
    """
    try:
        return msgspec.json.decode(body, type=ReadResult)
    except msgspec.MsgspecError:
        msg = "a kept read result cannot be read back"
        raise SetupError(msg) from None


def decode_document(body: bytes) -> Document:
    """Read back a kept document; its kind chooses the payload's type.

    Raises:
        SetupError: If it was written by another version (the value is never shown).
    """
    try:
        table = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        payload = PAYLOADS[msgspec.json.decode(table["kind"], type=str)]
        types: dict[str, Any] = {name: HINTS[name] for name in table} | {"payload": payload}
        return Document(
            **{name: msgspec.json.decode(raw, type=types[name]) for name, raw in table.items()}
        )
    except (msgspec.MsgspecError, KeyError, TypeError):
        msg = "a kept document cannot be read back"
        raise SetupError(msg) from None
