"""What a compiled map does with the segments of one tag, and how it chooses among its rules."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from acktrail.ports import CutSegment
from acktrail.translate.building import Building, Frame
from acktrail.translate.paths import Getter, Path
from acktrail.translate.rest import Parts, Rest
from acktrail.translate.scalars import Read

Step = Callable[[Building, Frame, CutSegment], None]
Put = Callable[[Building, Frame, CutSegment, object], None]
MOST_PLANS = 64  # of a rule: a sender can make segments of any length


class Test(NamedTuple):
    """A condition of a rule: what an address has to hold."""

    text: str
    read: Getter
    wanted: frozenset[str]


class Fill(NamedTuple):
    """One field that a rule fills."""

    name: str
    step: Step
    paths: tuple[Path, ...]
    least: int  # the first element that it reads: where fewer were sent, it does nothing
    # the halves of the step, for one value that nothing sent later can make give way
    read: Read | None = None
    put: Put | None = None


class Plan(NamedTuple):
    """What one rule does with a segment of so many elements."""

    fills: tuple[Fill, ...]
    left: tuple[int, ...]  # elements that are kept beside the document, and components of others
    left_parts: Parts


class Plans(dict[int, Plan]):
    """The plans of one rule by the number of elements sent, tag counted; made when met."""

    def __init__(self, fills: Sequence[Fill], rest: Rest) -> None:
        super().__init__()
        self._fills = fills
        self._rest = rest

    def __missing__(self, sent: int) -> Plan:
        fills = tuple(one for one in self._fills if one.least < sent)
        plan = Plan(fills, self._rest.left(sent), self._rest.left_parts(sent))
        if len(self) < MOST_PLANS:
            self[sent] = plan
        return plan


class Handler(NamedTuple):
    """What one rule does with a segment."""

    tests: tuple[Test, ...]
    opens: str
    fills: tuple[Fill, ...]
    plans: Plans


class Dispatch(NamedTuple):
    """The handlers of a tag, of which the first whose tests hold is followed.

    Where all of them begin by testing one address, it is read once and chooses among them.
    """

    read: Getter | None
    by_value: Mapping[str, tuple[Handler, ...]]
    others: tuple[Handler, ...]
    only: Handler | None = None  # the one for all segments

    def find(self, segment: CutSegment) -> Handler | None:
        """Return the handler for a segment."""
        handlers = self.others
        if self.read is not None:
            handlers = self.by_value.get(self.read(segment), handlers)
        for handler in handlers:
            for test in handler.tests:
                if test.read(segment) not in test.wanted:
                    break
            else:
                return handler
        return None


def dispatch_of(handlers: Sequence[Handler]) -> Dispatch:
    """Arrange the handlers of a tag, in the order of the map."""
    tested = [one for one in handlers if one.tests]
    if len({one.tests[0].text for one in tested}) != 1:
        only = handlers[0] if handlers and not handlers[0].tests else None
        return Dispatch(None, {}, tuple(handlers), only)
    values = {value for one in tested for value in one.tests[0].wanted}
    by_value = {
        value: tuple(
            one._replace(tests=one.tests[1:])
            for one in handlers
            if not one.tests or value in one.tests[0].wanted
        )
        for value in values
    }
    others = tuple(one for one in handlers if not one.tests)
    return Dispatch(tested[0].tests[0].read, by_value, others)
