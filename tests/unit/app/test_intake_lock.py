"""The intake reads and plans before its transaction: nobody waits for the ledger meanwhile."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from acktrail.app.cases import SECRETS
from acktrail.app.intake import Intake
from acktrail.app.trial import Trial, open_trial
from acktrail.engine.port import Task
from acktrail.pipeline.outcomes import Advance
from acktrail.store.local import LocalStore
from tests.conftest import ROOT, SAMPLES

PARTNER = "supplier-eurobandage"
ORDERS = SAMPLES / "edifact-orders-clean/inbound/orders-0120.edi"


class Watching(LocalStore):
    """Notes at each reading whether somebody else could write to the ledger now."""

    ledger: Path
    free: list[bool]

    def open(self, name: str) -> BinaryIO:
        with closing(sqlite3.connect(self.ledger, timeout=0, isolation_level=None)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
                other.execute("ROLLBACK")
                self.free.append(True)
            except sqlite3.OperationalError:
                self.free.append(False)
        return super().open(name)


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    partners = tmp_path / "partners"
    shutil.copytree(ROOT / "partners" / PARTNER, partners / PARTNER)
    opened = open_trial(tmp_path / "home", partners, SECRETS)
    yield opened
    opened.close()


def test_documents_are_planned_while_the_ledger_is_free_for_others(trial: Trial) -> None:
    (row,) = trial.drop(PARTNER, "orders.edi", ORDERS.read_bytes())
    tools = trial.wired.tools
    with tools.ledger.begin() as tx:
        generation = tx.rise(row.id)  # read it once more
    var = tools.home.var
    watching = Watching(var / "store", tools.naming_key, tools.vault)
    watching.ledger, watching.free = var / "ledger.db", []

    outcome = Intake(replace(tools, store=watching)).run(Task(row.id, generation))

    assert isinstance(outcome, Advance)
    assert len(watching.free) > 1  # the file, and its documents
    assert all(watching.free)
