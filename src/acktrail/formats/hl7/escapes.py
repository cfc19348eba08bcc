"""Escape sequences: decoded once, after the last split; written into every inserted text.

Spec: HL7 v2+ chapter 2, 2.6. Layout commands are dropped but for the line break; sequences whose
meaning is by agreement (character set switches, local ones) stay as they are.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from acktrail.formats.hl7 import rules
from acktrail.formats.hl7.delimiters import Delimiters
from acktrail.model import Rule

_LAYOUT = re.compile(r"\.(?:sp|in|ti|fi|nf|sk|ce)[+-]?[0-9]*")


@lru_cache(maxsize=256)
def _sequence(escape: str) -> re.Pattern[str]:
    sign = re.escape(escape)
    return re.compile(f"{sign}([^{sign}]*+)(?:({sign})|\\Z)")


def unescape(text: str, marks: Delimiters, codec: str = "utf-8") -> str:
    """Return the value that ``text`` stands for; decode once, never nested (2.6.1).

    Unknown sequences and an escape character without its pair stay as they are.
    """
    if not marks.escape or marks.escape not in text:
        return text
    return _sequence(marks.escape).sub(lambda match: _decoded(match, marks, codec), text)


def _decoded(match: re.Match[str], marks: Delimiters, codec: str) -> str:
    name, ends = match.group(1), match.group(2)
    known = _known(name, marks, codec) if ends else None
    return match.group() if known is None else known


def _known(name: str, marks: Delimiters, codec: str) -> str | None:
    """Return what the sequence ``name`` stands for; ``None`` when it is not known."""
    sign = dict(zip("FSRETP", _signs(marks), strict=True)).get(name)
    if sign:
        return sign
    if name[:1] == "X":
        try:
            return bytes.fromhex(name[1:]).decode(codec) if name[1:].isalnum() else None
        except ValueError:
            return None
    if name == ".br":
        return "\n"
    return "" if name in ("H", "N") or _LAYOUT.fullmatch(name) else None


def _signs(marks: Delimiters) -> tuple[str, ...]:
    return (
        marks.field,
        marks.component,
        marks.repetition,
        marks.escape,
        marks.part,
        marks.truncation,
    )


def escape(text: str, marks: Delimiters) -> str:
    """Return ``text`` so that it can stand in a component."""
    if not marks.escape:
        return "".join(sign for sign in text if sign not in {*marks, "\r", "\n"})
    sign = marks.escape
    table = {
        ord(mark): f"{sign}{name}{sign}"
        for name, mark in zip("FSRETP", _signs(marks), strict=True)
        if mark
    }
    table |= {13: f"{sign}X0D{sign}", 10: f"{sign}X0A{sign}"}
    return text.translate(table)


def escape_faults(text: str, marks: Delimiters, codec: str) -> Iterator[Rule]:
    """Yield a rule for every sequence in ``text`` that is not known or does not end."""
    for match in _sequence(marks.escape).finditer(text):
        if not match.group(2):
            yield rules.UNTERMINATED_ESCAPE
        elif _known(match.group(1), marks, codec) is None:
            yield rules.UNKNOWN_ESCAPE
