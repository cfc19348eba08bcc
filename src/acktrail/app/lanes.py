"""What goes to each Odoo and what stops it: the circuits beside the documents that wait."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from acktrail.app.access import permit
from acktrail.app.circuits import Circuits, Order
from acktrail.app.tools import Tools
from acktrail.errors import NotFoundError
from acktrail.ledger.queries import Backlog
from acktrail.odoo.breaker import CLOSED, Circuit


class Lane(NamedTuple):
    """The way to one Odoo database, or of one partner's documents of one model to it."""

    name: str  # a target, or target/partner/model
    state: str  # closed: documents go; open: none; half_open: somebody tries
    cause: str  # unknown, refused, person
    reason: str
    until: str  # when it is tried again; "" = a person ends it
    realtime: int  # documents on their way
    batch: int
    oldest: str  # when the file of the oldest one was taken

    @property
    def said(self) -> str:
        """The lane's state as one line."""
        until = f" until {self.until}" if self.until else ""
        waiting = f"; {self.realtime} realtime and {self.batch} batch documents"
        return f"{self.state}{until}, {self.cause}: {self.reason}{waiting}"


def lanes(tools: Tools) -> list[Lane]:
    """Return every Odoo of acktrail.toml, and every other lane that does not send."""
    stopped = Circuits(tools.ledger, tools.clock, tools.actor).stopped()
    backlog = tools.ledger.backlog()
    names = dict.fromkeys([*tools.settings.odoo, *sorted(stopped)])
    return [_lane(name, stopped.get(name, CLOSED), backlog) for name in names]


def pause(tools: Tools, order: Order) -> None:
    """Let nothing more go to Odoo on a lane; receiving, reading and answering go on.

    Raises:
        NotFoundError: acktrail.toml names no such Odoo, or there is no such partner.
        PolicyError: There is no reason.
    """
    permit(tools, "lane.pause", order.actor, order.name)
    target, _, rest = order.name.partition("/")
    partner, _, model = rest.partition("/")
    if target not in tools.settings.odoo:
        msg = f"no such lane; acktrail.toml names: {', '.join(tools.settings.odoo) or 'no Odoo'}"
        raise NotFoundError(msg)
    if rest and (partner not in tools.home.partners() or not model):
        msg = "a lane is a database of acktrail.toml, or DATABASE/PARTNER/MODEL"
        raise NotFoundError(msg)
    Circuits(tools.ledger, tools.clock, tools.actor).pause(order)


def resume(tools: Tools, order: Order) -> None:
    """Let documents go again.

    Raises:
        ConflictError: The lane is not stopped.
        PolicyError: There is no reason.
    """
    permit(tools, "lane.resume", order.actor, order.name)
    Circuits(tools.ledger, tools.clock, tools.actor).resume(order)


def _lane(name: str, circuit: Circuit, backlog: Iterable[Backlog]) -> Lane:
    mine = [one for one in backlog if name in (one.target, _scope(one))]
    counts = {
        lane: sum(one.documents for one in mine if one.lane == lane)
        for lane in ("realtime", "batch")
    }
    oldest = min((one.oldest for one in mine), default=None)
    return Lane(
        name,
        str(circuit.state),
        str(circuit.cause),
        circuit.reason,
        _shown(circuit.until),
        counts["realtime"],
        counts["batch"],
        _shown(oldest),
    )


def _scope(one: Backlog) -> str:
    return f"{one.target}/{one.partner}/{one.model}"


def _shown(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
