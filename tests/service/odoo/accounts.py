"""Accounts of the sandbox's chart, and what a test's own moves add up to."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from acktrail.documents.kinds import Document
from acktrail.odoo.follow_up import Posted
from tests.service.odoo.conftest import Desk

RECEIVABLE = "account.1_account_account_us_receivable"
PATIENTS = "account.1_account_account_us_pos_receivable"
WRITE_OFF = "account.1_account_account_us_other_income"
WITHHELD = "account.1_account_account_us_bank_fees"
OUTSTANDING = "account.1_account_journal_payment_debit_account_id"
BANK = "account.1_bank"
CHANGES: dict[str, object] = {
    "post": True,
    "reconcile": True,
    "bank_journal": BANK,
    "patient_receivable": PATIENTS,
    "patient": "base.public_partner",
    "adjustment": {"CO": WRITE_OFF, "PLB-WO": WITHHELD},
}


class Accounts:
    """What a test's own moves add up to."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.accounts = {
            name: self._id(name)
            for name in (RECEIVABLE, PATIENTS, WRITE_OFF, WITHHELD, OUTSTANDING)
        }

    def _id(self, name: str) -> int:
        module, _, xml_id = name.partition(".")
        domain = [["module", "=", module], ["name", "=", xml_id]]
        return int(self.desk.search("ir.model.data", domain, "res_id")[0]["res_id"])

    def trial_balance(self) -> dict[int, Decimal]:
        """The balance of every account over the posted moves of this test."""
        found: defaultdict[int, Decimal] = defaultdict(Decimal)
        named = [["module", "=", f"acktrail_{self.desk.slug}"]]
        rows = self.desk.search("ir.model.data", named, "model", "res_id")
        moves = [one["res_id"] for one in rows if one["model"] == "account.move"]
        lines = [one["res_id"] for one in rows if one["model"] == "account.bank.statement.line"]
        banked = self.desk.search("account.bank.statement.line", [["id", "in", lines]], "move_id")
        moves += [one["move_id"][0] for one in banked]
        domain = [["move_id", "in", moves], ["parent_state", "=", "posted"]]
        for one in self.desk.search("account.move.line", domain, "account_id", "balance"):
            found[one["account_id"][0]] += Decimal(one["balance"])
        return {account: balance for account, balance in found.items() if balance}

    def balance(self, name: str) -> Decimal:
        return self.trial_balance().get(self.accounts[name], Decimal(0))

    def residual(self, invoice: int) -> Decimal:
        kept = self.desk.read("account.move", invoice, "amount_residual")
        return Decimal(kept["amount_residual"])


def post(desk: Desk, document: Document, options: Mapping[str, object] = CHANGES) -> int:
    """Store and finish a document twice; return the record."""
    planned = desk.plan(document, **options)
    record = desk.store(planned)[0]
    done = desk.follow_up.finish([(1, planned, record)]).outcomes
    assert isinstance(done[1], Posted)
    assert desk.follow_up.finish([(1, planned, record)]).outcomes == done  # a repeat is harmless
    return record
