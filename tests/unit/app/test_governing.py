"""The lifecycle in a home where approval is required: what runs, what waits, what is refused."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from acktrail.app.cases import SECRETS
from acktrail.app.governing import Governing, Move, Moves
from acktrail.app.home import Home
from acktrail.app.trial import Trial, open_trial, reopen_trial
from acktrail.cli import lifecycle as commands
from acktrail.cli.main import cli
from acktrail.errors import ConflictError, PolicyError
from acktrail.ports import ExchangeRow
from tests.conftest import ROOT, SAMPLES

MED = "supplier-eurobandage"
ORDERS = SAMPLES / "edifact-orders-clean/inbound"
ANN, BOB = "user:ann", "user:bob"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that requires approval, with one partner."""
    partners = tmp_path / "partners"
    shutil.copytree(ROOT / "partners" / MED, partners / MED)
    opened = open_trial(tmp_path / "home", partners, SECRETS)
    opened.close()
    settings = tmp_path / "home" / "acktrail.toml"
    settings.write_text(settings.read_text() + '\n[profiles]\napproval = "required"\n')
    return tmp_path / "home"


@pytest.fixture
def trial(home: Path) -> Iterator[Trial]:
    opened = reopen_trial(Home(home))
    yield opened
    opened.close()


def move(
    actor: str, version: int = 0, effective: datetime | None = None, reason: str = "because"
) -> Move:
    return Move(MED, actor, reason, version, effective)


def marked_as_test() -> bytes:
    """Return the clean order marked as a test (UNB 0035)."""
    body = (ORDERS / "orders-0120.edi").read_bytes()
    unb, rest = body.split(b"'", 2)[:2], body.split(b"'", 2)[2]
    elements = unb[1].split(b"+")
    elements += [b""] * (12 - len(elements))
    elements[11] = b"1"
    return b"'".join([unb[0], b"+".join(elements), rest])


def drop(trial: Trial, name: str, body: bytes) -> ExchangeRow:
    """Drop a file under the version that governs now."""
    lister = trial._lister(MED)  # noqa: SLF001
    renewed = trial.wired.renewed(lister)
    assert renewed is not None
    trial.listers[MED] = renewed
    (row,) = trial.drop(MED, name, body)
    return trial.wired.tools.ledger.exchange(row.id)


def codes(trial: Trial, row: ExchangeRow) -> list[str]:
    entries = trial.wired.tools.ledger.entries(row.id)
    return [str(one.body["code"]) for one in entries if one.kind == "held"]


def postings(trial: Trial, row: ExchangeRow) -> int:
    return len(trial.wired.tools.ledger.postings(row.id))


def approve(trial: Trial) -> None:
    moves = Moves(trial.wired.tools)
    moves.submit(move(ANN))
    moves.approve(move(BOB))
    trial.clock.advance(timedelta(seconds=1))


def test_draft_receives_nothing(trial: Trial) -> None:
    assert trial.wired.renewed(trial._lister(MED)) is None  # noqa: SLF001


def test_tested_version_reads_and_answers_test_files_and_posts_nothing(trial: Trial) -> None:
    Moves(trial.wired.tools).submit(move(ANN))

    row = drop(trial, "orders-test.edi", marked_as_test())

    assert row.status == "closed"
    assert postings(trial, row) == 0
    assert [one.kind for one in trial.wired.tools.ledger.answers(row.id)] == ["CONTRL"]


def test_production_file_for_a_tested_partner_is_held(trial: Trial) -> None:
    Moves(trial.wired.tools).submit(move(ANN))

    row = drop(trial, "orders.edi", (ORDERS / "orders-0120.edi").read_bytes())

    assert codes(trial, row) == ["setup.usage"]
    assert postings(trial, row) == 0


def test_test_file_for_an_active_partner_is_held(trial: Trial) -> None:
    approve(trial)

    row = drop(trial, "orders-test.edi", marked_as_test())

    assert codes(trial, row) == ["setup.usage"]


def test_approved_version_posts(trial: Trial) -> None:
    approve(trial)

    row = drop(trial, "orders.edi", (ORDERS / "orders-0120.edi").read_bytes())

    assert row.status == "closed"
    assert postings(trial, row) == 2


def test_file_marked_as_a_test_is_read_under_the_version_that_is_tested(
    trial: Trial, home: Path
) -> None:
    approve(trial)
    new_version(home, 2)
    Moves(trial.wired.tools).submit(move(ANN, 2))

    row = drop(trial, "orders-test.edi", marked_as_test())

    assert row.profile == f"{MED}@2"
    assert row.status == "closed"
    assert postings(trial, row) == 0


def new_version(home: Path, number: int) -> None:
    folder = home / "partners" / MED
    text = (folder / "1.toml").read_text("utf-8")
    changed = text.replace("version = 1", f"version = {number}", 1)
    assert changed != text
    (folder / f"{number}.toml").write_text(changed, "utf-8")


def test_activation_at_a_time_and_rollback(trial: Trial, home: Path) -> None:
    approve(trial)
    new_version(home, 2)
    moves, later = Moves(trial.wired.tools), trial.clock.now() + timedelta(days=1)
    moves.submit(move(ANN, 2))
    moves.approve(move(BOB, 2, effective=later))

    before = Governing(trial.wired.tools).standing(MED).active
    trial.clock.advance(timedelta(days=2))
    after = Governing(trial.wired.tools).standing(MED).active
    moves.rollback(move(ANN, 1))
    back = Governing(trial.wired.tools).standing(MED).active

    assert [one.number for one in (before, after, back) if one] == [1, 2, 1]


def test_changed_file_of_the_version_in_force_holds_what_comes(trial: Trial, home: Path) -> None:
    approve(trial)
    path = home / "partners" / MED / "1.toml"
    path.write_text(path.read_text("utf-8") + "\n# touched\n", "utf-8")

    row = drop(trial, "orders.edi", (ORDERS / "orders-0120.edi").read_bytes())

    assert codes(trial, row) == ["policy.changed"]


def test_suspended_partner_is_read_and_neither_posted_nor_answered(trial: Trial) -> None:
    approve(trial)
    Moves(trial.wired.tools).suspend(move(ANN))

    row = drop(trial, "orders.edi", (ORDERS / "orders-0120.edi").read_bytes())

    assert codes(trial, row) == ["policy.suspended"]
    assert [one.state for one in trial.wired.tools.ledger.postings(row.id)] == ["queued"] * 2
    assert not any(one.delivered for one in trial.wired.tools.ledger.answers(row.id))


def test_partner_that_is_suspended_while_a_file_waits_does_not_post_it(trial: Trial) -> None:
    approve(trial)
    tools = trial.wired.tools
    Moves(tools).suspend(move(ANN))
    row = drop(trial, "orders.edi", (ORDERS / "orders-0120.edi").read_bytes())

    assert Governing(tools).stops_posting(row) == "policy.suspended"
    Moves(tools).resume(move(BOB))
    assert Governing(tools).stops_posting(row) == ""


def test_version_that_was_never_approved_cannot_post_whatever_the_journal_says(
    trial: Trial,
) -> None:
    Moves(trial.wired.tools).submit(move(ANN))
    row = drop(trial, "orders-test.edi", marked_as_test())

    assert Governing(trial.wired.tools).stops_posting(row) == "policy.unapproved"


def test_retired_partner_is_held(trial: Trial) -> None:
    approve(trial)
    Moves(trial.wired.tools).retire(move(BOB))

    row = drop(trial, "orders.edi", (ORDERS / "orders-0120.edi").read_bytes())

    assert codes(trial, row) == ["policy.retired"]


def test_each_move_is_an_entry_with_actor_and_reason(trial: Trial) -> None:
    approve(trial)

    entries = trial.wired.tools.ledger.entries(f"profile:{MED}")

    assert [(one.kind, one.actor) for one in entries] == [("submitted", ANN), ("approved", BOB)]
    assert all(one.body["reason"] == "because" for one in entries)


def test_move_without_a_reason_or_into_the_past_is_refused(trial: Trial) -> None:
    moves = Moves(trial.wired.tools)
    with pytest.raises(PolicyError):
        moves.submit(move(ANN, reason="  "))
    moves.submit(move(ANN))
    with pytest.raises(PolicyError):
        moves.approve(move(BOB, effective=trial.clock.now() - timedelta(days=1)))
    with pytest.raises(ConflictError):
        moves.submit(move(ANN))


def test_story_by_commands_and_forbidden_moves(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(actor: str, *words: str) -> tuple[int, str]:
        monkeypatch.setattr(commands, "actor", lambda: actor)
        done = CliRunner().invoke(cli, ["--home", str(home), "partner", *words])
        return done.exit_code, done.stdout

    because = ("--reason", "first go")
    assert run(ANN, "approve", MED, *because)[0] == 5  # never submitted
    assert run(ANN, "submit", MED, *because)[0] == 0
    assert run(ANN, "submit", MED, *because)[0] == 6  # already
    assert run(ANN, "approve", MED, *because)[0] == 5  # the author
    assert run(BOB, "approve", MED)[0] == 2  # no reason
    assert run(BOB, "approve", MED, *because)[0] == 0
    assert run(ANN, "rollback", f"{MED}@1", *because)[0] == 6  # is active
    assert run(ANN, "suspend", MED, *because)[0] == 0
    assert run(ANN, "resume", MED, *because)[0] == 5  # the same person
    assert run(BOB, "resume", MED, *because)[0] == 0
    assert run(ANN, "submit", "nobody", *because)[0] == 4
    assert run(ANN, "list")[1].splitlines()[1].split("\t") == [MED, "active", "1", "", "1"]
    assert [line.split("\t")[1] for line in run(ANN, "log", MED)[1].splitlines()[1:]] == [
        "submitted",
        "approved",
        "suspended",
        "resumed",
    ]
