"""Can this home take a file safely? What a load balancer and a supervisor ask.

An Odoo that is away is no reason to take no files: documents wait for it.
"""

import shutil
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from acktrail.app.circuits import Circuits
from acktrail.app.tools import Tools
from acktrail.errors import AcktrailError

FLOOR: Final = 0.02  # share of the disk below which nothing more should come in
READY, DEGRADED, UNREADY = "ready", "degraded", "unready"


class Ready(NamedTuple):
    """What was looked at and how it is; ``state`` is the worst of it."""

    state: str
    checks: dict[str, str]


def readiness(tools: Tools) -> Ready:
    """Look at what receiving needs: the database can be written, so can the store, disk is left."""
    looks: dict[str, Callable[[Tools], None]] = {"database": _database, "store": _store}
    checks = {name: _said(look, tools) for name, look in looks.items()}
    lanes = dict(_lanes(tools)) if checks["database"] == READY else {}
    unready = any(one != READY for one in checks.values())
    state = UNREADY if unready else DEGRADED if lanes else READY
    return Ready(state, checks | lanes)


def _said(look: Callable[[Tools], None], tools: Tools) -> str:
    try:
        look(tools)
    except AcktrailError as error:
        return error.code
    except OSError:
        return "unavailable.store"
    return READY


def _database(tools: Tools) -> None:
    tools.ledger.check_writable()


def _store(tools: Tools) -> None:
    tools.store.check_writable()
    usage = shutil.disk_usage(tools.home.var)
    if usage.free < FLOOR * usage.total:
        raise OSError


def _lanes(tools: Tools) -> Iterator[tuple[str, str]]:
    for name, circuit in Circuits(tools.ledger, tools.clock, tools.actor).stopped().items():
        yield f"lane {name}", str(circuit.state)
