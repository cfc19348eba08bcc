"""What of a row is a code: columns of a closed list that hold nothing of a person."""

from collections.abc import Iterable

from acktrail.formats.tabular.rows import Row
from acktrail.ports import Piece, Segment
from acktrail.ports.shown import named_pieces


class RowLegend:
    """The legend of rows."""

    def pieces(self, segment: Segment) -> Iterable[Piece]:
        """Return the columns with their names."""
        if not isinstance(segment, Row):
            return ()
        fields = segment.columns.fields
        coded = [one.name for one in fields if one.choices and not one.phi]
        names = [one.name for one in fields]
        return named_pieces(segment.tag, zip(names, segment.cells, strict=False), coded)

    def above(self, loop: str) -> frozenset[str]:
        """Rows stand in no loop."""
        del loop
        return frozenset()
