"""File, documents, Odoo, answers: counts and amounts of a time side by side, each difference named.

Reads only. Memory is bounded by what is reported, not by what is compared.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from acktrail.app.answering import is_undecided
from acktrail.app.journal import partner_map
from acktrail.app.planning import plans_for
from acktrail.app.sender import Sender
from acktrail.app.tools import Tools, last_body
from acktrail.errors import UnavailableError
from acktrail.odoo.attempts import Attempts, GaveUpError
from acktrail.odoo.follow_up import Kept, Mismatch, Missing, Seen, compare
from acktrail.odoo.keys import slug_of
from acktrail.odoo.loads import Plan
from acktrail.odoo.strangers import Made, external_ids, made
from acktrail.ports import ExchangeRow, PostingRow
from acktrail.profiles.partner import PartnerProfile

PAGE = 500  # exchanges
CHUNK = 200  # documents compared at once
SETTLED = frozenset({"posted", "stored", "mismatch", "missing"})  # Odoo has, or had, a record
WAITING = frozenset({"queued", "sending", "stored"})
SHARED = frozenset({"res.partner", "product.product", "product.supplierinfo"})


class Window(NamedTuple):
    """When files came in: from ``since`` on, before ``until``; of one partner or of all."""

    since: datetime
    until: datetime
    partner: str = ""


class Difference(NamedTuple):
    """One thing that is not as the line says; holds no value but amounts."""

    partner: str
    kind: str
    exchange: str
    document: str  # external id, or the answer's control number
    what: str
    detail: str = ""


@dataclass(slots=True)
class Total:
    """What came of one partner's documents of one kind."""

    files: int = 0
    stated: int = 0  # documents that the files hold
    documents: int = 0  # in the journal
    duplicates: int = 0
    amount: Decimal = Decimal(0)
    records: int = 0  # in Odoo
    in_odoo: Decimal = Decimal(0)
    answers: int = 0
    delivered: int = 0
    differences: int = 0


@dataclass(slots=True)
class Report:
    """Totals by partner and kind, and the differences in the order they were found."""

    totals: defaultdict[tuple[str, str], Total] = field(
        default_factory=lambda: defaultdict[tuple[str, str], Total](Total)
    )
    differences: list[Difference] = field(default_factory=list)

    def note(self, one: Difference) -> None:
        """Add a difference."""
        self.differences.append(one)
        self.totals[one.partner, one.kind].differences += 1


@dataclass(slots=True)
class Reconciliation:
    """Compares what came in a time with what became of it."""

    tools: Tools
    sender: Sender
    report: Report = field(default_factory=Report)
    _models: set[tuple[str, str, str]] = field(default_factory=set)  # partner, target, model
    _clients: dict[str, Attempts] = field(default_factory=dict)

    def run(self, window: Window) -> Report:
        """Compare everything.

        Raises:
            UnavailableError: If an Odoo does not answer.
            HaltedError: If it refuses us.
        """
        held: defaultdict[tuple[str, str], list[PostingRow]] = defaultdict(list)
        try:
            for exchange in self._exchanges(window):
                for row in self._exchange(exchange):
                    held[row.partner, row.target].append(row)
                for key in [one for one, rows in held.items() if len(rows) >= CHUNK]:
                    self._compare(key, held.pop(key))
            for key, rows in held.items():
                self._compare(key, rows)
            for partner, target, model in sorted(self._models):
                self._strangers(partner, target, model, window)
        except GaveUpError:
            msg = "an Odoo does not answer: nothing is known of its records"
            raise UnavailableError(msg) from None
        return self.report

    def _exchanges(self, window: Window) -> Iterator[ExchangeRow]:
        """Yield the exchanges of the time, newest first."""
        before = ""
        while True:
            page = self.tools.ledger.exchanges(
                partner=window.partner, since=window.since, limit=PAGE, before=before
            )
            yield from (row for row in page if row.opened_at < window.until)
            if len(page) < PAGE:
                return
            before = page[-1].id

    # ---------------------------------------------------------------- file, journal, answers

    def _exchange(self, row: ExchangeRow) -> list[PostingRow]:
        """Compare file, journal and answers; return the rows that Odoo has to show."""
        before = len(self.report.differences)
        rows = self.tools.ledger.postings(row.id)
        self._documents(row, rows)
        self._answers(row, rows)
        for one in rows:
            self._journal(one)
        stuck = row.status != "closed" and len(self.report.differences) == before
        if stuck and not any(one.state in WAITING for one in rows):
            self.report.note(Difference(row.partner, "", row.id, "", f"exchange.{row.status}"))
        return [one for one in rows if one.state in SETTLED and one.odoo_id is not None]

    def _documents(self, row: ExchangeRow, rows: Sequence[PostingRow]) -> None:
        """Every document of a kind that is posted has a row in the journal."""
        kinds = last_body(self.tools.ledger.entries(row.id), "translated").get("kinds")
        profile = self.tools.in_force(row).profile
        for kind, stated in (kinds if isinstance(kinds, dict) else {}).items():
            total = self.report.totals[row.partner, kind]
            total.files += 1
            total.stated += stated
            kept = sum(one.doctype == kind for one in rows)
            if profile.posts(kind) and kept != stated:
                detail = f"{stated} in the file, {kept} in the journal"
                one = Difference(row.partner, kind, row.id, "", "document.lost", detail)
                self.report.note(one)

    def _answers(self, row: ExchangeRow, rows: Sequence[PostingRow]) -> None:
        """Every answer that was made was delivered."""
        kind = rows[0].doctype if rows else ""
        total = self.report.totals[row.partner, kind]
        for answer in self.tools.ledger.answers(row.id):
            total.answers += 1
            total.delivered += answer.delivered
            if not answer.delivered:
                what = "answer.undelivered"
                one = Difference(row.partner, kind, row.id, answer.control, what, answer.kind)
                self.report.note(one)

    def _journal(self, row: PostingRow) -> None:
        total = self.report.totals[row.partner, row.doctype]
        total.documents += 1
        total.duplicates += row.state == "duplicate"
        if row.model and row.state not in ("rejected", "conflict", "duplicate"):
            self._models.add((row.partner, row.target, row.model))
        pending = row.state in WAITING and row.odoo_id is None
        if pending or row.state == "conflict" or (is_undecided(row) and row.odoo_id is None):
            self._differs(row, f"posting.{row.state}", row.error)

    # ---------------------------------------------------------------- Odoo

    def _compare(self, key: tuple[str, str], rows: Sequence[PostingRow]) -> None:
        """Read the records of one partner's documents and compare them."""
        partner, target = key
        attempts = self._attempts(target)
        plans = plans_for(self.tools, self.tools.home.profile(partner).profile, rows)
        plans.make(self.tools, attempts, rows)
        numbers = {one.row.id: one for one in plans.planned}
        kept: list[Kept] = [(n, one.plan, _number(one.row)) for n, one in numbers.items()]
        seen = dict(compare(attempts, kept))
        names = self._names(attempts, rows)
        for row in rows:
            planned = numbers.get(row.id)
            name = names.get((row.model, _number(row)), "")
            self._stored(row, planned and planned.plan, seen.get(row.id), name)

    def _names(
        self, attempts: Attempts, rows: Sequence[PostingRow]
    ) -> Mapping[tuple[str, int], str]:
        found: dict[tuple[str, int], str] = {}
        for model in {row.model for row in rows}:
            ids = [_number(row) for row in rows if row.model == model]
            named = external_ids(attempts, model, ids)
            found |= {(model, number): name for number, name in named.items()}
        return found

    def _stored(self, row: PostingRow, plan: Plan | None, seen: Seen | None, name: str) -> None:
        """Compare one record; ``name`` is the external id that it has in Odoo now."""
        total, found = self.report.totals[row.partner, row.doctype], seen and seen.difference
        amount = plan.expected.amount if plan and plan.expected else None
        total.amount += amount or 0
        if isinstance(found, Missing) or (seen is None and not name):
            self._differs(row, "odoo.missing")
            return
        total.records += 1
        total.in_odoo += (seen and seen.amount) or 0
        if isinstance(found, Mismatch):
            shown = seen and amount is not None and f"document {amount}, Odoo {seen.amount}"
            self._differs(row, "odoo.changed", ": ".join(filter(None, (found.field, shown or ""))))
        elif name != (plan.loads[-1].external_id if plan else row.external_id):
            self._differs(row, "odoo.renamed")
        elif row.state != "posted" or (seen and seen.undone):
            self._differs(row, "odoo.undone", row.state)

    def _strangers(self, partner: str, target: str, model: str, window: Window) -> None:
        """Name the records that our user made and that no document stands for."""
        if model in SHARED:
            return
        profile = self.tools.home.profile(partner).profile
        options = partner_map(self.tools, profile).options("")
        login = self.tools.settings.odoo[target].login
        wanted = Made(model, options.company, window.since, window.until, login)
        found = made(self._attempts(target), wanted)
        ours = f"acktrail_{options.slug or slug_of(partner)}."
        mine = [name for name in found.values() if name.startswith(ours) and _own(name, profile)]
        lost = set(mine) - self.tools.ledger.journalled(target, mine)
        for name in sorted(lost):
            self.report.note(Difference(partner, "", "", name, "odoo.unjournalled", model))
        for number in sorted(n for n, name in found.items() if not name):
            one = Difference("", "", "", f"{model},{number}", "odoo.stranger", target)
            if one not in self.report.differences:
                self.report.note(one)

    def _differs(self, row: PostingRow, what: str, detail: str = "") -> None:
        one = Difference(row.partner, row.doctype, row.exchange, row.external_id, what, detail)
        self.report.note(one)

    def _attempts(self, target: str) -> Attempts:
        if target not in self._clients:
            client = self.sender.client_for(target, confirm=False)
            self._clients[target] = Attempts(client, self.tools.clock)
        return self._clients[target]


def _number(row: PostingRow) -> int:
    return row.odoo_id or 0


def _own(name: str, profile: PartnerProfile) -> bool:
    """Tell whether an external id is a document's own, not that of a record it brings along."""
    return profile.posts(name.partition(".")[2].rpartition("_")[0])
