"""A witness over HTTPS: it signs our checkpoint when it follows from the one it saw before.

Spec: C2SP tlog-witness (add-checkpoint).
"""

from base64 import b64encode
from collections.abc import Sequence
from typing import Final, NamedTuple

import httpx

from acktrail.errors import LedgerError, SetupError, UnavailableError

TIMEOUT: Final = 15.0
ANSWER_LIMIT: Final = 16 * 1024
BUSY: Final = 500
GIVEN, CONFLICT, INCONSISTENT = 200, 409, 422


class Statement(NamedTuple):
    """What a witness is asked to sign."""

    old: int
    proof: Sequence[bytes]
    note: str

    @property
    def body(self) -> bytes:
        """The request as the witness reads it."""
        lines = [f"old {self.old}", *(b64encode(one).decode() for one in self.proof), "", ""]
        return "\n".join(lines).encode() + self.note.encode()


class Behind(NamedTuple):
    """The witness knows another size than the one we started from."""

    size: int


def add_checkpoint(url: str, statement: Statement) -> str | Behind:
    """Hand a checkpoint to the witness; return its cosignature lines.

    Raises:
        LedgerError: With code ``ledger.forked``: the witness saw another history.
        SetupError: It does not know our log, or not our key.
        UnavailableError: It does not answer.
    """
    try:
        with httpx.Client(timeout=TIMEOUT) as http:
            reply = http.post(f"{url.rstrip('/')}/add-checkpoint", content=statement.body)
    except httpx.HTTPError:
        msg = "the witness does not answer"
        raise UnavailableError(msg, code="unavailable.witness") from None
    text = reply.text[:ANSWER_LIMIT]
    match reply.status_code:
        case status if status == GIVEN:
            return text
        case status if status == CONFLICT and text.strip().isascii() and text.strip().isdigit():
            return Behind(int(text))
        case status if status == INCONSISTENT:
            msg = "the witness saw another history"
            raise LedgerError(msg, code="ledger.forked")
        case status if status >= BUSY:
            msg = "the witness does not answer"
            raise UnavailableError(msg, code="unavailable.witness")
        case _:
            msg = "the witness does not know this ledger or its key"
            raise SetupError(msg, code="setup.witness")
