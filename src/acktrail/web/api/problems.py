"""Errors of the API as problem details. Spec: RFC 9457; no value of a request is repeated."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from acktrail.errors import AcktrailError
from acktrail.web.faults import Fault, fault_of, unforeseen

MEDIA_TYPE: Final = "application/problem+json"
NO_TOKEN: Final = "policy.token"  # noqa: S105 - a code


class Problem(BaseModel):
    """What went wrong; ``code`` is stable and stands in docs/reference/errors.md."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str


_SAID: Final = {
    401: "No token, or none that holds.",
    403: "The token, or its user, may not do this; or a policy forbids it.",
    404: "There is no such thing.",
    409: "Not as things are now.",
    422: "The request cannot be read, or says nothing sensible.",
    503: "Something that is needed is away: try again.",
}
PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    code: {"description": text, "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}}
    for code, text in _SAID.items()
}


def refused(_: Request, error: Exception) -> Response:
    """Answer a deliberate error."""
    if not isinstance(error, AcktrailError):  # the handler is registered for nothing else
        raise error
    fault = fault_of(error)
    if fault.code == NO_TOKEN:
        fault = fault._replace(status=HTTPStatus.UNAUTHORIZED)
        return problem(fault, {"www-authenticate": "Bearer"})
    return problem(fault)


def invalid(_: Request, error: Exception) -> Response:
    """Answer a request that does not fit the description: places and rules, never the value."""
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    texts = tuple(f"{'.'.join(map(str, one['loc']))}: {one['type']}" for one in found)
    return problem(Fault(HTTPStatus.UNPROCESSABLE_ENTITY, "request.invalid", texts))


def unknown(_: Request, error: Exception) -> Response:
    """Answer what leads to no call."""
    status = HTTPStatus(getattr(error, "status_code", HTTPStatus.NOT_FOUND))
    headers = getattr(error, "headers", None)
    return problem(Fault(status, "request.unknown", (status.phrase,)), headers)


def failed(request: Request, error: Exception) -> Response:
    """Answer a defect of ours."""
    return problem(unforeseen(error, str(getattr(request.scope.get("route"), "path", "?"))))


def problem(fault: Fault, headers: Mapping[str, str] | None = None) -> Response:
    """Return a fault as problem details."""
    body = Problem(
        title=fault.status.phrase,
        status=fault.status,
        code=fault.code,
        detail="; ".join(fault.texts),
    )
    return JSONResponse(body.model_dump(), fault.status, headers, MEDIA_TYPE)
