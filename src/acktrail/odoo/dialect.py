"""What an older Odoo calls otherwise: fields and values, as data. Pure.

Everything else speaks Odoo 19. What is sent is renamed on the way out, what comes back on the way
in; ``parsers/odoo/versions.toml`` says how.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from acktrail.ports import DataFiles

VERSIONS = "odoo/versions.toml"
Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Dialect:
    """One version's names, by model; the keys are Odoo 19's, ``""`` is a field it lacks."""

    fields: Mapping[str, Names] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Names]] = field(default_factory=dict)
    lacks: Names = field(default_factory=dict)  # models that are not loaded there, with why

    @property
    def without(self) -> frozenset[str]:
        """Fields that this Odoo lacks, as model.field: they are left out."""
        return frozenset(
            f"{model}.{name}"
            for model, names in self.fields.items()
            for name, theirs in names.items()
            if not theirs
        )

    def asked(self, model: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Return a call's arguments in this Odoo's words: a new mapping.

        What this Odoo has no name for is left out: a name, a value, a column of ``load``.
        """
        sent: dict[str, Any] = dict(body)
        for key in ("fields", "allfields"):
            if isinstance(names := sent.get(key), Sequence):
                told = [self._field(model, name) for name in names]
                sent[key] = [name for name in told if name]
                if "data" in sent:
                    sent["data"] = [_filled(told, row) for row in sent["data"]]
        if isinstance(values := sent.get("vals"), Mapping):
            sent["vals"] = self._values(model, values)
        if isinstance(records := sent.get("vals_list"), Sequence):
            sent["vals_list"] = [self._values(model, one) for one in records]
        if isinstance(domain := sent.get("domain"), Sequence):
            sent["domain"] = [self._condition(model, one) for one in domain]
        return sent

    def said(self, model: str, value: Any) -> Any:  # noqa: ANN401 - JSON
        """Return an answer with this Odoo's field names made Odoo 19's again."""
        back = {theirs: ours for ours, theirs in self.fields.get(model, {}).items() if theirs}
        if not back:
            return value
        if isinstance(value, list):
            return [_renamed(one, back) for one in value]
        return _renamed(value, back)

    def _field(self, model: str, path: str) -> str:
        """Rename the longest part of a path that has another name; ``""`` where it has none."""
        names = self.fields.get(model, {})
        parts = path.split("/")
        for end in range(len(parts), 0, -1):
            start = "/".join(parts[:end])
            if start in names:
                return "/".join((names[start], *parts[end:])) if names[start] else ""
        return path

    def _values(self, model: str, values: Mapping[str, object]) -> dict[str, object]:
        told = {self._field(model, name): value for name, value in values.items()}
        return {name: value for name, value in told.items() if name}

    def _condition(self, model: str, one: object) -> object:
        if not isinstance(one, Sequence) or isinstance(one, str):
            return one  # an operator
        name, how, value = one
        values = self.values.get(model, {}).get(name, {})
        told = values.get(value, value) if isinstance(value, str) else value
        return [self._field(model, name), how, told]


@dataclass(frozen=True, slots=True)
class Dialects:
    """Every dialect of ``parsers/odoo/versions.toml``."""

    until: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def read(cls, files: DataFiles) -> "Dialects":
        """Return what the data file says."""
        return cls(tuple(tomllib.loads(files.read(VERSIONS).decode())["until"]))

    def of(self, version: int) -> Dialect:
        """Return the dialect of an Odoo by its major version; 19 and later have none."""
        fields: dict[str, dict[str, str]] = {}
        values: dict[str, dict[str, Names]] = {}
        lacks: dict[str, str] = {}
        for one in (n for n in self.until if version <= n["version"]):
            for model, names in one.get("fields", {}).items():
                fields.setdefault(model, {}).update(names)
            for model, named in one.get("values", {}).items():
                values.setdefault(model, {}).update(named)
            lacks |= one.get("lacks", {})
        return Dialect(fields, values, lacks)


def _filled(names: Sequence[str], row: Sequence[object]) -> list[object]:
    """Return the cells of a row whose columns have a name."""
    return [cell for name, cell in zip(names, row, strict=True) if name]


def _renamed(value: object, back: Names) -> object:
    if not isinstance(value, dict):
        return value
    return {back.get(name, name): one for name, one in value.items()}
