"""Reads MSH-1 and MSH-2 (and the same pair of FHS and BHS): each message has its own.

Spec: HL7 v2+ chapter 2, 2.4.4.
"""

from functools import lru_cache
from typing import NamedTuple

_MOST = 5  # component, repetition, escape, sub-component, truncation
_RECOMMENDED = "^~\\&"


class Delimiters(NamedTuple):
    """One character each; ``""`` = the message does not have that level."""

    field: str
    component: str
    repetition: str
    escape: str
    part: str  # sub-component
    truncation: str = ""

    @property
    def plain(self) -> bool:
        """Tell whether these are the recommended ones, which the compiled checks are for."""
        return self[:5] == ("|", "^", "~", "\\", "&")

    def written(self) -> str:
        """Return MSH-2 as an answer shows it: four characters, and the fifth if it came."""
        return self.component + self.repetition + self.escape + self.part + self.truncation


PLAIN = Delimiters("|", "^", "~", "\\", "&")


@lru_cache(maxsize=256)
def read_delimiters(field: str, encoding: str) -> Delimiters | None:
    """Return the delimiters of a header with this MSH-1 and MSH-2; ``None`` when not usable.

    Missing ones are the recommended ones where these are still free, else that level is absent.
    """
    signs = list(encoding)
    if not 1 < len(signs) <= _MOST or not all(_usable(sign) for sign in (field, *signs)):
        return None
    for sign in _RECOMMENDED[len(signs) :]:
        signs.append("" if sign in (field, *signs) else sign)
    shown = [sign for sign in (field, *signs) if sign]
    if len(set(shown)) < len(shown):
        return None
    return Delimiters(field, *signs)


def _usable(sign: str) -> bool:
    return len(sign) == 1 and sign.isprintable() and not sign.isalnum() and sign != " "
