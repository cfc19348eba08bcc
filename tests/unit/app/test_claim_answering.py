"""A 277CA through the whole line: once, the same again, and later when a profile first asks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from acktrail.app.cases import SECRETS
from acktrail.app.restarting import Order, Restart
from acktrail.app.trial import Trial, open_trial
from acktrail.engine.memory import MemoryEngine
from acktrail.ports import ExchangeRow
from tests.conftest import ROOT, SAMPLES

BIRCH = "billing-birch"
MIXED = (SAMPLES / "x12-837p-277ca-mixed/inbound/claims.edi").read_bytes()
SUMS = (SAMPLES / "x12-837i-277ca-refused/inbound/claims.edi").read_bytes()
PROFILE = (ROOT / "partners" / BIRCH / "1.toml").read_text()
ROUTE = '\n[[route]]\ndocument = "claim"\n'


def changed(old: str, new: str) -> str:
    assert old in PROFILE
    return PROFILE.replace(old, new)


def opened(tmp_path: Path, profile: str = PROFILE) -> Trial:
    """Return a home in which Birch has this profile."""
    partners = tmp_path / "partners"
    (partners / BIRCH).mkdir(parents=True)
    (partners / BIRCH / "1.toml").write_text(profile)
    return open_trial(tmp_path / "home", partners, SECRETS)


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    made = opened(tmp_path)
    yield made
    made.close()


def settle(trial: Trial) -> None:
    engine = trial.wired.engine
    assert isinstance(engine, MemoryEngine)
    engine.run()


def answers(trial: Trial, row: ExchangeRow) -> list[tuple[str, str]]:
    with trial.wired.tools.ledger.begin() as tx:
        return sorted((one.name, one.sha256) for one in tx.outbox(row.id))


def told(trial: Trial, row: ExchangeRow) -> str:
    tools = trial.wired.tools
    with tools.ledger.begin() as tx:
        (blob,) = [one.blob for one in tx.outbox(row.id) if one.kind == "277CA"]
    return tools.store.get(blob).decode()


def ended(trial: Trial, row: ExchangeRow) -> str:
    return trial.wired.tools.ledger.exchange(row.id).status


def test_copy_gets_the_same_bytes_and_a_replay_answers_nothing_a_second_time(trial: Trial) -> None:
    (row,) = trial.drop(BIRCH, "claims.edi", MIXED)
    before = answers(trial, row)
    (copy,) = trial.drop(BIRCH, "again.edi", MIXED)
    Restart(trial.wired.tools, trial.wired.engine).replay(Order(row.id, "user:tester", "again"))
    settle(trial)

    assert [name for name, _digest in before] == ["277CA_000000002.edi", "999_000000001.edi"]
    assert answers(trial, copy) == before
    assert answers(trial, row) == before
    assert ended(trial, row) == "closed"


def test_claims_that_a_person_decides_about_are_received_and_not_accepted(tmp_path: Path) -> None:
    trial = opened(tmp_path, PROFILE + ROUTE)
    (row,) = trial.drop(BIRCH, "claims.edi", MIXED)
    body = told(trial, row)
    left = ended(trial, row)
    trial.close()

    assert left == "held"  # Odoo has no place for claims
    assert body.count("STC*A1:19:PR*20260102*WQ*120~") == 2
    assert "STC*A2" not in body
    assert body.count("*U*") == 4


def test_held_sums_are_told_by_a_277ca_once_a_newer_profile_says_so(tmp_path: Path) -> None:
    first = changed('balance = "277ca"', 'balance = "none"')
    trial = opened(tmp_path, first)
    (row,) = trial.drop(BIRCH, "claims.edi", SUMS)
    held, before = ended(trial, row), answers(trial, row)
    newer = trial.wired.tools.home.root / "partners" / BIRCH / "2.toml"
    newer.write_text(changed("version = 1", "version = 2"))
    order = Order(row.id, "user:tester", "the payer wants to know", newest=True)
    Restart(trial.wired.tools, trial.wired.engine).release(order)
    settle(trial)
    after, left = answers(trial, row), ended(trial, row)
    body = told(trial, row)
    trial.close()

    assert held == "held"
    assert [name for name, _digest in before] == ["999_000000001.edi"]
    assert after == sorted([("277CA_000000002.edi", after[0][1]), *before])
    assert left == "closed"
    assert "STC*A8:400*20260102*U*" in body
