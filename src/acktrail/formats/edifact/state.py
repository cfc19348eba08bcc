"""The envelope state machine.

``UNA? UNB ((UNG message* UNE)+ | message*) UNZ``, where a message is UNH..UNT or, in syntax 4, a
package UNO..UNP. A partner's error is a finding here, never an exception.
"""

import re
from collections.abc import Callable, Iterator

from acktrail.formats.delimited import Marks
from acktrail.formats.edifact import rules
from acktrail.formats.edifact.characters import BLANKS
from acktrail.formats.edifact.directories import Directories
from acktrail.formats.edifact.envelope import (
    OpenGroup,
    OpenInterchange,
    OpenMessage,
    Service,
    weighed,
)
from acktrail.formats.edifact.learnt import Learnt
from acktrail.formats.edifact.message import Findings
from acktrail.formats.edifact.opening import (
    LATEST_SYNTAX,
    Means,
    opened_interchange,
    opened_message,
)
from acktrail.formats.edifact.options import Options
from acktrail.formats.edifact.supply import Supply
from acktrail.model import Place
from acktrail.ports import (
    Bind,
    Event,
    GroupEnd,
    InterchangeEnd,
    MessageEnd,
    MessageStart,
    Take,
)

NUMBER = re.compile("[0-9]{1,18}")
CLOSING = frozenset({"UNB", "UNG", "UNH", "UNE", "UNZ", "UNO"})  # no message goes on behind them


class States:
    """What is open, and what each service segment does to it."""

    def __init__(
        self, directories: Directories, options: Options, supply: Supply, events: list[Event]
    ) -> None:
        """``events`` is where all is told that happens."""
        self._means = Means(directories, options, supply)
        self._options = options
        self._supply = supply
        self._group: OpenGroup | None = None
        self._message: OpenMessage | None = None
        self._sent: tuple[str, str] = ("", "")  # length and reference of the open package
        self._events = events
        self._learnt: dict[tuple[str, Bind], Learnt] = {}  # of the interchange
        self.began = False  # a message, with the last segment that was read
        self.interchange: OpenInterchange | None = None
        self.package: int | None = None  # octets that follow UNO
        self._steps: dict[str, Callable[[OpenInterchange, Service], None]] = {
            "UNG": self._group_begins,
            "UNE": self._group_ends,
            "UNT": self._message_ends,
            "UNO": self._package_begins,
            "UNP": self._package_ends,
        }

    def open(self, raw: str, marks: Marks, at: int) -> None:
        """Begin an interchange with its UNB."""
        self._learnt = {}
        self.interchange = opened_interchange(raw, marks, self._means, at)

    def listen(self, bind: Bind) -> None:
        """Hand the segments of the message that has just begun to what ``bind`` names."""
        if self._message is not None:
            self._message.body.learnt = self._learning(self._message, bind)

    def read(self, pieces: Iterator[str], at: int, *, odd: bool) -> int:
        """Read raw segments until they are used up, UNZ ends the interchange or UNO comes.

        It stops where a message begins, too: see ``began``.

        Returns:
            The position behind the last segment read, counted as the supply counts.
        """
        self.began = False
        while self.interchange is not None and self.package is None and not self.began:
            if self._message is not None:
                raw, at = self._message.body.read(pieces, at, odd=odd)
            else:
                raw, at = _next(pieces, at)
            if not raw:
                return at
            at = self._take(self.interchange, raw, at)
        return at

    def _take(self, interchange: OpenInterchange, raw: str, end: int) -> int:
        """Take one segment that is not part of a message's body."""
        start = end - len(raw) - 1
        service = Service(raw, interchange.script, self._supply.origin(start))
        service.end = self._supply.origin(end)
        tag = service.tag
        if tag in CLOSING:
            self._close_message(service.place.offset)
        if tag == "UNB":  # the trailer was lost: its delimiters end here, too
            self.end_of_file(service.place.offset)
            return start
        if tag == "UNZ":
            self._interchange_ends(interchange, service)
        elif tag == "UNH":
            self._message_begins(interchange, raw, start)
        elif tag in self._steps:
            self._steps[tag](interchange, service)
        else:
            interchange.add(rules.SEGMENT_OUTSIDE, _shown(service))
        return end

    # ------------------------------------------------------------ messages

    def _message_begins(self, interchange: OpenInterchange, raw: str, at: int) -> None:
        group = self._grouped(interchange, at)
        self._message = message = opened_message(raw, interchange, group, self._means, at)
        message.body.learnt = self._learning(message, self._telling)
        self.began = True
        head = message.head
        if not group.explicit and not group.kind:
            group.kind, group.version = head.type, head.version
        self._events.append(MessageStart(head))

    def _learning(self, message: OpenMessage, bind: Bind) -> Learnt:
        """Return what was learnt of the messages of a type for one listener."""
        key = (message.head.guide, bind)
        learnt = self._learnt.get(key)
        if learnt is None:
            learnt = self._learnt[key] = Learnt(bind)
        return learnt

    def _telling(self, _loop: str, _tag: str) -> Take:
        """Tell of every segment, where nobody listens."""
        return self._events.append

    def _grouped(self, interchange: OpenInterchange, at: int) -> OpenGroup:
        """Return the open group, an implicit one if need be."""
        if self._group is None:
            self._group = OpenGroup(Findings(self._options.max_findings))
            self._note_loose(interchange, self._supply.origin(at))
        return self._group

    def _note_loose(self, interchange: OpenInterchange, offset: int) -> None:
        interchange.loose = True
        if interchange.explicit_groups:
            interchange.add(rules.GROUPS_MIXED, Place("UNH", offset=offset, address="UNH"))

    def _message_ends(self, interchange: OpenInterchange, service: Service) -> None:
        message = self._message
        if message is None:
            interchange.add(rules.SEGMENT_OUTSIDE, service.place)
            return
        body = message.body
        body.end()
        body.position += 1
        service.place = service.place._replace(position=body.position)
        service.check(interchange.directory, body.findings)
        if not _counts(service.get(1), body.position):
            body.add(weighed(rules.UNT_COUNT, self._options.counts), service.at(1, "0074"))
        if service.get(2) != message.head.control:
            body.add(rules.UNT_REFERENCE, service.at(2, "0062"))
        self._finish(message, service.end)

    def _close_message(self, offset: int) -> None:
        """End a message whose trailer was lost."""
        message = self._message
        if message is None:
            return
        message.body.end()
        place = Place("UNT", message.body.position, offset=offset, address="UNT")
        message.body.add(rules.UNT_MISSING, place)
        self._finish(message, offset)

    def _finish(self, message: OpenMessage, end: int) -> None:
        result = message.result(end)
        message.group.messages.append(result)
        message.interchange.messages += 1
        self._message = None
        self._events.append(MessageEnd(result))

    # ------------------------------------------------------------ groups

    def _group_begins(self, interchange: OpenInterchange, service: Service) -> None:
        self._close_group(interchange, service.place.offset)
        interchange.explicit_groups += 1
        if interchange.loose:
            interchange.add(rules.GROUPS_MIXED, service.place)
        self._group = group = OpenGroup(
            Findings(self._options.max_findings),
            control=service.get(5),
            kind=service.get(1),
            version=":".join(filter(None, (service.get(7, number) for number in (1, 2, 3)))),
            facts={
                "0048": service.composite(5),
                "S006": service.composite(2),
                "S007": service.composite(3),
            },
            explicit=True,
        )
        service.check(interchange.directory, group.findings)

    def _group_ends(self, interchange: OpenInterchange, service: Service) -> None:
        group = self._group
        if group is None or not group.explicit:
            interchange.add(rules.SEGMENT_OUTSIDE, service.place)
            return
        service.check(interchange.directory, group.findings)
        if not _counts(service.get(1), len(group.messages)):
            rule = weighed(rules.UNE_COUNT, self._options.counts)
            group.findings.add(rule.at(service.at(1, "0060")))
        if service.get(2) != group.control:
            group.findings.add(rules.UNE_REFERENCE.at(service.at(2, "0048")))
        self._seal(interchange, group)

    def _close_group(self, interchange: OpenInterchange, offset: int) -> None:
        """End the implicit group, or one whose trailer was lost."""
        group = self._group
        if group is None:
            return
        if group.explicit:
            group.findings.add(rules.UNE_MISSING.at(Place("UNE", offset=offset, address="UNE")))
        self._seal(interchange, group)

    def _seal(self, interchange: OpenInterchange, group: OpenGroup) -> None:
        result = group.result()
        interchange.groups.append(result)
        self._group = None
        self._events.append(GroupEnd(result))

    # ------------------------------------------------------------ packages

    def _package_begins(self, interchange: OpenInterchange, service: Service) -> None:
        if interchange.script.syntax != LATEST_SYNTAX:
            interchange.add(rules.SEGMENT_OUTSIDE, service.place)
            return
        if self._group is None:
            self._note_loose(interchange, service.place.offset)
        length = service.get(4)
        self._sent = (length, service.get(1))
        interchange.packages += 1
        self.package = int(length) if NUMBER.fullmatch(length) else -1

    def _package_ends(self, interchange: OpenInterchange, service: Service) -> None:
        service.check(interchange.directory, interchange.findings)
        if (service.get(1), service.get(2)) != self._sent:
            interchange.add(rules.UNP_REFERENCE, service.at(2, "0800"))

    # ------------------------------------------------------------ interchanges

    def _interchange_ends(self, interchange: OpenInterchange, service: Service) -> None:
        self._close_group(interchange, service.place.offset)
        service.check(interchange.directory, interchange.findings)
        self._check_count(interchange, service)
        if service.get(2) != interchange.control:
            interchange.add(rules.UNZ_REFERENCE, service.at(2, "0020"))
        self._leave(interchange)

    def _check_count(self, interchange: OpenInterchange, service: Service) -> None:
        """Compare 0036 with groups, where there are any, else with messages and packages."""
        sent, place = service.get(1), service.at(1, "0036")
        messages, packages = interchange.messages, interchange.packages
        if not messages + packages + interchange.explicit_groups:
            interchange.add(rules.EMPTY_INTERCHANGE, service.place)
        count = interchange.explicit_groups or messages + packages
        if _counts(sent, count):
            return
        if not interchange.explicit_groups and packages and _counts(sent, messages):
            interchange.add(rules.UNZ_PACKAGES, place)
        else:
            interchange.add(weighed(rules.UNZ_COUNT, self._options.counts), place)

    def end_of_file(self, offset: int) -> None:
        """End an interchange whose trailer was lost; ``offset`` is where it should have been."""
        interchange = self.interchange
        if interchange is None:
            return
        self._close_message(offset)
        self._close_group(interchange, offset)
        interchange.add(rules.UNZ_MISSING, Place("UNZ", offset=offset, address="UNZ"))
        self._leave(interchange)

    def _leave(self, interchange: OpenInterchange) -> None:
        self.interchange = None
        self._events.append(InterchangeEnd(interchange.result()))


def _next(pieces: Iterator[str], at: int) -> tuple[str, int]:
    """Return the next segment that is not blank, and the position behind it."""
    for piece in pieces:
        at += len(piece) + 1
        raw = piece.lstrip(BLANKS)
        if raw:
            return raw, at
    return "", at


def _counts(sent: str, count: int) -> bool:
    """Tell whether a count is right; it is a number, so leading zeros do not matter."""
    return bool(NUMBER.fullmatch(sent)) and int(sent) == count


def _shown(service: Service) -> Place:
    """Return the place, without its tag where that could be data."""
    if re.fullmatch("[A-Z][A-Z0-9]{2}", service.tag):
        return service.place
    return service.place._replace(segment="", address="")
