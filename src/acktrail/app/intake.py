"""The intake step: open, read and translate one exchange's file; one commit at its end.

Everything before the commit may be done twice: blobs are named by their content and the reading is
pure. The commit writes the entries of three stages, the index of identifiers, the journal rows of
the released documents, and fixes the control numbers of the answers.
"""

from collections import Counter
from contextlib import ExitStack
from functools import partial
from typing import BinaryIO, NamedTuple

from acktrail.app.alone import Alone, message_alone, ordered_message
from acktrail.app.chunks import chunks, digest_of
from acktrail.app.governing import Governing
from acktrail.app.heard import answers_in, note_answers
from acktrail.app.home import Found
from acktrail.app.journal import posting_rows, same_content
from acktrail.app.numbers import earlier_numbers, numbers_of
from acktrail.app.tools import Tools, received_flow
from acktrail.documents.encoding import encode_compact
from acktrail.engine.port import Task
from acktrail.errors import PartnerError
from acktrail.model import Answering, Finding, ReadResult, Severity, Verdict
from acktrail.pipeline.identity import control_identities, identifiers, stranger, wrong_usage
from acktrail.pipeline.kept import KeptDocuments
from acktrail.pipeline.outcomes import STALE, Advance, Hold, Outcome, Reject
from acktrail.pipeline.read import Translated, all_findings, read_and_translate, worst
from acktrail.pipeline.states import SETTLED, SUPERSEDED
from acktrail.ports import (
    DERIVED,
    ORIGINAL,
    Entry,
    ExchangeRow,
    Format,
    Opened,
    PostingRow,
    Telling,
    TellingFormat,
    Transaction,
)
from acktrail.profiles.partner import Flow, PartnerProfile
from acktrail.security import envelope
from acktrail.security.inflate import Limits
from acktrail.security.masking import keyed

NAMES = frozenset({"first", "name"})  # of what was inside an archive: may name a patient
ENTRY_FINDINGS = 20  # of a file named in its entry; all are in the kept read result
USAGE = "setup.usage"
MARKED = frozenset({"x12", "edifact", "hl7"})  # formats whose files say test or production


class Work(NamedTuple):
    """One exchange while it is taken in."""

    task: Task
    row: ExchangeRow
    found: Found
    flow: Flow
    step: str
    alone: Alone | None = None  # of the whole file only this message


class Content(NamedTuple):
    """The opened file."""

    blob: str
    sha256: str
    opened: tuple[Opened, ...]


class Intake:
    """Takes files in."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._governing = Governing(tools)

    def run(self, task: Task) -> Outcome:
        """Take one exchange in; look first whether that was done."""
        tools, step = self._tools, f"intake#{task.generation}"
        with tools.ledger.begin() as tx:
            row = tx.lock(task.exchange)
            entries = tx.entries(task.exchange)
            done = tx.step(task.exchange, step)
        if row.generation > task.generation:
            return STALE
        if done:
            return outcome_of(done)
        found = tools.in_force(row)
        work = Work(task, row, found, received_flow(entries, found), step)
        message = ordered_message(entries, task.generation)
        if message:
            alone = message_alone(tools, work.flow.format, entries, message)
            work = work._replace(alone=alone)
        try:
            content = self._open(work)
        except PartnerError as error:
            return self._refuse(work, error)
        before = self._same_content(work, content)
        if before:
            return self._duplicate(work, content, before)
        return self._read(work, content)

    # -------------------------------------------------------------- open

    def _open(self, work: Work) -> Content:
        """Undo the file's envelope as the flow says, and keep what comes out."""
        tools, profile = self._tools, work.found.profile
        limits = profile.inbound.limits
        steps = [envelope.Step(one.step) for one in work.flow.envelope]
        caps = Limits(limits.opened, limits.ratio, limits.members)
        rules = tools.seal_rules(profile.id, work.flow, limits.opened)
        with ExitStack() as files:
            raw = files.enter_context(tools.store.open(work.row.raw))
            clear, opened = envelope.open_steps(
                raw, steps, caps, tools.sealer, rules, lambda: files.enter_context(tools.spool())
            )
            if not steps:
                return Content(work.row.raw, work.row.raw_sha256, opened)
            digest = digest_of(clear)
            clear.seek(0)
            return Content(
                tools.store.put_stream(clear, ORIGINAL, profile.stays(ORIGINAL)), digest, opened
            )

    def _same_content(self, work: Work, content: Content) -> str:
        with self._tools.ledger.begin() as tx:
            return self._copy_of(tx, work, content)

    def _copy_of(self, tx: Transaction, work: Work, content: Content) -> str:
        """Return the exchange that brought the same content, unless that does not matter."""
        policy = work.found.profile.inbound.duplicates.content
        if work.task.generation or policy == "accept":
            return ""
        return tx.same_content(work.row.partner, content.blob, work.row.id)

    # -------------------------------------------------------------- read and translate

    def _read(self, work: Work, content: Content) -> Outcome:
        tools, flow = self._tools, work.flow
        profile = work.found.profile
        format_ = tools.formats.get(flow.format)
        options = profile.options(flow)
        translate = profile.translate.model_dump(exclude_none=True, exclude_unset=True) | options
        with (
            tools.spool() as spool,
            tools.store.open(content.blob) as clear,
        ):
            done = read_and_translate(
                format_.name,
                format_.reader(options),
                work.alone.chunks(clear) if work.alone else chunks(clear),
                lambda head: tools.translators.find(head, translate),
                lambda body: _append(spool, body),
                telling=_telling(format_, profile),
            )
            spool.seek(0)
            documents = (
                tools.store.put_stream(spool, DERIVED, profile.stays(DERIVED))
                if done.released
                else ""
            )
        held = self._held(work, done.result)
        if held == USAGE and (tested := self._tested(work, done.result)):
            return self._read(tested, content)
        if held:
            return self._hold(work, content, held)
        whole = work.alone.joined(done) if work.alone else done
        if whole is None:
            return self._hold(work, content, "replay.message")
        return self._commit(work, content, whole, documents)

    def _tested(self, work: Work, result: ReadResult) -> Work | None:
        """Return the work under the version that is being tested, for a file marked as a test."""
        found = self._governing.tested(work.row.partner)
        if found is None or found.sha256 == work.found.sha256 or wrong_usage(result, "test"):
            return None
        flow = next((one for one in found.profile.flow if one.name == work.flow.name), None)
        return work._replace(found=found, flow=flow) if flow else None

    def _held(self, work: Work, result: ReadResult) -> str:
        """Return the code to hold the file with before anything is made of it."""
        profile = work.found.profile
        side = stranger(result, profile.identity.senders, profile.identity.receivers)
        if side:
            return f"setup.identity.{side}"
        usage = self._governing.usage(work.row.partner, work.found.sha256, profile.identity.usage)
        if work.flow.format in MARKED and wrong_usage(result, usage):
            return USAGE
        ours = [
            f.rule
            for f in all_findings(result)
            if f.owner is not f.owner.PARTNER and f.severity in (Severity.ERROR, Severity.FATAL)
        ]
        return ours[0] if ours else ""

    # -------------------------------------------------------------- commits

    def _commit(self, work: Work, content: Content, done: Translated, documents: str) -> Outcome:
        """Write what the file is, and fix what will be answered and posted."""
        tools, row = self._tools, work.row
        stay = work.found.profile.stays(DERIVED)
        result_blob = tools.store.put(encode_compact(done.result), DERIVED, stay)
        refused = done.result.verdict is Verdict.REJECTED
        rows = self._planned(work, done, documents)
        with tools.ledger.begin() as tx:
            earlier = self._adopt(tx, work)
            if earlier:
                return earlier
            copy_of = self._copy_of(tx, work, content)  # read at the same time, committed before
            if copy_of:
                return self._note_copy(tx, work, content, copy_of)
            duplicate = self._same_control(tx, work, done.result)
            refused = refused or bool(duplicate)
            self._opened_entries(tx, work, content)
            tx.append(row.id, "read", _read_body(done.result, result_blob), tools.actor)
            released = KeptDocuments() if refused else done.released
            body: dict[str, object] = {
                "documents": documents if released else "",
                "kinds": dict(sorted(done.result.documents.items())) if released else {},
                "withheld": done.withheld,
            }
            body |= {"nameless": done.nameless} if done.nameless else {}
            tx.append(row.id, "translated", body, tools.actor)
            if work.task.generation:
                supersede(tx, row.id, work.alone.excerpt.control if work.alone else "")
            if work.found.sha256 != row.profile_sha256:
                tx.set_profile(row.id, work.found.profile.label, work.found.sha256)
            kept = tx.add_postings(() if refused else rows, partial(same_content, tools))
            self._index(tx, work, done)
            numbers = self._numbers(tx, work, done.result, duplicate)
            body = numbers | {
                "outcome": "reject" if refused else "advance",
                "postings": sum(one.state == "queued" for one in kept),
                "duplicates": sum(one.state == "duplicate" for one in kept),
                "conflicts": sum(one.state == "conflict" for one in kept),
            }
            body |= note_answers(tools, tx, row, answers_in(tools, released, documents))
            if duplicate:
                body |= {"same_control_as": duplicate, "code": "duplicate.control"}
            tx.append(row.id, "rejected" if refused else "planned", body, tools.actor, work.step)
        return Reject(()) if refused else Advance(result_blob)

    def _planned(self, work: Work, done: Translated, documents: str) -> list[PostingRow]:
        """Plan what may be posted, before the transaction: the database is not locked for long."""
        row, found = work.row, work.found
        refused = done.result.verdict is Verdict.REJECTED
        if refused or not self._governing.may_post(row.partner, found.sha256):
            return []
        return posting_rows(self._tools, found.profile, row, done.released, documents)

    def _same_control(self, tx: Transaction, work: Work, result: ReadResult) -> str:
        """Return the exchange that used the same control number for other content."""
        if work.task.generation or work.found.profile.inbound.duplicates.control == "accept":
            return ""
        for identity in control_identities(result):
            before = tx.same_control(work.row.partner, identity, work.row.id)
            if before:
                return before
        return ""

    def _index(self, tx: Transaction, work: Work, done: Translated) -> None:
        if work.task.generation:
            return
        for identity in control_identities(done.result):
            tx.identify(work.row.id, "control", identity)
        for one in identifiers(done.result, done.released):
            value = keyed(self._tools.naming_key, one.value) if one.person else one.value
            tx.identify(work.row.id, one.scheme, value)

    def _numbers(
        self, tx: Transaction, work: Work, result: ReadResult, duplicate: str
    ) -> dict[str, object]:
        """Allocate the control numbers of the answers, once, in the commit that needs them.

        Those that an earlier run fixed stay the exchange's own; if a newer profile asks for more
        answers, more are added behind them.
        """
        tools, profile = self._tools, work.found.profile
        earlier = earlier_numbers(tx, work.row.id, work.task.generation)
        at = tools.clock.now().replace(microsecond=0)
        options = profile.acknowledge.plain() | ({"duplicate": "1"} if duplicate else {})
        format_ = tools.formats.get(work.flow.format)
        needed = format_.numbers_needed(result, Answering(at, options=options))
        lacking = needed - len(numbers_of(earlier))
        series = f"{profile.id}/{work.flow.format}"
        first = tx.next_number(series, lacking) if lacking > 0 else 0
        if not earlier:
            return {"first_number": first, "numbers": needed, "answer_at": at.isoformat()}
        if lacking <= 0:
            return earlier
        return earlier | {"more_numbers": f"{earlier.get('more_numbers', '')} {first}+{lacking}"}

    def _opened_entries(self, tx: Transaction, work: Work, content: Content) -> None:
        tx.set_clear(work.row.id, content.blob, content.sha256)
        for number, opened in enumerate(content.opened, 1):
            facts = {n: str(value) for n, value in opened.facts.items() if n not in NAMES}
            body = {"layer": number, "size": opened.size, **facts}
            tx.append(work.row.id, "opened", body, self._tools.actor)

    def _adopt(self, tx: Transaction, work: Work) -> Outcome | None:
        """Lock the exchange; return the outcome if another run of this step was faster."""
        if tx.lock(work.row.id).generation > work.task.generation:
            return STALE
        done = tx.step(work.row.id, work.step)
        return outcome_of(done) if done else None

    def _duplicate(self, work: Work, content: Content, before: str) -> Outcome:
        with self._tools.ledger.begin() as tx:
            earlier = self._adopt(tx, work)
            return earlier or self._note_copy(tx, work, content, before)

    def _note_copy(self, tx: Transaction, work: Work, content: Content, before: str) -> Outcome:
        """Note of which exchange this is a copy; the policy says what it gets."""
        policy = work.found.profile.inbound.duplicates.content
        self._opened_entries(tx, work, content)
        kind, outcome = ("held", "hold") if policy == "hold" else ("duplicate", "reject")
        body = {"of": before, "policy": policy, "outcome": outcome, "code": "duplicate"}
        tx.append(work.row.id, kind, body, self._tools.actor, work.step)
        return Hold("duplicate", before) if policy == "hold" else Reject(())

    def _hold(self, work: Work, content: Content, code: str) -> Outcome:
        with self._tools.ledger.begin() as tx:
            earlier = self._adopt(tx, work)
            if earlier:
                return earlier
            self._opened_entries(tx, work, content)
            body = {"code": code, "outcome": "hold"}
            tx.append(work.row.id, "held", body, self._tools.actor, work.step)
        return Hold(code, "")

    def _refuse(self, work: Work, error: PartnerError) -> Outcome:
        """Refuse a file that could not be opened; answered where the format can without it."""
        tools = self._tools
        finding = Finding(error.code, Severity.FATAL, str(error), category="envelope")
        result = ReadResult(work.flow.format, usable=False, findings=(finding,))
        stay = work.found.profile.stays(DERIVED)
        blob = tools.store.put(encode_compact(result), DERIVED, stay)
        with tools.ledger.begin() as tx:
            earlier = self._adopt(tx, work)
            if earlier:
                return earlier
            tx.append(work.row.id, "read", _read_body(result, blob), tools.actor)
            body = self._numbers(tx, work, result, "") | {"outcome": "reject", "code": error.code}
            tx.append(work.row.id, "rejected", body, tools.actor, work.step)
        return Reject(())


def _telling(format_: Format, profile: PartnerProfile) -> Telling | None:
    """Return what the answers under a profile say of refusals."""
    options = profile.acknowledge.plain()
    return format_.telling(options) if isinstance(format_, TellingFormat) else None


def supersede(tx: Transaction, exchange: str, message: str = "") -> None:
    """Set aside what an earlier run left undone: the new run makes its rows again.

    Args:
        tx: The transaction that makes them.
        exchange: Whose rows.
        message: Control number of the one message that is read again; "" = all are.
    """
    for row in tx.postings(exchange):
        if message and row.message != message:
            continue
        undone = row.state == "parked" and row.odoo_id is None
        if undone or (row.state == "rejected" and row.error not in SETTLED):
            tx.set_posting(row.id, "rejected", error=SUPERSEDED)


def outcome_of(entry: Entry) -> Outcome:
    """Return the outcome that a committed step recorded."""
    match entry.body.get("outcome"):
        case "advance":
            return Advance("")
        case "hold":
            return Hold(str(entry.body.get("code", "")), "")
        case _:
            return Reject(())


def _read_body(result: ReadResult, blob: str) -> dict[str, object]:
    found = all_findings(result)
    return {
        "format": result.format,
        "usable": result.usable,
        "verdict": str(result.verdict),
        "result": blob,
        "interchanges": len(result.interchanges),
        "messages": sum(len(g.messages) for i in result.interchanges for g in i.groups),
        "findings": {str(severity): count for severity, count in sorted(worst(found).items())},
        "rules": dict(sorted(Counter(one.rule for one in found).items())[:ENTRY_FINDINGS]),
    }


def _append(spool: BinaryIO, body: bytes) -> int:
    at = spool.tell()
    spool.write(body + b"\n")
    return at
