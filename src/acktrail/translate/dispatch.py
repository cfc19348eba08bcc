"""What a compiled map does with the segments of one tag, and how it chooses among its rules."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from acktrail.ports import Segment
from acktrail.translate.building import Building, Frame
from acktrail.translate.paths import Getter, Path
from acktrail.translate.rest import Rest

Step = Callable[[Building, Frame, Segment], None]


class Test(NamedTuple):
    """A condition of a rule: what an address has to hold."""

    text: str
    read: Getter
    wanted: frozenset[str]


class Handler(NamedTuple):
    """What one rule does with a segment."""

    tests: tuple[Test, ...]
    opens: str
    steps: tuple[Step, ...]
    rest: Rest
    fields: tuple[tuple[str, tuple[Path, ...]], ...] = ()  # what each step fills, and from where


class Dispatch(NamedTuple):
    """The handlers of a tag, of which the first whose tests hold is followed.

    Where all of them begin by testing one address, it is read once and chooses among them.
    """

    read: Getter | None
    by_value: Mapping[str, tuple[Handler, ...]]
    others: tuple[Handler, ...]

    def find(self, segment: Segment) -> Handler | None:
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
        return Dispatch(None, {}, tuple(handlers))
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
