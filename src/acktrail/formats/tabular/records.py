"""Bytes -> raw records: cells of a delimited file, or whole lines of a fixed-width file.

Records come in batches: what can be said of many at once costs a fraction of what it costs one by
one. A record that cannot be read comes alone, with its fault.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import chain
from typing import NamedTuple, Protocol

from acktrail.formats.tabular import rules
from acktrail.formats.tabular.layout import Layout
from acktrail.formats.tabular.lines import Block, Lines
from acktrail.formats.tabular.numerals import EBCDIC
from acktrail.model import Rule

LINE_ENDS = b"\r\n\x1a"  # and the end-of-file sign
EBCDIC_ENDS = b"\r\x15\x25\x3f"  # CR, NEL, LF, SUB
PIECE = 16 * 1024  # bytes of a batch: what fits into a processor's cache is read faster
Cells = list[str]


class Record(NamedTuple):
    """A record as it stands in the file; the cells of a fixed-width record are its one line."""

    cells: Cells
    number: int  # of the record, from 1, header and blank lines counted: a spreadsheet's row
    line: int  # first physical line, from 1
    offset: int  # in bytes
    fault: Rule | None = None  # then there are no cells; a fatal one is the last record


class Batch(NamedTuple):
    """Records that follow each other and can be read; see :class:`Record`."""

    cells: Sequence[Cells]
    numbers: Sequence[int]
    lines: Sequence[int]
    offsets: Sequence[int]

    def record(self, at: int) -> Record:
        """Return one of them."""
        return Record(self.cells[at], self.numbers[at], self.lines[at], self.offsets[at])

    def since(self, first: int) -> "Batch":
        """Return it without those before ``first``."""
        if not first:
            return self
        lines, offsets = self.lines[first:], self.offsets[first:]
        return Batch(self.cells[first:], self.numbers[first:], lines, offsets)


class Records(Protocol):
    """Cuts a file into records."""

    def feed(self, chunk: bytes) -> Iterator[Batch | Record]:
        """Take the next bytes; yield the records that they complete."""
        ...

    def close(self) -> Iterator[Batch | Record]:
        """Yield what is left: a record without line break, a quote that never closed."""
        ...


class CsvReader(Protocol):
    """What the csv module reads with."""

    line_num: int

    def __iter__(self) -> Iterator[Cells]:
        """Return itself."""
        ...

    def __next__(self) -> Cells:
        """Return the next record."""
        ...


class MoreNeededError(Exception):
    """The lines at hand are used up; tells an open quote from broken quoting."""


class DelimitedRecords:
    """Records of a delimited file, by the csv module in strict mode.

    A quoted cell may hold line breaks. A record that is not over with the lines at hand is given
    back and read again with the next ones, at most ``max_lines`` lines of it, so a quote that never
    closes does not swallow the file.
    """

    def __init__(self, layout: Layout) -> None:
        """One for each file."""
        self._lines = Lines(layout.encoding, layout.encoding_fallback)
        self._dialect = layout.dialect
        self._most = layout.max_lines
        self._number = 0

    def feed(self, chunk: bytes) -> Iterator[Batch | Record]:
        """Take the next bytes; yield the records that they complete."""
        for at in range(0, len(chunk), PIECE):
            block = self._lines.feed(chunk[at : at + PIECE])
            if block is not None:
                yield from self._records(block, last=False)

    def close(self) -> Iterator[Batch | Record]:
        """Yield what is left."""
        block = self._lines.close()
        return iter(()) if block is None else self._records(block, last=True)

    def _records(self, block: Block, *, last: bool) -> Iterator[Batch | Record]:
        cells = None if last or block.bad else self._plainly(block.text)
        if cells is None:
            yield from self._one_by_one(block, last=last)
            return
        first, self._number = self._number + 1, self._number + len(cells)
        numbers = range(first, self._number + 1)
        yield Batch(cells, numbers, range(block.line, block.line + len(cells)), block.offsets)

    def _plainly(self, text: str) -> list[Cells] | None:
        """Return the cells of whole lines of which each is a record; None where some are not."""
        dialect = self._dialect
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        lines = text[:-1].split("\n")
        odd = "\r" in text or "" in lines or (dialect.escape and dialect.escape in text)
        if odd or max(map(len, lines)) > csv.field_size_limit():
            return None
        if dialect.quote not in text:
            return [line.split(dialect.delimiter) for line in lines]
        try:
            cells = list(self._reader(lines))
        except csv.Error:
            return None
        return cells if len(cells) == len(lines) else None

    def _reader(self, lines: Iterable[str]) -> "CsvReader":
        dialect = self._dialect
        return csv.reader(
            lines,
            delimiter=dialect.delimiter,
            quotechar=dialect.quote,
            doublequote=dialect.double_quote,
            escapechar=dialect.escape or None,
            strict=True,
        )

    def _one_by_one(self, block: Block, *, last: bool) -> Iterator[Batch | Record]:
        """Yield the records of lines of which some are blank, wrong or go on in the next one."""
        reader = self._reader(chain(StringIO(block.text, newline="\n"), _end_of_lines()))
        offsets, first, most = block.offsets, block.line, self._most
        done, more = 0, True
        found: list[Record] = []
        while more:
            fault = None
            try:
                for cells in reader:
                    now = reader.line_num
                    if now - done > most:
                        break
                    self._number += 1
                    if cells:
                        found.append(Record(cells, self._number, first + done, offsets[done]))
                    done = now
            except csv.Error:
                fault = rules.QUOTE
            except MoreNeededError:
                more = False
                continue
            yield from _together(found)
            found = []
            if reader.line_num - done > most:
                yield self._fault(rules.QUOTE_OPEN, block, done)
                return
            if fault is not None:
                yield self._fault(fault, block, done)
            done = reader.line_num
        yield from _together(found)
        yield from self._rest(block, done, last=last)

    def _rest(self, block: Block, done: int, *, last: bool) -> Iterator[Record]:
        """Deal with the lines of a record that is not over, and with undecodable bytes."""
        left = len(block.offsets) - 1 - done
        if left > self._most or (left and last and not block.bad):
            yield self._fault(rules.QUOTE_OPEN, block, done)
        elif block.bad:
            yield self._fault(rules.ENCODING, block, len(block.offsets) - 1)
        elif left:
            self._lines.give_back(block, done)

    def _fault(self, rule: Rule, block: Block, line: int) -> Record:
        self._number += 1
        return Record([], self._number, block.line + line, block.offsets[line], rule)


class LineRecords:
    """Records of a fixed-width file, one a line; blank lines are skipped."""

    def __init__(self, layout: Layout) -> None:
        """One for each file. Lengths in bytes: one character per byte, decoded cell by cell."""
        encoding = "latin-1" if layout.unit == "bytes" else layout.encoding
        self._lines = Lines(encoding, layout.encoding_fallback if encoding != "latin-1" else "")
        self._number = 0

    def feed(self, chunk: bytes) -> Iterator[Batch | Record]:
        """Take the next bytes; yield the records that they complete."""
        for at in range(0, len(chunk), PIECE):
            block = self._lines.feed(chunk[at : at + PIECE])
            if block is not None:
                yield from self._records(block)

    def close(self) -> Iterator[Batch | Record]:
        """Yield a last line without line break."""
        block = self._lines.close()
        return iter(()) if block is None else self._records(block)

    def _records(self, block: Block) -> Iterator[Batch | Record]:
        count, text = len(block.offsets) - 1, block.text
        lines = (text.replace("\r\n", "\n") if "\r" in text else text).split("\n")[:count]
        if lines and block.text.endswith("\r"):  # of a last line without its line feed
            lines[-1] = lines[-1].removesuffix("\r")
        first, self._number = self._number + 1, self._number + count
        batch = Batch(
            [[line] for line in lines],
            range(first, first + count),
            range(block.line, block.line + count),
            block.offsets,
        )
        kept = [at for at, line in enumerate(lines) if line.strip(" ")]
        if len(kept) == count:
            yield batch
        else:
            yield from _together([batch.record(at) for at in kept])
        if block.bad:
            at, offset = block.line + count, block.offsets[count]
            yield Record([], self._number + 1, at, offset, rules.ENCODING)


class LengthRecords:
    """Records of a fixed length without line breaks between them."""

    def __init__(self, layout: Layout) -> None:
        """One for each file."""
        self._length = layout.record_length
        self._ends = EBCDIC_ENDS if layout.encoding in EBCDIC else LINE_ENDS
        self._held = b""
        self._offset = 0
        self._number = 0

    def feed(self, chunk: bytes) -> Iterator[Batch | Record]:
        """Take the next bytes; yield the records that they complete."""
        body, length = self._held + chunk, self._length
        whole = len(body) - len(body) % length
        self._held = body[whole:]
        size = max(PIECE // length, 1) * length
        for at in range(0, whole, size):
            yield self._batch(body[at : min(at + size, whole)])

    def close(self) -> Iterator[Batch | Record]:
        """Yield a short last record; a line break or end-of-file sign alone is none."""
        if self._held.strip(self._ends):
            yield self._batch(self._held)
        self._held = b""

    def _batch(self, body: bytes) -> Batch:
        text, length = body.decode("latin-1"), self._length
        cells = [[text[at : at + length]] for at in range(0, len(text), length)]
        first, start = self._number + 1, self._offset
        self._number += len(cells)
        self._offset += len(body)
        numbers = range(first, self._number + 1)
        return Batch(cells, numbers, numbers, range(start, self._offset, length))


def records_of(layout: Layout) -> Records:
    """Return what cuts a file of this layout into records."""
    if layout.format == "csv":
        return DelimitedRecords(layout)
    return LengthRecords(layout) if layout.record_length else LineRecords(layout)


def one_by_one(found: Batch | Record) -> Iterator[Record]:
    """Yield the records of a batch."""
    if isinstance(found, Record):
        yield found
    else:
        yield from map(found.record, range(len(found.cells)))


def _together(records: list[Record]) -> Iterator[Batch]:
    """Yield a batch of them, unless there are none."""
    if records:
        cells, numbers, lines, offsets, _ = zip(*records, strict=True)
        yield Batch(cells, numbers, lines, offsets)


def _end_of_lines() -> Iterator[str]:
    raise MoreNeededError
    yield ""
