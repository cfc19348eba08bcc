"""Relational conditions between the elements of a segment: P, R, E, C and L.

Spec: X12.6 Application Control Structure, relational conditions.
"""

from collections.abc import Callable

from acktrail.formats.x12.guide.model import REQUIRED, UNUSED, Element, SyntaxRule

Broken = Callable[[list[str]], bool]
NEVER_BROKEN_FROM = 1 << 30
WAYS_KEPT = 4096


def breaks(rule: SyntaxRule, sent: Callable[[int], bool]) -> int:
    """Return the number of the element that breaks a rule, 0 if it is kept.

    Args:
        rule: The condition.
        sent: Tells whether an element was sent, by its number from 1.
    """
    first, *others = rule.places
    there = [place for place in rule.places if sent(place)]
    missing = [place for place in rule.places if not sent(place)]
    match rule.kind:
        case "P":
            return missing[0] if there and missing else 0
        case "R":
            return 0 if there else first
        case "E":
            return there[1] if len(there) > 1 else 0
        case "C":
            lacking = [place for place in others if not sent(place)]
            return lacking[0] if sent(first) and lacking else 0
        case _:
            lacks_all = not any(sent(place) for place in others)
            return others[0] if sent(first) and lacks_all else 0


def open_rules(elements: tuple[Element, ...], rules: tuple[SyntaxRule, ...]) -> list[SyntaxRule]:
    """Return the rules that use (required, not used) does not settle already."""
    return [rule for rule in rules if not _settled(elements, rule)]


def _settled(elements: tuple[Element, ...], rule: SyntaxRule) -> bool:
    use = {p: elements[p - 1].usage if p <= len(elements) else UNUSED for p in rule.places}
    first, *others = rule.places
    required = [place for place in rule.places if use[place] == REQUIRED]
    possible = [place for place in rule.places if use[place] != UNUSED]
    match rule.kind:
        case "P":
            return len(required) == len(rule.places) or not possible
        case "R":
            return bool(required)
        case "E":
            return len(possible) < 2  # noqa: PLR2004 - two make an exclusion
        case "C":
            return use[first] == UNUSED or all(use[place] == REQUIRED for place in others)
        case _:
            return use[first] == UNUSED or any(use[place] == REQUIRED for place in others)


def compile_rules(
    elements: tuple[Element, ...], rules: tuple[SyntaxRule, ...]
) -> tuple[int, Broken]:
    """Return from which element on a rule can be broken, and the test over a split segment."""
    left = open_rules(elements, rules)
    if not left:
        return NEVER_BROKEN_FROM, lambda _elements: False
    # a rule R is broken by absence, so no segment is too short for it
    start = 0 if any(rule.kind == "R" for rule in left) else min(min(r.places) for r in left)

    known: dict[tuple[bool, ...], bool] = {}  # by which elements were sent: few ways occur

    def broken(segment: list[str]) -> bool:
        sent = tuple(map(bool, segment))
        found = known.get(sent)
        if found is None:
            there = {number for number, value in enumerate(sent) if value}
            found = any(breaks(rule, there.__contains__) for rule in left)
            if len(known) < WAYS_KEPT:
                known[sent] = found
        return found

    return start, broken
