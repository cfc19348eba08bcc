"""A row as a map sees it, and how raw records become rows of a record type."""

from collections.abc import Callable, Sequence
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from acktrail.formats.tabular import rules
from acktrail.formats.tabular.columns import Columns
from acktrail.formats.tabular.header import Header
from acktrail.formats.tabular.layout import Layout, RecordType
from acktrail.formats.tabular.numerals import EBCDIC, teller
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


class Plain(NamedTuple):
    """Those of many records that are rows of the main type and have its width."""

    at: Sequence[int]  # which of them
    columns: Sequence[Sequence[str]]  # their cells by column, in the order of the layout, as sent
    rows: Sequence[Sequence[str]] | None  # the same row by row, where there is such a list already


Sort = Callable[[Sequence[list[str]]], Plain]


def delimited(layout: Layout, main: Columns, others: Sequence[Columns], header: Header) -> Arrange:
    """Return what arranges the rows of a delimited file whose header was understood."""
    width = header.width
    # One cell more than the row has is the empty one that absent columns get.
    places = [width if place < 0 else place for place in header.order]

    def pick(cells: list[str]) -> list[str]:
        whole = [*cells, ""]
        return [whole[place] for place in places]

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


def delimited_sort(layout: Layout, main: Columns, header: Header) -> Sort:
    """Return what finds the plain rows of a delimited file whose header was understood."""
    width, order, tag = header.width, header.order, layout.tag[0] - 1
    straight = order == tuple(range(width))

    def sort(records: Sequence[list[str]]) -> Plain:
        at: Sequence[int] = range(len(records))
        if tag >= 0 or set(map(len, records)) != {width}:
            at = [n for n in at if _is_plain(records[n], width, tag, main.match)]
            records = [records[n] for n in at]
        columns: list[Sequence[str]] = list(zip(*records, strict=True)) or [()] * width
        if straight:
            return Plain(at, columns, records)
        absent = ("",) * len(at)
        return Plain(at, [columns[place] if place >= 0 else absent for place in order], None)

    return sort


def _is_plain(cells: list[str], width: int, tag: int, match: str) -> bool:
    return len(cells) == width and (tag < 0 or (tag < width and cells[tag] == match))


def fixed_sort(layout: Layout, main: Columns) -> Sort:
    """Return what finds and cuts the plain rows of a fixed-width file."""
    width = layout.record_length or record_width(RecordType(main.match, main.fields))
    start, length = layout.tag
    encoding = layout.encoding if layout.encoding in EBCDIC else ""
    tag = main.match.ljust(length) if start else ""
    tag = tag.encode(encoding).decode("latin-1") if encoding else tag
    by_bytes = (layout.unit == "bytes" or bool(layout.record_length)) and not encoding
    # One cut more than there are columns: of a single one itemgetter would give no tuple.
    cuts = [slice(one.start - 1, one.start - 1 + one.length) for one in main.fields]
    cut, first = itemgetter(*cuts, slice(0)), start - 1 if start else 0
    tag_of = itemgetter(slice(first, first + len(tag)))

    def is_plain(line: str) -> bool:
        right = len(line) == width and tag_of(line) == tag
        return right and (not by_bytes or line.isascii())

    def sort(records: Sequence[list[str]]) -> Plain:
        lines: list[str] = list(chain.from_iterable(records))
        at: Sequence[int] = range(len(lines))
        alike = set(map(len, lines)) == {width} and set(map(tag_of, lines)) == {tag}
        if not alike or (by_bytes and not "".join(lines).isascii()):
            at = [n for n in at if is_plain(lines[n])]
            lines = [lines[n] for n in at]
        columns = list(zip(*map(cut, lines), strict=True)) or [()] * len(cuts)
        return Plain(at, columns[: len(cuts)], None)

    return sort


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
            (one.start - 1, one.start - 1 + one.length, teller(one, layout)) for one in fields
        ]
        # A line may end where blanks were lost, a trailing sign's too; never inside a number.
        self._whole = [
            (one.start - 1, one.start - 1 + one.length - (one.sign == "trailing"))
            for one in fields
            if one.type != "string"
        ]
        self._by_bytes = layout.unit == "bytes" or bool(layout.record_length)
        self._encodings = [e for e in (layout.encoding, layout.encoding_fallback) if e]
        self._ebcdic = layout.encoding in EBCDIC

    def cut(self, line: str) -> Arranged:
        """Return the cells without their padding; a short line is filled up with blanks."""
        rule = None
        if len(line) != self._width:
            if len(line) > self._most:
                rule = rules.ROW_LONG
            elif len(line) < self._width:
                inside = any(start < len(line) < end for start, end in self._whole)
                rule = rules.ROW_SHORT if inside else rules.PADDED
        cells = [told(line[start:end]) for start, end, told in self._cuts]
        if self._by_bytes and not self._ebcdic and not line.isascii():
            return self._decoded(cells, rule)
        return Arranged(self._columns, cells, rule)

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
