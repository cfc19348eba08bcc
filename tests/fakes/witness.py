"""A witness as C2SP tlog-witness describes it: it signs what follows from what it saw before."""

import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from acktrail.errors import LedgerError
from acktrail.ledger import note as notes
from acktrail.ledger.merkle import consistency_holds
from acktrail.ledger.note import Checkpoint, PublicKey
from acktrail.security.signing import Ed25519Signer, new_key, signature_holds


class _Handler(BaseHTTPRequestHandler):
    believed: ClassVar[PublicKey]
    signer: ClassVar[Ed25519Signer]
    seen: ClassVar[list[Checkpoint]]

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        head, _, note = body.partition("\n\n")
        first, *proof = head.split("\n")
        try:
            new = notes.verified(note, [self.believed], signature_holds)
        except LedgerError:
            self._answer(403, "")
            return
        old = self.seen[-1] if self.seen else Checkpoint(new.origin, 0, b"")
        if int(first.removeprefix("old ")) != old.size:
            self._answer(409, f"{old.size}\n")
        elif old.size and not consistency_holds(
            old.size, new.size, old.root, new.root, [b64decode(one) for one in proof]
        ):
            self._answer(422, "")
        else:
            self.seen.append(new)
            signed = notes.signed(new, [self.signer])
            self._answer(200, signed.rpartition("\n\n")[2])

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())


@contextmanager
def witness(believed: PublicKey) -> Iterator[tuple[str, list[Checkpoint]]]:
    """Serve a witness that knows one ledger's key; yield its address and what it saw."""
    seen: list[Checkpoint] = []
    signer = Ed25519Signer(new_key("witness.example"))
    facts = {"believed": believed, "signer": signer, "seen": seen}
    handler = type("Handler", (_Handler,), facts)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
