"""The post step: journal rows become Odoo records, or exact calls that are kept.

Nobody sleeps here: while Odoo is away the circuit is open, the exchange is parked and the lane
goes on with the next one.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from acktrail.app.journal import kept_document, partner_map
from acktrail.app.restarting import PARKED
from acktrail.app.sender import Sender
from acktrail.app.tools import Tools
from acktrail.engine.port import Task, back_off, longer
from acktrail.odoo.loads import Refusal
from acktrail.odoo.plan import encode_calls
from acktrail.pipeline.outcomes import STALE, Advance, Hold, Outcome, Snooze
from acktrail.ports import DERIVED, PostingRow
from acktrail.profiles.partner import PartnerProfile

DUE = frozenset({"queued", "sending", "stored"})
WAIT_FOR_ORDER = timedelta(seconds=1)
LOOK_AGAIN = timedelta(minutes=1)  # at the latest: a person may end a pause before its time


class Posting:
    """Posts the released documents of an exchange."""

    def __init__(self, tools: Tools, sender: Sender | None = None) -> None:
        self._tools, self._sender = tools, sender or Sender(tools)

    def has_due(self, exchange: str) -> bool:
        """Tell whether something of an exchange is to be posted."""
        return any(one.state in DUE for one in self._tools.ledger.postings(exchange))

    def run(self, task: Task) -> Outcome:
        """Post what is due; look first whether that was done."""
        tools, step = self._tools, f"post#{task.generation}"
        with tools.ledger.begin() as tx:
            row = tx.lock(task.exchange)
            if row.generation > task.generation or tx.step(task.exchange, step):
                return STALE if row.generation > task.generation else Advance("")
            due = [one for one in tx.postings(task.exchange) if one.state in DUE]
        if row.order_key and tools.ledger.unfinished(row.order_key, row.id):
            return Snooze(longer(WAIT_FOR_ORDER, task.attempt), "waits_for_order")
        if not due:
            return Advance("")
        profile = tools.in_force(row).profile
        if not self._sender.configured(due[0].target):
            return self._keep_calls(task, profile, due, step)
        until = self._sender.waits_until(due[0].target, due)
        if until is not None:
            return Snooze(self._until(until), "odoo_circuit_open")
        return self._send(task, profile, due, step)

    def _send(
        self, task: Task, profile: PartnerProfile, due: Sequence[PostingRow], step: str
    ) -> Outcome:
        tools = self._tools
        with tools.ledger.begin() as tx:
            tx.lock(task.exchange)
            attempt = f"posting#{task.generation}.{task.attempt}"
            if tx.step(task.exchange, attempt) is None:
                body = {"rows": len(due), "target": due[0].target, "attempt": task.attempt}
                tx.append(task.exchange, "posting", body, tools.actor, attempt)
        sent = self._sender.send(profile, due)
        if sent.unknown or sent.waiting:
            return self._later(due, task)
        with tools.ledger.begin() as tx:
            row = tx.lock(task.exchange)
            if tx.step(task.exchange, step) is None:
                body = {
                    "mode": "odoo",
                    "target": due[0].target,
                    "stored": sent.stored,
                    "rejected": sent.rejected,
                    "parked": sent.parked,
                }
                tx.append(task.exchange, "posted", body, tools.actor, step)
            if row.generation > task.generation:  # parked by a person while this was on its way
                tx.append(task.exchange, "held", {"code": PARKED}, tools.actor)
                return STALE
        if sent.parked:
            with tools.ledger.begin() as tx:
                tx.lock(task.exchange)
                body = {"code": "post.parked", "rows": sent.parked}
                tx.append(task.exchange, "held", body, tools.actor)
            return Hold("post.parked", "")
        return Advance("")

    def _later(self, due: Sequence[PostingRow], task: Task) -> Outcome:
        """Wait for a circuit when one opened, else back off."""
        until = self._sender.opened_until(due[0].target, due)
        after = self._until(until) if until else max(back_off(task.attempt), WAIT_FOR_ORDER)
        return Snooze(after, "odoo_unanswered")

    def _until(self, until: datetime) -> timedelta:
        return min(max(until - self._tools.clock.now(), WAIT_FOR_ORDER), LOOK_AGAIN)

    def _keep_calls(
        self, task: Task, profile: PartnerProfile, due: Sequence[PostingRow], step: str
    ) -> Outcome:
        """Journal mode: keep the exact calls; ``acktrail odoo drain`` sends them later."""
        tools, maps = self._tools, partner_map(self._tools, profile)
        places: list[tuple[PostingRow, int, int]] = []
        refused: list[tuple[PostingRow, str]] = []
        with tools.spool() as spool:
            for row in due:
                planned = maps.plan(kept_document(tools, row))
                if isinstance(planned, Refusal):
                    refused.append((row, planned.findings[0].rule))
                    continue
                kept = encode_calls(planned)
                places.append((row, spool.tell(), len(kept)))
                spool.write(kept)
            spool.seek(0)
            blob = tools.store.put_stream(spool, DERIVED, profile.stays(DERIVED))
        with tools.ledger.begin() as tx:
            tx.lock(task.exchange)
            if tx.step(task.exchange, step):
                return Advance("")
            for row, at, length in places:
                tx.set_posting(row.id, "queued", calls=f"{blob}:{at}:{length}")
            for row, rule in refused:
                tx.set_posting(row.id, "rejected", error=rule)
            body = {
                "mode": "journal",
                "target": due[0].target,
                "calls": blob,
                "kept": len(places),
                "rejected": len(refused),
            }
            tx.append(task.exchange, "posted", body, tools.actor, step)
        return Advance("")
