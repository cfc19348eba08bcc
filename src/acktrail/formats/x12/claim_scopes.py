"""Which claims of an 837 are refused one by one, where its form is right and its content is not.

A finding stands in a claim (CLM), or at a level (HL) above: then every claim below it is refused.
Levels are told by their loop; a guide puts a claim under the nearest level above it.
Spec: 005010X222, X223 and X224, loops 2000A to 2000C and 2300; X12 RFI 1312.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterator

from acktrail.formats.x12.balance.watch import Watches
from acktrail.formats.x12.segment import SetSegment
from acktrail.model import REFUSED_PARTS

CLAIMS = "claims"  # fact of a set: how many there are
GUIDES = "837-005010X"  # a 277CA is about claims of this release
SET, CLAIM, NOTHING = -1, 4, 9
LEVELS = {"2000A": 1, "2000B": 2, "2000C": 3}


def is_told_by_claim(guide: str) -> bool:
    """Tell whether there is a 277CA for the sets of a guide."""
    return guide.startswith(GUIDES)


class ClaimScopes:
    """The levels and claims of one set; nine bytes for each."""

    def __init__(self) -> None:
        self.watches = Watches(HL=self._level, CLM=self._claim)
        self.claims = 0
        self._starts = array("Q")  # position of the segment that opens it
        self._levels = bytearray()
        self._marked: set[int] = set()  # scopes with a finding; SET is all of them

    def refuse(self, position: int) -> None:
        """Refuse what a segment stands in: its claim, or all claims below its level."""
        self._marked.add(bisect_right(self._starts, position) - 1)

    def facts(self) -> dict[str, str]:
        """Return how many claims there are, and which are refused."""
        refused = " ".join(_ranges(self.refused()))
        return {CLAIMS: str(self.claims)} | ({REFUSED_PARTS: refused} if refused else {})

    def refused(self) -> Iterator[int]:
        """Yield the numbers of the refused claims, from 0."""
        open_ = SET if SET in self._marked else NOTHING  # the outermost refused level that is open
        number = 0
        for at, level in enumerate(self._levels):
            if level <= open_ != SET:
                open_ = NOTHING
            if at in self._marked:
                open_ = min(open_, level)
            if level == CLAIM:
                if open_ != NOTHING:
                    yield number
                number += 1

    def _level(self, segment: SetSegment) -> None:
        self._open(segment, LEVELS.get(segment.loop, SET + 1))

    def _claim(self, segment: SetSegment) -> None:
        self._open(segment, CLAIM)
        self.claims += 1

    def _open(self, segment: SetSegment, level: int) -> None:
        self._starts.append(segment.position)
        self._levels.append(level)


def _ranges(numbers: Iterator[int]) -> Iterator[str]:
    first = last = -2
    for number in numbers:
        if number != last + 1:
            if last >= 0:
                yield _range(first, last)
            first = number
        last = number
    if last >= 0:
        yield _range(first, last)


def _range(first: int, last: int) -> str:
    return f"{first}-{last}" if last > first else str(first)
