"""What two versions of a profile say differently, key by key. Pure."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from acktrail.profiles.partner import PartnerProfile

NUMBERED = frozenset({"version"})  # differs by its nature


class Change(NamedTuple):
    """One key whose value differs; ``-`` where a version does not have it."""

    key: str
    before: str
    after: str


def difference(before: PartnerProfile, after: PartnerProfile) -> list[Change]:
    """Return every key that differs, in the order of the keys.

    Rows of a list are told apart by what names them (a flow's name, a route's document), so that
    a row that moved is no change. Secrets are references and stay so.
    """
    old, new = (
        dict(_flat(before.model_dump(mode="json"))),
        dict(_flat(after.model_dump(mode="json"))),
    )
    keys = sorted({*old, *new} - NUMBERED)
    return [
        Change(key, old.get(key, "-"), new.get(key, "-"))
        for key in keys
        if old.get(key) != new.get(key)
    ]


def _flat(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case Mapping():
            for name, part in value.items():
                yield from _flat(part, f"{path}.{name}" if path else str(name))
        case [Mapping(), *_]:
            for at, row in enumerate(value):
                name = _named(row, at) if isinstance(row, Mapping) else at
                yield from _flat(row, f"{path}[{name}]")
        case list() | tuple():
            yield path, ", ".join(map(str, value))
        case None:
            return
        case _:
            yield path, str(value)


def _named(row: Mapping[str, object], at: int) -> object:
    return row.get("name") or row.get("document") or row.get("step") or at
