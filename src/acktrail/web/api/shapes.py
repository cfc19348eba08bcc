"""What the API answers: the read models of ``app`` as JSON objects, by their own names."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar, get_type_hints

from pydantic import BaseModel, create_model

Item = TypeVar("Item")


class Listing(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next: str | None = None  # goes as ``before`` into the next call; null at the end


def shape(kind: type[Any]) -> type[BaseModel]:
    """Return the model of a named tuple: its fields, its types, its name."""
    fields: dict[str, Any] = {name: (hint, ...) for name, hint in get_type_hints(kind).items()}
    return create_model(kind.__name__, **fields)


def page(
    found: Sequence[Any], limit: int, cursor: Callable[[Any], str], as_item: Callable[[Any], object]
) -> dict[str, object]:
    """Return a page of a list that was asked for with one row more than it shows."""
    shown = found[:limit]
    following = cursor(shown[-1]) if len(found) > limit else None
    return {"items": [as_item(one) for one in shown], "next": following}


def whole(found: Iterable[NamedTuple]) -> dict[str, object]:
    """Return a list that fits one page."""
    return {"items": [one._asdict() for one in found]}
