"""One file's whole way with real parts: gpg, OpenSSH's client and server, the service, Odoo 19.

Without an Odoo sandbox (``make odoo``) the same way ends at the journal, which keeps the calls.
"""

from decimal import Decimal
from pathlib import Path
from time import time_ns
from typing import Any

from acktrail.odoo.client import Done
from tests.endtoend import sealed
from tests.endtoend.house import House
from tests.endtoend.traffic import read_answers
from tests.generators import x12
from tests.service.gpg.workshop import Workshop, gpg_workshop
from tests.service.odoo.conftest import Sandbox
from tests.service.sshd import Sshd, running_sshd

pytest_plugins = ["tests.service.postgres"]

SECONDS = 120
ISA, GS = "000000771", "771"


def test_sealed_remittance_over_sftp_becomes_the_right_entry_in_a_real_odoo(
    house: House, tmp_path: Path, odoo_sandbox: Sandbox
) -> None:
    slug, trace = f"e{time_ns()}", f"T{time_ns()}"
    known = odoo_sandbox.credentials
    house.configure(known["url"], known["db"], known["bot"]["api_key"])

    with running_sshd(tmp_path / "sshd") as server, gpg_workshop() as workshop:
        answers = _whole_way(house, server, workshop, slug, trace)

    assert read_answers(answers) == {("TA1", ISA): 1, ("999", GS): 1}
    assert _accepted(answers)
    assert house.faults() == []
    _compare_entry(odoo_sandbox, slug, trace)


def test_sealed_remittance_over_sftp_is_kept_as_calls_where_no_odoo_is_configured(
    house: House, tmp_path: Path
) -> None:
    slug, trace = "sealed", "T1"

    with running_sshd(tmp_path / "sshd") as server, gpg_workshop() as workshop:
        answers = _whole_way(house, server, workshop, slug, trace)

    assert read_answers(answers) == {("TA1", ISA): 1, ("999", GS): 1}
    assert _accepted(answers)
    assert house.faults() == []
    with house.tools() as tools:
        assert tools.ledger.counts()["posting.queued"] == 1


def _whole_way(
    house: House, server: Sshd, workshop: Workshop, slug: str, trace: str
) -> dict[str, bytes]:
    """Send a good file and a stranger's; return what the partner fetches in the end."""
    sealed.move_in(house, server, workshop, slug)
    client = sealed.Client(server, house.root.parent / "client")
    body = _remittance(trace)
    house.up()
    client.put("era.edi.pgp", workshop.message(body, signer="payer"))
    client.put("odd.edi.pgp", workshop.message(_remittance("NONE"), signer="stranger"))
    house.settle(2, SECONDS)
    assert house.stop() == 0

    assert house.outcomes() == {
        "era.edi.pgp": "closed, accepted",
        "odd.edi.pgp": "held, held: refused.unanswered",
    }
    assert sorted(path.name for path in (server.home / sealed.IN).glob("*.pgp")) == []
    return client.fetch_all()


def _remittance(trace: str) -> bytes:
    envelope = x12.Envelope(ISA, "NORTHWIND", "SAMPLECLINIC", usage="P", request="1")
    payment = x12.payments(x12.remittance("0001", trace=trace), control=GS)
    return x12.interchange(payment, envelope=envelope)


def _accepted(answers: dict[str, bytes]) -> bool:
    """Tell whether TA1 and 999 both accept."""
    text = b"".join(answers.values())
    return f"TA1*{ISA}*".encode() in text and b"*A*000~" in text and b"AK9*A*1*1*1~" in text


def _compare_entry(sandbox: Sandbox, slug: str, trace: str) -> None:
    """Compare the entry, field by field, with what the file says (x12.TWO_CLAIMS)."""
    named = _read(sandbox, "ir.model.data", [["module", "=", f"acktrail_{slug}"]], "model res_id")
    records = {one["model"]: one["res_id"] for one in named}
    assert records.keys() == {"account.move", "res.partner"}
    assert len(named) == 2
    ours = [["id", "=", records["account.move"]]]
    fields = "move_type state ref date journal_id amount_total"
    [entry] = _read(sandbox, "account.move", ours, fields)
    assert entry["journal_id"][0] == _named(sandbox, "1_general")
    del entry["id"], entry["journal_id"]
    assert entry == {
        "move_type": "entry",
        "state": "draft",
        "ref": f"835 TRN {trace}",
        "date": "2026-03-15",
        "amount_total": Decimal("465.5"),
    }
    lines = _read(
        sandbox,
        "account.move.line",
        [["move_id", "=", records["account.move"]]],
        "name account_id partner_id debit credit",
    )
    found = [
        (
            one["name"],
            one["account_id"][0],
            one["partner_id"][0] if one["partner_id"] else None,
            Decimal(str(one["debit"])) - Decimal(str(one["credit"])),
        )
        for one in lines
    ]
    assert sorted(found, key=str) == sorted(_lines(sandbox, records["res.partner"], trace), key=str)


def _lines(sandbox: Sandbox, payer: int, trace: str) -> list[tuple[str, int, int | None, Decimal]]:
    """Return name, account, partner and debit less credit of every line that is due."""
    receivable = _named(sandbox, "1_account_account_us_receivable")
    money = _named(sandbox, "1_account_journal_payment_debit_account_id")
    other = _named(sandbox, "1_account_account_us_other_income")
    return [
        (f"EFT {trace}", money, None, Decimal(370)),
        ("PCN0001 paid", receivable, payer, Decimal(-160)),
        ("PCN0001 CO-45", other, payer, Decimal("30.5")),
        ("PCN0001 CO-45", receivable, payer, Decimal("-30.5")),
        ("PCN0002 paid", receivable, payer, Decimal(-225)),
        ("PCN0002 CO-45", other, payer, Decimal(50)),
        ("PCN0002 CO-45", receivable, payer, Decimal(-50)),
        ("PLB WO", other, payer, Decimal(15)),
    ]


def _named(sandbox: Sandbox, name: str) -> int:
    """Return the database id of a record of Odoo's accounting by its external name."""
    [found] = _read(
        sandbox, "ir.model.data", [["module", "=", "account"], ["name", "=", name]], "res_id"
    )
    return int(found["res_id"])


def _read(
    sandbox: Sandbox, model: str, domain: list[list[object]], fields: str
) -> list[dict[str, Any]]:
    body = {"domain": domain, "fields": fields.split()}
    with sandbox.client("admin") as client:
        answer = client.call(model, "search_read", body)
    assert isinstance(answer, Done)
    return list(answer.value)
