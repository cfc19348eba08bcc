"""Values of the same shape in place of real ones, for copies of files that people may look at.

Length, character classes, zeros, check digits, days between dates and which values are equal stay;
everything else is drawn under a random key that is thrown away with the copy. What stays as it is:
numbers with decimals and numbers of up to three digits (amounts, counts), which name nobody.
Spec: 45 CFR 164.514(b)(2) names the values; a copy still counts as patient data until a person has
looked at it.
"""

import hmac
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from string import ascii_lowercase, ascii_uppercase

_PLAIN = re.compile(r"[+-]?([0-9]{1,3}|[0-9]{0,12}[.,][0-9]{1,6})")
_WANTED = re.compile(r"[+-]?[0-9]*[.,]?[0-9]*|[A-Z0-9]{1,3}")
_DAYS = re.compile(
    r"(?P<year>(?:19|20)[0-9]{2})(?P<mark>[-/.]?)(?P<month>0[1-9]|1[0-2])(?P=mark)"
    r"(?P<day>0[1-9]|[12][0-9]|3[01])"
)
_DATED = re.compile(
    rf"{_DAYS.pattern}(?:[T ]?[0-2][0-9](?::?[0-5][0-9]){{0,2}}(?:\.[0-9]+)?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_RANGE = re.compile(r"(?:19|20)[0-9]{6}-?(?:19|20)[0-9]{6}")
_WESTERN = re.compile(r"([0-9]{2})([/.-])([0-9]{2})([/.-])((?:19|20)[0-9]{2})")
_GS1 = frozenset({8, 12, 13, 14, 18, 20})
_NPI_DIGITS = 10
_WIDE = {2: "\u00e9", 3: "\u4e00", 4: "\U0001f600"}  # by bytes of UTF-8
_MONTHS = 12


class Synthesis:
    """Replaces the values of one copy; texts are latin-1: one character a byte."""

    def __init__(self, key: bytes, weeks: int) -> None:
        """Draw under ``key``; move every date back by ``weeks``, at least one."""
        self._key = key
        self._back = timedelta(weeks=weeks)

    def value(self, text: str, *, plain: bool = False) -> str:
        """Return a text of the same length and shape.

        Args:
            text: A value as it stands in the file.
            plain: A number or a short code is wanted in its place, and stays when it is one.
        """
        bare = text.strip(" ")
        if not any(sign.isalnum() for sign in bare):
            return text
        if _PLAIN.fullmatch(bare) or (plain and _WANTED.fullmatch(bare)):
            return text
        if _DATED.fullmatch(bare) or _RANGE.fullmatch(bare):
            return _DAYS.sub(self._earlier, text)
        western = _WESTERN.fullmatch(bare)
        if western:
            return text.replace(bare, self._western(western), 1)
        drawn = self._drawn(bare)
        return text.replace(bare, _checked(bare, drawn), 1)

    def day(self, text: str, form: str) -> str:
        """Return a date written as ``form`` (``strftime``), moved; another text as a value."""
        try:
            then = datetime.strptime(text.strip(), form).replace(tzinfo=UTC) - self._back
        except ValueError:
            return self.value(text)
        moved = then.strftime(form)
        return text.replace(text.strip(), moved, 1) if len(moved) == len(text.strip()) else text

    def _earlier(self, found: re.Match[str]) -> str:
        year, mark, month, day = found["year"], found["mark"], found["month"], found["day"]
        try:
            then = datetime(int(year), int(month), int(day), tzinfo=UTC) - self._back
        except ValueError:  # 31 February: no day to move, and nobody's
            return found[0]
        return f"{then:%Y}{mark}{then:%m}{mark}{then:%d}"

    def _western(self, found: re.Match[str]) -> str:
        """Move a date whose day comes first, or whose month does where only that can be."""
        first, mark, second, other, year = found.groups()
        if mark != other:
            return found[0][:0] + self._drawn(found[0])
        if max(int(first), int(second)) > _MONTHS:
            day, month = (first, second) if int(first) > _MONTHS else (second, first)
            then = _DAYS.sub(self._earlier, f"{year}{month}{day}")
            parts = (then[6:], then[4:6]) if day is first else (then[4:6], then[6:])
            return f"{parts[0]}{mark}{parts[1]}{mark}{then[:4]}"
        stream = self._stream(found[0])
        one, two = (next(stream) % _MONTHS + 1 for _ in range(2))
        return f"{one:02}{mark}{two:02}{mark}{year}"

    def _drawn(self, text: str) -> str:
        stream = self._stream(text)
        return "".join(_sign(sign, next(stream)) for sign in _narrowed(text))

    def _stream(self, text: str) -> Iterator[int]:
        block = hmac.digest(self._key, text.encode("latin-1"), "sha256")
        while True:
            yield from block
            block = hmac.digest(self._key, block, "sha256")


def _narrowed(text: str) -> str:
    """Replace characters beyond ASCII: their shape alone may name a person."""
    if text.isascii():
        return text
    try:
        wide = text.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return "".join(sign if sign.isascii() else "\u00e9" for sign in text)
    same = (sign if sign.isascii() else _WIDE[len(sign.encode())] for sign in wide)
    return "".join(same).encode().decode("latin-1")


def _sign(sign: str, drawn: int) -> str:
    if not sign.isascii() or not sign.isalnum() or sign == "0":
        return sign
    if sign.isdigit():
        return str(drawn % 9 + 1)
    return (ascii_uppercase if sign.isupper() else ascii_lowercase)[drawn % 26]


def _checked(text: str, drawn: str) -> str:
    """Give the check digit again that the value had: NPI, and the numbers of GS1."""
    if not text.isdigit():
        return drawn
    if len(text) == _NPI_DIGITS and text[0] in "12" and _luhn("80840" + text[:-1]) == text[-1]:
        first = text[0] + drawn[1:-1]
        return first + _luhn("80840" + first)
    if len(text) in _GS1 and _weighted(text[:-1]) == text[-1]:
        return drawn[:-1] + _weighted(drawn[:-1])
    return drawn


def _luhn(digits: str) -> str:
    """Return the check digit of ISO/IEC 7812-1, annex B, as the NPI has it (45 CFR 162.406)."""
    doubled = (sum(divmod(int(one) * (2 - at % 2), 10)) for at, one in enumerate(reversed(digits)))
    return str(-sum(doubled) % 10)


def _weighted(digits: str) -> str:
    """Return the check digit of GS1 General Specifications, 7.9."""
    return str(-sum(int(one) * (3 - at % 2 * 2) for at, one in enumerate(reversed(digits))) % 10)
