"""A fake Odoo 19 over HTTP for tests of what is around the poster: ``load`` as insert-if-absent.

``python -m tests.fakes.odoo PORT STATEFILE``. Records are kept in SQLite (synchronous = FULL), so
that after kills of either side each external id can be counted. Answers to faults were recorded
from a real Odoo 19.0. What is not there: rights, taxes, currencies, languages, other methods.

Switches: ``POST /_fault {"mode": MODE, "count": N}`` for the next N calls; ``GET /_records`` lists
what is stored, ``GET /_calls`` counts calls. Modes: down (no answer), slow (one second), html500,
kill_after_commit (SIGKILL of the fake itself), denied, unauthorized, race.
"""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from decimal import Decimal
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from zlib import crc32

KEY = "test-key"
DATABASE = "fake"
ROOT = Path(__file__).parents[2]
Answer = tuple[int, Any]

UNAUTHORIZED = 401, {"name": "werkzeug.exceptions.Unauthorized", "message": "Invalid apikey"}
NO_METHOD = 404, {"name": "werkzeug.exceptions.NotFound", "message": "The method does not exist"}
NO_REFERENCE = 500, {"name": "builtins.ValueError", "message": "External ID not found"}
BAD_FIELD = 500, {"name": "builtins.ValueError", "message": "Invalid field name"}
NOT_DRAFT = (
    422,
    {
        "name": "odoo.exceptions.UserError",
        "message": "The entry must be in draft.",
    },
)
DENIED = (
    "You are not allowed to create 'Journal Entry' (account.move) records.\n\n"
    "This operation is allowed for the following groups:\n\t- Accounting/Invoicing"
)
RACE = "could not serialize access due to concurrent update"


class Store:
    """The database behind the fake; every change is one transaction."""

    def __init__(self, path: str) -> None:
        self.lock = threading.Lock()
        self.sql = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.sql.execute("pragma journal_mode = wal")
        self.sql.execute("pragma synchronous = full")
        self.sql.execute(
            "create table if not exists record (id integer primary key autoincrement,"
            " xid text not null unique, model text not null, state text not null,"
            " cells text not null)"
        )

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        with self.lock:
            self.sql.execute("begin immediate")
            try:
                yield self.sql
            except BaseException:
                self.sql.execute("rollback")
                raise
            self.sql.execute("commit")

    def find(self, xid: str) -> tuple[int, str] | None:
        found = self.sql.execute("select id, model from record where xid = ?", (xid,)).fetchone()
        return (found[0], found[1]) if found else None

    def all(self) -> list[dict[str, Any]]:
        with self.lock:
            rows = self.sql.execute("select id, xid, model, state, cells from record")
            names = ("id", "xid", "model", "state", "cells")
            return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]


class NothingStoredError(Exception):
    """Messages of a load that stored nothing."""

    def __init__(self, *messages: Mapping[str, object]) -> None:
        super().__init__()
        self.messages = [{"type": "error", **one} for one in messages]


def load(store: Store, model: str, body: Mapping[str, Any]) -> Answer:
    """Insert what is absent, all or nothing; without noupdate write again what is there."""
    fields, again = body["fields"], not body.get("context", {}).get("noupdate")
    if any(not re.fullmatch(r"[a-z_0-9]+(/[a-z_0-9.]+)*", name) for name in fields):
        return BAD_FIELD
    try:
        with store.transaction():
            records = _records(fields, body["data"])
            ids = [_insert(store, model, at, one, again=again) for at, one in enumerate(records)]
    except NothingStoredError as refused:
        return 200, {"ids": False, "messages": refused.messages, "nextrow": 0}
    return 200, {"ids": ids, "messages": [], "nextrow": 0}


def _records(fields: list[str], data: list[list[str]]) -> list[list[dict[str, str]]]:
    """Split rows into records: a row with empty parent cells belongs to the one before."""
    parents = [at for at, name in enumerate(fields) if name.count("/") == name.endswith("/id")]
    found: list[list[dict[str, str]]] = []
    for row in data:
        if not found or any(row[at] for at in parents):
            found.append([])
        found[-1].append(dict(zip(fields, row, strict=True)))
    return found


def _insert(store: Store, model: str, at: int, rows: list[dict[str, str]], *, again: bool) -> int:
    xid = rows[0]["id"]
    known = store.find(xid)
    if known and known[1] != model:
        text = f"For external id {xid} found record of different model {known[1]}"
        raise NothingStoredError({"record": at, "message": text})
    if known and not again:
        return known[0]
    for row in rows:
        _convert(store, at, row)
    debit, credit = _sum(rows, "line_ids/debit"), _sum(rows, "line_ids/credit")
    if debit != credit:
        raise NothingStoredError({"record": at, "message": "The entry is not balanced."})
    cells = json.dumps(rows)
    if known:
        store.sql.execute("update record set cells = ? where id = ?", (cells, known[0]))
        return known[0]
    state = "draft" if model in ("account.move", "sale.order") else rows[0].get("state", "")
    values = (xid, model, state, cells)
    insert = "insert into record (xid, model, state, cells) values (?, ?, ?, ?)"
    return int(store.sql.execute(insert, values).lastrowid or 0)


def _convert(store: Store, at: int, row: Mapping[str, str]) -> None:
    """Refuse bad dates and references to records of ours that are not there."""
    for name, cell in row.items():
        field = name.split("/")[0]
        if "date" in field and cell and not _is_date(cell):
            text = f"'{cell}' does not seem to be a valid date for field '{field}'"
            raise NothingStoredError({"record": at, "field": field, "message": text})
        ours = name.endswith("/id") and cell.startswith("acktrail_")
        if ours and not store.find(cell):
            text = f"No matching record found for external id '{cell}' in field '{field}'"
            more = {"domain": [["model", "=", "res.partner"]]}
            raise NothingStoredError(
                {"record": at, "field": field, "message": text, "moreinfo": more}
            )


def _is_date(cell: str) -> bool:
    month_days = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    match = re.fullmatch(r"[0-9]{4}-([0-9]{2})-([0-9]{2})( [0-9:]{8})?", cell)
    month, day = (int(match[1]), int(match[2])) if match else (0, 0)
    return 1 <= month <= 12 and 1 <= day <= month_days[month - 1]


def _sum(rows: list[dict[str, str]], name: str) -> Decimal:
    return sum((Decimal(row.get(name) or "0") for row in rows), start=Decimal(0))


def resolve(store: Store, xid: str) -> tuple[int, str] | None:
    """Return id and model of an external id; every one that is not ours is there."""
    if not xid or xid.startswith("acktrail_"):
        return store.find(xid)
    return theirs(xid), "res.partner"


def theirs(xid: str) -> int:
    """Return the id of an external id that is not ours."""
    return 1_000_000 + crc32(xid.encode())


def shown(store: Store, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record's fields as ``search_read`` shows them."""
    rows = json.loads(record["cells"])
    values: dict[str, Any] = {name: cell for name, cell in rows[0].items() if "/" not in name}
    partner = resolve(store, rows[0].get("partner_id/id", ""))
    total = _sum(rows, "line_ids/debit")
    for lines, quantity in (("invoice_line_ids", "quantity"), ("order_line", "product_uom_qty")):
        for row in rows:
            each = Decimal(row.get(f"{lines}/price_unit") or "0")
            total += Decimal(row.get(f"{lines}/{quantity}") or "0") * each
    amount = float(round(total, 2))
    return values | {
        "id": record["id"],
        "state": record["state"],
        "partner_id": [partner[0], "Partner"] if partner else False,
        "amount_total": amount,
        "amount_untaxed": amount,
    }


def search_read(store: Store, model: str, body: Mapping[str, Any]) -> Answer:
    """Answer the domains that the poster asks with: ``=``, ``in`` and ``>``."""
    found = [shown(store, one) for one in store.all() if one["model"] == model]
    for name, operator, value in body["domain"]:
        wanted = value if operator == "in" else [value]
        more = operator == ">"
        found = [
            one for one in found if (one[name] > value if more else one.get(name, False) in wanted)
        ]
    return 200, [{name: one.get(name, False) for name in ("id", *body["fields"])} for one in found]


def act(store: Store, body: Mapping[str, Any], to: str, answer: object) -> Answer:
    """Move drafts on; one that is no draft refuses all."""
    with store.transaction() as sql:
        for record in body["ids"]:
            row = sql.execute("select state from record where id = ?", (record,)).fetchone()
            if not row or row[0] != "draft":
                return NOT_DRAFT
        for record in body["ids"]:
            sql.execute("update record set state = ? where id = ?", (to, record))
    return 200, answer


def reference(store: Store, body: Mapping[str, Any]) -> Answer:
    """Answer ``check_object_reference``."""
    found = resolve(store, f"{body['module']}.{body['xml_id']}")
    return (200, [found[1], found[0]]) if found else NO_REFERENCE


def call(store: Store, model: str, method: str, body: Mapping[str, Any]) -> Answer:
    """Answer one call."""
    answers: dict[str, Callable[[], Answer]] = {
        "load": lambda: load(store, model, body),
        "search_read": lambda: search_read(store, model, body),
        "action_post": lambda: act(store, body, "posted", answer=False),
        "action_confirm": lambda: act(store, body, "sale", answer=True),
        "context_get": lambda: (200, {"lang": "en_US", "tz": False, "uid": 5}),
        "has_access": lambda: (200, model != "res.users"),
        "fields_get": lambda: (200, {name: {"type": "char"} for name in body["allfields"]}),
        "check_object_reference": lambda: reference(store, body),
        "reconcile": lambda: (200, None),
    }
    return answers.get(method, lambda: NO_METHOD)()


class Handler(BaseHTTPRequestHandler):
    """HTTP/1.0 like Odoo's: a connection a call."""

    store: Store
    faults: list[str]
    calls: Counter[str]

    def do_GET(self) -> None:
        match self.path:
            case "/_records":
                self.reply(200, self.store.all())
            case "/_calls":
                self.reply(200, self.calls)
            case "/web/health":
                self.reply(200, {"status": "pass"})
            case _:
                self.reply(200, {"version_info": [19, 0, 0, "final", 0, ""], "version": "19.0"})

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        body = json.loads(self.rfile.read(size) or b"{}")
        if self.path == "/_fault":
            self.faults[:] = [body["mode"]] * body.get("count", 1)
            self.reply(200, "set")
            return
        mode = self.faults.pop(0) if self.faults else ""
        self.calls[f"{self.path} {mode}".strip()] += 1
        if mode == "down":
            return
        if mode == "slow":
            sleep(1)
        if mode == "html500":
            self.reply(500, None, b"<!doctype html><h1>Internal Server Error</h1>")
            return
        self.reply(*self.answer(mode, body))

    def answer(self, mode: str, body: Mapping[str, Any]) -> Answer:
        known = self.headers.get("X-Odoo-Database") == DATABASE
        if mode == "unauthorized" or self.headers.get("Authorization") != f"bearer {KEY}":
            return UNAUTHORIZED
        _, _, _, model, method = self.path.split("/")
        if mode in ("denied", "race") and method == "load":
            text = DENIED if mode == "denied" else RACE
            messages = [{"type": "error", "record": 0, "message": text}]
            return 200, {"ids": False, "messages": messages, "nextrow": 0}
        if mode == "denied" and method == "has_access":
            return 200, False
        given = call(self.store, model, method, body) if known else NO_METHOD
        if mode == "kill_after_commit":
            os.kill(os.getpid(), signal.SIGKILL)
        return given

    def reply(self, status: int, value: object, html: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if html else "application/json")
        self.end_headers()
        self.wfile.write(html or json.dumps(value).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Running:
    """A fake in a process of its own, for tests that kill it."""

    def __init__(self, state: Path) -> None:
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.state = state
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers; after a kill with all that was stored."""
        command = [sys.executable, "-m", "tests.fakes.odoo", str(self.port), str(self.state)]
        self.process = subprocess.Popen(command, cwd=ROOT)
        end = monotonic() + 20
        while monotonic() < end:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            sleep(0.02)
        msg = "the fake Odoo did not start"
        raise RuntimeError(msg)

    def stop(self) -> None:
        """Kill it; a second time has no effect."""
        self.process.kill()
        self.process.wait()

    def fault(self, mode: str, count: int = 1) -> None:
        """Set what the next ``count`` calls meet."""
        self._ask("POST", "/_fault", json.dumps({"mode": mode, "count": count}))

    def records(self) -> list[dict[str, Any]]:
        """Return every stored record with its external id."""
        return list(self._ask("GET", "/_records"))

    def calls(self) -> dict[str, int]:
        """Return how often each path was called, by fault."""
        return dict(self._ask("GET", "/_calls"))

    def _ask(self, method: str, path: str, body: str | None = None) -> Any:  # noqa: ANN401 - JSON
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request(method, path, body)
            return json.load(connection.getresponse())


def serve(port: int, state: str) -> None:
    """Serve until killed."""
    Handler.store, Handler.faults, Handler.calls = Store(state), [], Counter()
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])
