"""What every group of checks is: it watches some segments and tells at once what it finds."""

from collections.abc import Callable

from acktrail.formats.x12.balance.watch import Watches
from acktrail.formats.x12.segment import SetSegment
from acktrail.model import Place, Rule

Emit = Callable[[Rule, Place], None]


class Situation:
    """Checks of one transaction set; segments with faults of their own come here too."""

    def __init__(self, emit: Emit) -> None:
        self.watches = Watches()
        self._emit = emit

    def finish(self) -> None:
        """Judge what is still open when SE has come."""

    def note(self, rule: Rule, at: SetSegment, element: int = 0, component: int = 0) -> None:
        """Tell of a segment that is there, or of one of its elements."""
        address = f"{at.tag}{element:02d}" if element else at.tag
        address += f"-{component}" if component else ""
        place = at.place._replace(element=element, component=component, address=address)
        self._emit(rule, place)

    def miss(self, rule: Rule, tag: str, before: SetSegment) -> None:
        """Tell of a segment that should have come before this one."""
        self._emit(rule, before.place._replace(segment=tag, address=tag))
