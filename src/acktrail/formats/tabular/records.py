"""Lines -> raw records: cells of a delimited file, or whole lines of a fixed-width file."""

import csv
from collections.abc import Iterator
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


class Record(NamedTuple):
    """A record as it stands in the file; the cells of a fixed-width record are its one line."""

    cells: list[str]
    number: int  # of the record, from 1, header and blank lines counted: a spreadsheet's row
    line: int  # first physical line, from 1
    offset: int  # in bytes
    fault: Rule | None = None  # then there are no cells; a fatal one is the last record


Raw = tuple[list[str], int, int, int, Rule | None]  # the fields of a Record, cheaper to make


class Records(Protocol):
    """Cuts a file into records."""

    def feed(self, chunk: bytes) -> Iterator[Raw]:
        """Take the next bytes; yield the records that they complete."""
        ...

    def close(self) -> Iterator[Raw]:
        """Yield what is left: a record without line break, a quote that never closed."""
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

    def feed(self, chunk: bytes) -> Iterator[Raw]:
        """Take the next bytes; yield the records that they complete."""
        block = self._lines.feed(chunk)
        return iter(()) if block is None else self._records(block, last=False)

    def close(self) -> Iterator[Raw]:
        """Yield what is left."""
        block = self._lines.close()
        return iter(()) if block is None else self._records(block, last=True)

    def _records(self, block: Block, *, last: bool) -> Iterator[Raw]:
        reader = csv.reader(
            chain(StringIO(block.text, newline="\n"), _end_of_lines()),
            delimiter=self._dialect.delimiter,
            quotechar=self._dialect.quote,
            doublequote=self._dialect.double_quote,
            escapechar=self._dialect.escape or None,
            strict=True,
        )
        offsets, first, most = block.offsets, block.line, self._most
        done, more = 0, True
        while more:
            fault = None
            try:
                for cells in reader:
                    now = reader.line_num
                    if now - done > most:
                        break
                    self._number += 1
                    if cells:
                        yield cells, self._number, first + done, offsets[done], None
                    done = now
            except csv.Error:
                fault = rules.QUOTE
            except MoreNeededError:
                more = False
                continue
            if reader.line_num - done > most:
                yield self._fault(rules.QUOTE_OPEN, block, done)
                return
            if fault is not None:
                yield self._fault(fault, block, done)
            done = reader.line_num
        yield from self._rest(block, done, last=last)

    def _rest(self, block: Block, done: int, *, last: bool) -> Iterator[Raw]:
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

    def feed(self, chunk: bytes) -> Iterator[Raw]:
        """Take the next bytes; yield the records that they complete."""
        block = self._lines.feed(chunk)
        return iter(()) if block is None else self._records(block)

    def close(self) -> Iterator[Raw]:
        """Yield a last line without line break."""
        block = self._lines.close()
        return iter(()) if block is None else self._records(block)

    def _records(self, block: Block) -> Iterator[Raw]:
        lines = block.text.split("\n")
        for index in range(len(block.offsets) - 1):
            line = lines[index].removesuffix("\r")
            self._number += 1
            if line.strip(" "):
                yield Record([line], self._number, block.line + index, block.offsets[index])
        if block.bad:
            end = len(block.offsets) - 1
            at, offset = block.line + end, block.offsets[end]
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

    def feed(self, chunk: bytes) -> Iterator[Raw]:
        """Take the next bytes; yield the records that they complete."""
        body = self._held + chunk
        whole = len(body) - len(body) % self._length
        for at in range(0, whole, self._length):
            yield self._record(body[at : at + self._length])
        self._held = body[whole:]

    def close(self) -> Iterator[Raw]:
        """Yield a short last record; a line break or end-of-file sign alone is none."""
        if self._held.strip(self._ends):
            yield self._record(self._held)
        self._held = b""

    def _record(self, body: bytes) -> Record:
        self._number += 1
        record = Record([body.decode("latin-1")], self._number, self._number, self._offset)
        self._offset += len(body)
        return record


def records_of(layout: Layout) -> Records:
    """Return what cuts a file of this layout into records."""
    if layout.format == "csv":
        return DelimitedRecords(layout)
    return LengthRecords(layout) if layout.record_length else LineRecords(layout)


def _end_of_lines() -> Iterator[str]:
    raise MoreNeededError
    yield ""
