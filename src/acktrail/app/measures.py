"""What is measured of a home, as numbers with labels; all of it is read from ledger, keys and disk.

Whoever serves them needs nothing of the service's process: one that is down cannot hide that it is.
Labels are partners, lanes and states, never a file, a document or a person.
Spec: Prometheus, "Metric and label naming" (base units, one unit a name).
"""

import platform
import shutil
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Final, NamedTuple

from acktrail.app.attention import stopped_endpoints
from acktrail.app.circuits import Circuits
from acktrail.app.keys import Key, keys_of
from acktrail.app.tools import Tools
from acktrail.errors import AcktrailError
from acktrail.odoo.breaker import CLOSED

BREAKER: Final = {"closed": 0, "half_open": 1, "open": 2}


class Measure(NamedTuple):
    """One gauge: a value for each combination of its labels."""

    name: str
    about: str
    labels: tuple[str, ...]
    values: Sequence[tuple[tuple[str, ...], float]]


def measures(tools: Tools) -> Iterator[Measure]:
    """Yield every measure; one that has nothing to say has no values, and keeps its name."""
    yield from _exchanges(tools)
    yield from _lanes(tools)
    yield from _ledger(tools)
    yield from _partners(tools)
    yield Measure(
        "acktrail_disk_free_bytes",
        "Free space of the disk that holds the store.",
        (),
        [((), shutil.disk_usage(tools.home.var).free)],
    )
    yield Measure(
        "acktrail_build_info",
        "Which version answers.",
        ("version", "python"),
        [((version("acktrail"), platform.python_version()), 1)],
    )


def _exchanges(tools: Tools) -> Iterator[Measure]:
    yield Measure(
        "acktrail_exchanges",
        "Exchanges by where they are; closed ones stay counted.",
        ("partner", "direction", "status"),
        [(one[:3], one.exchanges) for one in tools.ledger.counted()],
    )
    states = {
        name.removeprefix("posting."): count
        for name, count in tools.ledger.counts().items()
        if name.startswith("posting.")
    }
    yield Measure(
        "acktrail_postings",
        "Documents in the posting journal by state.",
        ("state",),
        [((state,), count) for state, count in states.items()],
    )


def _lanes(tools: Tools) -> Iterator[Measure]:
    now = tools.clock.now()
    depth: dict[tuple[str, ...], int] = {}
    oldest: dict[tuple[str, ...], datetime] = {}
    for one in tools.ledger.backlog():
        lane = (one.target, one.lane)
        depth[lane] = depth.get(lane, 0) + one.documents
        oldest[lane] = min(oldest.get(lane, one.oldest), one.oldest)
    yield Measure(
        "acktrail_queue_depth",
        "Documents on their way to an Odoo.",
        ("target", "lane"),
        [*depth.items()],
    )
    yield Measure(
        "acktrail_queue_oldest_age_seconds",
        "Since when the file of the oldest waiting document is here.",
        ("target", "lane"),
        [(lane, (now - at).total_seconds()) for lane, at in oldest.items()],
    )
    stopped = Circuits(tools.ledger, tools.clock, tools.actor).stopped()
    names = dict.fromkeys([*tools.settings.odoo, *sorted(stopped)])
    yield Measure(
        "acktrail_breaker_state",
        "Whether documents go to an Odoo: 0 closed (they go), 1 half open, 2 open.",
        ("target",),
        [((name,), BREAKER[str(stopped.get(name, CLOSED).state)]) for name in names],
    )


def _ledger(tools: Tools) -> Iterator[Measure]:
    sealed = tools.ledger.sealed()
    signed = [((), sealed.signed_at.timestamp())] if sealed.signed_at else []
    yield Measure(
        "acktrail_ledger_checkpoint_entries", "Entries that are signed.", (), [((), sealed.entries)]
    )
    yield Measure(
        "acktrail_ledger_checkpoint_timestamp_seconds",
        "When the newest checkpoint was signed.",
        (),
        signed,
    )
    yield Measure(
        "acktrail_ledger_waiting_entries", "Entries not signed yet.", (), [((), sealed.waiting)]
    )
    yield Measure(
        "acktrail_ledger_anchor_timestamp_seconds",
        "When a witness last took a checkpoint.",
        ("witness",),
        [((witness,), at.timestamp()) for witness, at in sealed.anchored],
    )


def _partners(tools: Tools) -> Iterator[Measure]:
    yield Measure(
        "acktrail_endpoint_stopped",
        "1 where a partner's inbound endpoint is not polled until a person acts.",
        ("partner",),
        [((one.partner,), 1) for one in stopped_endpoints(tools)],
    )
    ends: dict[tuple[str, ...], float] = {}
    for partner in tools.home.partners():
        for key in _keys(tools, partner):
            labels = (partner, key.whose, key.kind, key.slot)
            at = datetime.fromisoformat(f"{key.expires}T00:00:00+00:00").timestamp()
            ends[labels] = min(ends.get(labels, at), at)
    yield Measure(
        "acktrail_partner_key_expiry_timestamp_seconds",
        "When the first key of a slot ends; keys without an end are left out.",
        ("partner", "whose", "kind", "slot"),
        [*ends.items()],
    )


def _keys(tools: Tools, partner: str) -> Iterable[Key]:
    """Return the keys that have an end; those of a profile that cannot be read are for lint."""
    try:
        return [one for one in keys_of(tools, tools.home.profile(partner).profile) if one.expires]
    except AcktrailError:
        return ()
