"""Who calls, for which act, and once: what every function of the API begins with."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import Header, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from acktrail.app.access import REASON_CHARS
from acktrail.app.restarting import Restart
from acktrail.app.tokens import Tokens
from acktrail.app.tools import Tools
from acktrail.errors import ConflictError, PolicyError
from acktrail.ledger import sessions
from acktrail.ledger.sessions import Answered
from acktrail.security.masking import keyed

KEPT: Final = timedelta(days=1)  # how long an idempotency key is known
STALE: Final = timedelta(minutes=5)  # after which a request that never ended may be made again
KEY_CHARS: Final = 200
SCHEME: Final = HTTPBearer(auto_error=False, scheme_name="token", bearerFormat="ackt_...")

Reason = Annotated[
    str,
    Field(
        min_length=1,
        max_length=REASON_CHARS,
        pattern=r"\S",
        description="Kept in the ledger for ever: no patient data.",
    ),
]
Given = Annotated[HTTPAuthorizationCredentials | None, Security(SCHEME)]


class Asked(BaseModel):
    """The body of a call that changes something."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    reason: Reason


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody whose token allows the act that a call is for."""

    restart: Restart
    actor: str  # user:<name>
    request: Request

    @property
    def tools(self) -> Tools:
        """Return the home's parts."""
        return self.restart.tools


def admitted(request: Request, scopes: SecurityScopes, given: Given) -> Caller:
    """Return whoever's token allows the act.

    Raises:
        PolicyError: There is no token, it does not hold, or the act is beyond it.
    """
    restart: Restart = request.app.state.restart
    if given is None:
        msg = "a token is needed: Authorization: Bearer"
        raise PolicyError(msg, code="policy.token")
    (act,) = scopes.scopes
    return Caller(restart, Tokens(restart.tools).actor(given.credentials, act), request)


Reader = Annotated[Caller, Security(admitted, scopes=["read"])]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=KEY_CHARS,
        description="Of your choice; for a day the same one has no second effect.",
    ),
]


def once(
    caller: Caller, key: str | None, asked: BaseModel, act: Callable[[], Mapping[str, Any]]
) -> Response:
    """Carry an act out, or repeat the answer that the same request got before.

    Raises:
        ConflictError: The key was used for another request, or the same one still runs.
    """
    if key is None:
        return JSONResponse(act())
    tools, path = caller.tools, caller.request.url.path
    now = tools.clock.now()
    name = keyed(tools.naming_key, "idempotency", caller.actor, key)
    digest = sha256(f"{path}\n{asked.model_dump_json()}".encode()).hexdigest()
    with tools.ledger.begin() as tx:
        wanted = Answered(name, digest, 0, "", now)
        kept = sessions.ask(tx.connection, wanted, now - KEPT, now - STALE)
    if kept is not None:
        return _repeated(kept, digest)
    code, body = 0, ""
    try:
        found = act()
        code, body = 200, json.dumps(found)
    finally:  # what was refused had no effect, and may be asked again
        with tools.ledger.begin() as tx:
            sessions.answer(tx.connection, name, code, body)
    return JSONResponse(found)


def _repeated(kept: Answered, digest: str) -> Response:
    if kept.digest != digest:
        msg = "the idempotency key was used for another request"
        raise ConflictError(msg, code="conflict.idempotency")
    if not kept.code:
        msg = "the same request still runs"
        raise ConflictError(msg, code="conflict.idempotency")
    headers = {"idempotent-replayed": "true"}
    return Response(kept.body, kept.code, headers, "application/json")
