"""What values of each X12 data type look like, as regular expressions.

Patterns for the fast way are sound, not complete: what they match is right, the rest is looked at
again by ``explain``. ``[0-9]`` throughout: other digits of Unicode are no digits here.
Spec: X12.6 Application Control Structure, data element types.
"""

import re
from functools import lru_cache

from acktrail.formats.delimited import Marks

MONTH_DAY = (
    "(?:(?:0[1-9]|1[0-2])(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])(?:29|30)|(?:0[13578]|1[02])31)"
)
LEAP_TWO = "(?:0[048]|[2468][048]|[13579][26])"
LEAP_FOUR = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
DATE_6 = f"(?:[0-9]{{2}}{MONTH_DAY}|{LEAP_TWO}0229)"
DATE_8 = f"(?:(?:19|20)[0-9]{{2}}{MONTH_DAY})"  # 29 February goes the slow way
TIME = "(?:[01][0-9]|2[0-3])[0-5][0-9]"
TIME_LONG = f"{TIME}(?:[0-5][0-9](?:[0-9]{{1,2}})?)?"
NEVER = "(?!)"  # not covered: never accepted fast, explain decides
LARGE_LIST = 400  # codes that still go into a pattern

is_date_6 = re.compile(DATE_6).fullmatch
is_date_8 = re.compile(
    f"{DATE_8}|(?=1[6-9]|20){LEAP_FOUR}0229|1[6-8][0-9]{{2}}{MONTH_DAY}"
).fullmatch
is_time = re.compile(TIME_LONG).fullmatch
is_integer = re.compile("-?[0-9]+").fullmatch
is_decimal = re.compile(r"-?(?:[0-9]+|[0-9]*\.[0-9]+)").fullmatch


def is_date(text: str) -> bool:
    """Tell whether ``text`` is a date of six or eight digits."""
    return bool(is_date_8(text) or is_date_6(text))


EXTENDED = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !\"&'()*+,-./:;?="
    "abcdefghijklmnopqrstuvwxyz%@[]_{}\\|<>~^`#$"
)


@lru_cache(maxsize=64)
def allowed(marks: Marks) -> str:
    """Return the character class of a value: the extended set without the delimiters in use."""
    taken = {marks.element, marks.component, marks.repetition, marks.segment}
    return f"[{''.join(re.escape(sign) for sign in EXTENDED if sign not in taken)}]"


def value_pattern(kind: str, low: int, high: int, chars: str) -> str:
    """Return the pattern of a non-empty value of a data type.

    Args:
        kind: AN, ID, N0..N9, R, DT, TM or B.
        low: Least length; sign and decimal point do not count.
        high: Greatest length.
        chars: Character class of the value; a trailing space is never allowed.
    """
    match kind[:1]:
        case "A" | "I":
            return f"{chars}{{{max(low, 1)},{high}}}(?<! )"
        case "N":
            return f"-?[0-9]{{{low},{high}}}"
        case "R":
            return _decimal(low, high)
        case "D":
            return {6: DATE_6, 8: DATE_8}.get(high, NEVER) if low == high else NEVER
        case "T":
            return {4: TIME, 8: TIME_LONG}.get(high, NEVER)
        case _:
            return NEVER


def _decimal(low: int, high: int) -> str:
    decimals = 4
    if low > 1 or high <= decimals:
        return f"-?[0-9]{{{low},{high}}}"
    # one way to match, so nothing is tried twice; longer ones go the slow way
    return rf"-?[0-9]{{1,{high - decimals}}}(?:\.[0-9]{{1,{decimals}}}|)"
