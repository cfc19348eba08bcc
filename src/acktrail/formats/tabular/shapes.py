"""What a cell looks like whose value is beyond doubt and canonical already: a fast yes.

The cells of a column, joined, are matched against one compiled expression. It may refuse what is
valid (29 February, a number near a limit): that is then looked at by itself.
"""

import re
from decimal import Decimal

from acktrail.formats.tabular.layout import Field

# Printable, so that ``str.isprintable`` speaks for all cells at once; in Latin-1, so that joining
# does not widen the text; rare: cells that hold it go the slow way.
SEPARATOR = "\xa6"
ISO_FORMAT = "%Y-%m-%d"
ISO_DAY = (
    r"(?!0000)[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
MOST_DIGITS = 28


def shape(one: Field) -> str:
    """Return the expression for a valid cell whose text is canonical; ``""`` where there is none.

    An empty cell is one of a column that is not required.
    """
    inner = _inner(one)
    if not inner:
        return ""
    return f"(?:{inner})" if one.required else f"(?:{inner})?+"


def _inner(one: Field) -> str:
    if one.type == "string":
        return _text(one)
    if one.pattern or one.choices or not _has_any_length(one):
        return ""
    if one.type == "date":
        return ISO_DAY if one.date_format == ISO_FORMAT else ""
    return _number(one)


def _text(one: Field) -> str:
    if one.choices and one.pattern:
        return ""
    if one.choices:
        ordered = sorted(one.choices, key=len, reverse=True)
        known = [re.escape(choice) for choice in ordered if _has_length(one, choice)]
        return _unpadded(f"(?:{'|'.join(known)})") if known else ""
    if one.pattern:
        return _unpadded(f"(?:{one.pattern})") if _is_joinable(one) else ""
    least = max(one.least_length, 1)
    return _unpadded(f"[^{SEPARATOR}]{{{least},{max(one.most_length, least)}}}+")


def _unpadded(inner: str) -> str:
    """Leave out empty cells and such with blanks around them, which are not canonical."""
    return f"(?![ {SEPARATOR}]){inner}(?<! )"


def _has_length(one: Field, text: str) -> bool:
    return one.least_length <= len(text) <= one.most_length


def _is_joinable(one: Field) -> bool:
    """Tell whether the pattern can stand in a joined expression: it never takes a separator."""
    source = one.pattern
    any_sign = not source.isascii() or "[^" in source or "." in source.replace("\\.", "")
    return not any_sign and _has_any_length(one)


def _has_any_length(one: Field) -> bool:
    """Tell whether nothing is agreed of the length."""
    default = Field(one.name, one.type)
    return (one.least_length, one.most_length) == (default.least_length, default.most_length)


def _number(one: Field) -> str:
    """Return the expression for plain numbers that no limit refuses."""
    usual = one.decimal_mark == "." and not one.group_mark and not one.implied_decimals
    if not usual or one.sign != "leading" or one.usage != "display":
        return ""
    sign = "-?" if one.minimum is None else ""
    digits = _digits_below(one.maximum)
    if (one.minimum or 0) > 0 or (sign and one.maximum is not None) or not digits:
        return ""
    whole = rf"{sign}(?:0|[1-9][0-9]{{0,{digits - 1}}}+)"
    return whole if one.type == "integer" else whole + r"(?:\.[0-9]{1,12}+)?+"


def _digits_below(maximum: Decimal | None) -> int:
    """Return how many whole digits a number may have that is surely not above the maximum."""
    if maximum is None:
        return MOST_DIGITS
    return len(str(int(maximum))) - 1 if maximum > 0 else 0
