"""What every balance is: it watches some segments and says at the end what does not agree."""

from collections.abc import Callable

from acktrail.formats.x12.guide.compiled import State
from acktrail.formats.x12.segment import SetSegment
from acktrail.model import Place, Rule

Watch = Callable[[SetSegment], None]
Watches = dict[str, Watch]  # by tag, or by loop and tag: 2300REF


class Looks(dict[State, tuple[Watch, ...]]):
    """All who watch a place of the guide, put together when a segment first stands there."""

    def __init__(self) -> None:
        super().__init__()
        self._groups: list[Watches] = []

    def begin(self, groups: list[Watches]) -> None:
        """Ask these from now on, the last one first."""
        self.clear()
        self._groups = groups[::-1]

    def __missing__(self, state: State) -> tuple[Watch, ...]:
        names = (state.tag, state.place) if state.loop_id else (state.tag,)
        found = tuple([one[name] for one in self._groups for name in names if name in one])
        self[state] = found
        return found


class Balance:
    """Sums of one transaction set."""

    def __init__(self) -> None:
        self.found: list[tuple[Rule, Place]] = []
        self.watches = Watches()

    def note(self, rule: Rule, segment: SetSegment | None, element: int) -> None:
        """Note that a sum does not agree at an element of a segment."""
        if segment is not None:
            where = segment.place
            address = f"{segment.tag}{element:02d}"
            self.found.append((rule, where._replace(element=element, address=address)))

    def sums(self, tag: str) -> bool:
        """Tell whether segments of this id take part: a faulty one makes the sums worthless."""
        return tag in self.watches

    def settle(self) -> None:
        """Sum up what is held: a block of the file is over."""

    def finish(self) -> list[tuple[Rule, Place]]:
        """Judge what is still open and return all that was found."""
        raise NotImplementedError
