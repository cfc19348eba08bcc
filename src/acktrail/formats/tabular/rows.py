"""A row as a map sees it, and how raw records become rows of a record type."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import NamedTuple

from acktrail.formats.tabular import rules
from acktrail.formats.tabular.columns import Columns
from acktrail.formats.tabular.header import Header
from acktrail.formats.tabular.layout import Field, Layout, RecordType
from acktrail.formats.tabular.numerals import EBCDIC, is_stored, stored_number
from acktrail.model import Place, Rule


class Row(NamedTuple):
    """One valid row: canonical texts in the layout's order (fulfils ``ports.Segment``)."""

    columns: Columns
    cells: Sequence[str]
    number: int  # of the record in its file, from 1
    offset: int

    @property
    def loop(self) -> str:
        """Rows stand in no loop."""
        return ""

    @property
    def tag(self) -> str:
        """The record type; ``row`` where the layout has only one."""
        return self.columns.match or "row"

    @property
    def place(self) -> Place:
        """Where the row stands in the file."""
        return Place(self.columns.match or "row", self.number, 0, 0, 0, self.offset)

    def get(self, element: int, component: int = 0, repetition: int = 1, part: int = 1) -> str:
        """Return the canonical text of a column, counted from 1; ``""`` when it was not sent."""
        if component > 1 or repetition > 1 or part > 1 or not 0 < element <= len(self.cells):
            return ""
        return self.cells[element - 1]

    def repetitions(self, element: int) -> int:
        """Return 1 for a column that was sent, else 0."""
        return int(bool(self.get(element)))

    def value(self, name: str) -> str:
        """Return the canonical text of the column ``name``; ``""`` when it is not there."""
        number = self.columns.index.get(name)
        return "" if number is None else self.cells[number]


class Arranged(NamedTuple):
    """Cells in the order of their record type's columns."""

    columns: Columns | None  # None: no such record type
    cells: list[str]
    rule: Rule | None = None  # too short, too long, padded


Arrange = Callable[[list[str]], Arranged]
Pick = Callable[[list[str]], list[str]]


def delimited(layout: Layout, main: Columns, others: Sequence[Columns], header: Header) -> Arrange:
    """Return what arranges the rows of a delimited file whose header was understood."""
    width, pick = header.width, picker(header) or list
    tagged = {one.match: one for one in others}
    tag = layout.tag[0] - 1

    def arrange(cells: list[str]) -> Arranged:
        if tag >= 0:
            match = cells[tag] if tag < len(cells) else ""
            other = tagged.get(match)
            if other is not None:
                return _fitted(other, cells)
            if main.match and match != main.match:
                return Arranged(None, cells)
        short = width - len(cells)
        if short:
            rule = rules.ROW_SHORT if short > 0 else rules.ROW_LONG
            return Arranged(main, pick(cells[:width] + [""] * short), rule)
        return Arranged(main, pick(cells))

    return arrange


def picker(header: Header) -> Pick | None:
    """Return what puts the cells of a row of full width into the layout's order; None if they are.

    The row is not changed.
    """
    if header.straight:
        return None
    # One cell more than the row has is the empty one that absent columns get. A one-column layout
    # takes a second column along, because itemgetter of one index gives no tuple.
    indexes = [header.width if place < 0 else place for place in header.order]
    count, get = len(indexes), itemgetter(*indexes, header.width)

    def pick(cells: list[str]) -> list[str]:
        return list(get([*cells, ""])[:count])

    return pick


def positional(layout: Layout) -> Header:
    """Return the header of a delimited file that has none: the layout's columns in order."""
    count = len(layout.main.fields)
    return Header(count, tuple(range(count)), ())


def fixed(layout: Layout, main: Columns, others: Sequence[Columns]) -> Arrange:
    """Return what cuts the records of a fixed-width file."""
    by_tag = {one.match: _Cutter(layout, one) for one in (main, *others)}
    start, length = layout.tag
    only = by_tag[main.match] if not start else None
    encoding = layout.encoding if layout.encoding in EBCDIC else ""

    def arrange(cells: list[str]) -> Arranged:
        line = cells[0]
        tag = line[start - 1 : start - 1 + length]
        tag = tag.encode("latin-1").decode(encoding) if encoding else tag
        cutter = only or by_tag.get(tag.strip(" "))
        return Arranged(None, cells) if cutter is None else cutter.cut(line)

    return arrange


def record_width(record: RecordType) -> int:
    """Return the length of a fixed-width record of this type."""
    return max(one.start + one.length - 1 for one in record.fields)


class _Cutter:
    """Cuts the records of one type: the places of columns first, what stands there after."""

    def __init__(self, layout: Layout, columns: Columns) -> None:
        self._columns = columns
        fields = columns.fields
        self._width = max(one.start + one.length - 1 for one in fields)
        self._most = max(self._width, layout.record_length)
        self._cuts = [
            (one.start - 1, one.start - 1 + one.length, " " if one.pad == "0" else one.pad)
            for one in fields
        ]
        # A line may end where blanks were lost, a trailing sign's too; never inside a number.
        self._whole = [
            (cut[0], cut[1] - (one.sign == "trailing"))
            for cut, one in zip(self._cuts, fields, strict=True)
            if one.type != "string"
        ]
        self._by_bytes = layout.unit == "bytes" or bool(layout.record_length)
        self._encodings = [e for e in (layout.encoding, layout.encoding_fallback) if e]
        self._ebcdic = layout.encoding in EBCDIC
        self._stored = [(at, one) for at, one in enumerate(fields) if is_stored(one)]

    def cut(self, line: str) -> Arranged:
        """Return the cells without their padding; a short line is filled up with blanks."""
        rule = None
        if len(line) != self._width:
            if len(line) > self._most:
                rule = rules.ROW_LONG
            elif len(line) < self._width:
                inside = any(start < len(line) < end for start, end in self._whole)
                rule = rules.ROW_SHORT if inside else rules.PADDED
        text = self._told(line)
        cells = [text[start:end].strip(pad) for start, end, pad in self._cuts]
        for at, field in self._stored:
            cells[at] = self._number(field, line)
        if self._by_bytes and not self._ebcdic and not line.isascii():
            return self._decoded(cells, rule)
        return Arranged(self._columns, cells, rule)

    def _told(self, line: str) -> str:
        """Return the text in which the columns stand where they stand in the record."""
        return line.encode("latin-1").decode(self._encodings[0]) if self._ebcdic else line

    def _number(self, field: Field, line: str) -> str:
        cell = line[field.start - 1 : field.start - 1 + field.length]
        encoding = self._encodings[0] if self._ebcdic else "latin-1"
        return stored_number(field, cell.encode("latin-1", "replace"), encoding)

    def _decoded(self, cells: list[str], rule: Rule | None) -> Arranged:
        """Decode cells that were cut by bytes."""
        for at, cell in enumerate(cells):
            text = cell if cell.isascii() else self._decode(cell.encode("latin-1"))
            if text is None:
                return Arranged(self._columns, cells, rules.ENCODING)
            cells[at] = text
        return Arranged(self._columns, cells, rule)

    def _decode(self, cell: bytes) -> str | None:
        for encoding in self._encodings:
            try:
                return cell.decode(encoding)
            except UnicodeDecodeError:
                continue
        return None


def _fitted(columns: Columns, cells: list[str]) -> Arranged:
    """Arrange a record without header: by position; trailing empty cells may be left out."""
    count = len(columns.names)
    if len(cells) > count and any(cells[count:]):
        return Arranged(columns, cells[:count], rules.ROW_LONG)
    return Arranged(columns, cells[:count] + [""] * (count - len(cells)))
