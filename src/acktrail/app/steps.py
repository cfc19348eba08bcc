"""The three durable steps as the engine calls them, and the two ways to stop on the road."""

from datetime import timedelta

from acktrail.app.answering import Answers
from acktrail.app.governing import Governing
from acktrail.app.intake import Intake
from acktrail.app.posting import Posting
from acktrail.app.tools import Tools
from acktrail.engine.port import Engine, Task
from acktrail.ledger.status import ANSWERS
from acktrail.pipeline.outcomes import STALE, Advance, Hold, Outcome
from acktrail.pipeline.states import AT_REST
from acktrail.ports import Entry, ExchangeRow

REASON_CHARS = 500


class ExchangeSteps:
    """What an engine runs; see :class:`acktrail.engine.port.Steps`."""

    def __init__(self, tools: Tools, engine: Engine, posting: Posting) -> None:
        self._tools, self._engine = tools, engine
        self._intake, self._posting, self._answers = Intake(tools), posting, Answers(tools)
        self._governing = Governing(tools)

    def intake(self, task: Task) -> Outcome:
        """Open, read and translate."""
        return self._intake.run(task)

    def post(self, task: Task) -> Outcome:
        """Post the released documents; held while the partner's profile may not."""
        due = self._posting.has_due(task.exchange)
        code = self._governing.stops_posting(self._row(task)) if due else ""
        return self.hold(task, code, "") if code else self._posting.run(task)

    def acknowledge(self, task: Task, *, final: bool) -> Outcome:
        """Build and deliver the answers that are due; ``final`` closes the exchange."""
        code = self._governing.stops_answering(self._row(task))
        return self.hold(task, code, "") if code else self._answers.run(task, final=final)

    def _row(self, task: Task) -> ExchangeRow:
        return self._tools.ledger.exchange(task.exchange)

    def park(self, task: Task, later: Task, after: timedelta, code: str) -> Outcome:
        """Note that the exchange waits and enqueue ``later``, in one transaction.

        A wait that goes on for the same reason is noted once: the ledger does not grow while an
        Odoo or a person is away. To enqueue the same task twice has no effect.
        """
        step = f"park#{later.id}"
        with self._tools.ledger.begin() as tx:
            if tx.lock(task.exchange).generation > task.generation:
                return STALE
            if tx.step(task.exchange, step) is None:
                if not _goes_on(tx.entries(task.exchange), code):
                    body = {
                        "code": code,
                        "part": later.part,
                        "attempt": later.attempt,
                        "seconds": int(after.total_seconds()),
                    }
                    tx.append(task.exchange, "parked", body, self._tools.actor, step)
                self._engine.submit(tx, later, after)
        return Advance("")

    def hold(self, task: Task, code: str, reason: str) -> Outcome:
        """Note that a person has to look."""
        step = f"hold#{task.id}/{code}"
        with self._tools.ledger.begin() as tx:
            row = tx.lock(task.exchange)
            if row.generation > task.generation:
                return STALE
            if row.status not in AT_REST and tx.step(task.exchange, step) is None:
                body = {"code": code, "reason": reason[:REASON_CHARS], "part": task.part}
                tx.append(task.exchange, "held", body, self._tools.actor, step)
        return Hold(code, reason)


def _goes_on(entries: tuple[Entry, ...], code: str) -> bool:
    """Tell whether the exchange waits already, and for the same reason."""
    moves = (one for one in reversed(entries) if one.kind not in ANSWERS)
    last = next(moves, None)
    return last is not None and last.kind == "parked" and last.body.get("code") == code
