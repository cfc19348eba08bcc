"""Partner specifications (conformance profiles) from TOML: what a partner promised to send.

One file a specification in ``parsers/hl7/specifications/``; a profile names those that hold for it
(``[hl7] specifications``). Everything is checked when a file is read; docs/integrator.md describes
the keys. Spec: HL7 v2+ chapter 2B.
"""

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, NoReturn, TypeGuard

from acktrail.errors import GuideError, ProfileError
from acktrail.formats.hl7.settings import Agreed, Condition, read_path
from acktrail.formats.patterns import compile_pattern
from acktrail.model import Severity

SCHEMA = "acktrail/hl7-specification/1"
FOLDER = "hl7/specifications"
_TOP = frozenset({"schema", "about", "types", "place"})
_KEYS = frozenset(
    {"path", "usage", "otherwise", "when", "repetitions", "length", "codes", "pattern", "severity"}
)
_USAGES = ("R", "RE", "O", "X")
_SEVERITIES = {one.value: one for one in (Severity.INFO, Severity.WARNING, Severity.ERROR)}
_SEGMENT_ONLY = frozenset({"length", "codes", "pattern"})  # of no use for a whole segment
_PAIR = 2


class Specification(NamedTuple):
    """The rows of one file and the message types that they hold for."""

    types: tuple[str, ...]
    rows: tuple[Agreed, ...]


def read_specification(body: bytes, name: str) -> Specification:
    """Read the specification file ``name``.

    Raises:
        GuideError: With the path of keys to what is wrong.
    """
    try:
        table = tomllib.loads(body.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        _refuse(name, "", "not TOML in UTF-8")
    if table.get("schema") != SCHEMA:
        _refuse(name, "schema", f"not {SCHEMA}")
    if unknown := sorted(table.keys() - _TOP):
        _refuse(name, unknown[0], "no such key")
    types = table.get("types")
    if not _texts(types) or not types:
        _refuse(name, "types", "a list of message types such as DFT^P03, or DFT for all of them")
    places = table.get("place", [])
    if not isinstance(places, list) or not all(isinstance(one, dict) for one in places):
        _refuse(name, "place", "a list of tables")
    rows = (_row(one, name, f"place.{number}") for number, one in enumerate(places))
    return Specification(tuple(types), tuple(rows))


def _row(table: Mapping[str, Any], name: str, where: str) -> Agreed:
    if unknown := sorted(table.keys() - _KEYS):
        _refuse(name, f"{where}.{unknown[0]}", f"no such key; known: {', '.join(sorted(_KEYS))}")
    try:
        path = read_path(str(table.get("path", "")))
    except ProfileError:
        _refuse(name, f"{where}.path", "not of the form PID, PID-3 or PID-3.1")
    if not path.field and (odd := sorted(table.keys() & _SEGMENT_ONLY)):
        _refuse(name, f"{where}.{odd[0]}", "says nothing of a whole segment")
    when = table.get("when", {})
    if not isinstance(when, dict):
        _refuse(name, f"{where}.when", "a table of paths")
    if "otherwise" in table and not when:
        _refuse(name, f"{where}.otherwise", "goes with `when`")
    shortest, longest = _range(table.get("length", 0), name, f"{where}.length")
    least, most = _range(table.get("repetitions", 0), name, f"{where}.repetitions")
    return Agreed(
        path,
        usage=_one_of(table.get("usage", "O"), _USAGES, name, f"{where}.usage"),
        codes=_codes(table.get("codes", []), name, f"{where}.codes"),
        length=longest,
        shortest=shortest,
        least=least,
        most=most,
        pattern=_pattern(table.get("pattern", ""), name, f"{where}.pattern"),
        when=tuple(_condition(*one, name, f"{where}.when") for one in when.items()),
        otherwise=_one_of(table.get("otherwise", "O"), _USAGES, name, f"{where}.otherwise"),
        severity=_severity(table.get("severity"), name, f"{where}.severity"),
    )


def _condition(text: str, wanted: object, name: str, where: str) -> Condition:
    """Read ``"FT1-6" = ["CG"]``, ``"PV1" = true`` (sent) or ``"IN1-3.1" = false`` (not sent)."""
    try:
        path = read_path(text)
    except ProfileError:
        _refuse(name, where, "a path is not of the form PID, PID-3 or PID-3.1")
    if isinstance(wanted, bool):
        return Condition(path, wanted)
    if isinstance(wanted, dict) and wanted.keys() == {"not"} and path.field:
        return Condition(path, sent=False, codes=_codes(wanted["not"], name, f"{where}.{text}.not"))
    codes = _codes(wanted, name, f"{where}.{text}")
    if not codes or not path.field:
        _refuse(name, f"{where}.{text}", "true, false, a list of codes, or { not = [codes] }")
    return Condition(path, codes=codes)


def _codes(value: object, name: str, where: str) -> frozenset[str]:
    if not _texts(value):
        _refuse(name, where, "a list of texts")
    return frozenset(value)


def _range(value: object, name: str, where: str) -> tuple[int, int]:
    """Read a number, the most, or a pair of least and most; 0 = any."""
    pair = [0, value] if isinstance(value, int) else value
    if not isinstance(pair, list) or len(pair) != _PAIR:
        _refuse(name, where, "a number, or [least, most]")
    least, most = pair
    if not isinstance(least, int) or not isinstance(most, int) or least < 0 or most < 0:
        _refuse(name, where, "numbers from 0 on")
    if most and least > most:
        _refuse(name, where, "the least is more than the most")
    return least, most


def _pattern(value: object, name: str, where: str) -> str:
    if not isinstance(value, str):
        _refuse(name, where, "a text")
    try:
        compile_pattern(value)
    except ValueError as error:
        _refuse(name, where, str(error))
    return value


def _severity(value: object, name: str, where: str) -> Severity | None:
    if value is None:
        return None
    return _SEVERITIES[_one_of(value, tuple(_SEVERITIES), name, where)]


def _one_of(value: object, known: Sequence[str], name: str, where: str) -> str:
    if not isinstance(value, str) or value not in known:
        _refuse(name, where, f"one of {', '.join(known)}")
    return value


def _texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(one, str) and one for one in value)


def _refuse(name: str, where: str, what: str) -> NoReturn:
    msg = f"{name}: {where}: {what}" if where else f"{name}: {what}"
    raise GuideError(msg)
