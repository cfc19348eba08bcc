"""Reads one delimited or fixed-width file by its layout: rows become messages, faults findings.

The file is the interchange, with one group. Rows that follow each other and agree in the layout's
``x-group-by`` columns are one message; without such columns the whole file is one. A faulty row is
never handed on; whether it takes its document or its file with it is the layout's ``on_error``. A
header record (``x-leader``) is repeated as first row of every message.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, groupby, repeat
from operator import itemgetter
from typing import cast

from acktrail.errors import TooLargeError
from acktrail.formats.tabular import rows, rules
from acktrail.formats.tabular.columns import Columns
from acktrail.formats.tabular.header import Header, match_header
from acktrail.formats.tabular.layout import Layout
from acktrail.formats.tabular.messages import Cells, Key, OpenMessage
from acktrail.formats.tabular.records import Batch, Record, one_by_one, records_of
from acktrail.formats.tabular.rows import Arranged, Row
from acktrail.formats.tabular.tally import Tally
from acktrail.model import (
    Finding,
    GroupResult,
    InterchangeResult,
    Place,
    Rule,
    Severity,
    Verdict,
    fold_verdicts,
)
from acktrail.ports import Event, FileFinding, GroupEnd, InterchangeEnd

ROW_FAULTS = frozenset({rules.ROW_SHORT, rules.ROW_LONG, rules.ENCODING})
new_row = tuple.__new__  # a Row without its Python call: a tenth of the time of the whole reader
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
        self._sort: rows.Sort | None = None  # both are known once the header is
        if layout.format == "fixed":
            self._arrange = rows.fixed(layout, self._main, self._others)
            self._sort = rows.fixed_sort(layout, self._main)
        elif not layout.dialect.header:
            self._settle(rows.positional(layout))
        self._open = OpenMessage(layout, sender, self._tally)
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
        for found in self._records.feed(chunk):
            if isinstance(found, Record):
                yield from self._record(found)
            else:
                yield from self._batch(found)
            if self._given_up:
                return

    def close(self) -> Iterator[Event]:
        """Yield what is left, then the verdicts."""
        if not self._given_up:
            unended = not self._layout.record_length
            for record in chain.from_iterable(map(one_by_one, self._records.close())):
                yield from self._record(record, unended=unended)
                if self._given_up:
                    break
        if not self._given_up:
            yield from self._end_of_file()
        yield from self._open.end(self._offset, cut=self._given_up)
        yield from self._verdicts()

    # ------------------------------------------------------------ batches

    def _batch(self, batch: Batch) -> list[Event]:
        """Take records that can be read: runs of good rows at once, what is between them singly."""
        events: list[Event] = []
        first = 0
        while first < len(batch.cells) and not self._ready and not self._given_up:
            events += self._record(batch.record(first))
            first += 1
        batch = batch.since(first)
        good = self._good(batch)
        gaps = [at for at, cells in enumerate(good) if cells is None] if None in good else []
        at = 0
        for gap in (*gaps, len(good)):
            if gap > at and not self._given_up:
                events += self._run(cast("Sequence[Cells]", good[at:gap]), batch, at)
            if gap < len(good) and not self._given_up:
                events += self._record(batch.record(gap))
            at = gap + 1
        return events

    @property
    def _ready(self) -> bool:
        """Whether a good row needs no look at what came before it."""
        inside = self._trailer is None and (
            not self._layout.leader or self._open.leader is not None
        )
        return inside and self._sort is not None

    def _good(self, batch: Batch) -> Sequence[Cells | None]:
        """Return the canonical cells of the rows that are surely valid, None for the others."""
        count = len(batch.cells)
        if self._sort is None or self._tally.rows + count > self._layout.max_rows:
            return [None] * count
        plain = self._sort(batch.cells)
        columns, doubtful, changed = self._main.accept(plain.columns)
        taken: Sequence[Cells] | None = None if changed else plain.rows
        if taken is None:
            taken = list(zip(*columns, strict=True))
        if len(taken) == count and not doubtful:
            return taken
        good: list[Cells | None] = [None] * count
        for number, (at, cells) in enumerate(zip(plain.at, taken, strict=True)):
            if number not in doubtful:
                good[at] = cells
        return good

    def _run(self, taken: Sequence[Cells], batch: Batch, at: int) -> list[Event]:
        """Hand on good rows, the records of ``batch`` from ``at`` on."""
        if not self._ready:  # they stand behind the trailer
            return list(self._record(batch.record(at)))
        numbers, offsets = batch.numbers[at : at + len(taken)], batch.offsets[at:]
        made: list[Row] = list(
            map(
                new_row, repeat(Row), zip(repeat(self._main), taken, numbers, offsets, strict=False)
            )
        )
        events: list[Event] = []
        first = 0
        for key, count in self._keys(taken):
            if key != self._open.key:
                events += self._open.start(key, numbers[first], offsets[first])
            self._tally.rows += count
            events += made[first : first + count]
            first += count
        self._number = numbers[-1]
        self._add_up(taken)
        return events

    def _keys(self, taken: Sequence[Cells]) -> Iterator[tuple[Key, int]]:
        """Yield the key of each document and how many of the rows, in their order, are of it."""
        if not self._layout.group_by:
            yield (), len(taken)
            return
        for key, same in groupby(map(self._key_of[self._main.match], taken)):
            yield key, sum(1 for _ in same)

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
        if layout.leader and self._open.leader is None and match != layout.leader:
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
        if leads and self._open.leader is not None:
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
            self._open.lead(row)
        else:
            self._trailer = row

    def _settle(self, header: Header) -> None:
        """Know from here on which cell is which column."""
        self._arrange = rows.delimited(self._layout, self._main, self._others, header)
        self._sort = rows.delimited_sort(self._layout, self._main, header)

    # ------------------------------------------------------------ rows and messages

    def _row(self, record: Record, arranged: Arranged, *, unended: bool) -> Iterator[Event]:
        columns = arranged.columns or self._main
        cells, findings = self._judged(record, columns, arranged)
        readable = arranged.rule not in UNREADABLE and not self._keyless(findings)
        if readable or self._open.key is None:
            key = self._key_of[columns.match](cells)
            if key != self._open.key:
                yield from self._open.start(key, record.number, record.offset)
        if not readable and self._layout.on_error == "document":
            self._open.doubt = self._finding(rules.NEIGHBOUR_LOST, record, columns)
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
            self._add_up([cells] if columns is self._main else ())
            yield Row(columns, cells, record.number, record.offset)

    def _judged(
        self, record: Record, columns: Columns, arranged: Arranged
    ) -> tuple[list[str], list[Finding]]:
        rule = arranged.rule
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

    def _add_up(self, taken: Iterable[Cells]) -> None:
        """Add rows of the main type to what the trailer has to say."""
        trailer = self._layout.trailer
        if trailer is not None and trailer.total_of:
            texts = map(itemgetter(self._main.index[trailer.total_of]), taken)
            self._total += sum(map(Decimal, filter(None, texts)))

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
        refused = self._given_up or self._open.split
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


def _key_getter(numbers: Sequence[int]) -> Callable[[Cells], Key]:
    """Return what takes a document's key from a row; without key columns it is always ``()``."""
    if numbers:
        return itemgetter(*numbers)
    return lambda _: ()
