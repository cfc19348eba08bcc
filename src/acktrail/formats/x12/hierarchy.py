"""HL numbering and parentage: each HL has a number of its own and stands under one named before."""

from acktrail.formats.x12 import rules
from acktrail.model import Rule


class Hierarchy:
    """The HL segments of one set; a dictionary, not recursion, so depth costs nothing."""

    __slots__ = ("_counted", "_known", "_last")

    def __init__(self, *, counted: bool = True) -> None:
        """Begin a set.

        Args:
            counted: HL01 counts from 1, as implementation guides have it. The standard itself
                asks only that it is unique in the set.
        """
        self._counted = counted
        self._last = 0
        self._known: set[str] = set()

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
        if parent and parent not in self._known:
            found.append((rules.HL_PARENT, 2))
        self._known.add(number)
        return found
