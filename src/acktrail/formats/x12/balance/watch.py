"""What every balance is: it watches some segments and says at the end what does not agree."""

from collections.abc import Callable

from acktrail.formats.x12.segment import SetSegment
from acktrail.model import Place, Rule

Watch = Callable[[SetSegment], None]
Watches = dict[str, Watch]  # by tag
Looks = dict[str, tuple[Watch, ...]]  # of all who watch, by tag


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

    def finish(self) -> list[tuple[Rule, Place]]:
        """Judge what is still open and return all that was found."""
        raise NotImplementedError
