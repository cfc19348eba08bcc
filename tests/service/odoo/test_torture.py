"""The same documents by several processes, Odoo and its database killed: each is there once.

Small in the suite; ``ACKTRAIL_TORTURE=500:10`` is the full run: 500 documents, 10 kills. Each
process has a journal of its own and its own order; nothing but Odoo is shared. F13.
"""

import os
import random
import sys
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import monotonic, sleep, time_ns

from acktrail.documents.kinds import Document
from acktrail.documents.parts import Identifier, Party
from acktrail.odoo.client import Done
from tests.service.odoo.books import books
from tests.service.odoo.conftest import Sandbox
from tests.unit.odoo import samples

PROCESSES = 3
FILE = 20  # documents
SECONDS = 900.0
DOCUMENTS, KILLS = map(int, os.environ.get("ACKTRAIL_TORTURE", "60:2").split(":"))
BAD = frozenset(random.Random(13).sample(range(DOCUMENTS), max(2, DOCUMENTS // 100)))  # noqa: S311
NOBODY = {f"DUNS:BAD-{one}": f"base.acktrail_nobody_{one}" for one in BAD}

Ends = Mapping[str, tuple[str, int | None]]  # document's number -> state and record


@dataclass(frozen=True)
class Work:
    """What one process does."""

    root: Path
    sandbox: Sandbox
    slug: str
    seed: int


def document(number: int) -> Document:
    """One bill; a bad one names a supplier whom Odoo does not have."""
    seller = (Party("SELLER", (Identifier("DUNS", f"BAD-{number}"),)),) if number in BAD else ()
    return samples.invoice(f"T-{number}", parties=seller)


def post(work: Work) -> Ends:
    """Take all documents in an order of one's own; drain until nothing is due."""
    order = list(range(DOCUMENTS))
    random.Random(work.seed).shuffle(order)  # noqa: S311 - repeatable
    with books(work.root, work.sandbox, work.slug, post=True, parties=NOBODY) as found:
        exchanges = [
            found.take([document(one) for one in order[start : start + FILE]])[0]
            for start in range(0, DOCUMENTS, FILE)
        ]
        found.until_drained(SECONDS, circuit=2.0)
        rows = [row for exchange in exchanges for row in found.rows(exchange)]
        return {row.external_id: (row.state, row.odoo_id) for row in rows}


def test_f13_documents_of_three_processes_are_there_once_after_every_kill(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    slug = f"z{time_ns()}"
    began = monotonic()
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        works = [Work(tmp_path / f"p{n}", sandbox, slug, n) for n in range(PROCESSES)]
        runs = [pool.submit(post, work) for work in works]
        killed = _kill(sandbox, slug, runs)
        ends = [run.result() for run in runs]
    took = monotonic() - began

    first = ends[0]
    rejected = [name for name, (state, _) in first.items() if state == "rejected"]
    posted = {name: record for name, (state, record) in first.items() if state == "posted"}
    records = _records(sandbox, slug)
    sys.stderr.write(  # shown with -s
        f"\n{PROCESSES} processes, {DOCUMENTS} documents, kills {killed}, {took:.0f} s:"
        f" {len(records)} records, {len(records) - len(set(records.values()))} duplicates,"
        f" {len(rejected)} rejected, agreed {all(one == first for one in ends)},"
        f" states {[dict(Counter(state for state, _ in one.values())) for one in ends]}\n"
    )
    assert killed.count("odoo") + killed.count("postgresql") == KILLS
    assert all(one == first for one in ends)
    assert len(rejected) == len(BAD)
    assert len(posted) == DOCUMENTS - len(BAD)
    assert records == posted
    _compare_moves(sandbox, list(records.values()), len(posted))


def _kill(sandbox: Sandbox, slug: str, runs: list[Future[Ends]]) -> list[str]:
    """Kill each time that another share of the documents is stored; return who was killed."""
    chance, killed = random.Random(7), list[str]()  # noqa: S311 - repeatable
    while len(killed) < KILLS and wait(runs, timeout=0.1).not_done:
        due = (len(killed) + chance.uniform(0.2, 1.0)) * DOCUMENTS / (KILLS + 1)
        while len(_records(sandbox, slug)) < due and wait(runs, timeout=0.05).not_done:
            pass
        victim = "postgresql" if len(killed) % 3 == 2 else "odoo"
        sandbox.kill_database() if victim == "postgresql" else sandbox.kill()
        killed.append(victim)
        sleep(chance.uniform(0.0, 1.0))
        sandbox.up()
    return killed


def _records(sandbox: Sandbox, slug: str) -> dict[str, int]:
    """Return the moves of this run by external id, as the administrator sees them."""
    domain = [["module", "=", f"acktrail_{slug}"], ["model", "=", "account.move"]]
    body = {"domain": domain, "fields": ["name", "res_id"]}
    with sandbox.client("admin") as admin:
        answer = admin.call("ir.model.data", "search_read", body)
    found = answer.value if isinstance(answer, Done) else []
    return {f"acktrail_{slug}.{one['name']}": one["res_id"] for one in found}


def _compare_moves(sandbox: Sandbox, ids: list[int], many: int) -> None:
    """Every move is posted, has a number of its own and the partner has no other move."""
    fields = ["state", "name", "partner_id", "ref", "amount_total"]
    with sandbox.client("admin") as admin:
        body = {"domain": [["id", "in", ids]], "fields": fields}
        answer = admin.call("account.move", "search_read", body)
        assert isinstance(answer, Done)
        moves = answer.value
        [partner] = {one["partner_id"][0] for one in moves}
        of_partner = {"domain": [["partner_id", "=", partner]], "fields": ["id"]}
        everything = admin.call("account.move", "search_read", of_partner)
    assert isinstance(everything, Done)
    assert len(everything.value) == len(moves) == many
    assert {one["state"] for one in moves} == {"posted"}
    assert len({one["name"] for one in moves}) == len({one["ref"] for one in moves}) == many
    assert {f"{one['amount_total']:.2f}" for one in moves} == {"42.50"}
