"""A mixed run with planted differences, reconciled against a real Odoo 19: exactly those are named.

Small in the suite; ``ACKTRAIL_RECONCILE=2000`` is the full run.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from time import time_ns

import pytest
from click.testing import CliRunner, Result

from acktrail.app.reconcile import Difference, Reconciliation, Window
from acktrail.cli.main import cli
from acktrail.documents.kinds import Document
from acktrail.documents.parts import Identifier, Party
from acktrail.odoo.client import Done
from acktrail.ports import PostingRow
from tests.service.odoo.books import Books, books, write_key
from tests.service.odoo.conftest import Sandbox
from tests.unit.odoo import samples

DOCUMENTS = int(os.environ.get("ACKTRAIL_RECONCILE", "120"))
PARTNERS = (samples.PARTNER, "second-partner")
FILE = 20
SECONDS = 1200.0
NOBODY = {"DUNS:BAD": "base.acktrail_no_such_partner"}
EACH = 10  # of ten documents: five bills, three charges, a credit note, a person


@pytest.fixture
def mixed(tmp_path: Path, sandbox: Sandbox) -> Iterator[Books]:
    slug = f"r{time_ns()}"
    with books(
        tmp_path / "home",
        sandbox,
        slug,
        user="post",
        partners=PARTNERS,
        post=True,
        parties=NOBODY,
    ) as found:
        yield found


def document(number: int) -> Document:
    match number % EACH:
        case 0 | 1 | 2:
            return samples.charge(f"R-{number}")
        case 3:
            return samples.credit_note(f"R-{number}")
        case 4:
            return samples.person(f"R-{number}")
        case _:
            return samples.invoice(f"R-{number}")


def fill(found: Books) -> list[str]:
    """Take all files of both partners, post them, answer them; return the exchanges."""
    exchanges = [
        found.take(
            [document(one) for one in range(start, start + FILE)],
            partner=PARTNERS[start // FILE % len(PARTNERS)],
        )[0]
        for start in range(0, DOCUMENTS, FILE)
    ]
    found.until_drained(SECONDS)
    for exchange in exchanges:
        found.answer(exchange)
    return exchanges


def reconciled(found: Books) -> list[Difference]:
    now = found.tools.clock.now()
    window = Window(now - timedelta(hours=2), now + timedelta(hours=1))
    return Reconciliation(found.tools, found.sender).run(window).differences


def test_reconcile_names_exactly_the_thirteen_planted_differences(
    mixed: Books, sandbox: Sandbox
) -> None:
    exchanges = fill(mixed)
    assert reconciled(mixed) == []

    stranger, planted = _plant(mixed, sandbox, mixed.rows(exchanges[0]), exchanges)
    try:
        found = reconciled(mixed)
        command = _command(mixed)
    finally:
        _admin(sandbox, "unlink", {"ids": [stranger]})

    assert Counter((one.what, one.document) for one in found) == Counter(planted)
    assert len(found) == len(planted) == 13
    assert command.exit_code == 3
    said = [json.loads(row) for row in command.stdout.splitlines()]
    assert [one["difference"]["what"] for one in said if "difference" in one] == [
        one.what for one in found
    ]
    totals = [one["total"] for one in said if "total" in one]
    assert sum(one["stated"] for one in totals) == DOCUMENTS + FILE_OF_PLANTED + 1
    assert sum(one["differences"] for one in totals) == 13


def test_reconcile_of_a_day_without_files_has_no_difference(mixed: Books) -> None:
    words = ["odoo", "reconcile", "--from", "2001-01-01", "--to", "2001-01-31", "--json"]
    home = str(mixed.tools.home.root)

    result = CliRunner().invoke(cli, ["--home", home, *words], prog_name="acktrail")

    assert (result.exit_code, result.stdout) == (0, "")


def test_reconcile_while_odoo_refuses_us_says_nothing_of_its_records(mixed: Books) -> None:
    exchange, _ = mixed.take([samples.charge("R-1")])
    mixed.until_drained()
    mixed.answer(exchange)
    write_key(mixed.tools.home.root, "wrong")

    assert _command(mixed).exit_code == 1


FILE_OF_PLANTED = 4


def _plant(
    found: Books, sandbox: Sandbox, rows: Sequence[PostingRow], exchanges: Sequence[str]
) -> tuple[int, list[tuple[str, str]]]:
    """Make thirteen differences; return the stranger's id and what has to be named."""
    moves = [row for row in rows if row.model == "account.move"]
    gone, cheaper, renamed, rebooked, unposted, cancelled = moves[:6]
    ids = [row.odoo_id for row in moves[:6]]
    _admin(sandbox, "button_draft", {"ids": ids})
    _admin(sandbox, "unlink", {"ids": ids[:1]})
    lines = [[1, _line(sandbox, cheaper), {"price_unit": 1}]]
    _admin(sandbox, "write", {"ids": [cheaper.odoo_id], "vals": {"invoice_line_ids": lines}})
    _admin(sandbox, "write", {"ids": [renamed.odoo_id], "vals": {"ref": "changed"}})
    _admin(sandbox, "write", {"ids": [rebooked.odoo_id], "vals": {"partner_id": 1}})
    _admin(sandbox, "action_post", {"ids": ids[1:4]})
    _admin(sandbox, "button_cancel", {"ids": [cancelled.odoo_id]})
    planted = [
        ("odoo.missing", gone.external_id),
        ("odoo.changed", cheaper.external_id),
        ("odoo.changed", renamed.external_id),
        ("odoo.changed", rebooked.external_id),
        ("odoo.undone", unposted.external_id),
        ("odoo.undone", cancelled.external_id),
    ]
    nobody = (Party("SELLER", (Identifier("DUNS", "BAD"),)),)
    other = samples.charge("R-0", "999.00")  # a key that is known, with other content
    wrong = samples.invoice("R-wrong", parties=nobody)
    parked, waiting = samples.charge("R-parked"), samples.charge("R-waiting")
    last, kept = found.take([other, wrong, parked, waiting])
    tomorrow = found.tools.clock.now() + timedelta(days=1)
    with found.tools.ledger.begin() as tx:
        tx.set_posting(kept[2].id, "parked", error="odoo.mapping")
        tx.set_posting(kept[3].id, "queued", not_before=tomorrow)
    found.drain()
    found.answer(last, delivered=False)
    planted += [
        ("posting.conflict", kept[0].external_id),
        ("posting.rejected", kept[1].external_id),
        ("posting.parked", kept[2].external_id),
        ("posting.queued", kept[3].external_id),
        ("answer.undelivered", last),
    ]
    with found.tools.ledger.begin() as tx:  # a file that says one document more than we kept
        tx.append(exchanges[1], "translated", _one_more(found, exchanges[1]), "svc:test")
    planted.append(("document.lost", ""))
    client = sandbox.client("post")
    made = client.call("account.move", "create", {"vals_list": [{"move_type": "entry"}]})
    assert isinstance(made, Done)
    [stranger] = made.value
    planted.append(("odoo.stranger", f"account.move,{stranger}"))
    return stranger, planted


def _one_more(found: Books, exchange: str) -> dict[str, object]:
    kinds = Counter(row.doctype for row in found.rows(exchange))
    return {"kinds": dict(sorted((kinds + Counter(invoice=1)).items()))}


def _line(sandbox: Sandbox, row: PostingRow) -> int:
    body = {"domain": [["id", "=", row.odoo_id]], "fields": ["invoice_line_ids"]}
    answer = sandbox.client("admin").call("account.move", "search_read", body)
    assert isinstance(answer, Done)
    return int(answer.value[0]["invoice_line_ids"][0])


def _admin(sandbox: Sandbox, method: str, body: dict[str, object]) -> None:
    answer = sandbox.client("admin").call("account.move", method, body)
    assert isinstance(answer, Done), answer


def _command(found: Books) -> Result:
    today = f"{found.tools.clock.now():%Y-%m-%d}"
    words = ["odoo", "reconcile", "--from", today, "--to", today, "--json"]
    home = str(found.tools.home.root)
    return CliRunner().invoke(cli, ["--home", home, *words], prog_name="acktrail")
