"""Reads one delimited or fixed-width file by its layout: rows become messages, faults findings.

The file is the interchange, with one group. Rows that follow each other and agree in the layout's
``x-group-by`` columns are one message; without such columns the whole file is one. A faulty row is
never handed on; whether it takes its document or its file with it is the layout's ``on_error``. A
header record (``x-leader``) is repeated as first row of every message.

A document whose rows are not together refuses the whole file, whatever ``on_error`` says: when its
key comes again, the rows before were judged as if they were all, and half a document is never
taken. To notice it, 16 bytes are kept a document, not its key; the number of rows is capped.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from hashlib import blake2b
from operator import itemgetter

from acktrail.errors import TooLargeError
from acktrail.formats.tabular import rows, rules
from acktrail.formats.tabular.columns import Columns
from acktrail.formats.tabular.header import Header, match_header
from acktrail.formats.tabular.layout import Layout
from acktrail.formats.tabular.records import Record, records_of
from acktrail.formats.tabular.rows import Arranged, Row
from acktrail.formats.tabular.tally import Tally
from acktrail.model import (
    Finding,
    GroupResult,
    InterchangeResult,
    MessageHead,
    Place,
    Rule,
    Severity,
    Verdict,
    fold_verdicts,
)
from acktrail.ports import Event, FileFinding, GroupEnd, InterchangeEnd, MessageEnd, MessageStart

ROW_FAULTS = frozenset({rules.ROW_SHORT, rules.ROW_LONG, rules.ENCODING})
Key = tuple[str, ...] | str  # of a document: the cells of the group-by columns
KEY_BYTES = 16  # of a key's digest: two of a file's keys never share one
UNREADABLE = ROW_FAULTS | {rules.QUOTE, rules.RECORD_UNKNOWN}


class TabularReader:
    """Reads one file (fulfils ``ports.Reader``)."""

    def __init__(self, layout: Layout, sender: str = "") -> None:
        """``sender`` is the partner's id: the file itself does not say who sent it."""
        self._layout = layout
        self._sender = sender
        self._records = records_of(layout)
        self._main = Columns(layout.main, layout)
        self._others = [Columns(one, layout) for one in layout.others]
        self._key_of = {
            one.match: _key_getter([one.index[name] for name in layout.group_by])
            for one in (self._main, *self._others)
            if one.index.keys() >= set(layout.group_by)
        }
        self._envelopes = {layout.leader, layout.trailer.match if layout.trailer else ""} - {""}
        self._tally = Tally(layout)
        self._arrange: rows.Arrange | None = None
        self._pick: rows.Pick | None = None
        self._width = 0  # of rows that need no look at their record type; 0 = none do
        if layout.format == "fixed":
            self._arrange = rows.fixed(layout, self._main, self._others)
        elif not layout.dialect.header:
            self._settle(rows.positional(layout))
        self._key: Key | None = None  # of the open message
        self._seen: set[bytes] = set()  # digests of the keys that came
        self._split = False  # a key came again
        self._doubt: Finding | None = None  # of an unreadable row whose document is not known
        self._leader: Row | None = None
        self._trailer: Row | None = None
        self._total = Decimal(0)
        self._number = 0  # of the last record
        self._offset = 0
        self._given_up = False

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Take the next bytes; yield what they complete (see ``ports.Reader``)."""
        self._offset += len(chunk)
        if self._given_up:
            return
        main, key_of, tally = self._main, self._key_of[self._main.match], self._tally
        for record in self._records.feed(chunk):
            # The way of nearly every row: full width, nothing wrong, in the open message. What is
            # spared here (a Record, a call of Row) is a tenth of the time of the whole reader.
            if self._width == len(record[0]) and tally.rows < self._layout.max_rows:
                pick = self._pick
                cells = main.accept(pick(record[0]) if pick else record[0])
                if cells is not None and key_of(cells) == self._key:
                    tally.rows += 1
                    self._number = record[1]
                    yield tuple.__new__(Row, (main, cells, record[1], record[3]))
                    continue
            yield from self._record(Record._make(record))
            if self._given_up:
                return

    def close(self) -> Iterator[Event]:
        """Yield what is left, then the verdicts."""
        if not self._given_up:
            for record in self._records.close():
                unended = not self._layout.record_length
                yield from self._record(Record._make(record), unended=unended)
                if self._given_up:
                    break
        if not self._given_up:
            yield from self._end_of_file()
        yield from self._end_message(cut=self._given_up)
        yield from self._verdicts()

    # ------------------------------------------------------------ records

    def _record(self, record: Record, *, unended: bool = False) -> Iterator[Event]:
        self._number = record.number
        if record.fault is not None and record.fault.severity is Severity.FATAL:
            yield self._give_up(record.fault, record)
        elif self._arrange is None and record.fault is None:
            yield from self._header(record, unended=unended)
        elif self._arrange is None or self._trailer is not None:
            yield self._give_up(record.fault or rules.AFTER_TRAILER, record)
        elif record.fault is not None:
            yield from self._row(record, Arranged(self._main, [], record.fault), unended=unended)
        else:
            yield from self._typed(record, self._arrange(record.cells), unended=unended)

    def _typed(self, record: Record, arranged: Arranged, *, unended: bool) -> Iterator[Event]:
        """Send a record where its type belongs."""
        layout, columns = self._layout, arranged.columns
        match = None if columns is None else columns.match
        if layout.leader and self._leader is None and match != layout.leader:
            yield self._give_up(rules.LEADER_MISSING, record)
        elif match is None:
            faulty = Arranged(self._main, [], rules.RECORD_UNKNOWN)
            yield from self._row(record, faulty, unended=unended)
        elif match and match in self._envelopes:
            yield from self._envelope(record, arranged, unended=unended)
        elif arranged.rule is rules.ENCODING:
            yield self._give_up(rules.ENCODING, record)
        else:
            yield from self._row(record, arranged, unended=unended)

    def _header(self, record: Record, *, unended: bool) -> Iterator[Event]:
        if record.cells == ["sep=", ""]:  # a spreadsheet's own first line, cut at the delimiter
            return
        if unended:
            yield self._give_up(rules.EMPTY, record)
        header = match_header(self._layout, record.cells, record.offset)
        for finding in header.findings:
            yield FileFinding(finding)
            self._given_up |= finding.severity is Severity.FATAL
        self._settle(header)

    def _envelope(self, record: Record, arranged: Arranged, *, unended: bool) -> Iterator[Event]:
        """Take the header or the trailer record; neither may be faulty or come twice."""
        columns = arranged.columns or self._main
        leads = columns.match == self._layout.leader
        if leads and self._leader is not None:
            yield self._give_up(rules.LEADER_AGAIN, record)
            return
        cells, faults = columns.explain(arranged.cells)
        cut = unended and self._layout.final_newline == "required"
        if cut or arranged.rule in ROW_FAULTS:
            yield self._give_up(rules.TRAILER_VALUE, record)
        for fault in faults:
            yield self._give_up(rules.TRAILER_VALUE, record, fault.column, fault.name)
        row = Row(columns, cells, record.number, record.offset)
        if leads:
            self._leader = row
        else:
            self._trailer = row

    def _settle(self, header: Header) -> None:
        """Know from here on which cell is which column."""
        self._arrange = rows.delimited(self._layout, self._main, self._others, header)
        self._pick = rows.picker(header)
        self._width = 0 if self._layout.tag[0] else header.width

    # ------------------------------------------------------------ rows and messages

    def _row(self, record: Record, arranged: Arranged, *, unended: bool) -> Iterator[Event]:
        columns = arranged.columns or self._main
        cells, findings = self._judged(record, columns, arranged)
        readable = arranged.rule not in UNREADABLE and not self._keyless(findings)
        if readable or self._key is None:
            key = self._key_of[columns.match](cells)
            if key != self._key:
                yield from self._start_message(key, record.offset)
        if not readable and self._layout.on_error == "document":
            self._doubt = self._finding(rules.NEIGHBOUR_LOST, record, columns)
        tally = self._tally
        if unended:
            rule = rules.FINAL_NEWLINE
            finding = self._finding(rule, record, columns)
            if self._layout.final_newline == "optional":
                finding = _lowered(finding)
            findings.append(finding)
        bad = any(finding.severity is not Severity.WARNING for finding in findings)
        was_capped = tally.capped
        for finding in findings:
            tally.find(finding)
        if tally.capped and not was_capped:
            yield FileFinding(rules.ERRORS_CAPPED.at(Place(position=record.number)))
        tally.row(bad=bad)
        if tally.rows > self._layout.max_rows:
            msg = f"more than {self._layout.max_rows} rows"
            raise TooLargeError(msg)
        if not bad:
            self._add_up(columns, cells)
            yield Row(columns, cells, record.number, record.offset)

    def _judged(
        self, record: Record, columns: Columns, arranged: Arranged
    ) -> tuple[list[str], list[Finding]]:
        rule = arranged.rule
        if rule is None:
            accepted = columns.accept(arranged.cells)
            if accepted is not None:
                return accepted, []
        if not arranged.cells:
            return [""] * len(columns.names), [self._finding(rule or rules.QUOTE, record, columns)]
        cells, faults = columns.explain(arranged.cells)
        if rule in ROW_FAULTS:  # what stands in which column is anybody's guess
            return cells, [self._finding(rule, record, columns)] if rule else []
        findings = [
            self._finding(fault.rule, record, columns, fault.column, fault.name) for fault in faults
        ]
        return cells, [*([self._finding(rule, record, columns)] if rule else []), *findings]

    def _keyless(self, findings: list[Finding]) -> bool:
        """Tell whether a part of the document's key was not sent: the row may be of any."""
        missing, group_by = rules.REQUIRED_MISSING.name, self._layout.group_by
        return any(one.rule == missing and one.place.address in group_by for one in findings)

    def _start_message(self, key: Key, offset: int) -> Iterator[Event]:
        """End the open message, if any, and open the next one."""
        yield from self._end_message(offset=offset)
        self._key = key
        self._tally.start(offset)
        yield MessageStart(self._head())
        yield from self._seen_before(key, offset)
        if self._doubt is not None:
            self._tally.find(self._doubt, refuses=True)
            self._doubt = None
        if self._leader is not None:
            yield self._leader

    def _seen_before(self, key: Key, offset: int) -> Iterator[Event]:
        """Note a document's key; one that comes again refuses the document and the file."""
        digest = _digest(key)
        if key != () and digest in self._seen:
            place = Place("row", self._number, offset=offset)
            self._tally.find(rules.GROUP_SPLIT.at(place), refuses=True)
            if not self._split:
                self._split = True
                yield FileFinding(rules.FILE_SPLIT.at(place))
        self._seen.add(digest)

    def _end_message(self, *, offset: int = -1, cut: bool = False) -> Iterator[Event]:
        if self._key is not None:
            end = self._offset if offset < 0 else offset
            yield MessageEnd(self._tally.end(end, cut=cut))
            self._key = None

    def _head(self) -> MessageHead:
        layout = self._layout
        return MessageHead(
            format="tabular",
            type=layout.id,
            version=layout.version,
            control=self._tally.control,
            guide=layout.guide,
            sender=self._sender,
        )

    def _add_up(self, columns: Columns, cells: list[str]) -> None:
        trailer = self._layout.trailer
        if trailer is not None and trailer.total_of and columns is self._main:
            self._total += Decimal(cells[columns.index[trailer.total_of]] or 0)

    # ------------------------------------------------------------ end

    def _end_of_file(self) -> Iterator[Event]:
        if not self._number:
            yield self._give_up(rules.EMPTY)
        elif self._layout.trailer is not None:
            yield from self._check_trailer()
        elif not self._tally.rows:
            yield FileFinding(rules.NO_ROWS.at(Place(position=self._number)))

    def _check_trailer(self) -> Iterator[Event]:
        trailer, row = self._layout.trailer, self._trailer
        if trailer is None or row is None:
            yield self._give_up(rules.TRAILER_MISSING)
            return
        place = row.place
        if trailer.count and Decimal(row.value(trailer.count) or -1) != self._tally.rows:
            yield self._give_up_at(rules.TRAILER_COUNT, place._replace(address=trailer.count))
        sums = trailer.total and not self._tally.bad_rows
        if sums and Decimal(row.value(trailer.total) or 0) != self._total:
            yield self._give_up_at(rules.TRAILER_TOTAL, place._replace(address=trailer.total))

    def _verdicts(self) -> Iterator[Event]:
        tally, layout = self._tally, self._layout
        refused = self._given_up or self._split
        refused |= layout.on_error == "file" and bool(tally.errors)
        messages = tally.whole(refused=refused)
        verdict = fold_verdicts(tuple(one.verdict for one in messages))
        if refused:
            verdict = Verdict.REJECTED
        group = GroupResult("", layout.id, layout.version, verdict, messages)
        yield GroupEnd(group)
        yield InterchangeEnd(
            InterchangeResult("", self._sender, "", False, verdict, (group,))  # noqa: FBT003
        )

    # ------------------------------------------------------------ findings

    def _finding(
        self, rule: Rule, record: Record, columns: Columns, column: int = 0, name: str = ""
    ) -> Finding:
        tag = columns.match or "row"
        place = Place(tag, record.number, column, offset=record.offset, address=name)
        return rule.at(place, f"line {record.line}")

    def _give_up(
        self, rule: Rule, record: Record | None = None, column: int = 0, name: str = ""
    ) -> FileFinding:
        if record is None:
            return self._give_up_at(rule, Place(position=self._number, offset=self._offset))
        place = Place("", record.number, column, offset=record.offset, address=name)
        self._given_up = True
        return FileFinding(rule.at(place, f"line {record.line}"))

    def _give_up_at(self, rule: Rule, place: Place) -> FileFinding:
        self._given_up = True
        return FileFinding(rule.at(place))


def _digest(key: Key) -> bytes:
    text = repr(key).encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=KEY_BYTES, usedforsecurity=False).digest()


def _lowered(finding: Finding) -> Finding:
    return Finding(
        finding.rule,
        Severity.WARNING,
        finding.message,
        finding.code,
        finding.category,
        finding.place,
        finding.reference,
        finding.owner,
    )


def _key_getter(numbers: Sequence[int]) -> Callable[[Sequence[str]], Key]:
    """Return what takes a document's key from a row; without key columns it is always ``()``."""
    if numbers:
        return itemgetter(*numbers)
    return lambda _: ()
