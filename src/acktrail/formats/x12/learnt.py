"""What one interchange has taught: a segment that was right at a place is right there again.

Files repeat dates, codes and amounts, and what is known is neither split nor checked once more.
Bounded, and gone with the interchange, for the texts are data.
"""

from collections.abc import Sequence

from acktrail.formats.delimited import Marks
from acktrail.formats.x12.explain import Fault, explain
from acktrail.formats.x12.guide.compiled import Move, State
from acktrail.ports import Take

TEXTS = 256  # remembered behind each place
LONGEST = 80  # of a text that is remembered
# the elements of a segment, where it leads, what takes it, and whether something is wrong with it
Step = tuple[list[str], Move, Take | None, bool]


class Learnt(dict[State, dict[str, Step]]):
    """Right segments by the place they were met from, and the faults of wrong ones.

    Under one guide, with one set of delimiters and for one listener.
    """

    def __init__(self) -> None:
        super().__init__()
        self.takes: dict[State, Take | None] = {}  # what takes the segments of a place, once asked
        self._faults: dict[tuple[State, str], Sequence[Fault]] = {}

    def __missing__(self, state: State) -> dict[str, Step]:
        known: dict[str, Step] = {}
        self[state] = known
        return known

    def faults(self, state: State, text: str, marks: Marks) -> Sequence[Fault]:
        """Return what is wrong with a segment at a place: a file repeats its faults too."""
        found = self._faults.get((state, text))
        if found is None:
            found = explain(state.node, text.split(marks.element), marks)
            if len(self._faults) < TEXTS and len(text) <= LONGEST:
                self._faults[state, text] = found
        return found
