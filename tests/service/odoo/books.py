"""A home with a partner, a ledger and a real sender: documents go in, records come out.

Everything of the service but receiving and answering: rows of the journal, circuits, follow-up.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from hashlib import sha256
from io import BytesIO
from itertools import count
from pathlib import Path
from secrets import token_bytes
from time import monotonic, sleep
from typing import Any

import tomlkit

from acktrail.app.drain import Drain
from acktrail.app.home import make_home
from acktrail.app.journal import posting_rows, same_content
from acktrail.app.sender import Sender, Sent
from acktrail.app.tools import Tools
from acktrail.app.wiring import open_tools
from acktrail.documents.encoding import encode_compact
from acktrail.documents.kinds import Document
from acktrail.ledger.ids import ExchangeIds
from acktrail.odoo.client import Answer, Client
from acktrail.pipeline.kept import Kept
from acktrail.ports import NewExchange, OutboxRow, PostingRow
from tests.service.odoo.conftest import NAMES_OF_14, Sandbox
from tests.unit.odoo import samples

NAMES = count()
KINDS = (
    "invoice",
    "credit_note",
    "charge",
    "remittance",
    "order",
    "price_catalogue",
    "party",
    "supply_request",
    "master_data",
    "despatch_advice",
)


@dataclass(frozen=True)
class Books:
    """One home."""

    tools: Tools
    sender: Sender
    ids: ExchangeIds

    def take(
        self, documents: Sequence[Document], lane: str = "batch", partner: str = samples.PARTNER
    ) -> tuple[str, tuple[PostingRow, ...]]:
        """Open an exchange for these documents; return its id and its rows in the journal."""
        kept, at, bodies = [], 0, []
        for ordinal, one in enumerate(documents):
            body = encode_compact(one)
            kept.append(Kept(f"{ordinal:04}", ordinal, one.kind, one.id, at, len(body)))
            bodies.append(body)
            at += len(body)
        content = b"".join(bodies)
        blob = self.tools.store.put_stream(BytesIO(content))
        found = self.tools.home.profile(partner)
        key = self.ids.next()
        new = NewExchange(
            id=key,
            partner=partner,
            profile=found.profile.label,
            profile_sha256=found.sha256,
            direction="in",
            lane=lane,
            order_key="",
            name=f"file-{next(NAMES)}",
            raw=blob,
            raw_sha256=sha256(content).hexdigest(),
            size=at,
        )
        with self.tools.ledger.begin() as tx:
            tx.open_exchange(new, {"size": at, "flow": "files"}, "svc:test")
            kinds = Counter(one.kind for one in documents)
            tx.append(key, "translated", {"kinds": dict(sorted(kinds.items()))}, "svc:test")
            row = tx.lock(key)
            rows = posting_rows(self.tools, found.profile, row, kept, blob)
            return key, tx.add_postings(rows, partial(same_content, self.tools))

    def answer(self, exchange: str, *, delivered: bool = True) -> None:
        """Fix an answer file, deliver it, and close the exchange."""
        blob = self.tools.store.put(exchange.encode())
        name = f"receipt-{exchange}.csv"
        with self.tools.ledger.begin() as tx:
            tx.add_outbox(
                OutboxRow(
                    exchange=exchange,
                    kind="RECEIPT",
                    control=exchange,
                    subject="",
                    name=name,
                    blob=blob,
                    sha256=blob,
                    after_posting=False,
                    delivered=False,
                )
            )
            tx.append(exchange, "acknowledged", {"kind": "RECEIPT"}, "svc:test")
            if delivered:
                tx.set_delivered(exchange, name)
                tx.append(exchange, "delivered", {"name": name}, "svc:test")
            tx.append(exchange, "closed", {"generation": 0}, "svc:test")

    def send(self, exchange: str) -> Sent:
        """Send what of an exchange is due, as its own step does."""
        rows = [one for one in self.rows(exchange) if one.state in ("queued", "sending", "stored")]
        return self.sender.send(self.tools.home.profile(rows[0].partner).profile, rows)

    def drain(self, rate: float = 0.0) -> Sent:
        return Drain(self.tools, self.sender, rate).run("main")

    def rows(self, exchange: str) -> tuple[PostingRow, ...]:
        return self.tools.ledger.postings(exchange)

    def states(self, exchange: str) -> Mapping[str, int]:
        return Counter(row.state for row in self.rows(exchange))

    def until_drained(self, seconds: float = 60.0, circuit: float = 600.0) -> Sent:
        """Drain until nothing is due any more; no circuit stays open longer than so many seconds.

        As a person does who knows that Odoo is back.
        """
        total, end = Sent(), monotonic() + seconds
        while self._due():
            assert monotonic() < end, self.tools.ledger.counts()
            total += self.drain()
            self.shorten("main", circuit)
            sleep(0.25)
        return total

    def shorten(self, name: str, seconds: float = 0.0) -> None:
        """Let an open circuit be tried again within so many seconds."""
        latest = self.tools.clock.now() + timedelta(seconds=seconds)
        with self.tools.ledger.begin() as tx:
            kept = tx.circuit(name)
            if kept.state == "open" and kept.until and kept.until > latest:
                tx.set_circuit(kept._replace(until=latest))

    def _due(self) -> int:
        counts = self.tools.ledger.counts()
        return sum(counts.get(f"posting.{one}", 0) for one in ("queued", "sending", "stored"))


@contextmanager
def books(
    root: Path,
    sandbox: Sandbox,
    slug: str,
    *,
    user: str = "bot",
    partners: Sequence[str] = (samples.PARTNER,),
    **options: object,
) -> Iterator[Books]:
    """Make the home; the partner's external ids begin with the slug."""
    home = make_home(root)
    known = sandbox.credentials
    write_key(root, known[user]["api_key"])
    server = {
        "url": known["url"],
        "database": known["db"],
        "key": "file:odoo-main",
        "login": known[user]["login"],
        "timeout": "20s",
    }
    settings: dict[str, Any] = {"schema": "acktrail/settings/1", "odoo": {"main": server}}
    (root / "acktrail.toml").write_text(tomlkit.dumps(settings))
    for at, partner in enumerate(partners):
        own = slug if not at else f"{slug}_{at}"
        named = NAMES_OF_14 if sandbox.version == "14" else {}
        table = {**samples.TABLE, **named, "target": "main", "slug": own, **options}
        write_profile(root, partner, table)
    tools = open_tools(home)
    try:
        sender = Sender(tools, confirm=(0.1, 0.1))
        yield Books(tools, sender, ExchangeIds(tools.clock, token_bytes))
    finally:
        tools.close()


def write_key(root: Path, key: str) -> None:
    """Give the service this API key from now on."""
    secret = root / "secrets" / "odoo-main"
    secret.touch(0o600)
    secret.write_text(key)


def write_profile(root: Path, partner: str, table: Mapping[str, object]) -> None:
    """Write a profile that routes every kind to Odoo."""
    profile = {
        "schema": "acktrail/partner/1",
        "id": partner,
        "version": 1,
        "name": partner.title(),
        "inbound": {"ready": {"mode": "stable", "max_wait": "4h"}},
        "flow": [{"name": "files", "include": ["*.csv"], "format": "tabular", "layout": "charges"}],
        "route": [{"document": kind} for kind in KINDS],
        "odoo": table,
    }
    folder = root / "partners" / partner
    folder.mkdir(parents=True)
    (folder / "1.toml").write_text(tomlkit.dumps(profile))


class DyingError(BaseException):
    """Our process ends here."""


class Dying:
    """Dies after Odoo has stored documents."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def call(self, model: str, method: str, body: Mapping[str, object]) -> Answer:
        answer = self.client.call(model, method, body)
        if (model, method) == ("account.move", "load"):
            raise DyingError
        return answer
