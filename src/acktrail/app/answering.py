"""The acknowledge step: build the answers that are due, fix them in the outbox, deliver them.

Answers are a function of committed facts: the kept read result, the control numbers and the time
fixed at intake, and what became of the postings. So a second run makes the same bytes, and the
outbox keeps the first ones anyway. A copy of an earlier file gets that file's stored answers.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from acktrail.app.endpoints import outbound_transport
from acktrail.app.heard import unexplained
from acktrail.app.lister import transport_facts
from acktrail.app.numbers import numbers_of
from acktrail.app.tools import Tools, last_body, received_flow
from acktrail.documents.encoding import decode_result
from acktrail.engine.port import Task, longer
from acktrail.errors import ConflictError
from acktrail.model import Acknowledgement, Answering
from acktrail.pipeline.outcomes import STALE, Advance, Hold, Outcome, Snooze
from acktrail.pipeline.states import AT_REST, SETTLED, SUPERSEDED
from acktrail.ports import ANSWER, Entry, ExchangeRow, OutboxRow, PostingRow, Transaction
from acktrail.profiles.partner import PartnerProfile
from acktrail.security.masking import safe_file_name

WAIT_FOR_ORIGINAL = timedelta(seconds=2)
UNDECIDED = frozenset({"rejected", "parked", "mismatch", "missing"})  # a person of ours decides
GRAVITY = ("stored", "duplicate", "conflict", "held")  # what the answer builders are told, rising


class Subject(NamedTuple):
    """The exchange that is answered."""

    row: ExchangeRow
    entries: tuple[Entry, ...]
    profile: PartnerProfile
    format: str


class Answers:
    """Builds and delivers acknowledgements."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def run(self, task: Task, *, final: bool) -> Outcome:
        """Answer what can be answered now; ``final`` closes the exchange."""
        tools = self._tools
        with tools.ledger.begin() as tx:
            row = tx.lock(task.exchange)
            entries = tx.entries(task.exchange)
        if row.generation > task.generation:
            return STALE
        if any(entry.body.get("step") == f"close#{task.generation}" for entry in entries):
            return Advance("")
        found = tools.in_force(row)
        flow = received_flow(entries, found)
        subject = Subject(row, entries, found.profile, flow.format)
        duplicate = last_body(entries, "duplicate")
        if duplicate and not task.generation:
            waits = self._borrow(subject, task, duplicate)
            if waits:
                return waits
        else:
            self._fix(subject, task, final=final)
        self._deliver(subject)
        if final:
            self._close(subject, task)
        return Advance("")

    # -------------------------------------------------------------- building

    def _fix(self, subject: Subject, task: Task, *, final: bool) -> None:
        """Build the answers that are due and fix them in the outbox."""
        read = last_body(subject.entries, "read")
        plan = last_body(subject.entries, "planned") or last_body(subject.entries, "rejected")
        if not read or "answer_at" not in plan:
            return
        tools = self._tools
        result = decode_result(tools.store.get(str(read["result"])))
        answering = self._answering(subject, plan)
        built = tools.formats.get(subject.format).acknowledge(result, answering)
        due = [one for one in built if final or not one.after_posting]
        stay = subject.profile.stays(ANSWER)
        blobs = [tools.store.put(one.body, ANSWER, stay) for one in due]
        with tools.ledger.begin() as tx:
            tx.lock(subject.row.id)
            fixed = {(one.kind, one.control) for one in tx.outbox(subject.row.id)}
            for one, blob in zip(due, blobs, strict=True):
                if (one.kind, one.control) not in fixed:
                    self._fix_one(tx, subject, one, blob, task)

    def _fix_one(
        self, tx: Transaction, subject: Subject, one: Acknowledgement, blob: str, task: Task
    ) -> None:
        name = answer_name(one, subject.row)
        digest = sha256(one.body).hexdigest()
        tx.add_outbox(
            OutboxRow(
                subject.row.id,
                one.kind,
                one.control,
                one.subject,
                name,
                blob,
                digest,
                one.after_posting,
                delivered=False,
            )
        )
        body = {
            "answer": one.kind,
            "control": one.control,
            "for": one.subject,
            "blob": blob,
            "size": len(one.body),
            "sha256": digest,
        }
        step = f"acknowledge#{task.generation}/{one.kind}/{one.control}"
        tx.append(subject.row.id, "acknowledged", body, self._tools.actor, step)

    def _answering(self, subject: Subject, plan: dict[str, object]) -> Answering:
        options = subject.profile.acknowledge.plain()
        if plan.get("same_control_as"):
            options = options | {"duplicate": "1"}
        return Answering(
            at=datetime.fromisoformat(str(plan["answer_at"])),
            numbers=numbers_of(plan),
            options=options,
            posted=self._posted(subject.row.id),
            parts=self._parts(subject),
            file_name=safe_file_name(subject.row.name),
            file_sha256=subject.row.raw_sha256,
            profile=subject.row.profile,
            content=self._content(subject.row.clear) if subject.row.clear else None,
        )

    def _content(self, blob: str) -> Callable[[int, int], bytes]:
        """Return what reads parts of the opened file."""

        def part(offset: int, length: int) -> bytes:
            with self._tools.store.open(blob) as clear:
                clear.seek(offset)
                return clear.read(length)

        return part

    def _posted(self, exchange: str) -> dict[str, str]:
        """Return what became of each message; the worst of its documents counts.

        What we or Odoo refused is ``held``, never the partner's fault; ``conflict`` is: another
        document came before under the same number.
        """
        became: dict[str, str] = {}
        with self._tools.ledger.begin() as tx:
            for row in tx.postings(exchange):
                known = became.get(row.message, "stored")
                became[row.message] = max(known, _gravity(row), key=GRAVITY.index)
        return became

    def _parts(self, subject: Subject) -> dict[str, tuple[str, ...]]:
        spool = str(last_body(subject.entries, "translated").get("documents", ""))
        with self._tools.ledger.begin() as tx:
            return document_states(tx.postings(subject.row.id), spool)

    # -------------------------------------------------------------- copies

    def _borrow(self, subject: Subject, task: Task, duplicate: dict[str, object]) -> Outcome | None:
        """Put the original's answers into this exchange's outbox, bytes and names unchanged."""
        if duplicate["policy"] != "answer":
            return None
        tools, original = self._tools, str(duplicate["of"])
        status = tools.ledger.exchange(original).status
        with tools.ledger.begin() as tx:
            answers = tx.outbox(original)
        if status == "held" and not answers:  # what a person decides of it holds for its copies
            return self._hold_copy(subject, original)
        if status not in AT_REST:
            return Snooze(longer(WAIT_FOR_ORIGINAL, task.attempt), "waits_for_original")
        with tools.ledger.begin() as tx:
            tx.lock(subject.row.id)
            fixed = {one.name for one in tx.outbox(subject.row.id)}
            for one in answers:
                if one.name not in fixed:
                    tx.add_outbox(one._replace(exchange=subject.row.id, delivered=False))
                    body = {
                        "answer": one.kind,
                        "control": one.control,
                        "for": one.subject,
                        "blob": one.blob,
                        "sha256": one.sha256,
                        "of": original,
                    }
                    tx.append(subject.row.id, "acknowledged", body, tools.actor)
        return None

    def _hold_copy(self, subject: Subject, original: str) -> Outcome:
        with self._tools.ledger.begin() as tx:
            tx.lock(subject.row.id)
            body = {"code": "duplicate.of_held", "of": original}
            tx.append(subject.row.id, "held", body, self._tools.actor)
        return Hold("duplicate.of_held", original)

    # -------------------------------------------------------------- delivery

    def _deliver(self, subject: Subject) -> None:
        """Put every answer that is not known to be there; the same bytes again are no harm."""
        tools = self._tools
        with tools.ledger.begin() as tx:
            waiting = [one for one in tx.outbox(subject.row.id) if not one.delivered]
        if not waiting:
            return
        with outbound_transport(tools.home, tools.secrets, subject.profile) as transport:
            for one in waiting:
                try:
                    evidence = transport.put(one.name, tools.store.get(one.blob))
                except ConflictError:
                    msg = "another file has the answer's name"
                    raise ConflictError(msg, code="deliver.conflict") from None
                body = {
                    "answer": one.kind,
                    "control": one.control,
                    "size": evidence.size,
                    "sha256": evidence.sha256,
                    **transport_facts(evidence),
                }
                with tools.ledger.begin() as tx:
                    tx.lock(subject.row.id)
                    tx.set_delivered(subject.row.id, one.name)
                    tx.append(subject.row.id, "delivered", body, tools.actor)

    def _close(self, subject: Subject, task: Task) -> None:
        """Close the exchange, or hold it, answered as far as it goes, when a person must look."""
        with self._tools.ledger.begin() as tx:
            tx.lock(subject.row.id)
            step = f"close#{task.generation}"
            if tx.step(subject.row.id, step) is not None:
                return
            entries = tx.entries(subject.row.id)
            reason = unsettled(entries, tx.postings(subject.row.id), tx.outbox(subject.row.id))
            if reason:
                tx.append(subject.row.id, "held", reason, self._tools.actor, step)
            else:
                body = {"entries": len(entries) + 1, "generation": task.generation}
                tx.append(subject.row.id, "closed", body, self._tools.actor, step)


def document_states(rows: tuple[PostingRow, ...], spool: str) -> dict[str, tuple[str, ...]]:
    """Return what became of each document of the last reading, by message and in their order.

    Args:
        rows: Of the exchange; a replay has made a second one for a document that was read again.
        spool: Store name of the documents' bytes of the last reading.
    """
    became: dict[int, tuple[str, str]] = {}  # by place
    for row in rows:
        blob, at, _length = row.document.split(":")
        if blob == spool and row.error != SUPERSEDED:
            _message, known = became.get(int(at), ("", GRAVITY[-1]))
            became[int(at)] = (row.message, min(known, _gravity(row), key=GRAVITY.index))
    states: dict[str, list[str]] = {}
    for _at, (message, state) in sorted(became.items()):
        states.setdefault(message, []).append(state)
    return {message: tuple(found) for message, found in states.items()}


def _gravity(row: PostingRow) -> str:
    """Return what became of a document, as the answer builders are told."""
    state = "held" if is_undecided(row) else row.state
    return state if state in GRAVITY else "stored"


def is_undecided(row: PostingRow) -> bool:
    """Tell whether a journal row waits for a decision of ours."""
    return row.state in UNDECIDED and row.error not in SETTLED


def unsettled(
    entries: tuple[Entry, ...], postings: tuple[PostingRow, ...], answers: tuple[OutboxRow, ...]
) -> dict[str, object]:
    """Return why an exchange that has run to its end cannot be closed; empty when it can.

    Content that the partner takes for accepted and that goes nowhere, and a refusal that the
    partner is not told of, would otherwise be lost in silence.
    """
    translated = last_body(entries, "translated")
    if translated.get("withheld"):
        return {"code": "content.withheld", "messages": translated["withheld"]}
    if translated.get("nameless"):
        return {"code": "refused.unanswered", "groups": translated["nameless"]}
    stuck = [row for row in postings if is_undecided(row) or row.state == "conflict"]
    if stuck:
        return {"code": "post.undecided", "documents": len(stuck)}
    read = last_body(entries, "read")
    if reason := unexplained(entries):
        return reason
    refused = read.get("verdict") in ("rejected", "partially_accepted")
    if refused and not answers and not last_body(entries, "duplicate"):
        return {"code": "refused.unanswered"}
    return {}


def answer_name(one: Acknowledgement, row: ExchangeRow) -> str:
    """Return the name of an answer file; made of our own values only, but for receipts.

    A receipt and its rejects are named after the file they are for, as partners look for it, and
    after its content, so that two files of one name get two receipts.
    """
    if one.kind in {"RECEIPT", "REJECTS"}:
        return f"{safe_file_name(row.name)}.{row.raw_sha256[:8]}.{one.extension}"
    return f"{one.kind}_{safe_file_name(one.control)}.{one.extension}"
