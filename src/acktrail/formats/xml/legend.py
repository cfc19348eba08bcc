"""What of a statement's record or a document's element is a code, and what its parts are called."""

from collections.abc import Iterable, Iterator
from itertools import islice

from acktrail.formats.xml.records import COLUMNS, XmlRecord
from acktrail.formats.xml.tree import XmlSegment
from acktrail.ports import Piece, Segment
from acktrail.ports.shown import named_pieces

CODED = ("currency", "reversal")
# UBL: elements of type CodeType and IndicatorType end so, and so do the attributes that qualify.
CODE_ENDS = ("Code", "Indicator", "@currencyID", "@schemeID", "@listID", "@currency", "@isoCode")
TEXT = "text"  # what the element itself holds
MOST_NAMED = 1000  # elements and attributes of one part


class RecordLegend:
    """The legend of records and elements."""

    def pieces(self, segment: Segment) -> Iterable[Piece]:
        """Return the columns with their names; of an element all that stands in it, by its path."""
        if isinstance(segment, XmlSegment):
            inside = list(islice(_named(segment, ""), MOST_NAMED))
            coded = [name for name, _ in inside if _is_coded(name, segment.tag)]
            return named_pieces(segment.tag, inside, coded)
        if not isinstance(segment, XmlRecord):
            return ()
        columns = [(name, segment.value(name)) for name in COLUMNS[segment.tag]]
        return named_pieces(segment.tag, columns, CODED)

    def above(self, loop: str) -> frozenset[str]:
        """Records stand in no loop."""
        del loop
        return frozenset()


def _named(segment: XmlSegment, path: str) -> Iterator[tuple[str, str]]:
    """Yield what an element holds in the order sent: its text, its attributes, its elements."""
    if segment.text:
        yield path or TEXT, segment.text
    for name, text in segment.attributes.items():
        yield f"{path}/@{name}".lstrip("/"), text
    for child in segment.children:
        yield from _named(child, f"{path}/{child.tag}".lstrip("/"))


def _is_coded(name: str, tag: str) -> bool:
    return (tag if name == TEXT else name).endswith(CODE_ENDS)
