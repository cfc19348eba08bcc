"""Journal rows and their plans: asks Odoo what documents refer to, until they can be planned."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from acktrail.app.journal import kept_document, partner_map
from acktrail.app.tools import Tools
from acktrail.documents.kinds import Document
from acktrail.odoo.asking import ask
from acktrail.odoo.attempts import Attempts
from acktrail.odoo.loads import ACCEPTABLE, Asks, Plan, Refusal
from acktrail.odoo.maps import PartnerMap
from acktrail.odoo.plan import Known
from acktrail.odoo.questions import REFERENCE, Key, Question, Record, Unmatched
from acktrail.ports import PostingRow
from acktrail.profiles.partner import PartnerProfile

ROUNDS = (
    12  # of questions: supplier, order, lines, then per line product, code, unit, and some to spare
)


class RowPlan(NamedTuple):
    """A journal row with its plan."""

    row: PostingRow
    plan: Plan


class RowRefusal(NamedTuple):
    """A journal row that is for a person, and what may help him."""

    row: PostingRow
    rule: str
    place: str = ""
    unmatched: tuple[Unmatched, ...] = ()


@dataclass(slots=True)
class Plans:
    """The plans of one partner's rows."""

    maps: PartnerMap
    decided: Mapping[str, Mapping[str, int]]  # by external id, by question
    accepted: Mapping[str, frozenset[str]]  # by external id: rules of differences
    stored: set[str] = field(default_factory=set)  # by external id: what Odoo has already
    planned: list[RowPlan] = field(default_factory=list)
    refused: list[RowRefusal] = field(default_factory=list)

    def make(self, tools: Tools, attempts: Attempts, rows: Sequence[PostingRow]) -> None:
        """Plan rows; the questions of all of them are asked together.

        Raises:
            GaveUpError: If Odoo answers nobody.
            HaltedError: If it refuses us.
        """
        self.stored |= {row.external_id for row in rows if row.state == "stored"}
        self._ask_and_plan(attempts, [(row, kept_document(tools, row)) for row in rows])
        again = self._found_stored(attempts)
        if again:
            self.refused = [one for one in self.refused if one.row not in again]
            self._ask_and_plan(attempts, [(row, kept_document(tools, row)) for row in again])

    def _ask_and_plan(
        self, attempts: Attempts, open_: Sequence[tuple[PostingRow, Document]]
    ) -> None:
        answers: dict[Question, tuple[Record, ...]] = {}
        for _ in range(ROUNDS):
            asking = [(row, made) for row, made in self._plan(open_, answers)]
            if not asking:
                return
            waiting = {row.id for row, _ in asking}
            open_ = [one for one in open_ if one[0].id in waiting]
            for company in sorted({made.company for _, made in asking}):
                questions = (q for _, n in asking if n.company == company for q in n.questions)
                answers |= ask(attempts, company, questions)
        self.refused += [RowRefusal(row, "post.unplannable") for row, _ in open_]

    def _found_stored(self, attempts: Attempts) -> list[PostingRow]:
        """Return the rows that were refused for a difference that is their own record's.

        A bill that was stored counts in its order, and must not differ now. A row that was sent
        before may have been stored by a call whose answer was lost; only then Odoo is asked.
        """
        questions = {
            Question("stored", REFERENCE, (Key("id", one.row.external_id),)): one.row
            for one in self.refused
            if one.rule in ACCEPTABLE
            and one.row.attempts
            and one.row.external_id not in self.stored
        }
        found = ask(attempts, 0, questions)
        again = [row for one, row in questions.items() if found[one]]
        self.stored |= {row.external_id for row in again}
        return again

    def _plan(
        self,
        rows: Iterable[tuple[PostingRow, Document]],
        answers: Mapping[Question, tuple[Record, ...]],
    ) -> list[tuple[PostingRow, Asks]]:
        asking = []
        for row, document in rows:
            chosen = self.decided.get(row.external_id, {})
            taken = self.accepted.get(row.external_id, frozenset())
            if row.external_id in self.stored:
                taken = ACCEPTABLE
            record = (row.odoo_id or 0) if row.state == "stored" else 0
            made = self.maps.plan(document, Known(answers, chosen, taken, record))
            match made:
                case Asks():
                    asking.append((row, made))
                case Refusal(findings, unmatched):
                    first = findings[0]
                    place = first.place.address or first.place.segment
                    self.refused.append(RowRefusal(row, first.rule, place, unmatched))
                case _ if made.external_id != row.external_id:
                    self.refused.append(RowRefusal(row, "post.key_changed"))
                case _:
                    self.planned.append(RowPlan(row, made))
        return asking


def plans_for(tools: Tools, profile: PartnerProfile, rows: Sequence[PostingRow]) -> Plans:
    """Return the planner of a partner's rows, with what a person decided about them."""
    decided: dict[str, dict[str, int]] = {}
    accepted: dict[str, frozenset[str]] = {}
    for exchange in sorted({row.exchange for row in rows}):
        for entry in tools.ledger.entries(exchange):
            document = str(entry.body.get("document", ""))
            if entry.kind == "resolved" and "accept" in entry.body:
                rule = str(entry.body["accept"])
                accepted[document] = accepted.get(document, frozenset()) | {rule}
            if entry.kind == "resolved" and "record" in entry.body:
                kept = decided.setdefault(document, {})
                kept[str(entry.body["question"])] = int(str(entry.body["record"]))
    return Plans(partner_map(tools, profile), decided, accepted)
