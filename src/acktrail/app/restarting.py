"""Release, replay, park: what a person does with an exchange, each with a name and a reason.

A new *generation* begins: its steps run anew and look at what the earlier ones left, so that
nothing is posted or answered twice. What still runs of the old generation ends at its next look.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from acktrail.app.access import need_reason, permit
from acktrail.app.alone import message_alone
from acktrail.app.governing import Governing
from acktrail.app.home import Found
from acktrail.app.tools import Tools, received_flow
from acktrail.engine.port import Engine, Part, Task
from acktrail.errors import ConflictError
from acktrail.pipeline.states import AT_REST, FINISHED, SETTLED
from acktrail.ports import Entry, ExchangeRow, Transaction

PARKED = "parked.by_person"
READS = frozenset({"received", "released", "replayed"})  # entries that may begin a reading
AGAIN = {"rejected": "queued", "parked": "queued", "mismatch": "stored"}


Act = Literal["release", "replay", "park"]


def refusal(row: ExchangeRow, act: Act) -> str:
    """Return why an act has nothing to do with an exchange as it is now, or ``""``."""
    match act:
        case "release" if row.status != "held":
            return f"nothing to release: the exchange is {row.status}"
        case "replay" if row.status not in AT_REST:
            return f"the exchange is {row.status}: park it first, or let it finish"
        case "park" if row.status in FINISHED or row.status == "held":
            return f"nothing to park: the exchange is {row.status}"
        case _:
            return ""


def need(row: ExchangeRow, act: Act) -> None:
    """Refuse an act that has nothing to do.

    Raises:
        ConflictError: The exchange is not where the act begins.
    """
    if why := refusal(row, act):
        raise ConflictError(why)


class Order(NamedTuple):
    """What a person wants."""

    exchange: str
    actor: str  # user:<name>
    reason: str
    message: str = ""  # control number or number of the one message to read again; "" = all
    newest: bool = False  # under the newest version of the profile, not the one it came under


class Restart:
    """Carries out what a person decided about exchanges."""

    def __init__(self, tools: Tools, engine: Engine) -> None:
        self._tools, self._engine = tools, engine

    @property
    def tools(self) -> Tools:
        """Return the home's parts that it works with."""
        return self._tools

    def release(self, order: Order) -> Part:
        """End a hold: the exchange goes on from the step that held it.

        Returns:
            What runs again: ``all`` from opening the file on, ``post`` from posting on.

        Raises:
            ConflictError: The exchange is not held.
            PolicyError: There is no reason.
        """
        permit(self._tools, "exchange.release", order.actor, order.exchange)
        row = self._tools.ledger.exchange(order.exchange)
        need(row, "release")
        part = part_that_held(self._tools.ledger.entries(row.id))
        return self._start(order, row, "released", part)

    def replay(self, order: Order) -> Part:
        """Read, translate and post again an exchange that is at rest, or one message of it.

        Raises:
            ConflictError: It is still on its way, or the message cannot stand alone.
            NotFoundError: It has no such message.
            PolicyError: There is no reason.
        """
        permit(self._tools, "exchange.replay", order.actor, order.exchange)
        row = self._tools.ledger.exchange(order.exchange)
        need(row, "replay")
        need_reason(order.reason)
        return self._start(order, row, "replayed", "all", self._message(order, row))

    def _message(self, order: Order, row: ExchangeRow) -> dict[str, object]:
        """Return what the entry says of the message that is wanted, which can stand alone."""
        if not order.message:
            return {}
        entries = self._tools.ledger.entries(row.id)
        found = self._profile(order, row) or self._tools.in_force(row)
        flow = received_flow(entries, found)
        excerpt = message_alone(self._tools, flow.format, entries, order.message).excerpt
        return {"message": excerpt.number, "control": excerpt.control}

    def park(self, order: Order) -> None:
        """Stop an exchange until it is released.

        Raises:
            ConflictError: It is at rest already.
            PolicyError: There is no reason.
        """
        permit(self._tools, "exchange.park", order.actor, order.exchange)
        need_reason(order.reason)
        with self._tools.ledger.begin() as tx:
            row = tx.lock(self._tools.ledger.exchange(order.exchange).id)
            need(row, "park")
            generation = tx.rise(row.id)
            body = {"code": PARKED, "reason": order.reason, "generation": generation}
            tx.append(row.id, "held", body, order.actor)

    def _start(
        self,
        order: Order,
        row: ExchangeRow,
        kind: str,
        part: Part,
        more: Mapping[str, object] = MappingProxyType({}),
    ) -> Part:
        need_reason(order.reason)
        found = self._profile(order, row)
        with self._tools.ledger.begin() as tx:
            if tx.lock(row.id).generation != row.generation:
                msg = "somebody else was faster: look again"
                raise ConflictError(msg)
            generation = tx.rise(row.id)
            label = row.profile
            if found is not None:
                label = found.profile.label
                tx.set_profile(row.id, label, found.sha256)
            again = _send_again(tx, row.id) if part == "post" else 0
            body: dict[str, object] = {
                "reason": order.reason,
                "part": part,
                "generation": generation,
                "profile": label,
                "documents": again,
                **more,
            }
            tx.append(row.id, kind, body, order.actor)
            self._engine.submit(
                tx, Task(row.id, generation, part, lane=row.lane, key=row.order_key)
            )
        return part

    def _profile(self, order: Order, row: ExchangeRow) -> Found | None:
        """Return the newest version when it is wanted; else see that the exchange's own holds."""
        if order.newest:
            newest = self._tools.home.profile(row.partner)
            governed = Governing(self._tools).governed(newest)
            return governed.found if governed else newest
        self._tools.in_force(row)
        return None


def part_that_held(entries: tuple[Entry, ...]) -> Part:
    """Return what has to run again after a hold.

    A file whose reading led to no documents, or to some that were withheld, is read again; one
    whose documents wait to be posted is not.
    """
    starts = [at for at, one in enumerate(entries) if one.body.get("part", "all") == "all"]
    reading = max((at for at in starts if entries[at].kind in READS), default=0)
    planned = any(one.kind == "planned" for one in entries[reading:])
    read_again = _held_for(entries) in ("content.withheld", "refused.unanswered")
    return "post" if planned and not read_again else "all"


def parked_by_person(entries: tuple[Entry, ...]) -> bool:
    """Tell whether the newest hold is one that a person ordered."""
    return _held_for(entries) == PARKED


def _held_for(entries: tuple[Entry, ...]) -> str:
    """Return the code of the newest hold, or ``""``."""
    last = next((one for one in reversed(entries) if one.kind == "held"), None)
    return str(last.body.get("code", "")) if last else ""


def _send_again(tx: Transaction, exchange: str) -> int:
    """Let the documents that a person was asked about go again; return how many."""
    due = [row for row in tx.postings(exchange) if row.state in AGAIN and row.error not in SETTLED]
    for row in due:
        tx.set_posting(row.id, AGAIN[row.state])
    return len(due)
