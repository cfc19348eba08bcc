"""Puts what a partner says of something that we sent beside what was sent: 999, CONTRL, HL7 ACK.

The stream of the exchange that went out gets an entry ``ack_in``; an answer to nothing that we
sent, and one that says the opposite of an earlier one, is counted for a person to look at. Partners
to whom this ledger never sent a file are left alone: another system sends what they answer.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from acktrail.app.tools import Tools
from acktrail.documents.encoding import decode_document
from acktrail.documents.kinds import AnswerReceived, Document
from acktrail.pipeline.kept import Kept
from acktrail.ports import Entry, ExchangeRow, Transaction

SCHEMES = {  # under which a file that went out is indexed, by what its answer names
    "MESSAGE": ("msh10",),
    "GROUP": ("gs06", "ung0048", "bhs11"),
    "INTERCHANGE": ("isa13", "unb0020", "fhs11"),
}
FINAL = {  # a mere receipt (CA, RECEIVED) is followed by what became of it
    "ACCEPTED": "ack_accepted",
    "ACCEPTED_WITH_ERRORS": "ack_accepted",
    "REJECTED": "ack_rejected",
}
OPPOSITE = {"ack_accepted": "ack_rejected", "ack_rejected": "ack_accepted"}
NAMED = 20  # control numbers of refused messages in an entry
Place = tuple[str, str]  # scheme and value of an identifier


class Heard(NamedTuple):
    """One answer."""

    standard: str
    disposition: str
    control: str  # of what it answers, the innermost that is known
    places: tuple[Place, ...]  # where that may be indexed
    key: str  # the same for every answer of the standard to the same thing

    @property
    def said(self) -> Place | None:
        """How an answer that is final is indexed."""
        scheme = FINAL.get(self.disposition)
        return (scheme, self.key) if scheme else None

    @property
    def opposite(self) -> Place | None:
        """How one that says the opposite would be."""
        return (OPPOSITE[self.said[0]], self.key) if self.said else None


def answers_in(tools: Tools, released: Iterable[Kept], documents: str) -> Iterator[Document]:
    """Yield the answers among the documents of a file, from where they are kept."""
    kept = [one for one in released if one.kind == "acknowledgement"]
    if not kept:
        return
    with tools.store.open(documents) as source:
        for one in kept:
            source.seek(one.at)
            yield decode_document(source.read(one.length))


def note_answers(
    tools: Tools, tx: Transaction, row: ExchangeRow, answers: Iterable[Document]
) -> dict[str, object]:
    """Note in the streams of what was sent what the partner says of it.

    Args:
        tools: The service's parts.
        tx: The transaction that takes the answers in.
        row: The exchange that brought them.
        answers: Documents of the kind ``acknowledgement``.

    Returns:
        What a person has to look at: how many are ``unknown``, how many ``contradictory``.
    """
    heard = [one for document in answers for one in _heard(document)]
    if not heard or not tx.has_sent(row.partner):
        return {}
    sent = tx.identified(row.partner, "out", [place for one in heard for place in one.places])
    opposites = [one.opposite for one in heard if one.opposite]
    before = {*tx.identified(row.partner, "in", opposites, but=row.id)}
    told: dict[str, list[Heard]] = {}
    count = Counter[str]()
    for one in heard:
        exchange = next((sent[place] for place in one.places if place in sent), "")
        count["contradictory"] += one.opposite in before
        if one.said:
            before.add(one.said)
        if exchange:
            told.setdefault(exchange, []).append(one)
        else:
            count["unknown"] += 1
    for exchange, said in told.items():
        _note(tx, row, exchange, said, tools.actor)
    return {name: number for name, number in sorted(count.items()) if number}


def _note(
    tx: Transaction, row: ExchangeRow, exchange: str, answers: list[Heard], actor: str
) -> None:
    """Write one entry for all that a file says of one exchange, once."""
    for one in answers:
        if one.said:
            tx.identify(row.id, *one.said)
    step = f"ack_in/{row.id}"
    tx.lock(exchange)
    if tx.step(exchange, step) is not None:
        return
    counts = Counter(one.disposition for one in answers)
    refused = [one.control for one in answers if one.disposition == "REJECTED"]
    body = {
        "answer": answers[0].standard,
        "by": row.id,
        "dispositions": dict(sorted(counts.items())),
        "refused": refused[:NAMED],
    }
    tx.append(exchange, "ack_in", body, actor, step)


def _heard(document: Document) -> Iterator[Heard]:
    answer = document.payload
    if not isinstance(answer, AnswerReceived):
        return
    for subject in reversed(answer.subjects):
        schemes = SCHEMES.get(subject.kind, ())
        if schemes and (subject.kind != "MESSAGE" or len(answer.subjects) == 1):
            places = tuple((scheme, subject.value) for scheme in schemes)
            key = "/".join(document.key)
            yield Heard(answer.standard, answer.disposition, subject.value, places, key)
            return


def unexplained(entries: Sequence[Entry]) -> dict[str, object]:
    """Return why a person has to look at the answers that an exchange brought; empty once done."""
    planned = max((at for at, one in enumerate(entries) if one.kind == "planned"), default=0)
    if any(one.kind == "released" for one in entries[planned:]):
        return {}
    for name in ("contradictory", "unknown"):
        if entries and entries[planned].body.get(name):
            return {"code": f"answer.{name}", "messages": entries[planned].body[name]}
    return {}
