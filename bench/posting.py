"""``python -m bench.posting``: invoices into a real Odoo 19, against its own ORM in process.

The CPU time of Odoo and PostgreSQL together, per record; rounds of both in turn, median of the
ratios. Needs the sandbox of ``make odoo``. ``--drain 10000`` measures instead how so many documents
leave the journal after an outage: the rate and our memory beside those of the first 500.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from acktrail.app.clock import SystemClock
from acktrail.documents.kinds import Charge, ChargeLine, Document
from acktrail.documents.parts import Code, Money
from acktrail.odoo.loads import Plan
from acktrail.odoo.poster import Poster, Stored
from bench.measure import Row, table
from tests.service.odoo.books import Books, books
from tests.service.odoo.conftest import HOME, SCRIPT, Sandbox
from tests.unit.odoo import samples

ROUNDS = 5
RECORDS = {1: 20, 10: 50, 50: 100}  # by size of batch
BARS = {1: 1.4, 10: 1.2, 50: 1.1}
FIRST = 500  # documents that are drained before the many
DRAIN_BARS = {"wall": 1.2, "memory": 1.1}
TICKS = os.sysconf("SC_CLK_TCK")
NUMBERS = count(time.time_ns())
SHELL = """
import json, os, time
TICKS, POSTGRES, RECORDS = {ticks}, {postgres}, {records}
def spent(stat, fields):
    with open(stat) as file:
        words = file.read().rpartition(")")[2].split()
    return sum(int(words[at]) for at in fields) / TICKS
def cpu():
    total = time.process_time() + spent("/proc/%d/stat" % POSTGRES, (11, 12, 13, 14))
    for name in os.listdir("/proc"):
        try:
            with open("/proc/%s/stat" % name) as file:
                parent = file.read().rpartition(")")[2].split()[1]
            if parent == str(POSTGRES):
                total += spent("/proc/%s/stat" % name, (11, 12))
        except (OSError, IndexError):
            pass
    return total
bot = env["res.users"].search([("login", "=", "edi-bot")])
moves = env(user=bot.id)["account.move"].with_context(
    tracking_disable=True, mail_create_nosubscribe=True, lang="en_US", allowed_company_ids=[1])
journal, partner = env.ref("account.1_sale").id, env.ref("base.main_partner").id
def one(name):
    untaxed = [(6, 0, [])]
    lines = [(0, 0, {{"name": "L%d" % n, "quantity": 1, "price_unit": 10 + n, "tax_ids": untaxed}})
             for n in range(3)]
    return {{"move_type": "out_invoice", "partner_id": partner, "journal_id": journal, "ref": name,
             "invoice_date": "2026-11-02", "invoice_line_ids": lines}}
def run(records, size):
    for start in range(0, records, size):
        moves.create([one("ORM-%d" % (start + n)) for n in range(size)])
        env.cr.commit()
run(10, 10)
found = {{}}
for size, records in RECORDS.items():
    began, before = time.monotonic(), cpu()
    run(records, size)
    found[size] = [(cpu() - before) / records, (time.monotonic() - began) / records]
print("FOUND " + json.dumps(found))
"""


class Cost(NamedTuple):
    """Seconds per record."""

    servers: float  # CPU of Odoo and PostgreSQL
    wall: float
    ours: float = 0.0  # CPU of this process


def main() -> int:
    """Measure and print; the exit code says whether every bar was kept."""
    if not (HOME / "19/credentials.json").exists():
        sys.stderr.write("no Odoo sandbox: make odoo\n")
        return 0
    sandbox = Sandbox("19", json.loads((HOME / "19/credentials.json").read_text()))
    with TemporaryDirectory() as folder:
        slug = f"b{next(NUMBERS)}"
        with books(Path(folder) / "home", sandbox, slug, partner="base.main_partner") as found:
            if sys.argv[1:2] == ["--drain"]:
                rows, rates = _outage(found, int(sys.argv[2]))
            else:
                rounds = [_round(sandbox, found) for _ in range(ROUNDS)]
                rows, rates = [*_rows(rounds)], [*_rates(rounds)]
    sys.stdout.write(table(rows) + "\n\n" + "\n".join(rates) + "\n")
    return 0 if all(row.kept for row in rows) else 3


Round = tuple[dict[int, Cost], dict[int, Cost], Cost]  # in process, over the API, with journal


def _round(sandbox: Sandbox, found: Books) -> Round:
    return _in_process(), {size: _posted(sandbox, size) for size in RECORDS}, _drained(found)


def _rows(rounds: Sequence[Round]) -> Iterator[Row]:
    for size, bar in BARS.items():
        ratios = [api[size].servers / orm[size].servers for orm, api, _ in rounds]
        what = f"3-line invoices over the API, {size} a call: CPU of Odoo and PostgreSQL"
        yield _row(what, f"its ORM in process, {size} a commit", ratios, bar)
    singly = [api[50].servers / api[1].servers for _, api, _ in rounds]
    yield _row("the same, 50 a call", "one call a record", singly, 0.4)
    drained = [full.servers / orm[50].servers for orm, _, full in rounds]
    what = "the same with journal, questions and reading back"
    yield _row(what, "its ORM in process, 50 a commit", drained, BARS[50])
    ours = [full.ours / full.servers for _, _, full in rounds]
    yield _row("our CPU, journal included", "that of Odoo and PostgreSQL", ours, 0.1)


def _row(what: str, against: str, ratios: list[float], bar: float) -> Row:
    found = sorted(ratios)
    middle = statistics.median(found)
    return Row(what, against, middle, found[0], found[-1], f"<= {bar:g}", middle <= bar)


def _rates(rounds: Sequence[Round]) -> Iterator[str]:
    """Yield records a second and CPU a record: of this machine, now."""
    costs = {f"in process, {n} a commit": [orm[n] for orm, _, _ in rounds] for n in RECORDS}
    costs |= {f"over the API, {n} a call": [api[n] for _, api, _ in rounds] for n in RECORDS}
    costs["drain, 50 a call"] = [full for _, _, full in rounds]
    for name, measured in costs.items():
        rate = 1 / statistics.median(one.wall for one in measured)
        cpu = statistics.median(one.servers for one in measured) * 1000
        yield f"{name:28}{rate:8.1f} records/s{cpu:8.1f} ms CPU a record"


def _in_process() -> dict[int, Cost]:
    script = SHELL.format(ticks=TICKS, postgres=_postgres(), records=RECORDS)
    environment = {**os.environ, "ODOO_SANDBOX_HOME": str(HOME)}
    ended = subprocess.run(  # noqa: S603 - our own
        [str(SCRIPT), "shell"],
        input=script.encode(),
        capture_output=True,
        env=environment,
        check=True,
    )
    said = next(one for one in ended.stdout.decode().splitlines() if "FOUND " in one)
    found = json.loads(said.partition("FOUND ")[2])
    return {int(size): Cost(servers, wall) for size, (servers, wall) in found.items()}


def _posted(sandbox: Sandbox, size: int) -> Cost:
    """Deliver records a batch at a time, without a journal."""
    maps = samples.maps(partner="base.main_partner", slug=f"b{next(NUMBERS)}")
    plans = [maps.plan(_document(f"P-{at}")) for at in range(RECORDS[size])]
    items = [(at, one) for at, one in enumerate(plans) if isinstance(one, Plan)]
    with sandbox.client() as client:
        poster = Poster(client, SystemClock(), size)

        def deliver() -> int:
            outcomes = poster.deliver(items).outcomes.values()
            return sum(isinstance(one, Stored) for one in outcomes)

        return _measured(deliver, len(plans))


def _drained(found: Books) -> Cost:
    """Drain a journal: lease, questions, load, read-back, every state committed."""
    many = RECORDS[50]
    found.take([_document(f"D-{next(NUMBERS)}") for _ in range(many)])
    return _measured(lambda: found.drain().stored, many)


def _outage(found: Books, many: int) -> tuple[list[Row], list[str]]:
    """Drain the first documents, then the many; compare rate and memory."""
    seen: list[tuple[Cost, float]] = []
    for documents in (FIRST, many):
        for start in range(0, documents, FIRST):
            wanted = min(FIRST, documents - start)
            found.take([_document(f"Q-{next(NUMBERS)}") for _ in range(wanted)])
        cost = _measured(lambda: found.drain().stored, documents)
        seen.append((cost, _resident()))
    (first, before), (rest, after) = seen
    what = f"drain of {many} documents after an outage"
    rows = [
        _row(f"{what}: wall", f"the first {FIRST}", [rest.wall / first.wall], DRAIN_BARS["wall"]),
        _row(f"{what}: memory", f"after {FIRST}", [after / before], DRAIN_BARS["memory"]),
        _row(f"{what}: our CPU", "that of Odoo and PostgreSQL", [rest.ours / rest.servers], 0.1),
    ]
    rates = [f"{1 / one.wall:.1f} records/s, {rss:.0f} MiB resident" for one, rss in seen]
    return rows, rates


def _resident() -> float:
    """Return our resident memory in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _measured(work: Callable[[], int], records: int) -> Cost:
    began, before, own = time.monotonic(), _servers(), time.process_time()
    done = work()
    if done != records:
        msg = f"{done} of {records} were stored"
        raise RuntimeError(msg)
    ours, wall = time.process_time() - own, time.monotonic() - began
    return Cost((_servers() - before) / records, wall / records, ours / records)


def _document(number: str) -> Document:
    lines = tuple(
        ChargeLine(
            str(n), "CHARGE", Code("HCPCS", f"9921{n}"), None, None, Decimal(1), _usd(10 + n)
        )
        for n in range(3)
    )
    charge = Charge("V1", number, None, lines)
    return Document("charge", number, ("BENCH", number), charge, issued=date(2026, 11, 2))


def _usd(amount: int) -> Money:
    return Money(Decimal(amount), "USD")


def _postgres() -> int:
    return int((HOME / "19/pg/postmaster.pid").read_text().split()[0])


def _servers() -> float:
    """Return the CPU seconds of Odoo, of PostgreSQL and of its processes, ended ones too."""
    odoo, postgres = int((HOME / "19/run/odoo.pid").read_text()), _postgres()
    own = _spent(odoo, 4) + _spent(postgres, 4)
    return own + sum(_spent(one, 2) for one in _children(postgres))


def _spent(process: int, fields: int) -> float:
    """Return user and system seconds; with four fields those of ended children too."""
    try:
        words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it ended: its parent has its time
        return 0.0
    return sum(map(int, words[11 : 11 + fields])) / TICKS


def _children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(one) for one in found]


if __name__ == "__main__":
    sys.exit(main())
