"""What partners say of files that went out: beside the file, or before a person."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from acktrail.app.cases import SECRETS
from acktrail.app.restarting import Order, Restart
from acktrail.app.trial import Trial, open_trial
from acktrail.engine.memory import MemoryEngine
from acktrail.ports import Entry, ExchangeRow, NewExchange
from tests.conftest import ROOT

LAB = "lab-clearwater"
SENT = "ex_01J00000000000000000000001"


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    opened = open_trial(tmp_path / "home", ROOT / "partners", SECRETS)
    yield opened
    opened.close()


def send(trial: Trial, *controls: str) -> None:
    """Open an exchange that went out, with messages and a batch of these control ids."""
    head = NewExchange(
        *(SENT, LAB, f"{LAB}@1", "0" * 64, "out", "realtime", "", "orders.hl7"),
        *("1" * 64, "2" * 64, 10),
    )
    with trial.wired.tools.ledger.begin() as tx:
        tx.open_exchange(head, {"size": 10}, "")
        tx.append(SENT, "closed", {"entries": 2}, "")
        for control in controls:
            tx.identify(SENT, "bhs11" if control.startswith("B") else "msh10", control)


def header(control: str) -> str:
    return (
        f"MSH|^~\\&|LIS|CLEARWATER|ACKTRAIL|SAMPLEERP|20260102030000-0600||ACK^O01^ACK|{control}"
        "|P|2.5.1\r"
    )


def hear(trial: Trial, name: str, *said: tuple[str, str]) -> ExchangeRow:
    """Take in a file of acknowledgements: code and what it answers."""
    body = "".join(
        f"{header(f'{name}{number}')}MSA|{code}|{control}\r"
        for number, (code, control) in enumerate(said)
    )
    return drop(trial, name, body)


def drop(trial: Trial, name: str, body: str) -> ExchangeRow:
    (row,) = trial.drop(LAB, f"{name}.hl7", body.encode())
    return trial.wired.tools.ledger.exchange(row.id)


def entries(trial: Trial, exchange: str, kind: str) -> list[Entry]:
    return [one for one in trial.wired.tools.ledger.entries(exchange) if one.kind == kind]


def held_for(trial: Trial, row: ExchangeRow) -> tuple[object, ...]:
    return tuple((one.body["code"], one.body["messages"]) for one in entries(trial, row.id, "held"))


def test_msa_2_is_matched_with_the_msh_10_that_went_out(trial: Trial) -> None:
    """HL7 v2+ chapter 2, 2.9.2: MSA-2 is the control id of what is answered."""
    send(trial, "M1", "M2")

    row = hear(trial, "acks", ("CA", "M1"), ("AA", "M1"), ("AE", "M2"))

    (noted,) = entries(trial, SENT, "ack_in")
    assert noted.body == {
        "answer": "ACK",
        "by": row.id,
        "dispositions": {"ACCEPTED": 1, "RECEIVED": 1, "REJECTED": 1},
        "refused": ["M2"],
        "step": f"ack_in/{row.id}",
    }
    assert row.status == "closed"
    assert trial.wired.tools.ledger.exchange(SENT).status == "closed"


def test_answer_to_nothing_that_was_sent_waits_for_a_person(trial: Trial) -> None:
    send(trial, "M1")

    row = hear(trial, "acks", ("AA", "M1"), ("AA", "STRANGE"))

    assert row.status == "held"
    assert held_for(trial, row) == (("answer.unknown", 1),)
    assert len(entries(trial, SENT, "ack_in")) == 1


@pytest.mark.parametrize(("first", "then"), [("AA", "AE"), ("AR", "AA"), ("CE", "AA")])
def test_answer_that_says_the_opposite_of_an_earlier_one_waits_for_a_person(
    trial: Trial, first: str, then: str
) -> None:
    send(trial, "M1")
    before = hear(trial, "first", (first, "M1"))

    row = hear(trial, "then", (then, "M1"))

    assert before.status == "closed"
    assert held_for(trial, row) == (("answer.contradictory", 1),)
    assert [one.body["by"] for one in entries(trial, SENT, "ack_in")] == [before.id, row.id]


def test_opposite_answers_in_one_file_wait_for_a_person(trial: Trial) -> None:
    send(trial, "M1")

    row = hear(trial, "acks", ("AA", "M1"), ("AE", "M1"))

    assert held_for(trial, row) == (("answer.contradictory", 1),)


def test_answer_that_is_repeated_or_follows_a_receipt_contradicts_nothing(trial: Trial) -> None:
    """Chapter 2, 2.8.3: the receipt (CA) comes first, what became of the message later."""
    send(trial, "M1")

    rows = [hear(trial, name, (code, "M1")) for name, code in (("a", "CA"), ("b", "AE"))]
    rows.append(hear(trial, "c", ("AE", "M1")))

    assert [row.status for row in rows] == ["closed"] * 3


def test_exchange_closes_when_a_person_has_looked_at_its_answers(trial: Trial) -> None:
    send(trial, "M1")
    row = hear(trial, "acks", ("AA", "STRANGE"))
    engine = trial.wired.engine
    assert isinstance(engine, MemoryEngine)

    Restart(trial.wired.tools, engine).release(Order(row.id, "user:tester", "asked the laboratory"))
    engine.run()

    assert trial.wired.tools.ledger.exchange(row.id).status == "closed"


def test_partner_that_nothing_was_ever_sent_to_answers_another_system(trial: Trial) -> None:
    row = hear(trial, "acks", ("AA", "M1"))

    assert row.status == "closed"


def test_empty_response_batch_accepts_the_batch_that_bhs_12_names(trial: Trial) -> None:
    """HL7 v2+ chapter 2, 2.9.3.3 (c): an empty response says that all was accepted."""
    send(trial, "B7")
    sides = "LIS|CLEARWATER|ACKTRAIL|SAMPLEERP|20260102"

    row = drop(
        trial,
        "batch",
        f"FHS|^~\\&|{sides}||||F1|F7\rBHS|^~\\&|{sides}||||B1|B7\rBTS|0\rFTS|1\r",
    )

    (noted,) = entries(trial, SENT, "ack_in")
    assert noted.body["dispositions"] == {"ACCEPTED": 1}
    assert row.status == "closed"
    assert entries(trial, row.id, "acknowledged") == []
