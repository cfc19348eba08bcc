"""How the loads of many plans become batches: no key twice, dependencies first, one field list."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from acktrail.odoo.loads import Load, Plan

ROWS = 2_000
BYTES = 5_000_000  # a 100 MB body took a server over its memory limit
MASTER_DATA = 200  # partners and products are cheap
CHEAP = frozenset({"res.partner", "product.product", "product.supplierinfo"})

Item = tuple[int, Plan]  # posting id and its plan


class Batch(NamedTuple):
    """Records for one call: one company, model and field list, no external id twice."""

    company: int
    loads: tuple[Load, ...]

    @property
    def model(self) -> str:
        """The model of every record."""
        return self.loads[0].model


def distinct(items: Iterable[Item]) -> tuple[dict[str, tuple[int, Load]], set[int]]:
    """Return the loads by external id with their company, and the postings that clash.

    Master data that several documents bring counts once. A document's own record that comes twice
    with other content is a clash: Odoo would drop the second one's data without a word.
    """
    found: dict[str, tuple[int, Load]] = {}
    clashing: set[int] = set()
    for posting, plan in items:
        for load in plan.loads:
            known = found.setdefault(load.external_id, (plan.company, load))[1]
            if known != load and not (known.shared and load.shared):
                clashing.add(posting)
    return found, clashing


def rounds(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Cut the items so that what is said of an owned record later goes after what was said."""
    part: list[Item] = []
    said: dict[str, Load] = {}
    for posting, plan in items:
        if any(one.overwrite and said.get(one.external_id, one) != one for one in plan.loads):
            yield part
            part, said = [], {}
        part.append((posting, plan))
        said |= {one.external_id: one for one in plan.loads}
    if part:
        yield part


def waves(loads: Mapping[str, tuple[int, Load]]) -> Iterator[list[tuple[int, Load]]]:
    """Yield the loads so that what a record refers to comes in an earlier wave."""
    depth: dict[str, int] = {}

    def level(key: str) -> int:
        if key not in depth:
            depth[key] = 0  # ends a circle, which no plan makes
            needs = [one for one in loads[key][1].depends_on if one in loads]
            depth[key] = 1 + max(map(level, needs), default=0)
        return depth[key]

    for wanted in sorted({level(key) for key in loads}):
        yield [loads[key] for key in loads if depth[key] == wanted]


def batches(wave: Sequence[tuple[int, Load]], size: int) -> Iterator[Batch]:
    """Cut a wave into batches of up to ``size`` records (cheap models: up to 200)."""
    groups: dict[tuple[int, str, tuple[str, ...], bool], list[Load]] = {}
    for company, load in wave:
        key = (company, load.model, load.fields, load.overwrite)
        groups.setdefault(key, []).append(load)
    for (company, model, _, _), loads in groups.items():
        for part in _cut(loads, MASTER_DATA if model in CHEAP else size):
            yield Batch(company, tuple(part))


def _cut(loads: list[Load], most: int) -> Iterator[list[Load]]:
    part: list[Load] = []
    rows = weight = 0
    for load in loads:
        heavy = len(json.dumps(load.rows))
        if part and (len(part) == most or rows + len(load.rows) > ROWS or weight + heavy > BYTES):
            yield part
            part, rows, weight = [], 0, 0
        part.append(load)
        rows, weight = rows + len(load.rows), weight + heavy
    if part:
        yield part
