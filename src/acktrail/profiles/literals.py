"""Finds secrets that were written where a reference belongs. What was found is never repeated."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Final

from acktrail.profiles.problems import MAX_PROFILE_BYTES
from acktrail.profiles.values import REFERENCE

_MARKS: Final = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"), "a private key"),
    (re.compile(r"AGE-SECRET-KEY-1[0-9A-Z]"), "an age key"),
    (re.compile(r"\b(?:hvs|hvb|s)\.[A-Za-z0-9_-]{20,}"), "a Vault token"),
    (re.compile(r"\bAKIA[0-9A-Z]{16}\b"), "an access key"),
    (re.compile(r"\bgh[pousr]_[A-Za-z0-9]{30,}"), "an access token"),
    (re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@\"']+:[^\s/@\"']+@"), "a password in an address"),
)
_NAMED: Final = re.compile(
    r"(?:.*[_-])?(?:pass|passwd|password|passphrase|pwd|secret|token|api[_-]?key|private[_-]?key)",
    re.IGNORECASE,
)
FIX: Final = "name it instead: file:, credential: or vault:; then change the secret, it was written"


def literal_secrets(body: bytes) -> Iterator[tuple[str, str]]:
    """Yield where a TOML file holds a secret, and what kind: a line, or the path of a key.

    Comments count too. A file that is no TOML is looked at line by line only.
    """
    text = body[:MAX_PROFILE_BYTES].decode("utf-8", "replace")
    for number, line in enumerate(text.split("\n"), 1):
        yield from (
            (f"line {number}", f"{what}: {FIX}") for mark, what in _MARKS if mark.search(line)
        )
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    yield from _keys(table, "")


def _keys(table: Mapping[str, object], path: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        place = f"{path}.{key}" if path else key
        for at, one in enumerate(value if isinstance(value, list) else [value]):
            where = f"{place}[{at}]" if isinstance(value, list) else place
            if isinstance(one, Mapping):
                yield from _keys(one, where)
            elif isinstance(one, str) and _NAMED.fullmatch(key) and not REFERENCE.fullmatch(one):
                yield where, f"a secret, by the name of its key: {FIX}"
