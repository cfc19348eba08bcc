"""What every request passes before anything looks at it, and what every answer carries.

Spec: CSP Level 3; Fetch Metadata; RFC 9110 (Host), 9111 (no-store); OWASP CSRF Prevention.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST: Final = 64 * 1024  # bytes of a request's body: forms and short JSON
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
API: Final = "/api/"
STATIC: Final = "/static/"
POLICY: Final = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
YEAR: Final = 31_536_000  # seconds


class Shield:
    """Refuses foreign hosts, cross-site changes and large bodies; sets the headers."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        """Guard ``app``, which is reached under ``hosts``: names without a port."""
        self._app, self._hosts = app, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                _dress(MutableHeaders(scope=message), scope)
            await send(message)

        refused = self._refusal(scope, headers)
        if refused:
            answer = PlainTextResponse(refused.phrase, refused.value)
            await answer(scope, receive, sent)
            return
        await self._app(scope, receive, sent)

    def _refusal(self, scope: Scope, headers: Headers) -> HTTPStatus | None:
        if _host(headers.get("host", "")) not in self._hosts:
            return HTTPStatus.MISDIRECTED_REQUEST
        if "transfer-encoding" in headers:  # else the server holds a body to its length
            return HTTPStatus.LENGTH_REQUIRED
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > LARGEST:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        # The API knows no cookies: nothing of a browser's can act there.
        if scope["method"] not in SAFE and not scope["path"].startswith(API):
            return None if _same_site(headers) else HTTPStatus.FORBIDDEN
        return None


def _same_site(headers: Headers) -> bool:
    """Tell whether a change was asked for by a page of ours; without either header it was not."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    _, _, origin = headers.get("origin", "").partition("://")
    return bool(origin) and origin == headers.get("host")


def _host(value: str) -> str:
    """Return the name of ``name``, ``name:port`` or ``[v6]:port``."""
    if value.startswith("["):
        return value[1:].partition("]")[0]
    return value.partition(":")[0].lower()


def _dress(headers: MutableHeaders, scope: Scope) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    cache = "no-cache" if scope["path"].startswith(STATIC) else "no-store"
    headers.setdefault("cache-control", cache)
    if scope["scheme"] == "https":
        headers.setdefault("strict-transport-security", f"max-age={YEAR}")
