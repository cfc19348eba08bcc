"""LX numbering of the 837: service lines count from 1 within each claim."""

from acktrail.formats.x12.segment import SetSegment

CLAIMS = "837"  # of other sets LX01 is any number
CLAIM, LINE = "CLM", "LX"
LINE_REFERENCE = "554"  # data element number of LX01


class LineNumbers:
    """The service lines of the open claim.

    Spec: 837 guides of 4010 and 5010, loop 2400, LX01: from 1, one more for each line of a claim.
    """

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last = 0

    def begin(self, segment: SetSegment) -> None:
        """Take a CLM segment: its lines count from 1."""
        del segment
        self._last = 0

    def is_next(self, segment: SetSegment) -> bool:
        """Take an LX segment; tell whether it has the next number."""
        self._last += 1
        number = str(self._last)
        elements = segment.elements
        return (len(elements) > 1 and elements[1] == number) or segment.sent(1) == number
