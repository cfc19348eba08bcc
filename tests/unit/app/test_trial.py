"""The whole line by hand: frozen clock and ids, the in-memory engine, nothing else replaced."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from acktrail.app.answering import answer_name
from acktrail.app.cases import SECRETS
from acktrail.app.looks import why
from acktrail.app.trial import Trial, local_only, open_trial, outcome_files
from acktrail.model import Acknowledgement
from acktrail.profiles.partner import read_profile
from tests.conftest import ROOT, SAMPLES

PARTNER = "supplier-eurobandage"
ORDERS = SAMPLES / "edifact-orders-clean" / "inbound" / "orders-0120.edi"


def opened(folder: Path) -> Trial:
    return open_trial(folder, ROOT / "partners", SECRETS)


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    one = opened(tmp_path / "home")
    yield one
    one.close()


def test_same_file_in_two_homes_leaves_equal_files(tmp_path: Path) -> None:
    left = []
    for name in ("1", "2"):
        trial = opened(tmp_path / name)
        rows = trial.drop(PARTNER, ORDERS.name, ORDERS.read_bytes())
        left.append(outcome_files(trial, rows))
        trial.close()

    assert len(left[0]) > 3
    assert left[0] == left[1]


def test_file_is_taken_once_and_moved_to_the_archive(trial: Trial) -> None:
    (row,) = trial.drop(PARTNER, ORDERS.name, ORDERS.read_bytes())

    folder = trial.wired.tools.home.root / "inbound" / PARTNER
    (archived,) = (folder / ".archive").iterdir()
    assert not (folder / ORDERS.name).exists()
    assert archived.read_bytes() == ORDERS.read_bytes()
    assert trial.wired.tools.ledger.exchange(row.id).status == "closed"


def test_same_bytes_again_get_the_same_answer_and_post_nothing(trial: Trial) -> None:
    tools = trial.wired.tools
    (first,) = trial.drop(PARTNER, "orders.edi", ORDERS.read_bytes())
    (copy,) = trial.drop(PARTNER, "orders-again.edi", ORDERS.read_bytes())

    with tools.ledger.begin() as tx:
        answers = [(one.name, one.sha256) for one in tx.outbox(first.id)]
        again = [(one.name, one.sha256) for one in tx.outbox(copy.id)]
        assert tx.postings(copy.id) == ()
    assert answers
    assert again == answers


def test_answer_lies_in_the_partners_folder_as_the_ledger_says(trial: Trial) -> None:
    tools = trial.wired.tools
    (row,) = trial.drop(PARTNER, ORDERS.name, ORDERS.read_bytes())

    with tools.ledger.begin() as tx:
        (answer,) = tx.outbox(row.id)
    delivered = tools.home.root / "outbound" / PARTNER / answer.name
    assert delivered.read_bytes() == tools.store.get(answer.blob)
    assert answer.delivered


def test_profile_that_was_changed_after_a_file_used_it_is_refused(trial: Trial) -> None:
    tools = trial.wired.tools
    found = tools.home.profile(PARTNER)
    trial.wired.lister(found)  # the service reads a profile once
    lister = trial.wired.lister(found)
    (trial.wired.inbound_folder(found) / "orders.edi").write_bytes(ORDERS.read_bytes())
    for _ in range(20):
        if lister.poll()[0]:
            break
        trial.clock.advance(found.profile.inbound.ready.interval)
    found.path.write_text(found.path.read_text() + "\n# edited in place\n")

    (row,) = tools.ledger.exchanges()
    trial.wired.engine.run()  # type: ignore[union-attr]  # a trial's engine is the one in memory

    assert tools.ledger.exchange(row.id).status == "held"
    (reason,) = why(tools, row.id)
    assert reason["rule"] == "setup.profile"
    assert "make a new version" in str(reason["message"])


def test_ledger_of_a_trial_verifies(trial: Trial) -> None:
    trial.drop(PARTNER, ORDERS.name, ORDERS.read_bytes())

    assert list(trial.wired.tools.ledger.verify()) == []


def test_answer_is_named_by_kind_and_control_number(trial: Trial) -> None:
    (row,) = trial.drop(PARTNER, ORDERS.name, ORDERS.read_bytes())

    answer = Acknowledgement("999", "000000007", "1", b"", "edi")

    assert answer_name(answer, row) == "999_000000007.edi"


def test_receipt_is_named_after_the_file_it_is_for_and_its_content(trial: Trial) -> None:
    (row,) = trial.drop(PARTNER, ORDERS.name, ORDERS.read_bytes())
    row = row._replace(name="../invoices of May.csv", raw_sha256="ab" * 32)

    name = answer_name(Acknowledgement("RECEIPT", "1", "1", b"", "ack.csv"), row)

    assert name.endswith(".abababab.ack.csv")
    assert "/" not in name
    assert " " not in name


def test_sftp_endpoints_of_a_trial_become_folders_and_nothing_else_changes() -> None:
    text = (ROOT / "partners/payer-northwind/1.toml").read_text()

    before, after = read_profile(text.encode()), read_profile(local_only(text).encode())

    assert (before.inbound.transport, after.inbound.transport) == ("sftp", "folder")
    assert after.outbound.transport == "folder"
    assert after.inbound.host == ""
    assert after.flow == before.flow
    assert after.inbound.ready == before.inbound.ready
