"""A stand-in for HashiCorp Vault over HTTP: AppRole login and version 2 of the key-value engine.

Spec: Vault HTTP API: POST /v1/auth/:mount/login, GET /v1/:mount/data/:path?version=N; 403 for a
token that is none, 404 with metadata for a deleted version, 503 while sealed.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

ROLE, SECRET_ID = "role-1", "secret-id-1"


class VaultServer(ThreadingHTTPServer):
    """Keeps versions of secrets by ``mount/path``."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.kept: dict[str, list[dict[str, object] | None]] = {}  # None: a deleted version
        self.tokens: set[str] = set()
        self.logins = 0
        self.asked: list[str] = []
        self.sealed = False
        self.denied = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def put(self, place: str, **fields: object) -> None:
        self.kept.setdefault(place, []).append(fields)


class Conversation(BaseHTTPRequestHandler):
    server: VaultServer

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.sealed:
            return self._answer(503, {"errors": ["Vault is sealed"]})
        if self.path != "/v1/auth/approle/login":
            return self._answer(404, {"errors": ["no handler for route"]})
        if body != {"role_id": ROLE, "secret_id": SECRET_ID}:
            return self._answer(400, {"errors": ["invalid role or secret ID"]})
        self.server.logins += 1
        token = f"hvs.{self.server.logins}"
        self.server.tokens.add(token)
        return self._answer(200, {"auth": {"client_token": token, "lease_duration": 60}})

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.server.sealed:
            return self._answer(503, {"errors": ["Vault is sealed"]})
        if self.server.denied or self.headers["X-Vault-Token"] not in self.server.tokens:
            return self._answer(403, {"errors": ["permission denied"]})
        parts = urlsplit(self.path)
        mount, _, path = parts.path.removeprefix("/v1/").partition("/data/")
        versions = self.server.kept.get(f"{mount}/{path}", [])
        number = int(parse_qs(parts.query).get("version", ["0"])[0]) or len(versions)
        if not 0 < number <= len(versions):
            return self._answer(404, {"errors": []})
        fields = versions[number - 1]
        metadata = {"version": number, "deletion_time": "" if fields else "2026-01-02T00:00:00Z"}
        data = {"data": {"data": fields, "metadata": metadata}}
        return self._answer(200 if fields else 404, data)

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


@contextmanager
def vault_server() -> Iterator[VaultServer]:
    """Serve until the end of the block."""
    server = VaultServer()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
