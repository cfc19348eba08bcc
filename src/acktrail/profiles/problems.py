"""Turns what is wrong with a profile into sentences that name the key and the fix."""

import difflib
from typing import get_origin

from pydantic import BaseModel, ValidationError

from acktrail.errors import ProfileError

MAX_PROFILE_BYTES = 64 * 1024
MAX_LINE_BYTES = 4 * 1024
MAX_DEPTH = 16
SAID = {  # by pydantic's name of the problem
    "missing": "is required; add it",
    "string_type": 'must be text; put it in quotes ("00501", not 00501)',
    "tuple_type": "must be a list in [ ]",
    "too_short": "is empty; name at least one",
}


def check_shape(body: bytes) -> None:
    """Refuse what makes a TOML parser slow before it is parsed.

    Raises:
        ProfileError: A line is too long, or a key too deep.
    """
    for number, line in enumerate(body.split(b"\n"), 1):
        if len(line) > MAX_LINE_BYTES:
            msg = f"line {number}: longer than {MAX_LINE_BYTES} bytes"
            raise ProfileError(msg)
        if line.partition(b"=")[0].count(b".") > MAX_DEPTH or line.count(b"[") > 8 * MAX_DEPTH:
            msg = f"line {number}: nested too deeply"
            raise ProfileError(msg)


def problems(error: ValidationError, top: type[BaseModel]) -> list[str]:
    """Return one sentence a problem, each ``path: what is wrong; what to do``; never a value."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    inner = {one["loc"][:depth] for one in found for depth in range(1, len(one["loc"]))}
    return [
        f"{_path(one['loc'])}: {_said(one['type'], one['msg'], one['loc'], top)}"
        for one in found
        if not (one["type"] == "too_short" and one["loc"] in inner)  # its items are wrong instead
    ]


def _path(location: tuple[str | int, ...]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path or "profile"


def _said(kind: str, message: str, location: tuple[str | int, ...], top: type[BaseModel]) -> str:
    match kind:
        case "extra_forbidden":
            known = _keys(top, location[:-1])
            near = difflib.get_close_matches(str(location[-1]), known, n=1)
            return f"no such key; {f'did you mean {near[0]!r}?' if near else _list(known)}"
        case "value_error":
            return message.removeprefix("Value error, ")
        case _:
            return SAID.get(kind) or message[:1].lower() + message[1:]


def _list(known: list[str]) -> str:
    return f"known here: {', '.join(known)}" if known else "nothing is known here"


def _keys(top: type[BaseModel], location: tuple[str | int, ...]) -> list[str]:
    """Return the keys that the table at ``location`` knows."""
    model: type[BaseModel] | None = top
    named = False  # a table of tables: the next part is a name that somebody chose
    for part in location:
        if isinstance(part, int) or model is None or named:
            named = False
            continue
        field = next((f for name, f in model.model_fields.items() if part in (name, f.alias)), None)
        model = _table_in(field.annotation) if field else None
        named = get_origin(field.annotation if field else None) is dict
    if model is None:
        return []
    return sorted(field.alias or name for name, field in model.model_fields.items())


def _table_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        if found := _table_in(part):
            return found
    return None
