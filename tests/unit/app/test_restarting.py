"""Release, replay and park: what runs again, what never happens twice, and who may."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from acktrail.app import exceptions
from acktrail.app.cases import SECRETS
from acktrail.app.exceptions import Decision
from acktrail.app.restarting import PARKED, Order, Restart
from acktrail.app.trial import Trial, open_trial
from acktrail.engine.memory import MemoryEngine
from acktrail.engine.port import Task
from acktrail.errors import ConflictError, NotFoundError, PolicyError
from acktrail.pipeline.outcomes import STALE
from acktrail.ports import ExchangeRow
from tests.conftest import ROOT, SAMPLES

BILLING, MED = "hospital-oldbill", "supplier-eurobandage"
CHARGES = (SAMPLES / "csv-charges/inbound/charges-lab.csv").read_text()
ORDERS = SAMPLES / "edifact-orders-clean/inbound"
STRANGER = "PAYER-UNLISTED"
ME = "user:tester"


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    opened = open_trial(tmp_path / "home", ROOT / "partners", SECRETS)
    yield opened
    opened.close()


@pytest.fixture
def restart(trial: Trial) -> Restart:
    return Restart(trial.wired.tools, trial.wired.engine)


def order(row: ExchangeRow, reason: str = "looked at it", *, newest: bool = False) -> Order:
    return Order(row.id, ME, reason, newest=newest)


def settle(trial: Trial) -> None:
    engine = trial.wired.engine
    assert isinstance(engine, MemoryEngine)
    engine.run()


def fresh(trial: Trial, row: ExchangeRow) -> ExchangeRow:
    return trial.wired.tools.ledger.exchange(row.id)


def states(trial: Trial, row: ExchangeRow) -> list[str]:
    with trial.wired.tools.ledger.begin() as tx:
        return [one.state for one in tx.postings(row.id)]


def answers(trial: Trial, row: ExchangeRow) -> list[tuple[str, str]]:
    with trial.wired.tools.ledger.begin() as tx:
        return [(one.name, one.sha256) for one in tx.outbox(row.id)]


def kinds(trial: Trial, row: ExchangeRow) -> list[str]:
    return [one.kind for one in trial.wired.tools.ledger.entries(row.id)]


def unknown_payer(trial: Trial) -> ExchangeRow:
    """Drop charges for a payer that no table has; return the exchange, which is held."""
    body = CHARGES.replace("NORTHWIND", STRANGER)
    assert body != CHARGES
    (row,) = trial.drop(BILLING, "charges-lab.csv", body.encode())
    assert fresh(trial, row).status == "held"
    assert "rejected" in states(trial, row)
    return row


def test_document_goes_out_after_a_crosswalk_row_and_a_release(
    trial: Trial, restart: Restart
) -> None:
    row = unknown_payer(trial)
    before = answers(trial, row)
    folder = trial.wired.tools.home.root / "partners" / BILLING / "crosswalk"
    folder.mkdir()
    text = f"code,odoo\nPAYER_ID:{STRANGER},masterdata.other\n"
    (folder / "parties.csv").write_text(text)

    part = restart.release(order(row, "the payer is new"))
    settle(trial)

    assert part == "post"
    assert fresh(trial, row).status == "closed"
    assert set(states(trial, row)) == {"queued"}  # journal mode keeps the calls
    assert answers(trial, row) == before
    released = next(e for e in trial.wired.tools.ledger.entries(row.id) if e.kind == "released")
    assert (released.actor, released.body["reason"]) == (ME, "the payer is new")


def test_release_without_a_remedy_is_held_again(trial: Trial, restart: Restart) -> None:
    row = unknown_payer(trial)

    restart.release(order(row))
    settle(trial)

    assert fresh(trial, row).status == "held"
    assert "rejected" in states(trial, row)


def test_dismissed_document_no_longer_holds_its_exchange(trial: Trial, restart: Restart) -> None:
    row, tools = unknown_payer(trial), trial.wired.tools
    for one in tools.ledger.exceptions():
        exceptions.resolve(tools, Decision(str(one.id), ME, "not ours", dismiss=True))

    restart.release(order(row))
    settle(trial)

    assert fresh(trial, row).status == "closed"
    assert tools.ledger.exceptions() == []
    assert kinds(trial, row).count("resolved") > 0


def test_held_file_of_an_unknown_sender_is_read_again_under_the_newest_profile(
    trial: Trial, restart: Restart
) -> None:
    (path,) = (SAMPLES / "edifact-unknown-sender/inbound").iterdir()
    (row,) = trial.drop(MED, path.name, path.read_bytes())
    assert fresh(trial, row).status == "held"
    folder = trial.wired.tools.home.root / "partners" / MED
    text = (folder / "1.toml").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("senders")]
    (folder / "2.toml").write_text("\n".join(lines).replace("version = 1", "version = 2", 1) + "\n")

    part = restart.release(order(row, newest=True))
    settle(trial)

    assert part == "all"
    assert fresh(trial, row).profile == f"{MED}@2"
    assert fresh(trial, row).status == "closed"
    assert answers(trial, row)


def test_replay_posts_nothing_twice_and_keeps_the_answers_and_their_numbers(
    trial: Trial, restart: Restart
) -> None:
    path = min(ORDERS.iterdir())
    (row,) = trial.drop(MED, path.name, path.read_bytes())
    before, posted = answers(trial, row), states(trial, row)

    restart.replay(order(row, "to be sure"))
    settle(trial)

    assert fresh(trial, row).status == "closed"
    assert answers(trial, row) == before != []
    assert states(trial, row) == posted
    planned = [e.body for e in trial.wired.tools.ledger.entries(row.id) if e.kind == "planned"]
    assert len(planned) == 2
    assert planned[0]["first_number"] == planned[1]["first_number"]
    assert list(trial.wired.tools.ledger.verify()) == []


def test_replay_sets_aside_what_the_first_run_could_not_post(
    trial: Trial, restart: Restart
) -> None:
    row = unknown_payer(trial)

    restart.replay(order(row))
    settle(trial)

    with trial.wired.tools.ledger.begin() as tx:
        refused = [one.error for one in tx.postings(row.id) if one.state == "rejected"]
    assert sorted(set(refused)) == ["post.superseded", "ref.party_unknown"]
    assert fresh(trial, row).status == "held"


def taken(trial: Trial) -> ExchangeRow:
    """Let a file be taken, and nothing be done with it yet."""
    path = min(ORDERS.iterdir())
    found = trial.wired.tools.home.profile(MED)
    lister = trial.wired.lister(found)
    (trial.wired.inbound_folder(found) / path.name).write_bytes(path.read_bytes())
    while not lister.poll()[0]:
        trial.clock.advance(timedelta(minutes=1))
    (row,) = trial.wired.tools.ledger.exchanges()
    return row


def test_parked_exchange_waits_until_it_is_released(trial: Trial, restart: Restart) -> None:
    row = taken(trial)

    restart.park(order(row, "the partner rang"))
    settle(trial)

    assert kinds(trial, row)[-1] == "held"
    assert "read" not in kinds(trial, row)
    held = trial.wired.tools.ledger.entries(row.id)[-1]
    assert (held.body["code"], held.actor) == (PARKED, ME)
    restart.release(order(row))
    settle(trial)
    assert fresh(trial, row).status == "closed"


def test_steps_of_an_exchange_that_was_parked_meanwhile_end(trial: Trial, restart: Restart) -> None:
    row = taken(trial)
    restart.park(order(row))
    steps, stale = trial.wired.steps, Task(row.id, 0)

    ended = [
        steps.intake(stale),
        steps.post(stale),
        steps.acknowledge(stale, final=True),
        steps.hold(stale, "defect", ""),
    ]

    assert ended == [STALE] * 4
    assert kinds(trial, row)[-1] == "held"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501], ids=["none", "blank", "long"])
def test_nothing_is_started_anew_without_a_reason(
    trial: Trial, restart: Restart, reason: str
) -> None:
    row = unknown_payer(trial)

    with pytest.raises(PolicyError):
        restart.release(order(row, reason))
    assert fresh(trial, row).generation == 0


def test_what_is_not_held_is_not_released_and_what_is_closed_not_parked(
    trial: Trial, restart: Restart
) -> None:
    path = min(ORDERS.iterdir())
    (row,) = trial.drop(MED, path.name, path.read_bytes())

    with pytest.raises(ConflictError):
        restart.release(order(row))
    with pytest.raises(ConflictError):
        restart.park(order(row))


def test_decision_about_a_document_that_needs_none_is_a_conflict(trial: Trial) -> None:
    path = min(ORDERS.iterdir())
    (row,) = trial.drop(MED, path.name, path.read_bytes())
    tools = trial.wired.tools
    with tools.ledger.begin() as tx:
        posting = tx.postings(row.id)[0]

    with pytest.raises(ConflictError):
        exceptions.resolve(tools, Decision(str(posting.id), ME, "why not", dismiss=True))
    with pytest.raises(NotFoundError):
        exceptions.show(tools, "999999")
