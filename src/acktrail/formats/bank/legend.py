"""What of a statement's record is a code: its currency and kind of entry."""

from collections.abc import Iterable

from acktrail.formats.bank.records import COLUMNS, StatementRecord
from acktrail.ports import Piece, Segment
from acktrail.ports.shown import named_pieces

CODED = ("currency", "reversal")


class RecordLegend:
    """The legend of records."""

    def pieces(self, segment: Segment) -> Iterable[Piece]:
        """Return the columns with their names."""
        if not isinstance(segment, StatementRecord):
            return ()
        columns = [(name, segment.value(name)) for name in COLUMNS[segment.tag]]
        return named_pieces(segment.tag, columns, CODED)

    def above(self, loop: str) -> frozenset[str]:
        """Records stand in no loop."""
        del loop
        return frozenset()
