"""Paths into canonical documents, as a record map writes them: ``line.item.ids.GTIN.value``.

A step is a field; in a list it is a place (``0``), or the word that an element is told by (its
kind, role, scheme or list; ``*``: all of them); in a table it is a key.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from acktrail.documents.kinds import PAYLOADS, Document
from acktrail.documents.parts import Clear
from acktrail.documents.value import Leaf, Value

ALL = "*"
TOLD_BY = ("kind", "role", "scheme", "list")
SCALARS = (str, int, bool, Decimal, date, datetime)
hints = lru_cache(maxsize=256)(get_type_hints)


def values_at(root: object, path: str) -> list[object]:
    """Return what a path leads to: one value, each behind ``*``, none when nothing was sent."""
    found = [root]
    for step in path.split("."):
        found = [below for one in found for below in _step(one, step)]
    return found


def _step(value: object, step: str) -> list[object]:
    if isinstance(value, tuple):
        return _in_list(value, step)
    below = value.get(step) if isinstance(value, Mapping) else getattr(value, step, None)
    return [] if below is None else [below]


def _in_list(value: tuple[Any, ...], step: str) -> list[object]:
    if step == ALL:
        return list(value)
    if step.isdecimal():
        return list(value[int(step) : int(step) + 1])
    told = (one for one in value if step in (getattr(one, name, None) for name in TOLD_BY))
    return [one for one in (next(told, None),) if one is not None]


def type_at(start: Any, path: str) -> Any:  # noqa: ANN401 - a type of annotations
    """Return the type that a path leads to from a type; None when there is no such place."""
    found = start
    for step in path.split("."):
        found = _below(_plain(found), step)
        if found is None:
            return None
    return _plain(found)


def payload_of(kind: str) -> type:
    """Return the payload's type of a kind."""
    return PAYLOADS[kind]


def document_type() -> type:
    """Return the type of a document."""
    return Document


def element_of(start: Any, path: str) -> Any:  # noqa: ANN401 - a type of annotations
    """Return the type of the elements of the list at a path; None when there is no list."""
    found = type_at(start, path)
    return get_args(found)[0] if get_origin(found) is tuple else None


def _below(kind: Any, step: str) -> Any:  # noqa: ANN401 - a type of annotations
    origin, args = get_origin(kind), get_args(kind)
    if origin is tuple:
        return args[0]
    if origin is dict:
        return args[1]
    if isinstance(kind, type) and issubclass(kind, Value | Leaf):
        return hints(kind).get(step)
    return None


def _plain(kind: Any) -> Any:  # noqa: ANN401 - a type of annotations
    """Return a type without "not sent" and "to be emptied"."""
    if get_origin(kind) not in (Union, UnionType):
        return kind
    left = [one for one in get_args(kind) if one not in (NoneType, Clear)]
    return left[0] if len(left) == 1 else kind
