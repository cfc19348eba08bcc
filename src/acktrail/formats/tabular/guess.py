"""What a column of samples holds: a type, how sure that is, and the evidence in words.

For drafts only; a file is read by what its layout declares. Nothing here repeats a value: evidence
is counts, formats and row numbers. Confidence is the rule of succession, (fits + 1) / (values + 2),
and half of it where a second reading fits as well.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from acktrail.formats.tabular.converters import converter
from acktrail.formats.tabular.layout import Field

DATES = (
    *("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y"),
    *("%m-%d-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y"),
)
NUMBERS = (  # decimal mark, group mark
    *((".", ""), (",", ""), (".", ","), (",", "."), (",", " "), (".", " "), (".", "'")),
    (",", "\u00a0"),
)
MISSING = frozenset({"NULL", "null", "N/A", "n/a", "NA", "NIL", "NONE", "None", "-"})
ENOUGH = 0.95  # of the values; the others are for a person to look at
ALWAYS = 20  # rows after which a column that was never empty is called required
LONGEST_NUMBER = 9  # digits; longer ones are identifiers
FEW, MANY = 12, 50  # so few different values among so many are perhaps codes
ROWS_NAMED = 5
CENTURIES = re.compile(r"(?:19|20)[0-9]{6}")


class Reading(NamedTuple):
    """One way to read a column."""

    field: Field
    words: str
    fits: int
    misfits: tuple[int, ...] = ()  # places in the list of values


class Guess(NamedTuple):
    """What a column is taken for."""

    field: Field
    confidence: float
    evidence: str
    missing: frozenset[str] = frozenset()  # of :data:`MISSING`, where the column has them


def guess(
    name: str, cells: Sequence[str], first_row: int, start: int = 0, length: int = 0
) -> Guess:
    """Guess a column from its cells; ``first_row`` is the number of the first one's record."""
    texts = [cell.strip(" ") for cell in cells]
    missing = frozenset(texts) & MISSING
    rows = [n for n, text in enumerate(texts) if text and text not in missing]
    values = [texts[n] for n in rows]
    empty = len(texts) - len(values)
    required = not empty and len(values) >= ALWAYS
    base = Field(name, "string", required=required, start=start, length=length)
    if not values:
        return Guess(base, 0.0, "no value in any row", frozenset())
    readings = _readings(base, values)
    best = readings[0] if readings else Reading(base, "text", len(values))
    confidence = (best.fits + 1) / (len(values) + 2)
    words = [best.words, f"{best.fits} of {len(values)} values"]
    others = [
        one.words
        for one in readings[1:]
        if one.fits == best.fits and _differ(one.field, best.field, values)
    ]
    if others:
        confidence /= 2
        words.append(f"AMBIGUOUS, as well {' or '.join(others)}: ask the partner")
    if best.misfits:
        named = ", ".join(str(rows[n] + first_row) for n in best.misfits[:ROWS_NAMED])
        words.append(f"others in rows {named}{' ...' if len(best.misfits) > ROWS_NAMED else ''}")
    words += _remarks(best.field, values, empty, len(missing))
    return Guess(best.field, confidence, "; ".join(words), missing if readings else frozenset())


def _remarks(field: Field, values: Sequence[str], empty: int, marks: int) -> Iterator[str]:
    yield f"empty in {empty} rows" if empty else "never empty"
    if marks and field.type != "string":
        yield f"{marks} marks for a missing value"
    if field.type != "string":
        return
    if all(text.isascii() and text.isdigit() for text in values):
        yield "all digits, but leading zeros or long: an identifier, or a number with filling"
    if len(set(values)) <= FEW and len(values) >= MANY:
        yield f"different values: {len(set(values))}, perhaps codes: then give an enum"


def _readings(base: Field, values: Sequence[str]) -> list[Reading]:
    """Return the readings that fit enough values, the best one first: dates before numbers."""
    found = [*_dates(base, values), *_integers(base, values), *_numbers(base, values)]
    enough = [one for one in found if one.fits >= ENOUGH * len(values)]
    return sorted(enough, key=lambda one: -one.fits)


def _differ(one: Field, other: Field, values: Sequence[str]) -> bool:
    """Tell whether two readings make something else of what both can read."""
    if one.type != other.type:
        return False
    first, second = converter(one), converter(other)
    pairs = ((first(text), second(text)) for text in values)
    return one.type == "date" or any(a != b for a, b in pairs if None not in {a, b})


def _tried(field: Field, words: str, values: Sequence[str]) -> Reading:
    convert = converter(field)
    misfits = tuple(n for n, text in enumerate(values) if convert(text) is None)
    return Reading(field, words, len(values) - len(misfits), misfits)


def _dates(base: Field, values: Sequence[str]) -> Iterator[Reading]:
    for form in DATES:
        if form == "%Y%m%d" and not all(map(CENTURIES.fullmatch, values)):
            continue
        field = replace(base, type="date", date_format=form)
        yield _tried(field, f"date {form}", values)


def _integers(base: Field, values: Sequence[str]) -> Iterator[Reading]:
    if not any(_is_identifier(text) for text in values):
        yield _tried(replace(base, type="integer"), "whole number, no fraction seen", values)


def _numbers(base: Field, values: Sequence[str]) -> Iterator[Reading]:
    """Yield number readings whose marks all occur: a mark that is never seen is not guessed."""
    if any(_is_identifier(text) for text in values):
        return
    seen = {sign for text in values for sign in text}
    sign = "trailing" if any(text.endswith(("-", "+")) for text in values) else "leading"
    for mark, group in NUMBERS:
        unseen = mark not in seen and not group and not (mark == "." and sign == "trailing")
        if unseen or (group and group not in seen):
            continue
        field = replace(base, type="number", decimal_mark=mark, group_mark=group, sign=sign)
        behind = ", sign behind" if sign == "trailing" else ""
        words = f'number with decimal "{mark}"' + (f' and groups by "{group}"' if group else "")
        yield _tried(field, words + behind, values)


def _is_identifier(text: str) -> bool:
    """Tell whether a number would lose what is written: leading zeros, or too many digits."""
    digits = text.lstrip("+-")
    return digits.isdigit() and (
        (len(digits) > 1 and digits[0] == "0") or len(digits) > LONGEST_NUMBER
    )
