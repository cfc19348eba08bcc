r"""The subset of regular expressions that layouts and partner specifications may use.

Python's engine backtracks, and the value is the partner's. So only what has a small, countable
number of ways to match is let in: single characters, escaped signs, ``.``, classes, ``(?:a|b)``
groups, and the bounded repeats ``{n}``, ``{m,n}`` and ``?`` behind one character or class. Not let
in: ``*``, ``+``, repeated groups, back references, look-around, and ``\d`` ``\w`` ``\s``, which
match more than ASCII promises. The ways to match multiply to at most :data:`MOST_WAYS`.
"""

import re

MOST_WAYS = 10_000
LONGEST_PATTERN = 200
TOKEN = re.compile(
    r"""
    (?P<atom> \\[-.+*?()\[\]{}|^$/\\] | \. | [^\\\[\](){}|?*+^$.]
      | \[\^?(?:\\[\\\]^-]|[^\[\]\\])+\] )
  | (?P<repeat> \{(?P<least>[0-9]{1,3})(?:,(?P<most>[0-9]{1,3}))?\} | \?(?!\?) )
  | (?P<open> \(\?: ) | (?P<close> \) ) | (?P<either> \| )
    """,
    re.VERBOSE,
)


def compile_pattern(source: str) -> re.Pattern[str]:
    """Compile a pattern of the allowed subset; it is to be used with ``fullmatch``.

    Raises:
        ValueError: Naming what is not allowed; never with the pattern's text.
    """
    if len(source) > LONGEST_PATTERN:
        msg = f"longer than {LONGEST_PATTERN} characters"
        raise ValueError(msg)
    if ways(source) > MOST_WAYS:
        msg = "too many ways to match: use narrower repeats"
        raise ValueError(msg)
    try:
        return re.compile(source, re.ASCII)
    except (re.error, OverflowError):
        msg = "not a regular expression"
        raise ValueError(msg) from None


def ways(source: str) -> int:
    """Return an upper bound of the ways in which the pattern can match one text.

    Raises:
        ValueError: If the pattern leaves the subset.
    """
    product, at, repeatable = 1, 0, False
    while at < len(source):
        token = TOKEN.match(source, at)
        if token is None or (token["repeat"] and not repeatable):
            msg = f"not allowed at character {at + 1}"
            raise ValueError(msg)
        if token["repeat"]:
            product *= _span(token)
        if token["either"]:
            product *= 2
        repeatable = bool(token["atom"])
        at = token.end()
    return product


def _span(token: re.Match[str]) -> int:
    if token["least"] is None:
        return 2
    least = int(token["least"])
    return abs(int(token["most"] or least) - least) + 1
