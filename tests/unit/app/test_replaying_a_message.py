"""One X12 set of a file that is at rest is read, translated and posted again alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from acktrail.app.cases import SECRETS
from acktrail.app.looks import kept_result
from acktrail.app.restarting import Order, Restart
from acktrail.app.trial import Trial, open_trial
from acktrail.engine.memory import MemoryEngine
from acktrail.errors import ConflictError, NotFoundError, PolicyError
from acktrail.model import ReadResult, Verdict
from acktrail.ports import Entry, ExchangeRow, PostingRow
from tests.conftest import ROOT, SAMPLES
from tests.generators.x12 import Envelope, interchange, payments, remittance

RELAY, ME = "clearing-relay", "user:tester"
WARNED = Verdict.ACCEPTED_WITH_ERRORS
ENVELOPE = Envelope(sender="RELAY", receiver="SAMPLECLINIC")


def of(control: str, *changes: tuple[str, str]) -> list[str]:
    text = "~".join(remittance(control, trace=f"TRACE{control}"))
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text.split("~")


RIGHT = of("0001")
FORMLESS = of("0002", ("DTM*405*20260314", "DTM*405*20261314"))  # the 999 refuses it
UNBALANCED = of("0003", ("*160*10*12*", "*160*10.01*12*"))  # the 999 does not
FILE = interchange(payments(RIGHT, FORMLESS, UNBALANCED), envelope=ENVELOPE)
STRICT = '[x12]\nchecks = { "835.patient" = "reject" }\n'


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    opened = open_trial(tmp_path / "home", ROOT / "partners", SECRETS)
    with (opened.wired.tools.home.root / "partners" / RELAY / "1.toml").open("a") as profile:
        profile.write(STRICT)
    yield opened
    opened.close()


@pytest.fixture
def row(trial: Trial) -> ExchangeRow:
    (found,) = trial.drop(RELAY, "era.edi", FILE)
    return found


def replay(trial: Trial, row: ExchangeRow, message: str, *, newest: bool = False) -> None:
    restart = Restart(trial.wired.tools, trial.wired.engine)
    restart.replay(Order(row.id, ME, "the payer confirmed it", message, newest=newest))
    engine = trial.wired.engine
    assert isinstance(engine, MemoryEngine)
    engine.run()


def lenient(trial: Trial) -> None:
    """Take the check back that refuses: version 2 of the profile."""
    folder = trial.wired.tools.home.root / "partners" / RELAY
    text = (folder / "1.toml").read_text().replace("version = 1", "version = 2", 1)
    (folder / "2.toml").write_text(text.replace(STRICT, ""))


def entries(trial: Trial, row: ExchangeRow) -> tuple[Entry, ...]:
    return trial.wired.tools.ledger.entries(row.id)


def status(trial: Trial, row: ExchangeRow) -> str:
    return trial.wired.tools.ledger.exchange(row.id).status


def postings(trial: Trial, row: ExchangeRow) -> list[tuple[str, str]]:
    def told(one: PostingRow) -> tuple[str, str]:
        return one.message, one.state

    with trial.wired.tools.ledger.begin() as tx:
        return [told(one) for one in tx.postings(row.id)]


def answers(trial: Trial, row: ExchangeRow) -> list[tuple[str, str]]:
    with trial.wired.tools.ledger.begin() as tx:
        return [(one.name, one.sha256) for one in tx.outbox(row.id)]


def result(trial: Trial, row: ExchangeRow) -> ReadResult:
    found = kept_result(trial.wired.tools, entries(trial, row))
    assert found is not None
    return found


def verdicts(trial: Trial, row: ExchangeRow) -> list[Verdict]:
    (one,) = result(trial, row).interchanges
    return [message.verdict for group in one.groups for message in group.messages]


def test_only_the_set_that_was_refused_is_read_and_posted_under_the_newest_profile(
    trial: Trial, row: ExchangeRow
) -> None:
    before = answers(trial, row)
    assert (status(trial, row), postings(trial, row)) == ("held", [("0001", "queued")])
    assert verdicts(trial, row)[1:] == [Verdict.REJECTED, Verdict.REJECTED]
    lenient(trial)

    replay(trial, row, "0003", newest=True)

    assert postings(trial, row) == [("0001", "queued"), ("0003", "queued")]
    assert verdicts(trial, row) == [Verdict.ACCEPTED, Verdict.REJECTED, WARNED]
    assert answers(trial, row) == before != []
    assert list(trial.wired.tools.ledger.verify()) == []


def test_replay_of_one_set_is_an_entry_with_its_number_reason_and_who(
    trial: Trial, row: ExchangeRow
) -> None:
    replay(trial, row, "3")

    entry = next(one for one in entries(trial, row) if one.kind == "replayed")
    assert entry.actor == ME
    named = {name: entry.body[name] for name in ("message", "control", "reason")}
    assert named == {"message": 3, "control": "0003", "reason": "the payer confirmed it"}


def test_set_that_was_posted_is_posted_no_second_time(trial: Trial, row: ExchangeRow) -> None:
    before = postings(trial, row)

    replay(trial, row, "0001")
    replay(trial, row, "0001")

    assert postings(trial, row) == before == [("0001", "queued")]
    assert result(trial, row).documents == {"remittance": 1}
    numbers = {e.body["first_number"] for e in entries(trial, row) if e.kind == "planned"}
    assert len(numbers) == 1


def test_result_of_the_file_stays_whole_and_places_stay_those_of_the_file(
    trial: Trial, row: ExchangeRow
) -> None:
    before = result(trial, row)

    for message in ("0001", "0002", "0003"):
        replay(trial, row, message)

    assert result(trial, row) == before


def test_what_other_sets_hold_back_stays_held_until_it_was_read_too(trial: Trial) -> None:
    again = of("0002", ("*160*10*12*", "*160*10.02*12*"))
    data = interchange(payments(RIGHT, again, UNBALANCED), envelope=ENVELOPE)
    (row,) = trial.drop(RELAY, "era.edi", data)
    lenient(trial)
    assert status(trial, row) == "held"

    replay(trial, row, "0002", newest=True)
    assert status(trial, row) == "held"
    replay(trial, row, "0003", newest=True)

    assert status(trial, row) == "closed"
    assert postings(trial, row) == [("0001", "queued"), ("0002", "queued"), ("0003", "queued")]


def test_set_of_an_encrypted_or_packed_file_is_found_in_what_was_in_it(trial: Trial) -> None:
    (path,) = (SAMPLES / "x12-gzip/inbound").iterdir()
    (row,) = trial.drop(RELAY, path.name, path.read_bytes())
    before = result(trial, row)

    replay(trial, row, "1")

    assert result(trial, row) == before
    assert status(trial, row) == "closed"


@pytest.mark.parametrize(("message", "error"), [("0009", NotFoundError), ("4", NotFoundError)])
def test_set_that_is_not_there_is_not_replayed(
    trial: Trial, row: ExchangeRow, message: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        replay(trial, row, message)
    assert trial.wired.tools.ledger.exchange(row.id).generation == 0


def test_set_that_cannot_stand_alone_is_refused_before_anything_begins(trial: Trial) -> None:
    cut = interchange(payments(RIGHT, RIGHT), envelope=ENVELOPE)
    (row,) = trial.drop(RELAY, "era.edi", cut)

    with pytest.raises(ConflictError, match="control number"):
        replay(trial, row, "1")
    assert trial.wired.tools.ledger.exchange(row.id).generation == 0


def test_message_of_another_format_is_replayed_with_its_file_only(trial: Trial) -> None:
    path = min((SAMPLES / "edifact-orders-clean/inbound").iterdir())
    (row,) = trial.drop("supplier-eurobandage", path.name, path.read_bytes())

    with pytest.raises(ConflictError, match="edifact"):
        replay(trial, row, "1")


def test_no_set_is_replayed_without_a_reason(trial: Trial, row: ExchangeRow) -> None:
    restart = Restart(trial.wired.tools, trial.wired.engine)

    with pytest.raises(PolicyError):
        restart.replay(Order(row.id, ME, " ", "0001"))
