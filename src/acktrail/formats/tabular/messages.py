"""The open message of a tabular file: which document the rows at hand are of.

A document whose rows are not together refuses the whole file: when its key comes again, the rows
before were judged as if they were all, and half a document is never taken. To notice it, 16 bytes
are kept a document, not its key; the number of rows is capped.
"""

from collections.abc import Sequence
from hashlib import blake2b

from acktrail.formats.tabular import rules
from acktrail.formats.tabular.layout import Layout
from acktrail.formats.tabular.rows import Row
from acktrail.formats.tabular.tally import Tally
from acktrail.model import Finding, MessageHead, Place
from acktrail.ports import Event, FileFinding, MessageEnd, MessageStart

Cells = Sequence[str]
Key = tuple[str, ...] | str  # of a document: the cells of the group-by columns
BETWEEN = "\x1f"  # the cells of a key: a control character is in none of them
KEY_BYTES = 16  # of a key's digest: two of a file's keys never share one


class OpenMessage:
    """Begins and ends the messages of one file."""

    def __init__(self, layout: Layout, sender: str, tally: Tally) -> None:
        """Nothing is open yet."""
        self._layout, self._sender, self._tally = layout, sender, tally
        self.key: Key | None = None  # None: no message is open
        self.leader: Row | None = None  # first row of every message, once it came
        self.doubt: Finding | None = None  # of an unreadable row whose document is not known
        self.split = False  # a key came again
        self._seen: set[bytes] = set()  # digests of the keys that came

    def lead(self, row: Row) -> None:
        """Take the header record: it is repeated in front of every message that begins now."""
        self.leader = row

    def start(self, key: Key, number: int, offset: int) -> list[Event]:
        """End what is open and begin the document ``key``, whose first row is ``number``."""
        events = self.end(offset)
        self.key = key
        self._tally.start(offset)
        events.append(MessageStart(self._head()))
        digest = _digest(key)
        if key != () and digest in self._seen:
            events += self._seen_before(Place("row", number, offset=offset))
        self._seen.add(digest)
        if self.doubt is not None:
            self._tally.find(self.doubt, refuses=True)
            self.doubt = None
        if self.leader is not None:
            events.append(self.leader)
        return events

    def end(self, offset: int, *, cut: bool = False) -> list[Event]:
        """End the message that is open, if any, before the byte ``offset``."""
        if self.key is None:
            return []
        self.key = None
        return [MessageEnd(self._tally.end(offset, cut=cut))]

    def _seen_before(self, place: Place) -> list[Event]:
        """Refuse a document whose key comes again, and the file."""
        self._tally.find(rules.GROUP_SPLIT.at(place), refuses=True)
        if self.split:
            return []
        self.split = True
        return [FileFinding(rules.FILE_SPLIT.at(place))]

    def _head(self) -> MessageHead:
        layout, tally = self._layout, self._tally
        return MessageHead(
            "tabular", layout.id, layout.version, tally.control, tally.guide, self._sender
        )


def _digest(key: Key) -> bytes:
    text = key if isinstance(key, str) else BETWEEN.join(key)
    return blake2b(text.encode("utf-8", "surrogatepass")).digest()[:KEY_BYTES]
