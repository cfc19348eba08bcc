"""HL numbering and parentage: each HL has a number of its own and stands under one named before.

Spec: X12.6, HL01 and HL02 (elements 628 and 734); how deep levels may stand in each other is a cap
of ours.
"""

from acktrail.formats.x12 import rules
from acktrail.model import Rule

TOLD = -1  # in place of a depth: no level has it


class Hierarchy:
    """The HL segments of one set; a dictionary, not recursion, so depth costs nothing."""

    __slots__ = ("_counted", "_deepest", "_known", "_last")

    def __init__(self, deepest: int, *, counted: bool = True) -> None:
        """Begin a set.

        Args:
            deepest: How many levels may stand in each other; more is told once.
            counted: HL01 counts from 1, as implementation guides have it. The standard itself
                asks only that it is unique in the set.
        """
        self._counted = counted
        self._deepest = deepest
        self._last = 0
        self._known: dict[str, int] = {}  # number -> depth

    def faults(self, elements: list[str]) -> list[tuple[Rule, int]]:
        """Return what is wrong with an HL segment, with the element number."""
        number = elements[1] if len(elements) > 1 else ""
        parent = elements[2] if len(elements) > 2 else ""  # noqa: PLR2004 - HL02
        found: list[tuple[Rule, int]] = []
        self._last += 1
        if self._counted:
            if number != str(self._last):
                found.append((rules.HL_NUMBER, 1))
        elif number in self._known:
            found.append((rules.HL_UNIQUE, 1))
        above = self._known.get(parent, 0) if parent else 0
        if parent and not above:
            found.append((rules.HL_PARENT, 2))
        self._known[number] = above + 1
        if above == self._deepest:
            found.append((rules.HL_DEPTH, 2))
            self._deepest = TOLD
        return found
