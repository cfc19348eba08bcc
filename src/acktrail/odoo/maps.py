"""How a partner's documents become records, as data: defaults, kinds, profile, crosswalks.

From the general to the particular, each over the one before: ``parsers/odoo/defaults.toml``,
``parsers/odoo/<kind>.toml``, the profile's ``[odoo]``, its ``[odoo.kind.<kind>]``, and the rows of
the crosswalks that hold on the document's day.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from acktrail.documents.kinds import (
    PAYLOADS,
    BankStatement,
    Charge,
    Document,
    Remittance,
)
from acktrail.errors import ProfileError
from acktrail.odoo.crosswalk import Row, merged_into
from acktrail.odoo.loads import Plan, Planned
from acktrail.odoo.minimising import denied
from acktrail.odoo.options import OdooOptions, merge
from acktrail.odoo.plan import NOTHING_KNOWN, Known, identity, plan
from acktrail.odoo.record_map import misplaced
from acktrail.ports import DataFiles

FOLDER = "odoo"
DEFAULTS = "defaults"
ANALYTIC = "analytic_distribution"  # from Odoo 16 on
Table = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class KindMaps:
    """``parsers/odoo``: what holds for every partner, and by kind."""

    defaults: Table
    kinds: Mapping[str, Table]


def read_maps(files: DataFiles) -> KindMaps:
    """Read ``parsers/odoo``: the defaults, and a file by the name of each kind."""
    names = {name.removesuffix(".toml") for name in files.names(FOLDER)} & {DEFAULTS, *PAYLOADS}
    tables = {
        name: tomllib.loads(files.read(f"{FOLDER}/{name}.toml").decode()) for name in sorted(names)
    }
    return KindMaps(tables.pop(DEFAULTS), tables)


class Way(NamedTuple):
    """Where a route of the profile leads, beside the kind."""

    models: tuple[str, ...] = ()  # empty: those of the kind
    company: int = 0  # 0: the profile's


@dataclass(slots=True)
class PartnerMap:
    """The maps of one partner; options are made once per kind and set of crosswalk rows."""

    partner: str
    maps: KindMaps
    table: Table  # the profile's [odoo]
    rows: tuple[Row, ...] = ()  # of the crosswalks: the installation's, then the partner's
    pseudonym_key: bytes = b""
    routes: Mapping[str, Way] = field(default_factory=dict)  # by kind; none: not narrowed
    _made: dict[tuple[str, tuple[Row, ...]], OdooOptions] = field(default_factory=dict)

    def options(self, kind: str, on: date | None = None) -> OdooOptions:
        """Return how documents of a kind are posted on a day.

        Raises:
            ProfileError: One argument per problem, ``odoo.key: what is wrong``.
        """
        rows = tuple(one for one in self.rows if one.holds(on))
        if (kind, rows) not in self._made:
            self._made[kind, rows] = self._make(kind, rows)
        return self._made[kind, rows]

    def _make(self, kind: str, rows: tuple[Row, ...]) -> OdooOptions:
        general = {key: value for key, value in self.table.items() if key != "kind"}
        kinds = self.table.get("kind", {})
        own = kinds.get(kind, {}) if isinstance(kinds, Mapping) else {}
        if not isinstance(own, Mapping):
            msg = f"odoo.kind.{kind}: not a table"
            raise ProfileError(msg)
        profiled = merged_into(merge(general, own), rows)
        defaults = merge(self.maps.defaults, self.maps.kinds.get(kind, {}))
        made = OdooOptions.from_table(profiled, defaults, self.pseudonym_key)
        wrong = [one for record in made.record for one in misplaced(kind, record)]
        if wrong:
            raise ProfileError(*(f"odoo.kind.{kind}.{one}" for one in wrong))
        return made

    def sent(self, kinds: Iterable[str]) -> dict[str, frozenset[str]]:
        """Return the models and fields that documents of these kinds may fill."""
        found: dict[str, frozenset[str]] = {}
        for kind in kinds:
            options = self.options(kind)
            for model, fields in options.send.items():
                filled = (n for n in fields if options.analytic or not n.endswith(ANALYTIC))
                found[model] = found.get(model, frozenset()) | frozenset(filled)
        return found

    def identity(self, document: Document) -> tuple[str, str]:
        """Return external id and model of a document's posting, also of one that is refused."""
        options = self.options(document.kind, day_of(document))
        model = next(iter(options.send), "")
        return identity(document, options, self.partner), model

    def plan(self, document: Document, known: Known = NOTHING_KNOWN) -> Planned:
        """Answer what to ask of Odoo for one document; see :func:`acktrail.odoo.plan.plan`."""
        options = self.options(document.kind, day_of(document))
        made = plan(document, options, self.partner, known)
        way = self.routes.get(document.kind, Way())
        if isinstance(made, Plan):
            return denied(made, options.send, way.models, way.company) or made
        return made


def day_of(document: Document) -> date | None:
    """Return the day on which a document's codes are looked up; None when it says none."""
    match document.payload:
        case Remittance(payment=payment):
            return payment.on
        case Charge(lines=lines) if document.issued is None:
            return max((one.posted_on for one in lines if one.posted_on), default=None)
        case BankStatement(entries=entries) if document.issued is None:
            return max((one.booked_on for one in entries), default=None)
        case _:
            return document.issued
