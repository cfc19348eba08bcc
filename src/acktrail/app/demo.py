"""``acktrail demo``: the main job on the samples, from nothing, with the real parts.

A new home, the sample partners (SFTP endpoints become local folders: there is no server here), the
real service, files of every family, good and bad; then one table and the ledger's verification.
"""

import contextlib
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from acktrail.app import looks
from acktrail.app.cases import SECRETS, Case, cases
from acktrail.app.endpoints import local_folder
from acktrail.app.home import CHECKOUT, Home
from acktrail.app.service import Service
from acktrail.app.tools import Tools, last_body
from acktrail.app.trial import trial_home
from acktrail.app.wiring import open_tools, wire
from acktrail.odoo.json2 import Json2
from acktrail.odoo.plan import context
from acktrail.pipeline.states import AT_REST
from acktrail.ports import ExchangeRow

COLUMNS = ("FILE", "PARTNER", "READ", "DOCUMENTS", "ODOO", "ANSWER", "STATUS")
PATIENCE = timedelta(seconds=120)
LOOK_SECONDS = 0.05
Server = tuple[str, str, str]  # url, database, key
Say = Callable[[str], object]


def run_demo(folder: Path | None, server: Server | None, say: Say) -> int:
    """Run everything; print the table; return the exit code."""
    shown = [case for case in cases() if case.demo]
    root = folder or Path(tempfile.mkdtemp(prefix="acktrail-demo-"))
    home = trial_home(root, CHECKOUT / "partners", SECRETS, max_wait="1s")
    if server:
        _add_server(home, server)
    started = time.monotonic()
    service = Service(wire(home))
    service.start()
    _drop(home, [case.files[0] for case in shown], shown)
    _work(service)
    later = [case for case in shown if len(case.files) > 1]
    if later:
        _drop(home, [case.files[1] for case in later], later)
        _work(service)
    service.stop()
    tools = open_tools(home)
    rows = sorted(tools.ledger.exchanges(limit=1000))
    _table([_row(tools, row) for row in rows], say)
    faults = list(tools.ledger.verify())
    _farewell(tools, faults, time.monotonic() - started, say)
    tools.close()
    return 8 if faults else 0


PAYERS = (
    ("masterdata.payer_northwind", "Northwind Health Plan"),
    ("masterdata.self_pay", "Self-pay"),
)


def _add_server(home: Home, server: Server) -> None:
    """Name the Odoo in the home's settings; give it the payers that charges are billed to.

    A hospital's Odoo has them: a charge never makes a payer.
    """
    url, database, key = server
    body = {
        "fields": ["id", "name", "is_company"],
        "data": [[payer, name, "1"] for payer, name in PAYERS],
        "context": context(company=1),
    }
    with Json2(url, database, key, confirm=()) as client:
        client.call("res.partner", "load", body)
    secret = home.root / "secrets" / "odoo-main"
    secret.write_text(key)
    secret.chmod(0o600)
    with (home.root / "acktrail.toml").open("a") as file:
        file.write(
            f'\n[odoo.main]\nurl = "{url}"\ndatabase = "{database}"\nkey = "file:odoo-main"\n'
        )


def _drop(home: Home, files: list[tuple[str, bytes]], shown: list[Case]) -> None:
    """Put the files where the partners put theirs: a temporary name, then the real one."""
    for case, (name, body) in zip(shown, files, strict=True):
        inbound = home.profile(case.partner).profile.inbound
        folder = local_folder(home, inbound, f"inbound/{case.partner}")
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{case.name}.part"
        part.write_bytes(body)
        part.rename(folder / name)


def _work(service: Service) -> None:
    """Poll and wait until nothing is left to do."""
    deadline = time.monotonic() + PATIENCE.total_seconds()
    service.settle(deadline)


def _row(tools: Tools, row: ExchangeRow) -> tuple[str, ...]:
    entries = tools.ledger.entries(row.id)
    read = last_body(entries, "read")
    kinds = last_body(entries, "translated").get("kinds") or {}
    with tools.ledger.begin() as tx:
        answers, postings = tx.outbox(row.id), tx.postings(row.id)
    documents = (
        ", ".join(f"{n} {kind}" for kind, n in kinds.items()) if isinstance(kinds, dict) else ""
    )
    what = f"{read['format']}: {read['verdict']}" if read else ""
    posted = last_body(entries, "posted")
    odoo = _odoo(posted, [one.state for one in postings])
    names = ", ".join(one.name for one in answers)
    outcome = looks.outcome_of(entries)
    return (
        row.name,
        row.partner,
        what,
        documents,
        odoo,
        names,
        f"{row.status}, {outcome}",
    )


def _odoo(posted: dict[str, object], states: list[str]) -> str:
    """Say in words how far an exchange's documents are on their way to Odoo."""
    kept = "kept in journal" if posted.get("mode") == "journal" else "waiting"
    words = {"queued": kept, "sending": "waiting", "stored": "posted"}
    counts: dict[str, int] = {}
    for state in states:
        word = words.get(state, state)
        counts[word] = counts.get(word, 0) + 1
    return ", ".join(f"{count} {word}" for word, count in sorted(counts.items())) or "-"


def _table(rows: list[tuple[str, ...]], say: Say) -> None:
    widths = [max(len(row[at]) for row in [COLUMNS, *rows]) for at in range(len(COLUMNS))]
    for row in [COLUMNS, *rows]:
        say("  ".join(map(str.ljust, row, widths)).rstrip())


def _farewell(tools: Tools, faults: list[str], seconds: float, say: Say) -> None:
    home = tools.home
    entries, streams = tools.ledger.size()
    say("")
    if faults:
        for fault in faults:
            say(f"LEDGER BROKEN: {fault}")
    else:
        say(f"ledger verified: {entries} entries in {streams} streams, 0 faults")
    held = [row for word in AT_REST - {"closed"} for row in tools.ledger.exchanges(status=word)]
    with contextlib.suppress(IndexError):
        example = (held or list(tools.ledger.exchanges(limit=1)))[0].id
        say(f"\nlook around ({seconds:.1f} s, home: {home.root}):")
        for command in (
            "status",
            f"exchange show {example}",
            f"exchange why {example}",
            f"exchange trace {example}",
            f"ledger show {example}",
            "ledger verify",
        ):
            say(f"  acktrail --home {home.root} {command}")
