"""What answer builders are told of each document of an exchange."""

from acktrail.app.answering import document_states
from acktrail.pipeline.states import SUPERSEDED
from acktrail.ports import PostingRow


def row(
    at: int, state: str, *, message: str = "0001", error: str = "", spool: str = "b"
) -> PostingRow:
    place = f"{spool}:{at}:9"
    names = ("ex", "p", "main", "m", "claim", "x", message, place, "d", state)
    return PostingRow(0, *names, 0, None, error, "batch", "")


def test_documents_are_told_by_message_and_in_the_order_they_were_read() -> None:
    rows = (row(20, "stored"), row(0, "conflict"), row(10, "rejected", message="0002"))

    assert document_states(rows, "b") == {"0001": ("conflict", "stored"), "0002": ("held",)}


def test_document_that_was_read_again_is_told_once_by_the_better_row() -> None:
    rows = (
        row(0, "rejected", error=SUPERSEDED),
        row(0, "stored"),
        row(10, "stored"),
        row(10, "duplicate"),
        row(20, "parked"),
        row(20, "stored"),
    )

    assert document_states(rows, "b") == {"0001": ("stored", "stored", "stored")}


def test_documents_of_an_earlier_reading_are_not_told() -> None:
    assert document_states((row(0, "stored", spool="a"),), "b") == {}
