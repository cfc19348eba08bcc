"""What an interchange has taught: a text that was right at one place is cut and checked once.

Files repeat dates, codes and amounts. Bounded, and gone with the interchange, for texts are data.
"""

from acktrail.formats.edifact.segment import Cut
from acktrail.ports import Bind, Segment, Take

TEXTS = 1024  # remembered: with their parts a megabyte or so
LONGEST = 80  # of a text that is remembered


class Learnt:
    """Of the messages of one type in one interchange, for one listener."""

    def __init__(self, bind: Bind) -> None:
        self.bind = bind
        self.texts: dict[str, Cut] = {}  # right segments, cut
        self.takes: dict[int, Take] = {}  # by place of the tree, once it was asked for

    def taker(self, place: int, loop: str, tag: str) -> Take:
        """Ask who takes the segments of a place."""
        take = self.takes[place] = self.bind(loop, tag) or nobody
        return take

    def keep(self, cut: Cut) -> None:
        """Remember a segment in which nothing is wrong."""
        if len(cut.raw) <= LONGEST and len(self.texts) < TEXTS:
            self.texts[cut.raw] = cut


def nobody(_segment: Segment) -> None:
    """Take what nobody wants."""
